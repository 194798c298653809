"""What is printed on the fronts, in the five languages of the packs."""

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
