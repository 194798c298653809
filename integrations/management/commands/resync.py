"""Brings portal and vendors to one state again: reads everything a vendor has, and tells the grid what it lacks."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations import connections, cursors, outbox, routing, tasks
from integrations.models import Connection, SyncCursor
from integrations.scaleflex import polling
from integrations.trading_grid import outbound


class Command(BaseCommand):
    help = (
        "Read everything one vendor has, here and now, and show how far it is. For the Trading Grid also "
        "queue the posts it does not have yet. What has not changed changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", help="key of the connection")
        parser.add_argument("--again", action="store_true", help="apply also files that are known exactly so")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections.get(options["connection"])
        if connection is None:
            known = ", ".join(Connection.objects.values_list("key", flat=True)) or "none"
            raise CommandError(
                f"There is no connection {options['connection']!r} in use. There are: {known}."
            )
        routing.read_all(connection)
        if connection.vendor == Connection.Vendor.SCALEFLEX:
            self._read_files(connection, again=options["again"])
        else:
            self._read_grid(connection)

    def _read_files(self, connection: Connection, *, again: bool) -> None:
        more = True
        while more:
            until = time.monotonic() + 2
            more = polling.walk(connection, polling.FULL, until=until, clock=timezone.now, again=again)
            cursor = SyncCursor.objects.get(connection=connection, name=polling.FULL)
            if cursor.last_error and cursor.finished_at is None:
                raise CommandError(f"{cursor.last_error} It goes on at the same place when called again.")
            rate = cursors.speed(cursor).per_second
            of = f" of about {cursor.total_estimate}" if cursor.total_estimate else ""
            self.stdout.write(f"{cursor.done_count}{of} files, {rate or 0:.0f} a second")
        tasks.wake("process")

    def _read_grid(self, connection: Connection) -> None:
        while routing.poll(connection, seconds=60):
            pass
        for cursor in SyncCursor.objects.filter(connection=connection):
            if cursor.last_error:
                self.stderr.write(f"{cursor.name}: {cursor.last_error}")
        count = 0
        for messages in outbound.messages_not_posted(connection):
            count += outbox.enqueue(messages, now=timezone.now(), wake=lambda: tasks.wake("deliver"))
        tasks.wake("process")
        self.stdout.write(f"Directory and events are read; {count} posts were not up to date and are queued.")
