"""
The search text of Lens: words with ``*`` and ``?``, ``field:word``, ``AND``, ``OR``, ``-word``, brackets.

Words side by side without an operator mean OR, as in Lucene, whose notation this is. A ``meta.`` in
front of a field is dropped. Case does not matter.
"""

import re
from collections.abc import Callable, Mapping
from fnmatch import translate
from typing import Any

Matcher = Callable[[Mapping[str, Any]], bool]
TOKEN = re.compile(r'\s*(\(|\)|-(?=[^\s])|"[^"]*"|[^\s()"]+(?:"[^"]*")?)')


def matcher(text: str) -> Matcher:
    """
    Return the test a search text stands for.

    :raises ValueError: brackets or operators do not fit together
    """
    tokens = TOKEN.findall(text)
    test, rest = _either(tokens)
    if rest:
        raise ValueError("The brackets of the search text do not match.")
    return test


def pattern_matches(pattern: str, value: Any) -> bool:
    """Whether a value, or one of its words, fits a pattern with ``*`` and ``?``; an empty value never does."""
    if value is None or value == "":
        return False
    # Only * and ? are special here; fnmatch would read [ ] too.
    expression = re.compile(translate(pattern.replace("[", "[[]")), re.IGNORECASE)
    return any(expression.match(candidate) for candidate in (str(value), *str(value).split()))


def _either(tokens: list[str]) -> tuple[Matcher, list[str]]:
    test, tokens = _both(tokens)
    tests = [test]
    while tokens and tokens[0] != ")":
        test, tokens = _both(tokens[1:] if tokens[0] == "OR" else tokens)
        tests.append(test)
    return (lambda row: any(test(row) for test in tests)), tokens


def _both(tokens: list[str]) -> tuple[Matcher, list[str]]:
    test, tokens = _one(tokens)
    tests = [test]
    while tokens and tokens[0] == "AND":
        test, tokens = _one(tokens[1:])
        tests.append(test)
    return (lambda row: all(test(row) for test in tests)), tokens


def _one(tokens: list[str]) -> tuple[Matcher, list[str]]:
    if not tokens or tokens[0] in (")", "AND", "OR"):
        raise ValueError("The search text lacks a word.")
    head, rest = tokens[0], tokens[1:]
    if head in ("-", "NOT"):
        test, rest = _one(rest)
        return (lambda row: not test(row)), rest
    if head == "(":
        test, rest = _either(rest)
        if not rest:
            raise ValueError("The brackets of the search text do not match.")
        return test, rest[1:]
    return _word(head), rest


def _word(text: str) -> Matcher:
    name, colon, pattern = text.partition(":")
    name = name.removeprefix("meta.")
    # An address such as ZZ:NORTHSHOP is a word, not a field: fields are lower case.
    if colon and pattern and not text.startswith('"') and name.islower():
        wanted = pattern.strip('"')
        return lambda row: pattern_matches(wanted, row.get(name))
    wanted = text.strip('"')
    return lambda row: any(pattern_matches(wanted, value) for value in row.values() if isinstance(value, str))
