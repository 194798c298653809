"""Every list of the staff: who may open it, what it asks the database, how it pages, filters, and leaves as CSV."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.activity import services as activity
from portal.core import csv_out, rowscope
from portal.core.staff_admin import StaffAdmin
from portal.downloads import shares
from portal.downloads.models import Download, EmbedLink, ShareLink
from portal.downloads.wishes import Wish
from portal.onboarding import codes
from portal.onboarding.choices import StepKind
from portal.partners.models import Membership, Partner
from portal.renditions.models import Specification, Verdict
from tests.builders import (
    NOON,
    current_version,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    make_staff,
    make_user,
    release_one,
    take,
)
from tests.portal.admin.reading import rows, table, words
from tests.portal.change_requests.builders import ask
from tests.portal.onboarding.builders import begin, make_document
from tests.portal.packs.builders import issue, make_pack, pick

pytestmark = pytest.mark.django_db
LISTS = sorted(
    model._meta.model_name
    for model, model_admin in admin.site._registry.items()
    if model._meta.app_label == "portal" and isinstance(model_admin, StaffAdmin)
)
STEP = timedelta(minutes=1)


def address(model: str, page: str = "changelist") -> str:
    return reverse(f"admin:portal_{model}_{page}")


def one_of_everything(number: int) -> None:
    """A company with a person, a community with a rule, a published file with two versions' worth of traces."""
    partner = make_partner(f"Company {number:03}", now=NOON + number * STEP)
    user = make_user(partner, name=f"Person {number:03}")
    community = make_community(partner, name=f"Community {number:03}", folder=f"/{number}")
    asset = release_one(
        f"/{number}/file{number:03}.jpg",
        gtin=gtin14(952123400000 + number),
        title={"en": f"File {number:03}"},
        language="de",
        now=NOON + number * STEP,
    )
    begin(
        partner, StepKind.OTHER, StepKind.COLLEAGUES, title=f"Programme {number:03}", now=NOON + number * STEP
    )
    make_document(f"terms-{number}")
    codes.make_code(
        approval="manual",
        expires_at=NOON + 9 * STEP,
        partner=partner,
        now=NOON + number * STEP,
        actor="system",
    )
    ask(partner, user, now=NOON + number * STEP, asset=asset.public_id, width=800)
    rendition = make_rendition(current_version(asset))
    rules = Specification.objects.get(key="own-shop", partner=None).revisions.get()
    Verdict.objects.create(version=rendition.version, revision=rendition.revision, specification=rules)
    take(partner, asset, user=user, now=NOON + number * STEP)
    pack = make_pack(community, title=f"Pack {number:03}", now=NOON + number * STEP)
    pick(pack, [asset], now=NOON + number * STEP)
    issue(pack, now=NOON + number * STEP)
    shares.share(
        by=shares.Sharer.person(Membership.objects.get(user=user)),
        title=f"Share {number:03}",
        emails=["agency@print.example"],
        wishes=[Wish(rendition.version.variant_id, rendition.revision.recipe_id)],
        expires_at=NOON + timedelta(days=300),
        now=NOON + number * STEP,
    )
    EmbedLink.objects.create(
        partner=partner,
        actor="system",
        version=rendition.version,
        revision=rendition.revision,
        created_at=NOON + number * STEP,
    )


def test_there_is_a_list_for_everything_staff_look_after():
    assert LISTS == [
        "activity", "asset", "assetversion", "changerequest", "community", "download", "embedlink", "enrolment",
        "onboardingcode", "onboardingdocument", "pack", "partner", "product", "programme", "publication", "recipe",
        "rendition", "routingrule", "sharelink", "user", "variant", "verdict",
    ]  # fmt: skip


