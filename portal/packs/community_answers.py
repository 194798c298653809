"""
What companies answer in a community about a published asset: the same answers as on their own pages.

A community asks about an asset; a pack asks about files. The answer there counts for every file that shows the asset in
a pack which the company has through that community.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from portal.core.errors import DomainError
from portal.packs import confirming, selectors
from portal.packs.choices import Answer, Reason
from portal.packs.confirming import Given
from portal.packs.models import Confirmation, Pack
from portal.packs.selectors import By
from portal.partners.models import Partner
from portal.partners.selectors import community_ids
from portal.publications.models import Publication

#: Who answered, as the activity record names it.
ACTOR = "community"


class _Overtaken(DomainError):
    """The asset was published anew while the answer was on its way in."""


def take_in(
    *, publication_id: int, revision: int, partner: Partner, answer: Answer, text: str, now: datetime
) -> int:
    """
    Record what a company answered in a community. Twice is once: what says the same already is left alone, and
    *received* takes nothing from *in use*.

    :param publication_id: its row number
    :param revision: of the publication that was answered; of an older one the answer is about other bytes
    :param text: the company's words, needed for review and refused
    :returns: how many files got this answer
    """
    publication = Publication.objects.filter(pk=publication_id, withdrawn_at__isnull=True).first()
    if publication is None or publication.revision != revision or not partner.is_active:
        return 0
    if publication.community_id not in community_ids(partner):
        return 0
    count = 0
    packs = selectors.packs_of(partner, at=now).filter(
        current__in=selectors.composed_for([publication.community_id])
    )
    for pack in packs.order_by("pk"):
        count += _answer(pack, publication, By(partner, ACTOR), answer, text, now=now)
    return count


def _answer(pack: Pack, publication: Publication, by: By, answer: Answer, text: str, *, now: datetime) -> int:
    assert pack.current is not None
    # Files that were replaced and wait for the pack's next version are left out, as in ``confirming.confirm_all``.
    digests = pack.current.files.filter(
        variant__current=F("version"),
        variant__publication_items__publication=publication,
        variant__publication_items__withdrawn_at__isnull=True,
        variant__asset=publication.asset_id,
    )
    standing = dict(
        Confirmation.objects.filter(partner=by.partner, pack=pack, stale_at__isnull=True).values_list(
            "sha256", "answer"
        )
    )
    given = [
        Given(sha256, answer, Reason.OTHER if answer.needs_reason else "", text)
        for sha256 in dict.fromkeys(digests.order_by("position").values_list("sha256", flat=True))
        if not _says_it(standing.get(sha256), answer)
    ]
    if not given:
        return 0
    try:
        with transaction.atomic():
            confirming.confirm(pack=pack, by=by, given=given, now=now)
            # Its files are held now: whoever replaced one before has raised the revision.
            revision = Publication.objects.filter(pk=publication.pk).values_list("revision", flat=True).get()
            if revision != publication.revision:
                raise _Overtaken("The asset was published anew.")
    except DomainError:
        # Replaced or withdrawn at this moment: the community asks about the new bytes by itself.
        return 0
    return len(given)


def _says_it(before: str | None, answer: Answer) -> bool:
    return before == answer or (before == Answer.IN_USE and answer == Answer.RECEIVED)
