"""Facts that leave the portal become outbox rows, in the transaction that made them true."""

from django.dispatch import receiver
from django.utils import timezone

from integrations import outbox, tasks
from integrations.scaleflex import embeds
from integrations.trading_grid import onboarding, outbound, receipts
from portal import signals
from portal.packs import community_answers
from portal.packs import receipts as answers


@receiver(signals.publications_changed, dispatch_uid="integrations.publications_changed")
def tell_grid_of_publications(sender, publications, **kwargs):
    """
    One message per publication and connection that has its community; behind it the answers that still hold, because a
    new revision of a post opens its receipts.
    """
    _enqueue(outbound.messages_about(publications))
    _enqueue(receipts.messages_about(answers.about_publications(publications)))


@receiver(signals.confirmations_changed, dispatch_uid="integrations.confirmations_changed")
def tell_grid_of_confirmations(sender, confirmations, **kwargs):
    """
    One message per receipt that these answers touch and connection that has its post. What was said in the community
    itself stands there already.
    """
    told = [row for row in confirmations if row.actor != community_answers.ACTOR or row.stale_at is not None]
    _enqueue(receipts.messages_about(answers.about_confirmations(told)))


@receiver(signals.onboarding_changed, dispatch_uid="integrations.onboarding_changed")
def tell_grid_of_onboarding(sender, enrolments, **kwargs):
    """One message per enrolment and connection that has its company and has not heard."""
    _enqueue(onboarding.messages_about(enrolments))


@receiver(signals.embeds_changed, dispatch_uid="integrations.embeds_changed")
def tell_dam_of_embeds(sender, links, **kwargs):
    """One message per version that may have to come onto the public delivery, or off it."""
    _enqueue(embeds.messages_about(links))


def _enqueue(messages):
    outbox.enqueue(messages, now=timezone.now(), wake=lambda: tasks.wake("deliver"))
