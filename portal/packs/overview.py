"""What staff see of packs: who gets them and why, what the next version would hold, who answered what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from portal.catalog.models import Variant
from portal.core.templatetags.portal import moment_text
from portal.packs import services
from portal.packs.choices import Answer, VersionState
from portal.packs.composing import Wish, compose
from portal.packs.difference import Difference, between
from portal.packs.models import Confirmation, Pack, PackFile, PackVersion
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community, CommunityMembership, Partner
from portal.renditions.models import Recipe

#: Names of files shown of a long list.
SHOWN = 40


def chosen_variants(entries: Iterable[str]) -> tuple[list[Variant], list[str]]:
    """
    Return the files that staff named, in their order, and the entries that name none.

    :param entries: public ids of assets (all their variants) or variants, or whole paths in the DAM
    """
    entries = list(entries)
    rows = Variant.objects.filter(
        Q(public_id__in=entries) | Q(asset__public_id__in=entries) | Q(path__in=entries)
    ).select_related("asset")
    named: dict[str, list[Variant]] = {}
    for row in rows.order_by("pk"):
        for name in (row.public_id, row.asset.public_id, row.path):
            named.setdefault(name, []).append(row)
    found = {row.pk: row for entry in entries for row in named.get(entry, ())}
    return list(found.values()), [entry for entry in entries if entry not in named]


@dataclass(frozen=True)
class Reader:
    """A company a pack is for: ``sees`` it now or not, and ``why`` in words."""

    partner: Partner
    sees: bool
    why: str


def audience(
    communities: Collection[Community],
    *,
    embargo_until: datetime | None,
    current: PackVersion | None,
    now: datetime,
) -> list[Reader]:
    """
    Return the companies a pack with these communities is for, by name, with the reason for each.

    :param current: the pack's version, ``None`` before the first
    """
    given = set(current.communities.values_list("pk", flat=True)) if current is not None else set()
    members = CommunityMembership.objects.filter(community__in=communities)
    places: dict[Partner, list[Community]] = {}
    for row in members.select_related("partner", "community").order_by("partner__name", "community__name"):
        places.setdefault(row.partner, []).append(row.community)
    waits = embargo_until is not None and embargo_until > now
    readers = []
    for partner, found in places.items():
        is_open = [community for community in found if community.status == CommunityStatus.ACTIVE]
        through = [community for community in is_open if community.pk in given]
        names = ", ".join(map(str, through or is_open))
        if not partner.is_active:
            readers.append(Reader(partner, False, str(partner.get_status_display())))
        elif not is_open:
            closed = ", ".join(map(str, found))
            readers.append(Reader(partner, False, _("Closed: %(names)s") % {"names": closed}))
        elif waits:
            text = _("Not before %(moment)s; in %(names)s")
            facts = {"moment": moment_text(embargo_until), "names": names}
            readers.append(Reader(partner, False, text % facts))
        elif current is None:
            text = _("As soon as the first version is issued; in %(names)s")
            readers.append(Reader(partner, False, text % {"names": names}))
        elif not through:
            text = _("With the next version that is issued; in %(names)s")
            readers.append(Reader(partner, False, text % {"names": names}))
        else:
            readers.append(Reader(partner, True, _("In %(names)s") % {"names": names}))
    return readers


@dataclass(frozen=True)
class Preview:
    """
    What the next version would hold: ``names`` of its files, the ``difference`` to the current one, what is
    ``missing`` and keeps it from being issued, and what is ``left_out`` because it was taken back.
    """

    names: list[str]
    difference: Difference
    missing: list[Wish] = field(default_factory=list)
    left_out: list[Wish] = field(default_factory=list)


@dataclass(frozen=True)
class _Cut:
    """A file by what it is made from: its bytes may not be there yet."""

    name: str
    sha256: str


class _Rollback(Exception):
    """Nothing of a preview stays."""


def preview(
    *,
    pack: Pack | None,
    facts: Mapping[str, Any],
    communities: Collection[Community],
    picks: Iterable[tuple[Variant, Recipe]],
    rules: Iterable[tuple[Mapping[str, Any], Sequence[Recipe]]],
    now: datetime,
) -> Preview:
    """Return what a pack would hold if it were saved like this: it is saved, composed, and undone."""
    found: Preview | None = None
    try:
        with transaction.atomic():
            saved = services.save_pack(
                pack=pack, facts=facts, communities=communities, owner=None, now=now, actor="system"
            )
            services.set_contents(pack=saved, picks=picks, rules=rules, now=now, actor="system")
            found = next_version(saved, now=now)
            raise _Rollback
    except _Rollback:
        assert found is not None
        return found


def next_version(pack: Pack, *, now: datetime) -> Preview:
    """Return what the next version of a pack would hold as it is saved now."""
    composed = compose(pack, now=now)
    held = (
        PackFile.objects.filter(pack_version=pack.current_id) if pack.current_id else PackFile.objects.none()
    )
    before = [_Cut(*row) for row in _cuts(held.values_list("name", "version_id", "revision_id"))]
    after = [_Cut(*row) for row in _cuts((f.name, f.version.pk, f.revision.pk) for f in composed.files)]
    return Preview(
        [file.name for file in composed.files],
        between(before, after),
        composed.missing,
        composed.left_out,
    )


def _cuts(rows: Iterable[tuple[str, int, int]]) -> Iterable[tuple[str, str]]:
    return ((name, f"{version}:{revision}") for name, version, revision in rows)


@dataclass(frozen=True)
class Answers:
    """How many files of a pack a company answered for, and when last."""

    partner: Partner
    confirmed: int
    review: int
    refused: int
    stale: int
    last_at: datetime


def answers_by_partner(pack: Pack) -> list[Answers]:
    """Return who answered what about a pack, by the companies' names: two queries."""
    fresh = Q(stale_at__isnull=True)
    rows = (
        Confirmation.objects.filter(pack=pack)
        .values("partner")
        .annotate(
            confirmed=Count("pk", filter=fresh & Q(answer__in=[Answer.RECEIVED, Answer.IN_USE])),
            review=Count("pk", filter=fresh & Q(answer=Answer.REVIEW)),
            refused=Count("pk", filter=fresh & Q(answer=Answer.REFUSED)),
            stale=Count("pk", filter=~fresh & Q(version__variant__current__isnull=False)),
            last_at=Max("answered_at"),
        )
        .order_by("partner__name")
    )
    found: list[dict[str, Any]] = [dict(row) for row in rows]
    partners = Partner.objects.in_bulk([row["partner"] for row in found])
    return [Answers(partners[row.pop("partner")], **row) for row in found]


def versions(pack: Pack) -> list[PackVersion]:
    """Return the versions of a pack, the one in work first, without their manifests."""
    found = list(pack.versions.defer("manifest").order_by("-number"))
    return sorted(found, key=lambda version: version.state == VersionState.ISSUED)
