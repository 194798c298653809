"""Reading lists of digests as people paste them: bare, as ``sha256sum`` writes them, or as BSD tools do."""

import re
from dataclasses import dataclass

_COREUTILS = re.compile(r"^\\?([0-9a-fA-F]{64})(?:\s+\*?(.*))?$")
# shasum --tag and BSD: SHA256 (name) = digest
_TAGGED = re.compile(r"^SHA2?-?256 \((.*)\) = ([0-9a-fA-F]{64})$")
_LONGEST_NAME = 300


@dataclass(frozen=True)
class Named:
    """One digest and the name its holder knows the file by, empty for none."""

    sha256: str
    name: str


def read(text: str) -> tuple[list[Named], list[str]]:
    """
    Return the digests of a text, one a line and each line once, and the lines that hold none.

    Source of the formats: GNU coreutils manual, "md5sum invocation"; FreeBSD manual, sha256(1).
    """
    found: dict[Named, None] = {}
    unread: list[str] = []
    for line in (part.strip() for part in text.splitlines()):
        if not line:
            continue
        if match := _COREUTILS.match(line):
            found[Named(match[1].lower(), (match[2] or "").strip()[:_LONGEST_NAME])] = None
        elif match := _TAGGED.match(line):
            found[Named(match[2].lower(), match[1].strip()[:_LONGEST_NAME])] = None
        else:
            unread.append(line[:_LONGEST_NAME])
    return list(found), unread
