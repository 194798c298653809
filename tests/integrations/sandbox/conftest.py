"""Each vendor's part of the sandbox by itself, called in this process."""

import gc
import shutil

import pytest

from integrations.sandbox import credentials
from integrations.sandbox.trading_grid.app import TradingGridPart
from tests.integrations.sandbox.grid_client import GridClient


@pytest.fixture(scope="session")
def _seeded_grid(tmp_path_factory):
    """A folder with a grid fresh from the seed; copying it is faster than seeding again."""
    folder = tmp_path_factory.mktemp("seeded") / "grid"
    part = TradingGridPart(folder, "http://sandbox.example", credentials.load(folder))
    part.stop()
    # Its databases are closed now and not while somebody copies them.
    del part
    gc.collect()
    return folder


@pytest.fixture
def grid(tmp_path, _seeded_grid):
    """
    A freshly seeded grid and a signed-in client of it.

    Nothing happens in its background unless the test says so with ``part.background.tick()``.
    """
    shutil.copytree(_seeded_grid, tmp_path, dirs_exist_ok=True)
    keys = credentials.load(tmp_path)
    part = TradingGridPart(tmp_path, "http://sandbox.example", keys)
    part.stop()
    return GridClient(part, keys)
