# ruff: noqa: E501 - texts in five languages stay on one line each: broken ones are harder to compare
"""The demo's onboarding: texts, programmes, and a distributor in the middle of its way."""

import contextlib
from datetime import datetime, timedelta
from typing import Any

from integrations import http
from integrations.errors import DeliveryError
from integrations.models import Connection, ExternalReference
from portal.onboarding import codes, programmes, services
from portal.onboarding.choices import Approval, DocumentKind, Origin, StepKind
from portal.onboarding.models import OnboardingDocument, Programme
from portal.onboarding.programmes import Planned
from portal.packs import services as packs
from portal.packs.choices import Purpose
from portal.packs.models import Pack
from portal.partners.models import Community, Membership, Partner
from portal.renditions.models import Recipe

#: In the middle of its way in the demo; it also joins the grid's onboarding community.
DISTRIBUTOR = "Gulf Crescent Distribution LLC"
COMMUNITY = "New partners"

_GUIDELINES = {
    "title": {
        "en": "How to use Norrvik pictures",
        "de": "So verwenden Sie Norrvik-Bilder",
        "fr": "Comment utiliser les images Norrvik",
        "es": "Cómo usar las imágenes de Norrvik",
        "ar": "كيف تستخدم صور Norrvik",
    },
    "body": {
        "en": "Show the product as it is. Do not recolour, stretch or mirror a picture, and leave the label whole.\n\n"
        "Leave room around the logo: as much as the height of its letter N on every side.\n\n"
        "Use the newest version. When a picture is replaced we tell you, and the old one has to go within ten days.",
        "de": "Zeigen Sie das Produkt, wie es ist. Färben, dehnen oder spiegeln Sie kein Bild, und lassen Sie das Etikett ganz.\n\n"
        "Lassen Sie Raum um das Logo: auf jeder Seite so viel, wie sein Buchstabe N hoch ist.\n\n"
        "Verwenden Sie die neueste Version. Wird ein Bild ersetzt, sagen wir es Ihnen, und das alte muss binnen zehn Tagen weichen.",
        "fr": "Montrez le produit tel qu’il est. Ne recolorez, n’étirez et n’inversez aucune image, et laissez l’étiquette entière.\n\n"
        "Laissez de l’espace autour du logo : de chaque côté, la hauteur de sa lettre N.\n\n"
        "Utilisez la version la plus récente. Quand une image est remplacée, nous vous le disons, et l’ancienne doit disparaître sous dix jours.",
        "es": "Muestre el producto tal como es. No recoloree, estire ni invierta ninguna imagen, y deje la etiqueta entera.\n\n"
        "Deje espacio alrededor del logotipo: en cada lado, la altura de su letra N.\n\n"
        "Use la versión más reciente. Cuando se sustituye una imagen se lo decimos, y la antigua debe desaparecer en diez días.",
        "ar": "اعرض المنتج كما هو. لا تغيّر ألوان الصورة ولا تمددها ولا تعكسها، واترك الملصق كاملاً.\n\n"
        "اترك مساحة حول الشعار: بقدر ارتفاع حرف N فيه من كل جانب.\n\n"
        "استخدم أحدث إصدار. عندما تُستبدل صورة نخبرك بذلك، ويجب إزالة القديمة خلال عشرة أيام.",
    },
}
_TERMS = {
    "title": {
        "en": "Terms of use for media",
        "de": "Nutzungsbedingungen für Medien",
        "fr": "Conditions d’utilisation des médias",
        "es": "Condiciones de uso de los medios",
        "ar": "شروط استخدام الوسائط",
    },
    "body": {
        "en": "You may use the media to sell Norrvik products in your markets, as long as you sell them.\n\n"
        "Each file says until when and where it may be used. What is withdrawn must be taken down at once.\n\n"
        "You do not pass media on, except to those who run your shop or print for you.",
        "de": "Sie dürfen die Medien verwenden, um Norrvik-Produkte in Ihren Märkten zu verkaufen, solange Sie sie führen.\n\n"
        "Jede Datei sagt, bis wann und wo sie verwendet werden darf. Was zurückgezogen wird, ist sofort zu entfernen.\n\n"
        "Sie geben Medien nicht weiter, außer an die, die Ihren Shop betreiben oder für Sie drucken.",
        "fr": "Vous pouvez utiliser les médias pour vendre les produits Norrvik sur vos marchés, tant que vous les vendez.\n\n"
        "Chaque fichier indique jusqu’à quand et où il peut être utilisé. Ce qui est retiré doit être enlevé aussitôt.\n\n"
        "Vous ne transmettez pas les médias, sauf à ceux qui gèrent votre boutique ou impriment pour vous.",
        "es": "Puede usar los medios para vender productos de Norrvik en sus mercados mientras los venda.\n\n"
        "Cada archivo indica hasta cuándo y dónde puede usarse. Lo que se retira debe quitarse de inmediato.\n\n"
        "No cede los medios, salvo a quienes gestionan su tienda o imprimen para usted.",
        "ar": "يجوز لك استخدام الوسائط لبيع منتجات Norrvik في أسواقك ما دمت تبيعها.\n\n"
        "يبيّن كل ملف حتى متى وأين يجوز استخدامه. وما يُسحب يجب إزالته فوراً.\n\n"
        "لا تسلّم الوسائط لغيرك إلا لمن يدير متجرك أو يطبع لك.",
    },
}
_DISTRIBUTORS = {
    "en": "Welcome, distributors",
    "de": "Willkommen, Distributoren",
    "fr": "Bienvenue aux distributeurs",
    "es": "Bienvenidos, distribuidores",
    "ar": "مرحباً بالموزعين",
}
_EVERYBODY = {
    "en": "Welcome to Norrvik",
    "de": "Willkommen bei Norrvik",
    "fr": "Bienvenue chez Norrvik",
    "es": "Le damos la bienvenida a Norrvik",
    "ar": "مرحباً بكم في Norrvik",
}


