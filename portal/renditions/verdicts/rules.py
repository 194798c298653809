"""
Channel specifications as rule files, and the verdict on a picture: one line per rule, with what was measured.

A rule file is TOML; ``specifications/`` has ours. Keys of the file: ``key``, ``version``, ``title`` by language,
``channel`` (shop, marketplace, print, catalogue) and ``[[rules]]``, each with ``id``, ``measure``, ``source``, ``date``
and a bound: ``least``, ``most``, ``one_of`` or ``pattern``.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import re2

from portal.renditions.verdicts.measure import Measured

FOLDER = Path(__file__).resolve().parents[1] / "specifications"
CHANNELS = ("shop", "marketplace", "print", "catalogue")
#: What a rule may bound: numbers by least and most, words by one_of or pattern.
NUMBERS = {
    "width", "height", "longest_side", "shortest_side", "ratio", "bytes", "dpi", "transparent", "off_white", "fill",
    "margin", "border", "per_view",
}  # fmt: skip
WORDS = {"format", "colour", "file_name"}
#: What can be told before there are bytes: from the DAM's word and the recipe.
FROM_FACTS = {
    "width", "height", "longest_side", "shortest_side", "ratio", "format", "file_name", "bytes", "per_view",
}  # fmt: skip
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MOST_RULES = 40
#: No bound is above this: no picture has as many bytes, and no number grows out of what a row can keep.
MOST_NUMBER = 10**12
#: Characters of a pattern, and bytes of what it is turned into. The second bounds how long a match can take: some ten
#: milliseconds over the longest name, whatever the pattern says.
_MOST_PATTERN, _MOST_MEMORY = 200, 1 << 17
#: Elsewhere this means "up to so many"; RE2 would look for the very signs, and say nothing.
_LEASTLESS = re.compile(r"(?<!\\)\{,\d+\}")


class BadSpecification(ValueError):
    """
    The rules cannot be read; the text says which and why, for programmers.

    ``code``  stable word, for those who say it in the reader's language
    ``rule``  number of the rule, from 1; ``None`` when it is about the whole
    ``part``  the word that is wrong
    """

    def __init__(self, message: str, *, code: str, rule: int | None = None, part: str = ""):
        super().__init__(message)
        self.code, self.rule, self.part = code, rule, part


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    #: It cannot be told from what is known.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Rule:
    """``source`` and ``date`` say where the bound comes from, and as of when."""

    id: str
    measure: str
    least: float | None = None
    most: float | None = None
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    source: str = ""
    date: str = ""

    def state(self, value: Any) -> State:
        """Say whether a measured value is within the bound; ``None`` is not known."""
        if value is None or value == "":
            return State.UNKNOWN
        if self.one_of:
            return State.PASSED if value in self.one_of else State.FAILED
        if self.pattern:
            return self._matched(str(value))
        low = self.least is None or value >= self.least
        return State.PASSED if low and (self.most is None or value <= self.most) else State.FAILED

    def _matched(self, text: str) -> State:
        compiled = _compiled(self.pattern)
        if isinstance(compiled, str):
            # Kept before patterns had to be what RE2 can read.
            return State.UNKNOWN
        return State.PASSED if compiled.fullmatch(text.encode("utf-8", "replace")) else State.FAILED


@dataclass(frozen=True)
class Specification:
    """A channel's rules as of a version. Rules are in the order of the file."""

    key: str
    version: str
    title: Mapping[str, str]
    channel: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Line:
    """One rule's verdict. ``value`` is what was measured, ``None`` when it could not be."""

    rule: Rule
    value: Any
    state: State


@dataclass(frozen=True)
class Verdict:
    """What a specification says of one picture, rule by rule."""

    specification: Specification
    lines: tuple[Line, ...]

    @property
    def state(self) -> State:
        """Failed if any rule failed, else unknown if any is unknown, else passed."""
        states = {line.state for line in self.lines}
        return next((state for state in (State.FAILED, State.UNKNOWN) if state in states), State.PASSED)

    @property
    def failed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state == State.FAILED)


def judge(specification: Specification, measured: Measured | Mapping[str, Any]) -> Verdict:
    """
    Return the verdict, rule by rule.

    :param measured: of the bytes; or a mapping of what is known without them, by name of ``FROM_FACTS``
    """
    lines = []
    for rule in specification.rules:
        value = (
            getattr(measured, rule.measure, None)
            if isinstance(measured, Measured)
            else measured.get(rule.measure)
        )
        lines.append(Line(rule, value, rule.state(value)))
    return Verdict(specification, tuple(lines))


