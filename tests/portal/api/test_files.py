"""Bytes by digest: served whole or in parts, recorded when they leave, and known for ever."""

import base64
import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from portal.activity.models import Activity
from portal.downloads.models import Download
from portal.releases import services as releases
from portal.renditions import store
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release,
    release_one,
)
from tests.portal.releases.keeping import age, collect_to_the_end

pytestmark = pytest.mark.django_db
BYTES = bytes(range(256)) * 8
SHA256 = hashlib.sha256(BYTES).hexdigest()
DIGEST = f"sha-256=:{base64.b64encode(hashlib.sha256(BYTES).digest()).decode()}:"


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    return partner


@pytest.fixture
def asset(partner):
    asset = release_one("/Pantry/Öl & oat.jpg", uuid="u1", language="de")
    make_rendition(current_version(asset), content=BYTES)
    return asset


def taken() -> list[str]:
    return list(Download.objects.order_by("pk").values_list("sha256", flat=True))


def test_the_bytes_come_with_everything_about_them(system, partner, asset):
    pim = system(partner)

    answer = pim.get(f"/files/{SHA256}")

    assert (answer.status_code, answer.body) == (200, BYTES)
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Length"] == str(len(BYTES))
    assert answer["ETag"] == f'"{SHA256}"'
    assert (answer["Content-Digest"], answer["Repr-Digest"]) == (DIGEST, DIGEST)
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Language"] == "de"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["RateLimit"].startswith('"client";r=')


def test_a_download_is_recorded_with_who_and_what(system, partner, asset):
    pim = system(partner)

    pim.get(f"/files/{SHA256}")

    download = Download.objects.get()
    assert (download.partner, download.actor, download.via) == (
        partner,
        f"client:{pim.client.public_id}",
        "api",
    )
    assert (download.asset, download.recipe_key, download.version_number) == (asset, "web-1200", 1)
    assert (
        Activity.objects.filter(verb="file.downloaded", actor=download.actor, partner_id=partner.pk).count()
        == 1
    )


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", {}, 200),
        ("GET", {"If_None_Match": f'"{SHA256}"'}, 304),
        ("GET", {"Range": f"bytes={len(BYTES)}-"}, 416),
    ],
)
def test_where_no_byte_leaves_nothing_is_recorded(system, partner, asset, method, headers, status):
    answer = system(partner).call(method, f"/files/{SHA256}", **headers)

    assert answer.status_code == status
    assert taken() == []


def test_head_says_what_get_would(system, partner, asset):
    pim = system(partner)
    names = [
        "Content-Type",
        "Content-Length",
        "ETag",
        "Content-Digest",
        "Content-Disposition",
        "Accept-Ranges",
    ]

    head, get = pim.call("HEAD", f"/files/{SHA256}"), pim.get(f"/files/{SHA256}")

    assert head.body == b""
    assert [head[name] for name in names] == [get[name] for name in names]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, 2047),
        ("bytes=-48", 2000, 2047),
        ("bytes=2000-9999", 2000, 2047),
    ],
)
def test_ranges(system, partner, asset, asked, first, last):
    answer = system(partner).get(f"/files/{SHA256}", Range=asked)

    assert (answer.status_code, answer.body) == (206, BYTES[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(BYTES)}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Repr-Digest"] == DIGEST
    assert "Content-Digest" not in answer


def test_a_range_beyond_the_end_is_a_problem_that_tells_the_length(system, partner, asset):
    answer = system(partner).get(f"/files/{SHA256}", Range="bytes=2048-")

    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */2048")
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["detail"]) == (
        "range_not_satisfiable",
        "The file has 2048 bytes.",
    )


def test_a_broken_download_is_resumed_to_the_same_digest_and_counts_once(system, partner, asset):
    pim = system(partner)

    begun = pim.get(f"/files/{SHA256}").body[:700]
    rest = pim.get(f"/files/{SHA256}", Range="bytes=700-", If_Range=f'"{SHA256}"')

    assert rest.status_code == 206
    assert hashlib.sha256(begun + rest.body).hexdigest() == SHA256
    assert taken() == [SHA256]


