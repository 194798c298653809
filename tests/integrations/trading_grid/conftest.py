import pytest
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.trading_grid import auth, polling
from portal.partners.models import Community


@pytest.fixture(autouse=True)
def _no_old_tokens():
    """A token of one test must not serve the next one."""
    auth.forget_all()


class Grid:
    """The connection to the grid, and what the timetable does with it."""

    def __init__(self, world, **options):
        self.world = world
        self.connection = world.connect_grid(**options)

    def read(self, *, ahead=None) -> None:
        """Poll directory and events, and work on what came."""
        clock = timezone.now if ahead is None else lambda: timezone.now() + ahead
        self.connection.refresh_from_db()
        while polling.poll(self.connection, seconds=30, clock=clock):
            pass
        while inbox.process_next(routing.inbound_handler, now=clock()):
            pass

    def deliver(self, *, ahead=None) -> None:
        now = timezone.now() if ahead is None else timezone.now() + ahead
        while outbox.deliver_next(routing.outbound_handler, now=now, clock=lambda: now):
            pass

    def posts(self) -> list[dict]:
        """What the grid holds, oldest first."""
        return self.world.verb("GET", "/trading_grid/posts")["posts"]

    def community(self, name: str = "Winter Kitchen") -> Community:
        return Community.objects.get(name=name)


@pytest.fixture
def grid(world, db):
    """A grid whose directory has been read."""
    found = Grid(world)
    found.read()
    return found
