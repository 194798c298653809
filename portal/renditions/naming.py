"""Names under which files leave: safe on every system, and telling."""

import re
import unicodedata

from portal.renditions.choices import Format
from portal.renditions.models import RecipeRevision

#: File systems take 255 bytes of UTF-8 or 255 units of UTF-16; this leaves room for what is put behind.
_STEM_BYTES = 160
# Names of devices on Windows, whatever stands behind the first dot (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def safe_stem(text: str) -> str:
    """
    Return a text as the first part of a file name, never empty.

    Letters and digits of any script, composed (NFC), and what no system minds; a name of signs alone becomes "file".
    """
    words = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", text))
    cut = words[:120].encode()[:_STEM_BYTES].decode(errors="ignore")
    stem = cut.strip("._-") or "file"
    return f"file-{stem}" if _DEVICES.match(stem) else stem


def extension_of(revision: RecipeRevision, *, original: str) -> str:
    """Return the extension of what a revision makes, ``original`` where it leaves a file as it is."""
    if revision.format == Format.ORIGINAL:
        return original
    return {"jpeg": "jpg"}.get(revision.format, revision.format)


def file_name(name: str, revision: RecipeRevision, *, extension: str, version: int | None = None) -> str:
    """
    Return the file name of a rendition: ``oat_front-v4-web-1200.webp``.

    :param name: the file's name in the DAM, with its extension
    :param extension: of the file as delivered, for recipes that leave it alone
    :param version: number to tell, ``None`` where the name must stay while versions come and go
    """
    parts = [safe_stem(name.rsplit(".", 1)[0])]
    if version is not None:
        parts.append(f"v{version}")
    if revision.format != Format.ORIGINAL:
        parts.append(revision.suffix or revision.recipe.key)
    return f"{'-'.join(parts)}.{extension_of(revision, original=extension)}"


def collides_as(name: str) -> str:
    """Return what two names have in common that one folder cannot hold both of: Windows and macOS ignore case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