def join(grid: Connection, sandbox_url: str) -> None:
    """Let the distributor join the onboarding community, as its people would in the grid; once."""
    row = ExternalReference.objects.filter(
        connection=grid,
        resource="partner",
        local_id__in=Partner.objects.filter(name=DISTRIBUTOR).values("pk"),
    ).first()
    if row is None:
        return
    # Joined in an earlier run, it is a member already and the verb says so.
    with contextlib.suppress(DeliveryError):
        http.call(
            "POST",
            f"{sandbox_url}/_sandbox/trading_grid/communities/com-onboarding/members",
            service="The sandbox",
            operation="join",
            hosts=grid.hosts,
            json={"partnerCompanyId": row.external_id, "onboarding": "none"},
        )


def fill(*, now: datetime) -> None:
    """Publish texts and programmes, and take the distributor half way. Where there is a programme, nothing is done."""
    if Programme.objects.exists():
        return
    begun = now - timedelta(days=9)
    guidelines = _document("usage-guidelines", DocumentKind.GUIDELINES, _GUIDELINES, begun)
    terms = _document("media-terms", DocumentKind.TERMS, _TERMS, begun)
    pack = _pack(now)
    steps = [
        Planned(StepKind.COMPANY_DATA, due_days=7),
        Planned(StepKind.GUIDELINES, due_days=7, document=guidelines),
        Planned(StepKind.TERMS, due_days=11, document=terms),
        Planned(StepKind.PACK, due_days=14, pack=pack),
        Planned(StepKind.COLLEAGUES, due_days=14, is_optional=True),
        Planned(StepKind.CHANNEL, due_days=21, is_optional=True),
        Planned(StepKind.API, due_days=30, is_optional=True),
    ]
    everything: dict[str, Any] = {"now": begun, "actor": "system", "programme": None}
    programmes.save_programme(title=_EVERYBODY, steps=[*steps[:4], steps[4]], **everything)
    programmes.save_programme(title=_DISTRIBUTORS, kinds=["distributor"], steps=steps, **everything)
    _take_half_way(begun, now)
    codes.make_code(
        approval=Approval.MANUAL,
        expires_at=now + timedelta(days=90),
        note="Trade fair, autumn",
        now=now,
        actor="system",
    )


def _document(
    key: str, kind: DocumentKind, texts: dict[str, dict[str, str]], now: datetime
) -> OnboardingDocument:
    programmes.publish_document(
        key=key, kind=kind, title=texts["title"], body=texts["body"], now=now, actor="system"
    )
    return OnboardingDocument.objects.get(key=key)


def _pack(now: datetime) -> Pack:
    """Return the pack new companies take: the one there is, else one of the brand's logos and guidelines."""
    found = Pack.objects.filter(
        purpose=Purpose.ONBOARDING, closed_at=None, communities__name=COMMUNITY
    ).first()
    if found is not None:
        return found
    pack = packs.save_pack(
        pack=None,
        facts={
            "title": {
                "en": "Brand starter pack",
                "de": "Marken-Startpaket",
                "fr": "Pack de marque",
                "es": "Paquete inicial de marca",
                "ar": "حزمة العلامة للبداية",
            },
            "purpose": Purpose.ONBOARDING,
            "asks": "received",
            "asks_within_days": 14,
        },
        communities=Community.objects.filter(name=COMMUNITY),
        owner=None,
        now=now,
        actor="system",
    )
    sizes = list(Recipe.objects.filter(key="original"))
    packs.set_contents(pack=pack, picks=[], rules=[({"folders": ["/Brand"]}, sizes)], now=now, actor="system")
    packs.begin_version(pack=pack, now=now)
    return pack


def _take_half_way(begun: datetime, now: datetime) -> None:
    partner = Partner.objects.filter(name=DISTRIBUTOR).first()
    if partner is None:
        return
    way = services.enrol(
        partner=partner, community=Community.objects.filter(name=COMMUNITY).first(), now=begun
    )
    manager = Membership.objects.filter(partner=partner, role="manager").select_related("user").first()
    if way is None or manager is None:
        return
    by = services.By(Origin.PORTAL, f"user:{manager.user.public_id}", manager.user)
    steps = {step.kind: step for step in way.steps.select_related("enrolment", "template__document")}
    services.confirm_company_data(
        step=steps[StepKind.COMPANY_DATA],
        sha256=services.company_digest(partner),
        by=by,
        now=now - timedelta(days=8),
    )
    services.accept_document(
        step=steps[StepKind.GUIDELINES], revision=1, language="en", by=by, now=now - timedelta(days=6)
    )
