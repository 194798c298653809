"""One event that ends, fills or holds up whoever works on it: it is parked, and holds up its own file only."""

import random

import pytest

from tests.faults.ledger import Ledger
from tests.faults.studio import Studio
from tests.faults.worker import POISON

PATIENCE = 240


@pytest.fixture
def guarded(stage):
    """Workers that take three seconds for hanging and 400 MB for much."""
    stage.restart_workers(WORK_SECONDS="3", WORKER_MEMORY_MB="400")
    yield stage
    stage.rows("UPDATE integrations_inboundevent SET state = 'ignored' WHERE kind = %s", POISON)
    stage.restart_workers(WORK_SECONDS="75", WORKER_MEMORY_MB="2000")


def put_in(stage, does: str, *, key: str) -> None:
    stage.rows(
        """
        INSERT INTO integrations_inboundevent (connection_id, kind, subject, ordering_key, dedupe_key, coalesces,
          not_before, attempts, crashes, last_error, state, data, repeats, received_at)
        SELECT id, %s, %s, %s, %s, false, now(), 0, 0, '', 'pending', jsonb_build_object('does', %s::text), 0, now()
        FROM integrations_connection WHERE vendor = 'scaleflex'
        """,
        *(POISON, key, key, f"{does} {next(stage.numbers)}", does),
    )


def test_poison_is_parked_and_holds_up_its_own_file_only(guarded):
    studio = Studio(Ledger(guarded), random.Random(19))
    kinds = ("exit", "hang", "eat")
    for does in kinds:
        put_in(guarded, does, key=does)
        put_in(guarded, "none", key=does)  # behind the poison, about the same file
    put_in(guarded, "none", key="another file")
    thing = studio.upload()

    def states():
        return {
            (row["does"], row["ordering_key"]): (row["state"], row["crashes"])
            for row in guarded.rows(
                "SELECT data ->> 'does' AS does, ordering_key, state, crashes FROM integrations_inboundevent "
                "WHERE kind = %s AND state <> 'ignored'",
                POISON,
            )
        }

    # The healthy one, and a file's news, get through while the poison is still being tried.
    guarded.until(
        lambda: states()["none", "another file"][0] == "done", "the other file's event", within=PATIENCE
    )
    guarded.until(lambda: _is_shown(guarded, thing), "the post", within=PATIENCE)
    guarded.until(
        lambda: all(states()[does, does][0] == "parked" for does in kinds), "poison parked", within=PATIENCE
    )

    found = states()
    assert found["exit", "exit"][1] == found["hang", "hang"][1] == 3
    assert {found["none", does][0] for does in kinds} == {"pending"}
    reasons = {
        row["ordering_key"]: row["last_error"]
        for row in guarded.rows(
            "SELECT ordering_key, last_error FROM integrations_inboundevent WHERE kind = %s AND state = 'parked'",
            POISON,
        )
    }
    assert "MemoryError" in reasons["eat"]
    assert "ended the program" in reasons["exit"] and "ended the program" in reasons["hang"]


def _is_shown(stage, thing) -> bool:
    return thing.sha1 in str([post["assets"] for post in stage.posts()])
