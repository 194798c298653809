"""Users and contacts over time: known by ``userId``, with the login of the moment and the ones before it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from integrations.trading_grid.schemas import Person

#: Earlier logins kept for audit.
MOST_PREVIOUS = 20


def follow(known: Mapping[str, Any], found: Iterable[Person], *, now: datetime) -> dict[str, Any]:
    """
    Return what is to be remembered of a company's people.

    :param known: what was remembered: ``{userId: {"login", "email", "name", "language", "functions", "wants",
        "previous": [{"login", "until"}], "gone"?}}``
    :returns: the same shape; who is not there any more stays, with ``gone`` telling since when
    """
    people: dict[str, Any] = {}
    for person in found:
        before = known.get(person.id, {})
        previous = list(before.get("previous", []))
        if before.get("login") and before["login"] != person.login:
            previous.append({"login": before["login"], "until": now.isoformat()})
        entry = {name: value for name, value in asdict(person).items() if name != "id"}
        people[person.id] = {**entry, "previous": previous[-MOST_PREVIOUS:]}
    for user_id, before in known.items():
        if user_id not in people:
            people[user_id] = {**before, "gone": before.get("gone") or now.isoformat()}
    return people


def readers(people: Mapping[str, Any], topic: str) -> list[tuple[str, str]]:
    """Return ``(mail address, language)`` of who is there and wants to hear of this topic, by address."""
    return sorted(
        {
            (entry["email"], entry["language"])
            for entry in people.values()
            if entry.get("email") and not entry.get("gone") and topic in entry.get("wants", [])
        }
    )
