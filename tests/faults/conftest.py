"""One stage for all tests that need real processes; they run one after the other in one test process."""

import pytest

from tests.faults.stage import Stage


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the tests of the stage together, at the front: its programs run no longer than they are needed."""
    on_stage = [item for item in items if "stage" in getattr(item, "fixturenames", ())]
    for item in on_stage:
        # Two stages at once would only wait for each other's processors.
        item.add_marker(pytest.mark.xdist_group("stage"))
        item.add_marker(pytest.mark.slow)
    chosen = set(on_stage)
    items[:] = on_stage + [item for item in items if item not in chosen]


@pytest.fixture(scope="package")
def _stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage")).running() as stage:
        yield stage


@pytest.fixture
def stage(_stage):
    """The system, whole: whoever the last test left dead or asleep is up again."""
    _stage.make_whole()
    yield _stage
