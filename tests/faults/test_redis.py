"""Redis down, flushed, or killed with everything in it: pages stand, nothing is lost, and the sweep catches up."""

import random
import time

import pytest

from tests.faults.ledger import Ledger
from tests.faults.studio import Studio
from tests.faults.visitor import Visitor

#: Promised after the return of Redis. A loaded machine of a test is not held to it; the figure is printed.
PROMISED, PATIENCE = 15, 120
#: Of the stage's workers together.
PROCESSES = 4


@pytest.fixture
def studio(stage):
    return Studio(Ledger(stage), random.Random(11))


def test_without_redis_the_portal_answers_and_afterwards_catches_up(stage, studio):
    visitor = Visitor(stage)
    thing = studio.upload()
    studio.ledger.settle(within=PATIENCE)

    stage.redis.kill()
    studio.replace(thing)
    studio.upload()
    answers = {
        "sign in": visitor.sign_in(),
        "assets": visitor.get(f"{visitor.home}assets/"),
        "token": visitor.token(),
        "API": visitor.api("/assets"),
        "webhook": stage.call_webhook(thing.uuid),
    }
    ready = visitor.get("/readyz")

    assert {what: answer.status_code for what, answer in answers.items()} == {
        "sign in": 200,
        "assets": 200,
        "token": 200,
        "API": 200,
        "webhook": 202,
    }
    # Without what Redis does for the whole house each process counts for itself.
    assert "RateLimit" in answers["API"].headers
    assert (ready.status_code, ready.json()["checks"]["cache"]) == (200, "missing")
    slowest = max(answer.elapsed.total_seconds() for answer in answers.values())
    stage.redis.start()
    began = time.monotonic()
    studio.ledger.settle(within=PATIENCE)
    print(
        f"slowest answer without Redis {slowest:.2f} s; "
        f"caught up {time.monotonic() - began:.1f} s after its return, promised are {PROMISED}"
    )
    studio.ledger.judge()


def test_flushed_redis_loses_nothing(stage, studio):
    thing = studio.upload()
    studio.replace(thing)
    stage.flush_redis()
    studio.ledger.settle(within=PATIENCE)

    studio.ledger.judge()


def test_tasks_at_work_when_redis_goes_do_not_take_their_workers_along(stage, studio):
    """Nobody restarts workers here: one that ends is missing. All are busy, so none waits for a message just then."""
    studio.upload()
    studio.ledger.settle(within=PATIENCE)

    stage.world.fault("scaleflex", "slow", path="/files", seconds=8)
    busy = "SELECT count(*) FROM integrations_inboundevent WHERE state = 'pending' AND started_at IS NOT NULL"
    for count in range(1, 1 + PROCESSES):
        studio.upload()
        stage.until(lambda count=count: stage.value(busy) >= count, f"{count} events at work")
    stage.redis.kill()
    stage.until(lambda: not stage.value(busy), "all that was at work done")
    stage.redis.start()
    stage.world.clear_faults()
    studio.ledger.settle(within=PATIENCE)

    assert [worker.is_alive() for worker in stage.workers] == [True, True]
    studio.ledger.judge()
