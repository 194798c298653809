"""
Making packs and issuing their versions.

A version is begun (what should it hold?), prepared (are all its bytes there?) and issued (numbered, signed, never
changed again) or failed, with the file and the reason. Partners go on getting the version before until then.
"""

import hashlib
import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.text import slugify

from portal.accounts.models import User
from portal.activity import services as activity
from portal.catalog.models import Variant
from portal.packs import confirming, signing, turns
from portal.packs.choices import VersionState
from portal.packs.composing import Composition, compose
from portal.packs.making import make_missing
from portal.packs.manifest import manifest_of
from portal.packs.models import Pack, PackFile, PackPick, PackRule, PackVersion
from portal.partners.models import Community
from portal.renditions import services as renditions
from portal.renditions import stored
from portal.renditions.choices import RenditionState
from portal.renditions.models import Recipe, Rendition

logger = logging.getLogger(__name__)

#: What a pack is, apart from what it holds and for whom.
FIELDS = ("title", "purpose", "asks", "asks_within_days")
#: May be left out: an embargo stays then as it is.
OPTIONAL_FIELDS = ("embargo_until",)
#: What a rule of a pack says, apart from its sizes.
RULE_FIELDS = (
    "folders", "tags", "labels", "kinds", "gtins", "brands", "markets", "languages", "metadata",
)  # fmt: skip


@transaction.atomic
def save_pack(
    *,
    pack: Pack | None,
    facts: Mapping[str, Any],
    communities: Collection[Community],
    owner: User | None,
    now: datetime,
    actor: str,
) -> Pack:
    """
    Create a pack, or bring one to these facts. Nothing is issued by it.

    :param facts: a value for each of ``FIELDS``, and of ``OPTIONAL_FIELDS`` where they are meant to change
    """
    is_new = pack is None
    if pack is None:
        pack = Pack(slug=_free_slug(facts["title"]), created_at=now)
    else:
        pack = Pack.objects.select_for_update().get(pk=pack.pk)
    for name in FIELDS:
        setattr(pack, name, facts[name])
    for name in facts.keys() & set(OPTIONAL_FIELDS):
        setattr(pack, name, facts[name])
    pack.owner = owner
    pack.save()
    pack.communities.set(communities)
    activity.record(
        verb="pack.added" if is_new else "pack.changed", subject=pack.public_id, actor=actor, now=now
    )
    return pack


