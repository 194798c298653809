"""What the company took, and whether it is still right."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads.models import Download, PackDownload
from portal.packs import services as packs
from tests.builders import current_version, make_rendition, make_user, release_one
from tests.portal.pages.reading import links, words
from tests.portal.pages.test_packs import Desk


def take(jana, title: str, uuid: str):
    asset = release_one(f"/Ours/{uuid}.jpg", uuid=uuid, title={"en": title}, now=timezone.now())
    make_rendition(current_version(asset))
    jana.get(f"assets/{asset.public_id}/download/web-1200/").getvalue()
    return asset


def test_says_for_each_whether_it_is_current_replaced_or_withdrawn(jana):
    take(jana, "Stays", "stays")
    replaced = take(jana, "Changes", "changes")
    take(jana, "Goes", "goes")
    later = timezone.now()
    release_one(
        "/Ours/changes.jpg",
        uuid="changes-2",
        previous_uuids=("changes",),
        title={"en": "Changes"},
        modified_at=later,
        now=later,
    )
    release_one(
        "/Ours/goes.jpg", uuid="goes", title={"en": "Goes"}, approved=False, modified_at=later, now=later
    )

    answer = jana.get("downloads/")
    variant = replaced.variants.get().public_id
    rows = {line.title: line.status for line in answer.context["lines"]}

    assert rows == {"Stays": "current", "Changes": "replaced", "Goes": "withdrawn"}
    assert "Replaced Version 2" in words(answer), "the way to the one that is right"
    assert (
        f"/o/{jana.partner.slug}/assets/{replaced.public_id}/download/web-1200/?variant={variant}"
        in links(answer)
    )
    assert not [link for link in links(answer) if "goes" in link.lower()]


def test_shows_only_the_own_companys(jana, stranger):
    take(jana, "Ours alone", "ours")

    assert "Ours alone" not in words(stranger.get("downloads/"))


def test_a_colleague_who_left_is_not_named(jana):
    take(jana, "The box", "box")
    former = make_user(email="left@company.example")
    Download.objects.update(user=former)
    former.delete()

    assert "A former colleague" in words(jana.get("downloads/"))


def test_pages_forward_and_back_without_more_questions(jana):
    asset = take(jana, "The box", "box")
    first = Download.objects.get()
    jana.get("downloads/")
    with CaptureQueriesContext(connection) as few:
        jana.get("downloads/")
    copies = []
    for n in range(60):
        copy = Download.objects.get(pk=first.pk)
        copy.pk, copy.public_id, copy.at = None, f"dwn_{n}", first.at - timedelta(minutes=n + 1)
        copies.append(copy)
    Download.objects.bulk_create(copies)
    with CaptureQueriesContext(connection) as many:
        page = jana.get("downloads/")
    second = jana.client.get(page.context["older"])

    assert len(many) == len(few)
    assert len(page.context["lines"]) == 50 and len(second.context["lines"]) == 11
    assert second.context["older"] == "" and asset.public_id in second.content.decode()
    assert jana.client.get(second.context["newer"]).context["lines"][0].download == first


def test_a_damaged_address_leads_to_the_first_page(jana):
    answer = jana.get("downloads/", cursor="%%%")

    assert answer.status_code == 400
    assert f"/o/{jana.partner.slug}/downloads/" in links(answer)


def test_archives_of_packs_say_whether_they_are_current_replaced_or_withdrawn(jana):
    desk = Desk(jana)
    desk.archive(1).getvalue()
    current = jana.get("downloads/", show="packs")
    desk.replace("a.jpg")
    replaced = jana.get("downloads/", show="packs")
    packs.close(pack=desk.pack, now=timezone.now(), actor="system")
    withdrawn = jana.get("downloads/", show="packs")

    assert "Onboarding onboarding-v1.zip" in words(current) and "Current" in words(current)
    assert "Replaced Changes to version 2" in words(replaced)
    delta = f"/o/{jana.partner.slug}/packs/onboarding/versions/2/archive/?since=1"
    assert delta in links(replaced) and delta not in links(withdrawn)
    assert "Withdrawn" in words(withdrawn)


def test_archives_are_the_own_companys_and_cost_no_more_questions(jana, stranger):
    desk = Desk(jana)
    desk.archive(1).getvalue()
    jana.get("downloads/", show="packs")
    with CaptureQueriesContext(connection) as few:
        jana.get("downloads/", show="packs")
    first = PackDownload.objects.get()
    for number in range(3):
        first.pk, first.public_id = None, f"pdl_{number}"
        first.save()
    with CaptureQueriesContext(connection) as many:
        page = jana.get("downloads/", show="packs")

    assert len(page.context["lines"]) == 4 and len(many) == len(few)
    assert "No packs downloaded yet" in words(stranger.get("downloads/", show="packs"))
