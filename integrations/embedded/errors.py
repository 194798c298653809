"""What can go wrong with the embedded parts, in words for the person at the terminal."""

import errno
from pathlib import Path


class EmbeddedError(Exception):
    """An embedded part cannot run. The text is one plain sentence that says what to do."""


def in_words(error: OSError, doing: str) -> EmbeddedError:
    """
    Translate a refusal of the operating system.

    :param doing: what was tried, to follow "cannot", for example ``"write to /srv/portal/var"``
    """
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EmbeddedError(f"The disk is full: cannot {doing}. Free some space and start again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EmbeddedError(
            f"Not allowed to {doing}. Change its owner or permissions, or use another folder."
        )
    return EmbeddedError(f"Cannot {doing}: {error.strerror or error}.")


def make_folder(folder: Path, mode: int = 0o755) -> Path:
    """
    Create a folder and its parents, and prove that it can be written.

    :raises EmbeddedError: it cannot be created or written
    """
    probe = folder / ".writable"
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise in_words(error, f"write to the folder {folder}") from None
    return folder
