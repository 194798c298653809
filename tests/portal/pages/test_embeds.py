"""The page of embed links: made by a member for a file that may be used in public, listed, and revoked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads import embeds
from portal.downloads.models import EmbedLink
from portal.partners.choices import Role
from portal.partners.models import Membership
from tests.builders import make_staff, release_one
from tests.portal.pages.reading import links, words


def published(name: str = "box", **fact):
    fact = {"public_use": True, "title": {"en": name}, **fact}
    return release_one(f"/Ours/{name}.jpg", uuid=name, now=timezone.now(), **fact)


def page_of(jana, asset=None) -> str:
    query = f"?asset={asset.public_id}&variant={asset.variants.get().public_id}" if asset else ""
    return f"/o/{jana.partner.slug}/embeds/{query}"


@pytest.fixture
def asset(jana):
    return published()


def test_a_member_embeds_sees_address_and_html_and_revokes(jana, asset):
    of_asset = jana.client.get(f"/o/{jana.partner.slug}/assets/{asset.public_id}/")
    made = jana.client.post(page_of(jana, asset), {"recipe": "web-1200"})
    waiting = jana.client.get(page_of(jana))
    link = EmbedLink.objects.get()
    embeds.mark_ready(
        addresses={link.pk: "https://cdn.example/box.jpg"}, was_public=False, now=timezone.now()
    )
    ready = jana.client.get(page_of(jana))
    revoked = jana.client.post(f"/o/{jana.partner.slug}/embeds/{link.public_id}/revoke/")
    after = words(jana.client.get(page_of(jana)))

    assert page_of(jana, asset) in links(of_asset)
    assert (made.status_code, revoked.status_code) == (302, 302)
    assert "Being made public" in words(waiting) and "Address and HTML" not in words(waiting)
    assert "https://cdn.example/box.jpg" in words(ready)
    assert "Revoked: by your company" in after and "cdn.example" not in after


def test_where_public_use_is_not_allowed_it_says_so_and_offers_nothing(jana):
    asset = published("inner", public_use=False)

    page = jana.client.get(page_of(jana, asset))
    tried = jana.client.post(page_of(jana, asset), {"recipe": "web-1200"})
    of_asset = jana.client.get(f"/o/{jana.partner.slug}/assets/{asset.public_id}/")

    assert "do not allow public use" in words(page) and "Make an embed link" not in words(page)
    assert tried.status_code == 409 and not EmbedLink.objects.exists()
    assert page_of(jana, asset) not in links(of_asset)


def test_a_viewer_looks_and_no_more(jana, asset):
    jana.client.post(page_of(jana, asset), {"recipe": "web-1200"})
    Membership.objects.update(role=Role.VIEWER)
    link = EmbedLink.objects.get()

    page = words(jana.client.get(page_of(jana, asset)))
    jana.client.post(f"/o/{jana.partner.slug}/embeds/{link.public_id}/revoke/")
    jana.client.post(page_of(jana, asset), {"recipe": "thumb"})

    assert "Ask one of them" in page
    assert EmbedLink.objects.get().is_open


def test_looking_makes_nothing_and_anothers_file_and_link_are_not_there(jana, stranger, asset):
    jana.client.post(page_of(jana, asset), {"recipe": "web-1200"})
    link = EmbedLink.objects.get()

    theirs = stranger.client.get(page_of(stranger, asset))
    revoked = stranger.client.post(f"/o/{stranger.partner.slug}/embeds/{link.public_id}/revoke/")
    for _ in range(2):
        jana.client.get(page_of(jana, asset))

    assert (theirs.status_code, revoked.status_code) == (404, 404)
    assert EmbedLink.objects.get().is_open


def test_many_links_cost_as_many_questions_as_one(jana, asset):
    jana.client.post(page_of(jana, asset), {"recipe": "web-1200"})
    jana.client.get(page_of(jana))
    with CaptureQueriesContext(connection) as few:
        jana.client.get(page_of(jana))
    for number in range(6):
        jana.client.post(page_of(jana, published(f"n{number}")), {"recipe": "web-1200"})
    jana.client.get(page_of(jana))
    with CaptureQueriesContext(connection) as many:
        jana.client.get(page_of(jana))

    assert EmbedLink.objects.count() == 7
    assert len(many) == len(few)


def test_staff_see_the_register_and_revoke(jana, asset, client):
    jana.client.post(page_of(jana, asset), {"recipe": "web-1200"})
    link = EmbedLink.objects.get()
    client.force_login(make_staff())

    page = client.get("/admin/portal/embedlink/")
    client.post("/admin/portal/embedlink/", {"action": "take_back", "_selected_action": [link.pk]})

    assert jana.partner.name in page.content.decode()
    assert EmbedLink.objects.get().end == "staff"


def test_older_links_are_on_the_next_page_and_a_damaged_address_says_what_to_do(jana):
    first = published("first")
    jana.client.post(page_of(jana, first), {"recipe": "web-1200"})
    link = EmbedLink.objects.get()
    EmbedLink.objects.bulk_create(
        EmbedLink(
            partner=jana.partner,
            actor="x",
            version=link.version,
            revision=link.revision,
            state="ended",
            created_at=timezone.now(),
            ended_at=timezone.now(),
            end="company",
        )
        for _ in range(50)
    )
    page = jana.client.get(page_of(jana))
    older = jana.client.get(page.context["older"])
    damaged = jana.client.get(f"{page_of(jana)}?cursor=zzz")

    assert "Being made public" not in words(page)
    assert "Being made public" in words(older) and len(older.context["links"]) == 1
    assert damaged.status_code == 400 and "Go to the first page" in words(damaged)
