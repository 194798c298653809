"""Debian's Chromium for the browser tests: found, or installed where we are root."""

import os
import shutil
from pathlib import Path

from integrations.embedded import debian

#: The same engine without a window around each page: pages are judged in half the time.
LIGHT = "chromium-headless-shell"
NAMES = (LIGHT, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "Browser tests are not run: Chromium is missing. On Debian, as root: "
    f"apt-get install --no-install-recommends {LIGHT}"
)


def find() -> Path | None:
    """Return the browser's program; ``CHROMIUM`` names one that is not in the path."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named) if os.access(named, os.X_OK) else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def provide(log: Path) -> Path | None:
    """
    Return the browser. Where we may install, and there is none or only one with windows, Debian's is installed first.

    :param log: what apt says goes there; while it exists a browser that is there will do
    :returns: the program, or None when there is none and none can be installed
    """
    found = find()
    is_good = found is not None and (found.name == LIGHT or log.exists())
    if is_good or "CHROMIUM" in os.environ or not debian.is_possible():
        return found
    print("Looking for Chromium in Debian's packages (once).", flush=True)
    debian.install([LIGHT], log)
    if find() is None:
        debian.install(["chromium"], log)
    return find()
