"""
Community Management Services: the documented part of the grid.

Its oddities stay in here: users are read by either key, changed and deleted by ``userId`` alone, while roles go by
``loginId`` alone, which its owner may change at any time. So callers name a user by ``userId``, and the login of the
moment is looked up with each call that wants it.

Source: the vendor's request collection "Community Management" (2025).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from integrations.errors import BadPayload
from integrations.trading_grid import calls, schemas
from integrations.trading_grid.calls import Missing
from integrations.trading_grid.config import Account
from integrations.trading_grid.reading import identity, objects, prose, required
from integrations.trading_grid.schemas import Person

T = TypeVar("T")


def company(account: Account) -> dict[str, Any]:
    """
    Return the record of our own company, ``{"companyName": ..., ...}``.

    :raises DeliveryError: as ``calls.call``
    """
    body = calls.call(account, "GET", "company", {}).body
    if not isinstance(body, dict):
        raise BadPayload("Trading Grid sent something else than the company.")
    return body


def partners(account: Account, *, name: str = "") -> Iterator[dict[str, Any]]:
    """
    Return the companies of the partner directory.

    :param name: only the company of this name
    """
    return calls.listed(account, "partnerDirectory", query={"partnerCompanyName": name} if name else None)


def users(account: Account) -> Iterator[Person]:
    """
    Return every user of our company.

    :raises BadPayload: one has no ``userId``
    """
    return (schemas.person(row) for row in calls.listed(account, "users"))


def user_by_login(account: Account, login: str) -> Person | None:
    """Return the user who has this ``loginId`` at the moment; there is no search by mail address or name."""
    rows = calls.listed(account, "users", query={"loginId": login})
    found = [schemas.person(row) for row in rows]
    # A tenant that does not know the filter answers with everybody.
    return next((person for person in found if person.login.casefold() == login.casefold()), None)


def user(account: Account, key: str) -> Person:
    """
    Return one user by ``userId`` or ``loginId``.

    :raises Missing: there is none
    """
    body = calls.call(account, "GET", "user", {"userKey": key}).body
    if not isinstance(body, dict):
        raise BadPayload("Trading Grid sent something else than the user.")
    return schemas.person(body)


def create_user(account: Account, details: Mapping[str, Any], *, key: str = "") -> str:
    """
    Create a user and return its ``userId``, which the reply calls ``uniqueId``.

    :param details: the documented fields; ``loginId``, ``loginPassword``, ``firstName``, ``lastName`` and ``type``
        must be among them
    :raises Conflict: the ``loginId`` is taken
    """
    body = calls.call(account, "POST", "users", {}, json=details, key=key).body
    if not isinstance(body, dict):
        raise BadPayload("Trading Grid sent an answer without the new user.")
    return required(body, "uniqueId", "Trading Grid sent an answer without the new user's id.")


def change_user(account: Account, user_id: str, details: Mapping[str, Any]) -> None:
    """
    Change what ``details`` names and leave the rest.

    :raises Missing: no user has this ``userId``
    """
    calls.call(account, "PUT", "user", {"userKey": user_id}, json=details)


def delete_user(account: Account, user_id: str) -> None:
    """
    :raises Missing: no user has this ``userId``
    """
    calls.call(account, "DELETE", "user", {"userKey": user_id})


def roles(account: Account, user_id: str) -> list[str]:
    """
    Return the names of a user's roles.

    :raises Missing: no user has this ``userId``
    """
    return _by_login(account, user_id, lambda login: _role_names(_rows(account, "userRoles", login)))


def add_roles(account: Account, user_id: str, names: Sequence[str]) -> None:
    """
    Grant roles; those a user has already stay.

    :raises Missing: no user has this ``userId``
    """

    def add(login: str) -> None:
        body = [{"roleName": name} for name in names]
        query = {"action": "Add"}
        calls.call(account, "PUT", "userRoles", {"loginId": login}, json=body, query=query)

    _by_login(account, user_id, add)


def company_entitlements(account: Account) -> list[str]:
    """Return the services our company subscribes to."""
    return _services(calls.listed(account, "companyEntitlements"))


def user_entitlements(account: Account, user_id: str) -> list[str]:
    """
    Return the services a user may use.

    :raises Missing: no user has this ``userId``
    """
    return _by_login(account, user_id, lambda login: _services(_rows(account, "userEntitlements", login)))


def _by_login(account: Account, user_id: str, do: Callable[[str], T]) -> T:
    """Do something that goes by ``loginId``, with the login the user has now; once more when it was just renamed."""
    for last in (False, True):
        login = user(account, user_id).login
        if not login:
            raise BadPayload("Trading Grid sent a user without a loginId.")
        try:
            return do(login)
        except Missing:
            if last or user(account, user_id).login == login:
                raise
    raise AssertionError("the loop returns or raises")


def _rows(account: Account, endpoint: str, login: str) -> Iterator[dict[str, Any]]:
    return calls.listed(account, endpoint, {"loginId": login})


def _role_names(rows: Iterator[dict[str, Any]]) -> list[str]:
    return [name for row in rows if (name := prose(row.get("roleName"), 200))]


def _services(rows: Iterator[dict[str, Any]]) -> list[str]:
    """Return the names of entitlements that are in force. Their fields are not documented: both spellings are taken."""
    return [
        name
        for row in objects(list(rows))
        if (name := identity(row.get("serviceName") or row.get("name")))
        and identity(row.get("status") or "ACTIVE").upper() == "ACTIVE"
    ]
