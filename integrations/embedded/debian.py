"""Debian's packages, for what no wheel brings: installed where we are root, asked for elsewhere."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path


def is_possible() -> bool:
    """Whether we may install here: root on Debian."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Iterable[str], log: Path) -> bool:
    """
    Install packages if this is root on Debian; what apt says goes to ``log``.

    :returns: whether it was tried here. Whether it worked tells whoever looks for the program
    """
    apt = shutil.which("apt-get")
    if apt is None or not is_possible():
        return False
    # RUNLEVEL=1: install the programs, start no services.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    with log.open("ab") as output:
        # A list that cannot be refreshed may still be good enough to install from.
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(
                [apt, "-qq", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
    return True
