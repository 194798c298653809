from celery import shared_task
from django.utils import timezone

from portal.partners import calls


@shared_task
def forget_calls(**kwargs) -> None:
    """Delete answers kept for repeated calls once nobody can ask for them."""
    calls.forget_old(now=timezone.now())
