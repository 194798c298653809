"""What nothing names and nobody uses goes, in two steps; everything else stays."""

import io
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from portal.activity.models import Activity
from portal.core import rowscope
from portal.downloads.choices import Via
from portal.downloads.models import ArchiveJob, BasketItem, Download, JobFile, ShareFile, ShareLink
from portal.packs.models import Confirmation, PackFile
from portal.partners.models import Channel
from portal.releases import collecting
from portal.releases.holders import HOLDERS, HOLDS_NOTHING
from portal.renditions import made_to_order, services, stored
from portal.renditions.models import PictureTest, Rendition, SpecificationRevision, StoredFile, Verdict
from portal.renditions.selectors import revision_for
from portal.renditions.source import get_source
from tests.builders import (
    current_version,
    make_community,
    make_partner,
    make_user,
    picture,
    release_one,
    take,
)
from tests.portal.packs.builders import issue, make_pack, pick
from tests.portal.releases.keeping import LONG_AGO, Cutting, age, collect_to_the_end, cut, is_there

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(settings):
    settings.RENDITION_SOURCE = "tests.portal.releases.keeping.Cutting"
    get_source.cache_clear()
    Cutting.look = Cutting.calls = 0
    yield Cutting
    get_source.cache_clear()


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/P")
    return partner


# -- Who names bytes --------------------------------------------------------------------------------------------------
def _fields() -> set[str]:
    """Every field of ours that can hold a digest of bytes, and every reference to something in the store."""
    found = set()
    for model in apps.get_models():
        if model._meta.app_label not in {"portal", "integrations"}:
            continue
        for field in model._meta.get_fields():
            if field.auto_created or not isinstance(field, models.Field):
                continue
            plain = getattr(field, "base_field", field)
            # Digests are 64 hex digits; ids of the media library, which are as long, are called ``..._uuid``.
            is_digest = isinstance(plain, models.CharField) and plain.max_length == 64
            refers = field.is_relation and field.related_model in {Rendition, StoredFile}
            if (is_digest and not field.name.endswith("_uuid")) or "sha256" in field.name or refers:
                found.add(f"{model.__name__}.{field.name}")
    return found


def test_every_field_that_can_name_bytes_is_accounted_for():
    unknown = _fields() - HOLDERS.keys() - HOLDS_NOTHING.keys()

    assert unknown == set(), "say in portal/releases/holders.py whether these keep bytes from being collected"
    assert (HOLDERS.keys() | HOLDS_NOTHING.keys()) - _fields() == {
        # These name a size of a file, by which its bytes are found.
        "ShareFile.recipe",
        "BasketItem.recipe",
        "RecipeRevision.address",
    }
    assert HOLDERS.keys().isdisjoint(HOLDS_NOTHING)


def by_pack(partner, row: Rendition) -> None:
    pack = make_pack(partner.communities.get())
    pick(pack, [row.version.variant.asset])
    issue(pack)
    assert PackFile.objects.get().sha256 == row.sha256


def by_confirmation(partner, row: Rendition) -> None:
    Confirmation.objects.create(
        partner=partner,
        pack=make_pack(partner.communities.get()),
        version=row.version,
        recipe=row.revision.recipe,
        sha256=row.sha256,
        file_name="a",
        answer="received",
        actor="x",
        answered_at=timezone.now(),
    )


def by_download(partner, row: Rendition) -> None:
    take(partner, row.version.variant.asset, user=make_user(partner), now=timezone.now())


def by_share(partner, row: Rendition) -> None:
    now = timezone.now()
    link = ShareLink.objects.create(
        partner=partner, actor="x", title="x", created_at=now, expires_at=now + timedelta(days=9)
    )
    ShareFile.objects.create(link=link, variant=row.version.variant, recipe=row.revision.recipe)


def by_basket(partner, row: Rendition) -> None:
    BasketItem.objects.create(
        partner=partner,
        user=make_user(partner),
        variant=row.version.variant,
        recipe=row.revision.recipe,
        version=row.version,
        added_at=timezone.now(),
    )


def by_job(partner, row: Rendition) -> None:
    job = ArchiveJob.objects.create(
        partner=partner, actor="x", origin="basket", state="ready", file_count=1, begun_at=timezone.now()
    )
    JobFile.objects.create(
        job=job,
        position=0,
        name="a",
        variant=row.version.variant,
        version=row.version,
        revision=row.revision,
        sha256=row.sha256,
        size=row.size,
    )


