"""What no cut may do: lose what must be seen whole, enlarge, distort; for own crops and for sizes that fill a frame."""

import itertools
import math

import pytest
import pyvips
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from portal.catalog.models import AssetVersion
from portal.downloads import services as downloads
from portal.renditions import cropping, made_to_order, own_sizes, protection, rulebooks, services
from portal.renditions.choices import Fit, Format, RenditionState, VerdictState, ZoneKind
from portal.renditions.cropping import Box
from portal.renditions.models import Recipe, RecipeRevision, Rendition, Specification, Verdict
from portal.renditions.own_sizes import Wish
from portal.renditions.selectors import sizes_of
from tests.builders import NOON, current_version, make_community, make_partner, make_rendition, release_one
from tests.portal.renditions.test_judging import packshot, studio  # noqa: F401

unhurried = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
#: Beside the middle square of a picture of 1600 by 1200, and inside it.
OUTSIDE, INSIDE = Box(0.0, 0.4, 0.2, 0.2), Box(0.4, 0.4, 0.2, 0.2)


@pytest.fixture
def partner(db):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return partner


@pytest.fixture
def version(partner):
    return current_version(release_one("/Ours/a.jpg", width=1600, height=1200))


def draw(version, box: Box):
    return protection.draw_zone(version=version, box=box, kind=ZoneKind.MARK, now=NOON, actor="system")


def square(side: int = 800, *, key: str = "square", **says) -> RecipeRevision:
    """A download size that fills a square, as staff may offer one."""
    recipe, _new = Recipe.objects.get_or_create(key=key, defaults={"title": {"en": "Square"}})
    facts = {
        "width": side,
        "height": side,
        "fit": Fit.CROP,
        "format": Format.JPEG,
        "created_at": NOON,
        **says,
    }
    return RecipeRevision.objects.create(recipe=recipe, number=recipe.revisions.count() + 1, **facts)


def ordered(wish: Wish, version) -> RecipeRevision:
    return own_sizes.order(wish, own_sizes.settle(wish, version, []), now=NOON)


def take(partner, version, revision):
    key = revision.address or revision.recipe.key
    asset = version.variant.asset.public_id
    return downloads.authorise_download(partner=partner, asset_id=asset, recipe=key, now=NOON)


# -- Own crops, and another picture in the place of the one they were ordered for ----------------------
def test_part_ordered_for_a_larger_picture_is_not_enlarged(partner):
    before = current_version(release_one("/Ours/a.jpg", uuid="a", width=3000, height=3000))
    revision = ordered(Wish(800, 800, Format.JPEG, part=Box(0.0, 0.0, 0.3, 0.3)), before)
    small = current_version(release_one("/Ours/b.jpg", width=400, height=400))

    with pytest.raises(protection.NotThisLarge, match="only 120 × 120 pixels"):
        take(partner, small, revision)
    with pytest.raises(services.CannotBeMade):
        services.ensure(version=small, revision=revision, now=NOON)

    row = Rendition.objects.get(version=small, revision=revision)
    assert (row.state, row.problem) == (RenditionState.FAILED, protection.NotThisLarge.for_staff)
    assert take(partner, before, revision)


def test_part_ordered_for_a_picture_of_another_shape_is_not_distorted(partner):
    before = current_version(release_one("/Ours/a.jpg", uuid="a", width=3000, height=3000))
    revision = ordered(Wish(400, 400, Format.JPEG, part=Box(0.0, 0.0, 0.3, 0.3)), before)
    made = make_rendition(before, revision.address)
    after = current_version(
        release_one("/Ours/a.jpg", uuid="b", previous_uuids=["a"], width=3000, height=2000)
    )
    nearly = current_version(release_one("/Ours/c.jpg", width=3000, height=2998))

    with pytest.raises(protection.OtherShape, match="another shape"):
        take(partner, after, revision)

    assert after.variant_id == before.variant_id
    # The old bytes were cut rightly of the old picture; and a pixel or two is no other shape.
    assert downloads.find_by_digest(partner=partner, sha256=made.sha256, now=NOON)
    assert take(partner, nearly, revision)


