"""Approvals: the words on the wire and how a person's decision is recorded."""

import sqlite3

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.project import Project

# Source: read in the vendor's widget. Several mean the same; the reference names none.
STATES = (
    "APPROVED", "PENDING", "PRE-APPROVED", "PRE-REFUSED", "REFUSED", "REJECTED", "CANCELLED", "CANCELED",
    "NO_RESPONSE",
)  # fmt: skip


class UnknownState(ValueError):
    """Not a word that approvals know; the text lists those that are."""


class NotCurrent(ValueError):
    """Approvals belong to the newest version; the text names it."""


def decide(project: Project, row: sqlite3.Row, state: str | None) -> sqlite3.Row:
    """
    Set the approval of a file; ``None`` takes it back to "never asked for".

    Saying the same again changes nothing and calls nobody.

    :raises UnknownState: not one of :data:`STATES`
    :raises NotCurrent: an older version
    """
    if state is not None and state not in STATES:
        raise UnknownState(f"{state!r} is not an approval state. It may be {', '.join(STATES)} or null.")
    if not row["current"]:
        newest = files_store.versions(project, row["asset"])[0]
        raise NotCurrent(f"This is an older version. The newest one is {newest['uuid']}.")
    ended = state is None or state not in files_store.OPEN_REQUESTS
    return files_store.change(
        project,
        row,
        {"approval": state},
        trigger="on_change_approval",
        action="APPROVAL_ENDED" if ended else "APPROVAL_CREATED",
        details={"state": state},
    )
