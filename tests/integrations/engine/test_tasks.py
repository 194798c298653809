"""Waking workers, and what a task does."""

import threading
import time

import pytest

from integrations import tasks
from integrations.models import SyncCursor
from portal.catalog.models import Variant
from tests.integrations.engine.builders import make_connection


class Broker:
    """Stands between the waker and Celery: counts messages, or hangs as a broker behind a firewall does."""

    def __init__(self, monkeypatch, error=None, hang=False):
        self.sent: list[str] = []
        self.reached, self.free = threading.Event(), threading.Event()
        for name in ("deliver", "process", "poll"):
            monkeypatch.setattr(getattr(tasks, name), "apply_async", lambda name=name, **kw: self._take(name))
        self.error, self.hang = error, hang

    def _take(self, name):
        self.reached.set()
        if self.hang:
            self.free.wait(20)
        if self.error:
            raise self.error
        self.sent.append(name)

    def wait_for(self, count):
        for _ in range(3000):
            if len(self.sent) >= count:
                return
            time.sleep(0.01)


def test_waking_never_waits_for_the_broker(monkeypatch):
    broker = Broker(monkeypatch, hang=True)
    wake = tasks._Waker()
    began = time.monotonic()

    for _ in range(100):
        wake("deliver")

    assert time.monotonic() - began < 0.5
    assert broker.reached.wait(30)
    broker.free.set()


def test_many_wishes_are_few_messages(monkeypatch):
    broker = Broker(monkeypatch, hang=True)
    wake = tasks._Waker()
    wake("deliver")
    assert broker.reached.wait(30)
    for _ in range(100):
        wake("deliver")
        wake("process")
    broker.free.set()

    broker.wait_for(3)

    assert sorted(broker.sent) == ["deliver", "deliver", "process"]


def test_broker_that_is_down_is_no_trouble_and_the_next_wish_tries_again(monkeypatch, caplog):
    broker = Broker(monkeypatch, error=ConnectionError("password@host"))
    wake = tasks._Waker()
    wake("deliver")
    end = time.monotonic() + 30
    while "cannot be told" not in caplog.text and time.monotonic() < end:
        time.sleep(0.01)
    broker.error = None

    wake("deliver")
    broker.wait_for(1)

    assert broker.sent == ["deliver"]
    assert "password" not in caplog.text


@pytest.mark.django_db
def test_each_connection_is_asked_in_a_run_of_its_own(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.poll, "apply_async", lambda kwargs: asked.append(kwargs))
    one, two = make_connection("one"), make_connection("two")
    off = make_connection("off")
    off.is_active = False
    off.save()

    tasks.poll()

    assert asked == [{"connection_id": one.pk}, {"connection_id": two.pk}]


@pytest.mark.django_db
def test_task_of_the_timetable_reads_the_dam(world):
    connection = world.connect_dam()

    tasks.poll(connection_id=connection.pk, from_an_older_release="ignored")
    tasks.process()
    tasks.deliver()

    assert Variant.objects.count() == 3
    assert set(SyncCursor.objects.values_list("name", flat=True)) == {"full", "sweep"}


@pytest.mark.django_db
def test_connection_that_went_meanwhile_is_no_error():
    tasks.poll(connection_id=4711)
