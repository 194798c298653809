"""
Who names these bytes? The one place that knows.

Every field that holds a digest, and every reference to a rendition, stands here: in ``HOLDERS`` when it keeps bytes
from being collected, in ``HOLDS_NOTHING`` when it does not. A test walks over all models and fails for one that is in
neither.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from portal.downloads.models import BasketItem, Download, JobFile, ShareFile
from portal.packs.models import Confirmation, PackFile
from portal.renditions.choices import RenditionState
from portal.renditions.models import PictureTest, Rendition, StoredFile, Verdict

#: Returns rows that name the bytes of the row it is asked about (``OuterRef("sha256")``).
Holder = Callable[[datetime], QuerySet]
_DIGEST = OuterRef("sha256")


def _taken(now: datetime) -> QuerySet:
    since = now - timedelta(days=settings.DOWNLOADED_FILES_KEPT_DAYS)
    return Download.objects.filter(sha256=_DIGEST, at__gte=since)


def _shared(now: datetime) -> QuerySet:
    """The sizes that open share links give out, of every version: a link does not say which."""
    open_files = ShareFile.objects.filter(
        variant=OuterRef("version__variant"),
        recipe=OuterRef("revision__recipe"),
        link__revoked_at__isnull=True,
        link__expires_at__gt=now,
    )
    return _cut().filter(Exists(open_files), version__withdrawn_at__isnull=True)


def _in_baskets(now: datetime) -> QuerySet:
    chosen = BasketItem.objects.filter(version=OuterRef("version"), recipe=OuterRef("revision__recipe"))
    return _cut().filter(Exists(chosen))


def _ordered(now: datetime) -> QuerySet:
    """Own sizes, responsive sets and files put right, while the version they were ordered of is the one in use."""
    return _cut().filter(
        revision__recipe__made_to_order=True,
        version__replaced_at__isnull=True,
        version__withdrawn_at__isnull=True,
    )


def _cut() -> QuerySet[Rendition]:
    return Rendition.objects.filter(sha256=_DIGEST, state=RenditionState.READY)


HOLDERS: Mapping[str, Holder] = {
    # What was signed and what was answered stays provable for as long as the row is there.
    "PackFile.sha256": lambda now: PackFile.objects.filter(sha256=_DIGEST),
    "Confirmation.sha256": lambda now: Confirmation.objects.filter(sha256=_DIGEST),
    # Prepared downloads are forgotten with their job.
    "JobFile.sha256": lambda now: JobFile.objects.filter(sha256=_DIGEST),
    "Download.sha256": _taken,
    "Verdict.overlay": lambda now: Verdict.objects.filter(overlay=_DIGEST),
    "PictureTest.overlay": lambda now: PictureTest.objects.filter(overlay=_DIGEST),
    # These name a size of a file, not its digest.
    "ShareFile.recipe": _shared,
    "BasketItem.recipe": _in_baskets,
    "RecipeRevision.address": _ordered,
}

#: Field -> why it keeps nothing.
HOLDS_NOTHING: Mapping[str, str] = {
    "Rendition.sha256": "what was cut is kept for whoever names it, and is made again for whoever asks",
    "Rendition.former": "bytes that went already",
    "StoredFile.sha256": "says that the bytes are there",
    "Measurement.sha256": "what bytes are in numbers; the numbers stay without them",
    "Verdict.sha256": "what was said of bytes; it stays without them",
    "PictureTest.sha256": "a partner's own picture, which is not kept",
    "Activity.digest": "digest of an entry of the record",
    "IdempotentCall.fingerprint": "digest of a call",
    "ChangeRequest.fingerprint": "digest of what a request says",
    "OnboardingDocumentRevision.sha256": "digest of words",
    "OnboardingCode.digest": "digest of a secret",
    "Invitation.token_digest": "digest of a secret",
    "PackTerms.sha256": "digest of words",
    "TermsAcceptance.sha256": "digest of words",
    "PackVersion.sha256": "digest of a manifest; its files stand in PackFile",
    "SpecificationRevision.fingerprint": "digest of rules",
    "ShareRecipient.token_digest": "digest of a secret",
}


def unnamed(rows: QuerySet[StoredFile], *, now: datetime) -> QuerySet[StoredFile]:
    """
    Return those of these rows whose bytes nothing names. Whoever asks must see every company's rows: what a narrower
    scope does not see would look unnamed.
    """
    for holder in HOLDERS.values():
        rows = rows.filter(~Exists(holder(now)))
    return rows
