"""Settings that make no sense together are refused at start, in a sentence an operator can act on."""

import os
import subprocess
import sys

import pytest


def started_with(**variables: str) -> str:
    """Read the settings in a program of its own; returns the last thing it says."""
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **variables},
    )
    return done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"FILES_URL": "s3://media/x"}, ""),
        ({"FILE_SERVING": "accel"}, ""),
        ({"FILE_SERVING": "accel", "FILES_URL": "s3://media/x"}, "FILES_URL names a bucket"),
        ({"FILE_SERVING": "nginx"}, "FILE_SERVING must be django or accel"),
    ],
    ids=["bucket", "nginx with a folder", "nginx with a bucket", "another word"],
)
def test_how_files_leave_fits_to_where_they_lie(variables, said):
    last = started_with(**variables)

    assert said in last if said else last == ""
