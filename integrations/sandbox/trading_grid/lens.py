"""
Lens: the search over transactions, ``POST /visibility_transaction_search`` with a GraphQL query.

A post carried to a recipient is one transaction of level Document here, as it would be in a tenant
whose posts travel as EDI (832 for media, 864 for news, 888 and 889 for changes and launches). Its
status follows the receipt: R until the recipient looked, S afterwards; the acknowledgement waits (W),
is late (T), or is A, E or R as the partner answered. Nothing posted, nothing found.

Content keys come only to a query that carries ``contentKeyFilters``, be it empty. ``scroll: true``
gives the next 1000 each time the same query is sent.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import graphql, text_search
from integrations.sandbox.trading_grid.calls import ApiError, Call, Result, not_done
from integrations.sandbox.trading_grid.graphql import Field
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource
from integrations.sandbox.trading_grid.workspace import receipts
from integrations.sandbox.trading_grid.workspace.checks import parse_moment

EDI_TYPES = {"MEDIA": "832", "LOCALISED_MEDIA": "832", "NEWS": "864", "CHANGE": "888", "LAUNCH": "889"}
ANSWERED = {"CONFIRMED": "A", "CHANGE_REQUESTED": "E", "DECLINED": "R", "OVERDUE": "T"}
TRANSACTION_FIELDS = (
    "transactionid", "correlationid", "parenttransactionid", "transactionlevel", "editype",
    "standardversion", "senderaddress", "receiveraddress", "sendername", "receivername",
    "senderreference", "arrivaltime", "status", "statusdate", "deliverystatus", "deliveryackstatus",
    "deliveryacktimestamp", "deliverycompletedtimestamp", "readyforpickuptimestamp", "fastatus",
    "fastatusdate", "errorcode", "errortype", "externalerrormessage", "receivefilename",
    "deliveryfilename",
)  # fmt: skip
# Published too, and empty here: they are about files, machines and money this simulation has not.
EMPTY_FIELDS = (
    "arrivaltimefacetdaily", "category", "clientsource", "clientstatus", "deliveryreceipt", "envelopetype",
    "errorcount", "firstbytetimestamp", "inagent", "inboundpipelineid", "informat", "insize",
    "invoicetotalamount", "itinerarycompletedtimestamp", "labels", "lastbytetimestamp", "outagent",
    "outboundpipelineid", "outformat", "outsize", "platform", "pototalamount", "processingcell",
    "processingcomputezone", "processingregion", "processingsubstatus", "processingtime", "processorid",
    "purgedate", "receiveackstatus", "receiverip", "receivermailbox", "senderfilename", "senderip",
    "sendermailbox", "sendertransactionid", "servicetype", "solutionid", "type",
)  # fmt: skip
FIELDS = TRANSACTION_FIELDS + EMPTY_FIELDS
LIST_FIELDS = ("count", "total", "offset", "scrollid", "transactions")
QUERY_MEMBERS = (
    "count", "offset", "query", "fields", "filters", "ranges", "sortby", "contentKeyFilters", "scroll",
)  # fmt: skip
USUAL_COUNT = 20
LARGEST_COUNT = 1000


class Wrong(ValueError):
    """The query asks for something there is not; the text is the GraphQL error."""


def search(grid: Grid, call: Call) -> Result:
    """
    ``{"query": "<GraphQL>"}`` -> ``{"data": {"getTransactions": {...}}}`` or ``{"errors": [{"message"}]}``.

    :raises ApiError: 400 without a query, 501 for GraphQL beyond the published requests
    """
    text = call.data.get("query")
    if not isinstance(text, str):
        raise ApiError(400, 4001, 'The body must be a JSON object with the GraphQL text in "query".')
    if call.data.get("variables"):
        raise not_done("A query with variables")
    try:
        roots = graphql.parse(text)
        answers = {root.name: _answer(grid, root, call.now) for root in roots}
    except graphql.NotUnderstood as error:
        raise not_done(str(error)) from error
    except (graphql.SyntaxWrong, Wrong) as error:
        return Result({"data": None, "errors": [{"message": str(error)}]})
    return Result({"data": answers})


def _answer(grid: Grid, root: Field, now: datetime) -> dict[str, Any]:
    if root.name.startswith("__"):
        raise graphql.NotUnderstood("Introspection")
    if root.name != "getTransactions":
        raise Wrong(f"Cannot query field '{root.name}' on type 'Query'.")
    query = root.arguments.get("query", {})
    if not isinstance(query, dict) or set(root.arguments) - {"query"}:
        raise Wrong("getTransactions takes one argument, query, an object.")
    if unknown := set(query) - set(QUERY_MEMBERS):
        raise Wrong(f"Field '{sorted(unknown)[0]}' is not defined by the query type.")
    count, offset = _number(query, "count", USUAL_COUNT, LARGEST_COUNT), _number(query, "offset", 0, None)
    # What is wrong is wrong even when there is nothing it could be tried on.
    blank: dict[str, Any] = {**dict.fromkeys(FIELDS), "contentkeys": []}
    _fits(blank, query)
    for each in root.fields:
        if each.name == "transactions":
            _selected(blank, each, with_keys=True)
    found = _sorted([row for row in transactions(grid, now=now) if _fits(row, query)], query)
    scroll_id = None
    if query.get("scroll") is True:
        count = LARGEST_COUNT
        scroll_id = hashlib.sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()[:32]
        offset = _scrolled(grid, scroll_id, len(found))
    page = found[offset : offset + count]
    known = {"count": len(page), "total": len(found), "offset": offset, "scrollid": scroll_id}
    with_keys = "contentKeyFilters" in query
    return {
        each.name: [_selected(row, each, with_keys) for row in page]
        if each.name == "transactions"
        else known[_known(each.name, LIST_FIELDS, "TransactionList")]
        for each in root.fields
    }


def transactions(grid: Grid, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Every transaction, oldest first; ``contentkeys`` is a list of ``{"key", "value"}``."""
    hub = grid.store.get("company", grid.company_id, what="company").body
    partners = {partner.id: partner.body for partner in grid.store.all("partner")}
    posts = {post.id: post for post in grid.store.all("post")}
    for receipt in grid.store.all("receipt"):
        post, partner = posts[receipt.parent], partners.get(receipt.body["partnerCompanyId"])
        if partner:
            yield _transaction(post, receipt, hub, partner, now)


