"""Archives of chosen files by API: all or nothing unless asked otherwise, resumable, stopped and removed."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads import archives, jobs
from portal.downloads.choices import Via
from portal.downloads.job_archive import ready_archive
from portal.downloads.models import ArchiveJob, Download
from portal.downloads.services import Taker
from tests.builders import current_version, gtin14, make_community, make_partner, make_rendition, release_one


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


def published(name: str, **fields):
    asset = release_one(f"/Ours/{name}.jpg", uuid=fields.pop("uuid", name), now=timezone.now(), **fields)
    make_rendition(current_version(asset))
    return asset


def withdraw(name: str) -> None:
    later = timezone.now()
    release_one(f"/Ours/{name}.jpg", uuid=name, approved=False, modified_at=later, now=later)


def ask(pim, key: str = "k1", **body):
    return pim.write("POST", "/archives", body, Idempotency_Key=key)


def item(asset, **more) -> dict[str, str]:
    return {"asset": asset.public_id, "recipe": "web-1200", **more}


NEVER = {"asset": "ast_aaaaaaaaaaaaaaaa", "recipe": "web-1200"}


def test_archive_is_asked_for_once_prepared_and_taken_in_parts(pim):
    one, two = published("one"), published("two")
    asked = ask(pim, items=[item(one), item(two)])
    repeated = ask(pim, items=[item(one), item(two)])
    early = pim.get(f"/archives/{asked.json()['id']}/file")
    jobs.work(now=timezone.now())
    ready = pim.get(asked.json()["href"])
    whole = pim.get(ready.json()["file"])
    rest = pim.get(ready.json()["file"], Range="bytes=100-", If_Range=whole["ETag"])

    assert (asked.status_code, asked.json()["state"], asked["Retry-After"]) == (202, "preparing", "5")
    assert (repeated.json(), ArchiveJob.objects.count()) == (asked.json(), 1)
    assert (early.status_code, early.json()["code"], early["Retry-After"]) == (503, "not_ready", "10")
    assert (ready.json()["state"], ready.json()["done"], "Retry-After" in ready) == ("ready", 2, False)
    with zipfile.ZipFile(io.BytesIO(whole.body)) as archive:
        sums = archive.read(archive.namelist()[0]).decode().splitlines()
        assert len(sums) == 2 and archive.testzip() is None
    assert (rest.status_code, rest.body) == (206, whole.body[100:])
    assert rest["Content-Range"] == f"bytes 100-{len(whole.body) - 1}/{len(whole.body)}"
    assert pim.get(ready.json()["file"], If_None_Match=whole["ETag"]).status_code == 304
    assert Download.objects.filter(actor=f"client:{pim.client.public_id}").count() == 2


def test_one_that_cannot_be_had_refuses_all_unless_the_others_are_wanted(pim):
    good, gone = published("good"), published("gone")
    withdraw("gone")
    items = [item(good), item(gone), NEVER]

    refused = ask(pim, items=items)
    taken = ask(pim, "k2", items=items, allow_missing=True)
    nothing = ask(pim, "k3", items=items[1:], allow_missing=True)

    lacking = [("unknown", "ast_aaaaaaaaaaaaaaaa"), ("withdrawn", gone.public_id)]
    assert (refused.status_code, refused.json()["code"]) == (409, "not_all_available")
    assert [(one["status"], one["asset"]) for one in refused.json()["files"]] == lacking
    assert (taken.status_code, taken.json()["file_count"]) == (202, 1)
    assert [(one["status"], one["asset"]) for one in taken.json()["left_out"]] == lacking
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_prepare")
    assert ArchiveJob.objects.count() == 1


def test_by_digest_one_gets_the_bytes_of_today(pim):
    same, old = published("same"), published("old")
    digests = [current_version(asset).renditions.get().sha256 for asset in (same, old)]
    later = timezone.now()
    release_one("/Ours/old.jpg", uuid="new", previous_uuids=("old",), modified_at=later, now=later)
    make_rendition(current_version(old))

    asked = ask(pim, digests=[*digests, "0" * 64], allow_missing=True)
    jobs.work(now=timezone.now())

    job = ArchiveJob.objects.get()
    held = {file.variant.asset_id: file.sha256 for file in job.files.select_related("variant")}
    assert held[same.pk] == digests[0]
    assert held[old.pk] not in digests
    assert [(one["status"], one["sha256"]) for one in asked.json()["left_out"]] == [("unknown", "0" * 64)]


def test_whole_products_come_and_what_is_none_is_named(pim):
    published("one", gtin=gtin14(7))
    published("two", gtin=gtin14(7))

    asked = ask(pim, gtins=[gtin14(7), gtin14(8), "12"], recipe="web-1200", allow_missing=True)

    assert asked.json()["file_count"] == 2
    assert [(one["status"], one["gtin"]) for one in asked.json()["left_out"]] == [
        ("unknown", gtin14(8)),
        ("unknown", "12"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": [], "digests": ["0" * 64]},
        {"items": []},
        {"items": [{"asset": "a"}]},
        {"items": [{"asset": "a", "recipe": "web-1200", "variant": "v", "language": "de"}]},
        {"items": [{"asset": "a", "recipe": "no-such-size"}]},
        {"digests": ["0" * 63]},
        {"digests": ["0" * 64], "recipe": "web-1200"},
        {"gtins": ["1"], "colour": "red"},
    ],
)
def test_what_is_wrong_is_named(pim, body):
    answer = ask(pim, **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert answer.json()["errors"]
    assert not ArchiveJob.objects.exists()


def test_variant_is_chosen_as_for_sizes(pim):
    german = release_one("/Ours/oat_de.jpg", uuid="de", language="de", group="oat", now=timezone.now())
    release_one("/Ours/oat_fr.jpg", uuid="fr", language="fr", group="oat", now=timezone.now())

    by_language = ask(pim, items=[item(german, language="fr")])
    missing = ask(pim, "k2", items=[item(german, language="es")])

    languages = ArchiveJob.objects.get().files.values_list("variant__language", flat=True)
    assert (by_language.status_code, list(languages)) == (202, ["fr"])
    assert missing.json()["files"][0]["status"] == "unknown"


def test_removed_archive_is_gone_and_a_running_answer_ends_before_its_next_file(pim):
    asked = ask(pim, items=[item(published("one"))]).json()
    jobs.work(now=timezone.now())
    job = ArchiveJob.objects.get()
    sending = archives.Sending(ready_archive(job), partner=pim.partner, taker=Taker("user:usr_x", Via.PAGE))

    removed = pim.write("DELETE", f"/archives/{asked['id']}", b"", Idempotency_Key="k2")

    assert removed.status_code == 204
    assert (pim.get(asked["href"]).status_code, ArchiveJob.objects.exists()) == (404, False)
    with pytest.raises(archives.EndedEarly):
        b"".join(sending)
    assert not Download.objects.exists(), "what is not recorded must not leave"


def test_withdrawn_since_it_was_ready_answers_410_and_names_the_file(pim):
    asked = ask(pim, items=[item(published("one")), item(published("two"))]).json()
    jobs.work(now=timezone.now())
    withdraw("two")

    answer = pim.get(f"/archives/{asked['id']}/file")

    assert (answer.status_code, answer.json()["files"]) == (410, ["two-v1-web-1200.webp"])


def test_failed_archive_says_so_with_names(pim):
    asked = ask(pim, items=[item(published("one"))]).json()
    ArchiveJob.objects.get().files.update(problem="not_made")
    jobs.work(now=timezone.now())

    answer = pim.get(f"/archives/{asked['id']}/file")

    assert (answer.status_code, answer.json()["code"]) == (409, "archive_failed")
    assert answer.json()["files"] == pim.get(asked["href"]).json()["problems"]


def test_company_cannot_keep_all_others_waiting(pim, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_OPEN", 2)
    asset = published("one")
    answers = [ask(pim, f"k{number}", items=[item(asset)]) for number in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 409]
    assert answers[-1].json()["code"] == "too_many"


def test_list_is_walked_newest_first_at_the_same_cost_for_many(pim):
    asset = published("one")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            pim.get("/archives")
        return len(caught)

    first = ask(pim, items=[item(asset)]).json()
    one = queries()
    others = [ask(pim, f"n{number}", items=[item(asset)]).json() for number in range(4)]
    many = queries()

    assert [line["id"] for line in pim.walk("/archives", limit=2)] == [
        line["id"] for line in reversed([first, *others])
    ]
    assert one == many


def test_asking_for_many_costs_what_one_costs(pim):
    assets = [published(f"file{number}") for number in range(6)]

    def queries(key: str, chosen) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert ask(pim, key, items=[item(asset) for asset in chosen]).status_code == 202
        return len(caught)

    queries("first", assets[:1])  # a client's first call is noted
    assert queries("k1", assets[:1]) == queries("k2", assets)


def test_scopes_of_reading_asking_and_taking_are_three(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    asset = published("one")
    reader, writer = system(partner, scopes=["archives:read"]), system(partner, scopes=["archives:write"])

    asked = ask(writer, items=[item(asset)])

    assert (ask(reader, items=[item(asset)]).status_code, asked.status_code) == (403, 202)
    assert (reader.get("/archives").status_code, writer.get("/archives").status_code) == (200, 403)
    assert reader.get(f"/archives/{asked.json()['id']}/file").status_code == 403


def test_what_was_taken_is_listed_with_what_became_of_it(pim):
    asset, gone = published("one"), published("gone")
    first = pim.get(f"/assets/{asset.public_id}/renditions/web-1200").json()["sha256"]
    content = pim.get(f"/files/{first}").body
    pim.get(pim.get(f"/assets/{gone.public_id}/renditions/web-1200")["Location"])
    withdraw("gone")
    later = timezone.now() + timedelta(seconds=1)
    release_one("/Ours/one.jpg", uuid="new", previous_uuids=("one",), modified_at=later, now=later)

    lines = pim.walk("/downloads", limit=1)

    assert [(line["status"], line["current_version"]) for line in lines] == [
        ("withdrawn", None),
        ("replaced", 2),
    ]
    assert lines[1]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (lines[1]["by"], lines[1]["via"]) == (f"client:{pim.client.public_id}", "api")
