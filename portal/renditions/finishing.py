"""
What is done to a rendition after it was fetched, because delivery cannot: most bytes, colours, pixels per inch, the
first seconds of a video, and the rights inside the file.

Pure functions on bytes; the same input gives the same output, bit for bit. A file is encoded again only where its
pixels or its weight must change, and is then fetched without loss first (``to_fetch``), so that nothing is lossy twice.
"""

import copy
import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import av
import pyvips

from portal.renditions import metadata
from portal.renditions.choices import ColourSpace, Format
from portal.renditions.metadata import Rights
from portal.renditions.models import RecipeRevision
from portal.renditions.source import Fetched, SourceRefused

# Operations are hardly ever repeated, so libvips' own cache would only hold memory.
pyvips.cache_set_max(0)

PICTURES = {Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF}
#: Below this a picture is no longer fit to be shown; a bound that needs less is refused instead.
LEAST_QUALITY = 20
#: Where the search for a weight begins when the recipe names no quality, and what is used without a search.
BEST_QUALITY, USUAL_QUALITY = 92, 82
MEDIA_TYPES = {
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.WEBP: "image/webp",
    Format.AVIF: "image/avif",
}


class TooHeavy(SourceRefused):
    """No quality worth looking at is light enough. ``least`` is the weight in bytes of the lowest one tried."""

    def __init__(self, least: int, most: int):
        super().__init__(f"At the lowest quality it still weighs {least} bytes; {most} are allowed.")
        self.least = least


def to_fetch(revision: RecipeRevision) -> RecipeRevision:
    """
    Return what to ask the source for: the revision itself, or the same without loss when it is encoded here.

    The copy is never saved.
    """
    if not _encodes(revision):
        return revision
    asked = copy.copy(revision)
    asked.format, asked.quality = Format.PNG, None
    return asked


def _encodes(revision: RecipeRevision) -> bool:
    if Format(revision.format) not in PICTURES:
        return False
    # Metadata of AVIF stands in the middle of the file, where only its encoder can put it.
    is_avif = revision.format == Format.AVIF and revision.carries_rights
    return bool(revision.max_bytes or revision.colour_space or is_avif)


def finish(
    fetched: Fetched, target: IO[bytes], *, revision: RecipeRevision, rights: Rights | None
) -> tuple[Fetched, IO[bytes]]:
    """
    Return what was fetched by ``to_fetch(revision)`` as the revision wants it, and the file it now lies in.

    :param rights: what the file says of itself; written when the revision carries rights and the format can
    :raises SourceRefused: it cannot be made as the revision says; ``TooHeavy`` when it cannot be light enough
    """
    form = Format(revision.format)
    rights = rights if revision.carries_rights else None
    if form in PICTURES:
        target.seek(0)
        content = target.read()
        made, size = picture(content, revision=revision, rights=rights)
        if made is content:
            return fetched, target
        return replace(fetched, media_type=MEDIA_TYPES[form], width=size[0], height=size[1]), io.BytesIO(made)
    if form in {Format.MP4, Format.WEBM}:
        if revision.seconds:
            target = first_seconds(target, form, revision.seconds)
        if rights is not None and form == Format.MP4:
            target.seek(0, io.SEEK_END)
            target.write(metadata.mp4_box(rights))
    _check_weight(target, revision)
    return fetched, target


def _check_weight(target: IO[bytes], revision: RecipeRevision) -> None:
    """An original or a video is not encoded here: it is light enough as it came, or it is refused."""
    size = target.seek(0, io.SEEK_END)
    if revision.max_bytes and size > revision.max_bytes:
        raise TooHeavy(size, revision.max_bytes)


def picture(
    content: bytes, *, revision: RecipeRevision, rights: Rights | None
) -> tuple[bytes, tuple[int, int]]:
    """
    Return a fetched picture as the revision wants it, with its width and height in pixels.

    Returns ``content`` itself when there is nothing to do.

    :raises SourceRefused: not a picture, or too heavy
    """
    form = Format(revision.format)
    try:
        image = pyvips.Image.new_from_buffer(content, "", fail_on="error")
        size = (image.width, image.height)
        if not (_encodes(revision) or image.interpretation == "cmyk"):
            return stamp(content, form, rights=rights, dpi=revision.dpi), size
        image = managed(image, revision.colour_space)
        return light_enough(image, revision, rights), size
    except (pyvips.Error, ValueError) as error:
        raise SourceRefused(f"The picture cannot be finished: {str(error).strip()[:200]}") from error


def managed(image: pyvips.Image, colour_space: str = ColourSpace.SRGB) -> pyvips.Image:
    """Return the picture in 8-bit sRGB or shades of grey, whatever profile it came with: CMYK in, sRGB out."""
    if image.interpretation == "cmyk":
        image = image.icc_transform("srgb", embedded=True, input_profile="cmyk")
    elif image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True)
    if image.interpretation not in ("srgb", "b-w"):
        image = image.colourspace("b-w" if image.interpretation == "grey16" else "srgb")
    if colour_space == ColourSpace.GREY:
        image = image.colourspace("b-w")
    image = image.cast("uchar")
    if image.get_typeof("icc-profile-data"):
        image = image.copy()
        image.remove("icc-profile-data")
    return image.copy_memory()


