"""A source of renditions that gives the bytes a test wants."""

from typing import ClassVar

import pytest

from portal.renditions.source import Fetched, get_source


class Given:
    content: ClassVar[bytes] = b""

    def fetch(self, *, version, revision, target):
        target.write(self.content)
        return Fetched(media_type="image/webp", width=64, height=64)


@pytest.fixture
def source_of(settings):
    settings.RENDITION_SOURCE = f"{__name__}.Given"
    get_source.cache_clear()
    yield Given
    get_source.cache_clear()
