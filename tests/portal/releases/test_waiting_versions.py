"""A newer version that waits for approval changes nothing for partners; once approved, everything it says counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.catalog.comparing import mirrored
from portal.catalog.facts import digest_of
from portal.catalog.models import Product, Variant
from portal.core.errors import Gone
from portal.publications import selectors as publications
from portal.publications.models import Change, Publication, PublicationItem
from portal.releases import services
from tests.builders import NOON, file_fact, gtin14, make_community, make_partner, make_rule, release

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WORDS = {
    "language": "de",
    "markets": ("CH", "DE"),
    "tags": ("partner",),
    "labels": ("Hero",),
    "gtin": gtin14(952123450004),
    "product_name": {"en": "Oats"},
    "brand": "Norrvik",
    "title": {"en": "Oats, front"},
    "description": {"en": "A bowl."},
    "alt_text": {"en": "A bowl of oats"},
    "rights_start": NOON - DAY,
    "rights_end": NOON + 30 * DAY,
    "usage_rights": "All media",
    "copyright": "Norrvik",
    "public_use": True,
    "metadata": {"campaign": "winter"},
}
DRAFTS = {
    "later rights": {"rights_start": NOON + 100 * DAY},
    "rights without end": {"rights_end": None},
    "ended rights": {"rights_end": NOON - DAY},
    "no tags": {"tags": ()},
    "no labels": {"labels": ()},
    "other markets": {"markets": ("FR",)},
    "another language": {"language": "fr"},
    "another brand": {"brand": "Other"},
    "another kind": {"kind": "lifestyle"},
    "another product": {"gtin": gtin14(952123450005), "product_name": {"en": "Draft"}},
    "other metadata": {"metadata": {"campaign": "summer"}},
    "words": {"title": {"en": "DRAFT"}, "description": {"en": "DRAFT"}, "alt_text": {"en": "DRAFT"}},
    "other terms": {"usage_rights": "DRAFT", "copyright": "DRAFT", "public_use": False},
    "a group": {"group": "oats"},
}


@pytest.fixture
def partner():
    """A company whose community gets files of a folder, if everything else fits too."""
    partner = make_partner()
    community = make_community(partner)
    make_rule(
        community,
        folders=["/Campaign"],
        tags=["partner"],
        labels=["hero"],
        kinds=["packshot"],
        brands=["Norrvik"],
        markets=["DE"],
        languages=["de"],
        gtins=[WORDS["gtin"]],
        metadata={"campaign": ["winter"]},
    )
    return partner


@pytest.fixture
def first(partner):
    """The approved version that partners have."""
    fact = file_fact("/Campaign/a.jpg", uuid="one", **WORDS)
    release(fact)
    return fact


def apply(*facts, now=NOON):
    return services.apply_files(facts=facts, now=now)


def second(first, minutes=1, **changes):
    """The next version, waiting for its approval."""
    fields = {
        "uuid": "two",
        "sha1": "b" * 40,
        "previous_uuids": ("one",),
        "once_approved": (),
        "approved": False,
        "approval_word": "PENDING",
        "modified_at": first.modified_at + minutes * MINUTE,
        **changes,
    }
    return replace(first, **fields)


def approved(waiting):
    return replace(waiting, approved=True, approval_word="APPROVED", modified_at=waiting.modified_at + MINUTE)


def told() -> list[str]:
    return list(Change.objects.exclude(asset=None).order_by("id").values_list("kind", flat=True))


def seen() -> dict:
    """Everything that decides what partners get, by table."""
    tables = {
        "items": PublicationItem.objects.values(),
        "publications": Publication.objects.values(),
        "products": Product.objects.values(),
        "assets": Variant.objects.values(
            *(f"asset__{name}" for name in ("id", "title", "description", "alt_text", "brand", "kind", "search"))
        ),
        "variants": Variant.objects.values(
            "language", "markets", "tags", "labels", "metadata", "rights_start", "rights_end", "usage_rights",
            "copyright", "public_use", "current__source_uuid",
        ),
    }  # fmt: skip
    return {name: list(rows) for name, rows in tables.items()}


def described(uuid: str) -> dict:
    """What is held of the file whose current version this is."""
    names = (
        "language", "markets", "tags", "labels", "metadata", "rights_start", "rights_end", "usage_rights",
        "copyright", "public_use",
    )  # fmt: skip
    variant = Variant.objects.select_related("asset__product").get(current__source_uuid=uuid)
    asset = variant.asset
    return {name: getattr(variant, name) for name in names} | {
        "title": asset.title,
        "description": asset.description,
        "alt_text": asset.alt_text,
        "brand": asset.brand,
        "kind": asset.kind,
        "gtin": asset.product.gtin,
    }


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS.keys())
def test_what_a_waiting_version_says_is_nothing_to_partners(first, draft):
    before = seen()

    assert apply(second(first, **draft)).unsure == ()

    assert seen() == before
    assert told() == ["published"]
    assert Variant.objects.get().source_uuid == "two", "the newest is known all the same"


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS.keys())
def test_approval_alone_makes_everything_it_says_count(first, draft):
    waiting = second(first, **draft)
    twin = replace(first, uuid="other one", path="/Campaign/b.jpg")
    release(twin)
    apply(waiting)

    apply(approved(waiting))

    at_once = replace(
        approved(waiting), uuid="other two", path="/Campaign/b.jpg", previous_uuids=("other one",)
    )
    apply(at_once)
    assert described("two") == described("other two")
    for name, value in draft.items():
        wanted = list(value) if isinstance(value, tuple) else value
        assert described("two").get(name, wanted) == wanted


def test_the_rights_of_the_version_partners_have_end_when_they_end(partner, first):
    apply(second(first, rights_end=None))
    asset = Variant.objects.get().asset

    assert publications.get_asset(partner, asset.public_id, at=NOON + 29 * DAY)
    with pytest.raises(Gone, match="rights to this file have ended"):
        publications.get_asset(partner, asset.public_id, at=NOON + 30 * DAY)


def test_a_waiting_version_that_is_rejected_leaves_everything_as_it_was(first):
    waiting = second(first, title={"en": "DRAFT"}, tags=())
    before = seen()
    apply(waiting)

    rejected = replace(waiting, approval_word="REJECTED", modified_at=waiting.modified_at + MINUTE)
    apply(rejected)

    assert (seen(), told()) == (before, ["published"])
    assert Variant.objects.get().approval_word == "REJECTED"


def test_a_waiting_version_that_is_deleted_leaves_the_older_one_and_tells_nobody(first):
    apply(second(first, title={"en": "DRAFT"}, tags=()))

    apply(replace(first, previous_uuids=(), modified_at=first.modified_at + 2 * MINUTE))

    assert told() == ["published"]
    assert Publication.objects.get().revision == 1
    assert Variant.objects.get().source_uuid == "one"


def test_an_older_version_that_is_the_newest_again_counts_with_its_new_words(first):
    apply(second(first))

    back = replace(first, previous_uuids=("two",), modified_at=first.modified_at + 2 * MINUTE)
    apply(replace(back, title={"en": "Corrected"}))

    assert told() == ["published", "updated"]
    assert Variant.objects.get().asset.title == {"en": "Corrected"}


def test_moved_with_a_waiting_version_it_is_meant_for_whom_its_new_place_says(partner, first):
    other = make_partner()
    make_community(other, folder="/Elsewhere")
    asset = Variant.objects.get().asset

    apply(second(first, path="/Elsewhere/a.jpg", title={"en": "DRAFT"}))

    with pytest.raises(Gone, match="no longer meant for your communities"):
        publications.get_asset(partner, asset.public_id, at=NOON)
    card = publications.get_asset(other, asset.public_id, at=NOON)
    assert (card.lead.version.source_uuid, card.asset.title) == ("one", WORDS["title"])


def test_both_versions_in_one_batch_come_to_the_same(partner):
    first = file_fact("/Campaign/a.jpg", uuid="one", **WORDS)

    apply(first, second(first, title={"en": "DRAFT"}, tags=(), rights_end=None))

    variant = Variant.objects.get()
    assert (variant.source_uuid, variant.current.source_uuid) == ("two", "one")
    assert (variant.tags, variant.rights_end, variant.asset.title) == (
        ["partner"], WORDS["rights_end"], WORDS["title"],
    )  # fmt: skip
    assert told() == ["published"]


def test_a_version_that_came_and_went_takes_the_older_one_along_although_it_says_the_same_again(
    partner, first
):
    waiting = second(first)
    apply(waiting)

    apply(replace(waiting, once_approved=("two",), modified_at=waiting.modified_at + MINUTE))

    with pytest.raises(Gone, match="withdrawn its approval"):
        publications.get_asset(partner, Variant.objects.get().asset.public_id, at=NOON)


def test_a_comparison_finds_no_difference(first):
    waiting = second(first, title={"en": "DRAFT"})
    apply(waiting)

    here = mirrored("dam", ["two"])["two"]

    assert (here.digest, here.version_uuid) == (digest_of(waiting), "one")
    assert apply(waiting).unchanged == 1
