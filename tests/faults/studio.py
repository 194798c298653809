"""The people at the DAM: they upload, approve, replace, rename, move and withdraw, and tell the ledger."""

import random
from dataclasses import replace

from tests.faults.ledger import HIDDEN, SHOWN, Ledger, Thing


class Studio:
    """
    Does one fact after the other at the sandbox.

    Which fact comes next is drawn from ``chance``; with the same seed it is the same sequence.
    """

    def __init__(self, ledger: Ledger, chance: random.Random):
        self.ledger = ledger
        self.world = ledger.stage.world
        self.chance = chance

    def fact(self) -> Thing:
        """
        Let one thing happen: something new in one of four cases, otherwise to something that is there.

        The same file may be replaced, renamed and moved before anybody looks: gaps are what faults make.
        """
        things = list(self.ledger.things.values())
        if not things or self.chance.random() < 0.25:
            return self.upload(approved=self.chance.random() < 0.7)
        thing = self.chance.choice(things)
        deeds = [self.replace] * 2 + [self.rename, self.move, self.describe]
        deeds += [self.withdraw] if thing.approved else [self.approve] * 3
        return self.chance.choice(deeds)(thing)

    def upload(self, *, approved: bool = True) -> Thing:
        number = next(self.ledger.stage.numbers)
        name = f"Thing {number}.jpg"
        title = f"Title {number}"
        file = self.world.add_file(
            f"{SHOWN}/{name}",
            approval="APPROVED" if approved else "PENDING",
            meta={"title": {"en": title}},
        )
        return self.ledger.note(Thing(number, file["uuid"], name, SHOWN, file["sha1"], approved, title))

    def approve(self, thing: Thing) -> Thing:
        self.world.file("approval", thing.uuid, state="APPROVED")
        return self.ledger.note(replace(thing, approved=True))

    def withdraw(self, thing: Thing) -> Thing:
        self.world.file("withdraw", thing.uuid)
        return self.ledger.note(replace(thing, approved=False))

    def replace(self, thing: Thing) -> Thing:
        """A new version, approved at once: two facts for the DAM."""
        file = self.world.file("replace", thing.uuid)
        self.world.file("approval", file["uuid"], state="APPROVED")
        return self.ledger.note(replace(thing, uuid=file["uuid"], sha1=file["sha1"], approved=True))

    def rename(self, thing: Thing) -> Thing:
        name = f"Thing {thing.number} as {self.chance.randrange(10_000)}.jpg"
        self.world.file("name", thing.uuid, name=name)
        return self.ledger.note(replace(thing, name=name))

    def move(self, thing: Thing) -> Thing:
        folder = HIDDEN if thing.folder == SHOWN else SHOWN
        self.world.file("folder", thing.uuid, folder=folder)
        return self.ledger.note(replace(thing, folder=folder))

    def describe(self, thing: Thing) -> Thing:
        title = f"Title {self.chance.randrange(10_000)}"
        self.world.file("meta", thing.uuid, "PATCH", meta={"title": {"en": title}})
        return self.ledger.note(replace(thing, title=title))
