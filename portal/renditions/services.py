"""Making renditions: fetched once however many ask, and visible only when whole and checked."""

import hashlib
import logging
import tempfile
import time
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.catalog.models import AssetVersion
from portal.core.errors import DomainError, NotReady
from portal.renditions import made_to_order, protection, store, stored
from portal.renditions.choices import Format, RenditionState
from portal.renditions.metadata import Rights
from portal.renditions.models import Recipe, RecipeRevision, Rendition
from portal.renditions.source import Fetched, SourceRefused, SourceUnavailable, get_source

logger = logging.getLogger(__name__)

#: How long one fetch may take before somebody else may try; longer than any deadline of the source.
CLAIM = timedelta(minutes=5)
#: How long a refusal is believed before the source is asked again.
REFUSAL = timedelta(minutes=10)


class CannotBeMade(DomainError):
    """The source will not make this rendition until somebody changes something."""

    code = "rendition_not_possible"


class CameBackDifferent(CannotBeMade):
    """Bytes that must be kept were lost, and the source now gives others. Nobody gets those until staff say so."""


def ensure(
    *, version: AssetVersion, revision: RecipeRevision, now: datetime, wait_seconds: float = 20
) -> Rendition:
    """
    Return the rendition with its bytes in the store, making it when it is not there yet.

    Of any number of askers one fetches and the others wait for it. Holds no transaction while it waits or fetches.

    :raises NotReady: it takes longer than ``wait_seconds``, or the source has no time; ask again later
    :raises CannotBeMade: the source refuses; staff find the reason with the rendition
    """
    rows = Rendition.objects.annotate(used_on=stored.used_on())
    rendition, _created = rows.get_or_create(version=version, revision=revision)
    if refused := protection.noted_refusal(rendition, version, revision):
        raise CannotBeMade(str(refused))
    deadline = time.monotonic() + wait_seconds
    pause = 0.02
    while True:
        if rendition.state in {RenditionState.READY, RenditionState.ALTERED} and _is_there(rendition):
            return rendition
        if rendition.made_at and now - rendition.made_at < REFUSAL:
            if rendition.state == RenditionState.FAILED:
                raise _refused()
            if rendition.state == RenditionState.ALTERED:
                raise _different()
        if claim := _claim(rendition, now=timezone.now()):
            return _fetch(rendition, version, revision, claim)
        if time.monotonic() > deadline:
            raise NotReady(
                _("This size is being prepared. Please try again in a few seconds."), retry_after=5
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
        rendition.refresh_from_db()


def _is_there(rendition: Rendition) -> bool:
    """Look for the bytes, and note once a day that they are used, before looking: then they stay."""
    if getattr(rendition, "used_on", None) != stored.today():
        stored.note_used(rendition.sha256, rendition.size)
    if not store.has(rendition.sha256):
        return False
    if rendition.state == RenditionState.ALTERED:
        # Somebody brought them back from a backup.
        Rendition.objects.filter(pk=rendition.pk, state=RenditionState.ALTERED).update(
            state=RenditionState.READY, problem=""
        )
        stored.note_found(rendition.sha256)
        rendition.refresh_from_db()
    return True


def _refused() -> CannotBeMade:
    return CannotBeMade(_("This size cannot be made from this file. The brand's team has been shown why."))


def _different() -> CameBackDifferent:
    text = _("This file was lost from our store, and comes back different. The brand's team has been told.")
    return CameBackDifferent(text)


def _claim(rendition: Rendition, *, now: datetime) -> uuid.UUID | None:
    claim = uuid.uuid4()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    # A ready one is claimed again only when its bytes were lost from the store.
    won = Rendition.objects.filter(free, pk=rendition.pk, state=rendition.state).update(
        claim=claim, claimed_until=now + CLAIM, attempts=F("attempts") + 1
    )
    return claim if won else None


def _fetch(
    rendition: Rendition, version: AssetVersion, revision: RecipeRevision, claim: uuid.UUID
) -> Rendition:
    mine = Rendition.objects.filter(pk=rendition.pk, claim=claim)
    try:
        store.check_room()
        with tempfile.SpooledTemporaryFile(max_size=8_000_000) as target:
            fetched = get_source().fetch(
                version=version, revision=made_to_order.to_fetch(revision), target=target
            )
            fetched, finished = made_to_order.finish(
                fetched, target, revision=revision, rights=rights_of(version), version=version
            )
            digest, size, crc = digests(finished)
            if size == 0 or size > settings.RENDITION_MAX_BYTES:
                raise SourceRefused(f"the source sent {size} bytes")
            if is_other := rendition.sha256 not in {"", digest}:
                _check_may_change(rendition, digest, mine)
            store.put(digest, finished)
    except SourceUnavailable as error:
        mine.update(claimed_until=None, problem=str(error)[:300])
        raise NotReady(
            _("The media library does not answer right now. Please try again in a moment."),
            retry_after=error.retry_after,
        ) from error
    except SourceRefused as error:
        mine.update(
            claimed_until=None, state=RenditionState.FAILED, problem=str(error)[:300], made_at=timezone.now()
        )
        logger.warning("rendition %s refused: %s", rendition.pk, error)
        raise _refused() from error
    except BaseException:
        mine.update(claimed_until=None)
        raise
    former = [*rendition.former, rendition.sha256] if is_other else rendition.former
    _note_made(mine, fetched, digest, size, crc, former=former)
    rendition.refresh_from_db()
    return rendition


def _check_may_change(rendition: Rendition, digest: str, mine: QuerySet[Rendition]) -> None:
    """
    Bytes that went to make room may come back as others: nothing named them. Bytes that were lost may not.

    :raises CameBackDifferent: they must be kept; staff find it with the rendition
    """
    if rendition.state == RenditionState.AWAY or not stored.is_held(rendition.sha256):
        return
    mine.update(
        claimed_until=None,
        state=RenditionState.ALTERED,
        problem=f"The bytes {rendition.sha256[:12]} were lost. The media library now gives {digest[:12]}.",
        made_at=timezone.now(),
    )
    logger.error("rendition %s lost %s and came back as %s", rendition.pk, rendition.sha256, digest)
    raise _different()


def rights_of(version: AssetVersion) -> Rights:
    """Return what a file of this version says of itself: the rights as the DAM tells them now."""
    return Rights(
        version=version.public_id,
        check_url=f"{settings.PORTAL_URL}/v/{version.public_id}/",
        copyright=version.variant.copyright,
        usage=version.variant.usage_rights,
    )


def _note_made(
    mine: QuerySet[Rendition],
    fetched: Fetched,
    digest: str,
    size: int,
    crc32: int,
    *,
    former: Sequence[str] = (),
) -> None:
    # Refused when the claim ran out and somebody else took over: theirs is the one that counts.
    mine.update(
        state=RenditionState.READY,
        sha256=digest,
        former=[old for old in dict.fromkeys(former) if old != digest],
        size=size,
        crc32=crc32,
        media_type=fetched.media_type,
        width=fetched.width,
        height=fetched.height,
        problem="",
        claimed_until=None,
        made_at=timezone.now(),
    )


def digests(source: IO[bytes]) -> tuple[str, int, int]:
    """Return SHA-256, number and CRC-32 of the bytes of a file."""
    source.seek(0)
    digest, size, crc = hashlib.sha256(), 0, 0
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        crc = zlib.crc32(chunk, crc)
        size += len(chunk)
    return digest.hexdigest(), size, crc


def with_crc32(rendition: Rendition) -> int:
    """
    Return the CRC-32 of a rendition that is there, counting it once for one made before it was kept.

    :raises FileNotFoundError: its bytes are lost from the store
    """
    if rendition.crc32 is None:
        with store.open_bytes(rendition.sha256) as source:
            rendition.crc32 = digests(source)[2]
        Rendition.objects.filter(pk=rendition.pk, sha256=rendition.sha256).update(crc32=rendition.crc32)
    return rendition.crc32


#: What a revision says.
REVISION_FIELDS = (
    "width", "height", "fit", "format", "quality", "background",
    "max_bytes", "colour_space", "dpi", "seconds", "naming",
)  # fmt: skip
#: What those say that were not given: facts from before these could be said.
_UNSAID = {"max_bytes": None, "colour_space": "", "dpi": None, "seconds": None, "naming": ""}


@transaction.atomic
def revise(
    *, recipe: Recipe, facts: Mapping[str, Any], now: datetime, actor: str
) -> tuple[RecipeRevision, bool]:
    """
    Give a recipe its next revision. The older ones stay: what was cut by them can always be told from the new.

    A new revision always carries rights, unless it gives out the original's very bytes.

    :param facts: a value for each of ``REVISION_FIELDS``; the newer ones may be missing
    :returns: the newest revision, and whether it is new; the same facts again make none
    """
    Recipe.objects.select_for_update().get(pk=recipe.pk)
    said = {
        name: facts.get(name, _UNSAID[name]) if name in _UNSAID else facts[name] for name in REVISION_FIELDS
    }
    said["carries_rights"] = said["format"] != Format.ORIGINAL
    last = recipe.revisions.order_by("-number").first()
    if last is not None and all(getattr(last, name) == value for name, value in said.items()):
        return last, False
    revision = RecipeRevision.objects.create(
        recipe=recipe, number=last.number + 1 if last else 1, created_at=now, **said
    )
    activity.record(
        verb="recipe.revised",
        subject=f"recipe:{recipe.key}",
        actor=actor,
        data={"revision": revision.number, **said},
        now=now,
    )
    return revision, True


@transaction.atomic
def set_offered(*, recipe: Recipe, offered: bool, now: datetime, actor: str) -> bool:
    """
    Offer a download size, or no longer.

    :returns: ``False`` when it was like that already
    """
    if not Recipe.objects.filter(pk=recipe.pk, is_active=not offered).update(is_active=offered):
        return False
    verb = "recipe.offered" if offered else "recipe.withdrawn"
    activity.record(verb=verb, subject=f"recipe:{recipe.key}", actor=actor, now=now)
    return True


@transaction.atomic
def retry(*, renditions: Iterable[int], now: datetime, actor: str) -> int:
    """
    Forget that renditions could not be made, so that ``make_wanted`` and whoever asks try again.

    :param renditions: row numbers; those that did not fail are left alone
    :returns: how many are tried again
    """
    count = Rendition.objects.filter(pk__in=list(renditions), state=RenditionState.FAILED).update(
        state=RenditionState.WANTED, problem="", claimed_until=None
    )
    if count:
        activity.record(
            verb="renditions.retried", subject="renditions", actor=actor, data={"count": count}, now=now
        )
    return count


@transaction.atomic
def accept_other(*, renditions: Iterable[int], now: datetime, actor: str) -> list[Rendition]:
    """
    Let renditions whose bytes were lost be made anew with other bytes. What names the lost ones goes on naming them.

    :param renditions: row numbers; those that did not come back different are left alone
    :returns: those that are made anew when somebody asks
    """
    rows = Rendition.objects.select_for_update().filter(pk__in=list(renditions), state=RenditionState.ALTERED)
    accepted = list(rows.order_by("pk"))
    for row in accepted:
        former = [*row.former, row.sha256]
        Rendition.objects.filter(pk=row.pk).update(
            state=RenditionState.WANTED, sha256="", former=former, problem="", claimed_until=None
        )
        activity.record(
            verb="rendition.altered",
            subject=f"rendition:{row.pk}",
            actor=actor,
            data={"lost": row.sha256},
            now=now,
        )
    return accepted


def make_wanted(*, now: datetime, limit: int = 20) -> int:
    """
    Make renditions that somebody wanted and did not get: the source was away, or staff asked for another try.

    :returns: how many were made; it ends early when the source is away
    """
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    rows = Rendition.objects.filter(free, state=RenditionState.WANTED, version__withdrawn_at__isnull=True)
    made = 0
    for row in rows.select_related("version", "revision").order_by("attempts", "pk")[:limit]:
        try:
            ensure(version=row.version, revision=row.revision, now=now, wait_seconds=0)
        except CannotBeMade:
            continue
        except NotReady:
            break
        made += 1
    return made
