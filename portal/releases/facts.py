"""What adapters hand in, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.catalog.facts import FileFact, outside_fact

__all__ = ["FileFact", "Outcome", "outside_fact"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What ``apply_files`` did, in numbers of files.

    ``unsure``   uuids of files at a known path that may be strangers: read them again with ``previous_uuids``
    ``foreign``  uuids of files outside the mirrored folders that were never ours
    """

    new: int = 0
    replaced: int = 0
    updated: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    stale: int = 0
    unsure: Sequence[str] = ()
    foreign: Sequence[str] = ()
