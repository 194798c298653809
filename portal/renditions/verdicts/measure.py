"""
What a picture is, in numbers: everything rules ask of it, measured once from its bytes.

Pure: the same bytes give the same numbers, bit for bit. Lossy formats leave a haze of nearly white pixels around what
they show; within ``HALO`` pixels of the product it is not held against the background.
"""

from dataclasses import dataclass

import numpy as np
import pyvips

from portal.renditions import finishing

#: A pixel whose darkest channel is below this shows something; from it on it is background, though perhaps not white.
NEARLY_WHITE = 230
#: One block of a JPEG with halved colours, in pixels: as far as its haze reaches.
HALO = 16
#: A patch smaller than this share of the picture is no part of the product but a speck on the background.
SPECK = 0.005
#: A frame is a line of one colour along all four sides, at most this share of the shorter side thick.
FRAME = 0.05
#: Looking at a picture holds some ten bytes per pixel.
MOST_PIXELS = 60_000_000
_LOADERS = {"jpeg": "jpeg", "png": "png", "webp": "webp", "heif": "avif", "gif": "gif", "tiff": "tiff"}


class NotAPicture(ValueError):
    """The bytes are no picture that can be read."""


class TooManyPixels(NotAPicture):
    """They are one, of more than ``MOST_PIXELS``."""


@dataclass(frozen=True)
class Measured:
    """
    =================  =================================================================================
    width, height      pixels, as seen (turned upright)
    bytes              weight of the file
    format             jpeg, png, webp, avif, gif, tiff, or the reader's own word
    colour             srgb, grey, cmyk, or the profile's name when it is another one
    dpi                pixels per inch the file names, 0 when it names none
    transparent        pixels that are not opaque
    off_white          background pixels that are not exactly 255, 255, 255
    fill               longest extent of the product as a share of the picture's, 0 to 1; 0 when nothing is seen
    margin             pixels between the product and the nearest edge; 0 when it touches one
    border             thickness in pixels of a coloured frame, 0 for none
    file_name          as it would leave; empty when it is not known
    =================  =================================================================================
    """

    width: int
    height: int
    bytes: int
    format: str
    colour: str
    dpi: int
    transparent: int
    off_white: int
    fill: float
    margin: int
    border: int
    file_name: str = ""

    @property
    def longest_side(self) -> int:
        return max(self.width, self.height)

    @property
    def shortest_side(self) -> int:
        return min(self.width, self.height)

    @property
    def ratio(self) -> float:
        """Width by height, to four places."""
        return round(self.width / self.height, 4)


@dataclass(frozen=True)
class Seen:
    """
    Where things are, as arrays of ``height x width``: for measuring and for the overlay.

    ``product``  the product with everything it encloses; ``off_white`` background that is not white; ``clear`` pixels
    that are not opaque; ``box``  left, top, right, bottom of the product (the last two excluded), ``None`` for nothing
    """

    product: np.ndarray
    off_white: np.ndarray
    clear: np.ndarray
    box: tuple[int, int, int, int] | None
    border: int


def measure(content: bytes, *, file_name: str = "") -> Measured:
    """
    :raises NotAPicture: the bytes cannot be read; ``TooManyPixels``
    """
    image = load(content)
    seen = look(image)
    fill, margin = 0.0, 0
    if seen.box is not None:
        left, top, right, bottom = seen.box
        fill = round(max((right - left) / image.width, (bottom - top) / image.height), 4)
        margin = min(left, top, image.width - right, image.height - bottom)
    loader = str(image.get("vips-loader")).removesuffix("_buffer").removesuffix("load")
    return Measured(
        width=image.width,
        height=image.height,
        bytes=len(content),
        format=_LOADERS.get(loader, loader),
        colour=_colour(image),
        # libvips says 1 pixel per millimetre where the file says nothing.
        dpi=round(image.xres * 25.4) if image.get_typeof("resolution-unit") else 0,
        transparent=int(seen.clear.sum()),
        off_white=int(seen.off_white.sum()),
        fill=fill,
        margin=margin,
        border=seen.border,
        file_name=file_name,
    )


def load(content: bytes) -> pyvips.Image:
    """
    :raises NotAPicture: the bytes cannot be read; ``TooManyPixels``
    """
    try:
        image = pyvips.Image.new_from_buffer(content, "", fail_on="error")
        # The head alone is read so far.
        if image.width * image.height > MOST_PIXELS:
            raise TooManyPixels(f"{image.width} x {image.height} pixels are too many to measure")
        return image.autorot().copy_memory()
    except pyvips.Error as error:
        raise NotAPicture(str(error).strip()[:200]) from None


