"""What a delivery address asks for, read from its query and checked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.scaleflex.errors import ApiError, not_simulated

FUNCTIONS = ("crop", "fit", "cropfit", "bound", "boundmin", "cover", "face", "proxy")
FORMATS = {
    "auto": "auto", "webp": "webp", "awebp": "awebp", "avif": "avif", "jpeg": "jpeg", "jpg": "jpeg",
    "png": "png", "gif": "gif", "mp4": "mp4", "h264.mp4": "mp4", "h265.mp4": "h265.mp4", "webm": "webm",
    "vp9.webm": "webm",
}  # fmt: skip
# The vendor has these; they are refused here rather than ignored.
NOT_SIMULATED = {
    "wat", "wat_url", "wat_text", "bg_remove", "blur_faces", "bg_img_fit", "bg_blur", "bg_opacity",
    "bg_colorize", "doc_page",
}  # fmt: skip
FILTERS = {
    "sharp": (0, 1), "sharpen": (0, 100), "blur": (0, 100), "pixelate": (0, 500), "pixellate": (0, 500),
    "bright": (-255, 255), "contrast": (-100, 100), "saturate": (-100, 100), "gray": (0, 1), "grey": (0, 1),
    "grayscale": (0, 1), "greyscale": (0, 1),
}  # fmt: skip
ALIASES = {
    "pixellate": "pixelate", "grey": "gray", "grayscale": "gray", "greyscale": "gray", "sharpen": "sharp",
}  # fmt: skip
# The vendor's own maximum is not published.
LARGEST_SIDE = 8000
COLOURS = {
    "white": "ffffff",
    "black": "000000",
    "gray": "808080",
    "red": "ff0000",
    "green": "008000",
    "blue": "0000ff",
}


@dataclass(frozen=True)
class Transform:
    """
    The work an address asks for.

    ============  ===================================================================
    width height  pixels of the result, ``None`` where not given
    func          see ``FUNCTIONS``; ``crop`` when nothing is said
    gravity       words such as ``northeast``, ``center``, ``smart``, or ``X,Y`` pixels
    box           ``(left, top, right, bottom)`` to cut out first
    formats       words of ``FORMATS`` values in the caller's order; empty keeps the source's
    background    ``rrggbb``, ``transparent``, ``auto`` or ``None``
    filters       ``(name, value)`` in the order given
    rotate        degrees, counter-clockwise
    bitrate       bits per second, for video
    ============  ===================================================================
    """

    width: int | None = None
    height: int | None = None
    func: str = "crop"
    gravity: str = "center"
    box: tuple[int, int, int, int] | None = None
    quality: int | None = None
    formats: tuple[str, ...] = ()
    never_enlarge: bool = False
    fit_enlarge: bool = False
    background: str | None = None
    margin: int = 0
    trim: int | None = None
    radius: int | None = None
    filters: tuple[tuple[str, int], ...] = ()
    flip: str = ""
    rotate: float = 0
    bitrate: int | None = None

    @property
    def untouched(self) -> bool:
        """Say whether the file's own bytes are the answer."""
        return self.func == "proxy" or self == Transform(func=self.func, gravity=self.gravity)


def read(pairs: Iterable[tuple[str, str]], presets: Mapping[str, Mapping[str, Any]]) -> Transform:
    """
    Read a query.

    :param pairs: decoded names and values; the first of a name counts
    :param presets: parameters by preset name; a preset's parameter cannot be overridden by the address
    :raises ApiError: 400 with the parameter's name; 501 for work this simulation does not do
    """
    query: dict[str, str] = {}
    for name, value in pairs:
        query.setdefault(name, value)
    if preset := query.get("p"):
        if preset not in presets:
            raise _bad("p", f"There is no preset {preset!r}.")
        query |= {key: str(value) for key, value in presets[preset].items()}
    for name in NOT_SIMULATED & query.keys():
        raise not_simulated(f"the parameter {name}")
    func = query.get("func", "crop")
    if func not in FUNCTIONS:
        raise _bad("func", f"func may be one of {', '.join(FUNCTIONS)}.")
    ratio = _real(query, "dpr", 1, 0.1, 10) if "dpr" in query else 1
    return Transform(
        width=_side(query, ("w", "width"), ratio),
        height=_side(query, ("h", "height"), ratio),
        func=func,
        gravity=_gravity(query.get("gravity", "center")),
        box=_box(query),
        quality=_quality(query),
        formats=_formats(query.get("force_format") or query.get("format")),
        never_enlarge=_flag(query, "org_if_sml"),
        fit_enlarge=_flag(query, "fit_enlarge"),
        background=_background(query.get("bg_color") or query.get("bg_colour")),
        margin=int(_real(query, "margin", 0, 0, 2000)),
        trim=int(_real(query, "trim", 0, 0, 100)) if "trim" in query else None,
        radius=int(_real(query, "radius", 0, 0, 5000)) if "radius" in query else None,
        filters=_filters(query),
        flip=_flip(query.get("flip", "")),
        rotate=_real(query, "r", 0, -360, 360),
        bitrate=bitrate_of(query.get("bitrate")),
    )


