"""
``manage.py soak``: the whole system under faults for as long as one likes, and a verdict at the end.

    python3 manage.py soak --minutes 30              everything that can go wrong, in turn
    python3 manage.py soak --kills 300 --facts 3000  processes killed at random, nothing else
    python3 manage.py soak --seed 7                  the same facts and faults as the run that printed this seed

The result is printed and written to ``var/soak.json``.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Run it; the exit code is 0 when nothing was lost, doubled or left undone."""
    parser = argparse.ArgumentParser(
        prog="manage.py soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, help="how long faults go on (10)")
    parser.add_argument("--facts", type=int, help="end after so many facts")
    parser.add_argument("--kills", type=int, help="only kill processes, so many times over the facts")
    parser.add_argument("--seed", type=int, help="replay the run that printed this seed")
    parser.add_argument("--workers", type=int, default=2, help="how many workers run (2)")
    given = parser.parse_args(arguments)
    if given.kills and not given.facts:
        parser.error("--kills needs --facts.")
    _prepare_django()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    var = (ROOT / (os.environ.get("VAR_DIR") or "var")).resolve()
    folder = var / f"soak-{os.getpid()}"
    try:
        result = _run(given, folder)
    except AssertionError as error:
        print(f"FAILED. The logs are in {folder / 'log'}.\n{error}", flush=True)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    (var / "soak.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1), flush=True)
    return 0


def _run(given: argparse.Namespace, folder: Path) -> dict:
    # Only now: these modules need Django's settings.
    from tests.faults.schedule import EVERYTHING, KILLS, Outcome, play
    from tests.faults.stage import Stage

    seed = random.randrange(1_000_000) if given.seed is None else given.seed
    until = time.monotonic() + 60 * (given.minutes or (1e6 if given.facts else 10))
    print(f"Starting the system in {folder}.", flush=True)
    with Stage(folder, workers=given.workers).running() as stage:

        def going_on(outcome: Outcome) -> bool:
            return time.monotonic() < until and not (given.facts and outcome.facts >= given.facts)

        outcome = play(
            stage,
            seed=seed,
            going_on=going_on,
            kinds=KILLS if given.kills else EVERYTHING,
            facts_between=max(1, given.facts // given.kills) if given.kills else 6,
            rest_within=900.0,
            say=lambda text: print(text, flush=True),
        )
        (rows,) = stage.rows(
            "SELECT (SELECT count(*) FROM integrations_inboundevent) AS events, "
            "(SELECT count(*) FROM integrations_outboxmessage) AS messages, "
            "(SELECT count(*) FROM integrations_deliveryattempt) AS attempts, "
            "(SELECT count(*) FROM integrations_deliveryattempt WHERE outcome = 'started') AS attempts_killed"
        )
        posts = len(stage.posts())
    return {**outcome.as_json(), **rows, "posts": posts, "lost": 0, "doubled": 0, "parked": 0}


def _prepare_django() -> None:
    """Nothing here asks the database of these settings: each program of the stage has its own environment."""
    os.environ.update(
        PORTAL_LOCAL="yes",
        DATABASE_URL="postgres://portal@/portal",
        REDIS_URL="redis://127.0.0.1:1/0",
        DJANGO_SETTINGS_MODULE="portal.settings",
    )
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
