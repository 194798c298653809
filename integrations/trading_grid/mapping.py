"""Between our names and the tenant's: top-level fields and their words, by configuration alone."""

from collections.abc import Mapping
from typing import Any

from integrations.trading_grid.config import Options
from integrations.trading_grid.endpoints import RESOURCES, VALUE_FIELDS


def outbound(options: Options, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of our objects in the tenant's names and words."""
    names, words = _maps(options, endpoint)
    return {
        names.get(name, name): words.get(name, {}).get(value, value) if isinstance(value, str) else value
        for name, value in body.items()
    }


def inbound(options: Options, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of the tenant's objects in our names and words; what we do not know stays as it is."""
    names, words = _maps(options, endpoint)
    ours = {theirs: name for name, theirs in names.items()}
    found = {}
    for theirs, value in body.items():
        name = ours.get(theirs, theirs)
        if isinstance(value, str) and name in words:
            value = {word: own for own, word in words[name].items()}.get(value, value)
        found[name] = value
    return found


def _maps(options: Options, endpoint: str) -> tuple[Mapping[str, str], dict[str, Mapping[str, str]]]:
    resource = RESOURCES.get(endpoint, endpoint)
    words: dict[str, Mapping[str, str]] = {
        VALUE_FIELDS[name][1]: entries
        for name, entries in options.value_map.items()
        if VALUE_FIELDS[name][0] == resource
    }
    return options.field_map.get(resource, {}), words
