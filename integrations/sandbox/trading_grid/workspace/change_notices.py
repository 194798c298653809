"""
Change notices: a specification, a packaging or a rule changes.

DRAFT > PUBLISHED > ACKNOWLEDGED | DISPUTED > CLOSED. INBOUND ones come from a partner or the
network and are answered by the hub with ``accept`` or ``dispute``; OUTBOUND ones go to partners, each of
whom answers under ``acknowledgements``.
"""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result, not_found
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import once
from integrations.sandbox.trading_grid.workspace.acting import user_of
from integrations.sandbox.trading_grid.workspace.assets import check_assets, is_gtin14
from integrations.sandbox.trading_grid.workspace.checks import COUNTRY, Checker
from integrations.sandbox.trading_grid.workspace.communities import updated_since

KINDS = ("SPECIFICATION", "PACKAGING", "COMPLIANCE")
DIRECTIONS = ("INBOUND", "OUTBOUND")
VERDICTS = ("STILL_VALID", "REPLACE", "WITHDRAW", "UNKNOWN")
# action -> (the states it starts from, the state it leads to)
MOVES = {
    "publish": (("DRAFT",), "PUBLISHED"),
    "accept": (("PUBLISHED", "DISPUTED"), "ACKNOWLEDGED"),
    "dispute": (("PUBLISHED", "ACKNOWLEDGED"), "DISPUTED"),
    "close": (("PUBLISHED", "ACKNOWLEDGED", "DISPUTED"), "CLOSED"),
}
EVENTS = {
    "publish": "community.change.published",
    "accept": "community.change.acknowledged",
    "dispute": "community.change.disputed",
}


def list_notices(grid: Grid, call: Call) -> Listing:
    where = {name: call.query[name] for name in ("status", "kind", "direction") if name in call.query}
    return grid.store.listing("changeNotice", call.page, where=where, updated_since=updated_since(call))


def get_notice(grid: Grid, call: Call) -> Result:
    notice = _notice_of(grid, call)
    return Result(notice.body, headers={"ETag": notice.etag})


def create_notice(grid: Grid, call: Call) -> Result:
    def create() -> Result:
        check = Checker(call.data)
        direction = check.word("direction", ("OUTBOUND",)) or "OUTBOUND"
        content = checked(check)
        check.finish()
        notice = add(
            grid, content=content, direction=direction, partner_company_id=None,
            external_reference=call.data["externalReference"], now=call.now,
        )  # fmt: skip
        return Result(
            notice.body, 201, {"ETag": notice.etag}, ["changeNotice", {"changeNoticeId": notice.id}]
        )

    return once.created(grid, call, "changeNotice", create)


def change_state(grid: Grid, call: Call) -> Result:
    """``{"action", "comment"?, "affectedAssets"?}``: the verdicts found so far may come along."""

    def change() -> Result:
        notice = _notice_of(grid, call)
        once.require_match(call, notice)
        check = Checker(call.data)
        action = check.word("action", MOVES, required=True) or ""
        comment = check.text("comment", longest=4000)
        affected = _affected(check) if "affectedAssets" in call.data else None
        check.finish()
        if action == "publish" and notice.body["direction"] == "INBOUND":
            raise ApiError(403, 4032, "Only its sender publishes an inbound notice.")
        notice = move(grid, notice, action, now=call.now, comment=comment, affected=affected)
        answer = {**notice.body["stateInfo"], "status": notice.body["status"]}
        return Result(answer, headers={"ETag": notice.etag})

    return once.changed(grid, call, change)


def put_acknowledgement(grid: Grid, call: Call) -> Result:
    """A partner's answer to an outbound notice: ``{"status": "ACKNOWLEDGED" | "DISPUTED", "comment", "byUser"}``."""

    def put() -> Result:
        notice = _notice_of(grid, call)
        once.require_match(call, notice)
        company_id = call.args["partnerCompanyId"]
        if grid.store.find("partner", company_id) is None:
            raise not_found("partner")
        check = Checker(call.data)
        status = check.word("status", ("ACKNOWLEDGED", "DISPUTED"), required=True)
        answer = {
            "partnerCompanyId": company_id,
            "status": status,
            "comment": check.text("comment", longest=4000),
            "byUser": user_of(check, "byUser"),
        }
        check.finish()
        if notice.body["direction"] != "OUTBOUND" or notice.body["status"] in ("DRAFT", "CLOSED"):
            raise ApiError(409, 4093, "Partners answer outbound notices that are published and not closed.")
        before = {each["partnerCompanyId"]: each for each in notice.body["acknowledgements"]}
        if {**before.get(company_id, {}), **answer} == before.get(company_id):
            return Result(before[company_id], headers={"ETag": notice.etag})
        answer["at"] = timestamp(call.now)
        body = {
            **notice.body,
            "acknowledgements": list({**before, company_id: answer}.values()),
            "updatedAt": timestamp(call.now),
        }
        notice = grid.store.change(notice, body, now=call.now)
        type = EVENTS["accept" if status == "ACKNOWLEDGED" else "dispute"]
        _emit(grid, type, notice, ("acknowledgements",))
        return Result(answer, headers={"ETag": notice.etag})

    return once.changed(grid, call, put)


