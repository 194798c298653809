"""
Yesterday's backup of the portal's database is put back while the vendors went on; one command makes all agree.

The backup is a real one: PostgreSQL's own copy of the whole database.
"""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db import connections as databases
from django.db.models import F
from django.utils import timezone

from integrations import outbox, routing
from integrations.models import Connection, ExternalReference, OutboxMessage
from portal.catalog.models import Variant
from portal.partners.models import Community
from portal.publications.models import Publication
from tests.builders import make_rule
from tests.integrations.reconciling import reconciled, work
from tests.integrations.scaleflex.test_polling import full_walk, poll
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = "/Norrvik Pantry/Restore"


class Backup:
    """A copy of the test's database, beside it on the same server."""

    def __init__(self):
        self.name = database.settings_dict["NAME"]
        self.copy = f"{self.name}_backup"

    def take(self) -> None:
        self._replace(self.copy, self.name)

    def put_back(self) -> None:
        self._replace(self.name, self.copy)

    def drop(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self.copy}"')

    def _replace(self, target: str, source: str) -> None:
        databases.close_all()
        self._run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{target}', '{source}')",
            f'DROP DATABASE IF EXISTS "{target}"',
            f'CREATE DATABASE "{target}" TEMPLATE "{source}"',
        )

    def _run(self, *statements: str) -> None:
        with database._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@pytest.fixture
def backup():
    found = Backup()
    yield found
    found.drop()


def posts_by_file(grid: Grid) -> dict[str, list[str]]:
    """File name -> the states of the posts that show it."""
    states: dict[str, list[str]] = {}
    for post in grid.posts():
        for entry in post["assets"]:
            if entry["action"] != "WITHDRAW":
                states.setdefault(entry["fileName"], []).append(post["status"])
    return states


def restore(*arguments: str) -> str:
    out = StringIO()
    call_command("reconcile", "--all", "--restored", *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def houses(world):
    """Both vendors connected and read; everything below ``FOLDER`` goes into one community."""
    dam = world.connect_dam(confirm_gone_seconds=0.5, sweep_seconds=1.0)
    grid = Grid(world)
    grid.read()
    make_rule(grid.community(), folders=[FOLDER])
    full_walk(dam)
    work()
    return dam, grid


def test_after_yesterdays_backup_one_command_makes_all_sides_agree(world, houses, backup):
    dam, grid = houses
    files = {}
    for name in ("stays", "withdrawn", "deleted", "replaced", "unsent"):
        files[name] = world.add_file(f"{FOLDER}/{name}.jpg", approval="APPROVED")
    poll(dam, rounds=2)
    full_walk(dam)
    unsent = Publication.objects.get(items__variant__name="unsent.jpg")
    OutboxMessage.objects.filter(ordering_key=f"publication:{unsent.public_id}").update(
        not_before=timezone.now() + timezone.timedelta(hours=1)
    )
    work()
    backup.take()

    # A day goes by: posted, revised, withdrawn, deleted, added. Then the server is lost.
    OutboxMessage.objects.filter(state="pending").update(not_before=timezone.now())
    work()
    files["new"] = world.add_file(f"{FOLDER}/new.jpg", approval="APPROVED")
    files["brief"] = world.add_file(f"{FOLDER}/brief.jpg", approval="APPROVED")
    world.file("approval", files["unsent"]["uuid"], state="REJECTED")
    world.file("approval", files["withdrawn"]["uuid"], state="REJECTED")
    files["replaced"] = world.file("replace", files["replaced"]["uuid"])
    world.delete_file(files["deleted"]["uuid"])
    full_walk(dam)
    for _ in range(3):
        work()
    reconciled(dam)
    work()
    world.file("approval", files["brief"]["uuid"], state="REJECTED")
    # A revision that withdraws: its number is given again after the restore, to something the grid must not skip.
    for state in ("REJECTED", "APPROVED"):
        world.file("approval", files["replaced"]["uuid"], state=state)
        full_walk(dam)
        work()
    wanted = {"stays.jpg": ["PUBLISHED"], "replaced.jpg": ["PUBLISHED"], "new.jpg": ["PUBLISHED"]}
    there = posts_by_file(grid)
    assert {name: states for name, states in there.items() if "PUBLISHED" in states} == wanted
    count = len(grid.posts())
    backup.put_back()
    # Sequences came back as well: rows get numbers that others had before.
    assert not Variant.objects.filter(name="new.jpg").exists()
    assert OutboxMessage.objects.filter(state="pending").count() == 1

    said = restore()

    assert "equal" in said.splitlines()[-1]
    there = posts_by_file(grid)
    assert {name: states for name, states in there.items() if "PUBLISHED" in states} == wanted
    assert len(grid.posts()) == count, "nothing was posted a second time"
    assert {"withdrawn.jpg", "unsent.jpg", "deleted.jpg", "brief.jpg"}.isdisjoint(
        Publication.objects.filter(withdrawn_at=None).values_list("items__variant__name", flat=True)
    )
    live = Publication.objects.filter(withdrawn_at=None)
    known = ExternalReference.objects.filter(resource="post", local_id__in=live.values("pk"))
    assert known.count() == live.count() == 3
    assert not OutboxMessage.objects.filter(state__in=["pending", "parked"]).exists()
    overtaken = OutboxMessage.objects.filter(ordering_key=f"publication:{unsent.public_id}").first()
    assert (overtaken.state, "restored" in overtaken.last_error) == ("superseded", True)
    assert Connection.objects.filter(paused_until=None).count() == 2
    assert not Publication.objects.exclude(posted_revision=F("revision")).exists()

    # And life goes on: numbers of revisions that were used before the loss are told as what they are now.
    world.file("approval", files["replaced"]["uuid"], state="REJECTED")
    full_walk(dam)
    work()
    assert posts_by_file(grid)["replaced.jpg"] == ["WITHDRAWN"]
    assert reconciled(grid.connection)["equal"]
    assert reconciled(dam)["equal"]


def test_killed_restore_leaves_the_grid_paused_and_the_next_call_takes_over(world, houses, backup):
    _, grid = houses
    world.fault("trading_grid", "status", status=503)

    with pytest.raises(Exception, match="503"):
        restore()

    assert Connection.objects.get(pk=grid.connection.pk).paused_until is not None
    assert not outbox.deliver_next(routing.outbound_handler, now=timezone.now())
    world.clear_faults()
    assert "equal" in restore()
    assert Connection.objects.get(pk=grid.connection.pk).paused_until is None
    assert Community.objects.exists()
