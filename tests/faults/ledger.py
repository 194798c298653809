"""
What really happened, written down outside the system, and the judge who compares.

The driver notes every fact the DAM has acknowledged and every call of a vendor that we have acknowledged with 2xx. When
the system has come to rest the judge demands that what was acknowledged is applied, applied once, in order per file,
that both vendors and the portal agree, and that nothing is neither done nor parked.
"""

import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.faults.stage import Stage

#: Files in this folder go into one community; files elsewhere go nowhere.
SHOWN, HIDDEN = "/Campaigns/Winter Kitchen", "/Drafts"
COMMUNITY = "Winter Kitchen"


@dataclass
class Thing:
    """
    One file as the DAM has acknowledged it last.

    ``released``  SHA-1 of every state that was approved at some time, in order
    """

    number: int
    uuid: str
    name: str
    folder: str
    sha1: str
    approved: bool
    title: str
    released: list[str] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.approved and self.folder == SHOWN

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"


class Ledger:
    """Every acknowledged fact about one stage."""

    def __init__(self, stage: Stage):
        self.stage = stage
        self.things: dict[int, Thing] = {}
        self.facts = 0
        self.last_fact_at = datetime.now(UTC)
        self._hints: dict[int, list[str]] = {}
        self._events: dict[str, str] = {}

    # -- Writing down -------------------------------------------------------------------------------------------------
    def note(self, thing: Thing) -> Thing:
        """Note a fact the DAM has acknowledged; ``thing`` is the state it left."""
        if thing.approved and (not thing.released or thing.released[-1] != thing.sha1):
            thing.released.append(thing.sha1)
        self.things[thing.number] = thing
        self.facts += 1
        self.last_fact_at = datetime.now(UTC)
        return thing

    def note_acknowledgements(self) -> None:
        """Note which calls of the vendors we have answered with 2xx; their own logs hold the last 500 only."""
        for sent in self.stage.world.verb("GET", "/scaleflex/webhooks/log?limit=500")["deliveries"]:
            if sent["status"] == "sent":
                self._hints[sent["id"]] = _uuids(json.loads(sent["body"]))
        for sent in self.stage.world.verb("GET", "/trading_grid/deliveries")["deliveries"]:
            if str(sent["answer"]).startswith("2"):
                self._events[sent["event_id"]] = sent["type"]

    # -- Waiting ------------------------------------------------------------------------------------------------------
    def settle(self, *, within: float = 180.0) -> float:
        """
        Wait until nothing waits any more and a sweep has begun after the last fact.

        :returns: seconds it took
        :raises AssertionError: it does not come to rest in time
        """
        began = time.monotonic()
        self.stage.until(lambda: not self.unfinished(), "the system at rest", within=within)
        return time.monotonic() - began

    def unfinished(self) -> dict[str, Any]:
        """What is still to be done, by kind; empty when the system is at rest."""
        (found,) = self.stage.rows(
            """
            SELECT
              (SELECT count(*) FROM integrations_inboundevent WHERE state = 'pending') AS events,
              (SELECT count(*) FROM integrations_outboxmessage WHERE state = 'pending') AS messages,
              (SELECT count(*) FROM portal_change WHERE number IS NULL) AS unnumbered,
              (SELECT count(*) FROM portal_routingrun WHERE finished_at IS NULL) AS routing,
              (SELECT count(*) FROM integrations_connection c WHERE c.vendor = 'scaleflex' AND NOT EXISTS (
                 SELECT 1 FROM integrations_synccursor s WHERE s.connection_id = c.id AND s.name = 'sweep'
                 AND s.started_at > %s AND s.finished_at >= s.started_at)) AS sweeps
            """,
            self.last_fact_at,
        )
        return {name: count for name, count in found.items() if count}

    # -- Judging ------------------------------------------------------------------------------------------------------
    def judge(self, *, parked: int = 0) -> None:
        """
        Demand everything of a system at rest.

        :param parked: how many rows the test has parked on purpose
        :raises AssertionError: names every difference
        """
        self.note_acknowledgements()
        troubles = [
            *self._agreement(),
            *self._order(),
            *self._acknowledged(),
            *self._parked(parked),
        ]
        assert not troubles, f"{len(troubles)} differences:\n" + "\n".join(troubles[:40])

    def _agreement(self) -> list[str]:
        """The DAM, the portal and the grid hold the same last state of every file, once."""
        mirrored = {row["source_uuid"]: row for row in self.stage.rows(_MIRROR, COMMUNITY)}
        dam = {}
        for folder in (SHOWN, HIDDEN):
            found = self.stage.world.verb(
                "GET", f"/scaleflex/files?folder={folder.replace(' ', '%20')}&limit=1000"
            )
            dam |= {file["uuid"]: file for file in found["files"]}
        posts: dict[str, list[dict]] = {}
        for post in self.stage.posts():
            posts.setdefault(post["externalReference"], []).append(post)
        troubles = []
        for thing in self.things.values():
            file, row = dam.get(thing.uuid), mirrored.get(thing.uuid)
            if len(dam) < 1000 and (file is None or (file["path"], file["sha1"]) != (thing.path, thing.sha1)):
                troubles.append(f"{thing.path}: the DAM itself forgot it")
            if row is None:
                troubles.append(f"{thing.path}: lost, the portal does not know {thing.uuid}")
                continue
            troubles += [
                f"{thing.path}: {text}" for text in _compare(thing, row, posts.get(row["publication"], []))
            ]
        references = Counter(post["externalReference"] for group in posts.values() for post in group)
        known = {row["public_id"] for row in self.stage.rows("SELECT public_id FROM portal_publication")}
        troubles += [f"{reference}: {count} posts" for reference, count in references.items() if count > 1]
        troubles += [f"{reference}: a post of nothing" for reference in references if reference not in known]
        # Whatever they are called: an older name may be left over.
        copies: dict[str, list[str]] = {}
        for row in mirrored.values():
            if found := _THING.match(row["name"]):
                copies.setdefault(found[0], []).append(f"{row['path']} {row['source_uuid']}")
        troubles += [f"{name}: variants {places}" for name, places in copies.items() if len(places) > 1]
        return troubles

    def _order(self) -> list[str]:
        """No younger message of a publication was delivered before an older one; versions count up by one."""
        overtaken = self.stage.rows(
            """
            SELECT ordering_key FROM (SELECT ordering_key, sent_at, lag(sent_at) OVER (
              PARTITION BY connection_id, ordering_key ORDER BY id) AS before
              FROM integrations_outboxmessage WHERE state = 'sent') AS line WHERE before > sent_at
            """
        )
        gaps = self.stage.rows(
            """
            SELECT variant_id, array_agg(number ORDER BY id) AS numbers FROM portal_assetversion
            GROUP BY variant_id HAVING max(number) <> count(*)
              OR array_agg(number ORDER BY id) <> array_agg(number ORDER BY number)
            """
        )
        # A line gets its number after its commit, within seconds. The directory's walk and the clock of rights, which
        # nobody waits for here, may just have written one; one that gets none for long is a fault.
        unnumbered = "SELECT kind, partner_id, community_id, at FROM portal_change WHERE number IS NULL"
        self.stage.until(
            lambda: not self.stage.rows(unnumbered), "a number for each line of the feed", within=30
        )
        numbers = self.stage.rows(
            "SELECT count(*) AS lines, max(number) AS last, count(DISTINCT number) AS different FROM portal_change"
        )[0]
        troubles = [f"{row['ordering_key']}: a younger message overtook" for row in overtaken]
        troubles += [f"variant {row['variant_id']}: versions {row['numbers']}" for row in gaps]
        if len({numbers["lines"], numbers["last"] or 0, numbers["different"]}) > 1:
            troubles.append(f"the feed has gaps or doubles: {numbers}")
        return troubles

    def _acknowledged(self) -> list[str]:
        """Whatever we answered with 2xx is stored."""
        wanted = Counter(uuid for uuids in self._hints.values() for uuid in uuids)
        stored = {row["subject"]: row["times"] for row in self.stage.rows(f"{HINTS} GROUP BY subject")}
        events = {
            row["id"]
            for row in self.stage.rows(
                "SELECT substr(dedupe_key, 7) AS id FROM integrations_inboundevent WHERE dedupe_key LIKE 'event:%%'"
            )
        }
        troubles = [
            f"{uuid}: {times} calls answered with 2xx, {stored.get(uuid, 0)} stored"
            for uuid, times in wanted.items()
            if stored.get(uuid, 0) < times
        ]
        return troubles + [
            f"{event}: answered with 2xx, not stored" for event in self._events if event not in events
        ]

    def _parked(self, expected: int) -> list[str]:
        found = self.stage.rows(
            "SELECT 'event' AS what, id, kind, last_error FROM integrations_inboundevent WHERE state = 'parked' "
            "UNION ALL SELECT 'message', id, kind, last_error FROM integrations_outboxmessage WHERE state = 'parked'"
        )
        return [] if len(found) == expected else [f"parked: {row}" for row in found] or ["nothing is parked"]


