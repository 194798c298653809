from celery import shared_task
from django.utils import timezone

from portal.packs import due, services


@shared_task(expires=20, soft_time_limit=240)
def work(**kwargs) -> None:
    """Begin versions of packs that are due, and go on with those being prepared."""
    now = timezone.now()
    due.note_ended(now=now)
    services.work(now=now)
