"""What an operator types."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from integrations import inbox
from integrations.errors import Refused
from integrations.inbox import News
from integrations.models import InboundEvent, OutboxMessage
from portal.catalog.models import Variant
from portal.partners.models import Community
from portal.releases import services as releases
from tests.builders import NOON as FIRST
from tests.builders import file_fact, make_rule
from tests.integrations.engine.builders import NOON, Vendor, enqueue, make_connection, message

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_resync_reads_every_file_and_shows_how_far_it_is(world):
    world.connect_dam(page_size=2)

    said = run("resync", "dam")

    assert said.strip().splitlines()[-1].startswith("3 of about 3 files, ")
    assert Variant.objects.count() == 3
    assert run("resync", "dam", "--again").strip().splitlines()[-1].startswith("3 of about 3 files, ")


def test_resync_of_a_dam_in_trouble_says_so_and_can_be_called_again(world):
    world.connect_dam()
    world.fault("scaleflex", "status", status=503)

    with pytest.raises(CommandError, match=r"Scaleflex answered 503\. It goes on at the same place"):
        run("resync", "dam")


def test_resync_of_the_grid_queues_the_posts_it_lacks(world):
    connection = world.connect_grid()
    run("resync", "grid")
    references = connection.references.get(resource="community", external_id="com-winter-kitchen")
    make_rule(Community.objects.get(pk=references.local_id), folders=["/New"])
    releases.apply_files(facts=[file_fact("/New/a.jpg")], now=FIRST)
    OutboxMessage.objects.all().delete()

    said = run("resync", "grid")

    assert "1 posts were not up to date" in said
    assert OutboxMessage.objects.count() == 1


def test_everything_of_the_grid_is_read_again_when_asked(world):
    connection = world.connect_grid()
    run("resync", "grid")
    connection.cursors.update(value={"next": "elsewhere"})

    run("resync", "grid")

    assert set(connection.cursors.values_list("failures", flat=True)) == {0}


def test_unknown_connection_is_answered_with_the_known_ones():
    make_connection("grid")

    with pytest.raises(CommandError, match="There are: grid"):
        run("resync", "nothing")


def test_requeue_takes_what_is_parked_and_fits():
    one, two = make_connection("one"), make_connection("two")
    inbox.store(one, [News(kind="file", subject="a", dedupe_key="a", state="parked", error="No.")], now=NOON)
    enqueue(message(one, "a"), message(two, "b"))
    Vendor(Refused("Closed."), Refused("Closed.")).run()

    said = run("requeue", "--connection", "one", "--reason", "closed")

    assert said.splitlines() == ["0 inbox events are tried again.", "1 outbox messages are tried again."]
    assert InboundEvent.objects.get().state == "parked"
    assert dict(OutboxMessage.objects.values_list("dedupe_key", "state")) == {"a": "pending", "b": "parked"}
    run("requeue")
    assert InboundEvent.objects.get().state == "pending"


def test_credentials_are_rotated_or_it_says_why_not(settings):
    make_connection()

    assert "credentials of 1 connections" in run("rotate_credentials")
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="cannot be opened"):
        run("rotate_credentials")


def test_reconcile_repairs_proves_and_says_so(world):
    world.connect_dam(confirm_gone_seconds=0.2)

    assert "3 differences; 3 things compared." in failing("reconcile", "dam", "--dry-run")
    assert Variant.objects.count() == 0
    said = run("reconcile", "--all")

    assert "DAM: missing_here: 3 found, 0 left" in said
    assert "DAM: equal; 3 things compared after 3 repairs, proved by a second look." in said
    assert run("reconcile", "dam").splitlines()[-1] == "DAM: equal; 3 things compared."


def failing(*arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError, match="Not everything agrees"):
        call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "say --all. There are: grid"), (["--all", "--restored", "--dry-run"], "leave --dry-run out")],
)
def test_reconcile_says_how_it_is_called(arguments, words):
    make_connection("grid")

    with pytest.raises(CommandError, match=words):
        run("reconcile", *arguments)


def test_reconcile_stops_where_the_vendor_does_not_answer(world):
    world.connect_dam()
    world.fault("scaleflex", "status", status=503)

    with pytest.raises(CommandError, match="DAM: Scaleflex answered 503"):
        run("reconcile", "dam")
