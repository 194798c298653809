"""Channel specifications as rows: the portal's own, taken from its rule files, and those partners bring."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.core.errors import DomainError, NotFound
from portal.partners.models import Partner
from portal.renditions.models import Specification, SpecificationRevision
from portal.renditions.verdicts import rules
from portal.renditions.verdicts.rules import Rule

#: More places than any company sells at; keeps pages and checks bounded.
MOST_OWN = 30


class KeyTaken(DomainError):
    """The company has rules under this name already."""

    code = "name_taken"


class TooMany(DomainError):
    """The company has as many specifications as there may be."""

    code = "too_many"


def rules_of(revision: SpecificationRevision) -> rules.Specification:
    """Return a revision as the judge takes it; its ``specification`` must be loaded."""
    return rules.build(
        {
            "key": revision.specification.key,
            "version": revision.version,
            "title": revision.title,
            "channel": revision.specification.channel,
            "rules": revision.rules,
        },
        kept=True,
    )


def usable_by(partner: Partner) -> QuerySet[Specification]:
    """Return the portal's specifications and the partner's own, the partner's first."""
    rows = Specification.objects.filter(Q(partner=partner) | Q(partner__isnull=True), removed_at__isnull=True)
    return rows.order_by("partner_id", "key")


def newest(specifications: Collection[int]) -> dict[int, SpecificationRevision]:
    """Return the newest revision of each specification by its row number: one query."""
    rows = SpecificationRevision.objects.filter(specification__in=list(specifications))
    rows = rows.select_related("specification").order_by("specification_id", "-number")
    return {row.specification_id: row for row in rows.distinct("specification_id")}


def list_for(partner: Partner) -> list[SpecificationRevision]:
    """Return the newest revision of every specification a partner may use, its own first: two queries."""
    found = list(usable_by(partner))
    revisions = newest([one.pk for one in found])
    return [revisions[one.pk] for one in found if one.pk in revisions]


def get(partner: Partner, public_id: str) -> SpecificationRevision:
    """
    Return the newest revision of a specification, by public id, or by key for the portal's own.

    :raises NotFound: unknown, removed, or another company's: the three look the same
    """
    if "\0" in public_id:  # PostgreSQL has no such sign, and so nothing under such a name
        raise NotFound
    which = Q(public_id=public_id) | Q(key=public_id, partner__isnull=True)
    found = usable_by(partner).filter(which).first()
    revision = newest([found.pk]).get(found.pk) if found else None
    if revision is None:
        raise NotFound
    return revision


def free_key() -> str:
    """Return a key for rules whose name has no letters that a key may have."""
    return f"rules-{secrets.token_hex(3)}"


def ensure_ours(**kwargs) -> None:
    """Bring the portal's specifications to what its rule files say. Runs after every migration."""
    now = timezone.now()
    for found in rules.ours().values():
        specification, _new = Specification.objects.get_or_create(
            key=found.key, partner=None, defaults={"channel": found.channel}
        )
        revise(specification=specification, said=found, now=now)


@transaction.atomic
def revise(
    *, specification: Specification, said: rules.Specification, now: datetime
) -> tuple[SpecificationRevision, bool]:
    """
    Give a specification its next revision. Verdicts by the older ones stay.

    :returns: the newest revision, and whether it is new; the same rules again make none
    """
    Specification.objects.select_for_update().get(pk=specification.pk)
    facts = {
        "version": said.version[:40],
        "title": dict(said.title),
        "rules": [_plain(rule) for rule in said.rules],
    }
    fingerprint = hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()
    last = specification.revisions.order_by("-number").first()
    if last is not None and last.fingerprint == fingerprint:
        return last, False
    number = (specification.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    revision = SpecificationRevision.objects.create(
        specification=specification, number=number, fingerprint=fingerprint, created_at=now, **facts
    )
    return revision, True


def _plain(rule: Rule) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": rule.id, "measure": rule.measure}
    for name in ("least", "most"):
        if (value := getattr(rule, name)) is not None:
            plain[name] = value
    if rule.one_of:
        plain["one_of"] = list(rule.one_of)
    for name in ("pattern", "source", "date"):
        if value := getattr(rule, name):
            plain[name] = value
    return plain


@transaction.atomic
def bring(
    *,
    partner: Partner,
    specification: Specification | None,
    data: Mapping[str, Any],
    now: datetime,
    actor: str,
    expect: Callable[[SpecificationRevision], None] | None = None,
) -> SpecificationRevision:
    """
    Keep a partner's own specification, or give one its next revision. The same rules again change nothing.

    :param specification: one of this partner's, ``None`` for a new one
    :param data: as ``verdicts.rules.build`` takes it
    :param expect: called with the newest revision, and nobody else can add one; whatever it raises is raised
    :raises BadSpecification: something is missing, unknown or contradicts itself
    :raises KeyTaken: the partner has another one of this key
    :raises TooMany: the partner has ``MOST_OWN``
    """
    said = rules.build(data)
    Partner.objects.select_for_update().get(pk=partner.pk)
    if expect is not None and specification is not None:
        expect(get(partner, specification.public_id))
    own = Specification.objects.filter(partner=partner, removed_at__isnull=True)
    others = own.exclude(pk=specification.pk) if specification else own
    if others.filter(key=said.key).exists():
        raise KeyTaken(_("You already have a specification called %(name)s.") % {"name": said.key})
    is_new = specification is None
    if specification is None:
        if own.count() >= MOST_OWN:
            raise TooMany(
                _("A company can have %(number)d specifications. Remove one first.") % {"number": MOST_OWN}
            )
        specification = Specification.objects.create(partner=partner, key=said.key, channel=said.channel)
    elif (specification.key, specification.channel) != (said.key, said.channel):
        specification.key, specification.channel = said.key, said.channel
        specification.save(update_fields=["key", "channel"])
    revision, revised = revise(specification=specification, said=said, now=now)
    if is_new or revised:
        activity.record(
            verb="specification.added" if is_new else "specification.revised",
            subject=specification.public_id,
            actor=actor,
            partner_id=partner.pk,
            data={"revision": revision.number, "fingerprint": revision.fingerprint},
            now=now,
        )
    revision.specification = specification
    return revision


@transaction.atomic
def remove(
    *,
    specification: Specification,
    now: datetime,
    actor: str,
    expect: Callable[[SpecificationRevision], None] | None = None,
) -> None:
    """
    Remove a partner's own specification: its channels go on without rules. What was judged by it stays.

    :param expect: as in ``bring``
    """
    if expect is not None and specification.partner is not None:
        Partner.objects.select_for_update().get(pk=specification.partner.pk)
        expect(get(specification.partner, specification.public_id))
    taken = Specification.objects.filter(pk=specification.pk, removed_at__isnull=True).update(removed_at=now)
    if taken:
        specification.channels.update(specification=None)
        activity.record(
            verb="specification.removed",
            subject=specification.public_id,
            actor=actor,
            partner_id=specification.partner_id,
            now=now,
        )
