"""One part of the system after the other is missing; what then works is what the operators' page says."""

import random
import signal

import pytest

from tests.faults import resiliency
from tests.faults.ledger import Ledger
from tests.faults.studio import Studio

PATIENCE = 180


def _vendor(*parts):
    def away(stage):
        for part in parts:
            stage.world.fault(part, "status", status=503)

    return away


#: dependency -> what takes it away; ``make_whole`` brings everything back
MISSING = {
    "PostgreSQL": lambda stage: stage.stop_postgres(),
    "Redis": lambda stage: stage.redis.kill(),
    "workers": lambda stage: [worker.stop(signal.SIGKILL) for worker in stage.workers],
    "timetable": lambda stage: stage.timetable.kill(),
    "Scaleflex": _vendor("scaleflex", "cdn"),
    "Trading Grid": _vendor("trading_grid"),
}


@pytest.mark.parametrize("dependency", MISSING)
def test_what_works_without_it_is_what_the_page_says(stage, dependency):
    studio = Studio(Ledger(stage), random.Random(23))
    scene = resiliency.set_scene(stage, studio)
    expected = resiliency.read_page().get(dependency, {})
    MISSING[dependency](stage)

    seen = resiliency.observe(scene, expected)

    assert set(seen.values()) <= {
        resiliency.WORKS,
        resiliency.NOTICE,
        resiliency.REFUSED,
        resiliency.WAITS,
    }, seen
    stage.make_whole()
    studio.ledger.settle(within=PATIENCE)
    studio.ledger.judge()
    if resiliency.WRITES:
        resiliency.write_column(dependency, seen, list(MISSING))
    assert seen == resiliency.read_page()[dependency]


def test_page_has_every_dependency_and_operation():
    page = resiliency.read_page()

    assert list(page) == list(MISSING)
    assert all(tuple(column) == resiliency.OPERATIONS for column in page.values())
