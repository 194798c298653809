"""A sandbox per test process, brought back to its seed before each test that asks for it."""

import pytest

from integrations.scaleflex import settings_cache
from tests.integrations.small_seed import small_seed
from tests.integrations.world import running


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sandbox")
    seed = small_seed(tmp_path_factory.mktemp("seed"))
    with running(folder, seed) as world:
        yield world


@pytest.fixture
def world(_sandbox):
    """The outside world: both vendors, seeded with three small pictures and the usual partners."""
    _sandbox.verb("POST", "/reset")
    settings_cache.forget()
    return _sandbox
