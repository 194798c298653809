"""What a version holds, as one text that never changes: canonical JSON, signed and chained to the version before."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from portal.packs.models import PackFile, PackVersion

FORMAT = "partner-portal-pack/1"


def canonical(value: Any) -> str:
    """
    Return JSON with sorted keys and no spaces. Of the subset used here (texts, whole numbers, no floats) there is one
    spelling; it is the one of RFC 8785.

    :raises TypeError: a float, whose spelling differs between languages
    """
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A manifest holds no floats.")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_floats(inner)


def manifest_of(version: PackVersion, files: Iterable[PackFile]) -> str:
    """
    Return the manifest of a version that has its number and time of issue.

    :param files: with ``variant__asset``, ``version`` and ``revision__recipe``, in the order of their positions
    """
    pack, previous = version.pack, version.previous
    assert version.issued_at is not None
    return canonical(
        {
            "format": FORMAT,
            "portal": settings.PORTAL_URL,
            "publisher": settings.BRAND_NAME,
            "pack": {"id": pack.public_id, "slug": pack.slug, "title": pack.title, "purpose": pack.purpose},
            "version": version.number,
            "issued_at": version.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "previous": {"version": previous.number, "sha256": previous.sha256} if previous else None,
            "files": [_line(file) for file in files],
        }
    )


def _line(file: PackFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "sha256": file.sha256,
        "size": file.size,
        "crc32": f"{file.crc32:08x}",
        "media_type": file.media_type,
        "asset": file.variant.asset.public_id,
        "variant": file.variant.public_id,
        "language": file.variant.language,
        "version": file.version.number,
        "recipe": file.revision.recipe.key,
        "recipe_revision": file.revision.number,
    }
