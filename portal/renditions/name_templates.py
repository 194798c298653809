"""
File names by template: ``{gtin}_{view}_{lang}`` makes ``09521234500049_front_de.jpg``.

Pure functions. Names are safe on every system: letters, digits, ``.``, ``-`` and ``_``, at most 120 signs.
"""

import re
import string
from collections.abc import Mapping

from portal.renditions.naming import safe_stem

#: What a template may name, and an example of each.
FIELDS = {
    "gtin": "09521234500049",
    "view": "front",
    "facing": "1",
    "lang": "de",
    "market": "DE",
    "brand": "norrvik-pantry",
    "name": "oat_muesli_front",
    "kind": "packshot",
    "version": "4",
    "recipe": "web-1200",
    "width": "1200",
    "height": "1200",
}
#: A file without one of these loses the field and the sign before it; without another one the template does not apply.
OPTIONAL = {"lang", "market", "view"}
#: GS1 Product Image Specification, file naming: the facing of the image; 0 is "not applicable".
FACINGS = {"front": "1", "left": "2", "top": "3", "back": "7", "right": "8", "bottom": "9"}
_LITERAL = re.compile(r"[A-Za-z0-9._-]*")
_SEPARATORS = "._-"


class BadTemplate(ValueError):
    """The template cannot make safe names. ``code`` is syntax, field, sign or same; ``part`` names what."""

    def __init__(self, code: str, part: str = ""):
        super().__init__(f"{code}: {part}")
        self.code, self.part = code, part


def parts(template: str) -> list[tuple[str, str | None]]:
    """
    Return a template as ``(text, field)`` pairs, the last field ``None`` when it ends in text.

    :raises BadTemplate: it cannot be used
    """
    try:
        found = list(string.Formatter().parse(template))
    except ValueError:
        raise BadTemplate("syntax") from None
    for text, field, spec, conversion in found:
        if not _LITERAL.fullmatch(text):
            raise BadTemplate("sign", next(sign for sign in text if not _LITERAL.fullmatch(sign)))
        if field is not None and (field not in FIELDS or spec or conversion):
            raise BadTemplate("field", field or "")
    if not {field for _, field, _, _ in found} & {"gtin", "name"}:
        # Every file would be called the same.
        raise BadTemplate("same")
    return [(text, field) for text, field, _, _ in found]


def render(template: str, facts: Mapping[str, str], extension: str) -> str | None:
    """
    Return a file's name with its extension, ``None`` when the file lacks a fact the template needs.

    :param facts: values of ``FIELDS``; missing and empty are the same
    :raises BadTemplate: it cannot be used
    """
    words: list[str] = []
    for text, field in parts(template):
        value = safe(facts.get(field, "")) if field else ""
        if field and not value:
            if field not in OPTIONAL:
                return None
            text = text.rstrip(_SEPARATORS)
        words += [text, value]
    stem = safe_stem("".join(words))
    return f"{stem}.{safe(extension) or 'bin'}"


def example(template: str, extension: str = "jpg") -> str:
    """
    Return the name an imagined file would get.

    :raises BadTemplate: it cannot be used
    """
    return render(template, FIELDS, extension) or ""


def safe(text: str) -> str:
    """Return text as part of a name: what is no letter, digit, dot or hyphen becomes ``_``."""
    return re.sub(r"[^\w.-]+", "_", text).strip(_SEPARATORS)
