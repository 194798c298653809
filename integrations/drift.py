"""What a comparison with a vendor finds: the words both vendors' parts share with ``reconcile``."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from integrations.models import SeenPage, SyncCursor


@dataclass(frozen=True)
class Difference:
    """
    One thing that the vendor and the portal do not agree on.

    ``kind``     see ``reconcile.KINDS``
    ``subject``  what it is about: a path, a publication, a company
    ``reason``   why it cannot be repaired, empty when a repair is possible
    """

    kind: str
    subject: str
    reason: str = ""


@dataclass
class Compared:
    """
    What one step of a comparison came to.

    ``place``        where to go on, ``None`` at the end
    ``count``        things looked at
    ``total``        about how many there are, ``None`` when nobody knows
    ``differences``  those found in this step
    ``repairs``      hints or messages written about them
    ``on_the_way``   things that were passed over because news or a message about them is still being worked on
    """

    place: dict[str, Any] | None
    count: int = 0
    total: int | None = None
    differences: list[Difference] = field(default_factory=list)
    repairs: int = 0
    on_the_way: int = 0


@dataclass(frozen=True)
class Run:
    """
    One reconciliation, from the first comparison to the proof.

    ``id``        names it in the keys of its repairs
    ``repair``    whether anything is repaired; ``False`` only compares
    ``proving``   the repairs are done and this is the second look: what still differs is parked
    ``restored``  the portal's database came back from a backup: what waits in the outbox may be long overtaken
    """

    id: str
    repair: bool
    proving: bool = False
    restored: bool = False


class Seen:
    """
    What a walk has met so far: 8 bytes of digest for each name, kept in rows, so that a walk that was killed goes on.

    Two names share a digest once in 10^9 walks over 100,000 files; then one absence would be found a night later.
    """

    def __init__(self, cursor: SyncCursor):
        self._cursor = cursor
        self._sorted: array | None = None

    def add(self, names: Iterable[str]) -> None:
        """Remember these names with the cursor's own transaction."""
        found = _digests(names)
        if found:
            SeenPage.objects.create(cursor=self._cursor, digests=found.tobytes())
            self._sorted = None

    def lacks(self, names: Iterable[str]) -> list[str]:
        """Return those of the names that were not met."""
        if self._sorted is None:
            met = array("Q")
            pages = SeenPage.objects.filter(cursor=self._cursor).order_by("pk")
            for digests in pages.values_list("digests", flat=True).iterator():
                met.frombytes(bytes(digests))
            self._sorted = array("Q", sorted(met))
        names = list(names)
        return [name for name, digest in zip(names, _digests(names), strict=True) if not self._has(digest)]

    def clear(self) -> None:
        """Begin anew."""
        SeenPage.objects.filter(cursor=self._cursor).delete()
        self._sorted = None

    def _has(self, digest: int) -> bool:
        met = self._sorted or array("Q")
        place = bisect_left(met, digest)
        return place < len(met) and met[place] == digest


def _digests(names: Iterable[str]) -> array:
    return array(
        "Q", (int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") for name in names)
    )
