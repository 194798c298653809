"""Archives over the real web server: broken off and resumed by curl, ended when a file is withdrawn."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from portal.api.permissions import SCOPES
from portal.partners import services as companies
from tests.builders import NOON, file_fact, make_community, make_partner, release
from tests.portal.packs.builders import issue, make_pack, pick, shelf
from tests.served import running

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl (apt-get install curl)"),
]
NAMES = ["a.jpg", "b.jpg", "c.jpg"]
MEGABYTES = 12


class Shop:
    """A company with three large files in a pack, and curl with the token of its system."""

    def __init__(self, address: str, folder: Path):
        self.folder = folder
        partner = make_partner()
        self.pack = make_pack(make_community(partner, folder="/P"))
        pick(self.pack, shelf("/P", NAMES, content=lambda name: os.urandom(1 << 20) * MEGABYTES))
        issue(self.pack)
        client, secret = companies.create_api_client(
            partner=partner, name="PIM", scopes=list(SCOPES), now=timezone.now()
        )
        answer = self.curl(
            *("--user", f"{client.client_id}:{secret}", "--data", "grant_type=client_credentials"),
            f"{address}/identity/o/api/token",
        )
        assert "access_token" in answer.stdout, answer.stdout + answer.stderr
        self.token = answer.stdout.partition('"access_token": "')[2].partition('"')[0]
        self.archive = f"{address}/api/v1/packs/{self.pack.public_id}/versions/1/archive"

    def curl(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["curl", "--silent", "--show-error", *words],
            capture_output=True, text=True, check=False, cwd=self.folder, timeout=300,
        )  # fmt: skip

    def fetch(self, *words: str) -> subprocess.CompletedProcess:
        return self.curl("--fail", "--header", f"Authorization: Bearer {self.token}", *words, self.archive)


@pytest.fixture
def shop(tmp_path, settings, _oidc_key):
    scheme, place, _path, query, _ = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit((scheme, place, f"/{connection.settings_dict['NAME']}", query, ""))
    renditions = Path(settings.STORAGES["renditions"]["OPTIONS"]["location"])
    variables = {
        "DATABASE_URL": database,
        "FILES_URL": f"file://{renditions.parent}",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "IDP_OIDC_PRIVATE_KEY": _oidc_key,
    }
    # The server runs with the settings of every day and knows no other hashes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with running(variables, tmp_path / "server.log") as (address, _pid):
        yield Shop(address, tmp_path)


def test_archive_that_broke_off_is_resumed_to_the_same_digest(shop):
    whole = shop.fetch("--output", "whole.zip")
    # Cut off in the middle of the second file, as a lost line would.
    content = (shop.folder / "whole.zip").read_bytes()
    (shop.folder / "mine.zip").write_bytes(content[: len(content) * 2 // 5])

    resumed = shop.fetch("--continue-at", "-", "--output", "mine.zip")

    assert (whole.returncode, resumed.returncode) == (0, 0), resumed.stderr
    assert (
        hashlib.sha256((shop.folder / "mine.zip").read_bytes()).digest() == hashlib.sha256(content).digest()
    )
    with zipfile.ZipFile(shop.folder / "mine.zip") as archive:
        assert archive.testzip() is None


def test_archive_ends_when_a_file_is_withdrawn_while_it_runs_and_then_answers_410(shop):
    slow = subprocess.Popen(
        ["curl", "--silent", "--show-error", "--limit-rate", "4M", "--output", "mine.zip",
         "--header", f"Authorization: Bearer {shop.token}", shop.archive],
        cwd=shop.folder, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    place = shop.folder / "mine.zip"
    while not place.exists() or place.stat().st_size < 1 << 20:
        assert slow.poll() is None, slow.communicate()[1]

    release(
        file_fact("/P/c.jpg", uuid="uuid-/P-c.jpg", approved=False, modified_at=NOON + timedelta(hours=1)),
        now=timezone.now(),
    )
    said = slow.communicate(timeout=300)[1]

    # 18: fewer bytes came than were announced.
    assert slow.returncode == 18, said
    assert 1 << 20 < place.stat().st_size < 3 * MEGABYTES << 20
    again = shop.fetch("--continue-at", "-", "--output", "mine.zip")
    assert again.returncode == 22
    assert "410" in again.stderr
