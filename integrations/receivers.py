"""Facts that leave the portal become outbox rows, in the transaction that made them true."""

from django.dispatch import receiver
from django.utils import timezone

from integrations import outbox, tasks
from integrations.trading_grid import outbound
from portal import signals


@receiver(signals.publications_changed, dispatch_uid="integrations.publications_changed")
def tell_grid_of_publications(sender, publications, **kwargs):
    """One message per publication and connection that has its community."""
    now = timezone.now()
    outbox.enqueue(outbound.messages_about(publications), now=now, wake=lambda: tasks.wake("deliver"))
