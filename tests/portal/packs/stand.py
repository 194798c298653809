"""A company with a pack, and the program that keeps a folder in step with it, against the real web server."""

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from portal.packs import publishing
from portal.partners import services as companies
from tests.builders import make_community, make_partner
from tests.portal.packs.builders import issue, make_pack, pick, shelf
from tests.served import running

PROGRAM = Path(publishing.__file__).with_name("portal_mirror.py")
NAMES = {name: f"{name[0]}-web-1200.webp" for name in ("a.jpg", "b.jpg", "c.jpg")}
BIG = 3 << 20


def loaded(path: Path):
    spec = importlib.util.spec_from_file_location("portal_mirror", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Stand:
    """A company with a pack of three files, a folder to keep in step, and the program."""

    def __init__(self, address: str, tmp_path: Path):
        self.address, self.folder = address, tmp_path / "mirror"
        self.program = tmp_path / "portal_mirror.py"
        partner = make_partner()
        self.pack = make_pack(make_community(partner, folder="/P"))
        self.assets = shelf("/P", list(NAMES), content=lambda name: os.urandom(BIG))
        pick(self.pack, self.assets)
        issue(self.pack)
        self.program.write_text(publishing.mirror(now=timezone.now()))
        client, secret = companies.create_api_client(
            partner=partner, name="Mirror", scopes=["packs:read", "files:read"], now=timezone.now()
        )
        self.keys = {"PORTAL_CLIENT_ID": client.client_id, "PORTAL_CLIENT_SECRET": secret}

    def run(self, *words: str, portal: str = "") -> subprocess.CompletedProcess:
        """Run the program; with ``sync`` as first word, against this portal and for this pack and folder."""
        if words[0] == "sync":
            words = (*words, "--portal", portal or self.address, self.pack.public_id, str(self.folder))
        return subprocess.run(
            [sys.executable, "-I", str(self.program), "--tries", "3", *words],
            capture_output=True, text=True, check=False, timeout=400, env={**os.environ, **self.keys},
        )  # fmt: skip

    def held(self) -> dict[str, str]:
        """Return the digests of the files in the folder by name, the program's own folder left out."""
        files = [path for path in self.folder.iterdir() if path.is_file()]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def listed(self) -> dict[str, str]:
        self.pack.refresh_from_db()
        return dict(self.pack.current.files.values_list("name", "sha256"))


@contextmanager
def standing(tmp_path, settings, oidc_key) -> Iterator[Stand]:
    scheme, place, _path, query, _ = urlsplit(os.environ["DATABASE_URL"])
    renditions = Path(settings.STORAGES["renditions"]["OPTIONS"]["location"])
    variables = {
        "DATABASE_URL": urlunsplit((scheme, place, f"/{connection.settings_dict['NAME']}", query, "")),
        "FILES_URL": f"file://{renditions.parent}",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "IDP_OIDC_PRIVATE_KEY": oidc_key,
    }
    # The server runs with the settings of every day and knows no other hashes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with running(variables, tmp_path / "server.log") as (address, _pid):
        yield Stand(address, tmp_path)
