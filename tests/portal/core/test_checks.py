"""The second wall between companies stands only for a role that PostgreSQL holds to it."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from portal.core import checks

pytestmark = pytest.mark.django_db


def other_role(name: str) -> dict[str, str]:
    """Return the environment in which the portal logs in by this name."""
    scheme, place, _path, query, _ = urlsplit(os.environ["DATABASE_URL"])
    place = f"{name}@{place.rpartition('@')[2]}"
    url = urlunsplit((scheme, place, f"/{connection.settings_dict['NAME']}", query, ""))
    return {**os.environ, "DATABASE_URL": url, "SECRET_KEY": settings.SECRET_KEY}


def test_our_role_is_bound():
    assert checks.row_security_binds()
    call_command("check", databases=["default"])
    assert Client().get("/readyz").json()["checks"]["row_security"] == "ok"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [["migrate"], ["check", "--database", "default"]])
def test_a_superuser_is_refused_with_what_to_do(command):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1")
        superuser = cursor.fetchone()[0]

    ended = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR, env=other_role(superuser), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    if "password" in ended.stderr and "portal.E001" not in ended.stderr:
        pytest.skip("this PostgreSQL lets nobody in as its superuser without a password")
    assert ended.returncode != 0
    assert (
        "portal.E001" in ended.stderr and f'ALTER ROLE "{superuser}" NOSUPERUSER NOBYPASSRLS' in ended.stderr
    )
