"""The heartbeats: sent by the timetable, worked on by whichever worker is free."""

from celery import shared_task
from celery.signals import before_task_publish
from django.utils import timezone

from portal.core import heartbeat as heart


@shared_task(name=heart.TASK, expires=60, ignore_result=True)
def heartbeat(**kwargs) -> None:
    """Note that a worker takes what somebody waits for."""
    heart.beat(heart.WORKER, now=timezone.now())


@shared_task(expires=heart.LATE_MAKING.total_seconds(), ignore_result=True)
def heartbeat_making(**kwargs) -> None:
    """Note that a worker takes what makes files."""
    heart.beat(heart.MAKING, now=timezone.now())


@before_task_publish.connect(sender=heart.TASK)
def _sent(**kwargs) -> None:
    # Only the timetable ever sends it.
    heart.beat(heart.TIMETABLE, now=timezone.now())