def by_overlay(partner, row: Rendition) -> None:
    other = cut("another", content=picture(colour="red"))
    Verdict.objects.create(
        version=other.version, revision=other.revision, specification=rules(), overlay=row.sha256
    )


def by_test_picture(partner, row: Rendition) -> None:
    now = timezone.now()
    channel = Channel.objects.create(partner=partner, name="Shop", kind="own_shop", created_at=now)
    PictureTest.objects.create(
        partner=partner,
        channel=channel,
        specification=rules(),
        file_name="x",
        sha256="0" * 64,
        state="failed",
        overlay=row.sha256,
        actor="x",
        made_at=now,
    )


def rules() -> SpecificationRevision:
    return SpecificationRevision.objects.order_by("pk")[0]


def by_order(partner, row: Rendition) -> None:
    revision = made_to_order.order(
        made_to_order.OWN,
        facts={"width": 60, "height": 40, "format": "webp"},
        suffix="60x40",
        now=timezone.now(),
    )
    Rendition.objects.filter(pk=row.pk).update(revision=revision)


@pytest.mark.parametrize(
    "name", [by_pack, by_confirmation, by_download, by_share, by_basket, by_job, by_overlay, by_test_picture, by_order]
)  # fmt: skip
def test_named_bytes_stay_and_their_unnamed_neighbour_goes(partner, name):
    row, neighbour = cut("named"), cut("neighbour", content=picture(colour="lime"))
    name(partner, row)
    age()

    done = collect_to_the_end()

    assert (is_there(row), is_there(neighbour)) == (True, False)
    assert done.removed >= 1
    assert Rendition.objects.get(pk=neighbour.pk).state == "away"
    assert Rendition.objects.get(pk=row.pk).state == "ready"


def test_a_narrow_sight_of_rows_makes_nothing_look_unnamed(partner):
    row = cut("taken")
    by_download(partner, row)
    age()

    with rowscope.limited_to(rowscope.NOTHING):
        collect_to_the_end()

    assert is_there(row)


def test_a_download_names_its_bytes_for_the_days_that_are_set(partner, settings):
    settings.DOWNLOADED_FILES_KEPT_DAYS = 100
    row = cut("taken")
    by_download(partner, row)
    age()

    collect_to_the_end(timezone.now() + timedelta(days=90))
    before = is_there(row)
    Download.objects.update(at=timezone.now() - timedelta(days=101))
    collect_to_the_end()

    assert (before, is_there(row)) == (True, False)


def test_a_link_that_ended_and_an_order_of_a_replaced_version_keep_nothing(partner):
    shared, ordered = cut("shared"), cut("ordered", content=picture(colour="lime"))
    by_share(partner, shared)
    by_order(partner, ordered)
    ShareLink.objects.update(revoked_at=timezone.now())
    release_one("/P/ordered.jpg", uuid="next", previous_uuids=["ordered"], modified_at=timezone.now())
    age()

    collect_to_the_end()

    assert (is_there(shared), is_there(ordered)) == (False, False)


# -- In two steps -----------------------------------------------------------------------------------------------------
def test_what_was_asked_for_lately_stays_and_what_goes_has_a_day_of_grace(settings):
    lately, unused = cut("lately"), cut("unused", content=picture(colour="lime"))
    age(unused)
    age(lately, by=timedelta(days=settings.FILES_KEPT_DAYS - 1))
    now = timezone.now()

    first = collecting.collect(now=now, walk=False)
    soon = collecting.collect(now=now + collecting.GRACE - timedelta(minutes=1), walk=False)
    still_there = is_there(unused)
    late = collecting.collect(now=now + collecting.GRACE + timedelta(minutes=1), walk=False)

    assert (first.condemned, first.removed, soon.removed, still_there) == (1, 0, 0, True)
    assert (late.removed, is_there(unused), is_there(lately)) == (1, False, True)
    assert late.removed_bytes == unused.size
    assert Activity.objects.get(verb="renditions.collected").data == {"count": 1, "bytes": unused.size}


def test_who_asks_for_condemned_bytes_saves_them(source):
    row = cut("a")
    age()
    now = timezone.now()
    collecting.collect(now=now, walk=False)

    services.ensure(version=row.version, revision=row.revision, now=now)
    collecting.collect(now=now + collecting.GRACE * 2, walk=False)

    assert is_there(row) and source.calls == 0


