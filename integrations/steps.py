"""
Named points on the way of a piece of work, told at DEBUG to the logger ``integrations.steps``.

With that logger switched on an operator sees where a worker stands. Between any two of them a worker may die, and what
it worked on is still done once: ``tests/faults`` ends a real worker at each.
"""

import logging

logger = logging.getLogger(__name__)

#: An outbox message, from the choice of the row to the commit of its outcome.
DELIVERY = (
    "delivery begun",
    "delivery held",
    "delivery called",
    "delivery recorded",
    "delivery committed",
)
#: Inbox events, the same way.
EVENT = ("event begun", "event held", "event worked", "event recorded", "event committed")
#: A page of a vendor's list.
WALK = ("walk held", "walk noted", "walk committed")
#: A vendor has answered, inside any of the others.
CALL = "call answered"


def reached(step: str, what: object = "") -> None:
    """Tell that a worker has come to ``step`` with ``what``: ids, never a body or a name."""
    logger.debug("%s %s", step, what, extra={"step": step})
