"""Workers and timetable by hand, on a clock that jumps from one thing due to the next: three days in a few seconds."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import Connection, InboundEvent, OutboxMessage, SyncCursor
from integrations.scaleflex import polling as dam_polling
from integrations.trading_grid import polling as grid_polling

_POLLS = {"scaleflex": dam_polling.poll, "trading_grid": grid_polling.poll}
#: Far apart, for tests that are not about polling.
RARELY = {
    "scaleflex": {"sweep_seconds": 86_400, "full_walk_hours": 8760},
    "trading_grid": {"events_seconds": 86_400, "directory_minutes": 10_080},
}


class Pace:
    """
    ``now``    the time, aware; moves only by ``run``
    ``polls``  whether vendors are asked for news as well
    """

    def __init__(self, *, polls: bool = True):
        self.now = timezone.now()
        self.polls = polls

    def clock(self) -> datetime:
        return self.now

    def work(self) -> None:
        """Do everything that is due now."""
        if self.polls:
            for connection in Connection.objects.filter(is_active=True):
                while _POLLS[connection.vendor](connection, seconds=30, clock=self.clock):
                    pass
        while inbox.process_next(routing.inbound_handler, now=self.now):
            pass
        while outbox.deliver_next(routing.outbound_handler, now=self.now, clock=self.clock):
            pass

    def run(self, **span: float) -> None:
        """Work for so long (``hours=6``), at every moment at which something falls due."""
        end = self.now + timedelta(**span)
        self.work()
        while due := min((moment for moment in self._due() if self.now < moment <= end), default=None):
            self.now = due
            self.work()
        self.now = end

    def _due(self) -> Iterator[datetime]:
        for connection in Connection.objects.filter(is_active=True):
            held = connection.open_until or self.now
            for model in (InboundEvent, OutboxMessage):
                rows = model.objects.filter(connection=connection, state="pending")
                yield from (max(held, moment) for moment in rows.values_list("not_before", flat=True))
            if self.polls:
                cursors = SyncCursor.objects.filter(connection=connection, due_at__isnull=False)
                yield from (max(held, moment) for moment in cursors.values_list("due_at", flat=True))
