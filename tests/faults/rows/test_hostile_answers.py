"""Answers that never end, in bytes, time or hops: given up within 30 s and 64 MB, in 20 MB of memory at most."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time

import pytest

from integrations import http
from integrations.errors import Retryable
from tests.integrations.world import ROOT, World

MOST_MEGABYTES = 20


def measured(world: World, call: str, fault: dict, *, deadline: float = 0) -> dict:
    """Make one call in a process of its own while the vendor misbehaves; ``deadline`` 0 is the real one."""
    file = world.add_file("/New/a.jpg", approval="APPROVED")
    keys = world.keys
    token = keys["scaleflex"]["token"]
    dam = {
        "vendor": "scaleflex",
        "options": {"api_url": world.url, "cdn_url": f"{world.url}/cdn/{token}", "token": token},
        "credentials": {"key": keys["scaleflex"]["key"]},
        "uuid": file["uuid"],
    }
    grid = {
        "vendor": "trading_grid",
        "options": {"gateway_url": world.url, "company_id": keys["trading_grid"]["company_id"]},
        "credentials": {name: keys["trading_grid"][name] for name in ("consumer_key", "consumer_secret")},
    }
    part, described = ("scaleflex", dam) if call in {"list", "file"} else ("trading_grid", grid)
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.rows.reader", call, str(deadline), json.dumps(described)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with program:
        try:
            assert program.stdout.readline() == "ready\n"
            world.fault(part, **fault)
            out, _ = program.communicate("go\n", timeout=60)
        finally:
            program.kill()
    return json.loads(out)


@pytest.mark.parametrize("call", ["list", "file", "communities", "token"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "endless"}, "Refused"),
        ({"kind": "gzip_bomb", "megabytes": 512}, "Retryable"),
        ({"kind": "redirect_loop"}, "Refused"),
    ],
    ids=["endless", "packed zeros", "redirect loop"],
)
def test_answer_that_is_too_much_is_given_up_under_the_real_limits(world, call, fault, error):
    found = measured(world, call, fault)

    assert found["error"] == error
    assert found["megabytes"] < MOST_MEGABYTES
    assert found["seconds"] < http.TOTAL_SECONDS


@pytest.mark.parametrize("call", ["list", "communities"])
def test_answer_that_drips_is_given_up_at_the_deadline(world, call):
    found = measured(world, call, {"kind": "drip", "seconds": 0.2}, deadline=2)

    assert http.TOTAL_SECONDS == 30  # the real one, which nobody waits for here
    assert found["error"] == "Retryable"
    assert 1.5 < found["seconds"] < http.READ_SECONDS
    assert found["megabytes"] < MOST_MEGABYTES


def test_redirects_are_one_call_each(world):
    measured(world, "file", {"kind": "redirect_loop"})

    (count,) = {count for call, count in world.traffic("scaleflex").items() if "/files/" in call}
    assert count == 2  # the good one before, and the one that pointed elsewhere


# -- Dawdling before there is an answer -------------------------------------------------------------------------------
@contextlib.contextmanager
def dripping_handshake():
    """A server that begins a TLS answer and then sends a byte now and then; yields its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                # A handshake record that announces 16 kB.
                connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
                for _ in range(400):
                    connection.sendall(b"\x03")
                    time.sleep(0.1)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def test_dawdling_over_the_handshake_counts_as_well():
    with dripping_handshake() as port:
        began = time.monotonic()

        with pytest.raises(Retryable, match=r"took longer than 0\.5 seconds"):
            http.call(
                "GET", f"https://127.0.0.1:{port}/", service="Vendor", operation="look",
                hosts={f"127.0.0.1:{port}"}, total_seconds=0.5,
            )  # fmt: skip

    # Python itself gives a handshake as long as a connect may take.
    assert time.monotonic() - began < http.CONNECT_SECONDS - 1
