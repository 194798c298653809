"""
Lens: what became of documents on the network, by its search over transactions.

It comes into its own once documents travel by EDI; until then it answers what the network knows about them.

Source: the vendor's request collection "Lens" and its API cheat sheet: one GraphQL field, ``getTransactions``; names
are all lower case; content keys come only to a query that has ``contentKeyFilters``, be it empty; with ``scroll: true``
the same request is repeated for the next thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from integrations.errors import BadPayload, Refused
from integrations.trading_grid import calls, ladder
from integrations.trading_grid.calls import SERVICE
from integrations.trading_grid.config import Account
from integrations.trading_grid.ladder import Answer, Syntax, Transport
from integrations.trading_grid.reading import identity, member, moment, number, objects, prose, required

#: What one request brings at most.
MOST_AT_ONCE = 1000
MOST_SCROLLS = 1000
#: Fields that are asked for.
FIELDS = (
    *("transactionid", "correlationid", "transactionlevel", "editype", "senderaddress", "receiveraddress"),
    *("senderreference", "arrivaltime", "status", "statusdate", "deliverystatus", "readyforpickuptimestamp"),
    *("deliverycompletedtimestamp", "fastatus", "fastatusdate", "errorcode", "externalerrormessage"),
)


@dataclass(frozen=True)
class Search:
    """
    What is looked for; everything must hold.

    ``text``     free text with AND, OR and wildcards
    ``fields``   field -> what it must hold, wildcards allowed
    ``filters``  field -> words of which it must be one
    ``since``, ``until``  bounds of ``arrivaltime``
    ``keys``     content key -> its value, wildcards allowed; ``None`` does not ask for content keys at all
    """

    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    keys: Mapping[str, str] | None = field(default_factory=dict)


@dataclass(frozen=True)
class Transaction:
    """One document on its way to one recipient; ``reference`` is the sender's, ``answer`` its rung of our ladder."""

    id: str
    correlation: str
    kind: str
    sender: str
    receiver: str
    reference: str
    transport: Transport | None
    syntax: Syntax | None
    answer: Answer | None
    arrived_at: datetime | None
    status_at: datetime | None
    syntax_at: datetime | None
    error: str
    keys: list[tuple[str, str]]


def search(account: Account, wanted: Search) -> Iterator[Transaction]:
    """
    Return every transaction that fits, oldest first; one that arrives meanwhile may be among them.

    :raises Refused: Lens does not take the query; its own words are in the text
    :raises BadPayload: an answer we do not understand
    :raises Retryable, BadOptions: as ``calls.call``
    """
    rows, total = _rows(account, _query(wanted, {"count": MOST_AT_ONCE, "offset": 0}, ascending=True))
    seen = {row.id for row in rows}
    yield from rows
    if len(rows) < MOST_AT_ONCE or total == len(rows):
        return
    # The place of a scroll is the server's: one that somebody broke off goes on in its middle. So it is read to its
    # end, which begins it anew, and a second time when something is missing.
    ends = 0
    for _ in range(MOST_SCROLLS):
        rows, total = _rows(account, _query(wanted, {"scroll": True}, ascending=True))
        yield from (row for row in rows if row.id not in seen)
        seen.update(row.id for row in rows)
        ends += not rows
        if not rows and (ends > 1 or (total is not None and len(seen) >= total)):
            return
    raise BadPayload(f"{SERVICE} scrolls without end.")


def newest(account: Account, wanted: Search) -> Transaction | None:
    """Return the transaction that arrived last, ``None`` when none fits."""
    rows, _ = _rows(account, _query(wanted, {"count": 1, "offset": 0}, ascending=False))
    return next(iter(rows), None)


def _rows(account: Account, query: str) -> tuple[list[Transaction], int | None]:
    """Return ``(transactions, how many there are in all or None)``."""
    body = calls.call(account, "POST", "documentSearch", {}, json={"query": query}).body
    if not isinstance(body, dict):
        raise BadPayload(f"{SERVICE} sent something else than the answer to a search.")
    if errors := objects(body.get("errors")):
        said = "; ".join(filter(None, (prose(error.get("message"), 300) for error in errors[:3])))
        raise Refused(f"{SERVICE} does not take the search: {said or 'no reason given'}", status=200)
    found = member(member(body, "data"), "getTransactions")
    rows = found.get("transactions")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadPayload(f"{SERVICE} sent a search result without transactions.")
    return [transaction(row) for row in rows], number(found.get("total"))


def transaction(data: Mapping[str, Any]) -> Transaction:
    """
    Read one transaction. Codes we do not know stand for nothing.

    :raises BadPayload: it has no id
    """
    status, delivery = identity(data.get("status")), identity(data.get("deliverystatus"))
    fa_status = identity(data.get("fastatus"))
    error = filter(None, (identity(data.get("errorcode")), prose(data.get("externalerrormessage"), 500)))
    return Transaction(
        id=required(data, "transactionid", "A transaction has no id."),
        correlation=identity(data.get("correlationid")),
        kind=identity(data.get("editype")),
        sender=identity(data.get("senderaddress")),
        receiver=identity(data.get("receiveraddress")),
        reference=identity(data.get("senderreference")),
        transport=ladder.transport(status, delivery),
        syntax=ladder.syntax(fa_status),
        answer=ladder.of_document(status, fa_status, delivery),
        arrived_at=moment(data.get("arrivaltime")),
        status_at=moment(data.get("statusdate")),
        syntax_at=moment(data.get("fastatusdate")),
        error=": ".join(error),
        keys=[
            (key, identity(entry.get("value")))
            for entry in objects(data.get("contentkeys"))
            if (key := identity(entry.get("key")))
        ],
    )


def _query(wanted: Search, paging: Mapping[str, Any], *, ascending: bool) -> str:
    members: dict[str, Any] = dict(paging)
    if wanted.text:
        members["query"] = wanted.text
    if wanted.fields:
        must = [{"field": name, "query": value} for name, value in wanted.fields.items()]
        members["fields"] = {"must": must}
    if wanted.filters:
        members["filters"] = [
            {"field": name, "values": [{"not": False, "value": value} for value in values]}
            for name, values in wanted.filters.items()
        ]
    if wanted.since or wanted.until:
        bounds = {
            end: f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            for end, at in (("from", wanted.since), ("to", wanted.until))
            if at is not None
        }
        members["ranges"] = [{"field": "arrivaltime", **bounds}]
    members["sortby"] = {"field": "arrivaltime", "type": _Word("ASC" if ascending else "DESC")}
    keys = ""
    if wanted.keys is not None:
        members["contentKeyFilters"] = [{"key": key, "value": value} for key, value in wanted.keys.items()]
        keys = " contentkeys { key value }"
    return (
        f"{{ getTransactions(query: {_graphql(members)}) "
        f"{{ count total offset scrollid transactions {{ {' '.join(FIELDS)}{keys} }} }} }}"
    )


class _Word(str):
    """A bare word of GraphQL, such as ``ASC``."""

    __slots__ = ()


def _graphql(value: Any) -> str:
    """Write a literal. Source: GraphQL, October 2021, section 2.9; strings are as in JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_graphql(entry)}" for name, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_graphql, value)) + "]"
    if isinstance(value, _Word):
        return str(value)
    return orjson.dumps(value).decode()
