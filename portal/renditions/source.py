"""Where renditions are cut: the port an adapter fills, named by ``settings.RENDITION_SOURCE``."""

from dataclasses import dataclass
from functools import cache
from typing import IO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.catalog.models import AssetVersion
from portal.renditions.models import RecipeRevision


class SourceUnavailable(Exception):
    """It may work later. ``retry_after`` is in seconds."""

    def __init__(self, reason: str, *, retry_after: int = 10):
        super().__init__(reason)
        self.retry_after = retry_after


class SourceRefused(Exception):
    """It never will until somebody changes something; the text says what, for staff."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written: ``media_type`` as found in the bytes; pixels, ``None`` for anything without."""

    media_type: str
    width: int | None = None
    height: int | None = None


class RenditionSource(Protocol):
    def fetch(self, *, version: AssetVersion, revision: RecipeRevision, target: IO[bytes]) -> Fetched:
        """
        Write one version, cut by one recipe revision, into ``target``, and check it: format as asked, pixels within
        bounds, not an error page, not above ``settings.RENDITION_MAX_BYTES``.

        :raises SourceUnavailable: no answer, or not now
        :raises SourceRefused: the file cannot be cut this way, or is not there
        """
        ...


@cache
def get_source() -> RenditionSource:
    """Return the source in use."""
    return import_string(settings.RENDITION_SOURCE)()
