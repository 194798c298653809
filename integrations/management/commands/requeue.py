"""Lets parked inbox events and outbox messages be tried again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from integrations import inbox, outbox, tasks
from integrations.models import InboundEvent, OutboxMessage


class Command(BaseCommand):
    help = "Try parked messages and events again, all of them or some."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", help="key of the connection; all when left out")
        parser.add_argument("--kind", help="only this kind, such as file or publication.changed")
        parser.add_argument("--reason", help="only those whose reason contains this text")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for rows, requeue, words, task in (
            (InboundEvent.objects.all(), inbox.requeue, "inbox events", "process"),
            (OutboxMessage.objects.all(), outbox.requeue, "outbox messages", "deliver"),
        ):
            if options["connection"]:
                rows = rows.filter(connection__key=options["connection"])
            if options["kind"]:
                rows = rows.filter(kind=options["kind"])
            if options["reason"]:
                rows = rows.filter(last_error__icontains=options["reason"])
            # Joins are in the way of an update.
            due: Any = rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))
            count = requeue(due, now=now)
            tasks.wake(task)
            self.stdout.write(f"{count} {words} are tried again.")
