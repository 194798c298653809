"""Debian's Chromium for the browser tests: found, or installed where we are root."""

import os
import shutil
from pathlib import Path

from integrations.embedded import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "Browser tests are not run: Chromium is missing. On Debian, as root: "
    "apt-get install --no-install-recommends chromium"
)


def find() -> Path | None:
    """Return the browser's program; ``CHROMIUM`` names one that is not in the path."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named) if os.access(named, os.X_OK) else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def install(log: Path) -> Path | None:
    """
    Install Debian's Chromium if this is root on Debian; its output goes to ``log``.

    :returns: the program, or None when it cannot be installed here
    """
    if not debian.install(["chromium"], log):
        return None
    return find()
