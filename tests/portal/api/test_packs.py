"""Packs for programs: read, fetch, keep up to date, answer; asked twice, done once."""

import base64
import hashlib
import io
import threading
import zipfile
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.utils import timezone

from portal.api.v1.confirmations import Confirmations
from portal.downloads.models import Download
from portal.packs import services
from portal.packs.models import Confirmation
from portal.partners import calls
from portal.partners.models import IdempotentCall
from tests.builders import NOON, file_fact, make_community, make_partner, release, release_one
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
TWELVE = [f"{letter}.jpg" for letter in "abcdefghijkl"]


class Shop:
    def __init__(self, system, names=("a.jpg", "b.jpg", "c.jpg")):
        partner = make_partner()
        self.pack = make_pack(make_community(partner, folder="/P"))
        pick(self.pack, shelf("/P", names))
        self.first = issue(self.pack)
        self.pim = system(partner)
        self.path = f"/packs/{self.pack.public_id}"

    def get(self, rest: str = "", query=None, **headers):
        return self.pim.get(f"{self.path}{rest}", query, **headers)

    def post(self, body, key: str = "key-1", **more):
        return self.pim.write("POST", f"{self.path}/confirmations", body, Idempotency_Key=key, **more)

    def replace(self, name: str, now=LATER):
        made = replace("/P", name, uuid=f"new-{now}", now=now)
        services.work(now=now)
        return made

    def states(self) -> dict[str, str]:
        return {item["name"][0]: item["state"] for item in self.get("/confirmations").json()["items"]}


@pytest.fixture
def shop(system) -> Shop:
    return Shop(system)


def test_pack_leads_to_its_version_and_the_version_to_its_files(shop):
    pack = shop.get().json()
    version = shop.pim.get(pack["version"]["href"]).json()

    assert (pack["id"], pack["asks"]) == (shop.pack.public_id, "received")
    assert [file["name"] for file in version["files"]] == [f"{n}-web-1200.webp" for n in "abc"]
    body = shop.pim.get(version["files"][0]["href"]).body
    assert hashlib.sha256(body).hexdigest() == version["files"][0]["sha256"]
    assert version["changes"]["since"] is None
    assert len(version["changes"]["added"]) == 3


def test_signature_fits_the_manifest_byte_for_byte(shop, client):
    signed = shop.get("/versions/1").json()["manifest"]
    manifest = shop.pim.get(signed["href"]).body
    keys = {k["kid"]: k["x"] for k in client.get("/.well-known/portal-keys.json").json()["keys"]}

    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(keys[signed["key"]] + "="))
    public.verify(base64.b64decode(signed["signature"]), manifest)
    assert hashlib.sha256(manifest).hexdigest() == signed["sha256"]


def test_old_versions_stay_and_say_what_came_after(shop):
    shop.replace("a.jpg")
    shop.replace("b.jpg", now=LATER + timedelta(hours=1))

    numbers = [version["number"] for version in shop.get("/versions").json()["items"]]
    assert numbers == [3, 2, 1]
    assert shop.get("/versions/3").json()["changes"]["changed"] == ["b-web-1200.webp"]
    assert shop.get("/versions/3", {"since": 1}).json()["changes"]["changed"] == [
        "a-web-1200.webp",
        "b-web-1200.webp",
    ]


@pytest.mark.parametrize("number", ["0", "2", "x", "-1", "٣", "99999999999999999999"])
def test_other_versions_are_not_there(shop, number):
    assert shop.get(f"/versions/{number}").status_code == 404


def test_archive_comes_whole_and_in_ranges_and_is_recorded(shop):
    whole = shop.get("/versions/1/archive")
    half = len(whole.body) // 2
    rest = shop.get("/versions/1/archive", Range=f"bytes={half}-", If_Range=whole["ETag"])

    assert (whole.status_code, whole["Content-Type"]) == (200, "application/zip")
    assert zipfile.ZipFile(io.BytesIO(whole.body)).testzip() is None
    assert (rest.status_code, rest.body) == (206, whole.body[half:])
    assert shop.get("/versions/1/archive", If_None_Match=whole["ETag"]).status_code == 304
    assert (
        shop.get("/versions/1/archive", Range=f"bytes={len(whole.body)}-").json()["code"]
        == "range_not_satisfiable"
    )
    assert Download.objects.count() == 3
    assert set(Download.objects.values_list("via", "partner")) == {("api", shop.pim.partner.pk)}


