"""Own sizes: the best part, what no part may cut, and what is possible instead."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.errors import DomainError
from portal.downloads import services as downloads
from portal.renditions import own_sizes, protection, services, store
from portal.renditions.choices import Format, ZoneKind
from portal.renditions.cropping import Box, best_part, hull
from portal.renditions.finishing import PICTURES
from portal.renditions.own_sizes import Wish
from portal.renditions.verdicts.measure import measure
from tests.builders import (
    NOON,
    current_version,
    make_community,
    make_partner,
    make_rendition,
    release_one,
)
from tests.portal.renditions.test_judging import packshot, studio  # noqa: F401

unhurried = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


@st.composite
def zones(draw) -> list[Box]:
    found = []
    for _number in range(draw(st.integers(0, 3))):
        left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
        found.append(Box(left, top, draw(st.floats(0.01, 1 - left)), draw(st.floats(0.01, 1 - top))))
    return found


@unhurried
@given(
    ratio=st.floats(0.1, 10),
    size=st.tuples(st.integers(16, 8000), st.integers(16, 8000)),
    held=zones(),
)
def test_best_part_lies_within_the_picture_keeps_its_ratio_and_cuts_nothing(ratio, size, held):
    part = best_part(ratio, size, held)

    if part is None:
        kept = hull(held)
        wide = min(1.0, ratio * size[1] / size[0])
        high = min(1.0, size[0] / (ratio * size[1]))
        assert kept.width > wide or kept.height > high
        return
    assert part.left >= 0 and part.top >= 0 and part.right <= 1.000001 and part.bottom <= 1.000001
    assert part.width * size[0] / (part.height * size[1]) == pytest.approx(ratio, rel=1e-6)
    assert all(part.holds(zone) for zone in held)


@unhurried
@given(ratio=st.floats(0.1, 10), size=st.tuples(st.integers(400, 8000), st.integers(400, 8000)), held=zones())
def test_what_is_offered_instead_is_possible(ratio, size, held):
    wish = Wish(width=300, height=max(1, round(300 / ratio)), format=Format.JPEG)

    for offer in own_sizes.offers(wish, size, held):
        if not offer.padded:
            assert best_part(offer.width / offer.height, size, held)
        else:
            assert (offer.width, offer.height) == (wish.width, wish.height)


def test_part_stays_in_the_middle_where_it_may_and_moves_to_hold_what_must_be_seen():
    size = (1000, 500)

    assert best_part(1.0, size, []) == Box(0.25, 0.0, 0.5, 1.0)
    assert best_part(1.0, size, [Box(0.8, 0.1, 0.2, 0.2)]) == Box(0.5, 0.0, 0.5, 1.0)
    assert best_part(1.0, size, [Box(0.1, 0.1, 0.8, 0.2)]) is None


@pytest.fixture
def partner(db):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return partner


@pytest.fixture
def version(partner):
    return current_version(release_one("/Ours/a.jpg", width=1600, height=1200))


def draw(version, box: Box):
    return protection.draw_zone(version=version, box=box, kind=ZoneKind.LOGO, now=NOON, actor="system")


def test_part_that_cuts_a_zone_is_refused(version):
    held = [Box(0.6, 0.4, 0.2, 0.2)]
    wish = Wish(width=400, height=400, format=Format.JPEG, part=Box(0.0, 0.0, 0.5, 2 / 3))

    with pytest.raises(protection.ZoneCut, match="would cut"):
        own_sizes.settle(wish, version, held)

    assert own_sizes.settle(Wish(400, 400, Format.JPEG), version, held).holds(held[0])


def test_nothing_is_enlarged(version):
    with pytest.raises(protection.NotThisLarge, match="1200 × 1200 pixels"):
        own_sizes.settle(Wish(1300, 1300, Format.JPEG), version, [])


@pytest.mark.parametrize("form", sorted(PICTURES))
def test_own_size_is_cut_to_the_pixel_from_the_part(studio, version, form):  # noqa: F811
    canvas = packshot(1600, 1200, fill=0.5)
    studio.picture = canvas
    # The left upper quarter shows white, the product begins at 400 by 300.
    wish = Wish(width=200, height=150, format=form, part=Box(0.25, 0.25, 0.25, 0.25))
    revision = own_sizes.order(wish, own_sizes.settle(wish, version, []), now=NOON)

    made = services.ensure(version=version, revision=revision, now=NOON)

    with store.open_bytes(made.sha256) as source:
        content = source.read()
    measured = measure(content)
    assert (made.width, made.height, measured.width, measured.height) == (200, 150, 200, 150)
    assert measured.format == str(form)
    # All of the part is product: none of it is background.
    assert measured.fill == 1.0
    assert own_sizes.order(wish, own_sizes.settle(wish, version, []), now=NOON) == revision


def test_zone_drawn_later_stops_a_crop_that_was_ordered_before(partner, version):
    asset = version.variant.asset
    wish = Wish(width=400, height=400, format=Format.JPEG, part=Box(0.0, 0.0, 0.5, 2 / 3))
    revision = own_sizes.order(wish, own_sizes.settle(wish, version, []), now=NOON)
    made = make_rendition(version, revision.address)

    def authorise():
        return downloads.authorise_download(
            partner=partner, asset_id=asset.public_id, recipe=revision.address, now=NOON
        )

    assert authorise().revision == revision
    assert downloads.find_by_digest(partner=partner, sha256=made.sha256, now=NOON)
    zone = draw(version, Box(0.6, 0.4, 0.2, 0.2))
    with pytest.raises(protection.ZoneCut):
        authorise()
    with pytest.raises(DomainError):
        downloads.find_by_digest(partner=partner, sha256=made.sha256, now=NOON)
    protection.remove_zone(zone=zone, now=NOON, actor="system")
    assert authorise()


def test_weight_is_told_beforehand_within_reason(studio, version):  # noqa: F811
    preview = make_rendition(
        version, "preview-1200", content=packshot(1200, 900).webpsave_buffer(lossless=True, effort=1)
    )
    wish = Wish(width=800, height=600, format=Format.JPEG)
    part = own_sizes.settle(wish, version, [])

    told = own_sizes.weight(wish, part, preview)

    made = services.ensure(version=version, revision=own_sizes.order(wish, part, now=NOON), now=NOON)
    # A plain drawing is nearly all metadata; what counts is the order of magnitude.
    assert made.size / 3 < told < made.size * 3
