"""
One stage for all tests that need real processes; they run one after the other in one test process: see
``pytest_xdist_make_scheduler`` in ``tests/conftest.py``.
"""

import pytest

from tests.faults.stage import Stage


def _on_stage(items):
    return [item for item in items if "stage" in getattr(item, "fixturenames", ())]


def pytest_collection_modifyitems(items):
    for item in _on_stage(items):
        item.add_marker(pytest.mark.slow)


class _Order:
    """Put them at the front, after all have been shuffled: the programs run no longer than they are needed."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        on_stage = _on_stage(items)
        chosen = set(on_stage)
        items[:] = on_stage + [item for item in items if item not in chosen]


def pytest_configure(config):
    config.pluginmanager.register(_Order(), "order-of-the-stage")


@pytest.fixture(scope="package")
def _stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage")).running() as stage:
        yield stage


@pytest.fixture
def stage(_stage):
    """The system, whole: whoever the last test left dead or asleep is up again."""
    _stage.make_whole()
    yield _stage
