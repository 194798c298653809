"""Files in a bucket: read in the parts that are wanted, in pieces, through the client that production has."""

import hashlib
import io
import tracemalloc

import pytest
from django.core.files.storage import storages
from django.test import RequestFactory

from portal.downloads.serving import serve
from portal.renditions import store
from tests.builders import current_version, make_rendition, release_one
from tests.portal.downloads.test_archives import Shop
from tests.portal.renditions.s3_server import Bucket

pytest.importorskip("storages", reason="needs django-storages (uv pip install -r requirements-s3.txt)")
pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def bucket(settings, monkeypatch):
    server = Bucket()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": server.address,
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {
        **settings.STORAGES,
        "renditions": {
            "BACKEND": "portal.renditions.bucket.BucketStorage",
            "OPTIONS": {"bucket_name": "media", "location": "here/renditions", "default_acl": None},
        },
    }
    yield server
    storages["renditions"].connection.meta.client.close()
    server.stop()


def test_what_is_put_is_there_whole_and_in_parts(bucket):
    store.put(SHA256, io.BytesIO(CONTENT))

    assert list(bucket.objects) == [f"/media/here/renditions/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"]
    assert store.has(SHA256) and not store.has("0" * 64)
    for start, length in ((0, None), (5, None), (5, 7), (len(CONTENT), 3)):
        with store.open_bytes(SHA256, start=start, length=length) as file:
            assert file.read() == CONTENT[start:][:length]
    store.remove(SHA256)
    with pytest.raises(FileNotFoundError):
        store.open_bytes(SHA256)


def test_a_file_that_is_turned_back_is_asked_for_anew(bucket):
    store.put(SHA256, io.BytesIO(CONTENT))

    with store.open_bytes(SHA256, start=5, length=70_000) as file:
        first = (file.tell(), file.read(69_000))
        file.seek(0)
        again = file.read()

    assert first == (5, CONTENT[5:69_005])
    assert again == CONTENT[:70_005]


def test_an_empty_file_is_no_error(bucket):
    empty = hashlib.sha256(b"").hexdigest()
    store.put(empty, io.BytesIO(b""))

    with store.open_bytes(empty, start=0, length=0) as file:
        assert file.read() == b""


def test_one_range_of_a_file_is_one_call_for_that_range(bucket):
    made = make_rendition(current_version(release_one("/b.jpg")), content=CONTENT)
    bucket.asked.clear()

    answer = serve(RequestFactory().get("/", headers={"Range": "bytes=1000-1999"}), made, name="a.webp")

    assert b"".join(answer) == CONTENT[1000:2000]
    assert bucket.asked == [("GET", "bytes=1000-1999")]


def a_large_file(bucket, megabytes: int):
    """A file that lies in the bucket already: large ones are put there in parts, which this server does not know."""
    large = hashlib.shake_256(b"large").digest(1 << 20) * megabytes
    digest = hashlib.sha256(large).hexdigest()
    bucket.objects[f"/media/here/renditions/{digest[:2]}/{digest[2:4]}/{digest}"] = large
    return make_rendition(current_version(release_one("/b.jpg")), content=large), large


def test_a_large_file_passes_through_little_memory(bucket):
    made, large = a_large_file(bucket, 48)
    digest, got = hashlib.sha256(), 0

    tracemalloc.start()
    for chunk in serve(RequestFactory().get("/"), made, name="a.webp"):
        digest.update(chunk)
        got += len(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (got, digest.hexdigest()) == (len(large), made.sha256)
    assert peak < 4 << 20, "what the test's own server holds is counted, too"


def test_archives_are_resumed_with_the_rest_of_a_file_alone(bucket):
    shop = Shop(content=lambda name: hashlib.shake_256(name.encode()).digest(90_000))
    whole = shop.send()
    bucket.asked.clear()

    rest = shop.send(start=100_000)

    assert rest == whole[100_000:]
    [first, *_others] = [asked for _method, asked in bucket.asked]
    assert not first.startswith("bytes=0-")
    assert len(bucket.asked) == 2, "of three files the first had come whole"


def test_an_answer_that_breaks_off_is_no_shorter_file(bucket):
    made = make_rendition(current_version(release_one("/b.jpg")), content=CONTENT)
    bucket.break_after = 70_000

    answer = serve(RequestFactory().get("/"), made, name="a.webp")

    with pytest.raises(Exception, match=r"(?i)read|broken|incomplete"):
        b"".join(answer)


def test_who_gives_up_reads_no_more(bucket):
    made, large = a_large_file(bucket, 32)
    answer = serve(RequestFactory().get("/"), made, name="a.webp")
    next(iter(answer))

    answer.close()

    with store.open_bytes(made.sha256, start=3, length=4) as file:
        assert file.read() == large[3:7]
