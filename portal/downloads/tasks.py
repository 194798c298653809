from celery import shared_task
from django.utils import timezone

from portal.downloads import services


@shared_task(expires=20, soft_time_limit=60)
def prepare(**kwargs) -> None:
    """Make the renditions that people will ask for first."""
    services.prepare(now=timezone.now())
