"""Verdicts that hold no longer: other bytes, another name, or a file that could not be made and now can."""

import hashlib
import io
import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.publications import feasibility
from portal.publications.feasibility import Outcome
from portal.renditions import ageing, judging, rulebooks, services, store
from portal.renditions.choices import VerdictState
from portal.renditions.models import Recipe, Rendition, SpecificationRevision, Verdict
from portal.renditions.selectors import revision_for
from portal.renditions.source import SourceRefused
from portal.renditions.standings import standings
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
from tests.portal.renditions.test_judging import packshot, specification, studio  # noqa: F401

GTIN = gtin14(952123450004)
_minutes = itertools.count(1)


@pytest.fixture
def version(db):
    return current_version(release_one("/b.jpg", width=1600, height=1200))


def read(version, rules, recipe: str = "web-jpeg"):
    """What a page would show, of the version as it is in the database now."""
    version.refresh_from_db()
    return standings(version, [(revision_for(version, recipe), rules)]).popitem()[1]


def judged(version, rules, recipe: str = "web-jpeg"):
    read(version, rules, recipe)
    judging.judge_wanted(now=timezone.now())
    return read(version, rules, recipe)


def brought(*rules) -> SpecificationRevision:
    data = {"key": "my-shop", "title": "My shop", "channel": "shop", "rules": list(rules)}
    return rulebooks.bring(
        partner=make_partner(), specification=None, data=data, now=timezone.now(), actor="system"
    )


NAMED = {"id": "name", "measure": "file_name", "pattern": "[0-9]{14}_A1N1[.](jpg|png)"}


@pytest.fixture
def named_as_gs1(db):
    """The size is named after product and facing, as soon as the DAM knows them."""
    for key in ("web-jpeg", "web-1200"):
        recipe = Recipe.objects.get(key=key)
        last = recipe.revisions.get()
        facts = {name: getattr(last, name) for name in services.REVISION_FIELDS}
        facts["naming"] = "{gtin}_A{facing}N1"
        services.revise(recipe=recipe, facts=facts, now=NOON, actor="system")


def tell(**fields):
    """The DAM's word on one file, again and again: never a new version."""
    at = NOON + timedelta(minutes=next(_minutes))
    return release(file_fact("/a.jpg", uuid="a", modified_at=at, **fields), now=at)[0]


# -- What could not be made --------------------------------------------------------------------------------------------


def failed_once(studio, version):  # noqa: F811
    studio.trouble = SourceRefused("no such file")
    assert judged(version, specification("own-shop")).state == VerdictState.IMPOSSIBLE
    studio.trouble = None
    services.retry(
        renditions=Rendition.objects.values_list("pk", flat=True), now=timezone.now(), actor="system"
    )
    assert services.make_wanted(now=timezone.now()) == 1


def test_file_that_has_been_made_since_is_checked_as_soon_as_somebody_looks(studio, version):  # noqa: F811
    failed_once(studio, version)

    assert read(version, specification("own-shop")).state == VerdictState.WANTED
    judging.judge_wanted(now=timezone.now())
    assert read(version, specification("own-shop")).state == VerdictState.PASSED


def test_file_that_has_been_made_since_is_checked_though_nobody_looks(studio, version):  # noqa: F811
    failed_once(studio, version)

    judging.judge_wanted(now=timezone.now())

    kept = Verdict.objects.get()
    assert (kept.state, kept.problem) == (VerdictState.PASSED, "")
    assert judging.again_what_was_made() == 0


def test_that_a_file_cannot_be_checked_is_believed_for_an_hour(studio, version):  # noqa: F811
    studio.trouble = SourceRefused("no such file")
    rules = specification("own-shop")
    assert judged(version, rules).state == VerdictState.IMPOSSIBLE
    studio.trouble = None

    assert read(version, rules).state == VerdictState.IMPOSSIBLE
    long_ago = timezone.now() - ageing.BELIEVED - timedelta(minutes=1)
    Verdict.objects.update(made_at=long_ago)
    Rendition.objects.update(made_at=long_ago)
    assert read(version, rules).state == VerdictState.WANTED
    judging.judge_wanted(now=timezone.now())
    assert read(version, rules).state == VerdictState.PASSED


