"""Files that leave the mirrored folders, and files whose rights cannot be read: what partners keep, and what not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.activity.models import Activity
from portal.catalog.facts import outside_fact
from portal.catalog.models import AssetVersion, Variant
from portal.core.errors import Gone
from portal.publications import selectors as publications
from portal.publications.models import Change, Publication
from portal.releases import services
from tests.builders import NOON, file_fact, make_community, make_partner, release

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    return partner


@pytest.fixture
def fact(partner):
    """A file that partners have."""
    fact = file_fact("/Campaign/a.jpg", uuid="one", read_at=NOON, rights_end=NOON + 30 * DAY)
    release(fact)
    return fact


def apply(*facts, now=NOON):
    return services.apply_files(facts=facts, now=now)


def later(fact, minutes=1, **changes):
    at = fact.modified_at + minutes * MINUTE
    return replace(fact, **{"modified_at": at, "read_at": at, **changes})


def outside(fact, minutes=1, path="/Archive/a.jpg", **changes):
    found = outside_fact(
        source=fact.source,
        uuid=fact.uuid,
        path=path,
        modified_at=fact.modified_at,
        read_at=NOON,
        approved=fact.approved,
        approval_word=fact.approval_word,
    )
    return later(found, minutes, **changes)


def shown(partner, at=NOON):
    """The card a company gets of the one asset."""
    return publications.get_asset(partner, Variant.objects.earliest("pk").asset.public_id, at=at)


def kinds():
    return list(Change.objects.exclude(asset=None).order_by("id").values_list("kind", flat=True))


# -- Outside ----------------------------------------------------------------------------------------------------------
def test_file_that_leaves_is_taken_back_from_everybody(partner, fact):
    outcome = apply(outside(fact), now=NOON + MINUTE)

    assert outcome.withdrawn == 1
    with pytest.raises(Gone, match="no longer meant for your communities"):
        shown(partner)
    assert Publication.objects.get().withdrawn_at == NOON + MINUTE
    assert Change.objects.latest("id").reason == "not_for_this_community"
    assert Activity.objects.latest("id").verb == "version.withdrawn"


def test_file_that_left_tells_it_once(partner, fact):
    apply(outside(fact))
    apply(outside(fact, 2))
    apply(outside(fact, 3, path="/Archive/Deep/a.jpg"))

    assert kinds() == ["published", "withdrawn"]
    assert Activity.objects.filter(verb="version.withdrawn").count() == 1


def test_file_that_comes_back_is_the_same_version(partner, fact):
    apply(outside(fact))

    apply(later(fact, 2))

    assert shown(partner).lead.version.number == 1
    assert kinds() == ["published", "withdrawn", "published"]
    assert (Variant.objects.count(), AssetVersion.objects.count()) == (1, 1)


def test_with_a_newer_version_that_waits_it_comes_back_as_it_left(partner, fact):
    waiting = later(
        fact, uuid="two", sha1="b" * 40, previous_uuids=("one",), once_approved=(), approved=False,
        title={"en": "DRAFT"},
    )  # fmt: skip
    apply(waiting)
    apply(outside(waiting))
    with pytest.raises(Gone):
        shown(partner)

    apply(later(waiting, 3))

    assert (shown(partner).lead.version.source_uuid, shown(partner).asset.title) == ("one", fact.title)


@pytest.mark.parametrize("when", ["while it is outside", "when it leaves"])
def test_file_that_loses_its_approval_outside_does_not_come_back(partner, fact, when):
    if when == "while it is outside":
        apply(outside(fact))
    apply(outside(fact, 2, approved=False, approval_word="REJECTED"))

    waiting = later(
        fact, 3, uuid="two", sha1="b" * 40, previous_uuids=("one",), once_approved=(), approved=False
    )
    apply(waiting)

    with pytest.raises(Gone):
        shown(partner)


def test_newer_version_outside_takes_the_known_one_along(partner, fact):
    assert apply(outside(fact, uuid="two", previous_uuids=("one",))).foreign == ()

    with pytest.raises(Gone, match="no longer meant for your communities"):
        shown(partner)
    apply(later(fact, 3, uuid="two", sha1="b" * 40, previous_uuids=("one",)))
    assert shown(partner).lead.version.number == 2


def test_what_was_read_before_it_came_back_takes_nothing_away(partner, fact):
    apply(later(fact, 5, title={"en": "Back"}))

    assert apply(outside(fact)).stale == 1
    assert apply(outside(fact, 5, read_at=NOON + MINUTE)).stale == 1

    assert shown(partner)


def test_file_outside_that_was_never_ours_is_foreign(partner):
    stranger = outside(file_fact("/Archive/b.jpg", uuid="b"), path="/Archive/b.jpg")

    assert apply(stranger).foreign == ("b",)
    assert not Variant.objects.exists()


@pytest.mark.parametrize("path", ["/Archive/a.jpg", "/Campaign/a.jpg"], ids=["moved", "folder let go"])
def test_stranger_at_the_place_of_a_file_that_left_is_another_asset(partner, fact, path):
    apply(outside(fact, path=path))

    apply(later(fact, 2, uuid="stranger", sha1="c" * 40, previous_uuids=()))

    assert Variant.objects.count() == 2
    with pytest.raises(Gone):
        shown(partner)


def test_file_that_left_and_waits_for_nothing_is_no_event(partner):
    fact = file_fact("/Campaign/a.jpg", uuid="one", approved=False)
    apply(fact)

    assert apply(outside(fact)).withdrawn == 0
    assert not Activity.objects.filter(verb="version.withdrawn").exists()


# -- Rights that cannot be read ---------------------------------------------------------------------------------------
def unread(fact, minutes=1, **changes):
    return later(fact, minutes, rights_start=None, rights_end=None, rights_unread=True, **changes)


def test_file_partners_have_keeps_the_window_that_could_be_read(partner, fact):
    assert apply(unread(fact)).unchanged == 1

    assert shown(partner, NOON + 29 * DAY)
    with pytest.raises(Gone, match="rights to this file have ended"):
        shown(partner, NOON + 30 * DAY)


def test_rejection_counts_although_the_rights_cannot_be_read(partner, fact):
    apply(unread(fact, approved=False, approval_word="REJECTED"))

    with pytest.raises(Gone, match="withdrawn its approval"):
        shown(partner)


def test_place_and_words_count_although_the_rights_cannot_be_read(partner, fact):
    apply(unread(fact, title={"en": "Other words"}))
    assert shown(partner).asset.title == {"en": "Other words"}

    apply(unread(fact, 2, path="/Drafts/a.jpg"))

    with pytest.raises(Gone, match="no longer meant for your communities"):
        shown(partner)


@pytest.mark.parametrize("state", ["new", "new bytes", "approved again", "back"])
def test_nothing_new_goes_out_while_the_rights_cannot_be_read(partner, state):
    fact = file_fact("/Campaign/a.jpg", uuid="one", read_at=NOON)
    if state != "new":
        release(fact)
    if state == "approved again":
        apply(later(fact, approved=False))
    elif state == "back":
        apply(outside(fact))
    changes = {"uuid": "two", "sha1": "b" * 40, "previous_uuids": ("one",)} if state == "new bytes" else {}

    apply(unread(fact, 2, **changes))

    published = list(Change.objects.exclude(asset=None).values_list("kind", flat=True))
    assert published.count("published") == (0 if state == "new" else 1)
    assert "replaced" not in published
    apply(later(fact, 3, **changes))
    assert shown(partner).lead.version.source_uuid == changes.get("uuid", "one")
