"""F1 inside the portal: what each kind of news from the DAM does to what partners see and posts announce."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import signals
from portal.activity.models import Activity
from portal.catalog.models import AssetVersion, Variant
from portal.core.errors import Gone, NotFound
from portal.publications import selectors as publications
from portal.publications import services as publication_services
from portal.publications.models import Change, Publication, PublicationItem
from portal.releases import services
from tests.builders import NOON, file_fact, make_community, make_partner, release

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def announced():
    """Revisions announced to the outside, as ``(publication id, revision)``."""
    heard = []

    def listen(sender, publications, **kwargs):
        heard.extend((p.public_id, p.revision) for p in publications)

    signals.publications_changed.connect(listen)
    yield heard
    signals.publications_changed.disconnect(listen)


def apply(*facts, now=NOON):
    return services.apply_files(facts=facts, now=now)


def later(fact, minutes=1, **changes):
    return replace(fact, modified_at=fact.modified_at + minutes * MINUTE, **changes)


def kinds():
    return list(Change.objects.exclude(asset=None).order_by("id").values_list("kind", flat=True))


def test_approved_file_is_published_to_the_community_of_its_folder(announced):
    partner, outsider = make_partner(), make_partner()
    make_community(partner, folder="/Campaign")

    (asset,) = release(file_fact("/Campaign/a.jpg"))

    assert publications.get_asset(partner, asset.public_id, at=NOON).lead.version.number == 1
    with pytest.raises(NotFound):
        publications.get_asset(outsider, asset.public_id, at=NOON)
    assert announced == [(Publication.objects.get().public_id, 1)]
    assert kinds() == ["published"]


def test_same_facts_twice_change_nothing_and_tell_nobody(announced):
    make_community(make_partner(), folder="/Campaign")
    fact = file_fact("/Campaign/a.jpg")
    apply(fact)
    announced.clear()

    outcome = apply(fact, now=NOON + MINUTE)

    assert (outcome.unchanged, outcome.new, outcome.updated) == (1, 0, 0)
    assert announced == []
    assert kinds() == ["published"]


def test_unapproved_file_is_mirrored_but_shown_to_nobody(announced):
    make_community(make_partner(), folder="/Campaign")

    apply(file_fact("/Campaign/a.jpg", approved=False, approval_word="PENDING"))

    assert Variant.objects.get().current is None
    assert not Publication.objects.exists()
    assert announced == []


def test_new_version_takes_the_place_of_the_old_one(announced):
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    old = file_fact("/Campaign/a.jpg", uuid="old")
    (asset,) = release(old)

    outcome = apply(later(old, uuid="new", sha1="b" * 40, previous_uuids=["old"]), now=NOON + MINUTE)

    card = publications.get_asset(partner, asset.public_id, at=NOON + MINUTE)
    assert outcome.replaced == 1
    assert (card.lead.version.number, card.lead.version.source_uuid) == (2, "new")
    assert AssetVersion.objects.get(number=1).replaced_at == NOON + MINUTE
    assert [revision for _, revision in announced] == [1, 2]
    assert kinds() == ["published", "replaced"]


def test_unapproved_newer_version_leaves_the_approved_one_in_place():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    old = file_fact("/Campaign/a.jpg", uuid="old")
    (asset,) = release(old)

    waiting = later(old, uuid="new", sha1="b" * 40, previous_uuids=["old"], approved=False)
    assert apply(waiting).unsure == ("new",)

    assert apply(replace(waiting, once_approved=())).unsure == ()

    assert publications.get_asset(partner, asset.public_id, at=NOON).lead.version.source_uuid == "old"


def test_older_version_is_left_alone_until_the_dam_says_it_is_the_newest_again():
    old = file_fact("/Campaign/a.jpg", uuid="old")
    apply(old)
    apply(replace(old, uuid="new", sha1="b" * 40, previous_uuids=["old"]))

    outcome = apply(later(old))
    assert outcome.unsure == ("old",)
    assert Variant.objects.get().current.source_uuid == "new"
    apply(later(old, previous_uuids=["new"]))

    assert Variant.objects.get().current.source_uuid == "old"


def test_within_one_second_of_the_dam_the_later_reading_wins():
    words = file_fact("/Campaign/a.jpg", uuid="a", title={"en": "First"}, read_at=NOON)
    newer = replace(words, title={"en": "Second"}, read_at=NOON + timedelta(milliseconds=5))
    apply(newer)

    outcome = apply(words)

    assert outcome.stale == 1
    assert Variant.objects.get().asset.title == {"en": "Second"}


def test_what_the_dam_said_before_another_version_was_read_is_asked_again():
    old = file_fact("/Campaign/a.jpg", uuid="a", read_at=NOON)
    apply(old)
    second = replace(old, uuid="b", sha1="b" * 40, previous_uuids=["a"], read_at=NOON + MINUTE)
    apply(replace(second, uuid="c", sha1="c" * 40, previous_uuids=["a", "b"], read_at=NOON + 2 * MINUTE))

    outcome = apply(second)

    assert outcome.unsure == ("b",)
    assert Variant.objects.get().current.source_uuid == "c"


def test_news_of_an_ancestor_that_arrives_late_is_no_file_of_its_own():
    """One worker has read a file; before it writes, another has taken in what became of it elsewhere."""
    old = file_fact("/Campaign/a.jpg", uuid="a", read_at=NOON)
    new = file_fact("/Campaign/Moved/a.jpg", uuid="b", previous_uuids=["a"], read_at=NOON + MINUTE)
    apply(new)

    assert apply(old).unsure == ("a",)
    assert apply(replace(old, previous_uuids=[])).unsure == ("a",), "asked before there was another version"
    assert Variant.objects.get().source_uuid == "b"

    apply(replace(old, previous_uuids=["b"], modified_at=NOON + MINUTE, read_at=NOON + 2 * MINUTE))

    assert Variant.objects.get().current.source_uuid == "a", "restored"


def test_ancestors_are_known_of_a_file_that_was_taken_in_without_asking():
    new = file_fact("/Campaign/Moved/a.jpg", uuid="b")
    apply(new)
    apply(replace(new, previous_uuids=["a"]))

    assert apply(file_fact("/Campaign/a.jpg", uuid="a")).unsure == ("a",)


def test_file_at_a_known_path_is_left_alone_until_its_ancestors_are_known():
    old = file_fact("/Campaign/a.jpg", uuid="old")
    apply(old)

    outcome = apply(later(old, uuid="stranger", sha1="b" * 40))

    assert outcome.unsure == ("stranger",)
    assert Variant.objects.get().source_uuid == "old"


def test_stranger_that_took_the_place_of_a_moved_file_is_an_asset_of_its_own():
    old = file_fact("/Campaign/a.jpg", uuid="old")
    apply(old)

    apply(later(old, uuid="stranger", sha1="b" * 40, previous_uuids=[]))

    assert Variant.objects.count() == 2
    assert {v.versions.get().source_uuid for v in Variant.objects.all()} == {"old", "stranger"}


def test_renamed_and_moved_file_keeps_its_asset_and_version():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    fact = file_fact("/Campaign/a.jpg")
    (asset,) = release(fact)

    apply(later(fact, path="/Campaign/Sub/b.jpg"))

    card = publications.get_asset(partner, asset.public_id, at=NOON)
    assert (card.lead.variant.path, card.lead.version.number) == ("/Campaign/Sub/b.jpg", 1)
    assert card.lead.version.file_name == "b.jpg"


def test_file_moved_out_of_the_folder_is_taken_back():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    fact = file_fact("/Campaign/a.jpg")
    (asset,) = release(fact)

    apply(later(fact, path="/Drafts/a.jpg"))

    with pytest.raises(Gone, match="no longer meant for your communities"):
        publications.get_asset(partner, asset.public_id, at=NOON)


def test_changed_words_alone_revise_the_post_and_keep_the_version(announced):
    make_community(make_partner(), folder="/Campaign")
    fact = file_fact("/Campaign/a.jpg", title={"en": "Oats"})
    apply(fact)

    apply(later(fact, title={"en": "Oats and berries"}))

    assert [revision for _, revision in announced] == [1, 2]
    assert kinds() == ["published", "updated"]
    assert AssetVersion.objects.count() == 1


def test_withdrawn_approval_takes_the_file_away_at_once_and_withdraws_the_post(announced):
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    fact = file_fact("/Campaign/a.jpg")
    (asset,) = release(fact)

    apply(later(fact, approved=False, approval_word="REJECTED"), now=NOON + MINUTE)

    with pytest.raises(Gone, match="withdrawn its approval"):
        publications.get_asset(partner, asset.public_id, at=NOON + MINUTE)
    assert Publication.objects.get().withdrawn_at == NOON + MINUTE
    assert Change.objects.latest("id").reason == "approval_withdrawn"
    assert (
        publications.post_contents(Publication.objects.select_related("asset"))[
            Publication.objects.get().pk
        ].live
        is False
    )
    assert len(announced) == 2


def test_approved_again_comes_back_as_the_same_version():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    fact = file_fact("/Campaign/a.jpg")
    (asset,) = release(fact)
    apply(later(fact, approved=False))

    apply(later(fact, minutes=2))

    assert publications.get_asset(partner, asset.public_id, at=NOON).lead.version.number == 1
    assert AssetVersion.objects.get().withdrawn_at is None
    assert kinds() == ["published", "withdrawn", "published"]


def test_older_news_that_arrives_late_changes_nothing():
    fact = file_fact("/Campaign/a.jpg", title={"en": "Old words"})
    apply(later(fact, title={"en": "New words"}))

    outcome = apply(fact)

    assert outcome.stale == 1
    assert Variant.objects.get().asset.title == {"en": "New words"}


def test_confirmed_deletion_takes_the_file_away_once():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    (asset,) = release(file_fact("/Campaign/a.jpg", uuid="u"))

    first = services.file_is_gone(source="dam", uuid="u", now=NOON)
    second = services.file_is_gone(source="dam", uuid="u", now=NOON + MINUTE)

    assert (first, second) == (True, False)
    with pytest.raises(Gone, match="removed this file"):
        publications.get_asset(partner, asset.public_id, at=NOON)
    assert kinds() == ["published", "withdrawn"]


def test_scheduled_file_is_seen_but_joins_its_post_only_when_the_window_opens(announced):
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    opens = NOON + timedelta(days=3)
    (asset,) = release(file_fact("/Campaign/a.jpg", rights_start=opens))
    publication = Publication.objects.get()

    before = publications.get_asset(partner, asset.public_id, at=NOON)
    live_before = publications.post_contents([publication])[publication.pk].live
    publication_services.open_and_close_windows(now=opens)

    assert (before.status, live_before) == ("scheduled", False)
    assert publications.get_asset(partner, asset.public_id, at=opens).status == "current"
    assert publications.post_contents([publication])[publication.pk].live is True
    assert [revision for _, revision in announced] == [1, 2]


def test_ended_rights_take_the_file_away_to_the_second_and_the_post_follows():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    ends = NOON + timedelta(days=3)
    (asset,) = release(file_fact("/Campaign/a.jpg", rights_end=ends))

    last_second = publications.get_asset(partner, asset.public_id, at=ends - timedelta(seconds=1))
    with pytest.raises(Gone, match="rights to this file have ended"):
        publications.get_asset(partner, asset.public_id, at=ends)
    closed = publication_services.open_and_close_windows(now=ends)
    again = publication_services.open_and_close_windows(now=ends + MINUTE)

    assert last_second.status == "expiring"
    assert (closed, again) == (1, 0)
    assert PublicationItem.objects.get().state == "ended"
    assert Publication.objects.get().withdrawn_at == ends


def test_variants_of_a_group_are_one_asset_and_a_second_claim_stands_alone():
    partner = make_partner()
    make_community(partner, folder="/Campaign")

    assets = release(
        file_fact("/Campaign/en.jpg", group="oats", language="en"),
        file_fact("/Campaign/de.jpg", group="oats", language="de"),
        file_fact("/Campaign/de2.jpg", group="oats", language="de"),
    )

    assert [asset.pk for asset in assets][:2] == [assets[0].pk, assets[0].pk]
    assert assets[2].pk != assets[0].pk
    assert publications.get_asset(partner, assets[0].public_id, at=NOON).languages == ["de", "en"]


def test_a_thousand_files_need_no_more_queries_than_one():
    make_community(make_partner(), folder="/Campaign")
    apply(file_fact("/Campaign/first.jpg", gtin="09521234500049"))

    with CaptureQueriesContext(connection) as one:
        apply(file_fact("/Campaign/one.jpg", gtin="09521234500049"))
    with CaptureQueriesContext(connection) as many:
        apply(*(file_fact(f"/Campaign/{n}.jpg", gtin="09521234500049") for n in range(200)))

    assert len(many) == len(one)
    assert Publication.objects.count() == 202


def test_release_is_recorded_in_the_activity():
    (asset,) = release(file_fact("/Campaign/a.jpg"))

    assert list(Activity.objects.filter(subject=asset.public_id).values_list("verb", flat=True)) == [
        "version.released"
    ]


def test_an_old_uuid_of_another_source_says_nothing_about_this_one():
    make_community(make_partner(), folder="/Campaign")
    here = file_fact("/Campaign/a.jpg", uuid="one")
    release(here)
    release(later(here, uuid="two", sha1="b" * 40, previous_uuids=("one",)))
    elsewhere = replace(here, source="other-dam")

    outcome = apply(elsewhere)

    assert outcome.new == 1
    assert outcome.unsure == ()
