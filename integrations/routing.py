"""Who handles what: the one table between the engine and the vendors."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from integrations import outbox
from integrations.drift import Compared, Run
from integrations.errors import BadOptions, Refused
from integrations.inbox import Handler, Ignored
from integrations.models import Connection, InboundEvent, SyncCursor
from integrations.scaleflex import config as scaleflex_config
from integrations.scaleflex import embeds as scaleflex_embeds
from integrations.scaleflex import inbound as scaleflex_inbound
from integrations.scaleflex import polling as scaleflex_polling
from integrations.scaleflex import reconcile as scaleflex_reconcile
from integrations.scaleflex import self_check as scaleflex_self_check
from integrations.trading_grid import auth as grid_auth
from integrations.trading_grid import client as grid_client
from integrations.trading_grid import config as grid_config
from integrations.trading_grid import inbound as grid_inbound
from integrations.trading_grid import onboarding as grid_onboarding
from integrations.trading_grid import outbound as grid_outbound
from integrations.trading_grid import polling as grid_polling
from integrations.trading_grid import post_repairs as grid_repairs
from integrations.trading_grid import receipts as grid_receipts
from integrations.trading_grid import reconcile as grid_reconcile

SCALEFLEX = Connection.Vendor.SCALEFLEX
TRADING_GRID = Connection.Vendor.TRADING_GRID

_INBOUND: dict[tuple[str, str], Handler] = {
    (SCALEFLEX, scaleflex_inbound.KIND): scaleflex_inbound.HANDLER,
    (TRADING_GRID, grid_inbound.KIND): grid_inbound.HANDLER,
    (TRADING_GRID, grid_inbound.RESOURCE): grid_inbound.RESOURCE_HANDLER,
}
_OUTBOUND: dict[tuple[str, str], outbox.Deliver] = {
    (SCALEFLEX, scaleflex_embeds.KIND): scaleflex_embeds.deliver,
    (TRADING_GRID, grid_outbound.PUBLICATION): grid_outbound.deliver_publication,
    (TRADING_GRID, grid_onboarding.CHANGED): grid_onboarding.deliver,
    (TRADING_GRID, grid_receipts.KIND): grid_receipts.deliver_receipt,
    (TRADING_GRID, grid_repairs.SURPLUS): grid_repairs.deliver_surplus,
}
_POLLS: dict[str, Callable[..., bool]] = {
    SCALEFLEX: scaleflex_polling.poll,
    TRADING_GRID: grid_polling.poll,
}


def inbound_handler(vendor: str, kind: str) -> Handler:
    """Return who works on a kind of event; what nobody knows is set aside, not lost."""
    return _INBOUND.get((vendor, kind), _UNKNOWN)


def outbound_handler(vendor: str, kind: str) -> outbox.Deliver:
    """
    Return who delivers a kind of message.

    :raises Refused: nobody does; the message is parked
    """
    try:
        return _OUTBOUND[vendor, kind]
    except KeyError:
        raise Refused(f"Nobody delivers {kind} to {vendor}.") from None


def poll(connection: Connection, *, seconds: float) -> bool:
    """
    Ask the vendor for news for about so long.

    :returns: whether there is more to read right away
    """
    return _POLLS[connection.vendor](connection, seconds=seconds)


def compare(
    connection: Connection, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    """
    Take one step of comparing the portal with a vendor; see ``reconcile``.

    :raises DeliveryError: the vendor cannot be asked; nothing has changed
    """
    step: dict[str, Callable[..., Compared]] = {
        SCALEFLEX: scaleflex_reconcile.compare,
        TRADING_GRID: grid_reconcile.compare,
    }
    return step[connection.vendor](connection, place, cursor, run, now)


def on_the_way(connection: Connection, run: Run) -> int:
    """Return how many of a run's repairs are not worked on yet, up to a thousand."""
    count: dict[str, Callable[..., int]] = {
        SCALEFLEX: scaleflex_reconcile.on_the_way,
        TRADING_GRID: grid_reconcile.on_the_way,
    }
    return count[connection.vendor](connection, run)


def forget_overtaken(connection: Connection) -> int:
    """After a backup was restored: close what the outbox says and the comparison will say anew; returns how many."""
    return grid_repairs.settle_old_messages(connection) if connection.vendor == TRADING_GRID else 0


def token_until(connection: Connection) -> datetime | None:
    """Return when the token we call with is renewed, ``None`` when there is none or nobody can tell. No call."""
    try:
        return (
            grid_auth.renewed_at(grid_config.account(connection))
            if connection.vendor == TRADING_GRID and connection.is_active
            else None
        )
    except BadOptions:
        return None


def check(connection: Connection) -> str:
    """
    Return a sentence that says that the connection works.

    :raises DeliveryError: it does not; the text says why
    """
    if connection.vendor == SCALEFLEX:
        return scaleflex_self_check.test(scaleflex_config.account(connection))
    return grid_client.test(grid_config.account(connection))


def read_all(connection: Connection) -> None:
    """Let everything the vendor has be read from the beginning at the next poll."""
    if connection.vendor == SCALEFLEX:
        scaleflex_polling.start_full_walk(connection)
    else:
        grid_polling.start_over(connection)


def check_options(connection: Connection) -> None:
    """
    :raises BadOptions: an option or a credential is missing or wrong
    """
    readers: dict[str, Callable[[Connection], object]] = {
        SCALEFLEX: scaleflex_config.account,
        TRADING_GRID: grid_config.account,
    }
    readers[connection.vendor](connection)


def _set_aside(*, connection: Connection, events: Sequence[InboundEvent], now: Any) -> dict[int, Ignored]:
    return {event.pk: Ignored(f"Nobody works on {event.kind}.") for event in events}


_UNKNOWN = Handler(work=_set_aside, batch=50)  # type: ignore[arg-type]
