"""Share links as staff see them: who a link went to, who took what, and shutting out one of them or all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.activity.models import Activity
from portal.downloads import services, shares
from portal.downloads.models import Download, ShareLink, ShareRecipient
from portal.downloads.wishes import Wish
from tests.builders import (
    current_version,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    release_one,
)
from tests.portal.admin.reading import table, words

pytestmark = pytest.mark.django_db


class Shared:
    """A company with one file; whoever it is shared with takes it."""

    def __init__(self):
        self.now, self.tokens = timezone.now(), {}
        self.partner = make_partner("Bergmann")
        make_community(self.partner, folder="/Ours")
        self.asset = release_one("/Ours/box.jpg", uuid="box", now=self.now)
        self.rendition = make_rendition(current_version(self.asset))

    def share(self, *emails: str) -> ShareLink:
        link, tokens = shares.share(
            by=shares.Sharer(self.partner, "system"),
            title="Poster",
            emails=emails,
            wishes=[Wish(self.rendition.version.variant_id, self.rendition.revision.recipe_id)],
            expires_at=self.now + timedelta(days=7),
            now=self.now,
        )
        self.tokens |= tokens
        return link

    def taken_by(self, email: str) -> None:
        opened = shares.open_link(self.tokens[email], now=self.now)
        key, _found = shares.contents(opened, at=self.now)[0]
        shares.take(opened=opened, what=key, now=self.now)
        grant = services.authorise_download(
            partner=self.partner, asset_id=self.asset.public_id, recipe="web-1200", now=self.now
        )
        found = services.find(grant=grant, now=self.now)
        services.note_taken(found=found, partner=self.partner, taker=opened.taker, now=self.now)


@pytest.fixture
def shared() -> Shared:
    return Shared()


def place(link: ShareLink, name: str = "change", *args: str) -> str:
    return reverse(f"admin:portal_sharelink_{name}", args=[link.pk, *args])


def listed(model: str, page: str = "changelist") -> str:
    return reverse(f"admin:portal_{model}_{page}")


def test_staff_read_the_mail_of_whoever_took_something(desk, shared):
    link = shared.share("a@print.example", "b@print.example")
    shared.taken_by("a@print.example")
    company = reverse("admin:portal_partner_change", args=[shared.partner.pk])
    asset = reverse("admin:portal_asset_change", args=[shared.asset.pk])

    pages = [
        words(desk.get(way)) for way in (listed("download"), listed("activity"), company, asset, place(link))
    ]

    assert [("a@print.example" in text, "recipient:" in text) for text in pages] == [(True, False)] * 5


def test_ids_of_a_link_and_of_its_recipients_lead_to_its_page(desk, shared):
    link = shared.share("a@print.example", "b@print.example")
    find = reverse("admin:find")

    ways = [desk.get(find, {"q": name}) for name in (link.public_id, link.recipients.latest("pk").public_id)]

    assert [way["Location"] for way in ways] == [place(link)] * 2
    assert "Poster" in words(desk.get(listed("activity")))


def test_csv_of_downloads_and_of_links_name_the_same_people(desk, shared):
    shared.share("a@print.example", "b@print.example")
    shared.taken_by("b@print.example")
    shares.revoke_recipient(
        recipient=ShareRecipient.objects.get(email="b@print.example"), actor="system", now=shared.now
    )

    def lines(model: str) -> list[dict[str, str]]:
        head, *rest = table(desk.get(listed(model, "csv")))
        return [dict(zip(head, line, strict=True)) for line in rest]

    [taken], [link] = lines("download"), lines("sharelink")

    assert (taken["who"], taken["via"]) == ("b@print.example", "link")
    people = dict(zip(link["recipients"].split(", "), link["people"].split(", "), strict=True))
    assert people[taken["actor"].removeprefix("recipient:")] == taken["who"]
    assert link["shut_out"] == "b@print.example"


@pytest.mark.parametrize("where", ["download", "activity", "sharelink", "the link"])
def test_names_of_many_recipients_cost_as_many_questions_as_of_one(desk, shared, where):
    link = shared.share(*(f"{name}@print.example" for name in "abcde"))
    way = place(link) if where == "the link" else listed(where)
    shared.taken_by("a@print.example")
    desk.get(way)
    with CaptureQueriesContext(connection) as one:
        desk.get(way)
    for name in "bcde":
        shared.taken_by(f"{name}@print.example")
    with CaptureQueriesContext(connection) as many:
        desk.get(way)

    assert Download.objects.count() == 5
    assert len(many) == len(one), [query["sql"][:200] for query in many]


def test_staff_shut_out_one_recipient_by_post_alone(desk, staff, shared):
    link, other = shared.share("a@print.example", "b@print.example"), shared.share("c@print.example")
    one, strange = (ShareRecipient.objects.get(email=f"{name}@print.example") for name in "ac")
    way = place(link, "shut_out", one.public_id)
    stranger = Client()
    stranger.force_login(make_user(shared.partner))

    assert desk.get(way).status_code == 405
    assert stranger.post(way, follow=True).status_code == 403
    assert desk.post(place(link, "shut_out", strange.public_id)).status_code == 404
    answers = [desk.post(way, follow=True) for _ in range(2)]

    assert "The link no longer works for a@print.example." in words(answers[0])
    assert "no longer works" not in words(answers[1])
    codes = [Client().get(f"/s/{shared.tokens[f'{name}@print.example']}/").status_code for name in "abc"]
    assert codes == [410, 200, 200]
    [entry] = Activity.objects.filter(verb="share.recipient_revoked")
    assert (entry.actor, entry.subject) == (f"user:{staff.public_id}", link.public_id)
    assert other.recipients.get().revoked_at is None


def test_staff_end_a_link_for_everybody_on_its_page(desk, shared):
    link = shared.share("a@print.example", "b@print.example")

    page = desk.post(place(link, "revoke"), follow=True)

    assert "Taken back" in words(page) and "Take back" not in words(page)
    codes = [Client().get(f"/s/{shared.tokens[f'{name}@print.example']}/").status_code for name in "ab"]
    assert codes == [410, 410]
