"""Packs take turns: a small one does not wait until a large one is through, and no file is made by two."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import pytest

from portal.packs import due, services, turns
from portal.packs.choices import VersionState
from portal.packs.models import Pack, PackFile, PackVersion
from portal.renditions.source import SourceUnavailable, get_source
from tests.builders import NOON, make_community, make_partner, release_one
from tests.portal.packs.builders import later, make_pack, pick
from tests.portal.packs.conftest import Drawing
from tests.portal.releases.keeping import in_thread

pytestmark = pytest.mark.django_db


class Noting(Drawing):
    """Notes every file it is asked for by its name, and then does what a test wants."""

    asked: ClassVar[list[str]] = []
    then: ClassVar[Callable[[str], None]]

    def fetch(self, *, version, revision, target):
        name = version.variant.path.rpartition("/")[2]
        self.asked.append(name)
        Noting.then(name)
        return super().fetch(version=version, revision=revision, target=target)


@pytest.fixture(autouse=True)
def source(settings, monkeypatch):
    settings.RENDITION_SOURCE = f"{__name__}.Noting"
    get_source.cache_clear()
    Noting.asked, Noting.then = [], lambda name: None
    monkeypatch.setattr(turns, "_TOGETHER", 3)
    yield Noting
    get_source.cache_clear()


@pytest.fixture
def one_file_a_turn(monkeypatch):
    """However fast or slow the machine is."""
    monkeypatch.setattr(turns, "SLICE_SECONDS", -1.0)


@pytest.fixture
def community(db):
    return make_community(make_partner(), folder="/P")


def begun(community, name: str, files: int) -> PackVersion:
    """A version in work of a pack of so many files that are all to be made; each begun later than the one before."""
    pack = make_pack(community, title=name)
    pick(pack, [release_one(f"/P/{name}{n}", uuid=f"{name}{n}") for n in range(1, files + 1)])
    version = services.begin_version(pack=pack, now=NOON + timedelta(seconds=PackVersion.objects.count()))
    assert version is not None and version.state == VersionState.PREPARING
    return version


def state(version: PackVersion) -> str:
    return PackVersion.objects.get(pk=version.pk).state


def turns_taken(count: int) -> list[int]:
    return [version.pk for version in (turns.next_version() for _ in range(count)) if version is not None]


def test_small_pack_is_issued_while_a_large_one_begun_before_it_is_being_made(
    community, source, one_file_a_turn
):
    large, small = begun(community, "Large", 12), begun(community, "Small", 3)
    small_at = []
    source.then = lambda name: small_at.append(state(small))

    assert services.work(now=NOON, seconds=600) == 2

    assert len(source.asked) == 15 and state(large) == VersionState.ISSUED
    assert small_at.index(VersionState.ISSUED) == 6, "one file of each in turn"


def test_whoever_waited_longest_is_next_also_when_begun_anew(community):
    first, second, third = (begun(community, name, 2) for name in ("A", "B", "C"))
    assert turns_taken(4) == [first.pk, second.pk, third.pk, first.pk]

    pick(first.pack, [release_one("/P/More", uuid="more")])
    anew = services.begin_version(pack=first.pack, now=NOON)

    assert anew is not None and anew.pk != first.pk
    assert turns_taken(3) == [second.pk, third.pk, anew.pk]


def test_pack_that_news_overtook_gets_no_turns_until_it_is_begun_anew(community):
    version = begun(community, "Overtaken", 1)
    variant = version.files.get().variant
    due.note_files(variants=[variant], now=NOON)
    services.make_missing(version.files.all(), now=NOON)

    assert turns.next_version() is None
    assert services.work(now=NOON, seconds=600) == 1


def test_files_of_a_worker_that_died_are_made_by_the_next_one(community):
    version = begun(community, "Large", 5)
    next(turns.files_to_make(version.files.all()))
    assert services.work(now=NOON, seconds=600) == 0
    assert version.files.exclude(sha256="").count() == 2, "three were in the hands of the one that died"

    later(version)

    assert services.work(now=NOON, seconds=600) == 1


def test_file_that_is_not_to_be_had_now_holds_up_none_behind_it(community, source, one_file_a_turn):
    version = begun(community, "Large", 4)

    def away(name: str) -> None:
        if name == "Large1":
            raise SourceUnavailable("away", retry_after=60)

    source.then = away
    assert services.work(now=NOON, seconds=600) == 0
    assert sorted(source.asked) == ["Large1", "Large2", "Large3", "Large4"], "each once"

    source.then = lambda name: None
    later(version)
    assert services.work(now=NOON, seconds=600) == 1
    assert source.asked[4:] == ["Large1"]


def test_pack_that_meets_a_mistake_of_ours_is_tried_once_a_round_and_others_go_on(community, caplog):
    broken = begun(community, "Broken", 3)
    # More bytes in all than a row can say.
    broken.files.update(sha256="a" * 64, size=2**62)
    other = begun(community, "Other", 2)

    assert services.work(now=NOON, seconds=60) == 1

    assert (state(broken), state(other)) == (VersionState.PREPARING, VersionState.ISSUED)
    said = [line for line in caplog.messages if broken.pack.public_id in line]
    assert said == [f"pack {broken.pack.public_id} could not be worked on"]


@pytest.mark.django_db(transaction=True)
def test_four_workers_together_make_each_file_once_and_issue_each_version_once(community, source):
    versions = [begun(community, "Large", 9), *(begun(community, f"Small{n}x", 2) for n in range(3))]

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(in_thread(lambda: services.work(now=NOON, seconds=600))) for _ in range(4)]
        issued = [worker.result(300) for worker in workers]

    # What a worker left to another at the very end is a matter of the next round.
    for version in versions:
        later(version)
    issued.append(services.work(now=NOON, seconds=600))
    left = PackFile.objects.filter(turns.MISSING).values("name", "tried_at", "pack_version__pack__due_since")
    assert {state(version) for version in versions} == {VersionState.ISSUED}, list(left)
    assert sum(issued) == Pack.objects.count() == 4
    assert set(Counter(source.asked).values()) == {1}


def test_worker_that_was_overtaken_leaves_what_was_issued_meanwhile_as_it_is(community, source):
    version = begun(community, "Slow", 2)

    def others_are_faster(name: str) -> None:
        source.then = lambda name: None
        version.files.update(sha256="a" * 64, size=1, crc32=1, media_type="image/webp")
        assert services.prepare(version=version, now=NOON)

    source.then = others_are_faster
    assert not services.prepare(version=version, now=NOON, until=0.0)

    assert state(version) == VersionState.ISSUED
    assert set(version.files.values_list("sha256", flat=True)) == {"a" * 64}
