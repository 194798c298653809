"""The sandbox as a program on a socket: faults, large files, many callers, an end on request."""

import gzip
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests.integrations.sandbox.scaleflex_client import seed

ROOT = Path(__file__).resolve().parents[3]


class Served:
    """A running ``python -m integrations.sandbox``."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable,
            "-m",
            "integrations.sandbox",
            "--folder",
            folder / "box",
            "--port",
            str(self.port),
        ]
        self.process = subprocess.Popen([*command, "--seed", seed(folder / "seed")], cwd=ROOT)
        for _ in range(900):
            try:
                urlopen(f"{self.url}/_sandbox/", timeout=5).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        self.keys = json.loads((folder / "box" / "credentials.json").read_text())["scaleflex"]

    def open(self, path, method="GET", data=None, **headers):
        request = Request(self.url + path, data=data, method=method, headers=headers)
        return urlopen(request, timeout=30)

    def json(self, path, method="GET", body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        with self.open(path, method, data, **headers) as answer:
            return json.load(answer)

    def fault(self, **fault):
        self.json("/_sandbox/faults", "POST", {"part": "scaleflex", "path": ".", "times": 1, **fault})

    def files(self):
        return self.json(
            f"/{self.keys['token']}/v5/files?recursive=1", **{"X-Filerobot-Key": self.keys["key"]}
        )

    def worker_megabytes(self):
        """Return the largest memory of the program's processes so far."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        peaks = [
            int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) for pid in children
        ]
        return max(peaks) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("a folder with spaces"))
    yield served
    started = time.monotonic()
    served.stop()
    assert time.monotonic() - started < 10


@pytest.fixture(autouse=True)
def no_faults(served):
    yield
    served.json("/_sandbox/faults", "DELETE")


def test_it_answers_and_its_links_lead_back_to_it(served):
    file = next(file for file in served.files()["files"] if file["name"] == "Front 100.jpg")

    for word in ("cdn", "public", "permalink"):
        with urlopen(file["url"][word], timeout=30) as answer:
            assert hashlib.sha1(answer.read()).hexdigest() == file["hash"]["sha1"], word


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"kind": "status", "status": 429, "retry_after": 7}, 429), ({"kind": "status"}, 500)],
)
def test_a_status_is_simulated_as_often_as_asked(served, fault, status):
    served.fault(**fault, times=2)
    for _ in range(2):
        with pytest.raises(HTTPError) as caught:
            served.files()
        assert caught.value.code == status
        assert caught.value.headers.get("Retry-After") == (
            str(fault["retry_after"]) if "retry_after" in fault else None
        )
        caught.value.close()

    assert len(served.files()["files"]) == 3


@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_connection_is_cut(served, kind):
    served.fault(kind=kind)

    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        served.files()


@pytest.mark.parametrize("kind", ["html", "not_json", "empty"])
def test_an_answer_is_no_json(served, kind):
    served.fault(kind=kind)

    with pytest.raises(json.JSONDecodeError):
        served.files()


def test_a_gzip_bomb_is_small_on_the_wire(served):
    served.fault(kind="gzip_bomb", megabytes=20)
    with served.open(f"/{served.keys['token']}/v5/files") as answer:
        packed = answer.read()

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 50_000
    assert len(gzip.decompress(packed)) == 20 * 1024 * 1024


def test_an_endless_body_ends_with_its_reader(served):
    served.fault(kind="endless")
    with served.open(f"/{served.keys['token']}/v5/files") as answer:
        assert len(answer.read(5_000_000)) == 5_000_000

    assert len(served.files()["files"]) == 3


def test_a_redirect_loop_goes_round(served):
    served.fault(kind="redirect_loop", times=20)

    with pytest.raises(HTTPError, match="infinite loop"):
        served.files()


def test_a_slow_answer_is_a_right_answer(served):
    served.fault(kind="slow", seconds=0.4)
    started = time.monotonic()

    assert len(served.files()["files"]) == 3
    assert time.monotonic() - started >= 0.4


def test_a_dripping_answer_comes_byte_by_byte(served):
    served.fault(kind="drip", seconds=0.1)
    started = time.monotonic()
    with served.open(f"/{served.keys['token']}/v5/files") as answer:
        assert answer.read(5) == b"     "

    assert time.monotonic() - started >= 0.4


