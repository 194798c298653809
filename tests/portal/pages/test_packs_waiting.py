"""A pack of which not every file can be had or answered for now: its page says so, and asks for nothing in vain."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.core.templatetags.portal import day_text
from portal.packs import services
from portal.packs.models import Confirmation
from portal.publications.models import PublicationItem
from tests.builders import current_version, file_fact, make_rendition, release, release_one
from tests.portal.packs.builders import issue, make_pack, pick, replace
from tests.portal.pages.reading import links, words
from tests.portal.pages.test_packs import TWELVE, Desk

pytestmark = pytest.mark.django_db
GONE = "Files of it were withdrawn"


@pytest.fixture
def large(jana):
    return Desk(jana, TWELVE)


# -- Rights that begin later -------------------------------------------------------------------------------------------
@pytest.fixture
def scheduled(jana):
    """A pack of which the rights to two of three files begin later."""
    now = timezone.now()
    days = {"a.jpg": None, "b.jpg": now + timedelta(days=3), "c.jpg": now + timedelta(days=9)}
    assets = [
        release_one(f"/Ours/{name}", uuid=f"uuid-{name}", rights_start=begins, now=now)
        for name, begins in days.items()
    ]
    for asset in assets:
        make_rendition(current_version(asset))
    pack = make_pack(jana.community, title="Spring", now=now)
    pick(pack, assets, now=now)
    issue(pack, now=now)
    return pack, days


def test_rights_that_begin_later_are_no_withdrawal(jana, scheduled):
    pack, days = scheduled

    page = jana.get(f"packs/{pack.slug}/")

    shown = words(page)
    last = day_text(days["c.jpg"])
    assert f"This version can be downloaded from {last} on. The rights to these files begin later:" in shown
    assert f"from {day_text(days['b.jpg'])} on" in shown and "b-web-1200.webp" in shown
    assert f"Please answer when the files can be downloaded, from {last} on." in shown
    assert GONE not in shown and "stop using" not in shown and "the next version" not in shown
    assert not [link for link in links(page) if "/archive/" in link]
    assert jana.get(f"packs/{pack.slug}/versions/1/archive/").status_code == 409


def test_withdrawal_and_rights_that_begin_later_are_told_apart(jana, scheduled):
    pack, _days = scheduled
    later = timezone.now()
    release(file_fact("/Ours/a.jpg", uuid="uuid-a.jpg", approved=False, modified_at=later), now=later)

    shown = words(jana.get(f"packs/{pack.slug}/"))

    assert GONE in shown and "The brand has withdrawn its approval of this file." in shown
    assert "The rights to these files begin later:" in shown
    assert "can be downloaded from" not in shown and "Please answer when" not in shown


def test_file_that_is_not_released_for_the_company_is_not_called_withdrawn(large):
    PublicationItem.objects.filter(variant__name="c.jpg").delete()

    shown = words(large.page())

    assert "This version cannot be downloaded. Some of its files are not released for your company." in shown
    assert "c-web-1200.webp" in shown and GONE not in shown
    assert large.archive(1).status_code == 404


# -- Replaced, and the next version is not there -----------------------------------------------------------------------
def replaced(desk, name: str = "c.jpg") -> None:
    """Replace a file; the pack's next version is not made yet."""
    replace("/Ours", name, uuid=f"new-{name}", now=timezone.now())


def test_nothing_is_asked_about_a_replaced_file_before_the_next_version(large):
    large.answer()
    replaced(large)

    page, listed, home = large.page(), large.jana.get("packs/"), large.jana.get()

    assert "1 file of this version is replaced. The next version is being prepared." in words(page)
    assert "You are asked again when the next version is there." in words(page)
    assert "Download and confirm" not in words(page) and "All is confirmed." not in words(page)
    assert "1 replaced 11 still confirmed" in words(listed) and "to confirm" not in words(listed)
    assert "Nothing to do" in words(home)
    assert [line.file.name[0] for line in page.context["files"] if line.state == "stale"] == ["c"]

    services.work(now=timezone.now())

    assert "Download and confirm 1 file" in words(large.page())
    assert "is replaced" not in words(large.page())
    assert "Confirm 1 changed file of Onboarding" in words(large.jana.get())


def test_company_that_never_answered_confirms_the_others_and_is_told_what_was_left_out(large):
    replaced(large)
    page = large.page()
    assert "12 files" in words(page) and "Download and confirm 11 files" in words(page)
    assert "Confirm 11 files of Onboarding" in words(large.jana.get())

    answer = large.answer()
    after = words(large.jana.client.get(answer["Location"]))

    assert answer.status_code == 302
    assert Confirmation.objects.filter(stale_at=None).count() == 11
    assert "Your answer for 11 files of Onboarding is recorded." in after
    assert "1 file is left out: you are asked about it when the next version is there." in after


def test_replaced_file_has_no_form_that_would_be_refused(large):
    large.answer()
    digest = large.version().files.get(name="c-web-1200.webp").sha256
    other = large.version().files.get(name="b-web-1200.webp").sha256
    replaced(large)

    page, asked = large.page(), large.page(file=digest)

    assert f"?file={other}#answer" in links(page) and f"?file={digest}#answer" not in links(page)
    assert asked.context["chosen"] is None
    assert large.answer(sha256=digest).status_code == 409


def test_next_version_that_failed_is_said_to_wait_for_the_brand(large):
    large.answer()
    replaced(large)
    services.work(now=timezone.now())
    outside = release_one("/Nowhere/x.jpg")
    replaced(large, "d.jpg")
    pick(large.pack, [*large.assets, outside], now=timezone.now())
    services.work(now=timezone.now())

    shown = words(large.page())

    assert "The next version cannot be prepared yet: the team of" in shown
    assert "is being prepared" not in shown
