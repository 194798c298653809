"""A folder as on the disks of Windows and macOS, where two names that differ only in case are one."""

import os
from pathlib import Path


class CaseBlind(type(Path())):
    """
    A path that finds what is there under any case. Renaming to another case of the same name does nothing, as on Linux
    on such a disk; ``renames_case`` does what Windows and macOS do.
    """

    def __fspath__(self) -> str:
        folder = os.fspath(self.parent) if self.parent != self else str(self)
        return os.path.join(folder, _as_there(folder, self.name))


def _as_there(folder: str, name: str) -> str:
    try:
        there = os.listdir(folder)
    except OSError:
        return name
    return next((other for other in there if other.casefold() == name.casefold()), name)


def renames_case(source, target, *, replace=os.replace) -> None:
    """``os.replace`` of Windows and macOS: what only changes its case gets the new one."""
    real, place = os.fspath(source), os.fspath(target)
    if isinstance(target, CaseBlind) and real == place:
        place = os.path.join(os.path.dirname(place), target.name)
    replace(real, place)
