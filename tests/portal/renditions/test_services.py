"""Fetched once however many ask, whole or not at all."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import pytest
import pyvips
from django.db import connection
from django.utils import timezone

from portal.core.errors import NotReady
from portal.renditions import services, store
from portal.renditions.models import RecipeRevision, Rendition
from portal.renditions.selectors import revision_for
from portal.renditions.source import Fetched, SourceRefused, SourceUnavailable, get_source
from tests.builders import current_version, release_one


class CountingSource:
    """Cuts a real picture, slowly, and counts how often it was asked."""

    calls: ClassVar[list[float]] = []
    trouble: ClassVar[Exception | None] = None
    lock = threading.Lock()

    def fetch(self, *, version, revision, target):
        with self.lock:
            self.calls.append(time.monotonic())
        time.sleep(0.2)
        if self.trouble is not None:
            raise self.trouble
        image = pyvips.Image.black(revision.width, 40)
        target.write(image.pngsave_buffer() if revision.format == "png" else image.webpsave_buffer())
        return Fetched(media_type=f"image/{revision.format}", width=image.width, height=image.height)


@pytest.fixture
def source(settings):
    settings.RENDITION_SOURCE = f"{__name__}.CountingSource"
    get_source.cache_clear()
    CountingSource.calls = []
    CountingSource.trouble = None
    yield CountingSource
    get_source.cache_clear()


@pytest.fixture
def asked(db):
    version = current_version(release_one("/a.jpg"))
    return {"version": version, "revision": revision_for(version, "web-1200")}


def ensure(asked, **more):
    return services.ensure(**asked, now=timezone.now(), **more)


@pytest.mark.django_db(transaction=True)
def test_twenty_askers_cause_one_fetch_and_get_the_same_bytes(source):
    version = current_version(release_one("/a.jpg"))
    asked = {"version": version, "revision": revision_for(version, "web-1200")}

    def ask(_):
        try:
            return ensure(asked).sha256
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        digests = set(pool.map(ask, range(20)))

    assert len(source.calls) == 1
    assert len(digests) == 1
    assert store.has(digests.pop())


@pytest.mark.django_db(transaction=True)
def test_a_thousand_askers_cause_one_fetch(source):
    version = current_version(release_one("/a.jpg"))
    asked = {"version": version, "revision": revision_for(version, "web-1200")}

    def ask(_):
        try:
            return [ensure(asked).sha256 for _ in range(40)]
        finally:
            connection.close()

    with ThreadPoolExecutor(25) as pool:
        digests = {digest for found in pool.map(ask, range(25)) for digest in found}

    assert (len(source.calls), len(digests)) == (1, 1)


def test_what_leaves_carries_the_rights_and_where_to_check_them(source, db, settings):
    version = current_version(release_one("/a.jpg", copyright="© Norrvik"))
    made = ensure({"version": version, "revision": revision_for(version, "web-1200")})

    with store.open_bytes(made.sha256) as file:
        content = file.read()
    assert "© Norrvik".encode() in content
    assert f"{settings.PORTAL_URL}/v/{version.public_id}/".encode() in content
    assert made.size == len(content)


def test_revision_from_before_carries_nothing(source, asked):
    RecipeRevision.objects.update(carries_rights=False)
    asked["revision"].refresh_from_db()

    with store.open_bytes(ensure(asked).sha256) as file:
        assert b"xmpmeta" not in file.read()


def test_size_that_cannot_be_light_enough_is_refused_and_staff_read_why(source, asked):
    revision, is_new = services.revise(
        recipe=asked["revision"].recipe,
        facts={"width": 1200, "height": 1200, "fit": "bound", "format": "jpeg", "quality": None, "background": "",
               "max_bytes": 500},
        now=timezone.now(),
        actor="test",
    )  # fmt: skip

    with pytest.raises(services.CannotBeMade):
        ensure({**asked, "revision": revision})

    assert is_new
    assert "500 are allowed" in Rendition.objects.get().problem


def test_made_rendition_is_not_fetched_again_unless_its_bytes_are_lost(source, asked, tmp_path):
    first = ensure(asked)
    ensure(asked)
    calls_before = len(source.calls)
    for path in (tmp_path / "renditions").rglob(first.sha256):
        path.unlink()

    again = ensure(asked)

    assert (calls_before, len(source.calls), again.sha256) == (1, 2, first.sha256)
    assert store.has(again.sha256)


def test_refusal_is_believed_for_ten_minutes_and_names_its_reason_to_staff(source, asked):
    source.trouble = SourceRefused("the picture is broken")
    with pytest.raises(services.CannotBeMade):
        ensure(asked)
    with pytest.raises(services.CannotBeMade):
        ensure(asked)
    calls = len(source.calls)
    source.trouble = None

    services.ensure(**asked, now=timezone.now() + services.REFUSAL + timedelta(seconds=1))

    assert calls == 1
    assert Rendition.objects.get().state == "ready"


def test_silent_source_is_asked_again_by_the_next(source, asked):
    source.trouble = SourceUnavailable("no answer", retry_after=7)
    with pytest.raises(NotReady) as caught:
        ensure(asked)
    source.trouble = None

    assert caught.value.retry_after == 7
    assert ensure(asked).state == "ready"


def test_who_finds_somebody_at_work_waits_no_longer_than_asked(source, asked):
    Rendition.objects.create(**asked, claimed_until=timezone.now() + services.CLAIM)

    with pytest.raises(NotReady):
        ensure(asked, wait_seconds=0.1)

    assert source.calls == []


def test_claim_that_ran_out_is_taken_over(source, asked):
    Rendition.objects.create(**asked, claimed_until=timezone.now() - timedelta(seconds=1))

    assert ensure(asked).state == "ready"


def test_late_writer_whose_claim_was_taken_over_changes_nothing(source, asked):
    rendition = Rendition.objects.create(**asked)
    old = services._claim(rendition, now=timezone.now())
    Rendition.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    made = ensure(asked)

    services._note_made(Rendition.objects.filter(pk=made.pk, claim=old), Fetched("image/gif"), "0" * 64, 1, 0)

    assert Rendition.objects.get().sha256 == made.sha256


def test_store_never_shows_half_a_file(db, tmp_path):
    class Breaking(io.BytesIO):
        def read(self, *args):
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        store.put("a" * 64, Breaking(b"half"))

    assert not store.has("a" * 64)
    assert [path for path in (tmp_path / "renditions").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("digest", ["../../etc/passwd", "A" * 64, "a" * 63, ""])
def test_store_takes_digests_and_nothing_else(digest):
    with pytest.raises(ValueError, match="not a sha256 digest"):
        store.has(digest)
