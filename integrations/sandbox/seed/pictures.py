"""Renders drawings to the picture files of the catalogue. Needs :func:`fonts.environment` set."""

from pathlib import Path

import pyvips

ART = Path(__file__).parent / "art"


def render(svg: str, width: int, height: int) -> pyvips.Image:
    """
    An SVG drawing in pixels.

    :returns: sRGB with alpha, ``width`` pixels wide, cut to ``height``
    """
    drawing = pyvips.Image.svgload_buffer(svg.encode())
    image = pyvips.Image.svgload_buffer(svg.encode(), scale=width / drawing.width)
    return image.crop(0, 0, width, min(height, image.height))


def write_jpeg(image: pyvips.Image, path: Path, quality: int = 90) -> None:
    """Write an opaque sRGB JPEG without metadata: the same picture gives the same bytes."""
    image.flatten(background=255).jpegsave(str(path), Q=quality, optimize_coding=True, keep="none")
