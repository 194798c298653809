"""From the DAM's words to the portal's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from integrations.errors import BadPayload
from integrations.payloads import text
from integrations.scaleflex.config import Options
from integrations.scaleflex.schemas import MetadataModel, RemoteFile
from portal.catalog.captions import format_of, split
from portal.catalog.choices import AssetKind, Medium, View
from portal.catalog.facts import FileFact, outside_fact

#: Approval words seen in the vendor's widget. Any other is treated as "not approved" and noted.
KNOWN_APPROVALS = {
    "", "APPROVED", "PENDING", "PRE-APPROVED", "PRE-REFUSED", "REFUSED", "REJECTED", "CANCELLED", "CANCELED", "RESET",
    "NO_RESPONSE",
}  # fmt: skip
_VECTOR = {
    "image/svg+xml",
    "application/postscript",
    "image/x-eps",
    "application/illustrator",
    "application/eps",
}
_DOCUMENTS = ("application/pdf", "text/", "application/msword", "application/vnd.", "application/rtf")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Mapped:
    """
    ``fact`` for the portal; ``note`` is something staff should know about it, ``error`` why a person must look at the
    file although the fact counts, with what the DAM said in ``raw``; empty when there is nothing.
    """

    fact: FileFact
    note: str = ""
    error: str = ""
    raw: bytes = b""


def is_mirrored(path: str, options: Options) -> bool:
    """Return whether a file that lies there belongs to the portal at all: below the root, and no derivative."""
    return _inside(path, options.root_folder) and not any(
        _inside(path, folder) for folder in options.skipped_folders
    )


def folders(options: Options) -> tuple[str, tuple[str, ...]]:
    """Return the root and the skipped folders with one slash before and none behind; the root of all is ``/``."""
    return _plain(options.root_folder), tuple(_plain(folder) for folder in options.skipped_folders)


def _plain(folder: str) -> str:
    return "/" + folder.strip("/")


def _inside(path: str, folder: str) -> bool:
    return path.startswith(_plain(folder).rstrip("/") + "/")


def mapped(
    file: RemoteFile, *, source: str, options: Options, model: MetadataModel, read_at: datetime | None = None
) -> Mapped:
    """Translate one file, wherever it lies: see ``fact_of`` and ``portal.catalog.facts.outside_fact``."""
    if is_mirrored(file.path, options):
        return fact_of(file, source=source, options=options, model=model, read_at=read_at)
    return Mapped(
        outside_fact(
            source=source,
            uuid=file.uuid,
            path=file.path,
            modified_at=file.modified_at,
            read_at=read_at,
            approved=file.approval in options.approved_words,
            approval_word=file.approval,
        )
    )


def fact_of(
    file: RemoteFile,
    *,
    source: str,
    options: Options,
    model: MetadataModel,
    read_at: datetime | None = None,
) -> Mapped:
    """
    Translate one file that is mirrored.

    A rights window that cannot be read is an error of the file, and the fact says so: guessing could show what must not
    be shown, and passing it over would keep what must not be kept.

    :param source: key of the connection
    :param read_at: our clock before the file was read
    """
    values = _Values(file.meta, options, model)
    medium = _medium(file.media_type)
    captions = format_of(media_type=file.media_type, extension=file.extension)
    spoken = split(file.path)[1] if captions else ""
    title = values.texts("title") or {options.default_language: _readable(file.name)}
    starts, ends, error = _window(values, model)
    fact = FileFact(
        source=source,
        uuid=file.uuid,
        read_at=read_at,
        path=file.path,
        sha1=file.sha1,
        size=file.size,
        width=file.width,
        height=file.height,
        duration=file.duration,
        media_type=file.media_type,
        extension=file.extension,
        modified_at=file.modified_at,
        approved=file.approval in options.approved_words,
        approval_word=file.approval,
        medium=medium,
        kind=AssetKind.CAPTIONS.value if captions else _kind(values.word("kind"), medium),
        view=_view(values.word("view")),
        group=values.text("group", 200),
        language=language(values.word("language") or spoken),
        markets=tuple(
            sorted({word.upper() for word in values.words("markets") if re.fullmatch("[A-Za-z]{2}", word)})
        ),
        gtin=gtin14(values.text("gtin", 40)),
        product_name=values.texts("product_name"),
        net_content=values.text("net_content", 60),
        brand=values.text("brand", 100),
        title=title,
        description=values.texts("description"),
        alt_text=values.texts("alt_text"),
        tags=tuple(sorted(file.tags)),
        labels=tuple(sorted(file.labels)),
        rights_start=starts,
        rights_end=ends,
        rights_unread=bool(error),
        usage_rights=values.text("usage_rights", 10_000),
        copyright=values.text("copyright", 300),
        public_use=values.flag("public_use"),
        metadata=values.routable(file.product_ref),
    )
    note = (
        "" if file.approval in KNOWN_APPROVALS else f"Unknown approval word {file.approval!r}: not approved."
    )
    return Mapped(fact, note, error)


def _window(values: "_Values", model: MetadataModel) -> tuple[datetime | None, datetime | None, str]:
    """Return the rights window, or why it cannot be read."""
    try:
        starts = window_start(values.raw("rights_start"))
        return starts, window_end(values.raw("rights_end", model.expiry_key)), ""
    except BadPayload as error:
        return None, None, str(error)


class _Values:
    """The metadata of one file by the portal's words; selections and variants by their API values."""

    def __init__(self, meta: Mapping[str, Any], options: Options, model: MetadataModel):
        self._meta = meta
        self._keys = options.metadata
        self._default = options.default_language
        self._values = model.values or {}
        self._variants = model.variants or {}

    def raw(self, word: str, other_key: str | None = None) -> Any:
        """The value as it came; of a second key when the first has none."""
        value = self._meta.get(self._keys[word])
        if value in (None, "") and other_key:
            value = self._meta.get(other_key)
        return value

    def _plain(self, value: Any) -> str:
        if isinstance(value, str):
            plain = text(value).strip()
            return self._values.get(plain, plain)
        if isinstance(value, dict):
            # A selection with format=select:json, or a text that has variants where one was expected.
            return self._plain(value.get("api_value") or self._in_default(value))
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return f"{value:g}" if isinstance(value, float) else str(value)
        return ""

    def _in_default(self, value: dict[str, Any]) -> Any:
        found = {
            self._variants.get(key, key): entry for key, entry in value.items() if isinstance(entry, str)
        }
        return found.get(self._default) or next((entry for entry in found.values() if entry), "")

    def text(self, word: str, longest: int) -> str:
        value = self.raw(word)
        if value is None:
            return ""
        return self._plain(value[0] if isinstance(value, list) and value else value)[:longest]

    def word(self, word: str) -> str:
        return self.text(word, 100)

    def words(self, word: str) -> list[str]:
        value = self.raw(word)
        entries = (
            value if isinstance(value, list) else text(value).split(",") if isinstance(value, str) else []
        )
        return [found for entry in entries if (found := self._plain(entry))]

    def texts(self, word: str) -> dict[str, str]:
        value = self.raw(word)
        if not value:
            return {}
        if not isinstance(value, dict):
            plain = self._plain(value)
            return {self._default: plain} if plain else {}
        found = {language(self._variants.get(key, key)): text(entry).strip() for key, entry in value.items()}
        return {key: entry for key, entry in found.items() if key and entry}

    def flag(self, word: str) -> bool:
        value = self.raw(word)
        return (
            value is True
            or value == 1
            or (isinstance(value, str) and value.strip().lower() in {"1", "true", "yes"})
        )

    def routable(self, product_ref: str) -> dict[str, str | bool | list[str]]:
        """Everything that a routing rule may ask for: single values and lists, not the texts with variants."""
        found: dict[str, str | bool | list[str]] = {"product_ref": product_ref} if product_ref else {}
        for key, value in self._meta.items():
            if (
                value is None
                or isinstance(value, dict)
                or value in ("", [])
                or not (key := text(key).strip())
            ):
                continue
            if isinstance(value, bool):
                found[key] = value
            elif isinstance(value, list):
                found[key] = [plain[:500] for entry in value[:200] if (plain := self._plain(entry))]
            else:
                found[key] = self._plain(value)[:500]
        return found


