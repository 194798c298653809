"""Renders drawings to pixels. Needs :func:`fonts.environment` to be set before."""

import pyvips

from .drawing.stage import Scene

# The background is drawn at a quarter of the size and blurred there: a lens does no less to it.
_BACK = 4


def render(svg: str, width: int) -> pyvips.Image:
    """An SVG drawing ``width`` pixels wide: sRGB with alpha."""
    drawing = pyvips.Image.svgload_buffer(svg.encode())
    image = pyvips.Image.svgload_buffer(svg.encode(), scale=width / drawing.width)
    return image.copy_memory()


def render_scene(scene: Scene, width: int) -> pyvips.Image:
    """A scene ``width`` pixels wide: soft background, sharp foreground, film grain. Opaque sRGB."""
    front = render(scene.front, width)
    scale = width / scene.width
    back = pyvips.Image.svgload_buffer(
        scene.back.encode(), scale=scale / (_BACK if scene.blur else 1)
    ).flatten()
    # The outermost pixels are half transparent where the scale is not whole: repeat their neighbours.
    back = back.crop(1, 1, back.width - 2, back.height - 2)
    back = back.embed(1, 1, back.width + 2, back.height + 2, extend="copy")
    if scene.blur:
        back = back.gaussblur(scene.blur * scale / _BACK, precision="float").cast("uchar")
        back = back.resize(front.width / back.width, vscale=front.height / back.height, kernel="linear")
    back = back.embed(0, 0, front.width, front.height, extend="copy")
    picture = back.composite2(front, "over").flatten().copy_memory()
    return _grained(picture, scene.grain) if scene.grain else picture


def _grained(picture: pyvips.Image, strength: float) -> pyvips.Image:
    """
    Film grain, the same on every run: it keeps gradients from banding.

    One tile of noise is repeated; nobody sees that in grain.
    """
    tile = pyvips.Image.gaussnoise(512, 512, sigma=strength, mean=0, seed=7).cast("short").copy_memory()
    noise = tile.replicate(picture.width // 512 + 1, picture.height // 512 + 1)
    return (picture.cast("short") + noise.crop(0, 0, picture.width, picture.height)).cast("uchar")


def fitted(image: pyvips.Image, width: int, height: int, lean: float = 0.5) -> pyvips.Image:
    """
    Cut an image to ``width`` x ``height`` pixels, without enlarging.

    :param lean: what is kept of its width: 0 the left, 0.5 the middle, 1 the right
    """
    return image.crop(round((image.width - width) * lean), (image.height - height) // 2, width, height)


def _opaque(image: pyvips.Image) -> pyvips.Image:
    """Without alpha, marked with 300 pixels an inch as printers expect."""
    if image.hasalpha():
        image = image.flatten(background=255)
    return image.copy(xres=300 / 25.4, yres=300 / 25.4)


# All give bytes: writing them is left to Python, whose errors (a full disk) say what they mean.


def jpeg(image: pyvips.Image, quality: int = 90) -> bytes:
    """A plain sRGB JPEG without metadata: the same picture gives the same bytes."""
    return _bytes(_opaque(image).jpegsave_buffer(Q=quality, keep="none"))


def png(image: pyvips.Image) -> bytes:
    """A PNG with transparency."""
    return _bytes(image.pngsave_buffer(compression=4, filter="up", keep="none"))


def cmyk_jpeg(image: pyvips.Image) -> bytes:
    """A JPEG in the four inks of a press, its profile inside."""
    inks = _opaque(image).icc_transform("cmyk", input_profile="srgb")
    return _bytes(inks.jpegsave_buffer(Q=88, keep="icc"))


def turned_jpeg(image: pyvips.Image) -> bytes:
    """A JPEG lying on its side whose EXIF flag says how to set it upright, as cameras write them."""
    turned = _opaque(image).rot270().copy_memory()
    turned.set_type(pyvips.GValue.gint_type, "orientation", 6)
    return _bytes(turned.jpegsave_buffer(Q=90, keep="exif"))


def _bytes(encoded: object) -> bytes:
    assert isinstance(encoded, bytes)
    return encoded


ENCODERS = {"jpeg": jpeg, "png": png, "cmyk": cmyk_jpeg, "turned": turned_jpeg}
