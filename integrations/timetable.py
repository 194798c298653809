"""What is done by the clock, and not because of news: comparing with the vendors, and forgetting what is done."""

import time

from celery import shared_task
from django.utils import timezone

from integrations import pruning
from integrations import reconcile as reconciling
from integrations.models import Connection

SLICE_SECONDS = 10.0
_OPTIONS = {"expires": 60, "soft_time_limit": 75, "time_limit": 85, "ignore_result": True}


@shared_task(**_OPTIONS)
def reconcile(connection_id: int | None = None, **kwargs):
    """
    Take the due steps of comparing with a vendor; without an id, let each due connection have a run of its own.

    A message that is lost is no loss: the timetable comes by, and the run goes on at the page it had come to.
    """
    active = Connection.objects.filter(is_active=True)
    if connection_id is None:
        for each in active:
            if reconciling.is_due(each, now=timezone.now()):
                reconcile.apply_async(kwargs={"connection_id": each.pk})
        return
    connection = active.filter(pk=connection_id).first()
    until = time.monotonic() + SLICE_SECONDS
    if connection is not None and reconciling.advance(connection, until=until, clock=timezone.now):
        reconcile.apply_async(kwargs={"connection_id": connection.pk})


@shared_task(**_OPTIONS)
def prune(**kwargs):
    """Forget finished work that is old enough, for a bounded time."""
    pruning.prune(now=timezone.now(), until=time.monotonic() + SLICE_SECONDS)
