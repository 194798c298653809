"""Files sent by a real nginx, with the lines we document for it, say and do what they do when the portal sends them."""

import base64
import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as django_settings
from django.db import connection

from tests.builders import current_version, make_community, make_partner, make_rendition, release_one
from tests.portal.api.conftest import System
from tests.served import ROOT, running

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="needs nginx (apt-get install nginx-light)"),
]
LINES = ROOT / "docs" / "operators" / "nginx-renditions.conf"
CONTENT = hashlib.shake_256(b"file").digest(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TAG = f'"{SHA256}"'
DIGEST = f"sha-256=:{base64.b64encode(bytes.fromhex(SHA256)).decode()}:"
#: What has another value in each answer.
OWN = {"date", "x-request-id", "ratelimit", "content-length"}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Front:
    """nginx before the portal, and a partner's system that asks it for one file."""

    def __init__(self, address: str, system: System):
        self.address, self.system = address, system

    def ask(self, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(
            f"{self.address}/api/v1/files/{SHA256}",
            method=method,
            headers={"Authorization": f"Bearer {self.system.token}", **named},
        )
        try:
            answer = urlopen(request, timeout=60)
        except HTTPError as error:
            answer = error
        with answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, found, answer.read())


@pytest.fixture
def front(tmp_path, settings, _oidc_key):
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    make_rendition(current_version(release_one("/Pantry/oat.jpg", language="de")), content=CONTENT)
    scheme, place, _path, query, _ = urlsplit(os.environ["DATABASE_URL"])
    renditions = Path(settings.STORAGES["renditions"]["OPTIONS"]["location"])
    variables = {
        "DATABASE_URL": urlunsplit((scheme, place, f"/{connection.settings_dict['NAME']}", query, "")),
        "FILES_URL": f"file://{renditions.parent}",
        "FILE_SERVING": "accel",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "IDP_OIDC_PRIVATE_KEY": _oidc_key,
    }
    # The server runs with the settings of every day and knows no other hashes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    system = System(partner)
    with (
        running(variables, tmp_path / "server.log") as (portal, _pid),
        nginx(portal, renditions, tmp_path / "nginx") as address,
    ):
        yield Front(address, system)


@contextlib.contextmanager
def nginx(portal: str, renditions: Path, folder: Path):
    """Run nginx before the portal with the documented lines; yields its address."""
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = LINES.read_text().replace("/srv/portal/renditions/", f"{renditions}/")
    places = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""
        daemon off; master_process off; pid {folder}/pid; error_log stderr;
        events {{}}
        http {{
            access_log off; {places}
            gzip on; gzip_types *; gzip_min_length 1;
            server {{
                listen 127.0.0.1:{port};
                {lines}
                location / {{ proxy_pass {portal}; proxy_set_header Host $http_host; }}
            }}
        }}
        """
    )
    with (folder / "log").open("wb") as log:
        words = [NGINX, "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"]
        program = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            for _ in range(600):
                assert program.poll() is None, (folder / "log").read_text()
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            program.terminate()
            program.wait(30)


def test_the_whole_file_says_everything_that_the_portal_says(front):
    by_portal = front.system.get(f"/files/{SHA256}")
    promised = {name.lower(): value for name, value in by_portal.headers.items()}

    answer = front.ask(Accept_Encoding="gzip")

    assert (answer.status, answer.body) == (200, CONTENT)
    assert promised.keys() - answer.headers.keys() == set()
    assert {name: answer.headers[name] for name in promised.keys() - OWN} == {
        name: promised[name] for name in promised.keys() - OWN
    }
    assert (promised["etag"], promised["repr-digest"], promised["content-language"]) == (TAG, DIGEST, "de")
    assert "sandbox" in promised["content-security-policy"]
    assert "last-modified" not in answer.headers and "x-accel-redirect" not in answer.headers


def test_a_download_that_broke_off_is_resumed(front):
    for asked, start, end in [
        ({"Range": "bytes=100000-"}, 100_000, 299_999),
        ({"Range": "bytes=5-9"}, 5, 9),
        ({"Range": "bytes=-7"}, 299_993, 299_999),
        ({"Range": "bytes=100000-", "If_Range": TAG}, 100_000, 299_999),
        ({"Range": "bytes=100000-", "If_Match": TAG}, 100_000, 299_999),
    ]:
        answer = front.ask(**asked)

        assert (answer.status, answer.body) == (206, CONTENT[start : end + 1]), asked
        assert answer.headers["content-range"] == f"bytes {start}-{end}/300000", asked
        assert (answer.headers["etag"], answer.headers["repr-digest"]) == (TAG, DIGEST), asked
        assert "content-digest" not in answer.headers, "it would be the digest of the part"
        assert "sandbox" in answer.headers["content-security-policy"], asked


def test_what_nginx_could_take_for_another_file_gets_the_whole(front):
    for asked in [
        {"Range": "bytes=100000-", "If_Range": '"other"'},
        {"Range": "bytes=0-1,5-6"},
        {"If_Match": TAG},
        {"If_Modified_Since": "Wed, 01 Jan 2120 00:00:00 GMT"},
        {"If_Unmodified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ]:
        answer = front.ask(**asked)

        assert (answer.status, answer.body, answer.headers["etag"]) == (200, CONTENT, TAG), asked


def test_what_carries_no_bytes_is_said_by_the_portal_and_nobody_goes_past_it(front):
    held = front.ask(If_None_Match=TAG)
    beyond = front.ask(Range="bytes=300000-")
    head = front.ask("HEAD")
    front.address += f"/_renditions/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}?"
    past = front.ask()

    assert (held.status, held.body, held.headers["etag"]) == (304, b"", TAG)
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */300000")
    assert (head.status, head.headers["content-length"], head.headers["content-digest"]) == (
        200, "300000", DIGEST,
    )  # fmt: skip
    assert past.status == 404
