"""Bytes on partner pages: looked at small, taken whole, and recorded when taken."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.downloads.models import Download
from portal.renditions.choices import RenditionState
from portal.renditions.models import Rendition
from portal.renditions.selectors import revision_for
from tests.builders import current_version, file_fact, make_rendition, release, release_one


@pytest.fixture
def asset(jana):
    asset = release_one("/Ours/box.jpg", now=timezone.now())
    for recipe in ("preview-480", "web-1200"):
        make_rendition(current_version(asset), recipe)
    return asset


def test_a_preview_that_names_its_version_may_be_kept_for_ever(jana, asset):
    answer = jana.get(f"assets/{asset.public_id}/preview/480/", language="", version=1)

    assert answer.status_code == 200 and answer["Content-Type"] == "image/webp" and answer.getvalue()
    assert "immutable" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    again = jana.client.get(answer.wsgi_request.get_full_path(), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_a_preview_without_a_version_is_asked_for_each_time(jana, asset):
    answer = jana.get(f"assets/{asset.public_id}/preview/480/")

    assert "no-cache" in answer["Cache-Control"] and answer.getvalue()


def test_looking_is_not_taking(jana, asset):
    jana.get(f"assets/{asset.public_id}/preview/480/", version=1).getvalue()

    assert not Download.objects.exists()


def test_a_download_leaves_with_its_name_and_digest_and_is_recorded(jana, asset):
    answer = jana.get(f"assets/{asset.public_id}/download/web-1200/", language="")
    content = answer.getvalue()

    record = Download.objects.get()
    assert answer["Content-Disposition"] == 'attachment; filename="box-v1-web-1200.webp"'
    assert hashlib.sha256(content).hexdigest() == record.sha256 and answer["ETag"] == f'"{record.sha256}"'
    assert (record.user, record.partner, record.version_number) == (jana.user, jana.partner, 1)


def test_head_describes_a_download_without_taking_it(jana, asset):
    answer = jana.client.head(f"/o/{jana.partner.slug}/assets/{asset.public_id}/download/web-1200/")

    assert answer.status_code == 200 and int(answer["Content-Length"]) > 0
    assert not Download.objects.exists()


@pytest.mark.parametrize(
    ("header", "status"), [("If-None-Match", 304), ("Range", 416)], ids=["kept already", "behind the end"]
)
def test_an_answer_without_bytes_is_no_download(jana, asset, header, status):
    digest = current_version(asset).renditions.get(revision__recipe__key="web-1200").sha256
    value = {"If-None-Match": f'"{digest}"', "Range": "bytes=99999999-"}[header]

    answer = jana.client.get(
        f"/o/{jana.partner.slug}/assets/{asset.public_id}/download/web-1200/", headers={header: value}
    )

    assert (answer.status_code, answer.content) == (status, b"")
    assert not Download.objects.exists()


def test_a_download_in_parts_is_one(jana, asset):
    for part in ("bytes=0-9", "bytes=10-"):
        answer = jana.client.get(
            f"/o/{jana.partner.slug}/assets/{asset.public_id}/download/web-1200/", headers={"Range": part}
        )
        assert answer.status_code == 206 and answer.getvalue()

    assert Download.objects.count() == 1


def test_the_variant_named_is_the_one_given_out(jana, asset):
    box, other = asset.variants.get(), release_one("/Ours/other.jpg", now=timezone.now()).variants.get()
    path = f"assets/{asset.public_id}/download/web-1200/"

    assert jana.get(path, variant=box.public_id).getvalue()
    for variant in (other.public_id, "var_never_was", ""):
        assert jana.get(path, variant=variant).status_code == 404
        assert jana.get(f"assets/{asset.public_id}/preview/480/", variant=variant).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_file_is_only_read(jana, asset, method):
    call = getattr(jana.client, method)

    assert call(f"/o/{jana.partner.slug}/assets/{asset.public_id}/download/web-1200/").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "download/preview-480/",
        "download/no-such-size/",
        "download/video-720/",
        "preview/web-1200/",
        "preview/9999/",
    ],
)
def test_a_size_that_is_not_offered_there_is_not_there(jana, asset, path):
    assert jana.get(f"assets/{asset.public_id}/{path}").status_code == 404


@pytest.mark.parametrize("version", ["2", "0", "-1", "x", "9" * 40, "１"])
def test_a_version_that_never_was_is_not_there(jana, asset, version):
    assert jana.get(f"assets/{asset.public_id}/preview/480/", version=version).status_code == 404


def test_the_older_version_can_be_looked_at_for_comparison(jana, asset):
    now = timezone.now()
    before = current_version(asset)
    first = file_fact("/Ours/box.jpg", uuid="second", modified_at=now, previous_uuids=(before.source_uuid,))
    release(first, now=now)

    answer = jana.get(f"assets/{asset.public_id}/preview/480/", version=1)

    assert answer.status_code == 200 and answer.getvalue()
    assert answer["ETag"] == f'"{before.renditions.get(revision__recipe__key="preview-480").sha256}"'


def test_a_withdrawn_file_is_gone_at_once_whatever_is_asked(jana, asset):
    now = timezone.now() + timedelta(seconds=1)
    uuid = current_version(asset).source_uuid
    release(file_fact("/Ours/box.jpg", uuid=uuid, approved=False, modified_at=now), now=now)

    for path in ("", "preview/480/", "preview/480/?version=1", "download/web-1200/"):
        assert (
            jana.client.get(f"/o/{jana.partner.slug}/assets/{asset.public_id}/{path}").status_code == 410
        ), path


def test_scheduled_files_are_refused_with_the_day(jana):
    start = timezone.now() + timedelta(days=8)
    asset = release_one("/Ours/later.jpg", rights_start=start, now=timezone.now())
    make_rendition(current_version(asset))

    answer = jana.get(f"assets/{asset.public_id}/download/web-1200/")

    assert answer.status_code == 409 and b"It cannot be downloaded before." in answer.content
    assert not Download.objects.exists()


def test_where_no_picture_can_be_made_a_drawing_says_so(jana):
    asset = release_one("/Ours/broken.jpg", now=timezone.now())
    version = current_version(asset)
    Rendition.objects.create(
        version=version,
        revision=revision_for(version, "preview-480"),
        state=RenditionState.FAILED,
        made_at=timezone.now(),
        problem="not a picture",
    )

    answer = jana.get(f"assets/{asset.public_id}/preview/480/", version=1)

    assert answer.status_code == 409 and answer["Content-Type"] == "image/svg+xml"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("called", ["text/vtt", "text/plain", "text/html"])
def test_captions_are_played_as_they_are_and_that_is_no_taking(jana, called):
    captions = release_one(
        "/Ours/film.de.vtt",
        language="de",
        medium="document",
        media_type=called,
        kind="captions",
        now=timezone.now(),
    )
    content = "WEBVTT\n\n00:00.000 --> 00:02.000\nGrüße\n".encode()
    made = make_rendition(current_version(captions), "original", content=content)
    Rendition.objects.filter(pk=made.pk).update(media_type=called)

    answer = jana.get(f"assets/{captions.public_id}/preview/captions/", version=1)

    assert answer.getvalue() == content and answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert not Download.objects.exists()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/Ours/box.jpg", {}),
        ("/Ours/sheet.pdf", {"medium": "document", "media_type": "application/pdf", "kind": "document"}),
        ("/Ours/film.de.srt", {"medium": "other", "media_type": "application/x-subrip", "kind": "captions"}),
    ],
)
def test_nothing_else_is_given_out_whole_without_being_recorded(jana, path, fields):
    asset = release_one(path, now=timezone.now(), **fields)
    make_rendition(current_version(asset), "original")

    assert jana.get(f"assets/{asset.public_id}/preview/captions/").status_code == 404
    assert jana.get(f"assets/{asset.public_id}/preview/original/").status_code == 404