def test_archive_needs_leave_to_read_files(system, shop):
    pim = system(shop.pim.partner, scopes=["packs:read"])

    assert pim.get(f"{shop.path}/versions/1").status_code == 200
    assert pim.get(f"{shop.path}/versions/1/archive").json()["code"] == "insufficient_scope"


def test_delta_holds_the_one_replaced_file_of_twelve(system):
    shop = Shop(system, TWELVE)
    made = shop.replace("c.jpg")

    delta = shop.get("/versions/2/archive", {"since": 1})

    with zipfile.ZipFile(io.BytesIO(delta.body)) as archive:
        data = [name for name in archive.namelist() if "/data/" in name]
        assert [name.rpartition("/")[2] for name in data] == ["c-web-1200.webp"]
        assert hashlib.sha256(archive.read(data[0])).hexdigest() == made.sha256


@pytest.mark.parametrize(
    "query",
    [
        {"since": 2},
        {"since": 1, "part": 1, "parts": 1},
        {"part": 1},
        {"part": 3, "parts": 2},
        {"parts": 100, "part": 1},
    ],
)
def test_archives_that_make_no_sense_are_refused(shop, query):
    shop.replace("a.jpg")

    answer = shop.get("/versions/2/archive", query)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


def test_withdrawn_file_ends_old_links_and_leaves_the_next_version(shop):
    release(
        file_fact("/P/b.jpg", uuid="uuid-/P-b.jpg", approved=False, modified_at=LATER), now=timezone.now()
    )
    services.work(now=timezone.now())

    old = shop.get("/versions/1/archive")
    new = shop.get("/versions/2/archive")

    assert (old.status_code, old.json()["reason"], old.json()["files"]) == (
        410,
        "approval_withdrawn",
        ["b-web-1200.webp"],
    )
    assert new.status_code == 200
    assert [f["name"] for f in shop.get("/versions/2").json()["files"]] == [
        "a-web-1200.webp",
        "c-web-1200.webp",
    ]


# -- Answers -----------------------------------------------------------------------------------------------------------
def test_all_are_answered_for_and_one_of_twelve_becomes_stale(system):
    shop = Shop(system, TWELVE)
    manifest = shop.get("/versions/1").json()["manifest"]["sha256"]
    answer = shop.post({"all": {"answer": "in_use", "place": "Shop"}, "manifest_sha256": manifest})
    assert answer.status_code == 200
    assert {item["state"] for item in answer.json()["items"]} == {"in_use"}

    shop.replace("c.jpg")

    assert [name for name, state in shop.states().items() if state != "in_use"] == ["c"]
    assert shop.states()["c"] == "stale"


def test_old_digest_gets_409_with_both(shop):
    old = shop.get("/versions/1").json()["files"][0]["sha256"]
    made = shop.replace("a.jpg")

    answer = shop.post({"answers": [{"sha256": old, "answer": "received"}]})

    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json()["code"] == "digest_replaced"
    assert answer.json()["files"] == [{"name": "a-web-1200.webp", "sent": old, "current": made.sha256}]


