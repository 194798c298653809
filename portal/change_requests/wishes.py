"""What somebody wants: read from what an interface was given, checked, told in words, and known again."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.catalog.choices import View
from portal.catalog.models import Asset, Product, Variant
from portal.change_requests.choices import Reason
from portal.change_requests.models import ChangeRequest
from portal.core.errors import BadInput
from portal.core.labels import language_name, market_name
from portal.core.templatetags.portal import by, weight
from portal.partners import channels
from portal.partners.models import Channel, Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, VariantCard
from portal.renditions.choices import Fit, Format

#: What says what a file should be like; with none of it, two wishes differ by their words alone.
SPECIFIC = (
    "market", "language", "view", "width", "height", "fit", "format", "most_bytes", "background", "captions",
)  # fmt: skip
#: The largest side that can be asked for, in pixels, and the heaviest file, in bytes.
LARGEST, HEAVIEST = 30_000, 50_000_000_000
TRANSPARENT = "transparent"
_BACKGROUND = re.compile(r"[0-9a-f]{6}|transparent")


class Incomplete(BadInput):
    """Something is missing or cannot be; ``errors`` names each member with what to do."""

    code = "bad_input"


@dataclass(frozen=True)
class Wish:
    """
    What is asked for, already within what the company may know. The members are those of ``ChangeRequest``.

    ``card``, ``shown``  the asset and the file of it as the company sees them, ``None`` when it is about neither
    """

    reason: Reason
    card: AssetCard | None = None
    shown: VariantCard | None = None
    gtin: str = ""
    about: str = ""
    market: str = ""
    language: str = ""
    view: str = ""
    width: int | None = None
    height: int | None = None
    fit: str = ""
    format: str = ""
    most_bytes: int | None = None
    background: str = ""
    captions: bool = False
    channel: Channel | None = None
    channel_code: str = ""
    needed_by: date | None = None
    note: str = ""

    @property
    def asset(self) -> Asset | None:
        return self.card.asset if self.card else None

    @property
    def variant(self) -> Variant | None:
        return self.shown.variant if self.shown else None

    @property
    def is_specific(self) -> bool:
        """Whether the members alone, without its words, say what is wanted."""
        return self.reason.orders and any(getattr(self, name) for name in SPECIFIC)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is wanted: the same for whoever of the company wants the same, and whenever they need it."""
        facts = {name: getattr(self, name) for name in ("reason", "gtin", "channel_code", *SPECIFIC)}
        facts["asset"] = self.asset.public_id if self.asset else ""
        facts["variant"] = self.variant.public_id if self.variant and not self.reason.orders else ""
        facts["note"] = "" if self.is_specific else " ".join(self.note.casefold().split())
        return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def facts(self) -> dict[str, Any]:
        """Return the columns of a request that asks for this."""
        own = ("reason", "asset", "variant", "gtin", "about", "channel", "channel_code", "needed_by", "note")
        return {name: getattr(self, name) for name in (*own, *SPECIFIC, "fingerprint")}


def read(partner: Partner, given: Mapping[str, Any], *, at: datetime) -> Wish:
    """
    Return a wish from what an interface was given, each member of its type: ``asset``, ``variant`` and ``channel`` are
    public ids, ``needed_by`` is a date, everything else as in ``Wish``; what was not given is left out or empty.

    :raises NotFound: the asset, the file of it or the channel is unknown or another company's: the two look the same
    :raises Gone: the asset was taken back
    """
    card = publications.get_asset(partner, given["asset"], at=at) if given.get("asset") else None
    shown = None
    if card is not None and given.get("variant"):
        shown = publications.choose_variant(partner, card, variant=given["variant"])
    product = card.asset.product if card else None
    gtin = product.gtin if product else given.get("gtin") or ""
    if card is None and gtin:
        product = Product.objects.filter(gtin=gtin, assets__in=_seen(partner, gtin, at)).first()
    channel = channels.get_channel(partner, given["channel"]) if given.get("channel") else None
    plain = {name: given[name] for name in ("needed_by", *SPECIFIC) if given.get(name)}
    return Wish(
        reason=Reason(given["reason"]),
        card=card,
        shown=shown,
        gtin=gtin,
        about=_called(card, product),
        channel=channel,
        channel_code=(given.get("channel_code") or "").strip(),
        note=(given.get("note") or "").strip(),
        **plain,
    )