def test_parts_count_once_for_each_system_and_whole_files_each_time(system, partner, asset):
    first, second = system(partner), system(partner)

    for part in ("bytes=0-999", "bytes=1000-1999", "bytes=2000-"):
        first.get(f"/files/{SHA256}", Range=part)
    second.get(f"/files/{SHA256}", Range="bytes=0-999")
    first.get(f"/files/{SHA256}")

    actors = [f"client:{system.client.public_id}" for system in (first, second, first)]
    assert list(Download.objects.order_by("pk").values_list("actor", flat=True)) == actors


def test_a_range_of_other_bytes_gives_the_whole(system, partner, asset):
    answer = system(partner).get(f"/files/{SHA256}", Range="bytes=700-", If_Range='"other"')

    assert (answer.status_code, answer.body) == (200, BYTES)


def test_accept_of_a_picture_is_no_reason_to_refuse(system, partner, asset):
    assert system(partner).get(f"/files/{SHA256}", Accept="image/avif").status_code == 200


def test_bytes_lost_from_the_store_are_made_again(system, partner, drawing):
    asset = release_one("/Pantry/oat.jpg")
    pim = system(partner)
    href = pim.get(f"/assets/{asset.public_id}/renditions/web-1200")["Location"]
    digest = href.rpartition("/")[2]
    storages["renditions"].delete(f"{digest[:2]}/{digest[2:4]}/{digest}")

    answer = pim.get(href)

    assert hashlib.sha256(answer.body).hexdigest() == digest
    assert drawing.calls == 2


def oat(uuid: str = "u1", **fields):
    """The same file an hour later."""
    later = NOON + timedelta(hours=1)
    return file_fact("/Pantry/Öl & oat.jpg", uuid=uuid, language="de", modified_at=later, **fields)


def replace() -> None:
    release(oat("u2", previous_uuids=["u1"]))


def withdraw() -> None:
    release(oat(approved=False))


def test_about_current_bytes(system, partner, asset):
    pim = system(partner)

    assert pim.get(f"/files/{SHA256}/about").json() == {
        "sha256": SHA256,
        "status": "current",
        "reason": None,
        "replaced_by": None,
        "asset": asset.public_id,
        "variant": asset.variants.get().public_id,
        "language": "de",
        "title": {"en": "Öl & oat"},
        "version": 1,
        "recipe": "web-1200",
        "media_type": "image/webp",
        "size": len(BYTES),
        "width": 64,
        "height": 64,
        "usable_from": None,
        "usable_until": None,
        "taken_at": None,
    }
    assert taken() == []


def test_replaced_bytes_are_still_given_and_name_their_successor(system, partner, asset):
    pim = system(partner)
    replace()

    known = pim.get(f"/files/{SHA256}/about").json()

    href = f"http://testserver/api/v1/assets/{asset.public_id}/renditions/web-1200?variant={asset.variants.get().public_id}"
    assert (known["status"], known["version"]) == ("replaced", 1)
    assert known["replaced_by"] == {"version": 2, "sha256": None, "href": href}
    made = make_rendition(current_version(asset), content=b"new bytes")
    assert pim.get(f"/files/{SHA256}/about").json()["replaced_by"]["sha256"] == made.sha256
    assert pim.get(href)["X-File-SHA256"] == made.sha256
    assert pim.get(f"/files/{SHA256}").body == BYTES


def test_withdrawn_bytes_are_gone_at_once_and_say_why(system, partner, asset):
    pim = system(partner)
    assert pim.get(f"/files/{SHA256}").status_code == 200

    withdraw()

    for method, path in (
        ("GET", f"/files/{SHA256}"),
        ("HEAD", f"/files/{SHA256}"),
        ("GET", f"/assets/{asset.public_id}"),
    ):
        answer = pim.call(method, path, If_None_Match=f'"{SHA256}"')
        assert answer.status_code == 410
    problem = pim.get(f"/files/{SHA256}", X_Request_ID="the-callers-own").json()
    assert problem == {
        "type": "http://127.0.0.1:8000/api/problems/withdrawn",
        "title": "Withdrawn",
        "status": 410,
        "detail": "The brand has withdrawn its approval of this file. Please do not use it any more.",
        "code": "withdrawn",
        "reason": "approval_withdrawn",
        "request_id": "the-callers-own",
    }
    known = pim.get(f"/files/{SHA256}/about").json()
    assert (known["status"], known["reason"], known["asset"]) == (
        "withdrawn",
        "approval_withdrawn",
        asset.public_id,
    )
    assert len(taken()) == 1


