"""What the DAM finds out about bytes: pixels, colours, length."""

import logging
from pathlib import Path
from typing import Any

import av
import pyvips

logger = logging.getLogger("sandbox.scaleflex")

# A handful of CSS names is enough to answer "which colour is it" in a simulation.
COLOURS = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "silver": (192, 192, 192),
    "red": (220, 30, 30), "maroon": (128, 0, 0), "orange": (255, 165, 0), "gold": (230, 200, 60),
    "olive": (128, 128, 0), "green": (0, 128, 0), "seagreen": (46, 139, 87), "teal": (0, 128, 128),
    "skyblue": (135, 206, 235), "steelblue": (70, 130, 180), "blue": (0, 0, 220), "navy": (0, 0, 128),
    "purple": (128, 0, 128), "pink": (255, 192, 203), "tan": (210, 180, 140), "sienna": (160, 82, 45),
    "beige": (245, 245, 220), "azure": (240, 255, 255),
}  # fmt: skip
_TYPES = {"jpegload": "JPEG", "pngload": "PNG", "webpload": "WEBP", "gifload": "GIF", "svgload": "SVG",
          "tiffload": "TIFF", "heifload": "AVIF"}  # fmt: skip


def measure(path: Path, mime: str, extension: str, *, complete: bool = True) -> dict[str, Any]:
    """
    Return a file's ``info``; what cannot be read has only its ``ext``.

    :param complete: also what arrives later, by post-processing (colours, thumbnail, video facts)
    :returns: pixels as a person sees them, that is after the orientation flag; seconds; bits per
        second. ``preview`` names the key under which a thumbnail's address is shown.
    """
    info: dict[str, Any] = {"ext": extension, "metadata": {}}
    try:
        if mime.startswith("image/"):
            info |= _picture(path, complete)
        elif mime.startswith(("video/", "audio/")) and complete:
            info |= _media(path)
    except (pyvips.Error, av.FFmpegError, ValueError) as error:
        logger.info("cannot measure %s: %s", path.name, str(error).splitlines()[0] if str(error) else "")
    return info


def _picture(path: Path, complete: bool) -> dict[str, Any]:
    image = pyvips.Image.new_from_file(str(path))
    width, height = image.width, image.height
    if image.get_typeof("orientation") and image.get("orientation") in (5, 6, 7, 8):
        width, height = height, width
    loader = image.get("vips-loader").removesuffix("_source").removesuffix("_buffer")
    space = str(image.interpretation)
    info = {
        "img_w": width,
        "img_h": height,
        "img_o": "SQ" if width == height else "LD" if width > height else "PT",
        "img_type": _TYPES.get(loader, loader.removesuffix("load").upper()),
        "area": width * height,
        "img_color_space": {"cmyk": "CMYK", "b-w": "GRAY", "grey16": "GRAY"}.get(space, "RGB"),
    }
    if complete:
        colour = _colour(path)
        info |= {"face_count": 0, "dominant_color": colour, "main_colors": [colour], "preview": "thumbnail"}
    return info


def _colour(path: Path) -> str:
    small = pyvips.Image.thumbnail(str(path), 24, height=24, size="force", fail_on="none").copy_memory()
    if small.interpretation not in ("srgb", "rgb"):
        small = small.colourspace("srgb")
    if small.hasalpha():
        small = small.flatten(background=255)
    mean = [small[band].avg() for band in range(min(small.bands, 3))]
    red, green, blue = mean if len(mean) == 3 else mean * 3

    def distance(name: str) -> float:
        other = COLOURS[name]
        return (red - other[0]) ** 2 + (green - other[1]) ** 2 + (blue - other[2]) ** 2

    return min(COLOURS, key=distance)


def _media(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        seconds = round(container.duration / av.time_base, 3) if container.duration else None
        info: dict[str, Any] = {"duration": seconds, "bit_rate": container.bit_rate}
        if container.streams.video:
            stream = container.streams.video[0]
            info |= {
                "video_w": stream.width,
                "video_h": stream.height,
                "video_duration": seconds,
                "video_bit_rate": container.bit_rate,
                "preview": "video_thumbnail",
            }
    return info
