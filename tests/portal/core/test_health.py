"""``/readyz`` and ``/metrics``: which part is missing, within about a second, and who may see figures."""

import contextlib
import socket
import threading
import time

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from integrations.models import Connection
from portal.core import health, heartbeat, tasks
from tests.integrations.engine.builders import make_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent():
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []
        stop = threading.Event()

        def take() -> None:
            server.settimeout(0.1)
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    kept.append(server.accept()[0])

        thread = threading.Thread(target=take)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()
        for each in kept:
            each.close()


@pytest.fixture
def refused():
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(autouse=True)
def _fresh():
    """Answers that hang in one test are not waited for in the next."""
    yield
    health._running.clear()


def readyz(client):
    began = time.monotonic()
    answer = client.get("/readyz")
    return answer, answer.json()["checks"], time.monotonic() - began


def checks_until(client, name: str, state: str) -> dict:
    """On a busy machine a part may need a second look."""
    for _ in range(20):
        _, found, _ = readyz(client)
        if found[name] == state:
            break
    return found


def test_everything_there_is_ready_and_each_part_is_named(client):
    make_connection("grid")
    Connection.objects.update(failures=2)
    heartbeat.beat(heartbeat.TIMETABLE, now=timezone.now())
    heartbeat.beat(heartbeat.WORKER, now=timezone.now() - 2 * heartbeat.LATE)
    heartbeat.beat(heartbeat.MAKING, now=timezone.now() - 2 * heartbeat.LATE)

    found = checks_until(client, "migrations", "ok")
    answer, found, _ = readyz(client)

    assert answer.status_code == 200
    assert found == {
        "database": "ok", "row_security": "ok", "migrations": "ok", "cache": "ok", "broker": "ok", "timetable": "ok",
        "worker": "late", "making": "ok", "connections": {"grid": "in trouble"},
    }  # fmt: skip


@pytest.mark.parametrize("how", ["silent", "refused"])
def test_database_that_is_away_makes_it_unready_within_a_second(client, monkeypatch, request, how):
    port = request.getfixturevalue(how)
    monkeypatch.setitem(connections.settings["default"], "HOST", "127.0.0.1")
    monkeypatch.setitem(connections.settings["default"], "PORT", str(port))
    # Whoever waited for the connection would wait far longer than a busy machine needs for the answer.
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "connect_timeout", 60)

    answer, found, seconds = readyz(client)

    assert (answer.status_code, answer["Retry-After"], found["database"]) == (503, "5", "missing")
    assert seconds < 20


@pytest.mark.parametrize("how", ["silent", "refused"])
def test_redis_that_is_away_is_said_and_the_portal_stays_ready(client, settings, request, how):
    port = request.getfixturevalue(how)
    settings.CACHES = {
        "default": {
            **settings.CACHES["default"],
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"socket_connect_timeout": 60, "socket_timeout": 60},
        }
    }

    answer, found, seconds = readyz(client)

    assert answer.status_code == 200
    assert (found["database"], found["cache"], found["worker"]) == ("ok", "missing", found["worker"])
    assert found["worker"] != "ok"
    assert seconds < 20


def test_broker_that_is_away_is_said(client, refused, monkeypatch):
    from celery import current_app

    monkeypatch.setitem(current_app.conf, "broker_write_url", f"redis://127.0.0.1:{refused}/0")

    answer, found, _ = readyz(client)

    assert (answer.status_code, found["broker"]) == (200, "missing")


def test_missing_migrations_make_it_unready(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 20)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])

    answer, found, _ = readyz(client)

    assert (answer.status_code, found["migrations"]) == (503, "missing")


def test_a_part_that_hangs_is_not_asked_twice(client):
    asked, release = [], threading.Event()

    @health.register("slow")
    def slow() -> str:
        asked.append(1)
        release.wait(30)
        return "ok"

    try:
        assert [readyz(client)[1]["slow"] for _ in range(2)] == ["missing", "missing"]
        assert len(asked) == 1
    finally:
        release.set()
        del health._checks["slow"]


def test_heartbeats_are_left_by_who_sends_and_by_who_works():
    assert heartbeat.is_late(heartbeat.TIMETABLE, now=timezone.now())

    tasks.heartbeat.apply_async()
    assert not heartbeat.is_late(heartbeat.TIMETABLE, now=timezone.now())
    assert heartbeat.last(heartbeat.WORKER) is None
    tasks.heartbeat()
    assert not heartbeat.is_late(heartbeat.WORKER, now=timezone.now())
    assert heartbeat.last(heartbeat.MAKING) is None
    tasks.heartbeat_making()
    assert not heartbeat.is_late(heartbeat.MAKING, now=timezone.now())
    assert heartbeat.is_late(heartbeat.MAKING, now=timezone.now() + 2 * heartbeat.LATE_MAKING)
    cache.clear()


# -- Metrics -----------------------------------------------------------------------------------------------------------
def test_metrics_are_for_whoever_has_the_token(client, settings):
    settings.METRICS_TOKEN = "a-token"

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 200


def test_without_a_token_only_this_machine_sees_them_and_only_in_the_demo(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.1").status_code == 404
    with override_settings(LOCAL=False):
        assert client.get("/metrics").status_code == 404


def test_figures_of_connections_and_requests_are_there(client):
    make_connection("grid")
    client.get("/livez")
    client.get("/no/such/address")

    shown = client.get("/metrics").content.decode()

    for line in (
        'portal_part_up{part="database"} 1.0',
        'portal_connection_circuit_open{connection="grid",vendor="trading_grid"} 0.0',
        'portal_rows{box="outbox",connection="grid",state="waiting",vendor="trading_grid"} 0.0',
        'portal_renditions{state="failed"} 0.0',
        'portal_requests_total{method="GET",status="200",view="livez"}',
        'portal_requests_total{method="GET",status="404",view="none"}',
        'portal_request_seconds_bucket{le="0.01",view="livez"}',
    ):
        assert line in shown
