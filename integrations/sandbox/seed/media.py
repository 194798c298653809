"""One file of the DAM, and how it is written into the catalogue."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from .recipes import Recipe

COPYRIGHT = "© Norrvik AS"

USAGE_ALL = "All channels of authorised partners."
USAGE_SHOP = "Web shops and marketplaces of authorised partners. No print."
USAGE_CAMPAIGN = "Only with the campaign and during its run. Do not crop products."


@dataclass(frozen=True)
class Rights:
    """
    The window in which a file may be used, in days from the day of the build.

    ``start`` may be ``None`` (open); negative days lie in the past.
    """

    start: int | None = None
    end: int | None = 400


CURRENT = Rights()
SCHEDULED = Rights(start=14, end=500)
EXPIRING = Rights(start=-300, end=18)
EXPIRED = Rights(start=-400, end=-5)


@dataclass(frozen=True)
class Version:
    """An older state of a file; ``days`` ago it was the newest."""

    output: str
    recipe: Recipe
    days: int


@dataclass(frozen=True)
class Media:
    """
    One file of the DAM.

    ``path`` is its place there, ``output`` the original below the seed folder. ``created`` and
    ``modified`` are days before the build; left out, they are drawn by lot from the path.
    """

    path: str
    output: str
    recipe: Recipe
    meta: dict[str, Any]
    tags: dict[str, list[str]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    product: dict[str, Any] | None = None
    approval: str | None = "APPROVED"
    rights: Rights = CURRENT
    created: int | None = None
    modified: int | None = None
    versions: tuple[Version, ...] = ()


# Every file carries every key, as a DAM gives them out; what a file leaves open is empty.
_EMPTY = {
    "title": {},
    "description": {},
    "alt_text": {},
    "gtin": "",
    "product_name": {},
    "net_content": "",
    "brand": "",
    "asset_type": "",
    "view": "none",
    "variant_group": "",
    "language": "",
    "markets": [],
    "rights_start": "",
    "rights_end": "",
    "usage_rights": USAGE_ALL,
    "public_use": False,
    "copyright": COPYRIGHT,
    "campaign": "",
}


def as_json(item: Media, today: date) -> dict[str, Any]:
    """One entry of ``files`` in ``catalogue.json``; its dates are counted from ``today``."""
    chance = random.Random(item.path)
    created = chance.randint(90, 320) if item.created is None else item.created
    modified = chance.randint(2, min(created, 75)) if item.modified is None else item.modified
    minute = chance.randrange(8 * 60, 17 * 60)

    def moment(days: int) -> str:
        clock = time(minute // 60, minute % 60)
        return datetime.combine(today - timedelta(days=days), clock, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def day(offset: int | None) -> str:
        return "" if offset is None else (today + timedelta(days=offset)).isoformat()

    rights = {"rights_start": day(item.rights.start), "rights_end": day(item.rights.end)}
    return {
        "path": item.path,
        "file": item.output,
        "meta": {**_EMPTY, **rights, **item.meta},
        "tags": item.tags,
        "labels": list(item.labels),
        "product": item.product,
        "approval": item.approval,
        "created_at": moment(created),
        "modified_at": moment(modified),
        "versions": [{"file": old.output, "modified_at": moment(old.days)} for old in item.versions],
    }
