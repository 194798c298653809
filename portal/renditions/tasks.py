from celery import shared_task
from django.utils import timezone

from portal.renditions import judging, services


@shared_task(expires=60)
def make_wanted(**kwargs) -> None:
    """Make what was wanted and could not be made at once."""
    services.make_wanted(now=timezone.now())


@shared_task(expires=20, soft_time_limit=120)
def judge(**kwargs) -> None:
    """Work out verdicts that pages and reports ask for."""
    judging.judge_wanted(now=timezone.now())