def _bad(name: str, msg: str) -> ApiError:
    return ApiError(400, "INVALID_PARAMETER", msg, f"Check the parameter {name}.")


def _real(query: dict[str, str], name: str, default: float, low: float, high: float) -> float:
    text = query.get(name)
    if text is None or text == "":
        return default
    if not re.fullmatch(r"-?\d{1,6}(\.\d{1,4})?", text) or not low <= float(text) <= high:
        raise _bad(name, f"{name} must be a number from {low:g} to {high:g}.")
    return float(text)


def _side(query: dict[str, str], names: tuple[str, str], ratio: float) -> int | None:
    name = names[0] if names[0] in query else names[1]
    if not query.get(name):
        return None
    side = round(_real(query, name, 0, 1, LARGEST_SIDE) * ratio)
    if not 1 <= side <= LARGEST_SIDE:
        raise _bad(name, f"{name} times dpr must be from 1 to {LARGEST_SIDE}.")
    return side


def _flag(query: dict[str, str], name: str) -> bool:
    return query.get(name, "").lower() in ("1", "true")


def _gravity(text: str) -> str:
    text = text.lower().replace("centre", "center")
    if re.fullmatch(r"(north|south)?(east|west)?|center|auto|smart|face|trim|\d{1,5},\d{1,5}", text) and text:
        return text
    raise _bad("gravity", "gravity may be north, southeast, center, auto, smart, face or X,Y.")


def _box(query: dict[str, str]) -> tuple[int, int, int, int] | None:
    if "tl_px" not in query and "br_px" not in query:
        return None
    corners = []
    for name in ("tl_px", "br_px"):
        found = re.fullmatch(r"(\d{1,5}),(\d{1,5})", query.get(name, ""))
        if not found:
            raise _bad(name, "tl_px and br_px are both needed, each as X,Y in pixels.")
        corners += [int(found[1]), int(found[2])]
    left, top, right, bottom = corners
    if right <= left or bottom <= top:
        raise _bad("br_px", "br_px must lie to the right of tl_px and below it.")
    return left, top, right, bottom


def _quality(query: dict[str, str]) -> int | None:
    quality = int(_real(query, "q", 0, 1, 100)) or None
    # Stronger compression in three steps, as the vendor describes optipress; the amount is ours.
    if press := int(_real(query, "optipress", 0, 1, 3)):
        return max((quality or 80) - 10 * press, 10)
    return quality


def _formats(text: str | None) -> tuple[str, ...]:
    if not text:
        return ()
    words = [word.strip().lower() for word in text.split(",")]
    for word in words:
        if word not in FORMATS:
            raise _bad("format", f"There is no format {word!r}. There are {', '.join(FORMATS)}.")
    return tuple(dict.fromkeys(FORMATS[word] for word in words))


def _background(text: str | None) -> str | None:
    if not text:
        return None
    text = text.lower().lstrip("#")
    text = COLOURS.get(text, text)
    if re.fullmatch(r"[0-9a-f]{3}", text):
        text = "".join(digit * 2 for digit in text)
    if not re.fullmatch(r"[0-9a-f]{6}|transparent|auto", text):
        raise _bad("bg_color", "bg_color must be a colour such as f5f5f0, white or transparent.")
    return text


def _filters(query: dict[str, str]) -> tuple[tuple[str, int], ...]:
    wanted = {name: query[name] for name in query if name in FILTERS}
    # The older form: f=bright:10,contrast:20
    for part in filter(None, query.get("f", "").split(",")):
        name, _, value = part.partition(":")
        if name not in FILTERS:
            raise _bad("f", f"There is no filter {name!r}.")
        wanted[name] = value or "1"
    found = [(ALIASES.get(name, name), int(_real(wanted, name, 0, *FILTERS[name]))) for name in wanted]
    return tuple((name, value) for name, value in found if value)


def _flip(text: str) -> str:
    if text.lower() not in ("", "h", "v", "hv", "vh"):
        raise _bad("flip", "flip may be h, v or hv.")
    return "".join(sorted(text.lower()))


def bitrate_of(text: str | None) -> int | None:
    """
    Read ``500k`` or ``2m`` as bits per second.

    :raises ApiError: 400, outside of what the vendor documents
    """
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,5})([km])", text.lower())
    bits = int(found[1]) * (1000 if found[2] == "k" else 1_000_000) if found else 0
    if not 10_000 <= bits <= 20_000_000:
        raise _bad("bitrate", "bitrate must be from 10k to 20000k, or from 1m to 20m.")
    return bits
