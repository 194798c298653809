"""PostgreSQL stopped hard under load: refused at once and cleanly, nothing half done, whole again by itself."""

import random
import threading
import time
from collections import Counter

import pytest

from tests.faults.ledger import HINTS, Ledger
from tests.faults.studio import Studio
from tests.faults.visitor import Visitor

#: Down for so long.
SECONDS = 30.0
PATIENCE = 120


@pytest.fixture
def studio(stage):
    return Studio(Ledger(stage), random.Random(13))


class Load(threading.Thread):
    """One visitor's page after page, and a webhook with each; notes every answer."""

    def __init__(self, stage, visitor, uuid):
        super().__init__(daemon=True)
        self.stage, self.visitor, self.uuid = stage, visitor, uuid
        self.go_on = True
        self.pages: list = []
        self.hooks: list = []

    def run(self):
        while self.go_on:
            self.pages.append(self.visitor.get(f"{self.visitor.home}assets/"))
            self.hooks.append(self.stage.call_webhook(self.uuid))


def test_stopped_hard_under_load_it_refuses_cleanly_and_comes_back_by_itself(stage, studio):
    thing = studio.upload()
    studio.ledger.settle(within=PATIENCE)
    visitors = [Visitor(stage, person) for person in range(2)]
    assert all(visitor.sign_in().status_code == 200 for visitor in visitors)
    loads = [Load(stage, visitor, thing.uuid) for visitor in visitors]
    for load in loads:
        load.start()
    stage.until(lambda: all(len(load.hooks) > 2 for load in loads), "some load")

    stage.stop_postgres()
    stopped = time.monotonic()
    studio.replace(thing)
    stage.until(
        lambda: (
            time.monotonic() - stopped > SECONDS
            and all(any(hook.status_code == 503 for hook in load.hooks) for load in loads)
        ),
        "refusals",
    )
    stage.postgres.start()
    back = time.monotonic()
    for load in loads:
        seen = len(load.pages)
        stage.until(
            lambda load=load, seen=seen: any(page.status_code == 200 for page in load.pages[seen + 1 :]),
            "pages",
        )
    whole = time.monotonic() - back
    for load in loads:
        load.go_on = False
    for load in loads:
        load.join(60)

    hooks = [hook for load in loads for hook in load.hooks]
    pages = [page for load in loads for page in load.pages]
    assert set(Counter(hook.status_code for hook in hooks)) == {202, 503}
    assert set(Counter(page.status_code for page in pages)) == {200, 503}
    for answer in [answer for answer in (*hooks, *pages) if answer.status_code == 503]:
        assert answer.headers["Retry-After"] == "10"
    assert "In a moment" in next(page.text for page in pages if page.status_code == 503)
    (stored,) = stage.rows(f"{HINTS} WHERE subject = %s GROUP BY subject", thing.uuid)
    assert stored["times"] >= sum(hook.status_code == 202 for hook in hooks)
    refused = sorted(hook.elapsed.total_seconds() for hook in hooks if hook.status_code == 503)
    studio.ledger.settle(within=PATIENCE)
    studio.ledger.judge()
    print(
        f"{len(refused)} webhooks refused, the slowest after {refused[-1]:.2f} s (promised 1); "
        f"pages whole {whole:.1f} s after its return (promised 5)"
    )
