"""A company brings its own rules and checks its whole catalogue against them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.partners.models import Channel
from portal.publications import feasibility
from portal.renditions import rulebooks
from portal.renditions.models import Specification, Verdict
from portal.renditions.selectors import current_revisions
from tests.builders import release_one
from tests.portal.pages.reading import words
from tests.portal.pages.test_channels import make_channel, manager  # noqa: F401

pytestmark = pytest.mark.django_db
ADDRESS = "settings/specifications/"


def post(visitor, path: str, **fields):
    return visitor.client.post(f"/o/{visitor.partner.slug}/settings/{path}", fields)


def bring(visitor, **fields):
    return post(visitor, "specifications/add/", **{"title": "My shop", "channel": "shop", **fields})


def own() -> Specification:
    return Specification.objects.get(partner__isnull=False)


def test_manager_brings_rules_by_form_and_revises_them(manager):  # noqa: F811
    bring(
        manager, longest_side_least="1000", bytes_most="500", fill_least="85", off_white="on", colours="on",
        formats=["jpeg", "png"], pattern="[0-9]{14}[.]jpg",
    )  # fmt: skip
    specification = own()
    shown = words(manager.get(f"{ADDRESS}{specification.public_id}/"))
    form = manager.get(f"{ADDRESS}{specification.public_id}/edit/").content.decode()
    post(
        manager, f"specifications/{specification.public_id}/edit/", title="My shop", channel="shop",
        longest_side_least="1200",
    )  # fmt: skip

    first, second = specification.revisions.order_by("number")
    assert first.rules == [
        {"id": "longest_side", "measure": "longest_side", "least": 1000},
        {"id": "bytes", "measure": "bytes", "most": 500000},
        {"id": "fill", "measure": "fill", "least": 0.85},
        {"id": "off_white", "measure": "off_white", "most": 0},
        {"id": "format", "measure": "format", "one_of": ["jpeg", "png"]},
        {"id": "colour", "measure": "colour", "one_of": ["srgb"]},
        {"id": "file_name", "measure": "file_name", "pattern": "[0-9]{14}[.]jpg"},
    ]
    assert second.rules == [{"id": "longest_side", "measure": "longest_side", "least": 1200}]
    assert "Product fills the picture at least 85 %" in shown
    assert 'name="bytes_most" value="500"' in form and 'name="fill_least" value="85"' in form


def test_table_takes_the_place_of_the_form_and_keeps_its_sources(manager):  # noqa: F811
    table = SimpleUploadedFile(
        "rules.csv", b"measure,most,source,date\nper_view,1,Our handbook,2026-01-01\nwidth,900,,\n"
    )

    bring(manager, width_least="5", table=table)
    post(
        manager, f"specifications/{own().public_id}/edit/", title="My shop", channel="shop", width_most="800"
    )

    first, second = own().revisions.order_by("number")
    assert [rule["measure"] for rule in first.rules] == ["per_view", "width"]
    # What the form does not know it leaves as it is.
    assert {rule["measure"]: rule for rule in second.rules}["per_view"]["source"] == "Our handbook"


def test_mistakes_are_said_in_the_readers_words(manager):  # noqa: F811
    table = SimpleUploadedFile("rules.csv", b"measure,least\nbreadth,1\n")

    empty = words(bring(manager))
    order = words(bring(manager, width_least="9", width_most="3"))
    wrong = words(bring(manager, table=table))

    assert "A specification needs at least one rule" in empty
    assert "Width: the least is above the most." in order
    assert "Line 2: “breadth” cannot be measured." in wrong
    assert not Specification.objects.filter(partner__isnull=False).exists()


@pytest.mark.parametrize("number", ["1e20", "1e308", "inf"])
def test_number_no_picture_has_is_refused_in_words(manager, number):  # noqa: F811
    table = SimpleUploadedFile("rules.csv", f"measure,least\nwidth,{number}\n".encode())

    by_form = bring(manager, bytes_most=number, width_least=number)
    by_table = bring(manager, table=table)

    assert (by_form.status_code, by_table.status_code) == (200, 200)
    assert "Line 2: Width: least and most are numbers from 0 to 1,000,000,000,000." in words(by_table)
    assert not Specification.objects.filter(partner__isnull=False).exists()


def test_pattern_kept_from_before_says_that_it_cannot_tell(manager):  # noqa: F811
    bring(manager, pattern="[a-z]+[.]jpg")
    revision = own().revisions.get()
    revision.rules = [{"id": "file_name", "measure": "file_name", "pattern": "(?=a)[a-z]+[.]jpg"}]
    revision.save()

    shown = manager.get(f"{ADDRESS}{own().public_id}/")
    [rule] = rulebooks.rules_of(rulebooks.newest([own().pk])[own().pk]).rules
    again = bring(manager, title="Another", pattern="(?=a)[a-z]+[.]jpg")

    assert shown.status_code == 200
    assert rule.state("a.jpg") == "unknown"
    assert "Look-around and backreferences are not known here." in words(again)


def test_removing_leaves_channels_without_rules(manager):  # noqa: F811
    bring(manager, width_least="9")
    channel = make_channel(manager)
    Channel.objects.update(specification=own())

    answer = post(manager, f"specifications/{own().public_id}/remove/")
    channel.refresh_from_db()

    assert answer.status_code == 302
    assert channel.specification is None
    assert manager.get(f"{ADDRESS}{own().public_id}/").status_code == 404


def test_rules_of_the_portal_and_of_others_are_not_changed(manager, jana, stranger):  # noqa: F811
    bring(manager, width_least="9")
    amazon = Specification.objects.get(key="amazon-main").public_id

    tries = [
        post(
            manager, f"specifications/{amazon}/edit/", title="x", channel="shop", width_least="1"
        ).status_code,
        post(manager, f"specifications/{amazon}/remove/").status_code,
        post(jana, f"specifications/{own().public_id}/remove/").status_code,
        bring(jana, width_least="1").status_code,
        stranger.get(f"{ADDRESS}{own().public_id}/").status_code,
    ]

    assert tries == [403, 403, 403, 403, 404]
    assert "My shop" not in words(stranger.get(ADDRESS))


def check(visitor):
    web = next(one for one in current_revisions() if one.recipe.key == "web-1200")
    return post(visitor, "specifications/amazon-main/check/", recipe=web.pk)


def test_report_page_shows_progress_then_every_file_and_why(jana, stranger):
    release_one("/Ours/a.jpg")
    release_one("/Ours/=b.jpg")
    address = check(jana)["Location"]
    running = words(jana.client.get(address))
    feasibility.work(now=timezone.now())
    rules = [{"rule": "longest-side", "value": 640, "state": "failed"}]
    Verdict.objects.update(state="failed", lines=rules)
    feasibility.work(now=timezone.now())

    page = words(jana.client.get(address))
    fitting = words(jana.client.get(address, {"outcome": "fits"}))
    table = b"".join(jana.client.get(f"{address}csv/").streaming_content).decode("utf-8-sig").splitlines()

    assert "Gathering your files" in running
    assert "Cannot fit 2" in page
    assert "Longest side: 640 pixels; needed: 1000 pixels to 10000 pixels" in page
    assert "a.jpg" not in fitting
    assert table[0] == "file,gtin,language,version,asset,outcome,rules,why"
    assert len(table) == 3
    assert any(line.startswith("'=b.jpg") for line in table), "nothing in it runs as a formula"
    assert stranger.client.get(address.replace(jana.partner.slug, stranger.partner.slug)).status_code == 404
    assert jana.client.get(address, {"outcome": "moon"}).status_code == 404


def test_report_page_costs_the_same_for_one_file_and_for_many(jana):
    release_one("/Ours/a.jpg")
    address = check(jana)["Location"]
    feasibility.work(now=timezone.now())
    with CaptureQueriesContext(connection) as one:
        jana.client.get(address)
    feasibility.FeasibilityReport.objects.all().delete()
    for number in range(4):
        release_one(f"/Ours/b{number}.jpg")
    address = check(jana)["Location"]
    feasibility.work(now=timezone.now())

    with CaptureQueriesContext(connection) as many:
        jana.client.get(address)

    assert len(many) == len(one)


def test_lists_name_own_rules_first(manager):  # noqa: F811
    bring(manager, width_least="9")

    found = [revision.specification.key for revision in rulebooks.list_for(manager.partner)]

    assert found[0] == "my-shop"
    assert len(found) == 7