def _readable(name: str) -> str:
    stem = name.rsplit(".", 1)[0] or name
    return stem.replace("_", " ").strip() or name


def _medium(media_type: str) -> str:
    if media_type in _VECTOR:
        return Medium.VECTOR.value
    if media_type.startswith("image/"):
        return Medium.IMAGE.value
    if media_type.startswith("video/"):
        return Medium.VIDEO.value
    if media_type.startswith(_DOCUMENTS):
        return Medium.DOCUMENT.value
    return Medium.OTHER.value


_KINDS = frozenset(AssetKind.values)
_VIEWS = frozenset(View.values)


def _kind(word: str, medium: str) -> str:
    word = word.lower()
    if word in _KINDS:
        return word
    return medium if medium in {"video", "document"} else AssetKind.OTHER.value


def _view(word: str) -> str:
    word = word.lower()
    return word if word in _VIEWS else View.NONE.value


@lru_cache(maxsize=1024)
def language(word: str) -> str:
    """Return a BCP 47 code in its usual spelling (``pt-BR``), empty for anything else."""
    word = word.strip().replace("_", "-")
    if len(word) > 12 or not _LANGUAGE.fullmatch(word):
        return ""
    first, *rest = word.split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part.title() for part in rest)])


def gtin14(value: str) -> str:
    """
    Return a GTIN of 8, 12, 13 or 14 digits with 14 digits, empty when it is none or its check digit is wrong.

    Source: GS1 General Specifications, "Check digit calculations".
    """
    digits = re.sub(r"[\s-]", "", value)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {8, 12, 13, 14}:
        return ""
    digits = digits.zfill(14)
    # Weights 3, 1, 3, 1 ... from the left of fourteen digits.
    total = 3 * sum(map(int, digits[::2])) + sum(map(int, digits[1::2]))
    return digits if total % 10 == 0 and total else ""


def window_start(value: Any) -> datetime | None:
    """
    Return the first moment of use: of a day, its beginning in UTC.

    :raises BadPayload: not a date
    """
    return _moment(value, "start", timedelta())


def window_end(value: Any) -> datetime | None:
    """
    Return the moment at which use ends: of a day, which is the last one allowed, the midnight after it in UTC.

    :raises BadPayload: not a date
    """
    return _moment(value, "end", timedelta(days=1))


def _moment(value: Any, which: str, after_day: timedelta) -> datetime | None:
    if value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip()):
        return None
    plain = text(value).strip()
    try:
        if _DAY.fullmatch(plain):
            day = date.fromisoformat(plain)
            if day == date.max:
                # How some say "for ever"; there is no day after it.
                return None
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + after_day
        moment = datetime.fromisoformat(plain)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadPayload(
            f"The {which} of the rights ({str(value)[:60]!r}) cannot be read as a date."
        ) from None
