"""The walk over the files themselves: nothing half, strange or missing, and never other bytes in silence."""

import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from portal.core import today
from portal.downloads import archives
from portal.packs import bag, selectors
from portal.packs import services as packs
from portal.releases import collecting, walking
from portal.releases import services as releases
from portal.renditions import services, store, stored
from portal.renditions.models import Rendition, StoredFile
from portal.renditions.selectors import revision_for
from tests.builders import (
    NOON,
    current_version,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release_one,
)
from tests.portal.packs.builders import issue, make_pack, pick
from tests.portal.releases.keeping import age, cut, is_there
from tests.portal.releases.test_collecting import source  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "renditions"


@pytest.fixture
def shop(source):  # noqa: F811
    """A pack of one file that was really cut."""
    partner = make_partner()
    pack = make_pack(make_community(partner, folder="/P"))
    asset = release_one("/P/a.jpg", uuid="a")
    version = current_version(asset)
    row = services.ensure(version=version, revision=revision_for(version, "web-1200"), now=timezone.now())
    pick(pack, [asset])
    issue(pack)
    return partner, pack, row


def path_of(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256[2:4] / sha256


def put_file(folder: Path, name: str, content: bytes, *, age: timedelta) -> Path:
    path = folder / "ab" / "cd" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))
    return path


def walk(now=None) -> walking.Walked:
    return walking.walk(now=now or timezone.now(), until=float("inf"))


def test_halves_go_once_they_lost_their_writer_and_what_is_not_ours_stays(folder):
    old = put_file(folder, ".half-x1", b"half", age=timedelta(minutes=61))
    fresh = put_file(folder, ".half-x2", b"half", age=timedelta(minutes=59))
    copy = put_file(folder, f"{'abcd' + 'e' * 60}_a1B2c3D", b"copy", age=DAY * 2)
    foreign = put_file(folder, "notes.txt", b"somebody else's", age=DAY * 900)

    done = walk()

    assert (done.halves, done.is_over, done.places) == (2, True, 256)
    assert (old.exists(), fresh.exists(), copy.exists(), foreign.exists()) == (False, True, False, True)


def test_a_file_no_row_knows_goes_after_the_grace_and_never_before_its_row_could_come(folder):
    content = picture(colour="pink")
    row = cut("known", content=content)
    StoredFile.objects.all().delete()
    Rendition.objects.all().delete()
    path = path_of(folder, row.sha256)

    first = walk()
    then = time.time() - DAY.total_seconds() - 60
    os.utime(path, (then, then))
    second = walk(timezone.now() + DAY * 2)
    collecting.collect(now=timezone.now(), walk=False)
    in_grace = path.exists()
    collecting.collect(now=timezone.now() + DAY * 5, walk=False)

    assert (first.strange, second.strange, in_grace, path.exists()) == (0, 1, True, False)


def test_a_named_file_that_lost_its_row_gets_it_back(folder, shop):
    _partner, _pack, row = shop
    StoredFile.objects.all().delete()
    then = time.time() - DAY.total_seconds() * 9
    os.utime(path_of(folder, row.sha256), (then, then))

    walk()
    collecting.collect(now=timezone.now() + DAY * 5, walk=False)

    assert StoredFile.objects.get().condemned_at is None
    assert is_there(row)


def test_lost_bytes_are_fetched_again_the_same_to_the_byte(folder, shop):
    *_rest, row = shop
    age(row)
    path_of(folder, row.sha256).unlink()

    done = walk()

    assert (done.missing, done.repaired) == (1, 1)
    assert is_there(row) and stored.missing(limit=9) == []


def test_damaged_bytes_are_taken_away_and_fetched_again(folder, shop):
    *_rest, row = shop
    path = path_of(folder, row.sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9])

    done = walk()

    assert (done.missing, done.repaired) == (1, 1)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == row.sha256


