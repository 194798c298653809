from celery import shared_task
from django.utils import timezone

from portal.publications import feasibility, services


@shared_task
def number_changes(**kwargs) -> None:
    """Give committed changes their place in the feed."""
    while services.number_changes() == 10_000:
        pass


@shared_task(expires=20, soft_time_limit=120)
def check_catalogues(**kwargs) -> None:
    """Go on with feasibility reports."""
    feasibility.work(now=timezone.now())