def test_staff_find_the_reason_and_no_picture_is_looked_at_once(studio, version):  # noqa: F811
    studio.trouble = SourceRefused("no such file")
    other = current_version(release_one("/c.jpg"))
    make_rendition(other, "web-jpeg", content=b"<html>not a picture</html>")

    judged(version, specification("own-shop"))
    judged(other, specification("own-shop"))

    refused, unread = Verdict.objects.order_by("version")
    assert (refused.problem, refused.sha256) == ("no such file", "")
    assert unread.problem and unread.sha256
    # There are bytes, and they are those that cannot be read.
    assert read(other, specification("own-shop")).state == VerdictState.IMPOSSIBLE
    assert judging.judge_wanted(now=timezone.now()) == 0


# -- Other bytes -------------------------------------------------------------------------------------------------------


def come_back_as(rendition: Rendition, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    store.put(digest, io.BytesIO(content))
    Rendition.objects.filter(pk=rendition.pk).update(
        sha256=digest, former=[rendition.sha256], size=len(content), made_at=timezone.now()
    )


def test_bytes_that_came_back_as_others_are_judged_anew(studio, version):  # noqa: F811
    rules = specification("own-shop")
    made = make_rendition(version, "web-jpeg", content=packshot(1200, 900).jpegsave_buffer())
    assert judged(version, rules).state == VerdictState.PASSED

    come_back_as(made, packshot(600, 450).jpegsave_buffer())

    assert read(version, rules).state == VerdictState.WANTED
    judging.judge_wanted(now=timezone.now())
    assert read(version, rules).state == VerdictState.FAILED
    come_back_as(Rendition.objects.get(pk=made.pk), packshot(1200, 900).jpegsave_buffer())
    again = judged(version, rules)
    assert again.state == VerdictState.PASSED


def test_what_was_said_of_the_bytes_before_is_gone(studio, version):  # noqa: F811
    rules = specification("amazon-main")
    grey = packshot(1200, 1200, background=(240, 235, 220))
    made = make_rendition(version, "web-jpeg", content=grey.jpegsave_buffer())
    studio.picture = packshot(1600, 1600)
    first = judged(version, rules)
    Verdict.objects.update(fix=first.revision, fix_steps=["format"])

    come_back_as(made, packshot(1200, 1200).jpegsave_buffer(Q=95))
    standing = judged(version, rules)

    assert first.overlay
    assert (standing.state, standing.overlay, standing.fix, standing.fix_steps) == ("passed", "", None, [])
    assert Verdict.objects.get().overlay == ""


# -- Another name ------------------------------------------------------------------------------------------------------


def test_name_is_judged_as_it_is_today(studio, named_as_gs1):  # noqa: F811
    rules = brought(NAMED)
    named = current_version(tell())
    first = judged(named, rules)
    tell(gtin=GTIN, view="front")
    with_gtin = read(named, rules)
    tell()
    without = read(named, rules)
    tell(gtin=GTIN, view="back")
    turned = read(named, rules)
    judging.judge_wanted(now=timezone.now())
    turned_and_judged = read(named, rules)
    tell(gtin=GTIN, view="front")
    passed_again = read(named, rules)

    assert (first.state, first.lines[0].value) == (VerdictState.FAILED, "a-v1-web-jpeg.jpg")
    assert (with_gtin.state, with_gtin.lines[0].value) == (VerdictState.PASSED, f"{GTIN}_A1N1.jpg")
    assert with_gtin.failed == ()
    assert without.state == VerdictState.FAILED
    # A safe change might help under this name, so that is looked for.
    assert turned.state == VerdictState.WANTED
    assert (turned_and_judged.state, turned_and_judged.lines[0].value) == ("failed", f"{GTIN}_A7N1.jpg")
    assert passed_again.state == VerdictState.PASSED


def test_name_that_was_good_and_is_no_longer_is_never_called_good(studio, named_as_gs1):  # noqa: F811
    rules = brought(NAMED)
    named = current_version(tell(gtin=GTIN, view="front"))
    assert judged(named, rules).state == VerdictState.PASSED

    tell()

    assert read(named, rules).state != VerdictState.PASSED
    judging.judge_wanted(now=timezone.now())
    assert read(named, rules).state == VerdictState.FAILED


def test_safe_change_is_looked_for_once_the_name_is_right(studio, named_as_gs1):  # noqa: F811
    rules = brought(NAMED, {"id": "format", "measure": "format", "one_of": ["jpeg"]})
    named = current_version(tell())
    first = judged(named, rules, "web-1200")
    tell(gtin=GTIN, view="front")

    found = judged(named, rules, "web-1200")

    assert [line.rule.id for line in first.failed] == ["name", "format"]
    assert first.fix is None
    assert found.fix is not None and found.fix_steps == ["format"]


def test_safe_change_is_offered_no_longer_once_its_name_is_wrong(studio, named_as_gs1):  # noqa: F811
    rules = brought(NAMED, {"id": "format", "measure": "format", "one_of": ["jpeg"]})
    named = current_version(tell(gtin=GTIN, view="front"))
    # The name of the file itself is wrong all along: webp.
    assert judged(named, rules, "web-1200").fix is not None
    tell()

    at_once = read(named, rules, "web-1200")
    later = judged(named, rules, "web-1200")

    assert at_once.fix is None
    assert (later.state, later.fix) == (VerdictState.FAILED, None)
    assert judging.judge_wanted(now=timezone.now()) == 0


def test_names_cost_the_same_for_one_size_and_for_many(
    studio,  # noqa: F811
    named_as_gs1,
    django_assert_num_queries,
):
    rules = brought(NAMED, {"id": "format", "measure": "format", "one_of": ["jpeg", "webp"]})
    named = current_version(tell(gtin=GTIN, view="front"))
    for recipe in ("web-jpeg", "web-1200"):
        judged(named, rules, recipe)
    pairs = [(revision_for(named, recipe), rules) for recipe in ("web-jpeg", "web-1200")]

    for some in (pairs[:1], pairs):
        named = current_version(named.variant.asset)
        with django_assert_num_queries(5):
            standings(named, some)


# -- Reports -----------------------------------------------------------------------------------------------------------


def report_of(partner, rules):
    report = feasibility.ask(
        partner=partner,
        specification=rules,
        revision=revision_for(current_version(tell()), "web-jpeg"),
        now=timezone.now(),
        actor="system",
    )
    feasibility.work(now=timezone.now())
    judging.judge_wanted(now=timezone.now())
    feasibility.work(now=timezone.now())
    return {outcome: n for outcome, n in feasibility.get(partner, report.public_id).counts.items() if n}


def test_new_report_counts_what_is_so_today(studio, named_as_gs1):  # noqa: F811
    partner = make_partner()
    make_community(partner, folder="/")
    rules = brought(NAMED)
    current_version(tell())
    studio.trouble = SourceRefused("no such file")
    impossible = report_of(partner, rules)
    studio.trouble = None
    long_ago = timezone.now() - ageing.BELIEVED - timedelta(minutes=1)
    Verdict.objects.update(made_at=long_ago)
    Rendition.objects.update(made_at=long_ago)

    tried_again = report_of(partner, rules)
    state = Verdict.objects.get().state
    Verdict.objects.update(
        state=VerdictState.PASSED, lines=[{"rule": "name", "value": "", "state": "passed"}]
    )
    renamed_since = report_of(partner, rules)

    assert (impossible, tried_again, state) == ({Outcome.CANNOT: 1}, {Outcome.CANNOT: 1}, VerdictState.FAILED)
    # What was kept says that it passed.
    assert renamed_since == {Outcome.CANNOT: 1}