def test_what_was_made_distorted_before_is_not_given_out_any_more(partner):
    wide = current_version(release_one("/Ours/a.jpg", width=3000, height=2000))
    tall = current_version(release_one("/Ours/b.jpg", width=3000, height=3000))
    revision = ordered(Wish(400, 400, Format.JPEG, part=Box(0.0, 0.0, 0.3, 0.3)), tall)
    made = make_rendition(wide, revision.address)

    with pytest.raises(protection.OtherShape):
        downloads.find_by_digest(partner=partner, sha256=made.sha256, now=NOON)
    with pytest.raises(services.CannotBeMade):
        services.ensure(version=wide, revision=revision, now=NOON)


@pytest.mark.parametrize(
    ("size", "problem"), [((1600, 2400), "distorted"), ((320, 240), "enlarged")], ids=["shape", "size"]
)
def test_what_the_pixels_themselves_say_counts_last(studio, version, size, problem):  # noqa: F811
    """The library says 1600 by 1200, and the file is another."""
    revision = ordered(Wish(300, 300, Format.PNG), version)
    studio.picture = packshot(*size)

    with pytest.raises(services.CannotBeMade):
        services.ensure(version=version, revision=revision, now=NOON)

    assert problem in Rendition.objects.get(revision=revision).problem


@unhurried
@given(
    size=st.tuples(st.integers(16, 9000), st.integers(16, 9000)),
    wanted=st.tuples(st.integers(16, 4000), st.integers(16, 4000)),
    share=st.floats(0.05, 1.0),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_what_can_be_ordered_can_be_cut(size, wanted, share, place):
    wide, high = size
    version = AssetVersion(width=wide, height=high)
    best = cropping.best_part(wanted[0] / wanted[1], size, [])
    part = Box(0, 0, best.width * share, best.height * share)
    part = Box((1 - part.width) * place[0], (1 - part.height) * place[1], part.width, part.height)
    try:
        own_sizes.settle(Wish(*wanted, Format.JPEG, part=part), version, [])
    except protection.NotThisLarge:
        assume(False)
    revision = RecipeRevision(width=wanted[0], height=wanted[1], crop=part.as_list(), fit=Fit.CROP)

    protection._check_cut(version, revision, [])
    asked = made_to_order._around(revision)
    fetched_wide = min(wide, asked.width)
    fetched = pyvips.Image.black(fetched_wide, max(1, round(high * fetched_wide / wide)))
    made_to_order._check_part(cropping.cut(fetched, revision.crop), *wanted)


# -- Download sizes that fill their frame --------------------------------------------------------------
def test_size_that_would_cut_a_zone_is_refused_everywhere(partner, version):
    revision, whole = square(), make_rendition(version)
    made = make_rendition(version, "square")
    assert take(partner, version, revision).revision == revision
    draw(version, INSIDE)
    assert take(partner, version, revision) and sizes(version) >= {"square", "web-1200"}

    zone = draw(version, OUTSIDE)

    with pytest.raises(protection.ZoneCut, match="In this size the picture would lose"):
        take(partner, version, revision)
    with pytest.raises(protection.ZoneCut):
        downloads.find_by_digest(partner=partner, sha256=made.sha256, now=NOON)
    with pytest.raises(services.CannotBeMade, match="would lose"):
        services.ensure(version=version, revision=revision, now=NOON)
    assert downloads.find_by_digest(partner=partner, sha256=whole.sha256, now=NOON)
    assert "square" not in sizes(version) and "web-1200" in sizes(version)
    protection.remove_zone(zone=zone, now=NOON, actor="system")
    assert services.ensure(version=version, revision=revision, now=NOON) == made
    assert "square" in sizes(version)


def sizes(version) -> set[str]:
    return {size.recipe.key for size in sizes_of(version)}


def test_size_that_would_cut_a_zone_is_never_made_and_staff_read_why(studio, version):  # noqa: F811
    revision, zone = square(), draw(version, OUTSIDE)
    specification = rulebooks.newest([Specification.objects.get(key="own-shop").pk]).popitem()[1]
    verdict = Verdict.objects.create(
        version=version, revision=revision, specification=specification, state=VerdictState.IMPOSSIBLE
    )

    with pytest.raises(services.CannotBeMade):
        services.ensure(version=version, revision=revision, now=NOON)
    made = services.make_wanted(now=NOON)

    row = Rendition.objects.get(version=version, revision=revision)
    assert (row.state, row.problem, made) == (RenditionState.FAILED, "It would cut a protected zone.", 0)
    assert studio.asked == []
    protection.remove_zone(zone=zone, now=NOON, actor="system")
    verdict.refresh_from_db()
    assert (services.make_wanted(now=NOON), verdict.state) == (1, VerdictState.WANTED)


def test_what_is_put_right_for_a_channel_is_cut_as_its_size_is(partner, version):
    specification = rulebooks.newest([Specification.objects.get(key="own-shop").pk]).popitem()[1]
    revision = made_to_order.fitted(version, square(), specification, now=NOON)
    assert take(partner, version, revision)

    draw(version, OUTSIDE)

    with pytest.raises(protection.ZoneCut):
        take(partner, version, revision)


def test_what_our_own_pages_show_small_is_not_given_out_and_stays(partner, version):
    Recipe.objects.filter(key="preview-480").update(is_preview=True)
    square(480, key="preview-480")
    draw(version, OUTSIDE)

    assert take(partner, version, Recipe.objects.get(key="preview-480").revisions.last())


@pytest.mark.parametrize(
    ("size", "frame", "box", "cut"),
    [
        ((1600, 1200), (800, 800), Box(0.125, 0.0, 0.75, 1.0), False),
        ((1600, 1200), (800, 800), Box(0.12, 0.0, 0.75, 1.0), True),
        ((1600, 1200), (800, 600), Box(0.0, 0.0, 1.0, 1.0), False),
        ((1200, 1600), (800, 800), Box(0.0, 0.12, 0.1, 0.1), True),
        # Smaller than its frame: perhaps only cut where it is over, perhaps to the frame's shape.
        ((600, 400), (800, 800), Box(0.0, 0.0, 0.1, 0.1), True),
        ((600, 400), (800, 800), Box(0.2, 0.0, 0.6, 1.0), False),
        ((600, 1600), (800, 800), Box(0.0, 0.4, 0.1, 0.1), False),
        ((600, 1600), (800, 800), Box(0.0, 0.28, 0.1, 0.1), True),
        ((None, None), (800, 800), Box(0.5, 0.5, 0.01, 0.01), True),
    ],
)
def test_delivery_keeps_the_middle(size, frame, box, cut):
    version = AssetVersion(width=size[0], height=size[1])
    revision = RecipeRevision(width=frame[0], height=frame[1], fit=Fit.CROP)

    assert (not protection._kept_by_delivery(version, revision).holds(box)) == cut


def test_asking_for_many_takes_one_query_and_none_where_nothing_cuts(
    partner, version, django_assert_num_queries
):
    cutting = [square(side) for side in (300, 400, 500)]
    versions = [current_version(release_one(f"/Ours/{n}.jpg", width=1600, height=1200)) for n in range(3)]
    plain = list(RecipeRevision.objects.filter(recipe__key="web-1200").select_related("recipe"))
    draw(versions[0], OUTSIDE)

    with django_assert_num_queries(1):
        found = protection.refusals(list(itertools.product(versions, cutting)))
    with django_assert_num_queries(0):
        assert protection.refusals(list(itertools.product(versions, plain))) == {}

    assert found.keys() == {(versions[0].pk, revision.pk) for revision in cutting}
    assert math.isclose(cropping.best_part(1.0, (1600, 1200), []).width, 0.75)