def _transaction(
    post: Resource, receipt: Resource, hub: dict[str, Any], partner: dict[str, Any], now: datetime
) -> dict[str, Any]:
    body, answer = post.body, receipt.body
    seen = answer["status"] != "NOTIFIED"
    status = receipts.shown(receipt, post, now)["status"]
    correlation = uuid.uuid5(uuid.NAMESPACE_URL, f"{post.id}:{answer['postRevision']}")
    gtins = dict.fromkeys(asset["gtin"] for asset in body["assets"] if asset.get("gtin"))
    return {
        **dict.fromkeys(FIELDS),
        "transactionid": str(uuid.uuid5(correlation, partner["partnerCompanyId"])),
        "correlationid": str(correlation),
        "transactionlevel": "Document",
        "editype": EDI_TYPES[body["kind"]],
        "standardversion": "004030",
        "senderaddress": hub["ediAddresses"][0],
        "receiveraddress": partner["ediAddresses"][0],
        "sendername": hub["companyName"],
        "receivername": partner["name"],
        "senderreference": body["externalReference"],
        "arrivaltime": body["publishedAt"],
        "status": "S" if seen else "R",
        "statusdate": answer["at"],
        "readyforpickuptimestamp": body["publishedAt"],
        "deliverycompletedtimestamp": answer["at"] if seen else None,
        "fastatus": ANSWERED.get(status, "W" if body["requiresReceipt"] else "N"),
        "fastatusdate": answer["at"],
        "contentkeys": [
            {"key": "reference number", "value": body["externalReference"]},
            *({"key": "item number", "value": gtin} for gtin in gtins),
        ],
    }


def _fits(row: dict[str, Any], query: dict[str, Any]) -> bool:
    if text := query.get("query"):
        try:
            if not text_search.matcher(str(text))(row):
                return False
        except ValueError as error:
            raise Wrong(str(error)) from error
    fields = query.get("fields") or {}
    must, should = _list(fields, "must"), _list(fields, "should")
    if not all(_field_fits(row, each) for each in must):
        return False
    if should and not any(_field_fits(row, each) for each in should):
        return False
    return (
        all(_filter_fits(row, each) for each in _list(query, "filters"))
        and all(_range_fits(row, each) for each in _list(query, "ranges"))
        and all(_key_fits(row, each) for each in _list(query, "contentKeyFilters"))
    )


