"""Verdicts: worked out once in the background, kept, and with a fix that always passes."""

import itertools

import numpy as np
import pytest
import pyvips
from django.utils import timezone

from portal.renditions import judging, made_to_order, rulebooks, store
from portal.renditions.choices import VerdictState
from portal.renditions.models import Measurement, RecipeRevision, Rendition, Specification, Verdict
from portal.renditions.selectors import revision_for
from portal.renditions.source import Fetched, SourceRefused, SourceUnavailable, get_source
from portal.renditions.standings import standings
from portal.renditions.verdicts.measure import measure
from portal.renditions.verdicts.rules import State, judge, ours
from tests.builders import current_version, make_partner, make_rendition, release_one


def packshot(width: int, height: int, *, background=(255, 255, 255), fill: float = 0.9) -> pyvips.Image:
    """A blue box in the middle of a plain background."""
    canvas = np.full((height, width, 3), background, np.uint8)
    high, wide = int(height * fill), int(width * fill)
    top, left = (height - high) // 2, (width - wide) // 2
    canvas[top : top + high, left : left + wide] = (20, 60, 160)
    return pyvips.Image.new_from_array(canvas).copy(interpretation="srgb")


class Studio:
    """A source that cuts one picture, without loss when asked for PNG, and counts its calls."""

    picture = packshot(1600, 1200)
    calls = itertools.count()
    asked: list[str] = []
    trouble: Exception | None = None

    def fetch(self, *, version, revision, target):
        self.asked.append(str(revision))
        if self.trouble:
            raise self.trouble
        image = self.picture.thumbnail_image(
            revision.width or self.picture.width, height=revision.height or self.picture.height, size="down"
        )
        image = image.copy(interpretation="srgb")
        form = "jpeg" if revision.format == "original" else revision.format
        save = {
            "jpeg": lambda: image.jpegsave_buffer(Q=90),
            "png": lambda: image.pngsave_buffer(),
            "webp": lambda: image.webpsave_buffer(lossless=True, effort=1),
        }[form]
        target.write(save())
        return Fetched(media_type=f"image/{form}", width=image.width, height=image.height)


@pytest.fixture
def studio(settings, db):
    settings.RENDITION_SOURCE = f"{__name__}.Studio"
    get_source.cache_clear()
    Studio.picture, Studio.trouble, Studio.asked = packshot(1600, 1200), None, []
    yield Studio
    get_source.cache_clear()


@pytest.fixture
def version(db):
    return current_version(release_one("/a.jpg", width=1600, height=1200))


def specification(key: str):
    return rulebooks.newest([Specification.objects.get(key=key, partner=None).pk]).popitem()[1]


def settle(version, recipe: str, key: str):
    revision, rules = revision_for(version, recipe), specification(key)
    assert standings(version, [(revision, rules)]).popitem()[1].state == VerdictState.WANTED
    judging.judge_wanted(now=timezone.now())
    return standings(version, [(revision, rules)]).popitem()[1]


def test_verdict_is_worked_out_in_the_background_and_kept(studio, version, django_assert_num_queries):
    standing = settle(version, "web-jpeg", "own-shop")
    asked = list(studio.asked)

    with django_assert_num_queries(2):
        again = standings(version, [(standing.revision, standing.specification)]).popitem()[1]

    assert (again.state, again.failed) == (VerdictState.PASSED, ())
    assert {line.rule.id: line.state for line in again.lines}["longest-side"] == State.PASSED
    assert judging.judge_wanted(now=timezone.now()) == 0
    assert studio.asked == asked


def test_no_fix_enlarges(studio, version):
    standing = settle(version, "web-1200", "walmart-main")

    assert standing.state == VerdictState.FAILED
    # 1200 pixels are not made 1500.
    assert standing.fix is None


@pytest.mark.parametrize("key", ["amazon-main", "own-shop", "opentext-catalogue"])
def test_fix_offered_passes_when_measured_again(studio, version, key):
    standing = settle(version, "web-1200", key)

    if key == "own-shop":
        assert (standing.state, standing.fix) == (VerdictState.PASSED, None)
        return
    assert standing.fix is not None
    with store.open_bytes(standing.fix.sha256) as file:
        content = file.read()
    verdict = judge(ours()[key], measure(content, file_name="a.jpg"))
    assert verdict.failed == ()
    assert b"http://ns.adobe.com/xap/1.0/" in content, "rights are written into it"
    assert standing.fix.revision.address.startswith("fitted-")
    assert standing.fix_steps


def test_no_fix_is_offered_where_what_is_shown_would_have_to_change(studio, version):
    studio.picture = packshot(1600, 1200, background=(240, 235, 220))

    standing = settle(version, "web-jpeg", "amazon-main")

    assert [line.rule.id for line in standing.failed] == ["white-background"]
    assert standing.fix is None
    assert standing.overlay and store.has(standing.overlay)
    assert not RecipeRevision.objects.filter(recipe__key=made_to_order.FITTED).exists()


