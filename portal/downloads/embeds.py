"""
Embed links: addresses of the vendor's delivery, for files whose rights allow public use.

Delivery addresses never expire, so they are given out only for such files, and only after the media library has said
that the file is public. When a file may no longer be public, its links end with the reason, the media library makes it
private and its caches forget it. A file that is approved again is not public by itself: somebody embeds it anew.

Each link that is made or ends is told of, and no more than that: whether the file has to be public follows from all its
links as they are when the media library is called. So it does not matter in which order, how late or how often it is.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from portal import signals
from portal.activity import services as activity
from portal.activity.models import Activity
from portal.catalog.choices import Medium
from portal.catalog.models import AssetVersion
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.paging import Page, paginate
from portal.downloads.choices import EmbedEnd, EmbedState
from portal.downloads.embed_models import EmbedLink
from portal.downloads.services import Grant
from portal.partners.choices import Role
from portal.partners.models import Membership, Partner
from portal.partners.selectors import open_communities
from portal.publications.cards import VariantCard
from portal.publications.visibility import items_in
from portal.renditions.choices import Format
from portal.renditions.models import RecipeRevision
from portal.renditions.protection import refusals
from portal.renditions.responsive import alt_for
from portal.renditions.selectors import Size, expected_pixels, sizes_of

#: What delivery makes by address alone.
_FORMATS = {Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF}
_OF_PEOPLE = [EmbedEnd.COMPANY, EmbedEnd.STAFF]
#: Links that ended and whose file has to leave the delivery: it may not be public, or it was not until we opened it.
_LEAVES = Q(ended_at__isnull=False, private_at__isnull=True) & (Q(opened=True) | ~Q(end__in=_OF_PEOPLE))
_RELATED = ("version__variant__asset", "revision__recipe", "user")


class NotEmbeddable(DomainError):
    """The rights to the file do not allow public use, or delivery does not make this size by address."""

    code = "not_embeddable"


def can_embed(variant: VariantCard) -> bool:
    """Whether this file may be embedded at all."""
    return variant.variant.public_use and variant.is_usable and variant.version.medium == Medium.IMAGE


def sizes_to_embed(variant: VariantCard) -> list[Size]:
    """Return the sizes in which a file may be embedded, in the order of the list; none when it may not be."""
    if not can_embed(variant):
        return []
    return [size for size in sizes_of(variant.version) if _by_address(size.revision)]


def _by_address(revision: RecipeRevision) -> bool:
    recipe = revision.recipe
    plain = revision.max_bytes is None and revision.dpi is None and not revision.colour_space
    return revision.format in _FORMATS and plain and not (recipe.is_preview or recipe.made_to_order)


def make_by_person(*, membership: Membership, grant: Grant, now: datetime) -> EmbedLink:
    """
    As ``make``, for a person.

    :raises Forbidden: they may only look and download
    """
    if membership.role == Role.VIEWER:
        raise Forbidden(_("Members and managers of your company may embed files. Ask one of them."))
    user = membership.user
    return make(partner=membership.partner, actor=f"user:{user.public_id}", user=user, grant=grant, now=now)


def make(*, partner: Partner, actor: str, grant: Grant, now: datetime, user=None) -> EmbedLink:
    """
    Embed the version of a grant in its size. What a company embeds already is returned as it is.

    :param grant: of the current version, just given by ``authorise_download``
    :raises NotEmbeddable: the rights do not allow public use, or delivery does not make this size
    """
    if not can_embed(grant.variant):
        raise NotEmbeddable(_("The rights to this file do not allow public use."))
    if not _by_address(grant.revision):
        raise NotEmbeddable(_("This size cannot be embedded. Choose another one."))
    try:
        return _made(partner, actor, user, grant, now)
    except IntegrityError:
        # A colleague was a moment earlier.
        return _open_ones(partner=partner).get(version=grant.version, revision=grant.revision)


@transaction.atomic
def _made(partner: Partner, actor: str, user, grant: Grant, now: datetime) -> EmbedLink:
    found = _open_ones(partner=partner).filter(version=grant.version, revision=grant.revision).first()
    if found is not None:
        return found
    link = EmbedLink.objects.create(
        partner=partner,
        user=user,
        actor=actor,
        version=grant.version,
        revision=grant.revision,
        created_at=now,
    )
    activity.record(
        verb="embed.made",
        subject=grant.card.asset.public_id,
        actor=actor,
        partner_id=partner.pk,
        data={"embed": link.public_id, "version": grant.version.number, "recipe": grant.revision.recipe.key},
        now=now,
    )
    _tell([link])
    return link


def _open_ones(**which: Any) -> QuerySet[EmbedLink]:
    return EmbedLink.objects.filter(ended_at__isnull=True, **which).select_related(*_RELATED)


def _tell(links: Iterable[EmbedLink]) -> None:
    signals.embeds_changed.send(sender=EmbedLink, links=list(links))


def links_page(partner: Partner, *, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of a company's links, newest first, ended ones too: one query.

    :raises BadInput: the cursor is damaged
    """
    rows = EmbedLink.objects.filter(partner=partner).select_related(*_RELATED)
    return paginate(rows, order=("-created_at", "-id"), kinds=(datetime, int), size=size, cursor=cursor)


