"""
The search expression ``q``: from its text to an SQL condition.

Terms are joined by a space or ``+`` (all must hold); values of one term by ``,`` (one must hold).
A term is free text, ``"#tag"`` or ``key<operator>values``. What is not understood is refused, never
silently matched.

Source: the "List and search files" reference for free text, ``key:"v"``, ``key:A,B``, ``key:-value``,
``empty``, ``non-empty`` and comparisons; the vendor's asset picker for the other operators and keys.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from integrations.sandbox.scaleflex.errors import ApiError
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.query_keys import condition_for

_VALUE = r'-?(?:"(?:[^"\\]|\\.)*"|[^\s,"+]+)'
_TERM = re.compile(
    rf"""
    (?P<key>[A-Za-z_][\w.-]*?)
    (?P<operator>:(?:>=|<=|!=|>|<|=|-(?=["\w])|~~~|~~|~\^|~)?|!=|=%|=|~~~|~~|~\^|~)
    (?P<values>{_VALUE}(?:,{_VALUE})*)
    (?=[\s+]|$)
    """,
    re.VERBOSE,
)
_WORDS = re.compile(rf"(?P<values>{_VALUE}(?:,{_VALUE})*)(?=[\s+]|$)")
_SPLIT = re.compile(_VALUE)
_GAP = re.compile(r"[\s+]*")
LONGEST = 4000


class Condition(NamedTuple):
    """SQL without ``WHERE`` and its values."""

    sql: str
    values: tuple


@dataclass(frozen=True)
class Term:
    """One ``key<operator>values``; ``operator`` without its colon, ``is`` when there was nothing else."""

    key: str
    operator: str
    values: tuple[str, ...]


def parse(text: str) -> list[Term]:
    """
    Split an expression into terms; free text has the key ``""``.

    :raises ApiError: 400 ``INVALID_QUERY``
    """
    if len(text) > LONGEST:
        raise _refusal(f"The search expression is longer than {LONGEST} characters.")
    terms, at = [], _GAP.match(text).end()  # type: ignore[union-attr]  # matches the empty text too
    while at < len(text):
        if found := _TERM.match(text, at):
            operator = found["operator"]
            operator = operator[1:] or "is" if operator.startswith(":") else operator
            terms.append(Term(found["key"], operator, _values(found["values"])))
        elif found := _WORDS.match(text, at):
            words = _values(found["values"])
            if any(":" in word or "=" in word for word in _SPLIT.findall(found["values"]) if '"' not in word):
                raise _refusal(f"{found['values']!r} is not a term.")
            terms.append(Term("", "is", words))
        else:
            raise _refusal(f"The search expression cannot be read from {text[at : at + 40]!r} on.")
        at = _GAP.match(text, found.end()).end()  # type: ignore[union-attr]
    return terms


def _values(text: str) -> tuple[str, ...]:
    found = []
    for part in _SPLIT.findall(text):
        negated, body = (part[0] == "-" and len(part) > 1), part
        if negated:
            body = part[1:]
        if body.startswith('"'):
            body = re.sub(r"\\(.)", r"\1", body[1:-1])
        # Kept as a mark in front, because a quoted value may itself begin with a dash.
        found.append(("\x00" if negated else "") + body)
    return tuple(found)


def compile_query(project: Project, text: str) -> Condition:
    """
    Turn an expression into a condition over ``files``.

    :raises ApiError: 400 ``INVALID_QUERY``, with the part that was not understood
    """
    parts, values = [], []
    for term in parse(text):
        try:
            sql, found = condition_for(project, term.key, term.operator, term.values)
        except ValueError as error:
            raise _refusal(str(error)) from error
        parts.append(f"({sql})")
        values.extend(found)
    return Condition(" AND ".join(parts) or "1", tuple(values))


def _refusal(msg: str) -> ApiError:
    return ApiError(400, "INVALID_QUERY", msg, 'Terms look like key:"value", key:A,B or plain words.')