_THING = re.compile(r"Thing \d+")
#: How often each file was hinted at. What a sweep left to be looked at takes hints in as well as hints do.
HINTS = """
    SELECT subject, sum(repeats) + count(*) FILTER (WHERE dedupe_key LIKE 'hint:%%') AS times
    FROM integrations_inboundevent
"""
_MIRROR = """
    SELECT v.source_uuid, v.path, v.name, v.approved, a.title ->> 'en' AS title, current.sha1,
      (SELECT array_agg(x.sha1 ORDER BY x.number) FROM portal_assetversion x WHERE x.variant_id = v.id) AS versions,
      p.public_id AS publication, p.revision, p.posted_revision, i.id IS NOT NULL AND i.withdrawn_at IS NULL AS is_live,
      shown.sha1 AS shown
    FROM portal_variant v
    JOIN portal_asset a ON a.id = v.asset_id
    LEFT JOIN portal_assetversion current ON current.id = v.current_id
    LEFT JOIN portal_publication p ON p.asset_id = a.id
      AND p.community_id = (SELECT id FROM portal_community WHERE name = %s)
    LEFT JOIN portal_publicationitem i ON i.publication_id = p.id AND i.variant_id = v.id
    LEFT JOIN portal_assetversion shown ON shown.id = i.version_id
    WHERE v.gone_at IS NULL
"""


