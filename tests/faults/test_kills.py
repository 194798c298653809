"""A worker is killed at every named step; what it worked on is done once all the same."""

import random
import time

import pytest

from integrations import steps
from tests.faults.ledger import Ledger
from tests.faults.studio import Studio

ALL = (*steps.DELIVERY, *steps.EVENT, *steps.WALK, steps.CALL)
#: Where the whole worker goes, not only the process that works: between doing something and having written it down.
WHOLE = {"delivery called", "event worked", "walk noted"}
#: The promise is ten seconds after a restart. A loaded machine of a test is not held to it; ``manage.py soak`` tells.
PROMISED, PATIENCE = 10, 120


@pytest.fixture(scope="module")
def studio(_stage):
    return Studio(Ledger(_stage), random.Random(7))


@pytest.mark.parametrize("step", ALL)
def test_killed_at_a_step_nothing_is_lost_or_doubled(stage, studio, step):
    things = list(studio.ledger.things.values()) or [studio.upload()]
    studio.ledger.settle(within=PATIENCE)
    stage.at_step("kill" if step in WHOLE else "end", step)

    if step in steps.DELIVERY:
        studio.upload()  # a new post: a second one would be seen
    else:
        studio.replace(things[0])
    stage.until(stage.step_came, f"a worker at the step {step!r}")
    began = time.monotonic()
    for worker in stage.workers:
        worker.start(wait=False)
    studio.ledger.settle(within=PATIENCE)

    studio.ledger.judge()
    print(f"{step}: done {time.monotonic() - began:.1f} s after the kill, promised are {PROMISED}")
