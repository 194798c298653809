"""
What goes wrong, when: drawn from a seed, so that the same seed gives the same facts and the same faults in order.

A fault comes after a number of facts and is taken back after some seconds, while facts go on.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.faults.ledger import Ledger
from tests.faults.member import Member
from tests.faults.stage import Stage
from tests.faults.studio import Studio


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong after ``facts`` more facts, for ``seconds``; ``draw`` picks whom it hits, 0 to 1."""

    name: str
    facts: int
    seconds: float
    draw: float


#: name -> how often, against the others
EVERYTHING = {
    "kill a worker": 4,
    "kill one process of a worker": 4,
    "pause a worker": 2,
    "kill the portal": 1,
    "kill the timetable": 1,
    "stop PostgreSQL": 1,
    "kill Redis": 1,
    "flush Redis": 1,
    "the DAM answers 500": 2,
    "the DAM breaks off": 2,
    "the grid answers 429": 2,
    "the grid takes it and breaks off": 3,
    "webhooks are lost": 1,
    "webhooks come twice": 1,
    "webhooks come in disorder": 1,
}
KILLS = {"kill a worker": 3, "kill one process of a worker": 5, "kill the timetable": 1, "kill the portal": 1}


def faults(seed: int, *, kinds: dict[str, int], facts_between: int) -> Iterator[Fault]:
    """Draw one fault after the other, for ever."""
    chance = random.Random(f"{seed} faults")
    while True:
        (name,) = chance.choices(list(kinds), list(kinds.values()))
        yield Fault(name, chance.randint(1, 2 * facts_between - 1), chance.uniform(0.5, 4.0), chance.random())


@dataclass
class Outcome:
    """What a run did; seconds are of the wall clock."""

    seed: int
    facts: int = 0
    faults: Counter = field(default_factory=Counter)
    seconds_of_faults: float = 0.0
    seconds_to_rest: float = 0.0

    def as_json(self) -> dict:
        return {
            "seed": self.seed,
            "facts": self.facts,
            "faults": dict(sorted(self.faults.items())),
            "seconds_of_faults": round(self.seconds_of_faults, 1),
            "seconds_to_rest": round(self.seconds_to_rest, 1),
        }


def play(
    stage: Stage,
    *,
    seed: int,
    going_on: Callable[[Outcome], bool],
    kinds: dict[str, int] = EVERYTHING,
    facts_between: int = 6,
    rest_within: float = 300.0,
    say: Callable[[str], None] = print,
) -> Outcome:
    """
    Let facts and faults happen for as long as ``going_on`` says, make the system whole, let it rest, and judge.

    :raises AssertionError: something was lost, doubled or left undone; the text names it and the seed
    """
    say(f"The seed is {seed}.")
    ledger, outcome, began = Ledger(stage), Outcome(seed), time.monotonic()
    studio = Studio(ledger, random.Random(f"{seed} facts"))
    coming = faults(seed, kinds=kinds, facts_between=facts_between)
    fault = next(coming)
    wait = fault.facts
    undone: list[tuple[float, Callable[[], None]]] = []
    try:
        while going_on(outcome):
            for entry in [entry for entry in undone if entry[0] <= time.monotonic()]:
                undone.remove(entry)
                entry[1]()
            if wait == 0:
                undone.append((time.monotonic() + fault.seconds, begin(stage, fault)))
                outcome.faults[fault.name] += 1
                fault = next(coming)
                wait = fault.facts
            studio.fact()
            wait -= 1
            outcome.facts += 1
            if outcome.facts % 50 == 0:
                ledger.note_acknowledgements()
                say(
                    f"{outcome.facts} facts, {outcome.faults.total()} faults, {time.monotonic() - began:.0f} s"
                )
        outcome.seconds_of_faults = time.monotonic() - began
        stage.make_whole()
        outcome.seconds_to_rest = ledger.settle(within=rest_within)
        ledger.judge()
    except AssertionError as error:
        raise AssertionError(f"Seed {seed}, after {outcome.as_json()}: {error}") from None
    return outcome


def begin(stage: Stage, fault: Fault) -> Callable[[], None]:
    """
    Let a fault happen.

    :returns: what takes it back
    """
    worker = stage.workers[int(fault.draw * len(stage.workers))]
    match fault.name:
        case "kill a worker":
            return _kill(stage, worker)
        case "kill one process of a worker":
            return _kill_one(stage, worker, fault.draw)
        case "pause a worker":
            worker.pause()
            return worker.resume
        case "kill the portal":
            return _kill(stage, stage.portal)
        case "kill the timetable":
            return _kill(stage, stage.timetable)
        case "stop PostgreSQL":
            stage.stop_postgres()
            return lambda: stage.postgres.start(wait=False)
        case "kill Redis":
            return _kill(stage, stage.redis)
        case "flush Redis":
            if stage.redis.is_alive():
                stage.flush_redis()
            return lambda: None
        case "the DAM answers 500":
            return _vendor(stage, "scaleflex", "status", status=500, chance=0.7)
        case "the DAM breaks off":
            return _vendor(stage, "scaleflex", "truncate", chance=0.7)
        case "the grid answers 429":
            return _vendor(stage, "trading_grid", "status", status=429, retry_after=1, chance=0.7)
        case "the grid takes it and breaks off":
            # It computes its answer and sends half: we do not learn that it was done.
            return _vendor(stage, "trading_grid", "truncate", path="/posts", times=3)
        case "webhooks are lost":
            return _vendor(stage, "scaleflex", "webhook_drop", times=3)
        case "webhooks come twice":
            return _vendor(stage, "scaleflex", "webhook_duplicate", times=3)
        case "webhooks come in disorder":
            return _vendor(stage, "scaleflex", "webhook_shuffle", times=5)
    raise ValueError(fault.name)


def _kill(stage: Stage, member: Member) -> Callable[[], None]:
    _bring_to_life(stage, member)
    member.kill()
    return lambda: member.start(wait=False)


def _kill_one(stage: Stage, member: Member, draw: float) -> Callable[[], None]:
    # The first one is the worker itself: its other processes are left to themselves, until it is started again.
    _bring_to_life(stage, member)
    while not (pids := member.pids()):
        # It died of something else in this very moment.
        _bring_to_life(stage, member)
    member.kill_one(pids[int(draw * 997) % len(pids)])

    def undo() -> None:
        if not member.is_alive():
            member.kill()  # what its group left goes before the next one comes, as the demo's supervisor does
            member.start(wait=False)

    return undo


def _bring_to_life(stage: Stage, member: Member) -> None:
    """Killing the dead is no fault: whoever is still on its way up may arrive first."""
    member.start(wait=False)
    if stage.redis.is_alive():  # without it no worker gets ready
        if not member.is_ready():
            member.resume()  # paused on its way up, it would never arrive
        member.wait_ready()


def _vendor(stage: Stage, part: str, kind: str, **settings) -> Callable[[], None]:
    stage.world.fault(part, kind, **settings)
    return lambda: stage.world.verb("DELETE", f"/faults?part={part}")
