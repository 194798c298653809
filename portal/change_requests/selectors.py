"""Reading what companies ask for. Everything for a partner takes the partner first."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.change_requests.choices import OPEN_STATES, RequestState
from portal.change_requests.models import ChangeRequest, RequestMessage
from portal.core.errors import NotFound
from portal.core.paging import Page, paginate
from portal.partners.models import Partner

_NUMBER = re.compile(r"(?:[Rr]-)?([1-9][0-9]{0,17})")
#: What a partner's list may be narrowed to: name -> states. "waiting" is what waits for the company.
GROUPS: dict[str, Collection[str]] = {
    "open": OPEN_STATES,
    "waiting": (RequestState.WAITING, RequestState.RESOLVED),
    "closed": (RequestState.CONFIRMED, RequestState.REJECTED, RequestState.DUPLICATE),
    "all": RequestState.values,
}


@dataclass(frozen=True)
class RequestFilter:
    """
    ``states``  any of these; empty for all
    ``asked_by``  only what this person asked
    ``asset``     public id: only what is about it;  ``gtin``  14 digits
    ``since``     only what changed at or after it; aware
    """

    states: tuple[str, ...] = ()
    asked_by: User | None = None
    asset: str = ""
    gtin: str = ""
    since: datetime | None = None


def _requests(partner: Partner) -> QuerySet[ChangeRequest]:
    rows = ChangeRequest.objects.filter(partner=partner)
    return rows.select_related(
        "partner",
        "asset",
        "variant",
        "channel",
        "asked_by",
        "assignee",
        "resolution_asset",
        "resolution_recipe",
        "duplicate_of",
    )


def request_page(partner: Partner, wish: RequestFilter, *, size: int = 30, cursor: str | None = None) -> Page:
    """
    Return one page of a company's requests, the last changed first: one query.

    :raises BadInput: the cursor is damaged
    """
    rows = _requests(partner)
    if wish.states:
        rows = rows.filter(state__in=wish.states)
    if wish.asked_by is not None:
        rows = rows.filter(asked_by=wish.asked_by)
    if wish.asset:
        rows = rows.filter(asset__public_id=wish.asset)
    if wish.gtin:
        rows = rows.filter(gtin=wish.gtin)
    if wish.since is not None:
        rows = rows.filter(changed_at__gte=wish.since)
    return paginate(rows, order=("-changed_at", "-id"), kinds=(datetime, int), size=size, cursor=cursor)


def has_any(partner: Partner) -> bool:
    """Say whether the company ever asked for anything."""
    return ChangeRequest.objects.filter(partner=partner).exists()


def get_request(partner: Partner, name: str) -> ChangeRequest:
    """
    Return one of the company's requests.

    :param name: its public id or its number, ``R-2417`` or ``2417``
    :raises NotFound: unknown, or another company's; the two look the same
    """
    number = _NUMBER.fullmatch(name)
    if "\0" in name:  # PostgreSQL has no such sign, and so nothing under such a name
        raise NotFound
    which = {"number": int(number[1])} if number else {"public_id": name}
    found = _requests(partner).filter(**which).first()
    if found is None:
        raise NotFound
    return found


def thread(partner: Partner, request: ChangeRequest) -> list[RequestMessage]:
    """Return what was said and done about one of the company's requests, in order."""
    rows = RequestMessage.objects.filter(partner=partner, request=request)
    return list(rows.select_related("user").order_by("pk"))


def message_page(partner: Partner, request: ChangeRequest, *, size: int, cursor: str | None = None) -> Page:
    """
    Return one page of a request's thread, in order.

    :raises BadInput: the cursor is damaged
    """
    rows = RequestMessage.objects.filter(partner=partner, request=request).select_related("user")
    return paginate(rows, order=("id",), kinds=(int,), size=size, cursor=cursor)


def waiting_for(partner: Partner, *, limit: int = 5) -> list[ChangeRequest]:
    """Return the requests that wait for the company: a question to answer, a solution to confirm; oldest first."""
    rows = _requests(partner).filter(state__in=GROUPS["waiting"])
    return list(rows.order_by("changed_at", "pk")[:limit])


# -- For staff --------------------------------------------------------------------------------------------------------
def open_count() -> int:
    """Return how many requests nobody has taken up yet."""
    return ChangeRequest.objects.filter(state=RequestState.OPEN).count()


def late_count(*, today: date) -> int:
    """Return how many open requests are past their day."""
    rows = ChangeRequest.objects.filter(state__in=OPEN_STATES)
    return rows.filter(due_on__lt=today).count() + rows.filter(due_on=None, needed_by__lt=today).count()


def find(name: str) -> ChangeRequest | None:
    """Return any company's request by its number or public id, ``None`` when there is none."""
    number = _NUMBER.fullmatch(name.strip())
    which = {"number": int(number[1])} if number else {"public_id": name.strip()}
    return ChangeRequest.objects.select_related("partner").filter(**which).first()


def names(public_ids: Collection[str]) -> dict[str, str]:
    """Return what people call these requests, by public id."""
    rows = ChangeRequest.objects.filter(public_id__in=public_ids).values_list("public_id", "number")
    return {public_id: f"R-{number}" for public_id, number in rows}
