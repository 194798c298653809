"""Names, label texts and looks of the products in the five languages of the packs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """
    The words on a front: ``title`` in printed lines, ``kind`` below it, ``note`` at the foot,
    ``claim`` (in printed lines) in the roundel where the pack has one.
    """

    title: tuple[str, ...]
    kind: str = ""
    note: str = ""
    claim: tuple[str, ...] = ()


def _label(title: str, kind: str = "", note: str = "", claim: str = "") -> Label:
    return Label(tuple(title.split("|")), kind, note, tuple(claim.split("|")) if claim else ())


# Until version 3 of the pack; version 4 carries the claim of the label below.
OLD_MUESLI_CLAIM = ("New", "recipe")

NAMES = {
    "muesli": {
        "en": "Oat & Berry Muesli",
        "de": "Hafer-Beeren-Müsli",
        "fr": "Muesli avoine et fruits rouges",
        "es": "Muesli de avena y frutos rojos",
        "ar": "موسلي الشوفان والتوت",
    },
    "olive-oil": {
        "en": "Extra Virgin Olive Oil",
        "de": "Natives Olivenöl extra",
        "fr": "Huile d’olive vierge extra",
        "es": "Aceite de oliva virgen extra",
        "ar": "زيت زيتون بكر ممتاز",
    },
    "honey": {
        "en": "Wildflower Honey",
        "de": "Wildblütenhonig",
        "fr": "Miel de fleurs sauvages",
        "es": "Miel de flores silvestres",
        "ar": "عسل الزهور البرية",
    },
    "passata": {
        "en": "Passata di pomodoro",
        "de": "Passata, passierte Tomaten",
        "fr": "Passata, tomates tamisées",
        "es": "Passata, tomate tamizado",
        "ar": "باساتا الطماطم",
    },
    "coffee": {
        "en": "Morning Filter Coffee",
        "de": "Filterkaffee Morgen",
        "fr": "Café filtre Matin",
        "es": "Café de filtro Mañana",
        "ar": "قهوة الصباح المفلترة",
    },
    "oat-drink": {
        "en": "Barista Oat Drink",
        "de": "Haferdrink Barista",
        "fr": "Boisson à l’avoine Barista",
        "es": "Bebida de avena Barista",
        "ar": "مشروب الشوفان باريستا",
    },
    "crispbread": {
        "en": "Rye Crispbread",
        "de": "Roggen-Knäckebrot",
        "fr": "Pain craquant de seigle",
        "es": "Pan crujiente de centeno",
        "ar": "خبز الجاودار المقرمش",
    },
    "chickpeas": {
        "en": "Chickpeas in water",
        "de": "Kichererbsen in Wasser",
        "fr": "Pois chiches au naturel",
        "es": "Garbanzos al natural",
        "ar": "حمّص في الماء",
    },
    "tea": {
        "en": "Evening Herbal Tea",
        "de": "Kräutertee Abend",
        "fr": "Infusion de plantes Soir",
        "es": "Infusión de hierbas Noche",
        "ar": "شاي الأعشاب للمساء",
    },
    "lingonberry": {
        "en": "Lingonberry Spread",
        "de": "Preiselbeer-Aufstrich",
        "fr": "Tartinade d’airelles",
        "es": "Crema de arándano rojo",
        "ar": "مربى التوت البري الأحمر",
    },
    "dish-soap": {
        "en": "Lemon Dish Soap",
        "de": "Spülmittel Zitrone",
        "fr": "Liquide vaisselle Citron",
        "es": "Lavavajillas Limón",
        "ar": "سائل غسيل الأطباق بالليمون",
    },
    "hand-wash": {
        "en": "Lavender Hand Wash",
        "de": "Handseife Lavendel",
        "fr": "Savon mains Lavande",
        "es": "Jabón de manos Lavanda",
        "ar": "غسول اليدين باللافندر",
    },
    "laundry": {
        "en": "Sea Linen Laundry Liquid",
        "de": "Waschmittel Meeresleinen",
        "fr": "Lessive liquide Lin marin",
        "es": "Detergente líquido Lino marino",
        "ar": "سائل غسيل كتان البحر",
    },
    "kitchen-spray": {
        "en": "Pine Kitchen Spray",
        "de": "Küchenspray Kiefer",
        "fr": "Spray cuisine Pin",
        "es": "Spray de cocina Pino",
        "ar": "بخاخ المطبخ بالصنوبر",
    },
    "hand-cream": {
        "en": "Oat Hand Cream",
        "de": "Handcreme Hafer",
        "fr": "Crème mains Avoine",
        "es": "Crema de manos Avena",
        "ar": "كريم اليدين بالشوفان",
    },
    "dishwasher-tabs": {
        "en": "Clear Dishwasher Tabs",
        "de": "Spülmaschinentabs Klar",
        "fr": "Tablettes lave-vaisselle Clair",
        "es": "Pastillas lavavajillas Claro",
        "ar": "أقراص غسالة الأطباق",
    },
}

LABELS = {
    "muesli": {
        "en": _label("Oat & Berry|Muesli", claim="No added|sugar"),
        "de": _label("Hafer-Beeren-|Müsli", claim="Ohne Zucker-|zusatz"),
        "fr": _label("Muesli avoine|et fruits rouges", claim="Sans sucres|ajoutés"),
        "es": _label("Muesli de avena|y frutos rojos", claim="Sin azúcares|añadidos"),
        "ar": _label("موسلي|الشوفان والتوت", claim="بدون سكر|مضاف"),
    },
    "olive-oil": {
        "en": _label("Olive Oil", "Extra virgin", "Cold pressed in Liguria"),
        "de": _label("Olivenöl", "Nativ extra", "Kaltgepresst in Ligurien"),
        "fr": _label("Huile d’olive", "Vierge extra", "Pressée à froid en Ligurie"),
        "es": _label("Aceite de oliva", "Virgen extra", "Prensado en frío en Liguria"),
        "ar": _label("زيت زيتون", "بكر ممتاز", "معصور على البارد في ليغوريا"),
    },
    "honey": {
        "en": _label("Wildflower|Honey", note="Raw, never heated"),
        "de": _label("Wildblüten-|Honig", note="Roh, nie erhitzt"),
        "fr": _label("Miel de fleurs|sauvages", note="Cru, jamais chauffé"),
        "es": _label("Miel de flores|silvestres", note="Cruda, sin calentar"),
        "ar": _label("عسل|الزهور البرية", note="خام غير مسخّن"),
    },
    "passata": {
        "en": _label("Passata", "di pomodoro", "Sun-ripened tomatoes, nothing else"),
        "de": _label("Passata", "passierte Tomaten", "Sonnengereifte Tomaten, sonst nichts"),
        "fr": _label("Passata", "tomates tamisées", "Tomates mûries au soleil, rien d’autre"),
        "es": _label("Passata", "tomate tamizado", "Tomates madurados al sol, nada más"),
        "ar": _label("باساتا", "طماطم مصفّاة", "طماطم ناضجة تحت الشمس ولا شيء غيرها"),
    },
    "coffee": {
        "en": _label("Morning", "Filter coffee", "Ground · medium roast"),
        "de": _label("Morgen", "Filterkaffee", "Gemahlen · mittlere Röstung"),
        "fr": _label("Matin", "Café filtre", "Moulu · torréfaction moyenne"),
        "es": _label("Mañana", "Café de filtro", "Molido · tueste medio"),
        "ar": _label("الصباح", "قهوة مفلترة", "مطحونة · تحميص متوسط"),
    },
    "oat-drink": {
        "en": _label("Oat Drink", "Barista", "Foams beautifully"),
        "de": _label("Haferdrink", "Barista", "Schäumt wunderbar"),
        "fr": _label("Boisson|à l’avoine", "Barista", "Mousse à merveille"),
        "es": _label("Bebida|de avena", "Barista", "Espuma de maravilla"),
        "ar": _label("مشروب|الشوفان", "باريستا", "رغوة رائعة"),
    },
    "crispbread": {
        "en": _label("Rye|Crispbread", "with sea salt", claim="High in|fibre"),
        "de": _label("Roggen-|Knäckebrot", "mit Meersalz", claim="Ballaststoff-|reich"),
        "fr": _label("Pain craquant|de seigle", "au sel de mer", claim="Riche en|fibres"),
        "es": _label("Pan crujiente|de centeno", "con sal marina", claim="Alto en|fibra"),
        "ar": _label("خبز الجاودار|المقرمش", "بملح البحر", claim="غني|بالألياف"),
    },
    "chickpeas": {
        "en": _label("Chickpeas", "in water", "Steamed, low in salt"),
        "de": _label("Kichererbsen", "in Wasser", "Gedämpft, salzarm"),
        "fr": _label("Pois chiches", "au naturel", "Cuits à la vapeur, peu de sel"),
        "es": _label("Garbanzos", "al natural", "Al vapor, bajos en sal"),
        "ar": _label("حمّص", "في الماء", "مطهو على البخار، قليل الملح"),
    },
    "tea": {
        "en": _label("Evening", "Herbal tea", "20 bags · caffeine-free"),
        "de": _label("Abend", "Kräutertee", "20 Beutel · ohne Koffein"),
        "fr": _label("Soir", "Infusion de plantes", "20 sachets · sans théine"),
        "es": _label("Noche", "Infusión de hierbas", "20 bolsitas · sin cafeína"),
        "ar": _label("المساء", "شاي الأعشاب", "20 كيسًا · خالٍ من الكافيين"),
    },
    "lingonberry": {
        "en": _label("Lingonberry", "Fruit spread", "60 % fruit"),
        "de": _label("Preiselbeere", "Fruchtaufstrich", "60 % Frucht"),
        "fr": _label("Airelle", "Tartinade de fruits", "60 % de fruits"),
        "es": _label("Arándano rojo", "Crema de fruta", "60 % de fruta"),
        "ar": _label("التوت البري", "مربى الفاكهة", "60 % فاكهة"),
    },
    "dish-soap": {
        "en": _label("Lemon", "Dish soap", "Plant-based · cuts grease"),
        "de": _label("Zitrone", "Spülmittel", "Pflanzenbasiert · fettlösend"),
        "fr": _label("Citron", "Liquide vaisselle", "Végétal · dégraissant"),
        "es": _label("Limón", "Lavavajillas", "Vegetal · quita la grasa"),
        "ar": _label("ليمون", "سائل غسيل الأطباق", "نباتي · يزيل الدهون"),
    },
    "hand-wash": {
        "en": _label("Lavender", "Hand wash", "With oat extract"),
        "de": _label("Lavendel", "Handseife", "Mit Haferextrakt"),
        "fr": _label("Lavande", "Savon mains", "À l’extrait d’avoine"),
        "es": _label("Lavanda", "Jabón de manos", "Con extracto de avena"),
        "ar": _label("لافندر", "غسول اليدين", "بخلاصة الشوفان"),
    },
    "laundry": {
        "en": _label("Sea Linen", "Laundry liquid", "30 washes · from 20 °C"),
        "de": _label("Meeresleinen", "Waschmittel", "30 Wäschen · ab 20 °C"),
        "fr": _label("Lin marin", "Lessive liquide", "30 lavages · dès 20 °C"),
        "es": _label("Lino marino", "Detergente líquido", "30 lavados · desde 20 °C"),
        "ar": _label("كتان البحر", "سائل غسيل", "30 غسلة · من 20 °م"),
    },
    "kitchen-spray": {
        "en": _label("Pine", "Kitchen spray", "Streak-free · no rinsing"),
        "de": _label("Kiefer", "Küchenspray", "Streifenfrei · ohne Nachwischen"),
        "fr": _label("Pin", "Spray cuisine", "Sans traces · sans rinçage"),
        "es": _label("Pino", "Spray de cocina", "Sin marcas · sin aclarado"),
        "ar": _label("صنوبر", "بخاخ المطبخ", "بلا آثار · دون شطف"),
    },
    "hand-cream": {
        "en": _label("Oat", "Hand cream", "For dry winter hands"),
        "de": _label("Hafer", "Handcreme", "Für trockene Winterhände"),
        "fr": _label("Avoine", "Crème mains", "Pour les mains en hiver"),
        "es": _label("Avena", "Crema de manos", "Para manos en invierno"),
        "ar": _label("شوفان", "كريم اليدين", "لليدين الجافتين في الشتاء"),
    },
    "dishwasher-tabs": {
        "en": _label("Clear", "Dishwasher tabs", "All in one · 30 tabs"),
        "de": _label("Klar", "Spülmaschinentabs", "All in one · 30 Tabs"),
        "fr": _label("Clair", "Tablettes lave-vaisselle", "Tout en un · 30 tablettes"),
        "es": _label("Claro", "Pastillas lavavajillas", "Todo en uno · 30 pastillas"),
        "ar": _label("نقي", "أقراص غسالة الأطباق", "الكل في واحد · 30 قرصًا"),
    },
}

LOOKS = {
    "muesli": {
        "en": "Navy muesli box with oats and berries in a white bowl",
        "de": "Dunkelblaue Müslischachtel mit Hafer und Beeren in weißer Schale",
        "fr": "Boîte de muesli bleu marine, avoine et fruits rouges dans un bol blanc",
        "es": "Caja de muesli azul marino con avena y frutos rojos en un bol blanco",
        "ar": "علبة موسلي زرقاء داكنة عليها شوفان وتوت في وعاء أبيض",
    },
    "olive-oil": {
        "en": "Dark green glass bottle with a cream label and an olive branch",
        "de": "Dunkelgrüne Glasflasche mit cremefarbenem Etikett und Olivenzweig",
        "fr": "Bouteille en verre vert foncé, étiquette crème et rameau d’olivier",
        "es": "Botella de vidrio verde oscuro con etiqueta crema y rama de olivo",
        "ar": "زجاجة خضراء داكنة عليها ملصق كريمي وغصن زيتون",
    },
    "honey": {
        "en": "Glass jar of amber honey with a hexagonal label and a cream lid",
        "de": "Glas mit bernsteinfarbenem Honig, sechseckigem Etikett und hellem Deckel",
        "fr": "Pot de miel ambré, étiquette hexagonale et couvercle crème",
        "es": "Tarro de miel ámbar con etiqueta hexagonal y tapa crema",
        "ar": "برطمان عسل كهرماني عليه ملصق سداسي وغطاء كريمي",
    },
    "passata": {
        "en": "Bottle of red passata with a green lid and two tomatoes on the label",
        "de": "Flasche mit roter Passata, grünem Deckel und zwei Tomaten auf dem Etikett",
        "fr": "Bouteille de passata rouge, bouchon vert et deux tomates sur l’étiquette",
        "es": "Botella de passata roja con tapa verde y dos tomates en la etiqueta",
        "ar": "زجاجة باساتا حمراء بغطاء أخضر وعلى ملصقها حبتا طماطم",
    },
    "coffee": {
        "en": "Dark green coffee pouch with a cream label and three coffee beans",
        "de": "Dunkelgrüner Kaffeebeutel mit cremefarbenem Etikett und drei Kaffeebohnen",
        "fr": "Sachet de café vert foncé, étiquette crème et trois grains de café",
        "es": "Bolsa de café verde oscuro con etiqueta crema y tres granos de café",
        "ar": "كيس قهوة أخضر داكن عليه ملصق كريمي وثلاث حبات بن",
    },
    "oat-drink": {
        "en": "Pale oat drink carton with an ear of oats and a foaming cup",
        "de": "Heller Haferdrink-Karton mit Haferrispe und schäumender Tasse",
        "fr": "Brique claire de boisson à l’avoine, épi d’avoine et tasse mousseuse",
        "es": "Cartón claro de bebida de avena con espiga y taza espumosa",
        "ar": "كرتونة فاتحة لمشروب الشوفان عليها سنبلة وفنجان برغوة",
    },
    "crispbread": {
        "en": "Rust-red crispbread pack with two slices of rye crispbread",
        "de": "Rostrote Knäckebrotpackung mit zwei Scheiben Roggenknäcke",
        "fr": "Paquet rouille de pain craquant avec deux tranches de seigle",
        "es": "Paquete color teja con dos rebanadas de pan crujiente de centeno",
        "ar": "علبة بلون الصدأ عليها شريحتان من خبز الجاودار المقرمش",
    },
    "chickpeas": {
        "en": "Tin can with a sand-coloured label and a heap of chickpeas",
        "de": "Konservendose mit sandfarbenem Etikett und einem Häufchen Kichererbsen",
        "fr": "Boîte de conserve à étiquette sable et pois chiches",
        "es": "Lata con etiqueta color arena y garbanzos",
        "ar": "علبة معدنية عليها ملصق رملي وحبات حمّص",
    },
    "tea": {
        "en": "Night-blue tea box with a moon above chamomile flowers",
        "de": "Nachtblaue Teeschachtel mit Mond über Kamillenblüten",
        "fr": "Boîte de thé bleu nuit, lune au-dessus de fleurs de camomille",
        "es": "Caja de té azul noche con luna sobre flores de manzanilla",
        "ar": "علبة شاي زرقاء ليلية عليها قمر فوق أزهار البابونج",
    },
    "lingonberry": {
        "en": "Glass jar of red lingonberry spread with a white lid",
        "de": "Glas mit rotem Preiselbeeraufstrich und weißem Deckel",
        "fr": "Pot de tartinade rouge d’airelles à couvercle blanc",
        "es": "Tarro de crema roja de arándano con tapa blanca",
        "ar": "برطمان مربى توت بري أحمر بغطاء أبيض",
    },
    "dish-soap": {
        "en": "Waisted bottle of yellow dish soap with a white cap and a lemon slice",
        "de": "Taillierte Flasche mit gelbem Spülmittel, weißer Kappe und Zitronenscheibe",
        "fr": "Flacon cintré de liquide jaune, bouchon blanc et tranche de citron",
        "es": "Botella entallada de lavavajillas amarillo con tapón blanco y rodaja de limón",
        "ar": "زجاجة سائل أطباق صفراء بغطاء أبيض وشريحة ليمون",
    },
    "hand-wash": {
        "en": "Lilac pump bottle with sprigs of lavender on a white label",
        "de": "Fliederfarbene Pumpflasche mit Lavendelzweigen auf weißem Etikett",
        "fr": "Flacon pompe lilas, brins de lavande sur étiquette blanche",
        "es": "Botella lila con dosificador y ramitas de lavanda en etiqueta blanca",
        "ar": "زجاجة بمضخة بلون الليلك وأغصان لافندر على ملصق أبيض",
    },
    "laundry": {
        "en": "White laundry bottle with a handle, a blue cap and a wave on the label",
        "de": "Weiße Waschmittelflasche mit Griff, blauer Kappe und Welle auf dem Etikett",
        "fr": "Bidon de lessive blanc à poignée, bouchon bleu et vague sur l’étiquette",
        "es": "Botella blanca de detergente con asa, tapón azul y una ola en la etiqueta",
        "ar": "عبوة غسيل بيضاء بمقبض وغطاء أزرق وموجة على الملصق",
    },
    "kitchen-spray": {
        "en": "Clear green spray bottle with pine needles on a white label",
        "de": "Durchsichtige grüne Sprühflasche mit Kiefernnadeln auf weißem Etikett",
        "fr": "Vaporisateur vert transparent, aiguilles de pin sur étiquette blanche",
        "es": "Pulverizador verde transparente con agujas de pino en etiqueta blanca",
        "ar": "زجاجة بخاخ خضراء شفافة وإبر صنوبر على ملصق أبيض",
    },
    "hand-cream": {
        "en": "Oat-coloured tube standing on a copper cap",
        "de": "Haferfarbene Tube, auf kupferfarbenem Deckel stehend",
        "fr": "Tube couleur avoine posé sur un bouchon cuivré",
        "es": "Tubo color avena apoyado sobre un tapón cobrizo",
        "ar": "أنبوب بلون الشوفان قائم على غطاء نحاسي",
    },
    "dishwasher-tabs": {
        "en": "White stand-up pouch with three blue dishwasher tabs",
        "de": "Weißer Standbeutel mit drei blauen Spülmaschinentabs",
        "fr": "Sachet blanc avec trois tablettes bleues pour lave-vaisselle",
        "es": "Bolsa blanca con tres pastillas azules para lavavajillas",
        "ar": "كيس أبيض عليه ثلاثة أقراص زرقاء لغسالة الأطباق",
    },
}
