"""Picture work with libvips: scale, cut, pad, filter, encode."""

from pathlib import Path

import pyvips

from integrations.sandbox.scaleflex.delivery.geometry import Plan, plan
from integrations.sandbox.scaleflex.delivery.parameters import Transform
from integrations.sandbox.scaleflex.errors import ApiError

# Operations are hardly ever repeated, so libvips' own cache would only hold memory.
pyvips.cache_set_max(0)

LARGEST_SOURCE = 200_000_000
LARGEST_RESULT = 64_000_000


def render(source: Path, target: Path, wanted: Transform, kind: str, quality: int) -> tuple[int, int]:
    """
    Do the work and write the result.

    :param kind: ``jpeg``, ``png``, ``webp``, ``avif`` or ``gif``
    :param quality: 1 to 100, for the formats that have one
    :returns: width and height of the result in pixels
    :raises ApiError: 422, the source is not a picture that can be read; 413, too many pixels
    """
    try:
        image = (
            _animation(source, wanted) if _stays_animated(source, wanted, kind) else _still(source, wanted)
        )
        _save(image, target, kind, quality, wanted)
    except pyvips.Error as error:
        reason = (str(error).splitlines() or [""])[-1].strip()
        raise ApiError(422, "UNREADABLE_IMAGE", "The file cannot be read as a picture.", reason) from None
    return image.width, image.get_page_height()


def _still(source: Path, wanted: Transform) -> pyvips.Image:
    header = pyvips.Image.new_from_file(str(source))
    width, height = _seen_size(header)
    if width * height > LARGEST_SOURCE:
        raise ApiError(413, "IMAGE_TOO_LARGE", f"The picture has more than {LARGEST_SOURCE} pixels.")
    if wanted.box is None and wanted.trim is None and wanted.gravity != "trim":
        way = plan(width, height, wanted)
        rereads = way.smart or bool(
            wanted.filters or wanted.flip or wanted.rotate or wanted.background == "auto"
        )
        image = _scale_file(source, way, rereads=rereads)
    else:
        image = _cut_out(_upright(header), wanted)
        way = plan(image.width, image.height, wanted)
        if way.size != (image.width, image.height):
            image = image.thumbnail_image(way.size[0], height=way.size[1], size="force")
    if way.result[0] * way.result[1] > LARGEST_RESULT:
        raise ApiError(413, "IMAGE_TOO_LARGE", f"The result would have more than {LARGEST_RESULT} pixels.")
    return _finish(image, way, wanted)


def _seen_size(image: pyvips.Image) -> tuple[int, int]:
    turned = image.get_typeof("orientation") and image.get("orientation") in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def _scale_file(source: Path, way: Plan, *, rereads: bool) -> pyvips.Image:
    """Scale while loading, which for JPEG, WebP and SVG reads only what is needed; turns and maps to sRGB."""
    image = pyvips.Image.thumbnail(
        str(source), way.size[0], height=way.size[1], size="force", output_profile="srgb", fail_on="truncated"
    )
    # Such a picture can be read once, from top to bottom. Finding the salient part or turning needs more.
    return image.copy_memory() if rereads else image


def _upright(image: pyvips.Image) -> pyvips.Image:
    image = image.autorot()
    if image.get_typeof("icc-profile-data"):
        return image.icc_transform("srgb")
    return image.colourspace("srgb") if image.interpretation == "cmyk" else image


def _cut_out(image: pyvips.Image, wanted: Transform) -> pyvips.Image:
    if wanted.box:
        left, top, right, bottom = wanted.box
        right, bottom = min(right, image.width), min(bottom, image.height)
        if left >= right or top >= bottom:
            raise ApiError(400, "INVALID_PARAMETER", "tl_px lies outside the picture.")
        image = image.crop(left, top, right - left, bottom - top)
    if wanted.trim is not None or wanted.gravity == "trim":
        left, top, width, height = image.find_trim(threshold=max(wanted.trim or 10, 1))
        if width and height:
            image = image.crop(left, top, width, height)
    return image


def _finish(image: pyvips.Image, way: Plan, wanted: Transform) -> pyvips.Image:
    if way.crop and way.smart:
        image = image.smartcrop(way.crop[2], way.crop[3], interesting="attention")
    elif way.crop:
        image = image.crop(*way.crop)
    if image.interpretation not in ("srgb", "b-w"):
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar", shift=image.format == "ushort")
    for name, value in wanted.filters:
        image = FILTERS[name](image, value)
    if "h" in wanted.flip:
        image = image.fliphor()
    if "v" in wanted.flip:
        image = image.flipver()
    background = _background(image, wanted.background)
    if way.canvas:
        image = _on_canvas(image, way.canvas, background)
    elif wanted.margin:
        size = (image.width + 2 * wanted.margin, image.height + 2 * wanted.margin)
        image = _on_canvas(image, size, background)
    if wanted.rotate % 360:
        image = _turn(image, wanted.rotate, background)
    if wanted.radius:
        image = _round(image, wanted.radius)
    if wanted.background not in (None, "transparent") and image.hasalpha():
        image = image.flatten(background=background[:3])
    return image


