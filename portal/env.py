"""Typed readers of the environment that fail loudly, in words an operator can act on."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding blanks; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, *, least: int = 0) -> int:
    """
    Return a whole number.

    :raises ImproperlyConfigured: not a number, or below ``least``
    """
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, it is {raw!r}.") from None
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, it is {value}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """
    Return a yes or no: 1, true, yes, on against 0, false, no, off.

    :raises ImproperlyConfigured: any other word
    """
    raw = text(name, "yes" if default else "no").lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, it is {raw!r}.")


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def hours(name: str, default: str = "") -> list[int]:
    """
    Return hours of the day, 0 to 23, from a comma-separated list; ``none`` is no hour at all.

    :raises ImproperlyConfigured: something else than an hour
    """
    found = words(name, default)
    if found == ["none"]:
        return []
    if not all(word.isdigit() and int(word) < 24 for word in found):
        raise ImproperlyConfigured(f"{name} must be hours from 0 to 23, separated by commas, or none.")
    return sorted({int(word) for word in found})


def path(name: str, default: Path) -> Path:
    """Return a folder; a relative one is taken from the project's root."""
    return (BASE_DIR / text(name, str(default))).resolve()


def database(name: str) -> dict[str, Any]:
    """
    Return Django's settings for one PostgreSQL database from a URL.

    A Unix socket is written ``postgres://user@/name?host=/folder``.

    :raises ImproperlyConfigured: not set, or not PostgreSQL
    """
    url = text(name)
    if not url:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it to postgres://user:password@host/name, "
            "or run the embedded system with: python3 manage.py demo"
        )
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must begin with postgres:// because the portal needs PostgreSQL.")
    return dict(_env.db_url_config(url))
