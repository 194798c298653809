"""A source of renditions that draws, for packs whose files are not yet made; and a partner with a pack."""

from typing import ClassVar

import pytest

from portal.renditions.source import Fetched, SourceRefused, get_source
from tests.builders import picture
from tests.portal.packs.shop import Shop
from tests.portal.packs.stand import PROGRAM, loaded, standing


class Drawing:
    """Fills the same port as the media library's adapter; each version and revision gets bytes of its own."""

    trouble: ClassVar[Exception | None] = None
    refuses: ClassVar[set[str]] = set()

    def fetch(self, *, version, revision, target):
        if self.trouble is not None:
            raise self.trouble
        if version.file_name in self.refuses:
            raise SourceRefused("the picture is broken")
        target.write(picture(width=20 + version.pk % 400, height=20 + revision.pk % 40))
        return Fetched(media_type="image/webp", width=60, height=40)


@pytest.fixture
def source(settings):
    settings.RENDITION_SOURCE = f"{__name__}.Drawing"
    get_source.cache_clear()
    Drawing.trouble, Drawing.refuses = None, set()
    yield Drawing
    # Others draw by it too, without asking for this fixture.
    Drawing.trouble, Drawing.refuses = None, set()
    get_source.cache_clear()


@pytest.fixture
def shop(db, tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def stand(transactional_db, tmp_path, settings, _oidc_key):
    with standing(tmp_path, settings, _oidc_key) as ready:
        yield ready


@pytest.fixture(scope="module")
def program():
    return loaded(PROGRAM)
