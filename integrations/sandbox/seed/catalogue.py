"""What is in the DAM: every file with its metadata, approval and rights window."""

from . import brand_files, lifestyle_files, packshot_files
from .media import Media, as_json
from .recipes import Recipe

__all__ = ["Media", "as_json", "media", "recipes"]


def media() -> list[Media]:
    """Every file of the DAM, sorted by path."""
    files = [*packshot_files.files(), *lifestyle_files.files(), *brand_files.files()]
    return sorted(files, key=lambda item: item.path)


def recipes(files: list[Media]) -> dict[str, Recipe]:
    """How each output is made, older versions included. Keys are paths below the seed folder."""
    found = {}
    for item in files:
        found[item.output] = item.recipe
        found.update({old.output: old.recipe for old in item.versions})
    return found
