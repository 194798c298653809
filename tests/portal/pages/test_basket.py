"""The basket: kept for a person and a company, rechecked when shown, turned into an archive."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.activity.models import Activity
from portal.downloads import jobs
from portal.downloads.models import ArchiveJob, BasketItem
from portal.partners import services as partners
from portal.partners.choices import Role
from tests.builders import current_version, make_partner, make_rendition, make_user, release_one
from tests.portal.pages.reading import links, words


def published(name: str, folder: str = "/Ours", **fields):
    asset = release_one(f"{folder}/{name}.jpg", uuid=name, title={"en": name}, now=timezone.now(), **fields)
    make_rendition(current_version(asset))
    return asset


def post(jana, path: str, client: Client | None = None, **fields):
    return (client or jana.client).post(f"/o/{jana.partner.slug}/{path}", fields)


def put_in(jana, *assets, **fields):
    variants = [asset.variants.get().public_id for asset in assets]
    return post(jana, "basket/add/", variant=variants, **fields)


def test_ticked_files_are_there_on_every_device_and_twice_is_once(jana):
    a, b = published("a"), published("b")

    back = put_in(jana, a, b, recipe="web-1200", next=f"/o/{jana.partner.slug}/assets/?view=table")
    put_in(jana, a, recipe="web-1200")
    elsewhere = Client()
    elsewhere.force_login(jana.user)
    page = elsewhere.get(f"/o/{jana.partner.slug}/basket/")

    assert back["Location"].endswith("/assets/?view=table")
    assert [(line.found.title, line.found.recipe.key) for line in page.context["lines"]] == [
        ("a", "web-1200"),
        ("b", "web-1200"),
    ]
    assert "Basket, 2 files" in page.content.decode()


def test_other_addresses_are_not_followed(jana):
    answer = put_in(jana, published("a"), next="https://evil.example/")

    assert answer["Location"] == f"/o/{jana.partner.slug}/basket/"


def test_colleagues_and_other_companies_of_the_same_person_have_their_own(jana):
    put_in(jana, published("a"))
    colleague = Client()
    colleague.force_login(make_user(jana.partner))
    other = make_partner("Other")
    partners.add_member(partner=other, user=jana.user, role=Role.MEMBER, now=timezone.now())
    item = BasketItem.objects.get()

    theirs = colleague.get(f"/o/{jana.partner.slug}/basket/")
    mine_elsewhere = jana.client.get(f"/o/{other.slug}/basket/")
    post(jana, "basket/change/", colleague, remove=str(item.pk))

    assert theirs.context["lines"] == mine_elsewhere.context["lines"] == []
    assert BasketItem.objects.count() == 1, "a colleague cannot take it out either"


def test_files_of_another_company_cannot_be_put_in(jana, stranger):
    theirs = published("secret", "/Theirs")

    hidden = put_in(jana, theirs)
    never = post(jana, "basket/add/", variant=["var_never"])

    assert (hidden.status_code, never.status_code) == (404, 404)
    assert hidden.content == never.content
    assert not BasketItem.objects.exists()


def test_what_changed_since_it_was_chosen_is_said_in_words(jana):
    changed, gone, stays = published("changed"), published("gone"), published("stays")
    put_in(jana, changed, gone, stays)
    later = timezone.now()
    release_one(
        "/Ours/changed.jpg",
        uuid="changed-2",
        previous_uuids=("changed",),
        title={"en": "changed"},
        modified_at=later,
        now=later,
    )
    release_one("/Ours/gone.jpg", uuid="gone", approved=False, modified_at=later, now=later)

    page = jana.get("basket/")

    assert [line.found.standing for line in page.context["lines"]] == ["replaced", "withdrawn", "ready"]
    assert "A newer version has come since you chose it. You get version 2." in words(page)
    assert "The brand has withdrawn its approval of this file." in words(page)
    assert "2 files to take" in words(page)
    assert "1 file cannot be taken now; it will not be in the archive." in words(page)


def test_file_of_a_community_the_company_left_is_named_by_what_was_chosen(jana):
    put_in(jana, published("ours once"))
    jana.community.memberships.all().delete()

    page = jana.get("basket/")

    assert [(line.found.standing, line.found.title) for line in page.context["lines"]] == [
        ("not_yours", "ours once")
    ]


def test_preparing_begins_a_job_empties_the_basket_and_the_job_is_downloaded(jana):
    put_in(jana, published("a"), published("b"), recipe="web-1200")

    answer = post(jana, "basket/prepare/", tell="yes")
    job = ArchiveJob.objects.get()
    waiting = jana.get("downloads/")
    early = jana.get(f"downloads/prepared/{job.public_id}/")
    jobs.work(now=timezone.now())
    page = jana.get("downloads/")
    sent = jana.get(f"downloads/prepared/{job.public_id}/")
    content = sent.getvalue()

    assert answer["Location"] == f"/o/{jana.partner.slug}/downloads/"
    assert job.wants_mail and not BasketItem.objects.exists()
    assert "0 of 2 files are ready" in words(waiting)
    assert early.status_code == 503
    assert f"/o/{jana.partner.slug}/downloads/prepared/{job.public_id}/" in links(page)
    assert (sent.status_code, len(content)) == (200, int(sent["Content-Length"]))


def test_half_an_archive_is_continued(jana):
    put_in(jana, published("a"), recipe="web-1200")
    post(jana, "basket/prepare/")
    jobs.work(now=timezone.now())
    address = f"/o/{jana.partner.slug}/downloads/prepared/{ArchiveJob.objects.get().public_id}/"
    whole = jana.client.get(address)
    content = whole.getvalue()

    rest = jana.client.get(address, headers={"Range": "bytes=100-", "If-Range": whole["ETag"]})

    assert rest.status_code == 206
    assert content[:100] + rest.getvalue() == content


def test_prepared_download_is_removed_by_whoever_asked_and_by_members_alone(jana):
    put_in(jana, published("a"), recipe="web-1200")
    post(jana, "basket/prepare/")
    job = ArchiveJob.objects.get()
    path = f"downloads/prepared/{job.public_id}/remove/"
    viewer = Client()
    looker = make_user(jana.partner, role=Role.VIEWER, name="Tobias Wendt")
    viewer.force_login(looker)

    def page(client):
        return client.get(f"/o/{jana.partner.slug}/downloads/").content.decode()

    assert path in page(jana.client) and path not in page(viewer)
    post(jana, path, viewer)
    assert ArchiveJob.objects.exists()

    ArchiveJob.objects.update(user=looker)
    assert path in page(viewer)
    answers = [post(jana, path, viewer).status_code, post(jana, path, viewer).status_code]

    assert answers == [302, 404] and not ArchiveJob.objects.exists()
    assert Activity.objects.get(verb="archive.removed").subject == job.public_id


def test_one_file_is_one_file(jana):
    put_in(jana, published("a"), recipe="web-1200")
    post(jana, "basket/prepare/")

    assert "0 of 1 file is ready" in words(jana.get("downloads/"))


def test_telling_can_be_asked_for_later_and_only_for_ones_own(jana):
    put_in(jana, published("a"))
    post(jana, "basket/prepare/")
    job = ArchiveJob.objects.get()

    post(jana, f"downloads/prepared/{job.public_id}/tell/", wanted="yes")
    job.refresh_from_db()
    wanted = job.wants_mail
    post(jana, f"downloads/prepared/{job.public_id}/tell/", wanted="no")
    job.refresh_from_db()

    assert (wanted, job.wants_mail) == (True, False)


def test_size_can_be_changed_and_the_same_twice_becomes_one(jana):
    asset = published("a")
    put_in(jana, asset, recipe="web-1200")
    put_in(jana, asset, recipe="original")
    first, second = BasketItem.objects.order_by("pk")

    post(jana, "basket/change/", item=str(first.pk), recipe="web-800")
    post(jana, "basket/change/", item=str(first.pk), recipe="original")
    unknown = post(jana, "basket/change/", item=str(second.pk), recipe="preview-480")

    assert [item.pk for item in BasketItem.objects.all()] == [second.pk]
    assert unknown.status_code == 404


def test_longer_basket_costs_no_more_questions(jana):
    put_in(jana, published("a"))
    jana.get("basket/")
    with CaptureQueriesContext(connection) as few:
        jana.get("basket/")
    put_in(jana, *(published(f"n{n}") for n in range(6)))
    # The page after that shows, and forgets, what it came to.
    jana.get("basket/")
    with CaptureQueriesContext(connection) as many:
        jana.get("basket/")

    assert len(many) == len(few)


def test_looking_and_following_links_changes_nothing(jana):
    put_in(jana, published("a"))

    for path in ("basket/", "basket/prepare/", "basket/change/?clear=all", "basket/add/"):
        jana.get(path)

    assert BasketItem.objects.count() == 1
    assert not ArchiveJob.objects.exists()


@pytest.mark.parametrize("field", ["remove", "item"])
def test_nonsense_in_the_form_does_no_harm(jana, field):
    put_in(jana, published("a"))

    answer = post(jana, "basket/change/", **{field: "9" * 40})

    assert answer.status_code == 302
    assert BasketItem.objects.filter(added_at__gt=timezone.now() - timedelta(hours=1)).count() == 1
