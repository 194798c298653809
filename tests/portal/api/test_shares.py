"""Share links by API: mailed and never answered, limited, taken back, with a register of what was taken."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.activity.models import Activity
from portal.downloads.models import ShareLink, ShareRecipient
from portal.partners.models import IdempotentCall
from tests.builders import current_version, make_community, make_partner, make_rendition, release_one
from tests.portal.packs.builders import issue, make_pack, pick


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


@pytest.fixture
def asset(pim):
    asset = release_one("/Ours/box.jpg", uuid="box", now=timezone.now())
    make_rendition(current_version(asset))
    return asset


def share(pim, asset=None, key: str = "k1", **more):
    body = {"emails": ["agency@print.example"], "expires_at": in_days(7), **more}
    if asset is not None:
        body["items"] = [{"asset": asset.public_id, "recipe": "web-1200"}]
    return pim.write("POST", "/shares", body, Idempotency_Key=key)


def in_days(days: int) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def mailed() -> str:
    return re.search(r"http://\S+(/s/\S+/)", mail.outbox[-1].body)[1]


def test_share_is_made_once_mailed_taken_and_registered(pim, asset):
    made = share(pim, asset, title="Poster", most_downloads=2)
    visitor, way = Client(), mailed()
    sent = visitor.get(
        visitor.post(f"{way}take/", {"what": str(ShareLink.objects.get().files.get().pk)})["Location"]
    )
    content = sent.getvalue()
    read = pim.get(made.json()["href"]).json()
    register = pim.walk(f"/shares/{made.json()['id']}/takings")

    assert (made.status_code, made.json()["not_mailed"], len(mail.outbox)) == (201, [], 1)
    assert (read["recipients"][0]["downloads"], read["is_open"], read["most_downloads"]) == (1, True, 2)
    assert [(line["email"], line["size"]) for line in register] == [("agency@print.example", len(content))]
    assert read["files"][0]["asset"] == asset.public_id


def test_same_call_again_mails_nobody_again(pim, asset):
    until = in_days(7)
    first = share(pim, asset, expires_at=until)
    again = share(pim, asset, expires_at=until)

    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert (len(mail.outbox), ShareLink.objects.count()) == (1, 1)


def test_address_of_a_link_is_in_the_mail_and_nowhere_else(pim, asset):
    made = share(pim, asset, password="a long password")
    token = mailed().split("/")[2]

    kept = "".join(IdempotentCall.objects.values_list("body", flat=True))
    assert token not in made.content.decode() + kept
    assert "a long password" not in made.content.decode() + kept + mail.outbox[-1].body
    assert made.json()["has_password"] is True


def test_link_taken_back_is_over_at_once_and_stays_in_the_list(pim, asset):
    made = share(pim, asset).json()
    way = mailed()

    answers = [
        pim.write("POST", f"/shares/{made['id']}/revoke", b"", Idempotency_Key=key) for key in ("k2", "k3")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["revoked_at"] == answers[1].json()["revoked_at"]
    assert Client().get(way).status_code == 410
    [listed] = pim.walk("/shares")
    assert (listed["id"], listed["is_open"]) == (made["id"], False)


def test_one_recipient_is_shut_out_once_and_the_link_stays_open_for_the_others(pim, asset):
    made = share(pim, asset, emails=["a@print.example", "b@print.example"]).json()
    ways = {m.to[0]: re.search(r"http://\S+(/s/\S+/)", m.body)[1] for m in mail.outbox}
    person = next(one for one in made["recipients"] if one["email"] == "a@print.example")
    path = f"/shares/{made['id']}/recipients/{person['id']}/revoke"

    first, replayed, again = (pim.write("POST", path, b"", Idempotency_Key=key) for key in ("k2", "k2", "k3"))

    told = {one["email"]: one["revoked_at"] for one in first.json()["recipients"]}
    assert (first.status_code, first.json()["is_open"], replayed["Idempotency-Replayed"]) == (
        200,
        True,
        "true",
    )
    assert told["a@print.example"] and told["b@print.example"] is None
    assert {one["email"]: one["revoked_at"] for one in again.json()["recipients"]} == told
    assert [Client().get(ways[f"{who}@print.example"]).status_code for who in "ab"] == [410, 200]
    assert Activity.objects.filter(verb="share.recipient_revoked", subject=made["id"]).count() == 1


def test_recipient_is_looked_for_in_the_link_that_is_named(pim, asset):
    one = share(pim, asset).json()
    other = share(pim, asset, "k2", emails=["b@print.example"]).json()
    strange = other["recipients"][0]["id"]

    answers = [
        pim.write("POST", f"/shares/{link}/recipients/{who}/revoke", b"", Idempotency_Key=f"r{n}")
        for n, (link, who) in enumerate([(one["id"], strange), (one["id"], "shr_aaaaaaaaaaaaaaaa")])
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2
    assert not ShareRecipient.objects.filter(revoked_at__isnull=False).exists()


def test_what_cannot_be_had_cannot_be_shared(pim, asset):
    later = timezone.now()
    release_one("/Ours/box.jpg", uuid="box", approved=False, modified_at=later, now=later)

    refused = share(pim, asset)
    unknown = share(pim, key="k2", items=[{"asset": "ast_aaaaaaaaaaaaaaaa", "recipe": "web-1200"}])
    no_pack = share(pim, key="k3", pack="pck_aaaaaaaaaaaaaaaa")

    assert (refused.status_code, refused.json()["files"][0]["status"]) == (409, "withdrawn")
    assert (unknown.status_code, unknown.json()["files"][0]["status"]) == (409, "unknown")
    assert no_pack.status_code == 404
    assert (ShareLink.objects.count(), mail.outbox) == (0, [])


def test_pack_is_shared(pim, asset):
    pack = make_pack(pim.partner.communities.get(), now=timezone.now())
    pick(pack, [asset], now=timezone.now())
    issue(pack, now=timezone.now())

    made = share(pim, pack=pack.public_id).json()
    visitor, way = Client(), mailed()
    visitor.get(visitor.post(f"{way}take/", {"what": "pack"})["Location"]).getvalue()

    assert (made["pack"], made["files"]) == (pack.public_id, [])
    [taken] = pim.walk(f"/shares/{made['id']}/takings")
    assert taken["name"] == "box-web-1200.webp"


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"emails": ["no mail address"]}, "emails"),
        ({"emails": []}, "emails"),
        ({"expires_at": "2026-12-01"}, "expires_at"),
        ({"password": "short"}, "password"),
        ({"most_downloads": 0}, "most_downloads"),
        ({"pack": "pck_x"}, "items"),
    ],
)
def test_what_is_wrong_is_named(pim, asset, change, parameter):
    answer = share(pim, asset, **change)

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize("days", [-1, 400])
def test_end_is_not_past_and_not_too_far(pim, asset, days):
    assert share(pim, asset, expires_at=in_days(days)).status_code == 400


def test_mail_that_is_not_taken_is_said(pim, asset, settings):
    settings.EMAIL_BACKEND = "tests.portal.api.test_shares.Refusing"

    made = share(pim, asset)

    assert (made.status_code, made.json()["not_mailed"]) == (201, ["agency@print.example"])


class Refusing:
    """A mail server that takes nothing."""

    def __init__(self, **kwargs):
        pass

    def send_messages(self, messages):
        raise OSError("refused")


def test_lists_cost_the_same_for_one_and_many(pim, asset):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert pim.get("/shares").status_code == 200
        return len(caught)

    share(pim, asset)
    one = queries()
    for number in range(3):
        share(pim, asset, f"n{number}", emails=["a@print.example", "b@print.example"])

    assert queries() == one
    assert len(pim.walk("/shares", limit=2)) == 4


def test_scopes_of_reading_and_sharing_are_two(system, asset):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    reader, writer = system(partner, scopes=["shares:read"]), system(partner, scopes=["shares:write"])

    assert (share(reader, asset).status_code, reader.get("/shares").status_code) == (403, 200)
    path = "/shares/shl_aaaaaaaaaaaaaaaa/recipients/shr_aaaaaaaaaaaaaaaa/revoke"
    codes = [who.write("POST", path, b"", Idempotency_Key="r").status_code for who in (reader, writer)]
    assert codes == [403, 404]
    assert writer.get("/shares").status_code == 403
