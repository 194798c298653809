"""
What companies answered about published assets, summed up: one receipt per asset, community and company.

A company answers about files: several sizes and languages of one asset, in several packs. The sum is the answer that
asks for most: refused, then review, then stale, and received or in use only when nothing else is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from portal.packs.choices import Answer
from portal.packs.models import Confirmation, Pack
from portal.partners.models import CommunityMembership
from portal.publications.models import Publication

STALE = "stale"
#: The first that occurs among the files is the asset's.
_WEIGHT: tuple[str, ...] = (Answer.REFUSED, Answer.REVIEW, STALE, Answer.RECEIVED, Answer.IN_USE)


@dataclass(frozen=True, slots=True)
class AnsweredFile:
    """``answer`` is one of ``choices.Answer`` or ``STALE``."""

    name: str
    sha256: str
    answer: str
    reason: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    One company's answer about one publication, as of its ``revision``.

    ``answer``   one of ``choices.Answer`` or ``STALE``
    ``changed``  when the newest part of it was said, or became stale: names the fact
    ``by``       ``{"id", "name"}`` of the person who spoke last, ``None`` for a system or somebody deleted
    """

    publication: str
    publication_id: int
    revision: int
    community_id: int
    partner: str
    partner_id: int
    answer: str
    files: list[AnsweredFile]
    changed: datetime
    by: dict[str, str] | None

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; times are ISO 8601 in UTC."""
        return {**asdict(self), "changed": self.changed.isoformat()}


def about_confirmations(changed: Iterable[Confirmation]) -> list[Receipt]:
    """
    Return the receipts that these answers touch, each with everything the company says about the asset.

    :param changed: with ``version`` loaded
    """
    changed = list(changed)
    pairs = {(row.partner_id, row.version.variant_id) for row in changed}
    variants = {variant for _partner, variant in pairs}
    publications = Publication.objects.filter(items__variant__in=variants, withdrawn_at__isnull=True)
    return _receipts(publications.distinct(), partners={partner for partner, _variant in pairs})


def about_publications(changed: Sequence[Publication]) -> list[Receipt]:
    """Return the receipts of companies that answered about these publications: a new post asks them anew."""
    return _receipts(row for row in changed if row.withdrawn_at is None)


def _receipts(publications: Iterable[Publication], *, partners: set[int] | None = None) -> list[Receipt]:
    found = {row.pk: row for row in publications}
    communities = {row.community_id for row in found.values()}
    rows = Confirmation.objects.filter(
        version__variant__asset__in={row.asset_id for row in found.values()}, pack__closed_at__isnull=True
    ).select_related("version__variant", "user", "partner", "recipe")
    members = CommunityMembership.objects.filter(community__in=communities)
    if partners is not None:
        rows, members = rows.filter(partner__in=partners), members.filter(partner__in=partners)
    said: dict[tuple[int, int], list[Confirmation]] = {}
    for row in rows.order_by("answered_at", "pk"):
        said.setdefault((row.partner_id, row.version.variant.asset_id), []).append(row)
    if not said:
        return []
    belongs = set(members.values_list("partner_id", "community_id"))
    # Through a community that the pack's version was not composed for, nobody has it.
    packs = Pack.communities.through.objects.filter(
        community__in=communities, pack__current__communities=F("community")
    )
    carried = set(packs.values_list("pack_id", "community_id"))
    receipts = []
    for publication in found.values():
        for (partner_id, asset_id), given in said.items():
            if asset_id != publication.asset_id or (partner_id, publication.community_id) not in belongs:
                continue
            here = [row for row in given if (row.pack_id, publication.community_id) in carried]
            if here:
                receipts.append(_receipt(publication, here))
    return receipts


def _receipt(publication: Publication, given: Sequence[Confirmation]) -> Receipt:
    """
    :param given: one company's answers about the publication's asset, oldest first
    """
    newest = {(row.pack_id, row.version.variant_id, row.recipe_id): row for row in given}
    files = [_file(row) for row in sorted(newest.values(), key=lambda row: row.file_name)]
    last = max(newest.values(), key=_changed)
    by = {"id": last.user.public_id, "name": last.user.get_full_name()} if last.user else None
    return Receipt(
        publication=publication.public_id,
        publication_id=publication.pk,
        revision=publication.revision,
        community_id=publication.community_id,
        partner=last.partner.public_id,
        partner_id=last.partner_id,
        answer=min((file.answer for file in files), key=_WEIGHT.index),
        files=files,
        changed=_changed(last),
        by=by,
    )


def _changed(row: Confirmation) -> datetime:
    return max(row.answered_at, row.stale_at or row.answered_at)


def _file(row: Confirmation) -> AnsweredFile:
    # While a release is under way the file is replaced before its answers are marked.
    holds = row.stale_at is None and row.version.variant.current_id == row.version_id
    return AnsweredFile(
        row.file_name, row.sha256, row.answer if holds else STALE, row.reason, row.text, row.place
    )
