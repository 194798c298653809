"""
Asking, answering, solving, confirming. Each verb holds the request, moves it once, appends to its thread, and tells the
outside; said again, it finds everything as it is and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal import signals
from portal.accounts.models import User
from portal.activity import services as activity
from portal.change_requests import mailing, wishes
from portal.change_requests.choices import OPEN_STATES, Kind, Origin, RequestState
from portal.change_requests.errors import AlreadyAsked, NotInThisState
from portal.change_requests.models import ChangeRequest, RequestMessage
from portal.change_requests.wishes import Wish
from portal.core.errors import BadInput
from portal.partners.models import Partner

__all__ = [
    "AlreadyAsked", "By", "NotInThisState", "answer", "ask_partner", "confirm", "confirm_silent", "mark_duplicate",
    "raise_request", "reject", "reopen", "resolve", "take", "twin_of", "write",
]  # fmt: skip

LONGEST = 4000


@dataclass(frozen=True)
class By:
    """Who says it, and where: ``actor`` as the activity record names it, ``user`` when it is a person."""

    origin: Origin
    actor: str = "system"
    user: User | None = None


# -- The partner ------------------------------------------------------------------------------------------------------
@transaction.atomic
def raise_request(*, partner: Partner, wish: Wish, by: By, now: datetime) -> ChangeRequest:
    """
    Ask for something in a company's name.

    :param wish: as ``wishes.read`` returned it for this company
    :raises Incomplete: something is missing
    :raises AlreadyAsked: the company asks for the same already, and it is not solved yet
    """
    wishes.check(wish, now=now)
    # Two people of one company at the same moment: the second waits and sees what the first asked.
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    _demand_no_twin(partner.pk, wish.fingerprint)
    request = ChangeRequest.objects.create(
        number=_next_number(),
        partner=partner,
        state=RequestState.OPEN,
        origin=by.origin,
        asked_by=by.user,
        actor=by.actor,
        raised_at=now,
        changed_at=now,
        **wish.facts(),
    )
    _say(request, Kind.RAISED, by, now=now, text=wish.note)
    return request


@transaction.atomic
def answer(*, request: ChangeRequest, text: str, by: By, now: datetime) -> RequestMessage:
    """
    Say something in the company's name. When staff had asked, that is their answer, and it is their turn again.

    :returns: the message; the one there is when these were its last words
    :raises BadInput: no text
    :raises NotInThisState: it is closed; one that is not solved can be reopened
    """
    request, text = locked(request), _text(text)
    if (last := _said_last(request, by, text)) is not None:
        return last
    if not (request.is_open or request.is_resolved):
        raise NotInThisState(
            _("%(request)s is closed. Open it again if it is not solved.") % _named(request), request
        )
    was_asked = request.is_waiting
    if was_asked:
        request.state = RequestState.IN_PROGRESS if request.assignee_id else RequestState.OPEN
    return _say(request, Kind.ANSWER if was_asked else Kind.MESSAGE, by, now=now, text=text)


@transaction.atomic
def confirm(*, request: ChangeRequest, by: By, now: datetime) -> ChangeRequest:
    """
    Record that the company has what it asked for. Confirming twice changes nothing.

    :raises NotInThisState: nobody said that it is solved
    """
    request = locked(request)
    if request.state == RequestState.CONFIRMED:
        return request
    if not request.is_resolved:
        raise NotInThisState(
            _("%(request)s is not solved yet: there is nothing to confirm.") % _named(request), request
        )
    request.state, request.closed_at = RequestState.CONFIRMED, now
    _say(request, Kind.CONFIRMED, by, now=now)
    return request


@transaction.atomic
def reopen(*, request: ChangeRequest, text: str, by: By, now: datetime) -> ChangeRequest:
    """
    Ask again, because it is not solved, or not rightly refused. One that is open stays as it is.

    :raises BadInput: it does not say what is still wrong
    :raises AlreadyAsked: another request asks for the same by now
    :raises NotInThisState: it is a duplicate; the other one is the place
    """
    request = locked(request)
    if request.is_open:
        return request
    if not request.can_reopen:
        raise NotInThisState(
            _("%(request)s is a duplicate. Go on in the other request.") % _named(request), request
        )
    text = _text(text)
    Partner.objects.select_for_update(no_key=True).get(pk=request.partner_id)
    _demand_no_twin(request.partner_id, request.fingerprint)
    request.state, request.resolved_at, request.closed_at = RequestState.OPEN, None, None
    request.resolution, request.resolution_asset, request.resolution_recipe = "", None, None
    # What staff had promised is over; until when it is needed, the company said and may say anew.
    request.due_on = None
    _say(request, Kind.REOPENED, by, now=now, text=text)
    return request


# -- Staff ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def take(*, request: ChangeRequest, by: By, now: datetime, due_on: date | None = None) -> bool:
    """
    Take a request up, in the name of the person in ``by``; one that somebody else has goes over to them.

    :param due_on: until when it will be there, ``None`` leaves what was said
    :returns: ``False`` when they have it already and the day stays, or it is closed
    """
    request = locked(request)
    user = by.user.pk if by.user else None
    is_same = request.assignee_id == user and request.state != RequestState.OPEN
    if not request.is_open or (is_same and due_on in {None, request.due_on}):
        return False
    request.assignee_id, request.due_on = user, due_on or request.due_on
    if request.state == RequestState.OPEN:
        request.state = RequestState.IN_PROGRESS
    _say(request, Kind.TAKEN, by, now=now)
    return True


@transaction.atomic
def write(*, request: ChangeRequest, text: str, by: By, now: datetime) -> RequestMessage:
    """
    Tell the company something without moving the request.

    :returns: the message; the one there is when these were its last words
    :raises BadInput: no text
    """
    request, text = locked(request), _text(text)
    return _said_last(request, by, text) or _say(request, Kind.MESSAGE, by, now=now, text=text)


@transaction.atomic
def ask_partner(*, request: ChangeRequest, text: str, by: By, now: datetime) -> RequestMessage:
    """
    Ask the company something; until it answers, the request waits for it.

    :returns: the question; the one there is when these were its last words
    :raises BadInput: no text
    :raises NotInThisState: it is solved or closed
    """
    request, text = locked(request), _text(text)
    if request.is_waiting and (last := _said_last(request, by, text)) is not None:
        return last
    _demand_open(request)
    request.state = RequestState.WAITING
    request.assignee_id = request.assignee_id or (by.user.pk if by.user else None)
    return _say(request, Kind.QUESTION, by, now=now, text=text)


@transaction.atomic
def resolve(
    *, request: ChangeRequest, by: By, now: datetime, text: str = "", asset=None, recipe=None
) -> ChangeRequest:
    """
    Say that what was asked for exists now, and where. Solving it the same way twice changes nothing.

    :param asset: what now exists, already known to be there for this company
    :param recipe: the download size it is there in
    :raises BadInput: neither an asset nor a size nor a word
    :raises NotInThisState: it is closed, or solved in another way
    """
    request, text = locked(request), text.strip()[:LONGEST]
    if not (text or asset or recipe):
        raise BadInput(_("Say what exists now: an asset, a download size, or in words."))
    facts = {"resolution": text, "resolution_asset": asset, "resolution_recipe": recipe}
    if request.is_resolved and all(getattr(request, name) == value for name, value in facts.items()):
        return request
    _demand_open(request)
    for name, value in facts.items():
        setattr(request, name, value)
    request.state, request.resolved_at = RequestState.RESOLVED, now
    _say(request, Kind.RESOLVED, by, now=now, text=text)
    return request


@transaction.atomic
def reject(*, request: ChangeRequest, text: str, by: By, now: datetime) -> ChangeRequest:
    """
    Say that it will not be done, and why.

    :raises BadInput: it does not say why
    :raises NotInThisState: it is solved or closed
    """
    request, text = locked(request), _text(text)
    if request.state == RequestState.REJECTED:
        return request
    _demand_open(request)
    request.state, request.closed_at = RequestState.REJECTED, now
    _say(request, Kind.REJECTED, by, now=now, text=text)
    return request


@transaction.atomic
def mark_duplicate(*, request: ChangeRequest, of: ChangeRequest, by: By, now: datetime) -> ChangeRequest:
    """
    Close a request because another one of the same company asks for the same.

    :raises BadInput: the other one is itself, another company's, or a duplicate
    :raises NotInThisState: it is solved or closed
    """
    request = locked(request)
    if request.state == RequestState.DUPLICATE and request.duplicate_of_id == of.pk:
        return request
    _demand_open(request)
    # Another company's number would tell that it exists.
    if of.pk == request.pk or of.partner_id != request.partner_id or of.state == RequestState.DUPLICATE:
        raise BadInput(_("Name another request of the same company that is no duplicate itself."))
    request.state, request.duplicate_of, request.closed_at = RequestState.DUPLICATE, of, now
    _say(request, Kind.DUPLICATE, by, now=now)
    return request


def confirm_silent(*, now: datetime, limit: int = 200) -> int:
    """
    Confirm what was solved ``REQUEST_SILENCE_DAYS`` ago and never answered; the thread says that nobody did.

    :returns: how many
    """
    before = now - timedelta(days=settings.REQUEST_SILENCE_DAYS)
    rows = ChangeRequest.objects.filter(state=RequestState.RESOLVED, resolved_at__lte=before)
    return sum(
        _confirm_silent(pk, before, now=now)
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:limit]
    )


@transaction.atomic
def _confirm_silent(pk: int, before: datetime, *, now: datetime) -> bool:
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("partner").get(pk=pk)
    # Somebody may have answered since the list was read.
    if not request.is_resolved or request.resolved_at is None or request.resolved_at > before:
        return False
    request.state, request.closed_at = RequestState.CONFIRMED, now
    _say(request, Kind.CONFIRMED, By(Origin.SILENCE), now=now)
    return True


# -- Within the domain ------------------------------------------------------------------------------------------------
def twin_of(partner_id: int, fingerprint: str) -> ChangeRequest | None:
    """Return the company's open request for the same, ``None`` when there is none."""
    rows = ChangeRequest.objects.filter(partner=partner_id, fingerprint=fingerprint, state__in=OPEN_STATES)
    return rows.first()


