"""Files that take long to make never hold up what somebody waits for: an approval is out while all makers are busy."""

import contextlib
import random
import time

import pytest
import redis

from tests.faults.ledger import Ledger
from tests.faults.studio import Studio
from tests.faults.visitor import Visitor

#: Promised. A loaded machine of a test is not held to it; the figure is printed.
PROMISED, PATIENCE = 5, 120
#: How long the delivery of the DAM takes for one file: close to what we wait for a picture.
SLOW = 40
AT_WORK = "SELECT version_id, revision_id FROM portal_rendition WHERE claimed_until > now()"


@pytest.fixture
def studio(stage):
    return Studio(Ledger(stage), random.Random(23))


def test_approval_is_out_while_everybody_who_makes_files_is_busy(stage, studio):
    visitor = Visitor(stage)
    for _ in range(6):
        studio.upload()
    studio.ledger.settle(within=PATIENCE)
    stage.world.fault("cdn", "slow", seconds=SLOW)

    ask_for_many(visitor)
    stage.until(lambda: waiting(stage, "making") > 5, "all makers busy, and more to be made")
    busy = at_work(stage)
    began = time.monotonic()
    thing = studio.upload()
    shown = stage.until(lambda: shown_as(stage, thing), "the approval in the portal")
    stage.until(lambda: posted(stage, thing), "its post")
    took = time.monotonic() - began

    print(f"{shown}: out after {took:.1f} s beside {len(busy)} makers at work, promised are {PROMISED}")
    assert busy and busy <= at_work(stage), "nobody became free meanwhile"
    stage.world.clear_faults()
    stage.until(lambda: not at_work(stage), "what was being made, made")
    studio.ledger.settle(within=PATIENCE)
    studio.ledger.judge()


def ask_for_many(visitor: Visitor) -> None:
    """Have more files prepared than there are makers, in sizes that nobody has made before."""
    assert visitor.token().ok
    assets = visitor.api("/assets?limit=8").json()["items"]
    items = [
        {"asset": one["id"], "recipe": recipe}
        for one in assets
        for recipe in ("web-jpeg", "marketplace", "print")
    ]
    answer = visitor.system.post(
        f"{visitor.stage.url}/api/v1/archives",
        json={"items": items, "allow_missing": True},
        headers={"Idempotency-Key": f"everything-{time.time_ns()}"},
        timeout=60,
    )
    assert answer.status_code == 202, answer.text


def waiting(stage, queue: str) -> int:
    """How many messages nobody has taken from a queue."""
    address = stage.programs.variables["REDIS_URL"]
    with contextlib.closing(redis.Redis.from_url(address)) as client:
        return client.llen(queue)


def at_work(stage) -> set[tuple[int, int]]:
    return {tuple(row.values()) for row in stage.rows(AT_WORK)}


def shown_as(stage, thing) -> str | None:
    return stage.value(
        "SELECT p.public_id FROM portal_publication p JOIN portal_publicationitem i ON i.publication_id = p.id "
        "JOIN portal_variant v ON v.id = i.variant_id WHERE v.source_uuid = %s",
        thing.uuid,
    )


def posted(stage, thing) -> bool:
    return any(thing.name in [file["fileName"] for file in post["assets"]] for post in stage.posts())
