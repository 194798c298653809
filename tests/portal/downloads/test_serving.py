"""Bytes leave whole or in ranges, with their digest."""

import base64
import hashlib

import pytest
from django.test import RequestFactory

from portal.downloads.serving import serve
from tests.builders import current_version, make_rendition, release_one

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.fixture
def rendition():
    return make_rendition(current_version(release_one("/a.jpg")), content=CONTENT)


def ask(rendition, method="get", **headers):
    request = getattr(RequestFactory(), method)("/", headers=headers)
    return serve(request, rendition, name="a.webp", immutable=True)


def test_whole_answer_names_its_digest(rendition):
    answer = ask(rendition)

    digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert answer.getvalue() == CONTENT
    assert answer["Content-Digest"] == f"sha-256=:{digest}:"
    assert answer["ETag"] == f'"{rendition.sha256}"'
    assert answer["Content-Disposition"] == 'attachment; filename="a.webp"'
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-7", SIZE - 7, SIZE - 1),
        (f"bytes=5-{SIZE * 9}", 5, SIZE - 1),
    ],
)
def test_one_range_is_given(rendition, asked, start, end):
    answer = ask(rendition, Range=asked)

    assert answer.status_code == 206
    assert answer.getvalue() == CONTENT[start : end + 1]
    assert answer["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
    assert answer["Content-Length"] == str(end - start + 1)


def test_range_behind_the_end_is_refused_with_the_size(rendition):
    answer = ask(rendition, Range=f"bytes={SIZE}-")

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize(
    "headers",
    [{"Range": "bytes=0-1,5-6"}, {"Range": "lines=0-1"}, {"Range": "bytes=0-1", "If-Range": '"other"'}],
    ids=["several", "another unit", "of other bytes"],
)
def test_what_cannot_be_a_range_of_these_bytes_gets_the_whole(rendition, headers):
    answer = ask(rendition, **headers)

    assert answer.status_code == 200
    assert answer.getvalue() == CONTENT


def test_who_has_the_bytes_gets_none(rendition):
    answer = ask(rendition, **{"If-None-Match": f'"{rendition.sha256}"'})

    assert (answer.status_code, answer.content) == (304, b"")


def test_head_describes_without_bytes(rendition):
    answer = ask(rendition, method="head")

    assert (answer.content, answer["Content-Length"]) == (b"", str(SIZE))


def test_nginx_is_told_where_the_bytes_lie(rendition, settings):
    settings.FILE_SERVING = "accel"

    answer = ask(rendition)

    assert answer["X-Accel-Redirect"].endswith(rendition.sha256)
    assert answer.content == b""
    assert "Content-Length" not in answer, "no bytes are in this answer"
    assert "Content-Digest" in answer and "Content-Digest" not in ask(rendition, Range="Bytes=0-5")
