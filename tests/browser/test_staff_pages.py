"""
The staff pages in a browser: every entry of the menu and every page behind it keeps the security header, fits phone
and desk, reads in both directions, and keeps the rules of WCAG 2.2 AA.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from integrations.models import Connection, InboundEvent, OutboxMessage
from portal.catalog.models import Asset
from portal.core.staff_admin import StaffAdmin
from portal.downloads.models import ShareLink
from portal.onboarding.models import OnboardingCode, OnboardingDocument
from portal.partners.models import Community
from portal.publications.models import RoutingRule
from portal.renditions.models import Recipe
from tests.browser.house import House
from tests.browser.test_accessibility import RULES, explained

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def _list(meta) -> Callable[[House], str]:
    return lambda house: reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def _page(
    name: str, find: Callable[[House], object], query: str = "", *, app: str = "portal"
) -> Callable[[House], str]:
    return lambda house: reverse(f"admin:{app}_{name}", args=[find(house).pk]) + query


PAGES: dict[str, Callable[[House], str]] = {
    "today": lambda house: reverse("admin:index"),
    "integration health": lambda house: reverse("admin:integration_health"),
    **{
        f"list of {model._meta.model_name}": _list(model._meta)
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, StaffAdmin)
    },
    "list, nothing matches": lambda house: "/admin/portal/partner/?q=nothing",
    "list, filtered": lambda house: f"/admin/portal/download/?partner={house.shop.pk}&via=page",
    "company": _page("partner_change", lambda house: house.shop),
    "company, empty": _page("partner_change", lambda house: house.alone),
    "what a company sees": _page("partner_sees", lambda house: house.shop),
    "what a closed company sees": _page("partner_sees", lambda house: house.closed),
    "why": _page("partner_why", lambda house: house.shop),
    "why, several": _page("partner_why", lambda house: house.shop, "?asset=/Shop"),
    "why, visible": _page("partner_why", lambda house: house.shop, "?asset=muesli.jpg"),
    "why, not visible": _page("partner_why", lambda house: house.alone, "?asset=muesli.jpg"),
    "why, none": _page("partner_why", lambda house: house.shop, "?asset=no-such-file"),
    "community": _page("community_change", lambda house: Community.objects.order_by("pk").first()),
    "rule, new": lambda house: reverse("admin:portal_routingrule_add"),
    "rule": _page("routingrule_change", lambda house: RoutingRule.objects.order_by("pk").first()),
    "rule, remove": _page("routingrule_remove", lambda house: RoutingRule.objects.order_by("pk").first()),
    "pack": _page("pack_change", lambda house: house.pack),
    "pack, being prepared": _page("pack_change", lambda house: house.coming),
    "pack, with terms": _page("pack_change", lambda house: house.strict),
    "pack, new": lambda house: reverse("admin:portal_pack_add"),
    "asset": _page("asset_change", lambda house: house.muesli),
    "asset, not published": _page("asset_change", lambda house: Asset.objects.order_by("-pk").first()),
    "download size": _page("recipe_change", lambda house: Recipe.objects.get(key="web-1200")),
    "share link": _page("sharelink_change", lambda house: ShareLink.objects.get(title="For the poster")),
    "onboarding": _page("enrolment_change", lambda house: house.start.enrolments.get()),
    "onboarding, applied": _page("enrolment_change", lambda house: house.applied.enrolments.get()),
    "programme": _page("programme_change", lambda house: house.start.enrolments.get().programme),
    "programme, edited": _page("programme_edit", lambda house: house.start.enrolments.get().programme),
    "onboarding code": _page("onboardingcode_change", lambda house: OnboardingCode.objects.first()),
    "onboarding code, new": lambda house: reverse("admin:portal_onboardingcode_make"),
    "text": _page("onboardingdocument_change", lambda house: OnboardingDocument.objects.first()),
    "connection": _page(
        "connection_change", lambda house: Connection.objects.get(vendor="scaleflex"), app="integrations"
    ),
    "connection, new": lambda house: reverse("admin:integrations_connection_add"),
    "inbox, one event": _page(
        "inboundevent_change", lambda house: InboundEvent.objects.first(), app="integrations"
    ),
    "outbox, one that is parked": _page(
        "outboxmessage_change",
        lambda house: OutboxMessage.objects.filter(state="parked").first(),
        app="integrations",
    ),
    "person": _page("user_change", lambda house: house.reader),
    "person, oneself": _page("user_change", lambda house: house.staff),
    "person, new": lambda house: reverse("admin:portal_user_add"),
}
LOOKS = [("en", "light", 1440), ("ar", "dark", 390)]


@pytest.mark.parametrize("name", PAGES)
def test_staff_page_keeps_the_rules(name, visit, site, axe):
    staff = visit(site.house.staff)
    page, found = staff.page, []
    for language, scheme, width in LOOKS:
        staff.remember(settings.LANGUAGE_COOKIE_NAME, language)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.goto(PAGES[name](site.house)).status == 200
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{language} {width}: {wider} pixels wider than the screen"] if wider > 0 else []
        result = axe.run(page, options=RULES)
        found += [f"{language} {scheme} {width}: {line}" for line in explained(result.response)]

    assert found == []
    assert [trouble for trouble in staff.troubles if "/admin/preview/" not in trouble] == []


def test_a_rule_is_checked_and_saved_without_script(visit, site):
    staff = visit(site.house.staff, java_script_enabled=False)
    page = staff.page
    page.goto(reverse("admin:portal_routingrule_add"))
    page.fill("[name=name]", "By hand")
    page.fill("[name=folders]", "/By hand")
    page.locator("[name=communities]").first.check()
    page.get_by_role("button", name="Check the effect").click()
    assert "No approved file meets all conditions" in page.inner_text("#effect")
    page.get_by_role("button", name="Save and run a pass").click()

    assert "“By hand” is saved." in page.inner_text("main")
    RoutingRule.objects.filter(name="By hand").delete()


def test_rows_are_ticked_all_at_once_and_leave_as_csv(visit, site):
    staff = visit(site.house.staff)
    page = staff.page
    page.goto(reverse("admin:portal_partner_changelist"))

    page.get_by_label("Tick every row").check()

    boxes = page.locator("[name=_selected_action]")
    assert boxes.count() > 1
    assert all(boxes.nth(number).is_checked() for number in range(boxes.count()))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of the ticked rows").click()
    assert download.value.suggested_filename == "partners.csv"
    assert staff.troubles == []
