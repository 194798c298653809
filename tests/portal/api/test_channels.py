"""Channels, specifications and verdicts by API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.api.permissions import SCOPES
from portal.partners.models import Channel
from portal.publications import feasibility
from portal.publications.models import FeasibilityReport
from portal.renditions import judging
from portal.renditions.models import Specification, Verdict
from tests.builders import make_community, make_partner, make_rendition, picture, release_one

NEW = {"name": "Amazon DE", "kind": "marketplace", "specification": "amazon-main", "recipes": ["web-jpeg"]}


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


def create(pim, key: str = "k1", **changes):
    return pim.write("POST", "/channels", {**NEW, **changes}, Idempotency_Key=key)


def test_channel_is_created_once_read_changed_and_removed(pim):
    created = create(pim)
    repeated = create(pim)
    address = f"/channels/{created.json()['id']}"
    read = pim.get(created.json()["href"])
    changed = pim.write("PATCH", address, {"name": "Amazon"}, Idempotency_Key="k2")
    listed = pim.get("/channels").json()["items"]
    removed = pim.write("DELETE", address, b"", Idempotency_Key="k3")
    again = pim.write("DELETE", address, b"", Idempotency_Key="k3")

    amazon = Specification.objects.get(key="amazon-main").public_id
    assert (created.status_code, repeated.status_code, repeated.json()) == (201, 201, created.json())
    assert repeated["Idempotency-Replayed"] == "true"
    assert read.json() == created.json()
    assert created.json()["specification"] == amazon
    assert (changed.json()["name"], changed.json()["recipes"]) == ("Amazon", ["web-jpeg"])
    assert [item["name"] for item in listed] == ["Amazon"]
    assert (removed.status_code, again.status_code, again.body) == (204, 204, b"")
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"recipes": ["no-such"]}, "recipes"),
        ({"recipes": []}, "recipes"),
        ({"specification": "spc_unknown"}, "specification"),
        ({"kind": "moon"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(pim, change, parameter):
    answer = create(pim, **change)

    assert answer.status_code == 400
    assert [error["parameter"].split(".")[0] for error in answer.json()["errors"]] == [parameter]
    assert not Channel.objects.exists()


def test_second_channel_of_a_name_is_refused(pim):
    create(pim)

    answer = create(pim, "k2", name="AMAZON DE")

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_reading_needs_one_scope_and_writing_another(system):
    partner = make_partner()
    reader = system(partner, scopes=["channels:read"])
    writer = system(partner, scopes=["channels:write"])

    assert create(reader).status_code == 403
    assert "channels:write" in create(reader).json()["detail"]
    assert create(writer).status_code == 201
    assert (reader.get("/channels").status_code, writer.get("/channels").status_code) == (200, 403)
    assert {"channels:read", "channels:write"} <= set(SCOPES)


def test_channel_without_a_key_is_refused(pim):
    answer = pim.write("POST", "/channels", NEW)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "Idempotency-Key")


def test_specifications_tell_every_rule_with_its_source(pim):
    items = pim.get("/specifications").json()["items"]
    amazon = pim.get("/specifications/amazon-main").json()

    assert len(items) == 6
    rule = next(rule for rule in amazon["rules"] if rule["id"] == "white-background")
    assert (rule["measure"], rule["most"], rule["date"]) == ("off_white", 0, "2026-11-27")
    assert "Amazon" in rule["source"]


def test_verdict_is_wanted_first_and_then_there(pim):
    asset = release_one("/Ours/a.jpg")
    make_rendition(asset.variants.get().current, "web-jpeg", content=picture(kind="JPEG", width=900))
    address = f"/assets/{asset.public_id}/renditions/web-jpeg/verdicts/own-shop"

    first = pim.get(address)
    judging.judge_wanted(now=timezone.now())
    second = pim.get(address)

    assert (first.json()["state"], first.json()["lines"], first["Retry-After"]) == ("wanted", [], "5")
    assert (second.json()["state"], second.json()["fix"]) == ("passed", None)
    assert second.json()["lines"][0] == {
        "rule": "longest-side",
        "state": "passed",
        "value": 900,
        "text": "Longest side: 900 pixels; needed: at least 800 pixels",
    }
    assert "Retry-After" not in second
    assert Verdict.objects.count() == 1


OWN = {
    "key": "my-shop",
    "title": "My shop",
    "channel": "shop",
    "rules": [{"measure": "width", "least": 500}, {"measure": "format", "one_of": ["jpeg"]}],
}


def test_own_specification_is_brought_revised_and_removed(pim, system):
    created = pim.write("POST", "/specifications", OWN, Idempotency_Key="k1")
    address = f"/specifications/{created.json()['id']}"
    stricter = {**OWN, "rules": [{"measure": "width", "least": 900.0, "date": "2026-01-01"}]}
    revised = pim.write("PUT", address, stricter, Idempotency_Key="k2")
    again = pim.write("PUT", address, stricter, Idempotency_Key="k3")
    stranger = system(make_partner())

    assert (created.status_code, created.json()["revision"], created.json()["is_own"]) == (201, 1, True)
    assert (revised.json()["revision"], revised.json()["rules"][0]["date"]) == (2, "2026-01-01")
    assert again.json() == revised.json()
    assert stranger.get(address).status_code == 404
    assert stranger.write("PUT", address, OWN, Idempotency_Key="k1").status_code == 404
    assert pim.write("DELETE", address, b"", Idempotency_Key="k4").status_code == 204
    assert pim.get(address).status_code == 404


def test_every_mistake_in_rules_is_named(pim):
    rules = [
        {"measure": "width"},
        {"measure": "height", "least": 9, "most": 3},
        {"measure": "format", "least": 3},
        {"measure": "width", "least": 5},
    ]

    answer = pim.write("POST", "/specifications", {**OWN, "rules": rules}, Idempotency_Key="k1")

    assert answer.status_code == 400
    said = " ".join(error["detail"] for error in answer.json()["errors"])
    assert "Rule 1: Width needs a least number" in said
    assert "Rule 2: Height: the least is above the most." in said
    assert "Rule 3: Format needs a list of words" in said
    assert "Rule 4" not in said


@pytest.mark.parametrize("number", [1e20, 1e300])
def test_number_no_picture_has_is_refused(pim, number):
    rules = [{"measure": "width", "least": number}]

    answer = pim.write("POST", "/specifications", {**OWN, "rules": rules}, Idempotency_Key="k1")

    assert answer.status_code == 400
    assert "numbers from 0 to 1,000,000,000,000" in answer.json()["errors"][0]["detail"]


def test_specifications_of_the_portal_are_not_changed(pim):
    answer = pim.write("PUT", "/specifications/amazon-main", OWN, Idempotency_Key="k1")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_whole_catalogue_is_checked_in_the_background(pim, drawing):
    for name, width in (("small", 300), ("large", 900)):
        asset = release_one(f"/Ours/{name}.jpg")
        content = picture(kind="JPEG", width=width, height=300)
        make_rendition(asset.variants.get().current, "web-jpeg", content=content)
    asked = pim.write(
        "POST", "/specifications/own-shop/reports", {"recipe": "web-jpeg"}, Idempotency_Key="k1"
    )
    href = asked.json()["href"]
    feasibility.work(now=timezone.now())
    judging.judge_wanted(now=timezone.now())
    feasibility.work(now=timezone.now())

    report = pim.get(href).json()
    files = pim.walk(f"/reports/{report['id']}/files", limit=1)
    cannot = pim.get(f"/reports/{report['id']}/files", {"outcome": "cannot"}).json()["items"]

    assert (asked.status_code, asked.json()["finished_at"]) == (202, None)
    assert report["finished_at"] is not None
    assert report["counts"] == {"fits": 1, "fits_after_fix": 0, "cannot": 1, "unknown": 0, "open": 0}
    assert {file["file_name"]: file["outcome"] for file in files} == {
        "small.jpg": "cannot",
        "large.jpg": "fits",
    }
    assert [line["rule"] for line in cannot[0]["why"]] == ["longest-side"]
    assert pim.get("/specifications/own-shop/reports").json()["items"] == [report]


def test_list_of_reports_costs_the_same_for_one_and_many(pim):
    release_one("/Ours/a.jpg")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert pim.get("/specifications/own-shop/reports").status_code == 200
        return len(caught)

    def ask(recipe: str) -> None:
        body = {"recipe": recipe}
        asked = pim.write("POST", "/specifications/own-shop/reports", body, Idempotency_Key=recipe)
        assert asked.status_code == 202
        FeasibilityReport.objects.update(gathered_at=timezone.now(), finished_at=timezone.now())

    ask("web-1200")
    one = queries()
    ask("web-jpeg")
    ask("marketplace")

    assert len(pim.get("/specifications/own-shop/reports").json()["items"]) == 3
    assert queries() == one


def test_size_that_cannot_be_checked_is_refused(pim):
    answer = pim.write(
        "POST", "/specifications/own-shop/reports", {"recipe": "video-720"}, Idempotency_Key="k1"
    )

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "recipe")


def test_responsive_set_names_files_addresses_and_alt_text(pim, drawing):
    asset = release_one("/Ours/oat.jpg", width=600, height=600, alt_text={"en": "Oats"})
    body = pim.get(f"/assets/{asset.public_id}/responsive").json()
    first = body["files"][0]

    made = pim.get(first["href"])

    assert (body["alt_text"], body["alt_language"], body["version"]) == ("Oats", "en", 1)
    assert [file["name"] for file in body["files"]] == [
        "oat-v1-480w.avif",
        "oat-v1-480w.webp",
        "oat-v1-480w.jpg",
    ]
    assert first["name"] in body["snippet"]
    assert (first["sha256"], made.status_code) == (None, 302)
    assert (
        pim.get(f"/assets/{asset.public_id}/responsive").json()["files"][0]["sha256"] == made.json()["sha256"]
    )
