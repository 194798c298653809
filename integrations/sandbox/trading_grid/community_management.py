"""
Community Management Services, as OpenText's request collection shows them.

The oddities are theirs and kept: users are read by either key, changed and deleted by ``userId``
only, while roles go by ``loginId`` only; ``loginId`` is the one search key; creating answers with
``uniqueId``. What the collection leaves open (envelopes, directory fields, errors) follows the
dialect and the field names of the workspace contract.
"""

from collections.abc import Callable
from typing import Any

from integrations.sandbox.seed.partners import HUB
from integrations.sandbox.trading_grid import people, seeding
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result, not_found
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.workspace.checks import LANGUAGE, Checker

LISTED = ("userId", "loginId", "email", "firstName", "lastName")
SECRET = ("loginPassword", "userPasswordHint", "roles", "functions", "notify")
ADDRESS = ("addressLine1", "addressLine2", "city", "state", "postalCode", "countryCode")
# "Extention" is spelled so in the published bodies.
CONTACT = ("email", "phoneNumber", "phoneNumberExtention", "mobile", "faxNumber")
YES_NO = ("isConsentClause", "isDayLightSavingsTimeObserved", "isRequiredOpenTextMarketingMaterials")
# A role's first word -> the service it opens.
ROLE_SERVICES = {
    "Lens": "Lens",
    "TGMS": "Trading Grid Messaging Service",
    "Active": "Active Documents",
}


def get_company(grid: Grid, call: Call) -> Result:
    company = grid.store.get("company", grid.company_id, what="company").body
    return Result({name: value for name, value in company.items() if name not in ("entitlements", "roles")})


def list_partners(grid: Grid, call: Call) -> Listing:
    """The partner directory, filtered by the full name, the id or the trading address of a company."""
    wanted: list[Callable[[dict[str, Any]], bool]] = []
    if name := call.query.get("partnerCompanyName"):
        wanted.append(lambda partner: partner["name"].casefold() == name.casefold())
    if company_id := call.query.get("partnerCompanyId"):
        wanted.append(lambda partner: partner["partnerCompanyId"] == company_id)
    if address := call.query.get("tradingAddress"):
        wanted.append(lambda partner: address in partner["ediAddresses"])
    partners = [partner.body for partner in grid.store.all("partner")]
    found = [partner for partner in partners if all(test(partner) for test in wanted)]
    return _page(
        [{**partner, "contacts": _contacts(grid, partner["partnerCompanyId"])} for partner in found], call
    )


def list_users(grid: Grid, call: Call) -> Listing:
    if "loginId" in call.query:
        found = people.by_login(grid, grid.company_id, call.query["loginId"])
        users = [found] if found else []
    else:
        users = people.of_company(grid, grid.company_id)
    return _page([{name: user.get(name, "") for name in LISTED} for user in users], call)


def get_user(grid: Grid, call: Call) -> Result:
    key = call.args["userKey"]
    user = people.by_id(grid, grid.company_id, key) or people.by_login(grid, grid.company_id, key)
    if user is None:
        raise not_found("user")
    return Result(_shown(user))


def create_user(grid: Grid, call: Call) -> Result:
    check = Checker(call.data)
    changes = _received(check, required=True)
    login = check.text("loginId", required=True)
    check.text("loginPassword", required=True)
    check.word("type", ("Web",), required=True)
    check.finish()
    with grid.store.write():
        if login is None or people.login_is_taken(grid, login):
            raise ApiError(409, 4095, "This loginId is taken.", [{"name": "loginId", "message": "is taken"}])
        user_id = f"U9{grid.store.next_number('user'):09d}"
        user = {"userId": user_id, "loginId": login, "type": "Web", "roles": [], **changes}
        user["email"] = user.get("contactInformation", {}).get("email") or login
        seeding.add_user(grid.store, grid.company_id, user)
    return Result({"uniqueId": user_id}, 201, location=["user", {"userKey": user_id}])


def update_user(grid: Grid, call: Call) -> Result:
    """A partial update: objects are merged, everything else replaced; the ``loginId`` stays."""
    with grid.store.write():
        user = _by_id_only(grid, call)
        check = Checker(call.data)
        changes = _received(check, required=False)
        login = check.text("loginId")
        if login is not None and login != user["loginId"]:
            check.fail("loginId", "can only be changed by its owner, in Trading Grid Online")
        check.finish()
        for name, value in changes.items():
            user[name] = {**user.get(name, {}), **value} if isinstance(value, dict) else value
        user["email"] = user.get("contactInformation", {}).get("email") or user["email"]
        people.save(grid, user)
    return Result(_shown(user))