def _field_fits(row: dict[str, Any], each: dict[str, Any]) -> bool:
    return text_search.pattern_matches(str(each.get("query", "")), row[_field(each)])


def _filter_fits(row: dict[str, Any], each: dict[str, Any]) -> bool:
    value = row[_field(each)]
    values = _list(each, "values")
    wanted = [one.get("value") for one in values if not one.get("not")]
    unwanted = [one.get("value") for one in values if one.get("not")]
    return (not wanted or value in wanted) and value not in unwanted


def _range_fits(row: dict[str, Any], each: dict[str, Any]) -> bool:
    value = parse_moment(row[_field(each)])
    limits = {}
    for end in ("from", "to"):
        limits[end] = parse_moment(each.get(end)) if each.get(end) is not None else None
        if each.get(end) is not None and limits[end] is None:
            raise Wrong(f"{end} must be an ISO 8601 time in UTC.")
    if value is None:
        return False
    return (limits["from"] is None or value >= limits["from"]) and (
        limits["to"] is None or value <= limits["to"]
    )


def _key_fits(row: dict[str, Any], each: dict[str, Any]) -> bool:
    return any(
        one["key"] == each.get("key")
        and text_search.pattern_matches(str(each.get("value", "*")), one["value"])
        for one in row["contentkeys"]
    )


def _sorted(rows: list[dict[str, Any]], query: dict[str, Any]) -> list[dict[str, Any]]:
    sort = query.get("sortby")
    if not isinstance(sort, dict):
        return rows
    name = _field(sort)
    if sort.get("type", "ASC") not in ("ASC", "DESC"):
        raise Wrong("sortby.type must be ASC or DESC.")
    return sorted(rows, key=lambda row: row[name] or "", reverse=sort.get("type") == "DESC")


def _scrolled(grid: Grid, scroll_id: str, total: int) -> int:
    """Where this repeat of a scrolling query goes on; behind the end it starts anew the time after."""
    with grid.store.write():
        offset = grid.store.setting(f"scroll.{scroll_id}", default=0)
        grid.store.set_setting(f"scroll.{scroll_id}", offset + LARGEST_COUNT if offset < total else 0)
    return offset


def _selected(row: dict[str, Any], selection: Field, with_keys: bool) -> dict[str, Any]:
    if not selection.fields:
        raise Wrong("Field 'transactions' must have a selection of subfields.")
    result = {}
    for each in selection.fields:
        if each.name == "contentkeys":
            names = each.arguments.get("names")
            keys = [key for key in row["contentkeys"] if names is None or key["key"] in names]
            wanted = [one.name for one in each.fields] or ["key", "value"]
            for name in wanted:
                _known(name, ("key", "value"), "ContentKey")
            result["contentkeys"] = (
                [{name: key[name] for name in wanted} for key in keys] if with_keys else None
            )
        else:
            result[each.name] = row[_known(each.name, FIELDS, "Transaction")]
    return result


def _field(each: dict[str, Any]) -> str:
    return _known(str(each.get("field")), FIELDS, "Transaction")


def _known(name: str, names: tuple[str, ...], type: str) -> str:
    if name not in names:
        raise Wrong(f"Cannot query field '{name}' on type '{type}'.")
    return name


def _list(data: Any, name: str) -> list[dict[str, Any]]:
    value = data.get(name) if isinstance(data, dict) else None
    # GraphQL takes a single value for a list of one.
    values = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(each, dict) for each in values):
        raise Wrong(f"{name} must be a list of objects.")
    return values


def _number(query: dict[str, Any], name: str, default: int, highest: int | None) -> int:
    value = query.get(name, default)
    wrong = isinstance(value, bool) or not isinstance(value, int) or value < 0
    if wrong or (highest is not None and value > highest):
        raise Wrong(f"{name} must be a whole number" + (f" up to {highest}." if highest else "."))
    return value


ROUTES = {("documentSearch", "POST"): search}
