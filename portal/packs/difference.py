"""What changed between two versions of a pack."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


class HasBytes(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class Difference:
    """
    ``added``, ``changed``  names whose bytes come with a delta; ``removed`` names to delete; ``renamed`` ``(old, new)``
    of bytes that stay. All in the order of names.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.renamed)

    @property
    def carried(self) -> frozenset[str]:
        """Names whose bytes a delta carries."""
        return frozenset(self.added) | frozenset(self.changed)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``delta.json`` and the API have it."""
        return {
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "renamed": [{"from": old, "to": new} for old, new in self.renamed],
        }


def between(before: Iterable[HasBytes], after: Iterable[HasBytes]) -> Difference:
    """Return what leads from one set of files to another. The verifier computes the same from two signed manifests."""
    old = {file.name: file.sha256 for file in before}
    new = {file.name: file.sha256 for file in after}
    going: dict[str, list[str]] = {}
    for name in sorted(old.keys() - new.keys(), reverse=True):
        going.setdefault(old[name], []).append(name)
    added, renamed = [], []
    for name in sorted(new.keys() - old.keys()):
        if going.get(new[name]):
            renamed.append((going[new[name]].pop(), name))
        else:
            added.append(name)
    return Difference(
        added=tuple(added),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        removed=tuple(sorted(name for names in going.values() for name in names)),
        renamed=tuple(renamed),
    )
