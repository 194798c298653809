"""The program that keeps a folder in step, given what it cannot use: one sentence that says what, and no traceback."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HTML = b"<!doctype html><title>Sign in to the guest network</title>"
CONTENT = b"a picture" * 1000
DEEP = b"[" * 100_000


class Portal:
    """What answers at the address the program is given: by path, ``(status, bytes)``."""

    def __init__(self, address: str = ""):
        self.address, self.private = address, Ed25519PrivateKey.generate()
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.keys = {"k": base64.urlsafe_b64encode(self.private.public_key().public_bytes_raw()).decode()}
        self.gives(format="partner-portal-pack/1")

    def gives(self, **facts) -> None:
        """Answer as the portal does, for a pack of one file whose signed list has these facts."""
        sha256 = hashlib.sha256(CONTENT).hexdigest()
        files = [{"name": "a.jpg", "sha256": sha256, "size": len(CONTENT)}]
        listed = json.dumps({"files": files, "version": 1, **facts}).encode()
        signature = base64.b64encode(self.private.sign(listed)).decode()
        envelope = {"algorithm": "Ed25519", "key": "k", "signature": signature}
        manifest = {"sha256": hashlib.sha256(listed).hexdigest(), **envelope}
        self.answers = {
            "/identity/o/api/token": (200, b'{"access_token": "t"}'),
            "/api/v1/packs/pck_1": (
                200,
                json.dumps({"version": {"number": 1, "manifest": manifest}}).encode(),
            ),
            "/api/v1/packs/pck_1/versions/1/manifest": (200, listed),
            f"/api/v1/files/{sha256}": (200, CONTENT),
        }


@contextmanager
def answering():
    portal = Portal()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, content = portal.answers.get(self.path, (404, HTML))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "https://elsewhere.example/")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            # A line that breaks: less comes than was announced.
            self.wfile.write(content.removesuffix(b"(broken)"))

        do_POST = do_GET

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    portal.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def portal(program, monkeypatch):
    monkeypatch.setenv("PORTAL_CLIENT_ID", "id")
    monkeypatch.setenv("PORTAL_CLIENT_SECRET", "secret")
    with answering() as portal:
        monkeypatch.setattr(program, "KEYS", portal.keys)
        yield portal


@pytest.fixture
def sync(program, portal, tmp_path, capsys):
    """Run the program; returns its code and what it said of what went wrong."""

    def run(address: str | None = None, folder: Path | None = None) -> tuple[int, str]:
        address = portal.address if address is None else address
        words = ["--tries", "1", "sync", "--portal", address, "pck_1", str(folder or tmp_path / "mine")]
        code = program.main(words)
        return code, capsys.readouterr().err

    return run


def test_what_the_portal_gives_is_brought(sync, tmp_path):
    assert sync() == (0, "")
    assert (tmp_path / "mine" / "a.jpg").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "address",
    [
        "", "portal.example", "https://", "https:///packs", "http://portal.example", "file://localhost/etc",
        "https://[::1", "https://portal.example:port", "https://portal .example", "https://pörtal.example",
    ],
)  # fmt: skip
def test_address_that_is_none_is_named_and_not_asked(sync, address):
    said = f"could not be done: {address or 'no portal'}: give the portal's https address with --portal\n"

    assert sync(address) == (2, said)


def test_portal_that_is_not_there_is_named(sync):
    code, said = sync("http://127.0.0.1:9")

    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("could not be done: http://127.0.0.1:9 does not answer: ")


@pytest.mark.parametrize("answer", [b"", HTML, b"[]", b"null", b"{}", b'"t"', DEEP])
def test_token_that_is_none_asks_for_the_right_address(portal, sync, answer):
    portal.answers["/identity/o/api/token"] = (200, answer)

    assert sync() == (2, (
        f"could not be done: {portal.address} does not answer as the portal does: "
        "see that it is the portal's address\n"
    ))  # fmt: skip


@pytest.mark.parametrize("status", [400, 401, 403])
def test_client_that_the_portal_does_not_take_is_named(portal, sync, status):
    portal.answers["/identity/o/api/token"] = (status, b'{"error": "invalid_client"}')

    assert sync() == (2, (
        "could not be done: the portal does not take PORTAL_CLIENT_ID and PORTAL_CLIENT_SECRET: "
        "see that they name an API client with packs:read and files:read\n"
    ))  # fmt: skip


def test_client_that_is_not_set_is_named(sync, monkeypatch):
    monkeypatch.delenv("PORTAL_CLIENT_SECRET")

    assert sync() == (
        2, "could not be done: set PORTAL_CLIENT_ID and PORTAL_CLIENT_SECRET in the environment\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    "answer", [HTML, b"null", b"{}", b'{"version": null}', b'{"version": {"number": 1}}', DEEP]
)
def test_pack_that_is_none_asks_for_the_right_address(portal, sync, answer):
    portal.answers["/api/v1/packs/pck_1"] = (200, answer)

    assert sync() == (2, (
        f"could not be done: {portal.address} does not answer as the portal does: "
        "see that it is the portal's address\n"
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (404, b'{"detail": "There is no such pack."}', "There is no such pack."),
        (404, HTML, "the portal answers 404"),
        (500, b"null", "the portal answers 500"),
        (302, b"", "the portal sends us elsewhere (302): give its own address with --portal"),
    ],
)
def test_refusal_is_told_in_the_portals_words(portal, sync, status, content, said):
    portal.answers["/api/v1/packs/pck_1"] = (status, content)

    assert sync() == (2, f"could not be done: pack pck_1: {said}\n")


@pytest.mark.parametrize("place", ["/identity/o/api/token", "/api/v1/packs/pck_1"])
def test_answer_that_breaks_off_is_named(portal, sync, place):
    portal.answers[place] = (200, b'{"access(broken)')

    code, said = sync()

    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith(f"could not be done: {portal.address} broke off: ")


def test_list_of_a_later_format_asks_for_a_new_program(portal, sync):
    portal.gives(format="partner-portal-pack/2")

    assert sync() == (
        2, "could not be done: the list of files is of a format that this program does not know: fetch a new one\n",
    )  # fmt: skip


def test_full_disk_is_told_from_a_broken_line(sync, tmp_path):
    """It used to be asked for again and again, and then said that the line broke."""
    parts = tmp_path / "mine" / ".portal-mirror" / "parts"
    parts.mkdir(parents=True)
    part = parts / hashlib.sha256(CONTENT).hexdigest()
    part.symlink_to("/dev/full")

    assert sync() == (2, "could not be done: No space left on device\n")


@pytest.mark.parametrize("state", [b"", b"[]", b"null", b"{}", b'{"held": 7}', b'{"held": {"a": 1}}', DEEP])
def test_memory_of_the_folder_that_is_damaged_is_named(sync, tmp_path, state):
    own = tmp_path / "mine" / ".portal-mirror"
    own.mkdir(parents=True)
    (own / "state.json").write_bytes(state)

    code, said = sync()

    assert (code, said) == (2, (
        f"could not be done: {own / 'state.json'} is damaged: "
        "remove the folder .portal-mirror and the pack's files, and run again\n"
    ))  # fmt: skip


def test_folder_that_is_a_file_is_named(sync, tmp_path):
    (tmp_path / "file").write_bytes(b"x")

    assert sync(folder=tmp_path / "file") == (2, f"could not be done: {tmp_path / 'file'}: File exists\n")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", DEEP])
def test_signature_in_the_folder_that_is_damaged_is_named(program, sync, tmp_path, content, capsys):
    assert sync()[0] == 0
    (tmp_path / "mine" / ".portal-mirror" / "pack-signature.json").write_bytes(content)

    code = program.main(["verify", str(tmp_path / "mine")])

    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (2, 1)
    assert "signature" in said


def test_folder_can_be_checked_without_the_memory_of_it(program, sync, tmp_path, capsys):
    assert sync()[0] == 0
    (tmp_path / "mine" / ".portal-mirror" / "state.json").unlink()

    code = program.main(["verify", str(tmp_path / "mine")])

    assert (code, capsys.readouterr().out.splitlines()[-1]) == (
        0, "complete: version 1, every one of 1 files as listed",
    )  # fmt: skip
