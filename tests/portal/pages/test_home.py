"""The first page: what changed since the last visit, and what was taken."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from portal.partners.models import Membership
from tests.builders import make_rendition, release_one
from tests.portal.pages.reading import links, words


def last_here(jana, ago: timedelta) -> None:
    now = timezone.now()
    Membership.objects.filter(user=jana.user).update(seen_at=now, previous_visit_at=now - ago)


def test_shows_what_changed_since_the_last_visit(jana):
    now = timezone.now()
    release_one("/Ours/old.jpg", title={"en": "An old one"}, now=now - timedelta(days=9))
    release_one("/Ours/new.jpg", title={"en": "A new one"}, now=now - timedelta(days=1))
    last_here(jana, timedelta(days=3))

    answer = jana.get()

    assert "Changed since your last visit" in words(answer) and "A new one" in words(answer)
    assert "An old one" not in words(answer)
    assert any(link.startswith(f"/o/{jana.partner.slug}/assets/?since=") for link in links(answer))


def test_shows_the_newest_where_nothing_changed(jana):
    release_one("/Ours/old.jpg", title={"en": "An old one"}, now=timezone.now() - timedelta(days=9))
    last_here(jana, timedelta(days=3))

    shown = words(jana.get())

    assert "Nothing has changed since" in shown and "An old one" in shown


def test_the_link_to_all_changes_holds_them_all(jana):
    now = timezone.now()
    for n in range(7):
        release_one(f"/Ours/{n}.jpg", now=now - timedelta(hours=n + 1))
    last_here(jana, timedelta(days=3))

    answer = jana.get()
    rest = jana.client.get(answer.context["changes_url"])

    assert len(answer.context["changes"]) == 5 and len(rest.context["cards"]) == 7


def test_without_any_file_it_says_when_there_will_be(jana):
    shown = words(jana.get())

    assert "No files yet" in shown and "Nothing to do" in shown and "No downloads yet" in shown


def test_a_download_stands_there_until_it_is_withdrawn_and_then_says_so(jana):
    asset = release_one("/Ours/box.jpg", uuid="box", title={"en": "The box"}, now=timezone.now())
    make_rendition(asset.variants.get().current)
    jana.get(f"assets/{asset.public_id}/download/web-1200/").getvalue()

    assert "The box Web shop" in words(jana.get())
    later = timezone.now()
    release_one(
        "/Ours/box.jpg", uuid="box", title={"en": "The box"}, approved=False, modified_at=later, now=later
    )
    assert "Withdrawn" in words(jana.get())


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(4, "Good evening"), (8, "Good morning"), (14, "Good afternoon"), (20, "Good evening")],
)
def test_greets_by_the_hour_of_the_readers_zone(jana, time_machine, hour, greeting):
    jana.user.time_zone = "Asia/Riyadh"
    jana.user.save()
    time_machine.move_to(datetime(2026, 11, 23, hour, tzinfo=UTC) - timedelta(hours=3))

    assert f"{greeting}, Jana" in words(jana.get())