def light_enough(image: pyvips.Image, revision: RecipeRevision, rights: Rights | None) -> bytes:
    """
    Return an 8-bit picture at the best quality that weighs no more than ``max_bytes``, metadata included.

    :raises TooHeavy: no quality worth looking at is light enough
    """
    form = Format(revision.format)

    def made(quality: int) -> bytes:
        content = encode(image, form, quality=quality, background=revision.background, rights=rights)
        return stamp(content, form, rights=rights, dpi=revision.dpi)

    most = revision.max_bytes
    if most is None:
        return made(revision.quality or USUAL_QUALITY)
    best = made(revision.quality or BEST_QUALITY)
    if len(best) <= most:
        return best
    if form == Format.PNG:
        # A PNG keeps every pixel: there is no quality to search.
        raise TooHeavy(len(best), most)
    # The weight grows with the quality, though not at every single step: what is kept was weighed itself.
    low, high = LEAST_QUALITY, (revision.quality or BEST_QUALITY) - 1
    found = made(low)
    if len(found) > most:
        raise TooHeavy(len(found), most)
    while low < high:
        middle = (low + high + 1) // 2
        tried = made(middle)
        if len(tried) <= most:
            low, found = middle, tried
        else:
            high = middle - 1
    return found


def encode(
    image: pyvips.Image, form: Format, *, quality: int, background: str = "", rights: Rights | None = None
) -> bytes:
    """
    Return an 8-bit sRGB or grey picture as a file, sRGB tagged as such. JPEG knows no transparency: it becomes the
    background, white when none is named.

    :param rights: for AVIF; the other formats take theirs from ``stamp``
    """
    if form == Format.JPEG and image.hasalpha():
        colour = background or "ffffff"
        image = image.flatten(background=[int(colour[at : at + 2], 16) for at in (0, 2, 4)])
    profile = {"profile": "srgb", "keep": "icc"} if image.interpretation == "srgb" else {"keep": "none"}
    match form:
        case Format.JPEG:
            return image.jpegsave_buffer(Q=quality, optimize_coding=True, **profile)
        case Format.PNG:
            return image.pngsave_buffer(compression=9, filter="all", **profile)
        case Format.WEBP:
            return image.webpsave_buffer(Q=quality, effort=4, **profile)
    if rights is not None:
        image = image.copy()
        image.set_type(pyvips.GValue.blob_type, "xmp-data", metadata.xmp(rights))
        profile["keep"] = "icc|xmp" if "profile" in profile else "xmp"
    return image.heifsave_buffer(Q=quality, compression="av1", effort=2, **profile)


def stamp(content: bytes, form: Format, *, rights: Rights | None, dpi: int | None) -> bytes:
    """Return the file with rights and pixels per inch where the format takes them, else ``content`` itself."""
    if form == Format.JPEG and (rights or dpi):
        return metadata.into_jpeg(content, rights=rights, dpi=dpi)
    if form == Format.PNG and (rights or dpi):
        return metadata.into_png(content, rights=rights, dpi=dpi)
    if form == Format.WEBP and rights:
        return metadata.into_webp(content, rights=rights)
    return content


def first_seconds(source: IO[bytes], form: Format, seconds: int) -> IO[bytes]:
    """
    Return the beginning of a video, its packets as they are: nothing is encoded again.

    :raises SourceRefused: not a video
    """
    source.seek(0)
    # Without "bitexact" the writer would put its version, the time and a random id into the file.
    options = {"fflags": "+bitexact", **({"movflags": "+faststart"} if form == Format.MP4 else {})}
    # "faststart" opens the file it writes a second time, so it needs a name.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"beginning.{form}"
        try:
            with (
                av.open(source, "r") as incoming,
                av.open(str(path), "w", format=str(form), options=options) as outgoing,
            ):
                _copy_packets(incoming, outgoing, seconds)
        except (av.FFmpegError, IndexError, ValueError) as error:
            raise SourceRefused("The beginning of the video cannot be cut.") from error
        return io.BytesIO(path.read_bytes())


def _copy_packets(incoming: Any, outgoing: Any, seconds: int) -> None:
    kept = [stream for stream in incoming.streams if stream.type in {"video", "audio"}]
    copies = {stream.index: outgoing.add_stream_from_template(stream) for stream in kept}
    for packet in incoming.demux(kept):
        # The last packet of each stream is empty and only says that it is the last.
        if packet.dts is None or packet.pts is None or packet.pts * packet.time_base >= seconds:
            continue
        packet.stream = copies[packet.stream.index]
        outgoing.mux(packet)
