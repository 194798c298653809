from celery import shared_task
from django.utils import timezone

from portal.renditions import services


@shared_task
def make_wanted(**kwargs) -> None:
    """Make what was wanted and could not be made at once."""
    services.make_wanted(now=timezone.now())