def test_the_end_of_rights_is_to_the_second(system, partner):
    asset = release_one("/Pantry/oat.jpg", rights_end=timezone.now() - timedelta(seconds=1), now=NOON)
    rendition = make_rendition(current_version(asset))
    pim = system(partner)

    assert pim.get(f"/files/{rendition.sha256}").json()["reason"] == "rights_ended"
    assert pim.get(f"/files/{rendition.sha256}/about").json()["reason"] == "rights_ended"


def test_a_company_that_left_still_learns_what_it_holds_but_gets_no_bytes(system):
    partner = make_partner()
    community = make_community(partner, folder="/Pantry")
    asset = release_one("/Pantry/oat.jpg", title={"en": "Oat"})
    taken_before = make_rendition(current_version(asset), content=BYTES)
    never_taken = make_rendition(current_version(asset), "web-jpeg")
    pim = system(partner)
    pim.get(f"/files/{taken_before.sha256}")

    releases.set_members(community=community, partners=[], now=timezone.now())

    assert pim.get(f"/files/{taken_before.sha256}").status_code == 404
    known = pim.get(f"/files/{taken_before.sha256}/about").json()
    assert (known["status"], known["reason"]) == ("withdrawn", "not_for_this_community")
    assert (known["title"], known["asset"]) == ({"en": "Oat"}, None)
    assert pim.get(f"/files/{never_taken.sha256}/about").status_code == 404


def test_previews_of_our_own_pages_are_no_files(system, partner, asset):
    preview = make_rendition(current_version(asset), "preview-480", content=b"small")
    pim = system(partner)

    assert pim.get(f"/files/{preview.sha256}").status_code == 404
    assert pim.get(f"/files/{preview.sha256}/about").status_code == 404


def test_bytes_shared_by_a_withdrawn_and_a_current_file_are_given(system, partner, asset):
    other = release_one("/Pantry/same.jpg")
    make_rendition(current_version(other), content=BYTES)
    pim = system(partner)
    withdraw()

    assert pim.get(f"/files/{SHA256}").body == BYTES
    assert pim.get(f"/files/{SHA256}/about").json()["asset"] == other.public_id


# -- What made room ---------------------------------------------------------------------------------------------------
def made_room() -> None:
    """Nobody took anything for years, and everything that nothing names has gone."""
    Download.objects.update(at=timezone.now() - timedelta(days=9000))
    age()
    collect_to_the_end()


def test_bytes_that_made_room_are_made_again_and_served_if_they_are_the_same(system, partner, drawing):
    pim = system(partner)
    version = current_version(release_one("/Pantry/tea.jpg"))
    first = pim.get(f"/assets/{version.variant.asset.public_id}/renditions/web-1200")
    address = first["Location"]
    taken_once = pim.get(address)
    made_room()

    again = pim.get(address)

    assert not store.has("0" * 64) and drawing.calls == 2
    assert (again.status_code, again.body) == (200, taken_once.body)


def test_bytes_that_made_room_and_come_back_as_others_are_not_kept_and_still_known(
    system, partner, drawing, monkeypatch
):
    pim = system(partner)
    version = current_version(release_one("/Pantry/tea.jpg"))
    of_asset = f"/assets/{version.variant.asset.public_id}/renditions/web-1200"
    address = pim.get(of_asset)["Location"]
    taken_once = pim.get(address)
    made_room()
    monkeypatch.setattr("tests.portal.api.conftest.picture", lambda **_: picture(width=77, colour="plum"))

    gone = pim.get(address)
    gone_still = pim.get(address)
    about = pim.get(f"{address}/about")
    now_given = pim.get(pim.get(of_asset)["Location"])

    assert (
        (gone.status_code, gone.json()["code"]) == (gone_still.status_code, "not_kept") == (410, "not_kept")
    )
    assert (about.status_code, about.json()["status"]) == (200, "current")
    assert about.json()["size"] == len(taken_once.body)
    assert now_given.status_code == 200 and now_given.body != taken_once.body


def test_with_no_room_for_more_the_api_says_when_to_ask_again(system, partner, drawing, settings):
    settings.FILES_LEAST_FREE_BYTES = 10**18
    version = current_version(release_one("/Pantry/tea.jpg"))

    answer = system(partner).get(f"/assets/{version.variant.asset.public_id}/renditions/web-1200")

    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "300", "not_ready")
    assert "no room" in answer.json()["detail"]