def get_link(partner: Partner, public_id: str) -> EmbedLink:
    """
    :raises NotFound: unknown, or another company's
    """
    found = EmbedLink.objects.filter(partner=partner, public_id=public_id).select_related(*_RELATED).first()
    if found is None:
        raise NotFound
    return found


def snippet(link: EmbedLink) -> str:
    """
    Return the HTML that shows an embedded picture, with the brand's alternative text; empty until it is ready.

    Source: HTML Living Standard, "The img element".
    """
    if not link.is_ready:
        return ""
    alt, _language = alt_for(link.version.variant.asset.alt_text, link.version.variant.language)
    width, height = expected_pixels(link.version, link.revision)
    pixels = f' width="{width}" height="{height}"' if width and height else ""
    return f'<img src="{escape(link.address)}"{pixels} alt="{escape(alt)}" loading="lazy" decoding="async">'


@transaction.atomic
def revoke(*, link: EmbedLink, end: EmbedEnd, actor: str, now: datetime) -> bool:
    """
    Take one link back. The file itself leaves the delivery if it was only public for links, and this was the last.

    :param end: ``COMPANY`` or ``STAFF``
    :returns: ``False`` when it had ended before
    """
    return bool(_end([link.pk], end, actor=actor, now=now))


@transaction.atomic
def revoke_embeds(*, versions: Collection[int], end: EmbedEnd, now: datetime, actor: str = "system") -> int:
    """
    End every company's links to these versions, because the files may no longer be public: they leave the delivery.

    :param versions: row numbers
    :returns: how many links ended
    """
    rows = EmbedLink.objects.filter(version__in=versions, ended_at__isnull=True)
    return _end(list(rows.values_list("pk", flat=True)), end, actor=actor, now=now)


def _end(links: Collection[int], end: EmbedEnd, *, actor: str, now: datetime) -> int:
    rows = EmbedLink.objects.select_for_update(of=("self",)).filter(pk__in=links, ended_at__isnull=True)
    ended = list(rows.select_related("version__variant__asset").order_by("pk"))
    for row in ended:
        row.state, row.ended_at, row.ended_by, row.end = EmbedState.ENDED, now, actor, end
    EmbedLink.objects.filter(pk__in=[row.pk for row in ended]).update(
        state=EmbedState.ENDED, ended_at=now, ended_by=actor, end=end
    )
    activity.record_all(
        Activity(
            at=now,
            verb="embed.ended",
            actor=actor,
            partner_id=row.partner_id,
            subject=row.version.variant.asset.public_id,
            data={"embed": row.public_id, "reason": str(end)},
        )
        for row in ended
    )
    if ended:
        # Always: a company sees no links of others, so whether this was the last is not ours to say here.
        _tell(ended)
    return len(ended)


@transaction.atomic
def settle(*, now: datetime, variants: Collection[int] | None = None) -> int:
    """
    End the links to files that may no longer be public, or no longer be had by their company; and those of a company
    that is not active. One that ever embedded anything cannot be deleted: the activity record names it for ever.

    :param variants: row numbers; all variants when not given
    :returns: how many links ended
    """
    rows = EmbedLink.objects.filter(ended_at__isnull=True)
    if variants is not None:
        rows = rows.filter(version__variant__in=variants)
    ended = 0
    due: dict[EmbedEnd, list[int]] = {}
    by_partner: dict[Partner, list[EmbedLink]] = {}
    for link in rows.select_related("partner", "version__variant", "revision__recipe"):
        if (end := _why(link.version, now=now)) is not None:
            due.setdefault(end, []).append(link.pk)
        else:
            by_partner.setdefault(link.partner, []).append(link)
    for partner, links in by_partner.items():
        if not partner.is_active:
            # Nobody answers for its pages.
            due.setdefault(EmbedEnd.STAFF, []).extend(link.pk for link in links)
            continue
        items = items_in(open_communities(partner), at=now)
        seen = set(
            items.filter(version__in={link.version_id for link in links}).values_list("version", flat=True)
        )
        # A link in a size that would now cut what must be seen whole: another size may be embedded still.
        cut = refusals([(link.version, link.revision) for link in links])
        if lost := [
            link.pk
            for link in links
            if link.version_id not in seen or (link.version_id, link.revision_id) in cut
        ]:
            # Others may have the file still: what this company may not have ends for this company.
            due.setdefault(EmbedEnd.STAFF, []).extend(lost)
    for end, links_due in due.items():
        ended += _end(links_due, end, actor="system", now=now)
    return ended