def test_old_manifest_gets_409_with_both(shop):
    old = shop.get("/versions/1").json()["manifest"]["sha256"]
    shop.replace("a.jpg")

    answer = shop.post({"all": {"answer": "received"}, "manifest_sha256": old}).json()

    assert (answer["code"], answer["sent"]) == ("digest_replaced", old)
    assert answer["current"] == shop.get().json()["version"]["manifest"]["sha256"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "answers"),
        ({"answers": []}, "answers"),
        ({"all": {"answer": "received"}}, "manifest_sha256"),
        ({"answers": [{"sha256": "x", "answer": "received"}]}, "answers"),
        ({"answers": [{"sha256": "0" * 64, "answer": "maybe"}]}, "answers"),
        ({"answers": [{"sha256": "0" * 64, "answer": "received", "colour": "red"}]}, "answers"),
        ({"answers": [{"sha256": "0" * 64, "answer": "received"}], "when": "now"}, "when"),
    ],
)
def test_body_that_cannot_be_understood_is_refused_by_name(shop, body, wrong):
    answer = shop.post(body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert wrong in {error["parameter"] for error in answer.json()["errors"]}


def test_body_that_is_no_json_is_refused(shop):
    assert shop.post(b"{").json()["code"] == "bad_input"
    assert shop.post(b"a=1", key="key-2", media_type="text/plain").json()["code"] == "unsupported_media_type"


def test_reading_packs_is_no_leave_to_answer(system, shop):
    pim = system(shop.pim.partner, scopes=["packs:read"])

    answer = pim.write("POST", f"{shop.path}/confirmations", {}, Idempotency_Key="k")

    assert answer.json()["code"] == "insufficient_scope"


# -- Asked twice -------------------------------------------------------------------------------------------------------
def received(shop) -> dict:
    return {
        "answers": [{"sha256": shop.get("/versions/1").json()["files"][0]["sha256"], "answer": "received"}]
    }


def test_same_key_and_body_get_the_same_answer_without_the_work(shop):
    body = received(shop)
    first = shop.post(body)
    Confirmation.objects.all().delete()

    again = shop.post(body)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert not Confirmation.objects.exists()


def test_refusal_is_repeated_as_well(shop):
    body = received(shop)
    shop.replace("a.jpg")

    first, again = shop.post(body), shop.post(body)

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json() == first.json()
    assert again["Content-Type"] == "application/problem+json"


def test_same_key_with_another_body_is_refused(shop):
    shop.post(received(shop))

    answer = shop.post({"answers": []})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_key_of_another_company_is_another_key(system, shop):
    other = Shop(system, ["z.jpg"])
    body = received(shop)

    assert shop.post(body).status_code == 200
    assert other.post(body).json()["code"] == "bad_input"


def test_call_that_still_runs_is_not_done_twice(shop):
    body = received(shop)
    shop.post(body)
    now = timezone.now()
    IdempotentCall.objects.update(status=None, body="", claimed_until=now + timedelta(minutes=1))

    running = shop.post(body)
    IdempotentCall.objects.update(claimed_until=now)
    after = shop.post(body)

    assert (running.status_code, running.json()["code"]) == (409, "still_running")
    assert after.status_code == 200


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "ä"])
def test_key_must_be_given(shop, key):
    answer = shop.post(received(shop), key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert not Confirmation.objects.exists()


def test_our_own_mistake_is_forgotten_so_that_the_next_call_works(shop, monkeypatch):
    body = received(shop)
    right = Confirmations._confirm
    shop.pim.http.raise_request_exception = False

    def mistake(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(Confirmations, "_confirm", mistake)
    failed = shop.post(body)
    monkeypatch.setattr(Confirmations, "_confirm", right)

    assert failed.status_code == 500
    assert shop.post(body).status_code == 200


def test_keys_are_forgotten_after_two_days(shop):
    shop.post(received(shop))
    now = timezone.now()

    assert calls.forget_old(now=now + calls.REMEMBERED - timedelta(minutes=1)) == 0
    assert calls.forget_old(now=now + calls.REMEMBERED + timedelta(minutes=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_the_same_moment_do_the_work_once(system, monkeypatch):
    shop = Shop(system)
    body, right, begun, go_on = received(shop), Confirmations._confirm, threading.Event(), threading.Event()
    worked = []

    def slowly(*args):
        worked.append(args)
        begun.set()
        go_on.wait(30)
        return right(*args)

    monkeypatch.setattr(Confirmations, "_confirm", slowly)
    codes = []

    def call():
        codes.append(shop.post(body).status_code)
        connection.close()

    first = threading.Thread(target=call)
    first.start()
    begun.wait(30)
    second = shop.post(body)
    go_on.set()
    first.join(30)

    assert (codes, second.json()["code"], len(worked)) == ([200], "still_running", 1)


def test_pack_being_prepared_says_how_far_it_is_and_nothing_of_its_files(system):
    shop = Shop(system)
    coming = make_pack(shop.pim.partner.communities.get(), title="Winter")
    pick(coming, [release_one("/P/snow.jpg")])
    services.begin_version(pack=coming, now=NOON)

    [line] = shop.pim.walk("/packs-in-preparation")

    assert line == {
        "id": coming.public_id, "title": {"en": "Winter"}, "done": 0, "file_count": 1, "is_first": True,
    }  # fmt: skip
    assert coming.public_id not in [pack["id"] for pack in shop.pim.walk("/packs")]
