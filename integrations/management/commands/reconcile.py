"""Compares the portal with its vendors, repairs what differs, and proves that they agree."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations import connections, cursors, inbox, outbox, reconcile, routing, tasks
from integrations.models import Connection, SyncCursor

_PAUSE = timedelta(days=1)
_SPEAK_EVERY = 2.0


class Command(BaseCommand):
    help = (
        "Compare the portal with one vendor or all of them, repair what differs, and compare once more to prove that "
        "nothing does. Killed, it goes on where it was when called again by the timetable, or begins anew by hand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", nargs="?", help="key of the connection")
        parser.add_argument(
            "--all", action="store_true", help="every connection in use, media libraries first"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--repair", action="store_true", default=True, help="repair what differs (the default)"
        )
        what.add_argument("--dry-run", action="store_true", help="only compare; change nothing")
        parser.add_argument(
            "--restored",
            action="store_true",
            help="the portal's database came back from a backup: run this with --all before workers start again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options)
        if options["restored"] and options["dry_run"]:
            raise CommandError("After a restore there is something to repair: leave --dry-run out.")
        repair = not options["dry_run"]
        with self._others_held(chosen) if options["restored"] else _nothing():
            equal = [self._run(each, repair=repair, restored=options["restored"]) for each in chosen]
        if not all(equal):
            raise CommandError(
                "Not everything agrees. What could not be repaired stands parked with its reason."
            )

    def _chosen(self, options: dict[str, Any]) -> list[Connection]:
        if options["all"]:
            # What the media libraries say decides what the grid is to be told.
            return sorted(
                Connection.objects.filter(is_active=True), key=lambda c: (c.vendor != "scaleflex", c.key)
            )
        found = connections.get(options["connection"] or "")
        if found is None:
            known = (
                ", ".join(Connection.objects.filter(is_active=True).values_list("key", flat=True)) or "none"
            )
            raise CommandError(f"Name a connection in use, or say --all. There are: {known}.")
        return [found]

    @contextmanager
    def _others_held(self, chosen: list[Connection]) -> Iterator[None]:
        """
        Let nothing be sent to the grid until it has been compared, and give coming revisions keys never used before.

        What waits in the outbox is as old as the backup: sent now, it could bring back what was withdrawn since.
        """
        now = timezone.now()
        grids = [each for each in chosen if each.vendor == Connection.Vendor.TRADING_GRID]
        for each in grids:
            Connection.objects.filter(pk=each.pk).update(
                paused_until=now + _PAUSE, era=f".{now:%y%m%d%H%M%S}"
            )
        yield
        # Not in a ``finally``: a run that broke off leaves the grid paused, and the next one takes over.
        Connection.objects.filter(pk__in=[each.pk for each in grids]).update(paused_until=None)
        for name in ("deliver", "process", "poll"):
            tasks.wake(name)

    def _run(self, connection: Connection, *, repair: bool, restored: bool) -> bool:
        connection.refresh_from_db()
        if repair:
            while inbox.process_next(routing.inbound_handler, now=timezone.now()):
                pass
        if restored:
            closed = routing.forget_overtaken(connection)
            if closed:
                self.stdout.write(f"{connection.name}: {closed} messages of the backup are told anew.")
        reconcile.begin(connection, repair=repair, restored=restored, now=timezone.now())
        spoken = 0.0
        while True:
            more = reconcile.advance(connection, until=time.monotonic() + 2, clock=timezone.now)
            cursor = SyncCursor.objects.get(connection=connection, name=reconcile.NAME)
            if not reconcile.is_running(cursor):
                return self._tell(connection, reconcile.result_of(cursor))
            if cursor.failures:
                raise CommandError(f"{connection.name}: {cursor.last_error}")
            if time.monotonic() - spoken > _SPEAK_EVERY:
                spoken = time.monotonic()
                self._progress(connection, cursor)
            if not more and not self._work(connection, restored=restored):
                time.sleep(0.2)

    def _work(self, connection: Connection, *, restored: bool) -> bool:
        """Do a little of what the repairs asked for, so that it goes on without workers, too."""
        if restored and connection.vendor == Connection.Vendor.TRADING_GRID:
            # Compared and corrected: now its messages may go.
            running = SyncCursor.objects.get(connection=connection, name=reconcile.NAME)
            if running.value.get("run", {}).get("phase") == "settle":
                Connection.objects.filter(pk=connection.pk).update(paused_until=None)
        worked = inbox.process_next(routing.inbound_handler, now=timezone.now())
        return outbox.deliver_next(routing.outbound_handler, now=timezone.now()) or worked

    def _progress(self, connection: Connection, cursor: SyncCursor) -> None:
        run = cursor.value["run"]
        rate = cursors.speed(cursor).per_second
        of = f" of about {cursor.total_estimate:,}" if cursor.total_estimate else ""
        speed = f", {rate:,.0f} a second" if rate else ""
        found = sum(run["found"].values())
        self.stdout.write(
            f"{connection.name}: {run['phase']}, {cursor.done_count:,}{of} compared{speed}, {found:,} differ"
        )

    def _tell(self, connection: Connection, result: dict[str, Any]) -> bool:
        say = self.stdout.write
        for kind, counts in result["kinds"].items():
            left = "" if result["dry"] else f", {counts['left']:,} left"
            say(f"{connection.name}: {kind}: {counts['found']:,} found{left}")
            for said in result["examples"].get(kind, ()):
                say(f"    {said}")
        if result["on_the_way"]:
            say(
                f"{connection.name}: {result['on_the_way']:,} things are being worked on and were passed over."
            )
        if result["equal"]:
            how = f" after {result['repairs']:,} repairs, proved by a second look" if result["proved"] else ""
            say(f"{connection.name}: equal; {result['compared']:,} things compared{how}.")
        else:
            left = sum(counts["left"] for counts in result["kinds"].values())
            say(f"{connection.name}: {left:,} differences; {result['compared']:,} things compared.")
        return bool(result["equal"])


@contextmanager
def _nothing() -> Iterator[None]:
    yield