def checked(check: Checker) -> dict[str, Any]:
    """The content of a notice; what is wrong is noted in ``check``."""
    gtins = check.texts("gtins")
    if not gtins:
        check.fail("gtins", "must name at least one GTIN")
    elif not all(is_gtin14(gtin) for gtin in gtins):
        check.fail("gtins", "must be texts of 14 digits with a valid check digit")
    return {
        "kind": check.word("kind", KINDS, required=True),
        "gtins": gtins,
        "targetMarkets": check.texts("targetMarkets", COUNTRY, "must be ISO 3166 country codes"),
        "summary": check.by_language("summary", required=True),
        "changes": [
            {
                "attribute": change.text("attribute", required=True),
                "oldValue": change.text("oldValue", longest=2000),
                "newValue": change.text("newValue", longest=2000),
                "unit": change.text("unit"),
            }
            for change in check.objects("changes")
        ],
        "productionVariantDescription": check.text("productionVariantDescription", longest=2000),
        "productionVariantEffectiveDateTime": check.moment("productionVariantEffectiveDateTime"),
        "effectiveDate": check.moment("effectiveDate", required=True),
        "documents": check_assets(check, "documents"),
        "affectedAssets": _affected(check),
    }


def add(
    grid: Grid,
    *,
    content: dict[str, Any],
    direction: str,
    partner_company_id: str | None,
    external_reference: str | None,
    now: datetime,
) -> Resource:
    """Store a draft; ``partner_company_id`` is who sent an inbound one, if a partner did."""
    notice_id = grid.store.next_id("changeNotice", "chg")
    at = timestamp(now)
    body = {
        "changeNoticeId": notice_id,
        "externalReference": external_reference,
        "direction": direction,
        "partnerCompanyId": partner_company_id,
        **content,
        "status": "DRAFT",
        "acknowledgements": [],
        "stateInfo": grid.state_info(now),
        "createdAt": at,
        "updatedAt": at,
    }
    return grid.store.add("changeNotice", notice_id, body, now=now)


def move(
    grid: Grid,
    notice: Resource,
    action: str,
    *,
    now: datetime,
    comment: str | None = None,
    affected: list[dict[str, Any]] | None = None,
) -> Resource:
    """
    Take a notice to its next state and tell it.

    :raises ApiError: 409 from a state that does not allow it
    """
    starts, goal = MOVES[action]
    if notice.body["status"] not in starts:
        raise ApiError(409, 4093, f"A notice that is {notice.body['status']} cannot {action}.")
    info = grid.state_info(now)
    body = {
        **notice.body,
        "status": goal,
        "affectedAssets": notice.body["affectedAssets"] if affected is None else affected,
        "stateInfo": {**info, "comment": comment} if comment else info,
        "updatedAt": timestamp(now),
    }
    notice = grid.store.change(notice, body, now=now)
    if action in EVENTS:
        _emit(grid, EVENTS[action], notice, ("status",))
    return notice


def _affected(check: Checker) -> list[dict[str, Any]]:
    return [
        {
            "assetId": asset.text("assetId", required=True),
            "verdict": asset.word("verdict", VERDICTS) or "UNKNOWN",
        }
        for asset in check.objects("affectedAssets")
    ]


def _notice_of(grid: Grid, call: Call) -> Resource:
    return grid.store.get("changeNotice", call.args["changeNoticeId"], what="change notice")


def _emit(grid: Grid, type: str, notice: Resource, changed: tuple[str, ...]) -> None:
    events.emit(
        grid, type, resource="changeNotice", id=notice.id, revision=notice.version, endpoint="changeNotice",
        args={"changeNoticeId": notice.id}, changed=changed,
    )  # fmt: skip


ROUTES = {
    ("changeNotices", "GET"): list_notices,
    ("changeNotices", "POST"): create_notice,
    ("changeNotice", "GET"): get_notice,
    ("changeNoticeState", "PATCH"): change_state,
    ("changeNoticeAcknowledgement", "PUT"): put_acknowledgement,
}
