"""What a DAM tells us, in the portal's words. Adapters make these."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

import orjson


@dataclass(frozen=True, slots=True)
class FileFact:
    """
    One file of the DAM as it is now: its newest version and the words about it.

    ==================  =========================================================================================
    source              key of the DAM connection
    uuid                names this version there; a new version has a new one
    previous_uuids      the uuids of its other versions, when the adapter asked for them *and* the DAM says that
                        this one is the newest; else ``None``. With them a file at a known path is told apart from a
                        stranger that took the place, and an older version from one that was restored
    path                where it lies, with its name: ``/Folder/file.jpg``
    sha1                40 hex digits, the only proof that the bytes changed
    size                bytes
    width, height       pixels, ``None`` for anything without
    duration            seconds, ``None`` for anything without
    media_type          ``image/jpeg``; ``extension`` without dot, lower case
    modified_at         the DAM's own time of the last change: newest wins by this, never by arrival
    read_at             our clock when the reading began that all this rests on. The DAM counts whole seconds: of two
                        readings of one second the later one saw more. ``None`` when nobody noted it
    approved            every approver of this version has said yes
    approval_word       the DAM's word for it, for staff
    once_approved       of a file that is not approved: uuids of its versions that were at some time, as far as the DAM
                        tells. ``None`` when nobody asked; asked for when an older version is still with partners
    group               what variants of one asset share; empty when the file stands alone
    language, markets   BCP 47 or empty; ISO 3166 codes, empty for all
    gtin                14 digits with a valid check digit, or empty
    kind, view          words of ``catalog.choices``; ``medium`` likewise
    title ...           ``{language: text}``
    rights_start        aware, inclusive; ``rights_end`` aware, exclusive; ``None`` is open
    rights_unread       the DAM says something about the window that is no date: what was known of it stays
    metadata            ``{key: str | bool | list[str]}`` for routing rules
    outside             it lies where nothing is mirrored, see ``outside_fact``: its uuids, place, approval and times
                        are all that it says
    ==================  =========================================================================================
    """

    source: str
    uuid: str
    path: str
    sha1: str
    size: int
    media_type: str
    extension: str
    modified_at: datetime
    approved: bool
    medium: str
    kind: str = "other"
    view: str = ""
    approval_word: str = ""
    previous_uuids: Sequence[str] | None = None
    once_approved: Sequence[str] | None = None
    read_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    group: str = ""
    language: str = ""
    markets: Sequence[str] = ()
    gtin: str = ""
    product_name: Mapping[str, str] = field(default_factory=dict)
    net_content: str = ""
    brand: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    alt_text: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    labels: Sequence[str] = ()
    rights_start: datetime | None = None
    rights_end: datetime | None = None
    usage_rights: str = ""
    copyright: str = ""
    rights_unread: bool = False
    public_use: bool = False
    metadata: Mapping[str, object] = field(default_factory=dict)
    outside: bool = False

    @property
    def folder(self) -> str:
        return self.path.rsplit("/", 1)[0] or "/"

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]


def outside_fact(
    *,
    source: str,
    uuid: str,
    path: str,
    modified_at: datetime,
    read_at: datetime | None,
    approved: bool,
    approval_word: str,
) -> FileFact:
    """Return what is to be said of a file that lies where nothing is mirrored, or is to lie there by our own rules."""
    return FileFact(
        source=source,
        uuid=uuid,
        path=path,
        modified_at=modified_at,
        read_at=read_at,
        approved=approved,
        approval_word=approval_word,
        outside=True,
        sha1="",
        size=0,
        media_type="",
        extension="",
        medium="",
    )


# The times are left out: the DAM moves its own for its reasons (thumbnails, tagging), which change nothing here. So is
# what says how to read the rest.
_UNSAID = {"previous_uuids", "once_approved", "modified_at", "read_at", "rights_unread", "outside"}
_SAID = sorted({field.name for field in fields(FileFact)} - _UNSAID)


def digest_of(fact: FileFact) -> str:
    """Return a digest of everything the fact says, apart from when and how it was read: 40 hex digits."""
    said = {name: getattr(fact, name) for name in _SAID}
    return hashlib.sha1(orjson.dumps(said, option=orjson.OPT_SORT_KEYS), usedforsecurity=False).hexdigest()