def _seen(partner: Partner, gtin: str, at: datetime) -> list[int]:
    page = publications.asset_page(partner, publications.AssetFilter(gtin=gtin), at=at, size=1)
    return [card.asset.pk for card in page.items]


def _called(card: AssetCard | None, product: Product | None) -> str:
    name = card.asset.name if card else (product.title if product else "")
    return name[:200]


def problems(wish: Wish, *, today: date) -> dict[str, str]:
    """Return what is missing or cannot be, ``{member: what to do}`` in the reader's words; nothing when all is well."""
    found: dict[str, str] = {}
    if wish.reason == Reason.MISSING_LANGUAGE and not wish.language:
        found["language"] = _("Say which language you need.")
    if wish.reason == Reason.MISSING_SIZE and not (
        wish.width or wish.height or wish.format or wish.most_bytes or wish.background
    ):
        found["width"] = _("Say what you need: pixels, format, weight or background.")
    if wish.reason == Reason.REFUSED_BY_CHANNEL and not (wish.channel_code or wish.note):
        found["channel_code"] = _("Say what the channel answered: its code, or in your words below.")
    if wish.reason in {Reason.OTHER, Reason.RIGHTS, Reason.QUALITY} and not wish.note:
        found["note"] = _("Say in your words what you need.")
    if wish.card is None and not wish.gtin and not (wish.reason == Reason.OTHER or wish.note):
        found["gtin"] = _("Say which product it is about, or describe below what you look for.")
    if wish.background and not _BACKGROUND.fullmatch(wish.background):
        found["background"] = _("Write a colour as six hex digits, ffffff for white; or transparent.")
    if wish.needed_by is not None and wish.needed_by < today:
        found["needed_by"] = _("This day has passed. Leave it empty if there is no hurry.")
    return found


def check(wish: Wish, *, now: datetime) -> None:
    """
    :raises Incomplete: something is missing or cannot be
    """
    if found := problems(wish, today=timezone.localdate(now)):
        errors = [{"parameter": name, "detail": detail} for name, detail in found.items()]
        raise Incomplete(next(iter(found.values())), errors=errors)


def lines(wish: Wish | ChangeRequest) -> list[tuple[str, str]]:
    """Return what is wanted as ``(label, value)`` in the reader's language, without what was not said."""
    pixels = by(wish.width, wish.height)
    if not pixels and wish.width:
        pixels = _("%(pixels)d pixels wide") % {"pixels": wish.width}
    elif not pixels and wish.height:
        pixels = _("%(pixels)d pixels high") % {"pixels": wish.height}
    background = (
        _("Transparent") if wish.background == TRANSPARENT else wish.background and f"#{wish.background}"
    )
    found = [
        ("GTIN", wish.gtin),
        (_("View"), str(View(wish.view).label) if wish.view else ""),
        (_("Language"), language_name(wish.language) if wish.language else ""),
        (_("Captions"), _("With captions") if wish.captions else ""),
        (_("Market"), market_name(wish.market) if wish.market else ""),
        (_("Size"), pixels),
        (_("Shape"), str(Fit(wish.fit).label) if wish.fit else ""),
        (_("Format"), str(Format(wish.format).label) if wish.format else ""),
        (_("At most"), weight(wish.most_bytes)),
        (_("Background"), background),
        (_("Channel"), wish.channel.name if wish.channel else ""),
        (_("The channel says"), wish.channel_code),
    ]
    return [(label, value) for label, value in found if value]


def file_of(card: AssetCard | None, wish: Wish | ChangeRequest) -> VariantCard | None:
    """Return the file of an asset a wish is about: the one it names, else the first shown."""
    if card is None:
        return None
    return (card.find(variant=wish.variant.public_id) if wish.variant else None) or card.lead
