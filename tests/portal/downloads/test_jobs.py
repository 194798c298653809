"""Prepared downloads: complete or failed, named what is left out, told when over."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.catalog.choices import Withdrawal
from portal.core.errors import Gone
from portal.downloads import archives, job_selectors, jobs
from portal.downloads.choices import JobState, Origin, Via
from portal.downloads.job_archive import archive_of
from portal.downloads.models import ArchiveJob, Download
from portal.downloads.services import Taker
from portal.downloads.wishes import Standing, Wish, examine
from portal.renditions.choices import RenditionState
from portal.renditions.models import Recipe, Rendition
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    release,
    release_one,
)
from tests.portal.renditions.test_protection import OUTSIDE, draw, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/P")
    return partner


@pytest.fixture
def user(partner):
    return make_user(partner, email="jana@company.example")


def wish(asset, recipe="web-1200", version=None) -> Wish:
    variant = asset.variants.get()
    return Wish(variant.pk, Recipe.objects.get(key=recipe).pk, version and version.pk, asset.title)


def test_size_that_would_cut_a_zone_is_left_out_and_says_why(partner, user):
    assets = [release_one(f"/P/{name}.jpg", width=1600, height=1200) for name in "ab"]
    square()
    draw(current_version(assets[0]), OUTSIDE)

    cut, whole, fine = examine(
        partner, [wish(assets[0], "square"), wish(assets[0]), wish(assets[1], "square")], at=NOON
    )

    assert (cut.standing, whole.standing, fine.standing) == (Standing.NO_SIZE, Standing.READY, Standing.READY)
    assert "label, logo or certification marks" in cut.why and cut.version is None


def begin(partner, user, wishes, **more) -> ArchiveJob:
    taker = Taker(f"user:{user.public_id}", Via.PAGE, user)
    return jobs.begin(partner=partner, taker=taker, wishes=wishes, origin=Origin.BASKET, now=NOON, **more)


def withdraw(path: str, uuid: str) -> None:
    later = NOON + timedelta(hours=1)
    release(
        file_fact(path, uuid=uuid, approved=False, approval_word="REJECTED", modified_at=later), now=later
    )


def made(*names: str):
    assets = [release_one(f"/P/{name}", uuid=name) for name in names]
    for asset in assets:
        make_rendition(current_version(asset))
    return assets


def test_every_kind_of_wish_is_told_apart(partner):
    ready, replaced, gone, early = made("ready.jpg", "old.jpg", "gone.jpg", "early.jpg")
    first = current_version(replaced)
    release_one("/P/old.jpg", uuid="new", previous_uuids=("old.jpg",), modified_at=NOON + timedelta(hours=1))
    withdraw("/P/gone.jpg", "gone.jpg")
    release(
        file_fact(
            "/P/early.jpg",
            uuid="early.jpg",
            rights_start=NOON + timedelta(days=9),
            modified_at=NOON + timedelta(hours=1),
        )
    )
    foreign = release_one("/Elsewhere/theirs.jpg")

    wishes = [wish(ready), wish(replaced, version=first), wish(gone), wish(early), wish(foreign)]
    found = examine(partner, [*wishes, wish(ready, "video-720")], at=NOON + timedelta(hours=2))

    assert [one.standing for one in found] == [
        Standing.READY,
        Standing.REPLACED,
        Standing.WITHDRAWN,
        Standing.NOT_YET,
        Standing.NOT_YOURS,
        Standing.NO_SIZE,
    ]
    assert [bool(one.why) for one in found] == [False, True, True, True, True, True]
    assert found[4].variant is None, "of another company's file not even the name is shown"


def test_examining_many_costs_as_many_questions_as_one(partner):
    assets = made(*(f"{n}.jpg" for n in range(8)))
    with CaptureQueriesContext(connection) as few:
        examine(partner, [wish(assets[0])], at=NOON)
    wishes = [wish(asset) for asset in assets]
    with CaptureQueriesContext(connection) as many:
        examine(partner, wishes, at=NOON)

    # ``wish`` itself asks twice for the few.
    assert len(many) <= len(few)


def test_archive_of_a_job_holds_every_file_and_their_digests(partner, user):
    assets = made("a.jpg", "b.jpg")
    job = begin(partner, user, [wish(asset) for asset in assets])

    assert jobs.work(now=NOON) == 1
    job.refresh_from_db()
    archive = archive_of(job, job_selectors.items_of(job))
    taker = Taker(f"user:{user.public_id}", Via.PAGE, user)
    sent = b"".join(archives.Sending(archive, partner=partner, taker=taker))

    assert job.state == JobState.READY
    assert len(sent) == archive.layout.length
    with zipfile.ZipFile(io.BytesIO(sent)) as unpacked:
        assert unpacked.testzip() is None
        root = unpacked.namelist()[0].split("/")[0]
        sums = unpacked.read(f"{root}/SHA256SUMS.txt").decode().splitlines()
        assert [line.partition("  ")[2] for line in sums] == ["a-v1-web-1200.webp", "b-v1-web-1200.webp"]
    assert Download.objects.filter(partner=partner).count() == 2


def test_job_with_a_file_that_cannot_be_made_fails_and_names_it(partner, user):
    good, bad = made("good.jpg", "bad.jpg")
    Rendition.objects.filter(version=current_version(bad)).update(state=RenditionState.FAILED, made_at=NOON)
    job = begin(partner, user, [wish(good), wish(bad)])

    jobs.work(now=NOON)
    [line] = job_selectors.jobs_of(partner)

    assert line.job.state == JobState.FAILED
    assert line.problems == ["bad-v1-web-1200.webp"]
    assert job.files.count() == 2, "nothing is dropped to make it look whole"


def test_what_cannot_be_had_is_named_and_nothing_at_all_is_refused(partner, user):
    good, gone = made("good.jpg", "gone.jpg")
    withdraw("/P/gone.jpg", "gone.jpg")

    job = begin(partner, user, [wish(good), wish(gone)])

    assert [line["title"] for line in job.left_out] == ["gone"]
    assert job.left_out[0]["why"].startswith("The brand has withdrawn its approval")
    with pytest.raises(jobs.NothingToPrepare):
        begin(partner, user, [wish(gone)])


def test_file_withdrawn_after_preparing_keeps_the_archive_from_leaving(partner, user):
    assets = made("a.jpg", "b.jpg")
    job = begin(partner, user, [wish(asset) for asset in assets])
    jobs.work(now=NOON)
    withdraw("/P/b.jpg", "b.jpg")
    job.refresh_from_db()
    archive = archive_of(job, job_selectors.items_of(job))

    with pytest.raises(Gone) as refused:
        archives.check(partner=partner, archive=archive, now=NOON + timedelta(hours=2))

    assert refused.value.extra["reason"] == Withdrawal.APPROVAL
    assert refused.value.extra["files"] == ["b-v1-web-1200.webp"]


def test_same_names_and_names_that_differ_in_case_get_names_of_their_own(partner, user):
    assets = made("One/a.jpg", "Two/a.jpg", "Three/A.jpg")

    job = begin(partner, user, [wish(asset) for asset in assets])
    names = list(job.files.order_by("position").values_list("name", flat=True))

    assert len({name.casefold() for name in names}) == 3
    assert names == sorted(names, key=str.encode)


def test_person_who_wants_to_know_is_told_once(partner, user):
    [asset] = made("a.jpg")
    begin(partner, user, [wish(asset)], wants_mail=True)
    begin(partner, user, [wish(asset)])

    jobs.work(now=NOON)
    jobs.work(now=NOON)

    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([user.email], "Norrvik: your download is ready")
    ]
    assert f"/o/{partner.slug}/downloads/" in mail.outbox[0].body


def test_mail_the_server_does_not_take_is_tried_again_later(partner, user, monkeypatch):
    [asset] = made("a.jpg")
    job = begin(partner, user, [wish(asset)], wants_mail=True)
    with monkeypatch.context() as away:
        away.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _refuse)
        jobs.work(now=NOON)
    jobs.work(now=NOON + timedelta(minutes=1))
    early = len(mail.outbox)

    jobs.work(now=NOON + timedelta(minutes=6))

    job.refresh_from_db()
    assert (early, len(mail.outbox), job.mail_due_at) == (0, 1, None)


def _refuse(*_args):
    raise OSError("the mail server is away")


def test_old_jobs_are_forgotten_and_what_was_taken_is_not(partner, user, settings):
    [asset] = made("a.jpg")
    job = begin(partner, user, [wish(asset)])
    jobs.work(now=NOON)
    job.refresh_from_db()
    archive = archive_of(job, job_selectors.items_of(job))
    b"".join(archives.Sending(archive, partner=partner, taker=Taker("client:x", Via.API)))

    assert jobs.forget(now=NOON + timedelta(days=settings.ARCHIVE_JOBS_KEPT_DAYS)) == 0
    assert jobs.forget(now=NOON + timedelta(days=settings.ARCHIVE_JOBS_KEPT_DAYS, seconds=1)) == 1
    assert Download.objects.count() == 1
