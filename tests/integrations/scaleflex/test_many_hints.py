"""Many hints at once: answered by few calls where that is safe, and spread over time where the rate is used up."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.models import Connection, InboundEvent, SyncCursor
from integrations.scaleflex import client, config, inbound, many_hints, polling, webhook_auth
from portal.catalog.models import Variant
from portal.publications.models import PublicationItem
from tests.builders import make_community

pytestmark = pytest.mark.django_db
COUNT = 24


@pytest.fixture
def dam(world):
    make_community(folder="/New")
    dam = world.connect_dam()
    client.get_metadata_model(config.account(dam))
    return dam


@pytest.fixture
def files(world, dam):
    """Approved files that we have not heard of yet, as the DAM's webhooks would tell of them."""
    uuids = [world.add_file(f"/New/{number}.jpg", approval="APPROVED")["uuid"] for number in range(COUNT)]
    project = config.account(dam)
    return [client.get_file(project, uuid) for uuid in uuids]


def tell(dam, files, *, changed_at=None):
    for file in files:
        body = {"event": "on_upload", "file": {**file, "modified_at": changed_at or file["modified_at"]}}
        inbound.hint(dam, [file["uuid"]], now=timezone.now(), raw=json.dumps(body).encode())


def work(now=None):
    while inbox.process_next(routing.inbound_handler, now=now or timezone.now()):
        pass


def calls(world, before):
    """``(lists, single reads)`` since then."""
    made = [call["path"] for call in world.calls("scaleflex")]
    made = made[: len(made) - before]
    single = [path for path in made if "/files/" in path and not path.endswith("/versions")]
    return sum(path.endswith("/files") for path in made), len(single)


def live():
    return PublicationItem.objects.filter(withdrawn_at=None, state="live").count()


def test_many_approvals_cost_one_list(world, dam, files):
    before = len(world.calls("scaleflex"))
    tell(dam, files)

    work()

    assert live() == COUNT
    assert calls(world, before) == (1, 0)
    work(timezone.now() + timedelta(minutes=1))  # asked afterwards in case they are known under other names
    assert set(InboundEvent.objects.values_list("state", flat=True)) == {"done"}


def test_a_list_that_lags_behind_what_we_were_told_does_not_count(world, dam, files):
    before = len(world.calls("scaleflex"))
    # Of one file we were told of a later change than the list shows; the list answers for the others.
    tell(dam, files[1:])
    tell(dam, files[:1], changed_at=f"{timezone.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")

    work()

    assert live() == COUNT
    assert calls(world, before) == (1, 1)


def test_files_the_list_does_not_have_yet_are_read_singly(world, dam, files):
    world.verb("PATCH", "/scaleflex/switches", {"list_lag_seconds": 3600})
    before = len(world.calls("scaleflex"))
    tell(dam, files)

    work()

    assert live() == COUNT
    assert calls(world, before)[1] == COUNT


def test_a_list_that_is_refused_is_no_trouble(world, dam, files):
    world.fault("scaleflex", "status", status=400, body={"status": "error", "msg": "sort"}, path="/files$")
    tell(dam, files)

    work()

    assert live() == COUNT
    dam.refresh_from_db()
    assert dam.failures == 0


def test_a_hint_that_took_others_in_is_read_singly(world, dam, files):
    tell(dam, files)
    tell(dam, files[:3])

    assert set(many_hints.told(list(InboundEvent.objects.all()))) == {file["uuid"] for file in files[3:]}


def test_few_hints_are_read_singly(world, dam, files):
    before = len(world.calls("scaleflex"))
    tell(dam, files[: many_hints.WORTH_A_LIST - 1])

    work()

    assert calls(world, before) == (0, many_hints.WORTH_A_LIST - 1)


