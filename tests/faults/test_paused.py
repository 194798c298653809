"""A worker that sleeps through its claim and wakes up believes it still owns it: what it then writes is refused."""

import random

import pytest

from tests.faults.ledger import Ledger
from tests.faults.studio import Studio

PATIENCE = 120


@pytest.fixture
def hasty(stage):
    """Workers whose claims are taken away after two seconds of sleep."""
    stage.restart_workers(WORK_HOLD_SECONDS="2")
    yield stage
    stage.restart_workers(WORK_HOLD_SECONDS="90")


def refusals(stage) -> int:
    """How often a worker was told that its transaction had been ended while it slept."""
    return sum(worker.log().count("idle-in-transaction") for worker in stage.workers)


def test_paused_before_its_call_it_does_not_overwrite_what_came_after(hasty):
    studio = Studio(Ledger(hasty), random.Random(17))
    thing = studio.upload()
    studio.ledger.settle(within=PATIENCE)
    before = refusals(hasty)
    hasty.at_step("stop", "delivery held")

    first = studio.replace(thing)
    hasty.until(hasty.step_came, "a worker with the message in its hands")
    # PostgreSQL takes the message away from the sleeper; the other worker delivers it, and a newer one after it.
    hasty.until(
        lambda: hasty.value(
            "SELECT count(*) FROM integrations_deliveryattempt a JOIN integrations_outboxmessage m "
            "ON m.id = a.message_id WHERE m.attempts > 1 AND m.state = 'sent' AND a.outcome = 'sent'"
        ),
        "the message sent by somebody else",
    )
    second = studio.replace(first)
    studio.ledger.settle(within=PATIENCE)
    studio.ledger.judge()

    for worker in hasty.workers:
        worker.resume()
    hasty.until(
        lambda: refusals(hasty) > before,
        "the late write refused",
    )
    # Whatever it still meant to tell the grid has been told by now: a fact after it is through.
    studio.describe(second)
    studio.ledger.settle(within=PATIENCE)

    studio.ledger.judge()


def test_call_that_outlives_its_claim_does_not_overwrite_what_came_after(hasty):
    studio = Studio(Ledger(hasty), random.Random(18))
    thing = studio.upload()
    studio.ledger.settle(within=PATIENCE)
    before = refusals(hasty)
    # Its call waits at the grid, with the mark of the revision it knew; the claim is gone after two seconds.
    hasty.world.fault("trading_grid", "slow", path="/posts/", seconds=8, times=1)

    second = studio.replace(thing)
    hasty.until(lambda: not hasty.world.verb("GET", "/faults")["faults"], "the call at the grid")
    studio.replace(second)
    studio.ledger.settle(within=PATIENCE)
    hasty.until(
        lambda: refusals(hasty) > before,
        "the late write refused",
    )
    studio.ledger.settle(within=PATIENCE)

    studio.ledger.judge()
