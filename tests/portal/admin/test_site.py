"""The frame around the staff pages: sign-in, the menu, the first page, the field that finds anything."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.core import today
from portal.partners.choices import PartnerStatus
from portal.partners.models import Invitation
from portal.publications.services import request_routing
from portal.renditions.choices import RenditionState
from portal.renditions.models import Rendition
from tests.builders import (
    PASSWORD,
    current_version,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    make_rule,
    make_staff,
    make_user,
    release_one,
)
from tests.portal.admin.reading import words

pytestmark = pytest.mark.django_db


def test_staff_sign_in_at_the_one_page_and_come_back_to_where_they_wanted():
    staff = make_staff()
    client = Client()

    asked = client.get("/admin/portal/partner/?q=x", follow=True)

    assert asked.redirect_chain[-1][0] == "/accounts/login/?next=/admin/portal/partner/%3Fq%3Dx"
    client.post(asked.redirect_chain[-1][0], {"login": staff.email, "password": PASSWORD})
    assert client.get("/admin/portal/partner/?q=x").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(target, desk):
    assert desk.get("/admin/login/", {"next": target})["Location"] == "/admin/"
    assert "evil" not in Client().get("/admin/login/", {"next": target})["Location"]


def test_a_partners_person_gets_a_page_that_says_whose_this_is():
    client = Client()
    client.force_login(make_user(make_partner(), email="jana@company.example"))

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == 403
    assert "This page is for staff" in words(answer)
    assert "You are signed in as jana@company.example" in words(answer)


def test_one_way_out_and_one_place_for_passwords(desk):
    assert desk.get("/admin/logout/")["Location"] == "/accounts/logout/"
    assert desk.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_the_libraries_own_tables_stay_out_of_the_admin():
    assert {model._meta.app_label for model in admin.site._registry} <= {"portal", "integrations"}
    assert not admin.site.is_registered(EmailAddress) and not admin.site.is_registered(Authenticator)


def test_the_menu_leads_to_every_list_and_marks_the_page(desk):
    page = desk.get("/admin/portal/partner/").content.decode()

    side = page[page.index('<nav class="side"') :]
    side = side[: side.index("</nav>")]
    for model, model_admin in admin.site._registry.items():
        if getattr(model_admin, "nav", "shown") is not None:
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            assert f'href="{address}"' in side
    assert side.count("aria-current") == 1
    assert '<a href="/admin/portal/partner/" aria-current="page">' in side


def test_a_page_below_a_list_marks_the_list(desk):
    page = desk.get(reverse("admin:portal_partner_change", args=[make_partner().pk])).content.decode()

    assert '<a href="/admin/portal/partner/" aria-current="page">' in page


def test_today_says_that_nothing_waits(desk):
    assert "Nothing waits for you" in words(desk.get("/admin/"))


def test_today_names_what_needs_a_person_the_worst_first(desk):
    now = timezone.now()
    partner = make_partner("Lonely")
    make_partner("Shut", status=PartnerStatus.SUSPENDED)
    community = make_community(make_partner("Fine"), name="DACH", folder="/Pantry")
    make_community(make_partner(), name="Empty")
    asset = release_one("/Pantry/oats.jpg", rights_end=now + timedelta(days=3), now=now)
    rendition = make_rendition(current_version(asset))
    Rendition.objects.filter(pk=rendition.pk).update(state=RenditionState.FAILED, problem="no pixels")
    make_rule(community, folders=["/x"])

    matters = desk.get("/admin/").context["today"].matters

    assert [(matter.tone, matter.title) for matter in matters] == [
        ("bad", "1 download size could not be made"),
        ("warn", "1 active company is in no community"),
        ("warn", "No rule leads into 1 community"),
        ("warn", "The rights to 1 published asset end soon"),
        ("info", "1 company is suspended"),
    ]
    assert partner.name in matters[1].detail and "Empty" in matters[2].detail
    for matter in matters:
        assert desk.get(matter.url).status_code == 200


def test_today_shows_the_running_pass_and_asks_again_by_itself(desk):
    make_community(make_partner(), folder="/Pantry")
    release_one("/Pantry/oats.jpg")
    quiet = desk.get("/admin/").content.decode()

    request_routing(now=timezone.now())
    busy = desk.get("/admin/")

    assert "data-refresh" not in quiet and "data-refresh" in busy.content.decode()
    assert "Routing pass over all files" in words(busy) and "0 of 1" in words(busy)


def test_another_app_adds_its_lines_without_being_imported(desk, monkeypatch):
    monkeypatch.setattr(today, "_tellers", list(today._tellers))

    @today.register
    def parked(now):
        yield today.Matter(title="3 messages are parked", url="/admin/", action="Look", tone="bad")
        yield today.Progress(title="Import", done=430, total=1000, per_second=10.0)
        yield today.Note(text="Import began", at=now)

    page = words(desk.get("/admin/"))

    assert "3 messages are parked" in page
    assert "Import 43 % 430 of 1,000 · 10 a second · less than a minute left" in page
    assert "Import began" in page


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 10, 0), (999, 1000, 99), (1000, 1000, 100), (5, None, None)]
)
def test_progress_is_never_whole_before_it_is(done, total, percent):
    assert today.Progress(title="x", done=done, total=total).percent == percent


def test_the_field_that_finds_anything_leads_to_the_one_page(desk, staff):
    partner = make_partner("Bergmann")
    user = make_user(partner)
    community = make_community(partner, folder="/Pantry")
    rule = make_rule(community, folders=["/x"])
    asset = release_one("/Pantry/oats.jpg", gtin=gtin14(952123400001))
    invitation = Invitation.objects.create(
        partner=partner,
        email="a@b.example",
        token_digest="x",
        created_at=timezone.now(),
        expires_at=timezone.now(),
    )

    def find(words: str) -> str:
        return desk.get("/admin/find/", {"q": words})["Location"]

    on_asset = reverse("admin:portal_asset_change", args=[asset.pk])
    on_partner = reverse("admin:portal_partner_change", args=[partner.pk])
    for text, page in {
        asset.public_id: on_asset,
        current_version(asset).public_id: on_asset,
        asset.publications.get().public_id: on_asset,
        partner.public_id: on_partner,
        invitation.public_id: on_partner,
        community.public_id: reverse("admin:portal_community_change", args=[community.pk]),
        user.public_id: reverse("admin:portal_user_change", args=[user.pk]),
        f"rule:{rule.pk}": reverse("admin:portal_routingrule_change", args=[rule.pk]),
        user.email: f"{reverse('admin:portal_user_changelist')}?q={user.email.replace('@', '%40')}",
        "bergm": f"{reverse('admin:portal_partner_changelist')}?q=bergm",
        asset.product.gtin: f"{reverse('admin:portal_asset_changelist')}?q={asset.product.gtin}",
        "": reverse("admin:portal_asset_changelist"),
        "prt_unknown": f"{reverse('admin:portal_asset_changelist')}?q=prt_unknown",
    }.items():
        assert find(text) == page, text


@pytest.mark.parametrize(
    "words", ["%", "_", "ast_", "rule:x", "rule:99999999999999999999", "\x00", "a_b c", "é" * 3000]
)
def test_finding_strange_words_is_no_error(desk, words):  # fmt: skip
    assert desk.get("/admin/find/", {"q": words}, follow=True).status_code in {200, 404}
