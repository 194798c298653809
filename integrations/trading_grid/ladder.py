"""
One ladder for all that is known about how a notice was received, whatever way it travelled.

Three things are told apart, and none implies the next: how far it travelled (``Transport``), whether a machine could
read it (``Syntax``), and what people made of it (``Answer``).

Source: status and acknowledgement codes of the vendor's Lens ("API cheat sheet"); X12 824 (OTI01); GDSN catalogue item
confirmation; how they meet the receipts of our contract is the contract's, section "Receipts".
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Answer(StrEnum):
    """What a recipient made of a post; ``OVERDUE`` is what time makes of saying nothing."""

    NOTIFIED = "notified"
    VIEWED = "viewed"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    CHANGE_REQUESTED = "change_requested"
    DECLINED = "declined"

    @property
    def is_decision(self) -> bool:
        """Whether somebody decided, so that nobody need be asked again."""
        return self in {Answer.CONFIRMED, Answer.CHANGE_REQUESTED, Answer.DECLINED}


class Transport(StrEnum):
    """How far a document travelled: ``READY`` waits to be picked up, ``TAKEN`` is in the recipient's hands."""

    TRAVELLING = "travelling"
    READY = "ready"
    TAKEN = "taken"
    PARTLY = "partly"
    HELD = "held"
    FAILED = "failed"


class Syntax(StrEnum):
    """Whether the recipient's machine could read it; says nothing about its content."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    LATE = "late"
    ACCEPTED = "accepted"
    FLAWED = "flawed"
    PARTLY = "partly"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Standing:
    """What one company answered to one revision; ``at`` is ``None`` where nobody said when."""

    answer: Answer
    revision: int = 0
    at: datetime | None = None


#: Lens ``status``. Batched, processing, in progress and completed (of its processing) are all on the way.
_TRANSPORT = {
    "B": Transport.TRAVELLING,
    "P": Transport.TRAVELLING,
    "D": Transport.TRAVELLING,
    "C": Transport.TRAVELLING,
    "R": Transport.READY,
    "S": Transport.TAKEN,
    "H": Transport.HELD,
    "N": Transport.HELD,
    # A duplicate was not carried a second time.
    "U": Transport.HELD,
    "V": Transport.FAILED,
    "F": Transport.FAILED,
}
#: Lens ``deliverystatus``, where it says more than ``status``.
_DELIVERY = {
    "DELIVERYFAILED": Transport.FAILED,
    "PARTIALLYFAILED": Transport.PARTLY,
    "PARTIALLYDELIVERED": Transport.PARTLY,
}
#: Lens ``fastatus``; ``X`` is seen in Trading Grid Online alone.
_SYNTAX = {
    "A": Syntax.ACCEPTED,
    "M": Syntax.ACCEPTED,
    "E": Syntax.FLAWED,
    "P": Syntax.PARTLY,
    "R": Syntax.REJECTED,
    "X": Syntax.REJECTED,
    "T": Syntax.LATE,
    "W": Syntax.WAITING,
    "N": Syntax.NOT_ASKED,
    "S": Syntax.NOT_ASKED,
}
#: X12 824, OTI01. Accepted with change and partly accepted ask for a change, as accepted with error does.
_APPLICATION_ADVICE = {
    "TA": Answer.CONFIRMED,
    "TC": Answer.CHANGE_REQUESTED,
    "TE": Answer.CHANGE_REQUESTED,
    "TP": Answer.CHANGE_REQUESTED,
    "TR": Answer.DECLINED,
}
#: GDSN ``catalogueItemConfirmationStateCode``.
_CONFIRMATION = {
    "SYNCHRONISED": Answer.CONFIRMED,
    "ACCEPTED": Answer.CONFIRMED,
    "REVIEW": Answer.CHANGE_REQUESTED,
    "REJECTED": Answer.DECLINED,
}
_ORDER = [Answer.NOTIFIED, Answer.VIEWED, Answer.OVERDUE]
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def of_receipt(status: str) -> Answer | None:
    """Return what a receipt's status says, ``None`` for a word that is none of our contract's."""
    try:
        return Answer(status.strip().lower())
    except ValueError:
        return None


def of_application_advice(code: str) -> Answer | None:
    """Return what an X12 824 says by its OTI01."""
    return _APPLICATION_ADVICE.get(code.strip().upper())


def of_confirmation(state: str) -> Answer | None:
    """Return what a GDSN catalogue item confirmation says by its state."""
    return _CONFIRMATION.get(state.strip().upper())


def transport(status: str, delivery_status: str = "") -> Transport | None:
    """Return how far a Lens transaction travelled, ``None`` for codes we do not know."""
    return _DELIVERY.get(delivery_status.strip().upper()) or _TRANSPORT.get(status.strip().upper())


def syntax(fa_status: str) -> Syntax | None:
    """Return what a Lens transaction's functional acknowledgement says, ``None`` for codes we do not know."""
    return _SYNTAX.get(fa_status.strip().upper())


def of_document(status: str, fa_status: str = "", delivery_status: str = "") -> Answer | None:
    """
    Return the rung a document's journey stands for by itself, ``None`` while it stands for none.

    An accepted syntax is a machine's word and confirms nothing; a late one is a recipient who owes an answer.
    """
    if syntax(fa_status) is Syntax.LATE:
        return Answer.OVERDUE
    if transport(status, delivery_status) in {Transport.READY, Transport.TAKEN}:
        return Answer.NOTIFIED
    return None


def latest(known: Standing | None, told: Standing) -> Standing:
    """
    Return which of two standings counts, in whatever order they arrive.

    A newer revision asks again; within one, a decision outweighs anything else, and of two decisions the later counts.
    """
    if known is None or told.revision > known.revision:
        return told
    if told.revision < known.revision:
        return known
    if known.answer.is_decision and told.answer.is_decision:
        return told if (told.at or _BEGINNING) > (known.at or _BEGINNING) else known
    if known.answer.is_decision or told.answer.is_decision:
        return known if known.answer.is_decision else told
    return max(known, told, key=lambda standing: _ORDER.index(standing.answer))