def _compare(thing: Thing, row: dict[str, Any], posts: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong about one file in the portal and in the grid."""
    troubles = []
    if row["path"] != thing.path:
        troubles.append(f"the portal has it at {row['path']}")
    if (row["title"] or "") != thing.title:
        troubles.append(f"the portal calls it {row['title']!r} instead of {thing.title!r}")
    if bool(row["is_live"]) != thing.is_live:
        troubles.append(f"partners {'see' if row['is_live'] else 'do not see'} it")
    if thing.is_live and (row["sha1"], row["shown"]) != (thing.sha1, thing.sha1):
        troubles.append(f"partners see {row['shown']} instead of {thing.sha1}")
    # Approvals we never saw because a newer state covered them are no versions; the others come once and in order.
    left = iter(thing.released)
    if not all(sha1 in left for sha1 in row["versions"] or []):
        troubles.append(f"versions {row['versions']}, released were {thing.released}")
    if row["publication"] and row["posted_revision"] != row["revision"]:
        troubles.append(f"revision {row['revision']}, posted {row['posted_revision']}")
    if thing.is_live:
        told = [(post["status"], [(a["fileName"], a["sha1"]) for a in post["assets"]]) for post in posts]
        if told != [("PUBLISHED", [(thing.name, thing.sha1)])]:
            troubles.append(f"the grid holds {told}")
    elif any(post["status"] != "WITHDRAWN" for post in posts):
        troubles.append("the grid still shows it")
    return troubles


def _uuids(body: dict[str, Any]) -> list[str]:
    files = body.get("files") or [body.get("file") or body]
    return [file["uuid"] for file in files]