def test_a_list_comes_without_its_last_row(served):
    whole = served.files()
    served.fault(kind="omit")
    short = served.files()

    assert short["files"] == whole["files"][:-1]
    assert short["stats"] == whole["stats"]


def test_calls_are_counted_by_address_faults_included(served):
    place = f"/{served.keys['token']}/v5/files"

    def count():
        rows = served.json("/_sandbox/traffic")["traffic"]
        return {(row["part"], row["method"], row["path"]): row["count"] for row in rows}.get(
            ("scaleflex", "GET", place), 0
        )

    before = count()
    served.files()
    served.fault(kind="html")
    with pytest.raises(json.JSONDecodeError):
        served.files()

    assert count() == before + 2


def test_faults_of_the_cdn_leave_the_api_alone(served):
    served.fault(part="cdn", kind="html", path=r"Front.*\.jpg")
    file = next(file for file in served.files()["files"] if file["name"] == "Front 100.jpg")
    with urlopen(file["url"]["cdn"], timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "fault",
    [
        {"part": "moon"}, {"kind": "earthquake"}, {"kind": "status", "path": "("}, {"kind": "status", "times": 0},
        {"kind": "slow", "seconds": "long"},
    ],
)  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(served, fault):
    with pytest.raises(HTTPError) as caught:
        served.fault(**fault)

    assert caught.value.code == 400
    assert json.load(caught.value)["msg"]


def test_a_large_file_goes_through_in_little_memory(served, tmp_path):
    path, size = tmp_path / "large.bin", 300_000_000
    with path.open("wb") as file:
        file.truncate(size)
    with path.open("rb") as file:
        answer = json.load(
            served.open(
                f"/{served.keys['token']}/v4/files?folder=/Large&name=large.bin", "PUT", file,
                **{"X-Filerobot-Key": served.keys["key"], "Content-Type": "application/octet-stream",
                   "Content-Length": str(size)},
            )
        )  # fmt: skip
    received = 0
    with urlopen(answer["file"]["url"]["cdn"], timeout=30) as download:
        while block := download.read(1024 * 1024):
            received += len(block)

    served.json(f"/_sandbox/scaleflex/files/{answer['file']['uuid']}", "DELETE")

    assert received == answer["file"]["size"]["bytes"] == size
    assert served.worker_megabytes() < 200


def test_many_callers_at_once_get_one_derivative(served):
    file = next(file for file in served.files()["files"] if file["name"] == "Front 100.jpg")

    def fetch(_):
        with urlopen(file["url"]["cdn"] + "&w=77&format=webp", timeout=30) as answer:
            return answer.read()

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(fetch, range(48)))

    assert len(answers) == 1


def test_many_writers_at_once_lose_nothing(served):
    uuid = served.files()["files"][0]["uuid"]

    def write(number):
        path = f"/{served.keys['token']}/v5/file/{uuid}/meta"
        body = {"meta": {f"key {number}": number}}
        return served.json(path, "PATCH", body, **{"X-Filerobot-Key": served.keys["key"]})["status"]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(40))) == {"success"}

    path = f"/{served.keys['token']}/v5/files/{uuid}"
    meta = served.json(path, **{"X-Filerobot-Key": served.keys["key"]})["file"]["meta"]
    assert {name for name in meta if name.startswith("key ")} == {f"key {number}" for number in range(40)}


def test_it_ends_cleanly_and_keeps_its_data(tmp_path):
    first = Served(tmp_path)
    uuid = first.json("/_sandbox/scaleflex/files", "POST", {"name": "Kept.jpg"})["file"]["uuid"]
    code = first.stop()
    with socket.socket() as probe:
        closed = probe.connect_ex(("127.0.0.1", first.port))
    second = Served(tmp_path)
    kept = second.json(f"/_sandbox/scaleflex/files/{uuid}")["file"]["path"]
    second.stop()

    assert code in (0, -signal.SIGTERM)
    assert closed != 0
    assert kept == "/Kept.jpg"
    assert not os.path.exists(f"/proc/{second.process.pid}")
