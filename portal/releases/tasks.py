from celery import shared_task
from django.utils import timezone

from portal.publications import services as publications
from portal.releases import collecting, services


@shared_task
def open_and_close_windows(**kwargs) -> None:
    """Announce rights windows that opened or closed."""
    while publications.open_and_close_windows(now=timezone.now()) == 500:
        pass


@shared_task
def continue_routing(**kwargs) -> None:
    """Go on with a pass that changed rules asked for."""
    while services.continue_routing(now=timezone.now()):
        pass


@shared_task(expires=600, soft_time_limit=70)
def collect_renditions(**kwargs) -> None:
    """Tidy up in the store of renditions, for a bounded time."""
    collecting.collect(now=timezone.now())
