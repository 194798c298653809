"""Test pictures by API: uploaded once, judged by a channel's newest rules, shown where they fail, and never kept."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import encode_multipart
from django.test.utils import CaptureQueriesContext
from PIL import Image

from portal.renditions import picture_tests
from portal.renditions.models import PictureTest
from portal.renditions.verdicts import fixes
from tests.builders import make_community, make_partner, picture

CHANNEL = {
    "name": "Amazon DE",
    "kind": "marketplace",
    "specification": "amazon-main",
    "recipes": ["web-jpeg"],
}
SMALL = picture(width=640, height=480, colour="wheat", kind="PNG")


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


@pytest.fixture
def tests(pim) -> str:
    """Where the test pictures of a channel are."""
    made = pim.write("POST", "/channels", CHANNEL, Idempotency_Key="channel")
    return f"/channels/{made.json()['id']}/tests"


def upload(pim, tests, content=SMALL, *, key="k1", name="front.png", boundary="one"):
    body = encode_multipart(boundary, {"picture": SimpleUploadedFile(name, content)})
    media_type = f"multipart/form-data; boundary={boundary}"
    return pim.write("POST", tests, body, media_type=media_type, Idempotency_Key=key)


def test_picture_is_judged_rule_by_rule_and_shown_where_it_fails(pim, tests):
    made = upload(pim, tests)
    read = pim.get(made.json()["href"])
    overlay = pim.get(made.json()["overlay"])

    lines = {line["rule"]: line for line in made.json()["lines"]}
    assert (made.status_code, made.json()["state"], made.json()["file_name"]) == (201, "failed", "front.png")
    assert (lines["longest-side"]["state"], lines["longest-side"]["value"]) == ("failed", 640)
    assert lines["white-background"]["state"] == "failed"
    assert made.json()["sha256"] == hashlib.sha256(SMALL).hexdigest()
    assert read.json() == made.json()
    assert overlay["Content-Type"] == "image/png" and Image.open(io.BytesIO(overlay.content)).size[0] > 0
    assert [item["id"] for item in pim.walk(tests)] == [made.json()["id"]]


def test_same_picture_with_the_same_key_is_tested_once_however_it_is_wrapped(pim, tests):
    first, again = upload(pim, tests), upload(pim, tests, boundary="two")
    other = upload(pim, tests, picture(kind="PNG"), boundary="three")

    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert PictureTest.objects.count() == 1


def test_what_cannot_be_tested_says_why(pim, tests):
    text = upload(pim, tests, b"not a picture", name="a.txt")
    heavy = upload(pim, tests, b"x" * (picture_tests.MOST_BYTES + 1), key="k2")
    as_json = pim.write("POST", tests, {"picture": "x"}, Idempotency_Key="k3")
    nothing = pim.write(
        "POST",
        tests,
        encode_multipart("b", {}),
        media_type="multipart/form-data; boundary=b",
        Idempotency_Key="k4",
    )

    assert (text.status_code, text.json()["code"]) == (409, "not_a_picture")
    assert "Try a JPEG" in text.json()["detail"]
    assert (heavy.status_code, heavy.json()["detail"]) == (409, "The picture is larger than 25 MB.")
    assert as_json.status_code == 415
    assert (nothing.status_code, nothing.json()["errors"][0]["parameter"]) == (400, "picture")
    assert not PictureTest.objects.exists()


def test_too_many_in_a_minute_are_refused_and_may_come_again_with_the_same_key(pim, tests, monkeypatch):
    monkeypatch.setattr(picture_tests, "PER_MINUTE", 1)
    upload(pim, tests)
    refused = upload(pim, tests, key="k2")
    monkeypatch.setattr(picture_tests, "PER_MINUTE", 9)
    later = upload(pim, tests, key="k2")

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tests")
    assert later.status_code == 201 and "Idempotency-Replayed" not in later


def test_tries_that_come_to_nothing_count_as_well(pim, tests, monkeypatch):
    monkeypatch.setattr(picture_tests, "PER_MINUTE", 2)

    tried = [upload(pim, tests, b"not a picture", key=f"k{n}", name="a.txt").json()["code"] for n in range(2)]
    refused = upload(pim, tests, key="k3")

    assert tried == ["not_a_picture"] * 2
    assert (refused.status_code, PictureTest.objects.count()) == (429, 0)


def test_picture_whose_fix_would_be_gigantic_is_judged_all_the_same(pim, tests, monkeypatch):
    monkeypatch.setattr(fixes, "MOST_PIXELS", 100_000)
    specification = {
        "key": "square", "title": "Square", "channel": "marketplace",
        "rules": [{"measure": "ratio", "least": 1, "most": 1}],
    }  # fmt: skip
    own = pim.write("POST", "/specifications", specification, Idempotency_Key="s").json()["id"]
    channel = pim.write(
        "POST", "/channels", {**CHANNEL, "name": "Square", "specification": own}, Idempotency_Key="c"
    )

    made = upload(pim, f"/channels/{channel.json()['id']}/tests", picture(width=3000, height=10, kind="JPEG"))

    assert (made.status_code, made.json()["state"], made.json()["fix_steps"]) == (201, "failed", [])


def test_test_of_another_channel_is_not_found_there(pim, tests):
    made = upload(pim, tests).json()
    other = pim.write("POST", "/channels", {**CHANNEL, "name": "Other"}, Idempotency_Key="c2").json()

    assert pim.get(f"/channels/{other['id']}/tests/{made['id']}").status_code == 404
    assert pim.get(f"/channels/{other['id']}/tests/{made['id']}/overlay").status_code == 404


def test_list_asks_as_often_for_many_as_for_one(pim, tests):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert pim.get(tests).status_code == 200
        return len(seen)

    upload(pim, tests)
    queries()
    few = queries()
    for number in range(3):
        upload(pim, tests, key=f"m{number}")

    assert queries() == few
    assert len(pim.walk(f"{tests}?limit=2")) == 4


def test_what_one_company_tests_leaves_others_their_tries(pim, tests, system, monkeypatch):
    monkeypatch.setattr(picture_tests, "PER_MINUTE", 1)
    other = system(make_partner())
    theirs = other.write("POST", "/channels", CHANNEL, Idempotency_Key="channel").json()["id"]

    upload(pim, tests)
    refused = upload(pim, tests, key="k2")
    made = upload(other, f"/channels/{theirs}/tests")

    assert (refused.status_code, made.status_code) == (429, 201)