def _background(image: pyvips.Image, wanted: str | None) -> list[float]:
    """Return red, green, blue and, for pictures with transparency, its amount."""
    if wanted == "auto":
        corner = image.getpoint(0, 0)
        return [*corner[:3], 255.0]
    if wanted in (None, "transparent"):
        return [255.0, 255.0, 255.0, 0.0]
    return [*(float(int(wanted[at : at + 2], 16)) for at in (0, 2, 4)), 255.0]  # type: ignore[index]


def _on_canvas(image: pyvips.Image, size: tuple[int, int], background: list[float]) -> pyvips.Image:
    if image.interpretation == "b-w":
        image = image.colourspace("srgb")
    colour = background if image.hasalpha() else background[:3]
    left, top = (size[0] - image.width) // 2, (size[1] - image.height) // 2
    return image.embed(left, top, size[0], size[1], extend="background", background=colour)


def _turn(image: pyvips.Image, degrees: float, background: list[float]) -> pyvips.Image:
    # libvips turns clockwise, the addresses count the other way.
    match degrees % 360:
        case 90:
            return image.rot270()
        case 180:
            return image.rot180()
        case 270:
            return image.rot90()
    if image.interpretation == "b-w":
        image = image.colourspace("srgb")
    return image.rotate(-degrees, background=background if image.hasalpha() else background[:3])


def _round(image: pyvips.Image, radius: int) -> pyvips.Image:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{image.width}" height="{image.height}">'
        f'<rect width="{image.width}" height="{image.height}" rx="{radius}" fill="#fff"/></svg>'
    )
    mask = pyvips.Image.svgload_buffer(svg.encode())[3]
    if image.hasalpha():
        mask = (image[image.bands - 1] * (mask / 255)).cast("uchar")
        image = image[0 : image.bands - 1]
    return image.bandjoin(mask).copy(interpretation="srgb" if image.bands == 3 else "b-w")


def _colours(image: pyvips.Image, work) -> pyvips.Image:  # type: ignore[no-untyped-def]
    """Apply ``work`` to the colours and leave transparency as it is."""
    if not image.hasalpha():
        return work(image).cast("uchar")
    alpha = image[image.bands - 1]
    return work(image[0 : image.bands - 1]).cast("uchar").bandjoin(alpha)


def _saturate(image: pyvips.Image, value: int) -> pyvips.Image:
    if image.interpretation == "b-w":
        return image
    return _colours(
        image,
        lambda colours: (
            (colours.colourspace("lch") * [1, 1 + value / 100, 1])
            .copy(interpretation="lch")
            .colourspace("srgb")
        ),
    )


def _pixelate(image: pyvips.Image, value: int) -> pyvips.Image:
    width, height = image.width, image.height
    small = image.shrink(min(value, width), min(value, height))
    blocks = small.resize(width / small.width, vscale=height / small.height, kernel="nearest")
    return blocks.crop(0, 0, min(width, blocks.width), min(height, blocks.height))


FILTERS = {
    "sharp": lambda image, value: image.sharpen(),
    "blur": lambda image, value: image.gaussblur(value / 2),
    "pixelate": _pixelate,
    "bright": lambda image, value: _colours(image, lambda colours: colours + value),
    "contrast": lambda image, value: _colours(
        image, lambda colours: (colours - 128) * (1 + value / 100) + 128
    ),
    "saturate": _saturate,
    "gray": lambda image, value: image.colourspace("b-w"),
}


def _stays_animated(source: Path, wanted: Transform, kind: str) -> bool:
    """Say whether all frames are kept: only when scaling is all there is to do."""
    if "awebp" not in wanted.formats and kind != "gif":
        return False
    header = pyvips.Image.new_from_file(str(source))
    if not header.get_typeof("n-pages") or header.get("n-pages") < 2:
        return False
    plain = not (wanted.filters or wanted.box or wanted.flip or wanted.rotate or wanted.radius or wanted.trim)
    way = plan(*_seen_size(header), wanted)
    return plain and way.crop is None and way.canvas is None


def _animation(source: Path, wanted: Transform) -> pyvips.Image:
    way = plan(*_seen_size(pyvips.Image.new_from_file(str(source))), wanted)
    return pyvips.Image.thumbnail(f"{source}[n=-1]", way.size[0], height=way.size[1], size="force")


def _save(image: pyvips.Image, target: Path, kind: str, quality: int, wanted: Transform) -> None:
    if kind == "jpeg" and image.hasalpha():
        image = image.flatten(background=_background(image, wanted.background)[:3])
    match kind:
        case "jpeg":
            image.jpegsave(str(target), Q=quality, optimize_coding=True, keep="none")
        case "png":
            image.pngsave(str(target), compression=6, keep="none")
        case "webp":
            image.webpsave(str(target), Q=quality, effort=2, keep="none")
        case "avif":
            image.heifsave(str(target), Q=quality, compression="av1", effort=2, keep="none")
        case "gif":
            image.gifsave(str(target), effort=4, keep="none")


def size_of(path: Path) -> tuple[int, int]:
    """
    Return a picture's width and height as a person sees it.

    :raises ApiError: 422
    """
    try:
        return _seen_size(pyvips.Image.new_from_file(str(path)))
    except pyvips.Error:
        raise ApiError(422, "UNREADABLE_IMAGE", "The file cannot be read as a picture.") from None
