from celery import shared_task
from django.utils import timezone

from portal.change_requests import mailing, services


@shared_task(expires=60, soft_time_limit=120)
def send_mails(**kwargs) -> None:
    """Tell people what was said about their requests."""
    mailing.send_due(now=timezone.now())


@shared_task(expires=600, soft_time_limit=240)
def confirm_silent(**kwargs) -> None:
    """Confirm what was solved long ago and never answered."""
    services.confirm_silent(now=timezone.now())
