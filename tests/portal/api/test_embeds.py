"""Embed links by API: only where rights allow it, once, with an address when the media library has said yes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads import embeds
from portal.downloads.models import EmbedLink
from tests.builders import file_fact, make_community, make_partner, release, release_one

ADDRESS = "https://cdn.example/box.jpg?w=1200&h=1200"


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


def picture(name: str = "box", **more):
    now = timezone.now()
    return release_one(f"/Ours/{name}.jpg", **{"uuid": name, "public_use": True, "now": now, **more})


def embed(pim, asset, *, key: str = "k1", recipe: str = "web-1200", **more):
    body = {"asset": asset.public_id, "recipe": recipe, **more}
    return pim.write("POST", "/embeds", body, Idempotency_Key=key)


def opened(link: str) -> None:
    """What the media library's answer does."""
    row = EmbedLink.objects.get(public_id=link)
    embeds.mark_ready(addresses={row.pk: ADDRESS}, was_public=False, now=timezone.now())


def test_address_and_html_come_when_the_file_is_public(pim):
    made = embed(pim, picture(alt_text={"en": 'Box "large"'}))
    href = made.json()["href"]
    opened(made.json()["id"])
    ready = pim.get(href).json()

    assert made.status_code == 201
    assert (made.json()["state"], made.json()["address"], made.json()["html"]) == ("opening", None, None)
    assert (ready["state"], ready["address"]) == ("ready", ADDRESS)
    assert ready["html"].startswith('<img src="https://cdn.example/box.jpg?w=1200&amp;h=1200"')
    assert 'alt="Box &quot;large&quot;"' in ready["html"]


def test_embedded_twice_is_one_link(pim):
    asset = picture()
    first, again, replayed = (embed(pim, asset, key=key) for key in ("k1", "k2", "k1"))

    assert (first.status_code, again.status_code, replayed.status_code) == (201, 200, 201)
    assert first.json()["id"] == again.json()["id"]
    assert EmbedLink.objects.count() == 1


def test_what_may_not_be_public_or_has_no_address_is_refused(pim):
    inner = embed(pim, picture("inner", public_use=False))
    original = embed(pim, picture(), key="k2", recipe="original")
    unknown = embed(pim, picture(), key="k3", variant="var_aaaaaaaaaaaaaaaa")

    assert (inner.status_code, inner.json()["code"]) == (409, "not_embeddable")
    assert (original.status_code, original.json()["code"]) == (409, "not_embeddable")
    assert unknown.status_code == 404
    assert not EmbedLink.objects.exists()


def test_replaced_version_ends_its_link_and_says_why(pim):
    made = embed(pim, picture()).json()
    opened(made["id"])
    picture(sha1="f" * 40, modified_at=timezone.now())
    ended = pim.get(made["href"]).json()

    assert (ended["state"], ended["reason"], ended["html"]) == ("ended", "replaced", None)


def test_link_taken_back_stays_in_the_list_and_can_be_made_anew(pim):
    asset = picture()
    made = embed(pim, asset).json()
    back = [
        pim.write("POST", f"/embeds/{made['id']}/revoke", b"", Idempotency_Key=key) for key in ("r1", "r2")
    ]
    anew = embed(pim, asset, key="k2")

    assert [answer.status_code for answer in back] == [200, 200]
    assert back[0].json()["ended_at"] == back[1].json()["ended_at"]
    assert (back[0].json()["reason"], anew.status_code) == ("company", 201)
    assert [line["id"] for line in pim.walk("/embeds")] == [anew.json()["id"], made["id"]]


def test_list_asks_as_often_for_many_as_for_one(pim):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert pim.get("/embeds").status_code == 200
        return len(seen)

    embed(pim, picture("one"))
    queries()
    few = queries()
    for number in range(4):
        embed(pim, picture(f"more-{number}"), key=f"m{number}")

    assert queries() == few
    assert len(pim.walk("/embeds?limit=2")) == 5


def test_without_a_variant_it_is_the_one_in_the_companys_language(pim):
    pim.partner.language = "de"
    pim.partner.save()
    fact = {"group": "box", "public_use": True}
    asset, *_ = release(
        file_fact("/Ours/box_en.jpg", uuid="en", language="en", **fact),
        file_fact("/Ours/box_de.jpg", uuid="de", language="de", **fact),
        now=timezone.now(),
    )

    assert embed(pim, asset).json()["language"] == "de"