def test_what_is_named_after_it_was_condemned_is_spared(partner):
    row = cut("a")
    age()
    now = timezone.now()
    collecting.collect(now=now, walk=False)

    # As an archive does that was being sent when its job was forgotten: recorded without being asked for.
    Download.objects.create(
        partner=partner, actor="x", via=Via.API, version_number=1, recipe_key="web-1200", file_name="a",
        sha256=row.sha256, media_type="image/webp", size=1, at=now,
    )  # fmt: skip
    done = collecting.collect(now=now + collecting.GRACE * 2, walk=False)

    assert (done.spared, done.removed, is_there(row)) == (1, 0, True)
    assert StoredFile.objects.get(sha256=row.sha256).condemned_at is None


def test_being_used_is_written_once_a_day_and_costs_no_question(source, django_assert_num_queries):
    row = cut("a")
    age()
    asked = {"version": row.version, "revision": row.revision, "now": timezone.now()}

    services.ensure(**asked)
    with django_assert_num_queries(1):
        services.ensure(**asked)

    assert StoredFile.objects.get().used_on == stored.today()


def test_what_went_is_made_again_for_whoever_asks(source):
    version = current_version(release_one("/P/a.jpg"))
    revision = revision_for(version, "web-1200")
    first = services.ensure(version=version, revision=revision, now=timezone.now())
    age()
    collect_to_the_end()

    again = services.ensure(version=version, revision=revision, now=timezone.now())

    assert (again.sha256, again.state, again.former, source.calls) == (first.sha256, "ready", [], 2)
    assert is_there(again)


def test_what_went_may_come_back_as_other_bytes_and_the_old_digest_is_remembered(source):
    version = current_version(release_one("/P/a.jpg"))
    revision = revision_for(version, "web-1200")
    first = services.ensure(version=version, revision=revision, now=timezone.now())
    age()
    collect_to_the_end()
    source.look = 1

    again = services.ensure(version=version, revision=revision, now=timezone.now())

    assert again.sha256 != first.sha256
    assert (again.state, again.former) == ("ready", [first.sha256])


# -- Bounds -----------------------------------------------------------------------------------------------------------
def test_above_its_bound_the_store_gives_up_the_least_used_first(settings, partner):
    rows = [cut(str(n), content=picture(width=500 + n, height=500)) for n in range(4)]
    for days, row in zip((2, 40, 30, 20), rows, strict=True):
        age(row, by=timedelta(days=days))
    by_download(partner, rows[1])
    age(rows[1], by=timedelta(days=40))
    settings.FILES_MOST_BYTES = sum(row.size for row in rows) - rows[2].size - 1

    collect_to_the_end()

    assert [is_there(row) for row in rows] == [True, True, False, False], (
        "the one named, and the one used last"
    )
    assert not stored.figures().full


def test_full_of_what_is_named_it_says_so_and_goes_on_keeping(settings, partner):
    row = cut("a")
    by_download(partner, row)
    settings.FILES_MOST_BYTES = 1

    collect_to_the_end()
    figures = stored.figures()
    more = cut("b", content=picture(colour="lime"))

    assert (figures.full, figures.named_bytes, figures.kept_bytes) == (True, row.size, row.size)
    assert is_there(row) and is_there(more)


def test_what_was_used_yesterday_stays_whatever_the_bound(settings):
    row = cut("a")
    age(by=timedelta(days=1))
    settings.FILES_MOST_BYTES = 1

    collect_to_the_end(timezone.now() - collecting.GRACE * 2)

    assert is_there(row)


def test_dry_run_tells_and_changes_nothing():
    row = cut("a")
    age()
    out = io.StringIO()

    call_command("collect_renditions", "--dry-run", stdout=out)

    assert f"1 files, {row.size} bytes: would be condemned" in out.getvalue()
    assert StoredFile.objects.get().condemned_at is None


def test_command_tells_what_it_did():
    row = cut("a")
    age()
    StoredFile.objects.update(condemned_at=timezone.now() - LONG_AGO)
    out = io.StringIO()

    call_command("collect_renditions", stdout=out)

    assert f"1 files, {row.size} bytes: removed" in out.getvalue()
    assert not is_there(row)
