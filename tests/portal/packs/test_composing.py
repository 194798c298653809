"""What a version of a pack holds: whole for everybody it is for, or not issued, with the file and the reason."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.catalog.models import Variant
from portal.packs import due, selectors, services
from portal.packs.choices import Shortage, VersionState
from portal.packs.models import Pack, PackFile, PackVersion
from portal.publications import services as publications
from portal.releases import services as releases
from portal.renditions import services as renditions
from portal.renditions import store
from portal.renditions.models import Recipe
from portal.renditions.source import SourceUnavailable
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    release,
    release_one,
)
from tests.portal.packs.builders import issue, later, make_pack, pick, replace, shelf
from tests.portal.renditions.test_protection import OUTSIDE, draw, square

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def community():
    return make_community(make_partner(), folder="/P")


def names(version: PackVersion) -> list[str]:
    return [file.name for file in selectors.files_of(version)]


def test_version_holds_what_was_chosen_in_the_order_of_names(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["b.jpg", "a.jpg"]))

    version = issue(pack)

    assert names(version) == ["a-web-1200.webp", "b-web-1200.webp"]
    assert (version.number, version.file_count) == (1, 2)
    assert version.total_bytes == sum(file.size for file in version.files.all())
    for file in version.files.all():
        assert store.has(file.sha256)
        assert file.crc32 is not None


def test_rule_finds_files_and_gives_each_the_sizes_that_fit(community):
    pack = make_pack(community)
    image, film = release(
        file_fact("/P/Oat/front.jpg", tags=["hero"]),
        file_fact("/P/Oat/spot.mp4", tags=["hero"], medium="video", media_type="video/mp4", kind="video"),
    )
    release_one("/P/Oat/other.jpg")
    make_rendition(current_version(image))
    make_rendition(current_version(film), "video-720")
    sizes = list(Recipe.objects.filter(key__in=["web-1200", "video-720"]))
    rule = {"folders": ["/P/Oat"], "tags": ["hero"]}
    services.set_contents(pack=pack, picks=[], rules=[(rule, sizes)], now=NOON, actor="system")

    assert names(issue(pack)) == ["front-web-1200.webp", "spot-video-720.mp4"]


def test_size_that_would_cut_a_zone_fails_the_version_by_name(community):
    pack = make_pack(community)
    pick(pack, [release_one(f"/P/{name}", width=1600, height=1200) for name in ("a.jpg", "b.jpg")])
    square()
    services.set_contents(
        pack=pack,
        picks=[(pick.variant, Recipe.objects.get(key="square")) for pick in pack.picks.all()],
        rules=[],
        now=NOON,
        actor="system",
    )
    draw(Variant.objects.get(name="b.jpg").current, OUTSIDE)

    version = services.begin_version(pack=pack, now=NOON)

    assert version.state == VersionState.FAILED
    assert [(line["title"], line["why"]) for line in version.left_out] == [("b.jpg", Shortage.ZONE_CUT)]


def test_zone_drawn_while_a_version_is_being_made_fails_it_by_name(community, source):
    pack = make_pack(community)
    pick(pack, [release_one("/P/a.jpg", width=1600, height=1200)])
    square()
    services.set_contents(
        pack=pack,
        picks=[(pick.variant, Recipe.objects.get(key="square")) for pick in pack.picks.all()],
        rules=[],
        now=NOON,
        actor="system",
    )
    version = services.begin_version(pack=pack, now=NOON)
    draw(Variant.objects.get(name="a.jpg").current, OUTSIDE)

    services.work(now=NOON)

    version.refresh_from_db()
    assert version.state == VersionState.FAILED
    assert [file.problem for file in selectors.progress_of(version).problems] == [Shortage.ZONE_CUT]


def test_file_that_a_community_of_the_pack_lacks_fails_the_version_by_name(community):
    pack = make_pack(community, make_community(make_partner(), folder="/Elsewhere"))
    pick(pack, shelf("/P", ["a.jpg"]))

    version = services.begin_version(pack=pack, now=NOON)

    assert version.state == VersionState.FAILED
    assert [(line["title"], line["why"]) for line in version.left_out] == [("a.jpg", Shortage.NOT_PUBLISHED)]
    assert Pack.objects.get().current is None


def test_withdrawn_file_is_left_out_and_named(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["a.jpg", "b.jpg"]))
    first = issue(pack)
    release(file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", approved=False, modified_at=LATER), now=LATER)

    services.work(now=LATER)

    second = Pack.objects.get().current
    assert (first.number, second.number) == (1, 2)
    assert names(second) == ["b-web-1200.webp"]
    assert [(line["title"], line["why"]) for line in second.left_out] == [("a.jpg", Shortage.WITHDRAWN)]
    assert selectors.difference(first, second).removed == ("a-web-1200.webp",)


def test_replaced_file_makes_the_next_version_by_itself_and_keeps_its_name(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["a.jpg", "b.jpg"]))
    first = issue(pack)
    made = replace("/P", "a.jpg", uuid="new", now=LATER)

    assert services.work(now=LATER) == 1

    second = Pack.objects.get().current
    assert second.previous == first
    assert selectors.difference(first, second).changed == ("a-web-1200.webp",)
    assert second.files.get(name="a-web-1200.webp").sha256 == made.sha256
    assert Pack.objects.get().due_since is None


def test_news_that_change_nothing_in_a_pack_make_no_version(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["a.jpg"]))
    issue(pack)
    release(file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", tags=["reworded"], modified_at=LATER), now=LATER)
    was_due = Pack.objects.get().due_since

    services.work(now=LATER)

    assert was_due == LATER
    assert Pack.objects.get().due_since is None
    assert PackVersion.objects.count() == 1


def test_new_file_that_a_rule_matches_joins_by_itself(community):
    pack = make_pack(community)
    shelf("/P", ["a.jpg"])
    web = [Recipe.objects.get(key="web-1200")]
    services.set_contents(pack=pack, picks=[], rules=[({"folders": ["/P"]}, web)], now=NOON, actor="system")
    issue(pack)

    shelf("/P", ["b.jpg"], now=LATER)
    services.work(now=LATER)

    assert names(Pack.objects.get().current) == ["a-web-1200.webp", "b-web-1200.webp"]


def test_rights_that_end_take_a_file_out(community):
    pack = make_pack(community)
    ends = NOON + timedelta(minutes=30)
    asset = release_one("/P/a.jpg", rights_end=ends)
    make_rendition(current_version(asset))
    pick(pack, [asset, *shelf("/P", ["b.jpg"])])
    issue(pack)

    early = due.note_ended(now=ends - timedelta(seconds=1))
    late = due.note_ended(now=ends)
    services.work(now=ends)

    assert (early, late) == (0, 1)
    assert names(Pack.objects.get().current) == ["b-web-1200.webp"]


def test_pack_nobody_issued_is_left_alone(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["a.jpg"]))
    replace("/P", "a.jpg", uuid="new", now=LATER)

    services.work(now=LATER)

    assert Pack.objects.get().due_since is None
    assert not PackVersion.objects.exists()


def test_files_that_are_not_yet_made_are_made_in_the_background(community, source):
    pack = make_pack(community)
    pick(pack, [release_one("/P/a.jpg"), release_one("/P/b.jpg")])
    version = services.begin_version(pack=pack, now=NOON)
    before = selectors.progress_of(version)

    services.work(now=NOON)

    assert (before.done, before.total) == (0, 2)
    assert selectors.progress_of(version).done == 2
    assert Pack.objects.get().current == version


def test_version_waits_for_a_source_that_is_away(community, source):
    pack = make_pack(community)
    pick(pack, [release_one("/P/a.jpg")])
    source.trouble = SourceUnavailable("no answer")
    version = services.begin_version(pack=pack, now=NOON)
    issued = services.work(now=NOON)
    source.trouble = None
    later(version)

    assert (issued, services.work(now=NOON)) == (0, 1)


def test_file_that_cannot_be_made_fails_the_version_and_the_others_are_made(community, source):
    pack = make_pack(community)
    pick(pack, [release_one("/P/a.jpg"), release_one("/P/b.jpg")])
    source.refuses = {"a.jpg"}
    version = services.begin_version(pack=pack, now=NOON)

    services.work(now=NOON)

    version.refresh_from_db()
    progress = selectors.progress_of(version)
    assert version.state == VersionState.FAILED
    assert [(file.name, file.problem) for file in progress.problems] == [
        ("a-web-1200.webp", Shortage.NOT_MADE)
    ]
    assert (progress.done, progress.total) == (1, 2)
    assert Pack.objects.get().current is None

    source.refuses = set()
    services.try_again(version=version, now=LATER, actor="system")
    assert services.work(now=LATER) == 1


def test_file_replaced_while_its_version_is_prepared_is_not_issued_any_more(community, source):
    pack = make_pack(community)
    pick(pack, [release_one("/P/a.jpg", uuid="u1")])
    version = services.begin_version(pack=pack, now=NOON)
    release_one("/P/a.jpg", uuid="u2", previous_uuids=["u1"], modified_at=LATER, now=LATER)

    issued_old = services.prepare(version=version, now=LATER)
    services.work(now=LATER)

    assert issued_old is False
    assert [file.version.number for file in selectors.files_of(Pack.objects.get().current)] == [2]


def test_size_that_was_revised_comes_only_when_asked_for(community, source):
    pack = make_pack(community)
    pick(pack, [release_one("/P/a.jpg", uuid="u1"), release_one("/P/b.jpg")])
    services.begin_version(pack=pack, now=NOON)
    services.work(now=NOON)
    recipe = Recipe.objects.get(key="web-1200")
    last = recipe.revisions.get()
    facts = {name: getattr(last, name) for name in renditions.REVISION_FIELDS}
    renditions.revise(recipe=recipe, facts={**facts, "quality": 50}, now=NOON, actor="system")

    assert services.begin_version(pack=pack, now=LATER) is None
    renewed = services.begin_version(pack=pack, now=LATER, renew_sizes=True)
    assert {file.revision.number for file in selectors.files_of(renewed)} == {2}


def test_names_are_unique_whatever_the_case_and_stay_with_their_files(community):
    pack = make_pack(community)
    pick(pack, [*shelf("/P/1", ["A.jpg"]), *shelf("/P/2", ["a.jpg"])])
    first = issue(pack)
    replace("/P/2", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    assert names(first) == ["A-web-1200.webp", "a-web-1200-2.webp"]
    assert names(Pack.objects.get().current) == names(first)


def test_names_follow_the_template_of_their_size(community):
    recipe = Recipe.objects.get(key="web-1200")
    last = recipe.revisions.get()
    facts = {name: getattr(last, name) for name in renditions.REVISION_FIELDS}
    renditions.revise(
        recipe=recipe, facts={**facts, "naming": "{gtin}_{view}_{width}"}, now=NOON, actor="system"
    )
    assets = release(
        file_fact("/P/a.jpg", gtin=gtin14(4), view="front"),
        file_fact("/P/b.jpg", gtin=gtin14(4), view="front"),
        file_fact("/P/c.jpg"),
    )
    for asset in assets:
        make_rendition(current_version(asset))
    pack = make_pack(community)
    pick(pack, assets)

    assert names(issue(pack)) == [
        f"{gtin14(4)}_front_1200-2.webp",
        f"{gtin14(4)}_front_1200.webp",
        "c-web-1200.webp",
    ]


def test_issued_version_cannot_be_changed_by_anybody(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["a.jpg"]))
    version = issue(pack)
    file = version.files.get()

    for attempt in (
        lambda: PackVersion.objects.filter(pk=version.pk).update(manifest="{}"),
        lambda: PackVersion.objects.filter(pk=version.pk).delete(),
        lambda: PackFile.objects.filter(pk=file.pk).update(sha256="0" * 64),
        lambda: PackFile.objects.filter(pk=file.pk).delete(),
        lambda: PackFile.objects.create(
            pack_version=version,
            position=9,
            name="x",
            variant=file.variant,
            version=file.version,
            revision=file.revision,
        ),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            attempt()


def test_pack_that_meets_a_mistake_keeps_no_other_from_its_version(community, monkeypatch, caplog):
    broken, whole = make_pack(community, title="Broken"), make_pack(community, title="Whole")
    pick(broken, shelf("/P", ["a.jpg"]))
    pick(whole, shelf("/P", ["b.jpg"]))
    for pack in (broken, whole):
        services.begin_version(pack=pack, now=NOON)
    PackFile.objects.filter(pack_version__pack=broken).update(crc32=None, sha256="f" * 64)

    issued = services.work(now=NOON)

    assert issued == 1
    assert Pack.objects.get(pk=whole.pk).current is not None
    assert f"pack {broken.public_id} could not be worked on" in caplog.text


def test_routing_that_takes_a_file_away_takes_it_out_of_the_pack(community):
    pack = make_pack(community)
    pick(pack, shelf("/P", ["a.jpg", "b.jpg"]))
    issue(pack)
    rule = community.routing_rules.get()
    rule.folders, rule.tags = ["/P"], ["kept"]
    rule.save()
    release(file_fact("/P/b.jpg", uuid="uuid-/P-b.jpg", tags=["kept"], modified_at=LATER), now=LATER)
    publications.request_routing(now=LATER)
    releases.continue_routing(now=LATER)
    services.work(now=LATER)

    assert names(Pack.objects.get().current) == ["b-web-1200.webp"]
