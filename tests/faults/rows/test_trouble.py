"""A vendor in trouble: every way to fail waits and comes back, the other vendor never notices."""

import contextlib
import random
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations import inbox, outbox
from integrations.models import Connection, InboundEvent, OutboxMessage, SyncCursor
from integrations.scaleflex import inbound as dam_inbound
from integrations.trading_grid import auth
from integrations.trading_grid import config as grid_config
from portal.catalog.models import Variant
from portal.partners.models import Community
from portal.releases import services as releases
from tests.builders import file_fact, make_rule
from tests.faults.rows.pace import RARELY, Pace

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)

SAID = {
    "429": {"kind": "status", "status": 429},
    "429 with Retry-After": {"kind": "status", "status": 429, "retry_after": 900},
    "500": {"kind": "status", "status": 500},
    "502": {"kind": "status", "status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"},
    "reset": {"kind": "reset"},
}
UNREACHABLE = ("refused", "tls", "dns")


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    """A TLS server whose certificate nobody vouches for; answers well to whoever takes it. Returns its address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - HOUR)
        .not_valid_after(now + HOUR)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    encryption = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, encryption)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as safe:
                    safe.recv(65536)
                    safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    threading.Thread(target=serve, daemon=True).start()
    yield f"https://127.0.0.1:{server.getsockname()[1]}"
    server.close()


class Trouble:
    """Lets a vendor fail, and mends it."""

    def __init__(self, world, self_signed: str):
        self._world = world
        self._urls = {
            "refused": f"http://127.0.0.1:{_unused_port()}",
            "tls": self_signed,
            "dns": "http://vendor.invalid",
        }

    def begin(self, vendor: str, how: str) -> None:
        if how in SAID:
            self._world.fault(vendor, **SAID[how])
            return
        connection = Connection.objects.get(vendor=vendor)
        name = "api_url" if vendor == "scaleflex" else "gateway_url"
        Connection.objects.filter(pk=connection.pk).update(
            options={**connection.options, name: self._urls[how]}
        )

    def end(self) -> None:
        self._world.clear_faults()
        self._world.connect_dam(**RARELY["scaleflex"])
        self._world.connect_grid(**RARELY["trading_grid"])


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def trouble(world, self_signed):
    return Trouble(world, self_signed)


@pytest.fixture
def pace(world, db):
    """Both vendors read once, in good health; files below /New go into Winter Kitchen."""
    random.seed(7)
    auth.forget_all()
    world.connect_dam(**RARELY["scaleflex"])
    world.connect_grid(**RARELY["trading_grid"])
    pace = Pace()
    pace.run(minutes=10)
    make_rule(Community.objects.get(name="Winter Kitchen"), folders=["/New"])
    return pace


def ask_everything_of(vendor: str, world, pace: Pace) -> None:
    """Give all that talks to a vendor something to do: its walks, its news, and what it must be told."""
    connection = Connection.objects.get(vendor=vendor)
    SyncCursor.objects.filter(connection=connection).update(due_at=pace.now)
    if vendor == "scaleflex":
        file = world.add_file("/New/hinted.jpg", approval="APPROVED")
        dam_inbound.hint(connection, [file["uuid"]], now=pace.now)
    else:
        where = grid_config.account(connection).url("community", communityId="com-winter-kitchen")
        data = {"type": "community.member.added", "data": {"href": where}}
        event = inbox.News(kind="event", subject="x", dedupe_key="event:x", data=data)
        inbox.store(connection, [event], now=pace.now)
        # From a source that nobody asks: the walk through the DAM would look for it there.
        fact = file_fact("/New/told.jpg", source="elsewhere", modified_at=pace.now)
        releases.apply_files(facts=[fact], now=pace.now)


def is_all_done(world, vendor: str) -> bool:
    if vendor == "scaleflex":
        return Variant.objects.filter(path="/New/hinted.jpg", approved=True).exists()
    posted = [post for post in world.verb("GET", "/trading_grid/posts")["posts"] if "told" in str(post)]
    return len(posted) == 1 and InboundEvent.objects.get(dedupe_key="event:x").state == "done"


def use_the_other(vendor: str, world, pace: Pace) -> bool:
    """Let the other vendor have its day; returns whether its news went through at once."""
    if vendor == "scaleflex":
        ask_everything_of("trading_grid", world, pace)
        pace.work()
        return is_all_done(world, "trading_grid")
    ask_everything_of("scaleflex", world, pace)
    pace.work()
    return is_all_done(world, "scaleflex")


@pytest.mark.parametrize("vendor", ["scaleflex", "trading_grid"])
@pytest.mark.parametrize("how", [*SAID, *UNREACHABLE])
def test_every_trouble_is_waited_out_and_stays_with_its_vendor(world, pace, trouble, vendor, how):
    other = Connection.objects.exclude(vendor=vendor).get()
    trouble.begin(vendor, how)
    ask_everything_of(vendor, world, pace)
    pace.run(minutes=120 if "Retry-After" in how else 20)

    mine = Connection.objects.get(vendor=vendor)
    assert mine.failures > 3
    assert "answered" in mine.last_failure or "could not be reached" in mine.last_failure or how == "tls"
    assert use_the_other(vendor, world, pace)
    other.refresh_from_db()
    assert (other.failures, other.open_until) == (0, None)
    assert not is_all_done(world, vendor)
    assert not parked()

    trouble.end()
    pace.run(hours=2)  # the longest wait, and the circuit's

    assert is_all_done(world, vendor)
    assert Connection.objects.get(vendor=vendor).failures == 0
    assert not SyncCursor.objects.exclude(last_error="").exists()


def parked() -> int:
    return (
        InboundEvent.objects.filter(state="parked").count()
        + OutboxMessage.objects.filter(state="parked").count()
    )


@pytest.mark.parametrize("vendor", ["scaleflex", "trading_grid"])
def test_patience_lasts_three_days_and_then_a_person_can_replay_it(world, pace, trouble, vendor):
    trouble.begin(vendor, "500")
    ask_everything_of(vendor, world, pace)
    pace.polls = False
    pace.run(minutes=30)
    # Idle workers are as patient as busy ones.
    pace.now += timedelta(hours=70)
    pace.run(hours=1.4)
    assert not parked()

    pace.run(hours=2)

    mine = Connection.objects.get(vendor=vendor)
    rows = [
        *InboundEvent.objects.filter(connection=mine, state="parked"),
        *OutboxMessage.objects.filter(connection=mine, state="parked"),
    ]
    assert len(rows) == (1 if vendor == "scaleflex" else 2)
    for row in rows:
        assert row.last_error.startswith(f"Gave up after {row.attempts} attempts in 3 days. ")
        assert row.last_error.endswith("answered 500.")

    trouble.end()
    inbox.requeue(InboundEvent.objects.filter(connection=mine), now=pace.now)
    outbox.requeue(OutboxMessage.objects.filter(connection=mine), now=pace.now)
    pace.run(minutes=10)

    assert is_all_done(world, vendor)
    assert not parked()


@pytest.mark.parametrize("vendor", ["scaleflex", "trading_grid"])
def test_wait_that_was_asked_for_is_kept_by_all(world, pace, trouble, vendor):
    trouble.begin(vendor, "429 with Retry-After")
    ask_everything_of(vendor, world, pace)
    pace.work()
    calls = sum(world.traffic(vendor).values())

    pace.run(seconds=899)

    assert sum(world.traffic(vendor).values()) == calls
    pace.run(seconds=60)
    assert sum(world.traffic(vendor).values()) > calls
