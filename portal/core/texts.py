"""Words in several languages, and words as they are searched for."""

import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import get_language

_LETTERS = re.compile(r"\w+")


def in_language(texts: Mapping[str, str] | None, *languages: str | None) -> str:
    """
    Return the best text for a reader, the empty string when there is none.

    :param texts: ``{"en": "Boat", "de": "Boot"}``, BCP 47 keys
    :param languages: wished for, best first; without any, the active language. English, then whatever there is, follow
    """
    if not texts:
        return ""
    for language in (*(languages or (get_language(),)), "en"):
        if not language:
            continue
        text = texts.get(language) or texts.get(language.split("-")[0])
        if text:
            return text
    return next((text for text in texts.values() if text), "")


def normalised(text: str) -> str:
    """Return the text in lower case without accents, so that "Müsli" is found by "musli"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def search_query(text: str) -> str:
    """
    Return the words as a prefix query for PostgreSQL's ``to_tsquery('simple', ...)``.

    Every word must be there, the last ones may be unfinished: ``oat mu`` -> ``oat:* & mu:*``. Empty when there is no
    word at all.
    """
    return " & ".join(f"{word}:*" for word in _LETTERS.findall(normalised(text))[:8])


def searchable(*texts: str) -> str:
    """Return texts as one normalised line of words, for ``to_tsvector('simple', ...)``."""
    return " ".join(_LETTERS.findall(normalised(" ".join(t for t in texts if t).replace("_", " "))))
