from celery import shared_task
from django.utils import timezone

from portal.onboarding import reminding, services


@shared_task(expires=60, soft_time_limit=120)
def go_on(**kwargs) -> None:
    """Let companies begin whose programme came later, and close steps that have happened."""
    now = timezone.now()
    services.enrol_waiting(now=now)
    services.observe_all(now=now)


@shared_task(expires=300, soft_time_limit=240)
def remind(**kwargs) -> None:
    """Write down who is to be reminded, and send what is to be sent."""
    now = timezone.now()
    reminding.plan(now=now)
    reminding.send_due(now=now)
