"""Reading share links of a company, who they went to, and what was taken by them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from portal.catalog.models import Variant
from portal.core.errors import NotFound
from portal.core.paging import Page, paginate
from portal.downloads.models import Download, ShareLink, ShareRecipient
from portal.partners.models import Partner


def _links(partner: Partner) -> QuerySet[ShareLink]:
    rows = ShareLink.objects.filter(partner=partner).select_related("user", "pack")
    return rows.prefetch_related("recipients", "files__recipe")


def links_of(partner: Partner, *, limit: int = 100) -> list[ShareLink]:
    """Return a company's links, newest first, with recipients, files and their sizes loaded: four queries."""
    return list(_links(partner).order_by("-created_at", "-pk")[:limit])


def links_page(partner: Partner, *, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of a company's links as ``links_of`` reads them: four queries.

    :raises BadInput: the cursor is damaged
    """
    return paginate(
        _links(partner), order=("-created_at", "-id"), kinds=(datetime, int), size=size, cursor=cursor
    )


def variants_of(links: Iterable[ShareLink]) -> dict[int, Variant]:
    """Return the shared variants that the company may still see, with their assets, by row number: one query."""
    wanted = {file.variant_id for link in links for file in link.files.all()}
    return Variant.objects.select_related("asset").in_bulk(wanted)


def takings_page(link: ShareLink, *, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of what the recipients of a link took, newest first, as ``Download``: one query. Who read the link
    may see it.

    :raises BadInput: the cursor is damaged
    """
    actors = [f"recipient:{one.public_id}" for one in link.recipients.all()]
    rows = Download.objects.filter(partner=link.partner_id, actor__in=actors)
    return paginate(rows, order=("-at", "-id"), kinds=(datetime, int), size=size, cursor=cursor)


def recipients_of(links: Iterable[ShareLink]) -> dict[int, list[ShareRecipient]]:
    """Return the recipients of links, by the links' row numbers. For staff."""
    found: dict[int, list[ShareRecipient]] = {}
    for row in ShareRecipient.objects.filter(link__in=list(links)).order_by("pk"):
        found.setdefault(row.link_id, []).append(row)
    return found


def recipient_names(public_ids: Collection[str]) -> dict[str, str]:
    """Return the mail addresses of recipients by their public ids: one query. For staff."""
    rows = ShareRecipient.objects.filter(public_id__in=public_ids)
    return dict(rows.values_list("public_id", "email"))


def link_names(public_ids: Collection[str]) -> dict[str, str]:
    """Return the titles of links by their public ids: one query. For staff."""
    return dict(ShareLink.objects.filter(public_id__in=public_ids).values_list("public_id", "title"))


def find_link(public_id: str) -> ShareLink | None:
    """Return a link by the public id of itself or of one of its recipients. For staff."""
    way = "recipients__public_id" if public_id.startswith("shr_") else "public_id"
    return ShareLink.objects.filter(**{way: public_id}).first()


def get_recipient(link: ShareLink, public_id: str) -> ShareRecipient:
    """
    Return one recipient of a link that the reader may see.

    :raises NotFound: unknown, or of another link
    """
    recipient = ShareRecipient.objects.filter(link=link.pk, public_id=public_id).first()
    if recipient is None:
        raise NotFound
    recipient.link = link
    return recipient


def get_link(partner: Partner, public_id: str) -> ShareLink:
    """
    Return one link of a company.

    :raises NotFound: unknown, or another company's
    """
    link = _links(partner).filter(public_id=public_id).select_related("partner").first()
    if link is None:
        raise NotFound
    return link
