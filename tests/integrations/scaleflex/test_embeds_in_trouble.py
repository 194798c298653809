"""
What we made public is taken off again, whatever happened while we did: answers that are lost, workers that end, links
that come and go meanwhile, a connection that is not in use. Over real HTTP.
"""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from integrations.models import OutboxMessage
from integrations.scaleflex import embeds as scaleflex_embeds
from portal.core import rowscope
from portal.downloads import embeds, tasks
from portal.downloads.choices import EmbedEnd
from portal.downloads.models import EmbedLink
from portal.partners.choices import PartnerStatus
from tests.integrations.scaleflex.street import Street

pytestmark = pytest.mark.django_db
VISIBILITY = "objects/visibility/cdn"


class Killed(Exception):
    """The worker ends here: what it did over there stays, what it wrote here is gone."""


@contextlib.contextmanager
def killed_afterwards():
    with contextlib.suppress(Killed), transaction.atomic():
        yield
        raise Killed


def messages(**which):
    return OutboxMessage.objects.filter(kind=scaleflex_embeds.KIND, **which)


def test_it_is_written_down_that_we_open_the_file_before_anybody_is_called(world):
    street = Street(world)
    link = street.embed()

    street.deliver_one()

    link.refresh_from_db()
    assert (link.state, link.opened, street.is_public()) == ("opening", True, False)
    assert not [call for call in world.traffic() if VISIBILITY in call]


@pytest.mark.parametrize("end", [EmbedEnd.COMPANY, EmbedEnd.STAFF])
def test_a_file_opened_by_a_call_whose_answer_was_lost_is_private_again_when_revoked(world, end):
    street = Street(world)
    link = street.embed()
    world.fault("scaleflex", "truncate", path=VISIBILITY, times=1)
    street.deliver()
    lost = (messages(state="pending").get().last_error != "", street.is_public())

    street.wait()
    street.deliver()
    link.refresh_from_db()
    ready = (link.state, link.opened)
    street.revoke(link, end)
    street.deliver()

    link.refresh_from_db()
    assert lost == (True, True), "the call took effect, and we did not hear of it"
    assert ready == ("ready", True)
    assert (street.is_public(), link.private_at is not None) == (False, True)


def test_a_link_revoked_while_its_file_is_being_opened_leaves_nothing_public(world):
    street = Street(world)
    link = street.embed()
    world.fault("scaleflex", "truncate", path=VISIBILITY, times=1)
    street.deliver()
    opened = street.is_public()

    street.revoke(link)
    street.wait()
    street.deliver()

    link.refresh_from_db()
    assert (opened, street.is_public()) == (True, False)
    assert (link.state, link.private_at is not None) == ("ended", True)


def test_revoked_within_the_call_that_opens_the_file_it_becomes_private_by_the_next_message(world):
    street = Street(world)
    link = street.embed()
    street.deliver_one()
    opening = messages(state="pending").get()
    links = embeds.open_links(link.version_id)

    # The worker has seen the link open and calls; meanwhile it is revoked.
    scaleflex_embeds.writing.set_visibility(
        scaleflex_embeds.account(street.connection), [street.uuid], public=True
    )
    street.revoke(link)
    embeds.mark_ready(addresses={row.pk: "https://x" for row in links}, was_public=False, now=timezone.now())
    opening.state = "sent"
    opening.save()
    in_between = street.is_public()
    street.deliver()

    link.refresh_from_db()
    assert (in_between, street.is_public(), link.state) == (True, False, "ended")


@pytest.mark.parametrize("done", [0, 1], ids=["first message", "second message"])
@pytest.mark.parametrize("is_revoked", [False, True], ids=["kept", "revoked"])
def test_a_worker_that_ends_between_call_and_commit_changes_nothing(world, done, is_revoked):
    street = Street(world)
    link = street.embed()
    for _ in range(done):
        street.deliver_one()

    with killed_afterwards():
        scaleflex_embeds.deliver(message=messages(state="pending").get(), now=timezone.now())
    if is_revoked:
        street.revoke(link)
    street.deliver()
    shown = street.is_public()
    if not is_revoked:
        street.revoke(link)
        street.deliver()

    assert (shown, street.is_public()) == (not is_revoked, False)


def test_taken_off_before_the_opening_is_tried_again_nothing_opens_late(world):
    street = Street(world)
    link = street.embed()
    world.fault("scaleflex", "status", status=503, path=VISIBILITY, times=1)
    street.deliver()
    street.revoke(link)
    # The older message has its turn only later, the younger goes first.
    messages(state="pending").filter(last_error__gt="").update(not_before=timezone.now() + timedelta(hours=2))
    type(street.connection).objects.update(open_until=None)
    street.deliver()
    closed = street.is_public()

    street.wait()
    street.deliver()

    assert (closed, street.is_public()) == (False, False)
    assert not messages(state="pending").exists()


def test_what_one_company_opened_another_one_revokes_without_seeing_the_first_ones_link(world):
    street = Street(world)
    first = street.embed()
    street.deliver()
    second = street.embed(street.other)

    with rowscope.limited_to(street.partner.pk):
        street.revoke(first)
    street.deliver()
    while_other_embeds = street.is_public()
    # The second was ready at once: the file was public, but not by the brand.
    with rowscope.limited_to(street.other.pk):
        street.revoke(second)
    street.deliver()

    assert (while_other_embeds, street.is_public()) == (True, False)


