"""One stage for all tests that need real processes; they run one after the other in one test process."""

import pytest

from tests.faults.stage import Stage


def pytest_collection_modifyitems(items):
    for item in items:
        if "stage" in getattr(item, "fixturenames", ()):
            # Two stages at once would only wait for each other's processors.
            item.add_marker(pytest.mark.xdist_group("stage"))
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def _stage(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("stage")).running() as stage:
        yield stage


@pytest.fixture
def stage(_stage):
    """The system, whole: whoever the last test left dead or asleep is up again."""
    _stage.make_whole()
    yield _stage