def delete_user(grid: Grid, call: Call) -> Result:
    with grid.store.write() as connection:
        user = _by_id_only(grid, call)
        if user["userId"] == grid.keys.user_id:
            raise ApiError(409, 4093, "This is the user of the API client itself; it cannot be deleted.")
        connection.execute("DELETE FROM users WHERE user_id = ?", (user["userId"],))
    return Result(status=204)


def list_roles(grid: Grid, call: Call) -> Listing:
    return _page([{"roleName": name} for name in _by_login_only(grid, call).get("roles", [])], call)


def change_roles(grid: Grid, call: Call) -> Result:
    """``?action=Add`` or ``Remove`` with ``[{"roleName": ...}]``; the answer is what the user has then."""
    action = call.query.get("action")
    if action not in ("Add", "Remove"):
        message = "must be Add or Remove, in the query"
        raise ApiError(400, 4003, f"action {message}.", [{"name": "action", "message": message}])
    if not isinstance(call.body, list):
        raise ApiError(400, 4001, 'The body must be a JSON array such as [{"roleName": "Community Viewer"}].')
    check = Checker({"roles": call.body})
    names = [entry.word("roleName", HUB["roles"], required=True) for entry in check.objects("roles")]
    check.finish()
    with grid.store.write():
        user = _by_login_only(grid, call)
        roles = user.get("roles", [])
        if action == "Add":
            user["roles"] = roles + [name for name in dict.fromkeys(names) if name not in roles]
        else:
            user["roles"] = [name for name in roles if name not in names]
        people.save(grid, user)
    return Result([{"roleName": name} for name in user["roles"]])


def company_entitlements(grid: Grid, call: Call) -> Listing:
    company = grid.store.get("company", grid.company_id, what="company").body
    return _page([{"serviceName": name, "status": "ACTIVE"} for name in company["entitlements"]], call)


def user_entitlements(grid: Grid, call: Call) -> Listing:
    """What a user may do: community work for everybody, the rest by role."""
    roles = _by_login_only(grid, call).get("roles", [])
    services = {"Active Community"} | {
        ROLE_SERVICES.get(role.split()[0], "Active Community") for role in roles
    }
    if "Account Admin" in roles:
        services.update(HUB["entitlements"])
    return _page(
        [{"serviceName": name, "status": "ACTIVE"} for name in HUB["entitlements"] if name in services], call
    )


def _page(items: list[dict[str, Any]], call: Call) -> Listing:
    return Listing(items[call.page.offset : call.page.offset + call.page.size], len(items))


def _contacts(grid: Grid, company_id: str) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in user.items() if name not in ("previousLoginIds", "roles")}
        for user in people.of_company(grid, company_id)
    ]


def _shown(user: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in user.items() if name not in (*SECRET, "previousLoginIds")}


def _by_id_only(grid: Grid, call: Call) -> dict[str, Any]:
    user = people.by_id(grid, grid.company_id, call.args["userKey"])
    if user is None:
        raise not_found("user; this call takes the userId, not the loginId")
    return user


def _by_login_only(grid: Grid, call: Call) -> dict[str, Any]:
    user = people.by_login(grid, grid.company_id, call.args["loginId"])
    if user is None:
        raise not_found("user; this call takes the loginId, not the userId")
    return user


def _received(check: Checker, *, required: bool) -> dict[str, Any]:
    """The published user fields of a body that are there; passwords are checked and never kept."""
    address, contact = check.object("address"), check.object("contactInformation")
    for part, names in ((address, ADDRESS), (contact, CONTACT)):
        for name in names:
            if part.data.get(name) != "":
                part.text(name)
    user: dict[str, Any] = {
        "firstName": check.text("firstName", required=required),
        "lastName": check.text("lastName", required=required),
        "preferredLanguage": check.pattern("preferredLanguage", LANGUAGE, "must be a language code"),
        "preferredTimezone": check.text("preferredTimezone"),
        "preferredDateFormat": check.text("preferredDateFormat"),
        **{name: check.word(name, ("Yes", "No")) for name in YES_NO},
        "address": {name: address.data[name] for name in ADDRESS if name in address.data} or None,
        "contactInformation": {name: contact.data[name] for name in CONTACT if name in contact.data} or None,
    }
    return {name: value for name, value in user.items() if value is not None}


ROUTES = {
    ("company", "GET"): get_company,
    ("partnerDirectory", "GET"): list_partners,
    ("users", "GET"): list_users,
    ("users", "POST"): create_user,
    ("user", "GET"): get_user,
    ("user", "PUT"): update_user,
    ("user", "DELETE"): delete_user,
    ("userRoles", "GET"): list_roles,
    ("userRoles", "PUT"): change_roles,
    ("companyEntitlements", "GET"): company_entitlements,
    ("userEntitlements", "GET"): user_entitlements,
}
