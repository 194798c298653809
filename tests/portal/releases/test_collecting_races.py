"""Collecting beside everybody else, with real threads: nobody gets half a file, and nothing named is lost."""

import hashlib
import io
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError, connection
from django.test import RequestFactory
from django.utils import timezone

from portal.downloads.serving import serve
from portal.packs import services as packs
from portal.packs.making import make_missing
from portal.packs.models import PackFile
from portal.releases import collecting
from portal.renditions import services, store
from portal.renditions.models import Rendition, StoredFile
from portal.renditions.selectors import revision_for
from portal.renditions.source import get_source
from tests.builders import current_version, make_community, make_partner, picture, release_one
from tests.portal.packs.builders import later, make_pack, pick
from tests.portal.releases.keeping import LONG_AGO, Cutting, age, cut, in_thread, is_there

pytestmark = pytest.mark.django_db(transaction=True)
AFTER_THE_GRACE = collecting.GRACE + timedelta(minutes=1)


class SlowToRemove(FileSystemStorage):
    """A storage whose removals take as long as a test wants, as those of a distant one do."""

    removing = threading.Event()
    go_on = threading.Event()

    def delete(self, name):
        self.removing.set()
        assert self.go_on.wait(30)
        super().delete(name)


@pytest.fixture
def slow(settings, tmp_path):
    """``STORAGES["renditions"]`` waits in the middle of a removal."""
    settings.STORAGES = {
        **settings.STORAGES,
        "renditions": {
            "BACKEND": f"{__name__}.SlowToRemove",
            "OPTIONS": {"location": str(tmp_path / "renditions"), "base_url": None},
        },
    }
    SlowToRemove.removing.clear()
    SlowToRemove.go_on.clear()
    yield SlowToRemove
    SlowToRemove.go_on.set()


@pytest.fixture
def source(settings):
    settings.RENDITION_SOURCE = "tests.portal.releases.keeping.Cutting"
    get_source.cache_clear()
    Cutting.look = Cutting.calls = 0
    yield Cutting
    get_source.cache_clear()


def condemned(row: Rendition) -> None:
    age(row)
    StoredFile.objects.filter(sha256=row.sha256).update(condemned_at=timezone.now() - LONG_AGO)


def collect() -> collecting.Collected:
    return collecting.collect(now=timezone.now(), walk=False)


def content_of(row: Rendition) -> bytes:
    with store.open_bytes(row.sha256) as file:
        return file.read()


def test_a_download_that_streams_reads_to_the_end_while_its_bytes_go():
    row = cut("a", content=bytes(range(256)) * 4096)
    condemned(row)
    answer = serve(RequestFactory().get("/"), row, name="a.webp")
    chunks = iter(answer)
    first = next(chunks)

    done = collect()

    assert (done.removed, is_there(row)) == (1, False)
    assert hashlib.sha256(first + b"".join(chunks)).hexdigest() == row.sha256


def test_the_same_bytes_put_while_they_are_removed_are_there_afterwards(slow):
    content = picture(colour="teal")
    row = cut("a", content=content)
    condemned(row)

    with ThreadPoolExecutor(2) as pool:
        removal = pool.submit(in_thread(collect))
        assert slow.removing.wait(30)
        putting = pool.submit(in_thread(lambda: store.put(row.sha256, io.BytesIO(content))))
        time.sleep(0.3)
        waited = not putting.done()
        slow.go_on.set()
        putting.result(30)
        assert removal.result(30).removed == 1

    assert waited, "it must not look for the bytes while they are being removed"
    assert is_there(row) and hashlib.sha256(content_of(row)).hexdigest() == row.sha256
    assert StoredFile.objects.get(sha256=row.sha256).condemned_at is None


def test_who_asks_while_the_bytes_are_removed_gets_them_made_anew(slow, source):
    version = current_version(release_one("/P/a.jpg"))
    asked = {"version": version, "revision": revision_for(version, "web-1200"), "now": timezone.now()}
    row = services.ensure(**asked)
    condemned(row)

    with ThreadPoolExecutor(2) as pool:
        removal = pool.submit(in_thread(collect))
        assert slow.removing.wait(30)
        asking = pool.submit(in_thread(lambda: services.ensure(**asked)))
        time.sleep(0.3)
        slow.go_on.set()
        got, done = asking.result(30), removal.result(30)

    assert (done.removed, source.calls) == (1, 2)
    assert (got.sha256, got.state) == (row.sha256, "ready")
    assert is_there(got)


def test_a_collector_that_is_killed_while_it_removes_loses_nothing(slow, source):
    version = current_version(release_one("/P/a.jpg"))
    asked = {"version": version, "revision": revision_for(version, "web-1200"), "now": timezone.now()}
    row = services.ensure(**asked)
    condemned(row)

    def killed() -> None:
        with pytest.raises(DatabaseError):
            collect()

    with ThreadPoolExecutor(1) as pool:
        dying = pool.submit(in_thread(killed))
        assert slow.removing.wait(30)
        with connection.cursor() as cursor:
            # The one that holds a row of the store locked.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state = 'idle in transaction'"
            )
        slow.go_on.set()
        dying.result(30)

    # Its file is gone, its transaction is not: whoever asks has it made again.
    assert not is_there(row) and Rendition.objects.get(pk=row.pk).state == "ready"
    assert services.ensure(**asked).sha256 == row.sha256
    assert is_there(row)


def test_a_manifest_being_made_beside_collecting_names_bytes_that_are_there(source, monkeypatch):
    """Hammered: bytes are old and condemned over and over, a collector without patience runs beside."""
    monkeypatch.setattr(collecting, "GRACE", timedelta(0))
    partner = make_partner()
    pack = make_pack(make_community(partner, folder="/P"))
    assets = [release_one(f"/P/{n}.jpg", uuid=f"u{n}") for n in range(12)]
    for asset in assets:
        version = current_version(asset)
        services.ensure(version=version, revision=revision_for(version, "web-1200"), now=timezone.now())
    pick(pack, assets)
    version = packs.begin_version(pack=pack, now=timezone.now())
    age()
    stop = threading.Event()
    removed = []

    def collecting_all_the_time() -> None:
        dice = random.Random(7)
        while not stop.is_set():
            removed.append(collect().removed)
            time.sleep(dice.random() / 100)

    with ThreadPoolExecutor(3) as pool:
        busy = [pool.submit(in_thread(collecting_all_the_time)) for _ in range(2)]
        try:
            time.sleep(0.05)
            while PackFile.objects.filter(sha256="").exists():
                later(version)
                make_missing(version.files.all(), now=timezone.now())
                time.sleep(0.01)
            for _ in range(5):
                # Old and condemned once more, now that they are named.
                age()
                StoredFile.objects.update(condemned_at=timezone.now() - LONG_AGO)
                time.sleep(0.1)
        finally:
            stop.set()
        for one in busy:
            one.result(60)

    named = list(PackFile.objects.values_list("sha256", flat=True))
    assert len(named) == 12 and sum(removed) > 0, "it must have come to a race"
    assert [sha256 for sha256 in named if not store.has(sha256)] == []
