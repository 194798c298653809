from celery import shared_task
from django.utils import timezone

from portal.downloads import embeds, jobs, services


@shared_task(expires=20, soft_time_limit=60)
def prepare(**kwargs) -> None:
    """Make the renditions that people will ask for first."""
    services.prepare(now=timezone.now())


@shared_task(expires=20, soft_time_limit=240)
def work_on_jobs(**kwargs) -> None:
    """Go on with archives that people asked for, and tell those who want to know."""
    jobs.work(now=timezone.now())


@shared_task(expires=600, soft_time_limit=60)
def forget_jobs(**kwargs) -> None:
    """Remove prepared downloads that are too old."""
    jobs.forget(now=timezone.now())


@shared_task(expires=60, soft_time_limit=60)
def settle_embeds(**kwargs) -> None:
    """End embed links whose rights have ended, or whose company may no longer have the file; none stays public."""
    embeds.settle(now=timezone.now())
    embeds.remind()