def test_beyond_the_rate_hints_wait_one_after_the_other(world, dam, files):
    dam = world.connect_dam(calls_per_second=1.0)
    for file in files:
        inbound.hint(dam, [file["uuid"]], now=timezone.now())
    began = time.monotonic()

    inbox.process_next(routing.inbound_handler, now=timezone.now())

    done = InboundEvent.objects.filter(state="done").count()
    waiting = InboundEvent.objects.filter(state="pending")
    # Two at once, then one a second: as many as the time it took allows, and no more.
    assert done <= 3 + time.monotonic() - began
    assert waiting.count() == COUNT - done
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    until = max(waiting.values_list("not_before", flat=True))
    assert until >= timezone.now() + timedelta(seconds=waiting.count() - (time.monotonic() - began) - 3)


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ({"file": {"uuid": "u-1234", "modified_at": "2026-09-01T08:00:00Z"}}, True),
        ({"files": [{"uuid": "x-1234"}, {"uuid": "u-1234", "modified_at": "2026-09-01T08:00:00Z"}]}, True),
        ({"uuid": "u-1234", "modified_at": "2026-09-01T08:00:00Z"}, True),
        ({"uuid": "u-1234"}, False),
        ({"file": {"uuid": "u-1234", "modified_at": 7}}, False),
        ({"file": {"uuid": "x-1234", "modified_at": "2026-09-01T08:00:00Z"}}, False),
        ([], False),
    ],
)
def test_the_time_of_a_change_is_found_where_the_file_is(body, known):
    found = webhook_auth.modified_in(json.dumps(body).encode(), "u-1234")

    assert (found is not None) == known


@pytest.fixture
def known(world, dam):
    """A file partners have, and meanwhile it was moved and replaced: the uuids of its old and its new version."""
    uuid = world.add_file("/New/known.jpg", approval="APPROVED")["uuid"]
    inbound.hint(dam, [uuid], now=timezone.now())
    work()
    world.file("folder", uuid, folder="/New/Deep")
    newer = world.file("replace", uuid)["uuid"]
    world.file("approval", newer, state="APPROVED")
    return uuid, newer


def living():
    return sorted(Variant.objects.filter(gone_at=None).values_list("path", flat=True))


NAMES = sorted(["/New/Deep/known.jpg", *(f"/New/{number}.jpg" for number in range(COUNT))])


def test_one_of_many_new_files_may_be_a_known_one_that_was_moved_and_replaced(world, dam, files, known):
    """So many at once are not asked about before partners see them, but afterwards."""
    tell(dam, [client.get_file(config.account(dam), known[1]), *files])

    work()
    assert live() == COUNT + 2
    tell(dam, [client.get_file(config.account(dam), known[1])])  # more news of it covers no question
    work(timezone.now() + timedelta(minutes=1))

    assert living() == NAMES
    assert set(InboundEvent.objects.values_list("state", flat=True)) <= {"done", "covered", "ignored"}

    tell(dam, [client.get_file(config.account(dam), known[0])])  # late news of what it was
    work(timezone.now() + timedelta(minutes=2))

    assert living() == NAMES


def test_a_known_one_that_goes_on_before_anybody_asked_is_one_file_too(world, dam, files, known):
    tell(dam, [client.get_file(config.account(dam), known[1]), *files])
    work()
    assert live() == COUNT + 2
    newest = world.file("replace", known[1])["uuid"]
    world.file("approval", newest, state="APPROVED")

    tell(dam, [client.get_file(config.account(dam), newest)])
    work()
    work(timezone.now() + timedelta(minutes=1))

    assert living() == NAMES
    assert Variant.objects.get(path="/New/Deep/known.jpg", gone_at=None).source_uuid == newest


def test_without_hints_too(world, dam, known, files):
    SyncCursor.objects.create(
        connection=dam, name=polling.SWEEP, value={"as_of": f"{timezone.now() - timedelta(minutes=1):%FT%TZ}"}
    )
    polling.walk(dam, polling.SWEEP, until=time.monotonic() + 60, clock=timezone.now)

    assert live() == COUNT + 2
    work()
    work(timezone.now() + timedelta(minutes=1))

    assert living() == NAMES


def test_asking_about_many_takes_half_the_rate(world, dam, files):
    now = timezone.now()
    Connection.objects.filter(pk=dam.pk).update(options={**dam.options, "calls_per_second": 4.0})
    project = config.account(Connection.objects.get(pk=dam.pk))

    inbox.store(dam, inbound.kin(project, {"a", "b", "c"}, now=now), now=now)
    inbox.store(dam, inbound.kin(project, {"d", "a"}, now=now), now=now)

    turns = InboundEvent.objects.order_by("not_before").values_list("subject", "not_before")
    # Two calls each, four calls a second.
    assert [(name, round((at - now).total_seconds())) for name, at in turns] == [
        ("a", 5), ("b", 6), ("c", 7), ("d", 9),
    ]  # fmt: skip
