"""Each vendor's part of the sandbox by itself, called in this process."""

import pytest

from integrations.sandbox import credentials
from integrations.sandbox.trading_grid.app import TradingGridPart
from tests.integrations.sandbox.grid_client import GridClient


@pytest.fixture
def grid(tmp_path):
    """
    A freshly seeded grid and a signed-in client of it.

    Nothing happens in its background unless the test says so with ``part.background.tick()``.
    """
    keys = credentials.load(tmp_path)
    part = TradingGridPart(tmp_path, "http://sandbox.example", keys)
    part.stop()
    return GridClient(part, keys)