def _colour(image: pyvips.Image) -> str:
    if image.interpretation == "cmyk":
        return "cmyk"
    if image.bands < 3:
        return "grey"
    if not image.get_typeof("icc-profile-data"):
        # What names no profile is sRGB: CSS Color 4, "Working with the sRGB colour space".
        return "srgb"
    name = _profile_name(image.get("icc-profile-data"))
    return "srgb" if "srgb" in name.lower() else name


def _profile_name(profile: bytes) -> str:
    """Return what an ICC profile calls itself (ICC.1:2022, 9.2.41 and 10.15), ``unnamed`` if it does not say."""
    count = int.from_bytes(profile[128:132], "big")
    for entry in range(min(count, 100)):
        at = 132 + entry * 12
        if profile[at : at + 4] == b"desc":
            start, size = (int.from_bytes(profile[at + n : at + n + 4], "big") for n in (4, 8))
            data = profile[start : start + size]
            if data[:4] == b"mluc" and len(data) >= 28:
                length, offset = (int.from_bytes(data[n : n + 4], "big") for n in (20, 24))
                return (
                    data[offset : offset + length].decode("utf-16-be", "replace").strip("\x00 ") or "unnamed"
                )
            return data[12:].split(b"\x00")[0].decode("ascii", "replace").strip() or "unnamed"
    return "unnamed"


def look(image: pyvips.Image) -> Seen:
    """Find the product, what is not white around it, what can be seen through, and a frame."""
    image = finishing.managed(image)
    pixels = image.numpy()
    pixels = pixels.reshape(image.height, image.width, -1)
    colours = pixels[:, :, : 3 if pixels.shape[2] >= 3 else 1]
    alpha = pixels[:, :, -1] if pixels.shape[2] in (2, 4) else None
    clear = alpha < 255 if alpha is not None else np.zeros(pixels.shape[:2], bool)
    darkest = colours.min(axis=2)
    product = _product(darkest < NEARLY_WHITE)
    near = _grown(product, HALO)
    off = (darkest < 255) & ~near
    # A product that runs out of the picture leaves no white there; nor does a background of another colour.
    ring = np.ones(product.shape, bool)
    ring[1:-1, 1:-1] = False
    off |= ring & product
    # What can be seen through shows whatever lies behind it.
    off |= clear & ~product
    return Seen(product, off, clear, _box(product), _border(colours))


def _product(shown: np.ndarray) -> np.ndarray:
    """Return the patches that are no specks, with everything they enclose."""
    if not shown.any():
        return shown
    labels, sizes = _patches(shown)
    is_shown = np.zeros(len(sizes), bool)
    is_shown[labels[shown]] = True
    large = is_shown & (sizes >= max(1, SPECK * shown.size))
    if not large.any():
        return np.zeros_like(shown)
    product = large[labels]
    # The rest, seen from the edge: what cannot be reached is inside the product.
    labels, sizes = _patches(product)
    outside = np.zeros(len(sizes), bool)
    for edge in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1]):
        outside[labels[edge][~product[edge]]] = True
    return ~outside[labels]


def _patches(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each pixel's patch of equal pixels, and how many pixels each patch has."""
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(mask, np.uint8))
    labels = picture.labelregions().numpy().reshape(mask.shape)
    return labels, np.bincount(labels.ravel())


def _grown(mask: np.ndarray, by: int) -> np.ndarray:
    """Return the mask grown by so many pixels in every direction, corners included."""
    if not mask.any():
        return mask
    for axis in (0, 1):
        counts = np.cumsum(mask, axis=axis, dtype=np.int32)
        counts = np.concatenate([np.zeros_like(counts.take([0], axis)), counts], axis=axis)
        length = mask.shape[axis]
        high = counts.take(np.minimum(np.arange(length) + by + 1, length), axis=axis)
        low = counts.take(np.maximum(np.arange(length) - by, 0), axis=axis)
        mask = high > low
    return mask


def _box(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _border(colours: np.ndarray) -> int:
    """
    Return how thick a frame of one colour is, 0 for none. White is no frame, and a background of one colour is none
    either: a frame ends at once, along most of its length.
    """
    height, width = colours.shape[:2]
    first = colours[0, 0].astype(np.int16)
    if first.min() >= NEARLY_WHITE:
        return 0
    thickest = max(1, int(min(height, width) * FRAME))
    for depth in range(min(thickest + 1, (min(height, width) - 1) // 2)):
        line = np.concatenate(
            [
                colours[depth, depth : width - depth],
                colours[height - 1 - depth, depth : width - depth],
                colours[depth : height - depth, depth],
                colours[depth : height - depth, width - 1 - depth],
            ]
        ).astype(np.int16)
        alike = (np.abs(line - first).max(axis=1) <= 24).mean()
        if alike < 0.98:
            # A line in between is the frame's blurred edge.
            return depth if alike < 0.4 else 0
    return 0