def test_fix_that_does_not_work_leaves_no_trouble_behind(studio, version):
    standing = settle(version, "web-1200", "print")

    assert standing.state == VerdictState.FAILED
    assert standing.fix is None
    assert not Rendition.objects.filter(state="failed").exists()


def test_same_order_is_the_same_revision(version):
    facts = {"width": 300, "format": "webp"}
    first = made_to_order.order("responsive", facts=facts, suffix="300w", now=timezone.now())
    again = made_to_order.order("responsive", facts=facts, suffix="300w", now=timezone.now())
    other = made_to_order.order(
        "responsive", facts={**facts, "width": 301}, suffix="301w", now=timezone.now()
    )

    assert first == again != other
    assert revision_for(version, first.address) == first
    assert other.number == first.number + 1


def test_file_that_cannot_be_made_cannot_be_checked(studio, version):
    studio.trouble = SourceRefused("no such file")

    standing = settle(version, "web-jpeg", "own-shop")

    assert (standing.state, standing.lines) == (VerdictState.IMPOSSIBLE, ())


def test_waits_while_the_source_is_away_without_losing_a_try(studio, version):
    studio.trouble = SourceUnavailable("away", retry_after=1)
    standing = settle(version, "web-jpeg", "own-shop")
    row = Verdict.objects.get()

    assert standing.state == VerdictState.WANTED
    assert (row.attempts, row.claimed_until > timezone.now() - timezone.timedelta(seconds=5)) == (0, True)
    studio.trouble = None
    Verdict.objects.update(claimed_until=None)
    judging.judge_wanted(now=timezone.now())
    assert Verdict.objects.get().state == VerdictState.PASSED


def test_verdict_whose_worker_dies_again_and_again_is_given_up(studio, version):
    judging.want([(version.pk, revision_for(version, "web-jpeg").pk, specification("own-shop").pk)])
    Verdict.objects.update(attempts=judging.TRIES)

    judging.judge_wanted(now=timezone.now())

    assert Verdict.objects.get().state == VerdictState.IMPOSSIBLE
    assert studio.asked == []


def test_what_is_no_picture_is_measured_once(studio, version):
    make_rendition(version, "web-1200", content=b"<html>not a picture</html>")

    standing = settle(version, "web-1200", "own-shop")

    assert standing.state == VerdictState.IMPOSSIBLE
    assert Measurement.objects.get().problem


def test_page_goes_before_reports(studio, version):
    other = current_version(release_one("/b.jpg", width=1600, height=1200))
    rules = specification("own-shop")
    judging.want([(version.pk, revision_for(version, "web-jpeg").pk, rules.pk)], urgency=judging.LATER)
    standings(other, [(revision_for(other, "web-jpeg"), rules)])

    judging.judge_wanted(now=timezone.now(), limit=1)

    settled = Verdict.objects.exclude(state=VerdictState.WANTED).get()
    assert settled.version == other


def test_pictures_per_view_are_counted_for_the_reader(studio, version):
    settle(version, "web-jpeg", "opentext-catalogue")
    pair = [(revision_for(version, "web-jpeg"), specification("opentext-catalogue"))]

    states = [standings(version, pair, per_view=n).popitem()[1].state for n in (None, 1, 2)]

    assert states == [VerdictState.UNKNOWN, VerdictState.PASSED, VerdictState.FAILED]


def test_rules_partners_bring_are_revised_and_never_edited(db):
    partner = make_partner()
    data = {
        "key": "my-shop", "title": "My shop", "channel": "shop",
        "rules": [{"measure": "width", "least": 500}],
    }  # fmt: skip
    first = rulebooks.bring(
        partner=partner, specification=None, data=data, now=timezone.now(), actor="system"
    )
    same = rulebooks.bring(
        partner=partner, specification=first.specification, data=data, now=timezone.now(), actor="system"
    )
    data["rules"] = [{"measure": "width", "least": 600}]
    second = rulebooks.bring(
        partner=partner, specification=first.specification, data=data, now=timezone.now(), actor="system"
    )

    assert (first.pk, first.number, second.number) == (same.pk, 1, 2)
    assert rulebooks.rules_of(first).rules[0].least == 500
    with pytest.raises(rulebooks.KeyTaken, match="my-shop"):
        rulebooks.bring(partner=partner, specification=None, data=data, now=timezone.now(), actor="system")


def test_our_rule_files_are_rows_once(db):
    rulebooks.ensure_ours()

    found = {row.key: row.revisions.count() for row in Specification.objects.filter(partner=None)}

    assert found == dict.fromkeys(ours(), 1)
    for key in ours():
        assert rulebooks.rules_of(specification(key)) == ours()[key]
