"""Rules of the house that a linter cannot see."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[1]
INTERFACES = [
    path for folder in ("portal/api", "portal/pages") for path in sorted((ROOT / folder).rglob("*.py"))
]
#: Addresses that answer without sign-in, and why.
OPEN = {
    "livez": "asked by machines that keep us running",
    "readyz": "asked by machines that keep us running",
    "metrics": "asked by monitoring, with a token of its own",
    "accounts/": "signing in",
    "identity/": "tokens for partner systems, with their own credentials",
    "api/": "authenticates by itself; tests/test_isolation.py asks every operation without a token",
    "admin/": "the admin site asks for staff itself",
    "integrations/": "vendors' webhooks, with their own credentials",
    ".well-known/": "keys and addresses anybody may know",
    "tools/": "a program that checks packs, for whoever holds one",
    "i18n/": "the reader's choice of language",
    "invitations/": "the reader is nobody yet; the token entitles them",
    "s/": "people without an account; the token of a share link entitles them",
    "preferences/": "the reader's choice of colours",
}


def test_import_contracts_hold():
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("path", INTERFACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_interfaces_reach_rows_only_through_selectors(path):
    """A view that asks a manager can forget the partner and show one company another's asset. Selectors cannot."""
    managers = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]

    assert managers == []


def _addresses(patterns=None, prefix="") -> list[tuple[str, URLPattern]]:
    found = []
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            found += _addresses(entry.url_patterns, route)
        else:
            found.append((route, entry))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [route for route, _ in _addresses() if not route.startswith(tuple(OPEN))], ids=str
)
def test_every_other_address_asks_for_sign_in(route, client):
    address = "/" + re.sub(r"<[^>]*int:[^>]*>", "1", re.sub(r"<(?![^>]*int:)[^>]*>", "x", route)).replace(
        "$", ""
    )

    response = client.get(address)

    assert response.status_code in {302, 405}, address
    if response.status_code == 302:
        assert response["Location"].startswith("/accounts/"), address


def test_widening_the_row_scope_is_rare_and_says_why():
    """Every use of ``rowscope.everything`` outside the tests stands below a comment."""
    silent = []
    for path in sorted((ROOT / "portal").rglob("*.py")):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if "rowscope.everything()" in line and not any(
                "#" in before for before in lines[max(0, number - 3) : number]
            ):
                silent.append(f"{path.relative_to(ROOT)}:{number + 1}")

    assert silent == []
