"""
A pack through the whole house: twelve files come from the DAM, a retailer confirms them on its page, one is replaced,
one is withdrawn while an archive runs. Page, API, grid and the program that checks say the same all along.
"""

import base64
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import InboundEvent, OutboxMessage
from integrations.trading_grid import auth
from portal.downloads import archives
from portal.packs import services as packs
from portal.packs.choices import Purpose
from portal.packs.models import Pack
from portal.partners import services as partners
from portal.partners.models import Community, Partner
from portal.renditions.models import Recipe
from tests.builders import make_rule, make_user

pytestmark = pytest.mark.django_db(transaction=True)
BERGMANN = "GC00000101BR"
LETTERS = "abcdefghijkl"
SCOPES = ("packs:read", "packs:confirm", "files:read")


class Trade:
    """The brand's pack and the retailer it is for; ``ahead`` moves the portal's clock."""

    def __init__(self, world, folder: Path):
        auth.forget_all()
        self.world, self.folder, self.ahead = world, folder, timedelta()
        self.dam, self.grid = world.connect_dam(), world.connect_grid()
        self.work(self.grid)
        community = Community.objects.get(name="Winter Kitchen")
        make_rule(community, folders=["/New"])
        self.files = {name: world.add_file(f"/New/{name}.jpg", approval="APPROVED") for name in LETTERS}
        self.work(self.dam)
        self.partner = Partner.objects.get(name="Bergmann Retail")
        self.browser = Client()
        self.browser.force_login(make_user(self.partner, name="Jana Kessler"))
        facts = {
            "title": {"en": "Twelve"},
            "purpose": Purpose.LAUNCH,
            "asks": "received",
            "asks_within_days": 9,
        }
        self.pack = packs.save_pack(
            pack=None, facts=facts, communities=[community], owner=None, now=timezone.now(), actor="system"
        )
        rule = ({"folders": ["/New"]}, [Recipe.objects.get(key="web-1200")])
        packs.set_contents(pack=self.pack, picks=[], rules=[rule], now=timezone.now(), actor="system")
        packs.begin_version(pack=self.pack, now=timezone.now())
        self.prepare()
        self.page = f"/o/{self.partner.slug}/packs/{self.pack.slug}/"
        self.token = self._token()

    def work(self, *connections) -> None:
        """Let some minutes pass: these connections are asked for news, and everything that is due is done."""
        self.ahead += timedelta(minutes=10)

        def clock():
            return timezone.now() + self.ahead

        for connection in connections:
            connection.refresh_from_db()
            module = {"scaleflex": routing.scaleflex_polling, "trading_grid": routing.grid_polling}
            while module[connection.vendor].poll(connection, seconds=60, clock=clock):
                pass
        while inbox.process_next(routing.inbound_handler, now=clock()):
            pass
        while outbox.deliver_next(routing.outbound_handler, now=clock(), clock=clock):
            pass

    def prepare(self) -> None:
        """What the worker of packs does, as long as it takes."""
        number = self.number()
        for _round in range(60):
            packs.work(now=timezone.now())
            if self.number() != number:
                return
        raise AssertionError("No version was issued.")

    def number(self) -> int:
        current = Pack.objects.select_related("current").get(pk=self.pack.pk).current
        return current.number if current else 0

    def replace(self, *names: str) -> None:
        for name in names:
            newer = self.world.file("replace", self.files[name]["uuid"])
            self.files[name] = self.world.file("approval", newer["uuid"], state="APPROVED")
        self.work(self.dam)
        self.prepare()
        self.work()

    # -- What the retailer does and sees ------------------------------------------------------------------------------
    def confirm(self, answer: str) -> None:
        manifest = Pack.objects.select_related("current").get(pk=self.pack.pk).current.sha256
        done = self.browser.post(
            self.page, {"manifest": manifest, "answer": answer, "place": "bergmann.example"}
        )
        assert done.status_code == 302
        self.work()

    def _token(self) -> str:
        oauth, secret = partners.create_api_client(
            partner=self.partner, name="PIM", scopes=SCOPES, now=timezone.now()
        )
        basic = base64.b64encode(f"{oauth.client_id}:{secret}".encode()).decode()
        answer = Client().post(
            "/identity/o/api/token",
            {"grant_type": "client_credentials", "scope": " ".join(SCOPES)},
            headers={"Authorization": f"Basic {basic}"},
        )
        return answer.json()["access_token"]

    def on_page(self) -> dict[str, str]:
        lines = self.browser.get(self.page).context["files"]
        return {line.file.name[0]: line.state for line in lines}

    def by_api(self) -> dict[str, str]:
        answer = Client().get(
            f"/api/v1/packs/{self.pack.public_id}/confirmations",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        return {item["name"][0]: item["state"] for item in answer.json()["items"]}

    def in_grid(self) -> dict[str, str]:
        return {
            post["assets"][0]["fileName"][0]: receipt["status"]
            for post in self.world.verb("GET", "/trading_grid/posts")["posts"]
            for receipt in post["receipts"]
            if receipt["partnerCompanyId"] == BERGMANN and post["status"] == "PUBLISHED"
        }

    def archive(self, number: int, since: int | None = None):
        return self.browser.get(
            f"{self.page}versions/{number}/archive/", {"since": since} if since is not None else None
        )

    def save(self, number: int, since: int | None = None) -> Path:
        path = self.folder / f"{number}-{since or 'all'}.zip"
        path.write_bytes(self.archive(number, since).getvalue())
        return path

    def check(self, *arguments: object) -> tuple[int, list[str]]:
        """Run the program as the retailer downloads it."""
        program = self.folder / "verify_pack.py"
        program.write_bytes(Client().get("/tools/verify_pack.py").content)
        done = subprocess.run(
            [sys.executable, "-I", program, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        assert not done.stderr
        return done.returncode, done.stdout.strip().splitlines()


@pytest.fixture
def trade(world, portal_url, tmp_path):
    return Trade(world, tmp_path)


def data_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name.rpartition("/")[2] for name in archive.namelist() if "/data/" in name]


def rewritten(path: Path, change) -> Path:
    """Write an archive anew: ``change`` takes its entries, name -> bytes, and returns others."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(target, "w") as new:
        for name, content in change(entries).items():
            new.writestr(name, content)
    return target


def wrongs(path: Path) -> dict[str, tuple]:
    """Return each thing that can be wrong with an archive: what to do to it, and what must be said."""
    with zipfile.ZipFile(path) as archive:
        first, second = [name for name in archive.namelist() if "/data/" in name][:2]
    root = first.rpartition("/")[0]
    one, two = first.rpartition("/")[2], second.rpartition("/")[2]
    flip = {first: lambda body: body[:40] + bytes([body[40] ^ 1]) + body[41:]}
    return {
        "bit flipped": (
            lambda all: {name: flip.get(name, bytes)(body) for name, body in all.items()},
            f"changed   {one}",
        ),
        "dropped": (
            lambda all: {name: body for name, body in all.items() if name != first},
            f"missing   {one}",
        ),
        "added": (lambda all: {**all, f"{root}/extra.webp": b"extra"}, "added     extra.webp"),
        "renamed": (
            lambda all: {f"{root}/other.webp" if n == first else n: body for n, body in all.items()},
            f"renamed   {one} is called other.webp",
        ),
        "two swapped": (
            lambda all: {**all, first: all[second], second: all[first]},
            f"swapped   {one} and {two}",
        ),
    }


def test_one_of_twelve_confirmed_files_is_replaced(trade):
    trade.confirm("in_use")

    assert trade.on_page() == trade.by_api() == dict.fromkeys(LETTERS, "in_use")
    assert trade.in_grid() == dict.fromkeys(LETTERS, "CONFIRMED")

    trade.replace("c")

    expected = {**dict.fromkeys(LETTERS, "in_use"), "c": "stale"}
    assert trade.on_page() == trade.by_api() == expected
    assert trade.in_grid() == {**dict.fromkeys(LETTERS, "CONFIRMED"), "c": "NOTIFIED"}

    delta = trade.save(2, since=1)
    assert [name[0] for name in data_of(delta)] == ["c"]
    assert trade.check(delta)[0] == trade.check(trade.save(2))[0] == 0

    trade.confirm("received")

    assert trade.on_page() == trade.by_api() == {**dict.fromkeys(LETTERS, "in_use"), "c": "received"}
    assert trade.in_grid() == dict.fromkeys(LETTERS, "CONFIRMED")
    assert set(OutboxMessage.objects.values_list("state", flat=True)) <= {"sent", "superseded"}
    assert not InboundEvent.objects.filter(state="parked").exists()


def test_whatever_is_wrong_with_a_full_archive_or_a_delta_is_named(trade):
    trade.replace("c", "d")
    full, delta = trade.save(2), trade.save(2, since=1)
    assert trade.check(full)[0] == trade.check(delta)[0] == 0

    said = {
        (path.name, what): trade.check(rewritten(path, change))
        for path in (full, delta)
        for what, (change, _words) in wrongs(path).items()
    }

    assert said == {
        (path.name, what): (1, [words])
        for path in (full, delta)
        for what, (_change, words) in wrongs(path).items()
    }


def test_file_withdrawn_while_an_archive_runs_ends_it_and_is_gone_from_the_next_version(trade):
    running = iter(trade.archive(1).streaming_content)
    taken = b""
    # Up to the first bytes of the first file; of files that follow nothing has been read.
    while b"/data/" not in taken:
        taken += next(running)

    trade.world.file("withdraw", trade.files["f"]["uuid"])
    trade.work(trade.dam)
    with pytest.raises(archives.EndedEarly):
        for chunk in running:
            taken += chunk

    assert b"/data/e" in taken and b"/data/g" not in taken
    assert trade.archive(1).status_code == 410
    trade.prepare()
    assert trade.archive(1).status_code == 410
    assert [name[0] for name in data_of(trade.save(2))] == [name for name in LETTERS if name != "f"]
    assert trade.check(trade.save(2, since=1))[0] == 0
