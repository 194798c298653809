"""A short run of everything that can go wrong, and one of kills alone; ``manage.py soak`` makes long ones."""

import os
import random

from tests.faults.schedule import EVERYTHING, KILLS, faults, play


def _seed() -> int:
    """``FAULTS_SEED`` replays a run; otherwise every run draws its own."""
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1_000_000))


def test_seed_gives_the_same_faults_again():
    def first(seed):
        drawn = faults(seed, kinds=EVERYTHING, facts_between=6)
        return [next(drawn) for _ in range(50)]

    assert first(7) == first(7)
    assert first(7) != first(8)


def test_facts_survive_whatever_happens(stage):
    outcome = play(stage, seed=_seed(), going_on=lambda so_far: so_far.facts < 60)

    assert outcome.faults.total() >= 3


def test_facts_survive_kills(stage):
    outcome = play(
        stage,
        seed=_seed(),
        going_on=lambda so_far: so_far.facts < 100,
        kinds=KILLS,
        facts_between=10,
    )

    assert outcome.faults.total() >= 3
