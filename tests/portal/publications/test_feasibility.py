"""A partner's whole catalogue against a specification, in the background."""

import pytest
from django.utils import timezone

from portal.core.errors import NotFound
from portal.publications import feasibility
from portal.publications.feasibility import Outcome
from portal.publications.models import FeasibilityReport
from portal.renditions import judging, rulebooks
from portal.renditions.models import Verdict
from portal.renditions.selectors import current_revisions
from tests.builders import (
    current_version,
    make_community,
    make_partner,
    make_rendition,
    release_one,
)
from tests.portal.renditions.test_judging import packshot, studio  # noqa: F401

WEB = "web-1200"


def web_revision():
    return next(revision for revision in current_revisions() if revision.recipe.key == WEB)


@pytest.fixture
def partner(db):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    # A file in two communities is one row.
    make_community(partner, folder="/Ours")
    return partner


def ask(partner, key: str = "amazon-main"):
    return feasibility.ask(
        partner=partner,
        specification=rulebooks.get(partner, key),
        revision=web_revision(),
        now=timezone.now(),
        actor="system",
    )


def work() -> None:
    feasibility.work(now=timezone.now())
    judging.judge_wanted(now=timezone.now())
    feasibility.work(now=timezone.now())


def test_report_says_which_files_fit_which_after_a_fix_and_which_cannot(partner, studio):  # noqa: F811
    fits = release_one("/Ours/fits.jpg")
    good = packshot(1200, 1200)
    make_rendition(current_version(fits), WEB, content=good.pngsave_buffer())
    release_one("/Ours/after.jpg", width=1600, height=1200)
    cannot = release_one("/Ours/cannot.jpg")
    small = packshot(1200, 1200, fill=0.5)
    make_rendition(current_version(cannot), WEB, content=small.jpegsave_buffer())
    broken = release_one("/Ours/broken.jpg")
    make_rendition(current_version(broken), WEB, content=b"no picture")
    release_one("/Ours/guide.pdf", medium="document", media_type="application/pdf", kind="document")
    release_one("/Theirs/other.jpg")
    report = ask(partner)

    work()

    reading = feasibility.get(partner, report.public_id)
    rows = {row.row.version.file_name: row for row in feasibility.all_rows(report)}
    assert reading.is_finished
    assert reading.counts == {
        Outcome.FITS: 1, Outcome.AFTER_FIX: 1, Outcome.CANNOT: 2, Outcome.UNKNOWN: 0, Outcome.OPEN: 0,
    }  # fmt: skip
    assert {name: row.outcome for name, row in rows.items()} == {
        "fits.jpg": Outcome.FITS,
        "after.jpg": Outcome.AFTER_FIX,
        "cannot.jpg": Outcome.CANNOT,
        "broken.jpg": Outcome.CANNOT,
    }
    assert [line.rule.id for line in rows["cannot.jpg"].failed] == ["fill"]
    assert rows["after.jpg"].row.verdict.fix_steps == ["format"]


def test_progress_is_told_while_it_runs(partner, studio):  # noqa: F811
    for name in "abc":
        release_one(f"/Ours/{name}.jpg")
    report = ask(partner)
    feasibility.work(now=timezone.now())
    judging.judge_wanted(now=timezone.now(), limit=1)
    feasibility.work(now=timezone.now())

    reading = feasibility.get(partner, report.public_id)

    assert (reading.done, reading.total, reading.is_finished) == (1, 3, False)


def test_many_files_are_gathered_in_batches(partner, monkeypatch):
    monkeypatch.setattr(feasibility, "_BATCH", 2)
    names = [f"{number}.jpg" for number in range(5)]
    for name in names:
        release_one(f"/Ours/{name}")
    report = ask(partner)

    feasibility.work(now=timezone.now())

    found = [row.row.version.file_name for row in feasibility.all_rows(report)]
    assert sorted(found) == names
    assert feasibility.get(partner, report.public_id).report.gathered_at is not None


def test_rows_are_paged_and_filtered(partner):
    for name in "abc":
        version = current_version(release_one(f"/Ours/{name}.jpg"))
    report = ask(partner)
    feasibility.work(now=timezone.now())
    Verdict.objects.filter(version=version).update(state="passed")

    first = feasibility.rows_page(report, size=2)
    second = feasibility.rows_page(report, size=2, cursor=first.next)
    fitting = feasibility.rows_page(report, outcome=Outcome.FITS)

    assert [len(first.items), len(second.items), second.next] == [2, 1, None]
    assert [row.row.version for row in fitting.items] == [version]


def test_same_question_twice_is_one_report_and_three_are_too_many(partner):
    first, same = ask(partner), ask(partner)
    ask(partner, "own-shop")

    assert first == same
    with pytest.raises(feasibility.TooManyReports, match="wait until one is finished"):
        ask(partner, "print")
    assert FeasibilityReport.objects.count() == 2


def test_report_of_another_company_is_not_there(partner):
    report = ask(partner)

    with pytest.raises(NotFound):
        feasibility.get(make_partner(), report.public_id)


def test_report_without_pictures_is_finished_at_once(partner):
    report = ask(partner)

    feasibility.work(now=timezone.now())

    reading = feasibility.get(partner, report.public_id)
    assert (reading.total, reading.is_finished) == (0, True)