def remind() -> int:
    """
    Tell once more of links whose file nobody embeds, and which the media library was to take off and has not. What
    waits already stays one message; what was told when there was no connection finds its way.

    :returns: how many files there are
    """
    embedded = EmbedLink.objects.filter(version=OuterRef("version"), ended_at__isnull=True)
    rows = EmbedLink.objects.filter(_LEAVES, ~Exists(embedded)).select_related("version__variant")
    last = list(rows.order_by("version_id", "-ended_at", "-pk").distinct("version_id"))
    if last:
        with transaction.atomic():
            _tell(last)
    return len(last)


def _why(version: AssetVersion, *, now: datetime) -> EmbedEnd | None:
    variant = version.variant
    if version.withdrawn_at is not None or variant.gone_at is not None:
        return EmbedEnd.WITHDRAWN
    if variant.current_id != version.pk:
        return EmbedEnd.REPLACED if variant.current_id is not None else EmbedEnd.WITHDRAWN
    if not variant.public_use:
        return EmbedEnd.NOT_PUBLIC
    if variant.rights_end is not None and variant.rights_end <= now:
        return EmbedEnd.RIGHTS
    return None


# -- What the media library answers -----------------------------------------------------------------------------------
def open_links(version: int) -> list[EmbedLink]:
    """Return the links to a version that somebody waits for or uses, with version and revision, by row number."""
    return list(_open_ones(version=version).order_by("pk"))


def version_of(public_id: str) -> AssetVersion | None:
    """Return a version that a message is about, ``None`` when it is no longer there."""
    return AssetVersion.objects.filter(public_id=public_id).select_related("variant").first()


def is_ours(version: int) -> bool:
    """Whether we have set about making a version public, and it has not been taken off again: it was not before."""
    return EmbedLink.objects.filter(version=version, opened=True, private_at__isnull=True).exists()


def must_leave(version: int) -> bool:
    """Whether nobody embeds a version any more and it has to leave the delivery."""
    return (
        EmbedLink.objects.filter(_LEAVES, version=version).exists()
        and not EmbedLink.objects.filter(version=version, ended_at__isnull=True).exists()
    )


def is_unsure(version: int) -> bool:
    """Whether we were about to make a version public for a link that waits to leave, and never heard that it is."""
    rows = EmbedLink.objects.filter(version=version, opened=True, ready_at__isnull=True)
    return rows.filter(ended_at__isnull=False, private_at__isnull=True).exists()


@transaction.atomic
def mark_opening(*, version: int) -> int:
    """
    Note that we are about to make a version public that is not. Commit it before the media library is called: whatever
    happens then, it is known that the file has to leave the delivery again.

    :returns: how many links want it; with 0 it must not become public
    """
    rows = EmbedLink.objects.select_for_update(of=("self",)).filter(version=version, ended_at__isnull=True)
    held = [row.pk for row in rows.order_by("pk")]
    return EmbedLink.objects.filter(pk__in=held).update(opened=True)


@transaction.atomic
def mark_ready(*, addresses: Mapping[int, str], was_public: bool, now: datetime) -> int:
    """
    Note that the media library has confirmed that a file is public. Links that ended meanwhile stay as they are.

    :param addresses: by row number of the link
    :param was_public: it was before anybody embedded it, and not by our doing
    """
    opened = {} if was_public else {"opened": True}
    count = 0
    for pk, address in addresses.items():
        count += EmbedLink.objects.filter(pk=pk, state=EmbedState.OPENING).update(
            state=EmbedState.READY, address=address, ready_at=now, **opened
        )
    return count


@transaction.atomic
def mark_private(*, version: int, now: datetime) -> int:
    """Note that the media library has confirmed that a file is no longer public."""
    rows = EmbedLink.objects.filter(version=version, ended_at__isnull=False, private_at__isnull=True)
    return rows.update(private_at=now)
