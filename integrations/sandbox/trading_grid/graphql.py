"""
A reader for the small part of GraphQL that Lens' published requests use.

One anonymous or named ``query`` with fields, arguments, literals and comments. Variables, fragments,
directives, aliases, mutations and introspection are refused by name, never half understood.

Source: GraphQL specification, October 2021, section 2; Lens request collection.
"""

import re
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"""(?P<skip>[\s,\ufeff]+|\#[^\n\r]*)
      | (?P<string>"(?:[^"\\\n\r]|\\.)*")
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<mark>\.\.\.|[{}()\[\]:!$@=|])""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
WORDS = {"true": True, "false": False, "null": None}
DEEPEST = 40


class SyntaxWrong(ValueError):
    """Not GraphQL; the text says where."""


class NotUnderstood(ValueError):
    """GraphQL, but of a kind the simulation does not do; the text names it."""


@dataclass(frozen=True)
class Field:
    """One selected field with its arguments and, when it is an object, what is selected of it."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    fields: tuple["Field", ...] = ()


def parse(text: str) -> tuple[Field, ...]:
    """
    Return the fields a query selects at its root.

    :raises SyntaxWrong: not GraphQL
    :raises NotUnderstood: a feature beyond this reader
    """
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str):
        self.tokens = list(_tokens(text))
        self.place = 0
        self.depth = 0

    def document(self) -> tuple[Field, ...]:
        if self._name_is("mutation") or self._name_is("subscription"):
            raise NotUnderstood(f"A {self.tokens[0][1]}")
        if self._name_is("fragment"):
            raise NotUnderstood("A fragment")
        if self._name_is("query"):
            self.place += 1
            if self._peek()[0] == "name":
                self.place += 1
            if self._peek() == ("mark", "("):
                raise NotUnderstood("A query with variables")
        fields = self._selection()
        if self._peek()[0] != "end":
            raise NotUnderstood("More than one operation")
        return fields

    def _selection(self) -> tuple[Field, ...]:
        self._expect("{")
        self._deeper()
        fields = []
        while self._peek() != ("mark", "}"):
            fields.append(self._field())
        self.place += 1
        self.depth -= 1
        if not fields:
            raise SyntaxWrong("A selection names no field.")
        return tuple(fields)

    def _field(self) -> Field:
        kind, name = self._next()
        if name == "..." and kind == "mark":
            raise NotUnderstood("A fragment")
        if kind != "name":
            raise SyntaxWrong(f"A field was expected, {name!r} found.")
        if self._peek() == ("mark", ":"):
            raise NotUnderstood("An alias")
        arguments = {}
        if self._peek() == ("mark", "("):
            self.place += 1
            while self._peek() != ("mark", ")"):
                key = self._key()
                arguments[key] = self._value()
            self.place += 1
        if self._peek() == ("mark", "@"):
            raise NotUnderstood("A directive")
        fields = self._selection() if self._peek() == ("mark", "{") else ()
        return Field(name, arguments, fields)

    def _key(self) -> str:
        kind, name = self._next()
        if kind != "name":
            raise SyntaxWrong(f"A name was expected, {name!r} found.")
        self._expect(":")
        return name

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "string":
            return _unquoted(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "name":
            # An enum value, such as the name of a field, is its text.
            return WORDS.get(text, text)
        if text == "$":
            raise NotUnderstood("A query with variables")
        self._deeper()
        value: Any
        if text == "[":
            value = []
            while self._peek() != ("mark", "]"):
                value.append(self._value())
        elif text == "{":
            value = {}
            while self._peek() != ("mark", "}"):
                key = self._key()
                value[key] = self._value()
        else:
            raise SyntaxWrong(f"A value was expected, {text!r} found.")
        self.place += 1
        self.depth -= 1
        return value

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxWrong("The query is nested too deeply.")

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "the end")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise SyntaxWrong("The query ends too early.")
        self.place += 1
        return token

    def _expect(self, mark: str) -> None:
        token = self._next()
        if token != ("mark", mark):
            raise SyntaxWrong(f"{mark!r} was expected, {token[1]!r} found.")

    def _name_is(self, word: str) -> bool:
        return self._peek() == ("name", word)


def _tokens(text: str) -> Any:
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise SyntaxWrong(f"{text[place]!r} at character {place + 1} makes no sense.")
        place = match.end()
        if match.lastgroup != "skip":
            yield match.lastgroup, match.group()


def _unquoted(text: str) -> str:
    def meaning(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else ESCAPES.get(code, code)

    return re.sub(r"\\(u[0-9A-Fa-f]{4}|.)", meaning, text[1:-1])
