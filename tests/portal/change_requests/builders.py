"""Requests without surprises: what matters to a test is written in the test."""

from typing import Any

from portal.accounts.models import User
from portal.change_requests import services, wishes
from portal.change_requests.choices import Origin
from portal.change_requests.models import ChangeRequest
from portal.change_requests.services import By
from portal.change_requests.wishes import Wish
from portal.partners.models import Partner
from tests.builders import NOON


def by(user: User) -> By:
    return By(Origin.PORTAL, f"user:{user.public_id}", user)


def by_staff(user: User) -> By:
    return By(Origin.STAFF, f"user:{user.public_id}", user)


def wish_of(partner: Partner, *, now=NOON, **given: Any) -> Wish:
    """What a company wants: a size of 800 pixels unless something else is said."""
    given = given or {"width": 800, "note": "For the shop"}
    return wishes.read(partner, {"reason": "missing_size", **given}, at=now)


def ask(partner: Partner, user: User, *, now=NOON, **given: Any) -> ChangeRequest:
    return services.raise_request(
        partner=partner, wish=wish_of(partner, now=now, **given), by=by(user), now=now
    )
