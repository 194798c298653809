"""GTINs as people and systems write them. Source: GS1 General Specifications, section 7.9 (check digit)."""

import re

#: GTIN-8, -12, -13 and -14.
_LENGTHS = re.compile(r"[0-9]{8}|[0-9]{12,14}")


def as_gtin(digits: str) -> str:
    """Return 8, 12, 13 or 14 digits as 14, whatever the last one; the empty string for anything else."""
    return digits.zfill(14) if _LENGTHS.fullmatch(digits) else ""


def fits(gtin: str) -> bool:
    """Return whether the last of 14 digits is the one that belongs to the others."""
    return sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(gtin)) % 10 == 0