def test_links_revoked_in_one_go_are_each_told_of(world):
    street = Street(world)
    links = [street.embed(), street.embed(street.other)]
    street.deliver()

    now = timezone.now()
    for link in links:
        embeds.revoke(link=link, end=EmbedEnd.STAFF, actor="x", now=now)
        street.deliver()

    assert not street.is_public()


def test_embedded_anew_while_it_is_being_taken_off_it_is_ours_still(world):
    street = Street(world)
    first = street.embed()
    street.deliver()
    street.revoke(first)
    world.fault("scaleflex", "status", status=503, path=VISIBILITY, times=1)
    street.deliver()

    second = street.embed(street.other)
    street.wait()
    street.deliver()
    second.refresh_from_db()
    ready = (second.state, second.opened, street.is_public())
    street.revoke(second)
    street.deliver()

    assert ready == ("ready", True, True)
    assert not street.is_public()
    assert not EmbedLink.objects.filter(private_at=None).exists()


def test_what_the_brand_made_public_after_we_took_it_off_is_not_ours(world):
    street = Street(world)
    first = street.embed()
    street.deliver()
    street.revoke(first)
    street.deliver()
    taken_off = street.is_public()

    street.show(True)
    second = street.embed()
    street.deliver()
    second.refresh_from_db()
    street.revoke(second)
    street.deliver()

    assert (taken_off, second.opened, street.is_public()) == (False, False, True)


def test_links_that_end_while_the_connection_is_not_in_use_are_told_of_once_it_is(world):
    street = Street(world)
    link = street.embed()
    street.deliver()
    type(street.connection).objects.update(is_active=False)
    embeds.revoke_embeds(versions=[link.version_id], end=EmbedEnd.RIGHTS, now=timezone.now())
    street.deliver()
    meanwhile = street.is_public()

    type(street.connection).objects.update(is_active=True)
    street.deliver()

    link.refresh_from_db()
    assert (meanwhile, street.is_public(), link.private_at is not None) == (True, False, True)


def test_a_file_left_public_is_found_by_the_clock_and_told_of_once(world):
    street = Street(world)
    link = street.embed()
    street.deliver()
    embeds.revoke_embeds(versions=[link.version_id], end=EmbedEnd.RIGHTS, now=timezone.now())
    messages(state="pending").delete()

    tasks.settle_embeds()
    tasks.settle_embeds()
    told = messages(state="pending").count()
    street.deliver()
    tasks.settle_embeds()

    assert told == 1
    assert not street.is_public()
    assert not messages(state="pending").exists()


def test_what_waits_or_is_embedded_is_not_told_of_again(world):
    street = Street(world)
    first, second = street.embed(), street.embed(street.other)
    street.deliver()
    street.revoke(first)
    street.deliver()
    before = messages().count()

    tasks.settle_embeds()
    embedded = messages().count()
    embeds.revoke_embeds(versions=[second.version_id], end=EmbedEnd.RIGHTS, now=timezone.now())
    tasks.settle_embeds()

    assert (embedded - before, messages(state="pending").count()) == (0, 1)


def test_a_company_that_embedded_something_cannot_be_deleted_and_leaves_by_being_ended(world):
    """Its links would go with it, and nothing would say any more that the file is public by our doing."""
    street = Street(world)
    link = street.embed()
    street.deliver()
    shown = street.is_public()
    with pytest.raises(ProtectedError):
        street.partner.delete()

    type(street.partner).objects.filter(pk=street.partner.pk).update(status=PartnerStatus.TERMINATED)
    tasks.settle_embeds()
    street.deliver()

    link.refresh_from_db()
    assert (shown, street.is_public()) == (True, False)
    assert (link.state, link.private_at is not None) == ("ended", True)


def calls_that_write(world) -> int:
    return sum(count for call, count in world.traffic().items() if VISIBILITY in call)


@pytest.mark.parametrize("comes_late", [True, False], ids=["carried out late", "never carried out"])
def test_a_call_that_opens_and_comes_after_the_one_that_takes_off_is_seen_by_the_clock(world, comes_late):
    street = Street(world)
    link = street.embed()
    world.fault("scaleflex", "status", status=503, path=VISIBILITY, times=1)
    street.deliver()
    street.revoke(link)
    street.wait()
    street.deliver()
    taken_off = (street.is_public(), EmbedLink.objects.get().private_at is not None)

    # The vendor carries the call out whose answer we gave up waiting for.
    street.show(comes_late)
    street.deliver()
    shown, calls = street.is_public(), calls_that_write(world)
    street.wait()
    street.deliver()

    assert taken_off == (False, True)
    assert (shown, street.is_public()) == (comes_late, False)
    assert calls_that_write(world) - calls == comes_late
    assert not messages(state="pending").exists()


def test_embedded_anew_the_second_look_leaves_the_file_alone(world):
    street = Street(world)
    link = street.embed()
    world.fault("scaleflex", "status", status=503, path=VISIBILITY, times=1)
    street.deliver()
    street.revoke(link)
    street.wait()
    street.deliver()

    street.embed(street.other)
    street.deliver()
    shown = street.is_public()
    street.wait()
    street.deliver()

    assert (shown, street.is_public()) == (True, True)
