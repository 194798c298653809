"""Prepared downloads take turns: nobody waits for what somebody else asked for, and no file is made by two."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import ClassVar

import pytest

from portal.downloads import jobs
from portal.downloads.choices import JobState, Origin, Via
from portal.downloads.models import ArchiveJob, JobFile
from portal.downloads.services import Taker
from portal.downloads.turns import next_job
from portal.downloads.wishes import Wish
from portal.packs import turns
from portal.renditions.models import Recipe
from portal.renditions.source import Fetched, SourceUnavailable, get_source
from tests.builders import (
    NOON,
    current_version,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release_one,
)
from tests.portal.releases.keeping import in_thread

pytestmark = pytest.mark.django_db


class Source:
    """Notes every file it is asked for by its name, and then does what a test wants."""

    asked: ClassVar[list[str]] = []
    then: ClassVar[Callable[[str], None]]

    def fetch(self, *, version, revision, target):
        name = version.variant.path.rpartition("/")[2]
        self.asked.append(name)
        Source.then(name)
        target.write(picture(kind="WEBP"))
        return Fetched(media_type="image/webp", width=64, height=64)


@pytest.fixture
def source(settings):
    settings.RENDITION_SOURCE = f"{__name__}.Source"
    get_source.cache_clear()
    Source.asked, Source.then = [], lambda name: None
    yield Source
    get_source.cache_clear()


@pytest.fixture
def one_file_a_turn(monkeypatch):
    """However fast or slow the machine is."""
    monkeypatch.setattr(turns, "SLICE_SECONDS", -1.0)


@pytest.fixture(autouse=True)
def _three_at_a_time(monkeypatch):
    monkeypatch.setattr(turns, "_TOGETHER", 3)


class Company:
    def __init__(self, name: str):
        self.name, self.partner, self.count = name, make_partner(name), 0
        make_community(self.partner, folder=f"/{name}")

    def asks_for(self, files: int, *, are_made: bool = False) -> ArchiveJob:
        """Begin a download of new files; each company's later than what was begun before."""
        wishes = []
        for _ in range(files):
            self.count += 1
            name = f"{self.name}{self.count}"
            asset = release_one(f"/{self.name}/{name}", uuid=name)
            if are_made:
                make_rendition(current_version(asset))
            wishes.append(Wish(asset.variants.get().pk, Recipe.objects.get(key="web-1200").pk))
        self.last = jobs.begin(
            partner=self.partner,
            taker=Taker("system", Via.API),
            wishes=wishes,
            origin=Origin.API,
            now=NOON + timedelta(seconds=ArchiveJob.objects.count()),
        )
        return self.last


def state(job: ArchiveJob) -> str:
    return ArchiveJob.objects.get(pk=job.pk).state


def later(job: ArchiveJob) -> None:
    """Let the moment go by for which files are left alone that somebody has begun with."""
    for file in job.files.filter(tried_at__isnull=False):
        JobFile.objects.filter(pk=file.pk).update(tried_at=file.tried_at - turns.AGAIN * 2)


def turns_taken(count: int) -> list[int]:
    return [job.pk for job in (next_job() for _ in range(count)) if job is not None]


def test_small_download_is_ready_while_another_companys_large_one_is_being_made(source, one_file_a_turn):
    large = Company("Large").asks_for(6)
    small = Company("Small").asks_for(3, are_made=True)
    ready_at = []
    source.then = lambda name: ready_at.append(state(small))

    assert jobs.work(now=NOON, seconds=600) == 2

    assert len(source.asked) == 6 and state(large) == JobState.READY
    assert ready_at.index(JobState.READY) == 3, "one file of each in turn"


def test_download_whose_files_are_all_there_ends_in_its_first_turn(source):
    Company("Large").asks_for(3)
    small = Company("Small").asks_for(5, are_made=True)

    assert jobs.prepare(job=small, now=NOON, until=None)
    assert (state(small), source.asked) == (JobState.READY, [])


def test_companies_take_turns_and_then_their_downloads(source):
    many, single = Company("Many"), Company("Single")
    first, second, third = (many.asks_for(1).pk for _ in range(3))
    other = single.asks_for(1).pk

    assert turns_taken(7) == [first, other, second, other, third, other, first]


def test_turn_of_a_download_that_has_ended_counts_for_its_company(source):
    many, single = Company("Many"), Company("Single")
    many.asks_for(1, are_made=True)
    waiting = many.asks_for(1)
    other = single.asks_for(1)
    jobs.prepare(job=next_job(), now=NOON)

    assert turns_taken(2) == [other.pk, waiting.pk]


def test_two_workers_at_one_download_never_take_the_same_file(source):
    job = Company("Large").asks_for(4)

    one, other = turns.files_to_make(job.files.all()), turns.files_to_make(job.files.all())
    taken = [next(one), next(other), *islice(one, 9), *islice(other, 9)]

    assert len(taken) == len(set(taken)) == 4
    assert next_job() is None, "all of it is in somebody's hands"


def test_files_of_a_worker_that_died_are_taken_by_the_next_one(source):
    job = Company("Large").asks_for(5)
    next(turns.files_to_make(job.files.all()))
    assert len(list(turns.files_to_make(job.files.all()))) == 2
    later(job)

    assert jobs.work(now=NOON, seconds=600) == 1
    assert state(job) == JobState.READY


def test_what_a_turn_did_not_come_to_is_free_at_once(source):
    job = Company("Large").asks_for(4)

    assert not jobs.prepare(job=job, now=NOON, until=0.0)

    files = list(job.files.order_by("position"))
    assert [bool(file.sha256) for file in files] == [True, False, False, False]
    assert [file.tried_at for file in files[1:]] == [None] * 3
    assert next_job() == job


def test_file_that_is_not_to_be_had_now_holds_up_none_behind_it(source, one_file_a_turn):
    job = Company("Large").asks_for(4)

    def away(name: str) -> None:
        if name == "Large1":
            raise SourceUnavailable("away", retry_after=60)

    source.then = away

    assert jobs.work(now=NOON, seconds=600) == 0
    assert source.asked == ["Large1", "Large2", "Large3", "Large4"], "each once"
    source.then = lambda name: None
    later(job)
    assert jobs.work(now=NOON, seconds=600) == 1
    assert source.asked[4:] == ["Large1"]


def test_download_that_meets_a_mistake_of_ours_is_tried_once_a_round_and_others_go_on(source, caplog):
    broken = Company("Broken").asks_for(3)
    # More bytes in all than a row can say.
    broken.files.update(sha256="a" * 64, size=2**62)
    other = Company("Other").asks_for(2)

    assert jobs.work(now=NOON, seconds=60) == 1

    assert (state(broken), state(other)) == (JobState.PREPARING, JobState.READY)
    said = [line for line in caplog.messages if broken.public_id in line]
    assert said == [f"prepared download {broken.public_id} could not be worked on"]


@pytest.mark.django_db(transaction=True)
def test_four_workers_together_make_each_file_once_and_end_each_download_once(source):
    large = Company("Large").asks_for(9)
    small = [Company(f"Small{n}x").asks_for(2) for n in range(3)]

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(in_thread(lambda: jobs.work(now=NOON, seconds=600))) for _ in range(4)]
        ended = [worker.result(300) for worker in workers]

    # What a worker left to another at the very end is a matter of the next round.
    for job in (large, *small):
        later(job)
    ended.append(jobs.work(now=NOON, seconds=600))
    assert {state(job) for job in (large, *small)} == {JobState.READY}
    assert sum(ended) == 4
    assert set(Counter(source.asked).values()) == {1}