def read(text: str) -> Specification:
    """
    :raises BadSpecification: it is no TOML, or says something no rule can
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSpecification(f"not readable: {error}", code="syntax") from None
    return build(data)


def build(data: Mapping[str, Any], *, kept: bool = False) -> Specification:
    """
    Return a specification from plain data, of a file, a form or an API call.

    :param data: ``{"key": str, "version": str, "title": {language: str} | str, "channel": str, "rules": [{...}]}``
    :param kept: it passed the checks of its day, and those that came later do not count: what cannot be told by such a
        rule is unknown
    :raises BadSpecification: something is missing, unknown or contradicts itself
    """
    key, channel = str(data.get("key", "")), str(data.get("channel", ""))
    if not _KEY.fullmatch(key):
        raise BadSpecification("key: lower-case letters, digits and hyphens, at most 40", code="key")
    if channel not in CHANNELS:
        raise BadSpecification(f"channel: one of {', '.join(CHANNELS)}", code="channel")
    rules = data.get("rules")
    if not isinstance(rules, list | tuple) or not 1 <= len(rules) <= MOST_RULES:
        raise BadSpecification(f"rules: from one to {MOST_RULES}", code="count")
    built = tuple(build_rule(number, rule, kept=kept) for number, rule in enumerate(rules, 1))
    if len({rule.id for rule in built}) < len(built):
        raise BadSpecification("rules: two have the same id", code="same_id")
    title = data.get("title") or {"en": key}
    title = {"en": title} if isinstance(title, str) else {str(k): str(v) for k, v in title.items()}
    return Specification(key, str(data.get("version") or "1"), title, channel, built)


def build_rule(number: int, data: Any, *, kept: bool = False) -> Rule:
    """
    Return one rule from plain data.

    :param number: its place, from 1, for the error
    :param kept: as for ``build``
    :raises BadSpecification: it says something no rule can
    """
    if not isinstance(data, Mapping):
        raise BadSpecification(f"rule {number}: not an object", code="not_object", rule=number)
    unknown = data.keys() - {"id", "measure", "least", "most", "one_of", "pattern", "source", "date"}
    if unknown:
        raise BadSpecification(
            f"rule {number}: {sorted(unknown)[0]} is not known",
            code="member",
            rule=number,
            part=sorted(unknown)[0],
        )
    measure = str(data.get("measure", ""))
    rule_id = str(data.get("id") or measure)
    if not _KEY.fullmatch(rule_id.replace("_", "-")):
        raise BadSpecification(f"rule {number}: its id is not usable", code="id", rule=number, part=rule_id)
    bounds: dict[str, Any] = {name: data[name] for name in ("least", "most") if data.get(name) is not None}
    one_of, pattern = data.get("one_of") or (), str(data.get("pattern") or "")
    if measure in NUMBERS:
        if not bounds or one_of or pattern:
            raise BadSpecification(
                f"rule {number}: {measure} needs least, most or both", code="bound", rule=number, part=measure
            )
        if any(not _is_number(value) for value in bounds.values()) and not kept:
            raise BadSpecification(
                f"rule {number}: least and most are numbers from 0 to {MOST_NUMBER}",
                code="number",
                rule=number,
                part=measure,
            )
        if "least" in bounds and "most" in bounds and bounds["least"] > bounds["most"]:
            raise BadSpecification(
                f"rule {number}: least is above most", code="order", rule=number, part=measure
            )
    elif measure in WORDS:
        if bounds or bool(one_of) == bool(pattern):
            raise BadSpecification(
                f"rule {number}: {measure} needs one_of or pattern", code="words", rule=number, part=measure
            )
        if pattern and not kept:
            _check_pattern(number, pattern)
    else:
        raise BadSpecification(
            f"rule {number}: {measure or 'nothing'} cannot be measured",
            code="measure",
            rule=number,
            part=measure,
        )
    if isinstance(one_of, str) or not all(isinstance(word, str) for word in one_of):
        raise BadSpecification(
            f"rule {number}: one_of is a list of words", code="one_of", rule=number, part=measure
        )
    return Rule(
        id=rule_id, measure=measure, one_of=tuple(one_of), pattern=pattern,
        source=str(data.get("source", ""))[:300], date=str(data.get("date", ""))[:10], **bounds,
    )  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_NUMBER


def _check_pattern(number: int, pattern: str) -> None:
    if len(pattern) > _MOST_PATTERN:
        problem = f"the pattern is longer than {_MOST_PATTERN} characters"
    elif isinstance(compiled := _compiled(pattern), str):
        problem = f"the pattern cannot be used: {compiled}"
    else:
        return
    raise BadSpecification(f"rule {number}: {problem}", code="pattern", rule=number, part=pattern[:60])


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    """
    Return a pattern for ``fullmatch``, or a text that says why it is none.

    Partners write patterns, and one alone could hold up a worker for hours where an engine tries every way to match.
    RE2 reads each letter once, whatever the pattern; look-around and backreferences cannot be had so.

    Source: https://github.com/google/re2/wiki/Syntax
    """
    if _LEASTLESS.search(pattern):
        return "write {0,5} for {,5}"
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = _MOST_MEMORY, False, True
    try:
        return re2.compile(pattern, options)
    except UnicodeEncodeError:
        return "half a character"
    except re2.error as error:
        said = error.args[0] if error.args else b""
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


@cache
def ours() -> dict[str, Specification]:
    """Return the specifications every portal comes with, by key."""
    found = [read(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]
    return {specification.key: specification for specification in found}
