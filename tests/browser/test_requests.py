"""Asking for what does not exist, in a browser: from the page where it is missed to the confirmation."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.change_requests import services
from portal.change_requests.models import ChangeRequest
from tests.portal.change_requests.builders import by_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_from_the_asset_to_the_confirmation(visit, site, script):
    house, wide = site.house, 7777 if script else 7778
    reader = visit(house.reader, java_script_enabled=script)
    page = reader.page
    page.goto(f"/o/{house.shop.slug}/assets/{house.muesli.public_id}/?language=de")
    page.get_by_role("link", name="Another size, format, view or language?").click()

    # The file is there already in this size, which is said before anybody is asked.
    expect(page.get_by_label("GTIN")).to_have_value(house.muesli.product.gtin)
    page.get_by_label("Width").fill("700")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("This is there already.")).to_be_visible()
    expect(page.get_by_role("link", name="Cut it")).to_be_visible()

    # It is not what is meant: larger than there is, with a mistake on the way.
    page.get_by_label("Width").fill(str(wide))
    page.get_by_label("Background").fill("see-through")
    page.get_by_label("In your words").fill("For the trade fair")
    page.get_by_role("button", name="Ask all the same").click()
    expect(page.get_by_text("Write a colour as six hex digits").first).to_be_visible()
    expect(page.get_by_label("In your words")).to_have_value("For the trade fair")
    page.get_by_label("Background").fill("transparent")
    page.get_by_role("button", name="Send request").click()

    expect(page.get_by_text("is on its way")).to_be_visible()
    made = ChangeRequest.objects.get(width=wide)
    expect(page.get_by_role("listitem").filter(has_text="Open").first).to_have_attribute(
        "aria-current", "step"
    )
    brand, now = by_staff(house.staff), timezone.now()
    services.ask_partner(request=made, text="In which light?", by=brand, now=now)

    page.goto(f"/o/{house.shop.slug}/")
    page.get_by_role("link", name=f"Answer a question about {made.name}").click()
    page.get_by_label("Your message").fill("By day")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("By day")).to_be_visible()
    services.resolve(request=made, text="In the studio’s folder", by=brand, now=now)
    page.reload()
    page.get_by_role("button", name="Confirm solved").click()

    expect(page.get_by_text("Confirmed. Thank you.")).to_be_visible()
    made.refresh_from_db()
    assert (made.state, made.background) == ("confirmed", "transparent")
    assert reader.troubles == []
