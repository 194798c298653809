"""When a pack is due for a new version: each cause once, and what was made for a version in work is not thrown away."""

from datetime import timedelta

import pytest

from portal.activity.models import Activity
from portal.packs import due, services
from portal.packs.choices import VersionState
from portal.packs.models import Pack, PackVersion
from portal.renditions.models import StoredFile
from portal.renditions.source import SourceUnavailable
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    make_community,
    make_partner,
    make_rendition,
    release,
    release_one,
)
from tests.portal.packs.builders import issue, later, make_pack, pick

pytestmark = pytest.mark.django_db
END = NOON + timedelta(minutes=30)
TICK = timedelta(seconds=3)
AWAY = SourceUnavailable("no answer")


class Shelf:
    """A pack of two files: the rights to ``a.jpg`` end, ``b.jpg`` is replaced by one that has not been cut."""

    def __init__(self):
        community = make_community(make_partner(), folder="/P")
        self.pack = make_pack(community)
        assets = [release_one("/P/a.jpg", uuid="a1", rights_end=END), release_one("/P/b.jpg", uuid="b1")]
        for asset in assets:
            make_rendition(current_version(asset))
        pick(self.pack, assets)
        issue(self.pack)

    def replace_b(self, number: int = 2) -> None:
        at = NOON + number * TICK
        facts = {"uuid": f"b{number}", "previous_uuids": [f"b{number - 1}"], "modified_at": at}
        release_one("/P/b.jpg", now=at, **facts)

    def tick(self, now) -> int:
        """What the timetable does; returns how many packs are due by the end of rights."""
        found = due.note_ended(now=now)
        services.work(now=now)
        return found

    @property
    def in_work(self) -> PackVersion | None:
        return PackVersion.objects.exclude(state=VersionState.ISSUED).first()

    @property
    def number(self) -> int:
        return Pack.objects.get().current.number


@pytest.fixture
def desk(source):
    return Shelf()


def begun() -> int:
    return Activity.objects.filter(verb="pack.version_begun").count()


# -- The end of rights -------------------------------------------------------------------------------------------------
def test_end_of_rights_begins_one_version_though_that_one_fails(desk, source):
    source.refuses = {"b.jpg"}
    desk.replace_b()
    services.work(now=NOON)
    before = begun()

    found = [desk.tick(END + number * TICK) for number in range(4)]

    assert found == [1, 0, 0, 0]
    assert desk.in_work.state == VersionState.FAILED
    assert begun() == before + 1
    assert Activity.objects.filter(verb="pack.version_failed").count() == 2


def test_version_without_the_ended_file_is_finished_however_long_it_takes(desk, source):
    source.trouble = AWAY
    desk.replace_b()
    services.work(now=NOON)

    found = [desk.tick(END + number * TICK) for number in range(3)]
    kept = desk.in_work
    source.trouble = None
    later(kept)
    services.work(now=END + 4 * TICK)

    assert found == [1, 0, 0]
    assert desk.number == 2 and Pack.objects.get().current == kept
    assert [file.name for file in kept.files.all()] == ["b-web-1200.webp"]


def test_worker_that_finishes_in_the_moment_of_a_tick_issues_its_version(desk, source):
    source.trouble = AWAY
    desk.replace_b()
    desk.tick(END)
    version, source.trouble = desk.in_work, None
    later(version)

    due.note_ended(now=END + TICK)

    assert services.prepare(version=version, now=END + TICK)


def test_file_whose_rights_end_while_its_version_is_prepared_is_not_issued(desk, source):
    source.trouble = AWAY
    desk.replace_b()
    services.work(now=NOON)
    source.trouble = None

    assert due.note_ended(now=END - TICK) == 0
    assert desk.tick(END) == 1
    assert [file.name for file in Pack.objects.get().current.files.all()] == ["b-web-1200.webp"]
    assert desk.number == 2


# -- Any other news ----------------------------------------------------------------------------------------------------
def reworded(number: int) -> None:
    """News about a file that change nothing of what a pack holds."""
    at = NOON + number * TICK
    facts = {"uuid": "a1", "rights_end": END, "tags": [f"word {number}"], "modified_at": at}
    release(file_fact("/P/a.jpg", **facts), now=at)


def test_news_that_change_nothing_leave_the_version_in_work(desk, source):
    source.trouble = AWAY
    desk.replace_b()
    services.work(now=NOON)
    version, before = desk.in_work, begun()

    for number in range(1, 4):
        reworded(number)
        assert Pack.objects.get().due_since is not None
        services.work(now=NOON + number * TICK)

    assert desk.in_work == version and begun() == before
    assert Pack.objects.get().due_since is None


def test_news_that_change_nothing_leave_a_failed_version_until_somebody_tries_again(desk, source):
    source.refuses = {"b.jpg"}
    desk.replace_b()
    services.work(now=NOON)
    version, before = desk.in_work, begun()

    for number in range(1, 4):
        reworded(number)
        services.work(now=NOON + number * TICK)

    assert desk.in_work == version and begun() == before

    services.try_again(version=version, now=NOON + 5 * TICK, actor="system")

    assert desk.in_work != version and begun() == before + 1
    assert desk.in_work.state == VersionState.PREPARING


def test_failed_version_is_begun_anew_by_news_once_its_file_is_no_longer_refused(desk, source):
    source.refuses = {"b.jpg"}
    desk.replace_b()
    services.work(now=NOON)
    later = NOON + timedelta(days=400)
    source.refuses = set()

    release(file_fact("/P/a.jpg", uuid="a1", tags=["reworded"], modified_at=later), now=later)
    services.work(now=later)

    assert desk.number == 2


def test_version_that_is_begun_anew_keeps_what_was_made_for_it(desk, source):
    source.trouble = AWAY
    desk.replace_b()
    services.work(now=NOON + 2 * TICK)
    first = desk.in_work
    made = first.files.get(name="a-web-1200.webp")

    desk.replace_b(3)
    second = services.begin_version(pack=desk.pack, now=NOON + 3 * TICK)

    kept = ("sha256", "size", "crc32", "media_type")
    assert second != first and made.sha256
    assert list(second.files.values_list("name", *kept)) == [
        ("a-web-1200.webp", *(getattr(made, name) for name in kept)),
        ("b-web-1200.webp", "", None, None, ""),
    ]


def test_bytes_that_were_lost_meanwhile_are_not_kept(desk, source):
    source.trouble = AWAY
    desk.replace_b()
    services.work(now=NOON)
    made = desk.in_work.files.get(name="a-web-1200.webp").sha256
    assert StoredFile.objects.filter(sha256=made).update(missing_since=NOON) == 1

    version = services.begin_version(pack=desk.pack, now=NOON + TICK)

    assert [file.sha256 for file in version.files.all()] == ["", ""]