@pytest.mark.parametrize("model", LISTS)
def test_a_list_asks_as_many_questions_for_many_rows_as_for_one(model, desk):
    one_of_everything(1)
    activity.seal()
    desk.get(address(model))
    with CaptureQueriesContext(connection) as few:
        assert desk.get(address(model)).status_code == 200
    for number in range(2, 6):
        one_of_everything(number)

    with CaptureQueriesContext(connection) as many:
        page = desk.get(address(model))

    assert len(rows(page)) >= 5
    assert len(many) == len(few), [query["sql"][:200] for query in many]


@pytest.mark.parametrize("model", LISTS)
def test_a_list_leaves_as_csv_with_every_row_and_no_further_questions_per_row(model, desk):
    for number in (1, 2, 3):
        one_of_everything(number)

    with CaptureQueriesContext(connection) as asked:
        lines = table(desk.get(address(model, "csv")))

    shown = rows(desk.get(address(model)))
    assert len(lines) == len(shown) + 1
    assert all(len(line) == len(lines[0]) for line in lines)
    assert len(asked) < 15


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("page", ["changelist", "csv"])
def test_lists_are_for_staff_alone(model, page, client):
    stranger, partner = Client(), Client()
    partner.force_login(make_user(make_partner()))

    assert stranger.get(address(model, page)).status_code == 302
    answer = partner.get(address(model, page), follow=True)
    assert answer.status_code == 403
    assert "This page is for staff" in words(answer)


@pytest.mark.parametrize("model", LISTS)
def test_nothing_of_a_list_can_be_deleted_or_edited_past_the_services(model, desk):
    one_of_everything(1)
    found = admin.site._registry[
        next(m for m in admin.site._registry if m._meta.label_lower == f"portal.{model}")
    ].model.objects.first()

    assert desk.post(reverse(f"admin:portal_{model}_delete", args=[found.pk])).status_code == 403
    answer = desk.post(
        address(model), {"action": "delete_selected", "_selected_action": [found.pk], "index": 0}
    )
    assert answer.status_code in {200, 302}
    assert type(found).objects.filter(pk=found.pk).exists()


def test_staff_take_share_links_back_for_everybody(desk):
    one_of_everything(1)
    link = ShareLink.objects.get()

    desk.post(address("sharelink"), {"action": "take_back", "_selected_action": [link.pk], "index": 0})

    link.refresh_from_db()
    assert link.revoked_at is not None
    assert link.revoked_by.startswith("user:")


def test_a_list_is_paged_by_cursor_both_ways_and_counts_nothing(desk, monkeypatch):
    monkeypatch.setattr(StaffAdmin, "list_per_page", 2)
    for number in (1, 2, 3, 4, 5):
        make_partner(f"Company {number}")

    with CaptureQueriesContext(connection) as asked:
        first = desk.get(address("partner"))
    second = desk.get(address("partner") + first.context["cl"].next_url)
    third = desk.get(address("partner") + second.context["cl"].next_url)
    back = desk.get(address("partner") + third.context["cl"].previous_url)

    pages = [[name.split(" /o/")[0] for name in rows(page)] for page in (first, second, third, back)]
    assert pages == [
        ["Company 1", "Company 2"],
        ["Company 3", "Company 4"],
        ["Company 5"],
        ["Company 3", "Company 4"],
    ]
    assert first.context["cl"].previous_url == "" and third.context["cl"].next_url == ""
    asked_of_partners = [q["sql"] for q in asked if '"portal_partner"' in q["sql"]]
    assert not any("OFFSET" in sql or "COUNT(*)" in sql for sql in asked_of_partners)


def test_a_damaged_cursor_leads_back_to_the_first_page(desk):
    make_partner()

    answer = desk.get(address("partner") + "?cursor=nonsense")

    assert answer.status_code == 302
    assert desk.get(answer["Location"]).status_code == 404 or "?e=1" in answer["Location"]


