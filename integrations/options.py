"""Reading a connection's options: checked, with defaults, and with sentences when something is wrong."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar
from urllib.parse import urlsplit

from integrations.errors import BadOptions

T = TypeVar("T")


def read(kind: type[T], options: Mapping[str, Any]) -> T:
    """
    Make a dataclass of options.

    The type of a field's default decides what it takes: text, whole number, number, yes or no, list of texts (a tuple),
    object (a dict, merged over its default). Fields without a default are texts that must be there. ``metadata`` of a
    field may say ``least``, ``most`` and ``choices``. A name ending in ``_url`` is an http address, kept without its
    last slash.

    :raises BadOptions: unknown name, missing or wrong value; the text says what to write
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for name in options:
        if name not in known:
            raise BadOptions(f"There is no option {name!r}. There are {', '.join(sorted(known))}.")
    values = {}
    for name, field in known.items():
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if name not in options:
            if default is MISSING:
                raise BadOptions(f"The option {name} is missing.")
            continue
        values[name] = _checked(name, options[name], "" if default is MISSING else default, field.metadata)
    return kind(**values)


def _checked(name: str, value: Any, default: Any, rules: Mapping[str, Any]) -> Any:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise BadOptions(f"{name} must be true or false.")
    elif isinstance(default, int | float):
        number = (int,) if isinstance(default, int) else (int, float)
        if isinstance(value, bool) or not isinstance(value, number):
            raise BadOptions(f"{name} must be a {'whole ' if isinstance(default, int) else ''}number.")
        if not rules.get("least", 0) <= value <= rules.get("most", float("inf")):
            raise BadOptions(f"{name} must be from {rules.get('least', 0)} to {rules.get('most', 'any')}.")
    elif isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            raise BadOptions(f"{name} must be a list of texts.")
        return tuple(value)
    elif isinstance(default, dict):
        if not isinstance(value, dict):
            raise BadOptions(f"{name} must be an object.")
        return {**default, **value}
    else:
        if not isinstance(value, str) or (
            not value and not default and "choices" not in rules and name.endswith("_url")
        ):
            raise BadOptions(f"{name} must be a text.")
        if name.endswith("_url") and value:
            return _address(name, value)
    if "choices" in rules and value not in rules["choices"]:
        raise BadOptions(f"{name} must be one of {', '.join(rules['choices'])}.")
    return value


def _address(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        good = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and not parts.username
            and (parts.port or 1) > 0
        )
    except ValueError:
        good = False
    if not good:
        raise BadOptions(f"{name} must be an address such as https://api.example.com.")
    return value.rstrip("/")