def _free_slug(title: Mapping[str, str]) -> str:
    wish = slugify(title.get("en") or next(iter(title.values()), ""))[:50].strip("-") or "pack"
    taken = set(Pack.objects.filter(slug__startswith=wish).values_list("slug", flat=True))
    return next(s for s in (wish, *(f"{wish}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


@transaction.atomic
def set_contents(
    *,
    pack: Pack,
    picks: Iterable[tuple[Variant, Recipe]],
    rules: Iterable[tuple[Mapping[str, Any], Sequence[Recipe]]] = (),
    now: datetime,
    actor: str,
) -> None:
    """
    Say what a pack names: these files by hand, and what these rules match. The next version will hold it.

    :param rules: for each the values of ``RULE_FIELDS`` it has, and its sizes
    """
    pack = Pack.objects.select_for_update().get(pk=pack.pk)
    wanted = {(variant.pk, recipe.pk) for variant, recipe in picks}
    held = {(pick.variant_id, pick.recipe_id): pick.pk for pick in pack.picks.all()}
    pack.picks.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    PackPick.objects.bulk_create(
        PackPick(pack=pack, variant_id=variant, recipe_id=recipe)
        for variant, recipe in sorted(wanted - held.keys())
    )
    pack.rules.all().delete()
    for facts, recipes in rules:
        rule = PackRule.objects.create(pack=pack, **facts)
        rule.recipes.set(recipes)
    activity.record(
        verb="pack.composed", subject=pack.public_id, actor=actor, data={"picks": len(wanted)}, now=now
    )


@transaction.atomic
def begin_version(
    *,
    pack: Pack,
    now: datetime,
    actor: str = "system",
    renew_sizes: bool = False,
    even_failed: bool = False,
) -> PackVersion | None:
    """
    Begin the next version of a pack from what it should hold now.

    A version in work that would hold the same goes on, so that news which change nothing cost nothing. Otherwise it is
    begun anew with the files that were already made for it: however often news come, each round gets further.

    :param renew_sizes: cut every file by the newest revision of its size
    :param even_failed: begin a version that failed anew though it would hold the same
    :returns: the version in work, ``None`` when it would hold what the current one holds, or would be the first and
        hold nothing
    """
    pack = Pack.objects.select_for_update().get(pk=pack.pk)
    found = compose(pack, now=now, renew_sizes=renew_sizes)
    before = pack.versions.exclude(state=VersionState.ISSUED).first()
    Pack.objects.filter(pk=pack.pk).update(due_since=None)
    if not found.missing and _same_as_current(pack, found):
        pack.versions.exclude(state=VersionState.ISSUED).delete()
        return None
    if before is not None and _goes_on(before, found, even_failed=even_failed, now=now):
        return before
    if before is not None:
        _carry_over(before, found)
        before.delete()
    version = PackVersion.objects.create(
        pack=pack,
        previous_id=pack.current_id,
        state=VersionState.FAILED if found.missing else VersionState.PREPARING,
        left_out=found.lines,
        file_count=len(found.files),
        begun_at=now,
        # However often news come, others have their turns in between.
        worked_at=before.worked_at if before else None,
    )
    version.communities.set(found.communities)
    for file in found.files:
        file.pack_version = version
    PackFile.objects.bulk_create(found.files, batch_size=1000)
    activity.record(
        verb="pack.version_begun",
        subject=pack.public_id,
        actor=actor,
        data={"files": len(found.files), "missing": len(found.missing), "left_out": len(found.left_out)},
        now=now,
    )
    return version


def _same_as_current(pack: Pack, found: Composition) -> bool:
    if pack.current_id is None:
        return not found.files
    if not found.communities <= _communities_of(pack.current_id):
        # Only a version that was composed for a community is given to it.
        return False
    held = PackFile.objects.filter(pack_version=pack.current_id)
    if stored.missing_among(list(held.values_list("sha256", flat=True))):
        # Lost, and perhaps to be had with other bytes by now: the next version tells.
        return False
    return _cuts(held) == found.cuts


def _communities_of(version: int) -> set[int]:
    rows = PackVersion.communities.through.objects.filter(packversion=version)
    return set(rows.values_list("community", flat=True))


def _cuts(files: QuerySet[PackFile]) -> list[tuple[str, int, int]]:
    """Return what files are made from, as ``Composition.cuts``."""
    return list(files.order_by("position").values_list("name", "version_id", "revision_id"))


def _goes_on(before: PackVersion, found: Composition, *, even_failed: bool, now: datetime) -> bool:
    """Whether the version in work is the one that would be begun now, and may still be issued or has to fail."""
    if before.state == VersionState.FAILED and (even_failed or not (found.missing or _refused(before, now))):
        return False
    made = list(before.files.exclude(sha256="").values_list("sha256", flat=True))
    return (
        before.left_out == found.lines
        and _communities_of(before.pk) == found.communities
        and _cuts(before.files.all()) == found.cuts
        and not stored.missing_among(made)
    )


def _refused(version: PackVersion, now: datetime) -> bool:
    """Whether a file of a failed version would be refused again if it were asked for now."""
    failed = version.files.exclude(problem="")
    rows = Rendition.objects.filter(
        version__in=failed.values("version"), made_at__gt=now - renditions.REFUSAL
    )
    pairs = set(failed.values_list("version_id", "revision_id"))
    refusing = rows.filter(state__in=[RenditionState.FAILED, RenditionState.ALTERED])
    return not pairs.isdisjoint(refusing.values_list("version_id", "revision_id"))


def _carry_over(before: PackVersion, found: Composition) -> None:
    """Give the files what was already made for the same ones of the version in work, unless it was lost since."""
    made = {(row.version_id, row.revision_id): row for row in before.files.exclude(sha256="")}
    lost = stored.missing_among([row.sha256 for row in made.values()])
    for file in found.files:
        row = made.get((file.version.pk, file.revision.pk))
        if row is not None and row.sha256 not in lost:
            file.sha256, file.size = row.sha256, row.size
            file.crc32, file.media_type = row.crc32, row.media_type


@transaction.atomic
def reopen(*, pack: Pack, now: datetime, actor: str) -> bool:
    """Give a closed pack out again, and look what it should hold by now; ``False`` when it was open."""
    if not Pack.objects.filter(pk=pack.pk, closed_at__isnull=False).update(closed_at=None, due_since=now):
        return False
    activity.record(verb="pack.reopened", subject=pack.public_id, actor=actor, now=now)
    return True


@transaction.atomic
def close(*, pack: Pack, now: datetime, actor: str) -> bool:
    """Give a pack out no longer; ``False`` when it was closed already."""
    if not Pack.objects.filter(pk=pack.pk, closed_at__isnull=True).update(closed_at=now):
        return False
    activity.record(verb="pack.closed", subject=pack.public_id, actor=actor, now=now)
    return True


def work(*, now: datetime, seconds: float = 20.0) -> int:
    """
    Begin versions that are due and go on with those in work, each for a short turn; a timetable calls it. It may die
    anywhere: what is there is found again.

    :param seconds: no new turn is begun afterwards
    :returns: how many versions were issued
    """
    until, issued = time.monotonic() + seconds, 0
    due = Pack.objects.filter(due_since__isnull=False, closed_at__isnull=True).order_by("due_since", "pk")
    for pack in due:
        with _others_go_on(pack):
            begin_version(pack=pack, now=now)
    broken: set[int] = set()
    while time.monotonic() <= until and (version := turns.next_version(besides=broken)) is not None:
        # Unless it gets through: what meets a mistake of ours is not tried without end.
        broken.add(version.pk)
        with _others_go_on(version.pack):
            issued += prepare(version=version, now=now, until=turns.end_of_turn(until))
            broken.remove(version.pk)
    return issued


@contextmanager
def _others_go_on(pack: Pack) -> Iterator[None]:
    """One pack that meets a mistake of ours must not keep all others from their versions."""
    try:
        yield
    except Exception:
        logger.exception("pack %s could not be worked on", pack.public_id)


def prepare(*, version: PackVersion, now: datetime, until: float | None = None) -> bool:
    """
    Make files of a version that are not there yet, and issue it once all are. Holds no transaction while it waits.

    :param until: of ``time.monotonic()``; no further file is begun afterwards
    :returns: whether it was issued
    """
    make_missing(version.files.all(), now=now, until=until)
    if version.files.filter(turns.MISSING).exists():
        return False
    return _close(version_pk=version.pk, pack_pk=version.pack_id, now=now)


@transaction.atomic
def _close(*, version_pk: int, pack_pk: int, now: datetime) -> bool:
    """Issue a version whose files are all there, or fail one that cannot be whole."""
    pack = Pack.objects.select_for_update().get(pk=pack_pk)
    version = PackVersion.objects.select_related("previous").filter(pk=version_pk).first()
    if version is None or version.state != VersionState.PREPARING or pack.due_since is not None:
        # Begun anew, issued by somebody else, or overtaken by news: the next round looks again.
        return False
    version.pack = pack
    if version.files.filter(turns.MISSING).exists():
        return False
    if version.files.exclude(problem="").exists():
        PackVersion.objects.filter(pk=version.pk).update(state=VersionState.FAILED)
        activity.record(verb="pack.version_failed", subject=pack.public_id, now=now)
        return False
    _issue(pack, version, now=now)
    return True


def _issue(pack: Pack, version: PackVersion, *, now: datetime) -> None:
    key = signing.key_in_use(now=now)
    version.number = (version.previous.number or 0) + 1 if version.previous else 1
    version.issued_at = now
    files = version.files.select_related("variant__asset", "version", "revision__recipe").order_by("position")
    version.total_bytes = files.aggregate(total=Sum("size"))["total"] or 0
    version.manifest = manifest_of(version, files)
    text = version.manifest.encode()
    version.sha256 = hashlib.sha256(text).hexdigest()
    version.signature, version.signed_by = signing.sign(key, text), key.key_id
    version.state = VersionState.ISSUED
    version.save()
    Pack.objects.filter(pk=pack.pk).update(current=version)
    confirming.mark_superseded(version=version, now=now)
    activity.record(
        verb="pack.version_issued",
        subject=pack.public_id,
        data={"version": version.number, "sha256": version.sha256, "files": version.file_count},
        now=now,
    )


@transaction.atomic
def try_again(*, version: PackVersion, now: datetime, actor: str) -> PackVersion | None:
    """Begin a failed version anew, and let the sizes that could not be made be tried again; as ``begin_version``."""
    failed = version.files.exclude(problem="")
    rows = Rendition.objects.filter(
        version__in=failed.values("version"), revision__in=failed.values("revision")
    )
    renditions.retry(renditions=rows.values_list("pk", flat=True), now=now, actor=actor)
    return begin_version(pack=version.pack, now=now, actor=actor, even_failed=True)