def test_another_filter_begins_at_the_first_page_and_keeps_the_sort(desk, monkeypatch):
    monkeypatch.setattr(StaffAdmin, "list_per_page", 1)
    make_partner("A"), make_partner("B")
    first = desk.get(address("partner") + "?sort=newest")

    second = desk.get(address("partner") + first.context["cl"].next_url)

    links = [choice["query_string"] for menu in second.context["cl"].menus for choice in menu["choices"]]
    assert links and not any("cursor" in link for link in links)
    assert all("sort=newest" in link for link in links)


def test_what_narrows_a_list_stands_above_it_and_can_be_taken_off(desk):
    partner = make_partner("Bergmann")
    one_of_everything(1)

    page = desk.get(f"{address('download')}?partner={partner.pk}&q=file")

    assert [chip["label"] for chip in page.context["cl"].chips] == ["“file”", "Company: Bergmann"]
    assert "Nothing matches" in words(page)
    without = desk.get(address("download") + page.context["cl"].chips[1]["url"])
    assert len(rows(without)) == 1


def test_partners_are_sorted_by_when_they_were_last_seen(desk):
    never, long_ago, today = make_partner("Never"), make_partner("Long ago"), make_partner("Today")
    for partner, seen in ((long_ago, NOON), (today, NOON + timedelta(days=9))):
        make_user(partner).memberships.update(seen_at=seen)

    page = desk.get(address("partner") + "?sort=seen")

    assert [name.split(" /o/")[0] for name in rows(page)] == [today.name, long_ago.name, never.name]


def test_the_ticked_rows_leave_as_csv(desk):
    first, _second, third = (make_partner(f"Company {n}") for n in (1, 2, 3))

    lines = table(
        desk.post(
            address("partner"),
            {"action": "export_csv", "index": 0, "_selected_action": [first.pk, third.pk]},
        )
    )

    assert [line[1] for line in lines[1:]] == [first.name, third.name]


def test_csv_holds_what_the_filter_leaves(desk):
    one_of_everything(1), one_of_everything(2)
    partner = Partner.objects.get(name="Company 002")

    lines = table(desk.get(f"{address('download', 'csv')}?partner={partner.pk}"))

    names = lines[0]
    assert [dict(zip(names, line, strict=True))["partner_name"] for line in lines[1:]] == ["Company 002"]
    assert dict(zip(names, lines[1], strict=True))["at"] == "2026-09-01T12:02:00+00:00"


def test_csv_reads_in_batches_under_the_staffs_scope(desk, monkeypatch):
    monkeypatch.setattr(csv_out, "_BATCH", 2)
    for number in (1, 2, 3, 4, 5):
        make_partner(f"Company {number}")
    answer = desk.get(address("partner", "csv"))

    with rowscope.limited_to(rowscope.NOTHING):
        lines = table(answer)
        assert rowscope.current() == rowscope.NOTHING

    assert len(lines) == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+49 40", "'+49 40"),
        ("@sum", "'@sum"),
        ("-", "'-"),
        (-3, "-3"),
        (None, ""),
        (True, "yes"),
        (["DE", "AT"], "DE, AT"),
        (["=A1"], "'=A1"),
        ("plain", "plain"),
        (NOON, "2026-09-01T12:00:00+00:00"),
    ],
)
def test_a_cell_never_begins_a_formula(value, text):
    assert csv_out.cell(value) == text


def test_a_company_cannot_write_mark_up_into_a_list(desk):
    make_partner("<script>alert(1)</script>")

    assert "<script>alert(1)" not in desk.get(address("partner")).content.decode()


def test_staff_who_are_no_administrators_see_the_lists_too():
    helper = make_staff()
    helper.is_superuser = False
    helper.save()
    client = Client()
    client.force_login(helper)

    assert client.get(address("partner")).status_code == 200
    assert "Routing rules" in client.get(reverse("admin:index")).content.decode()


def test_downloads_tell_whether_these_bytes_are_still_right(desk):
    one_of_everything(1)
    version = Download.objects.get().version
    version.withdrawn_at, version.withdrawal = NOON, "rights_ended"
    version.save()

    assert "Rights ended" in words(desk.get(address("download")))
