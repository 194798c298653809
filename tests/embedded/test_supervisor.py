"""One supervisor: it restarts, gives up, and leaves nothing, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Notes its process id, one line per start, and runs on.
STEADY = """
import os, time
with open("steady.pids", "a") as pids: print(os.getpid(), file=pids)
time.sleep(600)
"""
#: Ignores SIGTERM, and so does its own child.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child == 0: os.setsid()
with open("stubborn.pids", "a") as pids: print(os.getpid(), file=pids)
time.sleep(600)
"""
BROKEN = "raise SystemExit('the broken part is missing')"


@pytest.fixture
def start(tmp_path):
    running = []

    def start(**programs: str) -> subprocess.Popen:
        described = [{"name": name, "code": code} for name, code in programs.items()]
        (tmp_path / "programs.json").write_text(json.dumps(described))
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded.supervised", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(supervisor)
        return supervisor

    yield start
    for supervisor in running:
        supervisor.kill()
        supervisor.wait()
        supervisor.stdout.close()


def pids(folder: Path, name: str, count: int) -> list[int]:
    """Wait until ``count`` starts are noted and return their process ids."""
    file, end = folder / f"{name}.pids", time.monotonic() + 60
    while time.monotonic() < end:
        if file.exists() and len(lines := file.read_text().split()) >= count:
            return [int(line) for line in lines]
        time.sleep(0.05)
    pytest.fail(f"{name} was not started {count} times")


def wait_gone(*processes: int) -> bool:
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_program_that_dies_is_started_again(start, tmp_path):
    supervisor = start(steady=STEADY)
    [first] = pids(tmp_path, "steady", 1)

    os.kill(first, signal.SIGKILL)

    second = pids(tmp_path, "steady", 2)[1]
    assert Path(f"/proc/{second}").exists()
    assert supervisor.stdout.readline() == "started\n"
    assert supervisor.stdout.readline() == "steady stopped (signal SIGKILL); starting it again.\n"


def test_five_quick_failures_stop_everything_with_one_sentence(start, tmp_path):
    supervisor = start(steady=STEADY, broken="import time; time.sleep(0.3); " + BROKEN)

    said, _ = supervisor.communicate(timeout=30)

    assert supervisor.returncode == 1
    assert said.count("starting it again") == 4
    assert said.splitlines()[-1] == (
        "broken stopped 5 times soon after its start (exit code 1), so everything is stopped. "
        f'It last said: "the broken part is missing". Read {tmp_path / "broken.log"}.'
    )
    assert wait_gone(*pids(tmp_path, "steady", 1))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_stopping_takes_seconds_and_leaves_nothing_of_stubborn_programs(start, tmp_path, number):
    supervisor = start(steady=STEADY, stubborn=STUBBORN)
    everything = pids(tmp_path, "steady", 1) + pids(tmp_path, "stubborn", 2)
    assert supervisor.stdout.readline() == "started\n"
    begun = time.monotonic()

    supervisor.send_signal(number)
    supervisor.send_signal(number)

    assert supervisor.wait(timeout=60) == 0
    # Asked politely it would never end: within the patience for stubborn programs, and what a busy machine adds.
    assert time.monotonic() - begun < 20
    assert wait_gone(*everything)


def test_a_killed_supervisor_takes_its_programs_along(start, tmp_path):
    supervisor = start(steady=STEADY)
    started = pids(tmp_path, "steady", 1)

    supervisor.kill()

    assert wait_gone(*started)


def test_a_log_stays_bounded_while_its_program_goes_on_writing(tmp_path, monkeypatch):
    from integrations.embedded import supervisor

    monkeypatch.setattr(supervisor, "LOG_BYTES", 100)
    log = tmp_path / "program.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 200)

        supervisor._bound(log)
        writer.write(b"after")

    assert log.read_bytes() == b"after"
    assert (tmp_path / "program.log.1").read_bytes() == b"x" * 200