def test_bytes_that_come_back_different_stand_parked_and_nobody_gets_them(folder, shop, source):  # noqa: F811
    partner, pack, row = shop
    age(row)
    path_of(folder, row.sha256).unlink()
    source.look = 1

    walk()
    collecting.collect(now=timezone.now(), walk=False)
    found = Rendition.objects.get(pk=row.pk)
    with pytest.raises(services.CameBackDifferent):
        services.ensure(version=row.version, revision=row.revision, now=timezone.now())
    version = selectors.get_version(partner, pack.public_id, at=NOON)
    archive = bag.full(version, selectors.items_of(version))
    with pytest.raises(archives.FilesLost) as refused:
        archives.check(partner=partner, archive=archive, now=NOON)

    assert (found.state, found.sha256) == ("altered", row.sha256)
    assert row.sha256[:12] in found.problem
    assert refused.value.extra == {"files": ["a-web-1200.webp"]}
    titles = [matter.title for matter in today.collect(now=timezone.now()).matters]
    assert "1 lost file came back as other bytes" in titles and "1 file is missing from the store" in titles


def test_accepted_the_other_bytes_come_in_a_new_version_of_the_pack(folder, shop, source):  # noqa: F811
    partner, pack, row = shop
    age(row)
    path_of(folder, row.sha256).unlink()
    source.look = 1
    walk()

    count = releases.accept_other_bytes(renditions=[row.pk], now=NOON, actor="staff")
    packs.work(now=NOON)
    version = selectors.get_version(partner, pack.public_id, at=NOON)
    item = selectors.items_of(version)[0]

    assert (count, version.number) == (1, 2)
    assert item.sha256 != row.sha256 and store.has(item.sha256)
    assert Rendition.objects.get(pk=row.pk).former == [row.sha256]
    archives.check(partner=partner, archive=bag.full(version, [item]), now=NOON)


def test_bytes_brought_back_from_a_backup_end_the_trouble(folder, shop, source):  # noqa: F811
    *_rest, row = shop
    content = path_of(folder, row.sha256).read_bytes()
    age(row)
    path_of(folder, row.sha256).unlink()
    source.look = 1
    walk()

    path_of(folder, row.sha256).write_bytes(content)
    walk(timezone.now() + DAY * 2)

    again = services.ensure(version=row.version, revision=row.revision, now=timezone.now())
    assert (again.state, again.sha256, again.problem) == ("ready", row.sha256, "")
    assert stored.missing(limit=9) == []


def test_lost_bytes_that_nothing_names_are_let_go(folder):
    row = cut("a")
    age()
    path_of(folder, row.sha256).unlink()

    walk()
    collecting.collect(now=timezone.now() + DAY * 5, walk=False)

    assert Rendition.objects.get().state == "away" and not StoredFile.objects.exists()


def test_the_walk_goes_on_where_it_was_and_is_made_once_a_day(folder):
    until = time.monotonic()
    now = timezone.now()
    StoredFile.objects.all().delete()

    none = walking.walk(now=now, until=until - 1)
    whole = walk(now)
    again = walk(now + timedelta(hours=23))
    tomorrow = walk(now + timedelta(hours=25))

    assert [one.places for one in (none, whole, again, tomorrow)] == [0, 256, 0, 256]


def test_the_walk_survives_being_killed_in_the_middle(folder, monkeypatch):
    seen: list[str] = []
    really = store.listed

    def listed(place: str):
        seen.append(place)
        if place == "07" and seen.count("07") == 1:
            raise KeyboardInterrupt
        return really(place)

    monkeypatch.setattr(store, "listed", listed)
    with pytest.raises(KeyboardInterrupt):
        walk()
    walk()

    assert seen[:8] == [f"{n:02x}" for n in range(8)]
    assert seen[8] == "07" and seen[-1] == "ff", "the place it died in is looked at again"


def test_the_store_refuses_to_remove_what_has_a_row(folder):
    row = make_rendition(current_version(release_one("/P/a.jpg")))
    with store.open_bytes(row.sha256) as file:
        store.put(row.sha256, io.BytesIO(file.read()))
    [found] = [one for place in store.PLACES for one in store.listed(place)]

    with pytest.raises(ValueError, match="have a row"):
        store.remove_rest(found)
