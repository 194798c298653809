"""The one check before a byte leaves, and the record of what was taken."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.activity import services as activity
from portal.catalog.captions import is_played
from portal.catalog.models import AssetVersion
from portal.core.errors import DomainError, Gone, NotFound, NotReady
from portal.downloads.choices import Via
from portal.downloads.models import Download
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, VariantCard
from portal.publications.visibility import Status
from portal.renditions import file_names, protection
from portal.renditions import selectors as recipes
from portal.renditions import services as renditions
from portal.renditions.models import RecipeRevision, Rendition
from portal.renditions.protection import CutRefused


class NotYet(DomainError):
    """The rights to the file begin later: at ``begins``, where that is known."""

    code = "rights_not_started"
    begins: datetime | None = None


class NotKept(DomainError):
    """These very bytes went to make room, and cannot be made again."""

    code = "not_kept"
    status = 410


@dataclass(frozen=True)
class Grant:
    """Leave to take one version in one size, as of the moment it was asked for."""

    card: AssetCard
    variant: VariantCard
    version: AssetVersion
    revision: RecipeRevision


@dataclass(frozen=True)
class Taker:
    """Who takes: ``actor`` as the activity record names it, ``user`` when it is a person."""

    actor: str
    via: Via
    user: User | None = None


def authorise_download(
    *,
    partner: Partner,
    asset_id: str,
    recipe: str,
    now: datetime,
    language: str | None = None,
    variant: str | None = None,
    version: int | None = None,
) -> Grant:
    """
    Decide whether a partner may have a file now. Every road to bytes leads through here.

    :param asset_id: public id
    :param recipe: key of a download size, or of a preview
    :param language: of the variant; the reader's when not given
    :param variant: its public id, where one language has variants for several markets; goes before the language
    :param version: an older one, for looking at; the current one when not given
    :raises NotFound: no such asset, language, variant or size for this partner
    :raises Gone: taken back
    :raises NotYet: the rights begin later
    :raises CutRefused: the size would cut what must be seen whole, or was ordered for another picture
    """
    card = publications.get_asset(partner, asset_id, at=now)
    chosen = publications.choose_variant(partner, card, language=language, variant=variant)
    wanted = chosen.version
    if version is not None and version != wanted.number:
        history = publications.versions_of(partner, chosen)
        older = next((v for v in history if v.number == version), None)
        if older is None:
            raise NotFound
        wanted = older
    revision = recipes.revision_for(wanted, recipe)
    if revision is None or not recipes.is_for(revision, partner):
        raise NotFound
    _check(chosen, wanted, revision)
    return Grant(card=card, variant=chosen, version=wanted, revision=revision)


def _check(variant: VariantCard, version: AssetVersion, revision: RecipeRevision) -> None:
    """What is shown small on our own pages may be seen before its rights begin; what is taken may not."""
    if version.withdrawn_at is not None:
        raise Gone(publications.why_gone(version.withdrawal), reason=version.withdrawal)
    protection.check_revision(version, revision)
    if variant.status == Status.SCHEDULED and not revision.recipe.is_preview:
        raise not_yet(variant.usable_from)


def not_yet(usable_from: datetime | None) -> NotYet:
    """Return what to raise for a file whose rights begin later."""
    day = date_format(usable_from, "DATE_FORMAT") if usable_from else ""
    error = NotYet(_("You may use this file from %(day)s on. It cannot be downloaded before.") % {"day": day})
    error.begins = usable_from
    return error


def preview(*, grant: Grant, now: datetime) -> Rendition:
    """Return what one of our own pages shows, a picture, or captions to play. Not a taking: nothing is recorded."""
    version, recipe = grant.version, grant.revision.recipe
    plays = is_played(media_type=version.media_type, extension=version.extension)
    if not (recipe.is_preview or (plays and recipe.key == recipes.ORIGINAL)):
        raise NotFound
    return renditions.ensure(version=grant.version, revision=grant.revision, now=now)


@dataclass(frozen=True)
class Found:
    """Bytes a partner may take now, and the name under which they leave."""

    grant: Grant
    rendition: Rendition
    name: str


def find(*, grant: Grant, now: datetime) -> Found:
    """
    Return the bytes of a grant, making them when nobody has asked before. ``note_taken`` records that they left.

    :raises NotReady: they are still being made
    :raises CannotBeMade: they cannot be made
    """
    rendition = renditions.ensure(version=grant.version, revision=grant.revision, now=now)
    return Found(grant, rendition, file_name(grant.version, grant.revision, rendition))


def find_by_digest(*, partner: Partner, sha256: str, now: datetime) -> Found:
    """
    The same check for bytes asked for by their digest. Replaced versions are still given: the digest names exactly
    them, and whoever must prove what they hold needs them.

    :raises NotFound: no such bytes for this partner
    :raises Gone: taken back
    :raises NotYet: the rights begin later
    :raises CutRefused: as for ``authorise_download``
    :raises NotKept: nobody took them for long, and what is made again from the same file is other bytes
    """
    no: DomainError | None = None
    for rendition in recipes.by_digest(partner, sha256):
        version, revision = rendition.version, rendition.revision
        if revision.recipe.is_preview:
            continue
        try:
            card = publications.get_asset(partner, version.variant.asset.public_id, at=now)
            variant = next((v for v in card.variants if v.variant.pk == version.variant_id), None)
            if variant is None:
                raise publications.taken_back(partner, variant=version.variant) or NotFound
            _check(variant, version, revision)
        except NotFound:
            continue
        except (Gone, NotYet, CutRefused) as error:
            # The same bytes may belong to another file that is still given out.
            no = error
            continue
        if sha256 not in rendition.former:
            rendition = renditions.ensure(version=version, revision=revision, now=now)
        if rendition.sha256 != sha256 or sha256 in rendition.former:
            no = NotKept(
                _(
                    "These very bytes are not kept any more, and cannot be made again. Take the file as it is now."
                )
            )
        else:
            grant = Grant(card=card, variant=variant, version=version, revision=revision)
            return Found(grant, rendition, file_name(version, revision, rendition))
    raise no or NotFound


#: A file fetched in parts, or resumed, within this time is one taking.
PARTS = timedelta(days=1)


def note_taken(*, found: Found, partner: Partner, taker: Taker, now: datetime, part: bool = False) -> None:
    """
    Record that bytes leave now.

    :param part: only a range of them; nothing is recorded when the same taker began with them shortly before
    """
    began = Download.objects.filter(
        partner=partner, sha256=found.rendition.sha256, actor=taker.actor, at__gt=now - PARTS
    )
    if not (part and began.exists()):
        _record(found.grant, found.rendition, found.name, partner=partner, taker=taker, now=now)


def file_name(version: AssetVersion, revision: RecipeRevision, rendition: Rendition) -> str:
    """Return the name under which a rendition leaves, see ``renditions.file_names``."""
    return file_names.of_version(version, revision, width=rendition.width, height=rendition.height)


@transaction.atomic
def _record(
    grant: Grant, rendition: Rendition, name: str, *, partner: Partner, taker: Taker, now: datetime
) -> None:
    asset = grant.card.asset
    Download.objects.create(
        partner=partner,
        actor=taker.actor,
        user=taker.user,
        via=taker.via,
        asset=asset,
        version=grant.version,
        recipe=grant.revision.recipe,
        title=asset.title,
        version_number=grant.version.number,
        language=grant.variant.language,
        recipe_key=grant.revision.recipe.key,
        file_name=name,
        sha256=rendition.sha256,
        media_type=rendition.media_type,
        size=rendition.size or 0,
        at=now,
    )
    activity.record(
        verb="file.downloaded",
        subject=asset.public_id,
        actor=taker.actor,
        partner_id=partner.pk,
        data={
            "sha256": rendition.sha256,
            "version": grant.version.number,
            "recipe": grant.revision.recipe.key,
        },
        now=now,
    )


def prepare(*, now: datetime, limit: int = 20, seconds: float = 3.0) -> int:
    """
    Make the renditions that people will ask for first, before they do: previews and the first size of newly published
    files, newest first. A convenience: what is not prepared is made when somebody asks.

    :param seconds: no new one is begun afterwards
    :returns: how many were made
    """
    until, made = time.monotonic() + seconds, 0
    for version, revision in publications.versions_without_rendition(
        recipes.prepared_revisions(), limit=limit
    ):
        if time.monotonic() > until:
            break
        try:
            renditions.ensure(version=version, revision=revision, now=now, wait_seconds=0)
            made += 1
        except renditions.CannotBeMade:
            continue
        except NotReady:
            break
    return made