def locked(request: ChangeRequest) -> ChangeRequest:
    """Return a request as it is now, held until the end of the transaction."""
    rows = ChangeRequest.objects.select_for_update(of=("self",)).select_related("partner")
    return rows.get(pk=request.pk)


def _demand_no_twin(partner_id: int, fingerprint: str) -> None:
    if (known := twin_of(partner_id, fingerprint)) is not None:
        raise AlreadyAsked(_("%(request)s asks for this already.") % _named(known), known)


def _demand_open(request: ChangeRequest) -> None:
    if not request.is_open:
        words = {"request": request.name, "state": request.get_state_display()}
        raise NotInThisState(_("%(request)s is not open any more: %(state)s.") % words, request)


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('portal_change_request_number')")
        return cursor.fetchone()[0]


def _named(request: ChangeRequest) -> Mapping[str, str]:
    return {"request": request.name}


def _text(text: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise BadInput(_("Write something."), errors=[{"parameter": "text", "detail": "Not given."}])
    return text[:LONGEST]


def _said_last(request: ChangeRequest, by: By, text: str) -> RequestMessage | None:
    """Return the last message when it says the same by the same: a form that was sent twice."""
    last = request.messages.order_by("-pk").first()
    return last if last is not None and (last.actor, last.text) == (by.actor, text) else None


def _say(request: ChangeRequest, kind: Kind, by: By, *, now: datetime, text: str = "") -> RequestMessage:
    """Save the request with its next revision, append to its thread, and let people and the outside know."""
    if kind != Kind.RAISED:
        request.revision += 1
        request.changed_at = now
        request.save()
    message = RequestMessage.objects.create(
        partner_id=request.partner_id,
        request=request,
        kind=kind,
        origin=by.origin,
        actor=by.actor,
        user=by.user,
        text=text,
        at=now,
    )
    data: dict[str, Any] = {"number": request.number, "state": request.state, "origin": by.origin}
    if kind == Kind.RAISED:
        data["reason"] = request.reason
    activity.record(
        verb=f"request.{kind}",
        subject=request.public_id,
        actor=by.actor,
        partner_id=request.partner_id,
        data=data,
        now=now,
    )
    mailing.plan(message, now=now)
    signals.change_requests_changed.send(sender=ChangeRequest, messages=[message])
    return message
