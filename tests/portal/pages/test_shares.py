"""Share links: for people without an account, never more than the company may have, and nothing by looking."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.activity.models import Activity
from portal.downloads import shares
from portal.downloads.models import BasketItem, Download, ShareLink, ShareRecipient
from portal.partners.choices import Role
from portal.partners.models import Membership
from tests.builders import current_version, make_rendition, release_one
from tests.portal.packs.builders import issue, make_pack, pick
from tests.portal.pages.reading import words


def published(name: str):
    asset = release_one(f"/Ours/{name}.jpg", uuid=name, title={"en": name}, now=timezone.now())
    make_rendition(current_version(asset))
    return asset


def share(jana, *assets, query: str = "", **fields) -> list[str]:
    """Share by the form as a person does; returns the addresses that were mailed, in order."""
    if assets:
        variants = [asset.variants.get().public_id for asset in assets]
        jana.client.post(f"/o/{jana.partner.slug}/basket/add/", {"variant": variants, "recipe": "web-1200"})
    before = len(mail.outbox)
    answer = jana.client.post(
        f"/o/{jana.partner.slug}/shares/{query}", {"emails": "agency@print.example", "days": "7", **fields}
    )
    assert answer.status_code == 302, words(answer)
    return [re.search(r"http://\S+(/s/\S+/)", message.body)[1] for message in mail.outbox[before:]]


def take(visitor: Client, address: str, what: str):
    return visitor.post(f"{address}take/", {"what": what})


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def asset(jana):
    return published("box")


def key() -> str:
    return str(ShareLink.objects.get().files.get().pk)


def test_recipient_without_account_takes_a_file_and_it_is_recorded(jana, visitor, asset):
    [address] = share(jana, asset, title="For the poster")

    page = visitor.get(address)
    way = take(visitor, address, key())
    sent = visitor.get(way["Location"])
    content = sent.getvalue()

    assert "For the poster" in words(page) and "box" in words(page)
    assert (way.status_code, sent.status_code) == (302, 200)
    row = Download.objects.get()
    recipient = ShareRecipient.objects.get()
    assert (row.partner, row.actor, row.via, row.size) == (
        jana.partner, f"recipient:{recipient.public_id}", "link", len(content),
    )  # fmt: skip
    assert recipient.downloads == 1


def test_following_links_counts_nothing_and_takes_nothing(jana, visitor, asset):
    [address] = share(jana, asset)

    for path in (address, f"{address}take/", f"{address}unlock/", f"{address}get/made-up/"):
        visitor.get(path)
        visitor.head(path)

    assert ShareRecipient.objects.get().downloads == 0
    assert not Download.objects.exists()


def test_each_recipient_has_a_token_of_their_own_and_none_is_kept(jana, visitor, asset):
    one, other = share(jana, asset, emails="a@print.example, b@print.example", most_downloads="1")
    take(visitor, one, key())

    used_up = take(visitor, one, key())
    first_of_other = take(Client(), other, key())

    assert one != other
    assert (used_up.status_code, first_of_other.status_code) == (410, 302)
    assert not ShareRecipient.objects.filter(
        token_digest__in=[one.split("/")[2], other.split("/")[2]]
    ).exists()


def test_broken_download_is_continued_without_counting_twice(jana, visitor, asset):
    [address] = share(jana, asset, most_downloads="1")
    way = take(visitor, address, key())["Location"]
    whole = visitor.get(way).getvalue()

    rest = visitor.get(way, headers={"Range": "bytes=10-"})

    assert (rest.status_code, rest.getvalue()) == (206, whole[10:])
    assert (ShareRecipient.objects.get().downloads, Download.objects.count()) == (1, 1)


def test_ticket_of_one_recipient_is_nothing_to_another(jana, visitor, asset):
    one, other = share(jana, asset, emails="a@print.example b@print.example".replace(" ", ","))
    ticket = take(visitor, one, key())["Location"].removeprefix(one)

    assert visitor.get(f"{other}{ticket}").status_code == 404


def test_withdrawn_file_answers_410_on_page_and_old_ticket(jana, visitor, asset):
    [address] = share(jana, asset)
    way = take(visitor, address, key())["Location"]
    later = timezone.now()
    release_one("/Ours/box.jpg", uuid="box", approved=False, modified_at=later, now=later)

    page, again, old = visitor.get(address), take(visitor, address, key()), visitor.get(way)

    assert "The brand has withdrawn its approval of this file." in words(page)
    assert (again.status_code, old.status_code) == (410, 410)
    assert ShareRecipient.objects.get().downloads == 1, "what is not given is not counted"


def test_link_ends_with_the_company_that_left_the_community(jana, visitor, asset):
    [address] = share(jana, asset)
    way = take(visitor, address, key())["Location"]
    jana.community.memberships.all().delete()

    assert (take(visitor, address, key()).status_code, visitor.get(way).status_code) == (410, 410)


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_link_that_is_over_gives_nothing(jana, visitor, asset, how):
    [address] = share(jana, asset)
    way = take(visitor, address, key())["Location"]
    if how == "revoked":
        jana.client.post(f"/o/{jana.partner.slug}/shares/{ShareLink.objects.get().public_id}/revoke/")
    else:
        ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answers = [visitor.get(address), take(visitor, address, "1"), visitor.get(way)]

    assert [answer.status_code for answer in answers] == [410, 410, 410]


def shut_out(jana, email: str):
    recipient = ShareRecipient.objects.get(email=email)
    way = f"shares/{recipient.link.public_id}/recipients/{recipient.public_id}/revoke/"
    return jana.client.post(f"/o/{jana.partner.slug}/{way}", follow=True)


def test_one_recipient_is_shut_out_and_the_others_are_not(jana, visitor, asset):
    one, other = share(jana, asset, emails="a@print.example,b@print.example")
    way = take(visitor, one, key())["Location"]

    page = shut_out(jana, "a@print.example")
    again = shut_out(jana, "a@print.example")

    answers = [visitor.get(one), take(visitor, one, key()), visitor.get(way)]
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert take(Client(), other, key()).status_code == 302
    assert "The link no longer works for a@print.example." in words(page)
    assert "Take back from b@print.example" in page.content.decode()
    assert "Take back from a@print.example" not in again.content.decode()
    entry = Activity.objects.get(verb="share.recipient_revoked")
    recipient = ShareRecipient.objects.get(email="a@print.example")
    assert (entry.subject, entry.partner, entry.actor, entry.data) == (
        recipient.link.public_id, jana.partner, f"user:{jana.user.public_id}", {"recipient": recipient.public_id},
    )  # fmt: skip


def test_who_is_shut_out_reads_what_a_link_taken_back_reads(jana, asset):
    one, other = share(jana, asset, emails="a@print.example,b@print.example", password="a long password")
    shut_out(jana, "a@print.example")
    alone = [Client().get(one), Client().post(f"{one}unlock/", {"password": "a long password"})]
    jana.client.post(f"/o/{jana.partner.slug}/shares/{ShareLink.objects.get().public_id}/revoke/")
    everybody = [Client().get(other), Client().post(f"{other}unlock/", {"password": "a long password"})]

    assert [answer.status_code for answer in alone + everybody] == [410] * 4
    assert [words(answer) for answer in alone] == [words(answer) for answer in everybody]


def test_answer_that_runs_when_its_recipient_is_shut_out_runs_out_as_with_the_whole_link(
    jana, visitor, asset
):
    pack = make_pack(jana.community, now=timezone.now())
    pick(pack, [asset, published("bag")], now=timezone.now())
    issue(pack, now=timezone.now())
    one, other = share(jana, query=f"?pack={pack.slug}", emails="a@print.example,b@print.example")
    running = [Client().get(take(Client(), address, "pack")["Location"]) for address in (one, other)]

    shut_out(jana, "a@print.example")
    jana.client.post(f"/o/{jana.partner.slug}/shares/{ShareLink.objects.get().public_id}/revoke/")

    lengths = [len(answer.getvalue()) for answer in running]
    assert lengths == [int(answer["Content-Length"]) for answer in running]
    assert visitor.get(one).status_code == 410


def test_recipient_of_another_link_is_not_of_this_one(jana, asset):
    share(jana, asset)
    share(jana, asset, emails="b@print.example")
    link = ShareLink.objects.get(recipients__email="agency@print.example")
    other = ShareRecipient.objects.get(email="b@print.example")

    answer = jana.client.post(
        f"/o/{jana.partner.slug}/shares/{link.public_id}/recipients/{other.public_id}/revoke/"
    )

    assert answer.status_code == 404
    assert not ShareRecipient.objects.filter(revoked_at__isnull=False).exists()


def test_company_reads_who_took_something_by_its_links(jana, visitor, asset):
    pack = make_pack(jana.community, now=timezone.now())
    pick(pack, [asset], now=timezone.now())
    issue(pack, now=timezone.now())
    [address] = share(jana, asset)
    visitor.get(take(visitor, address, key())["Location"]).getvalue()
    [address] = share(jana, query=f"?pack={pack.slug}", emails="press@print.example")
    visitor.get(take(visitor, address, "pack")["Location"]).getvalue()

    pages = {
        path: words(jana.get(path))
        for path in ("downloads/", "downloads/?show=packs", f"assets/{asset.public_id}/?tab=use")
    }

    assert {path for path, text in pages.items() if "press@print.example" in text} == set(pages)
    assert {path for path, text in pages.items() if "agency@print.example" in text} == set(pages) - {
        "downloads/?show=packs"
    }
    assert not [path for path, text in pages.items() if "A former colleague" in text]


def test_taking_whose_recipient_is_not_known_any_more_is_by_a_share_link(jana, visitor, asset):
    [address] = share(jana, asset)
    visitor.get(take(visitor, address, key())["Location"]).getvalue()
    ShareLink.objects.all().delete()

    assert "By a share link" in words(jana.get("downloads/"))


def test_downloads_by_links_cost_as_many_questions_for_many_recipients_as_for_one(jana, visitor, asset):
    def queries(path: str) -> int:
        # What is said once about the sharing is said here.
        jana.get(path)
        with CaptureQueriesContext(connection) as caught:
            assert jana.get(path).status_code == 200
        return len(caught)

    def taken(*emails: str) -> None:
        for address in share(jana, asset, emails=",".join(emails)):
            what = str(ShareLink.objects.latest("pk").files.get().pk)
            visitor.get(take(visitor, address, what)["Location"]).getvalue()

    taken("a@print.example")
    one = [queries("downloads/"), queries("shares/")]
    taken("b@print.example", "c@print.example", "d@print.example")

    assert [queries("downloads/"), queries("shares/")] == one
    assert len(jana.get("downloads/").context["lines"]) == 4


def test_unknown_token_is_not_there(jana, visitor, asset):
    share(jana, asset)

    assert visitor.get("/s/never/").status_code == 404
    assert visitor.post("/s/never/take/", {"what": "1"}).status_code == 404


def test_password_stands_before_everything(jana, visitor, asset):
    [address] = share(jana, asset, password="a long password")

    locked = visitor.get(address)
    refused = take(visitor, address, key())
    wrong = visitor.post(f"{address}unlock/", {"password": "a wrong password"})
    right = visitor.post(f"{address}unlock/", {"password": "a long password"})
    unlocked = visitor.get(address)

    assert "box" not in words(locked)
    assert (refused["Location"], wrong.status_code, right.status_code) == (address, 403, 302)
    assert "box" in words(unlocked) and take(visitor, address, key()).status_code == 302
    assert "a long password" not in mail.outbox[-1].body


def test_after_five_wrong_passwords_not_even_the_right_one_is_looked_at_for_a_while(jana, visitor, asset):
    [address] = share(jana, asset, password="a long password")

    tries = [
        visitor.post(f"{address}unlock/", {"password": f"wrong {n}"}).status_code
        for n in range(shares.WRONG_TRIES)
    ]
    locked = visitor.post(f"{address}unlock/", {"password": "a long password"})
    ShareRecipient.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    later = visitor.post(f"{address}unlock/", {"password": "a long password"})

    assert tries == [403] * shares.WRONG_TRIES
    assert (locked.status_code, later.status_code) == (429, 302)
    assert 0 < int(locked["Retry-After"]) <= 900


def test_proof_of_a_password_is_good_for_one_link_alone(jana, visitor, asset):
    [one] = share(jana, asset, password="a long password")
    [other] = share(jana, asset, password="a long password", emails="b@print.example")
    visitor.post(f"{one}unlock/", {"password": "a long password"})
    proof = next(iter(visitor.cookies.values())).value
    name = f"share-{ShareRecipient.objects.get(email='b@print.example').public_id}"
    visitor.cookies[name] = proof

    assert "box" not in words(visitor.get(other))


def test_pack_is_shared_in_its_current_version(jana, visitor, asset):
    pack = make_pack(jana.community, now=timezone.now())
    pick(pack, [asset], now=timezone.now())
    issue(pack, now=timezone.now())
    [address] = share(jana, query=f"?pack={pack.slug}")

    sent = visitor.get(take(visitor, address, "pack")["Location"])

    assert sent["Content-Type"] == "application/zip"
    assert len(sent.getvalue()) == int(sent["Content-Length"])
    assert take(visitor, address, "1").status_code == 404


def test_who_may_only_look_may_not_share_or_take_back(jana, asset):
    [_address] = share(jana, asset)
    Membership.objects.filter(user=jana.user).update(role=Role.VIEWER)

    refused = jana.client.post(f"/o/{jana.partner.slug}/shares/", {"emails": "a@print.example", "days": "7"})
    jana.client.post(f"/o/{jana.partner.slug}/shares/{ShareLink.objects.get().public_id}/revoke/")
    page = shut_out(jana, "agency@print.example")

    assert refused.status_code == 400
    assert [link.revoked_at for link in ShareLink.objects.all()] == [None]
    assert [one.revoked_at for one in ShareRecipient.objects.all()] == [None]
    assert "Take back from" not in page.content.decode()


def test_what_cannot_be_had_cannot_be_shared(jana, asset):
    variant = asset.variants.get()
    jana.client.post(f"/o/{jana.partner.slug}/basket/add/", {"variant": [variant.public_id]})
    later = timezone.now()
    release_one("/Ours/box.jpg", uuid="box", approved=False, modified_at=later, now=later)

    answer = jana.client.post(f"/o/{jana.partner.slug}/shares/", {"emails": "a@print.example", "days": "7"})

    assert answer.status_code == 400 and BasketItem.objects.exists()
    assert not ShareLink.objects.exists() and mail.outbox == []
