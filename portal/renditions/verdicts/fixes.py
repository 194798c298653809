"""
Safe fixes: convert, pad, make smaller, recompress. They change how a picture is stored and how much white is around it,
never what it shows, and never enlarge it.

Nothing is handed out on hope: the result is measured again, and counts only when every rule named as fixed passes and
no rule that passed before fails.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pyvips

from portal.renditions import finishing
from portal.renditions.choices import Format
from portal.renditions.metadata import Rights
from portal.renditions.verdicts.measure import MOST_PIXELS, load, measure
from portal.renditions.verdicts.rules import Rule, Specification, State, judge

_FORMATS = [Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF]
#: What these fixes can put right; a wrong background, a small product or a frame need a person.
FIXABLE = {
    "width", "height", "longest_side", "shortest_side", "ratio", "bytes", "format", "colour", "dpi", "transparent",
}  # fmt: skip
_WHITE = [255, 255, 255]
#: What each format can hold along one side, in pixels. Sources: libjpeg's JPEG_MAX_DIMENSION, the WebP container
#: specification (14 bits), libvips' bound for AVIF, libpng's PNG_USER_WIDTH_MAX.
_MOST_SIDE = {Format.JPEG: 65_500, Format.WEBP: 16_383, Format.AVIF: 16_384, Format.PNG: 1_000_000}
#: JPEG has two bytes for it.
_MOST_DPI = 65_535


@dataclass(frozen=True)
class Fixed:
    """
    ``size``   width and height in pixels
    ``steps``  what was done, in order: upright, colours, opaque, smaller, padded, format, weight, dpi
    ``rules``  ids of the rules that failed before and pass now
    """

    content: bytes
    format: str
    size: tuple[int, int]
    steps: tuple[str, ...]
    rules: tuple[str, ...]


class CannotFix(ValueError):
    """
    No safe fix makes more rules pass; ``rules`` are the ids of those that fail. The text says more where there is more
    to be said: which picture could not be made.
    """

    def __init__(self, rules: tuple[str, ...], why: str = ""):
        super().__init__(why or ", ".join(rules))
        self.rules = rules


class _CannotBeMade(Exception):
    """The rules ask for a picture that is too large, or that no file can hold."""


def fix(content: bytes, specification: Specification, *, file_name: str = "") -> Fixed:
    """
    Return the picture with as many rules put right as can be without changing what it shows.

    :raises CannotFix: nothing can be put right, or only at the cost of another rule
    :raises NotAPicture: the bytes cannot be read
    """
    before = judge(specification, measure(content, file_name=file_name))
    failed = [line.rule for line in before.failed]
    wanted = [rule for rule in failed if rule.measure in FIXABLE]
    if not wanted:
        raise CannotFix(tuple(rule.id for rule in failed))
    rules = {rule.measure: rule for rule in specification.rules}
    try:
        made, form, steps = _made(load(content), measure(content).format, rules)
    except _CannotBeMade as error:
        raise CannotFix(tuple(rule.id for rule in failed), str(error)) from error
    measured = measure(made, file_name=file_name)
    after = judge(specification, measured)
    states = {line.rule.id: line.state for line in after.lines}
    worse = [
        line.rule.id
        for line in before.lines
        if line.state != State.FAILED and states[line.rule.id] == State.FAILED
    ]
    put_right = tuple(rule.id for rule in wanted if states[rule.id] == State.PASSED)
    if worse or not put_right:
        raise CannotFix(tuple(rule.id for rule in failed))
    return Fixed(made, form, (measured.width, measured.height), steps, put_right)


def format_for(came_as: str, specification: Specification) -> Format:
    """Return the format a picture is put right in: the one it came in where the rules allow it."""
    return _format(came_as, {rule.measure: rule for rule in specification.rules})


def fitted(
    content: bytes,
    specification: Specification,
    *,
    form: Format,
    named: Callable[[int, int], str],
    rights: Rights | None = None,
) -> Fixed:
    """
    Return a picture that was fetched without loss as a file of which no rule fails, rights included.

    :param form: of ``format_for``
    :param named: makes the file's name of its width and height in pixels
    :raises CannotFix: a rule would still fail, or the picture would be too large
    :raises NotAPicture: the bytes cannot be read
    """
    rules = {rule.measure: rule for rule in specification.rules}
    try:
        made, _form, steps = _made(load(content), str(form), rules, rights)
    except _CannotBeMade as error:
        raise CannotFix((), str(error)) from error
    measured = measure(made)
    measured = replace(measured, file_name=named(measured.width, measured.height))
    after = judge(specification, measured)
    if after.failed:
        raise CannotFix(tuple(line.rule.id for line in after.failed))
    return Fixed(made, form, (measured.width, measured.height), steps, ())


def _made(
    image: pyvips.Image, came_as: str, rules: dict[str, Rule], rights: Rights | None = None
) -> tuple[bytes, Format, tuple[str, ...]]:
    try:
        return _made_within_bounds(image, came_as, rules, rights)
    except pyvips.Error as error:
        raise _CannotBeMade(str(error).strip()[:200]) from error


def _made_within_bounds(
    image: pyvips.Image, came_as: str, rules: dict[str, Rule], rights: Rights | None
) -> tuple[bytes, Format, tuple[str, ...]]:
    steps: list[str] = []
    managed = finishing.managed(image)
    if image.interpretation not in ("srgb", "b-w") or image.get_typeof("icc-profile-data"):
        steps.append("colours")
    image = managed
    form = _format(came_as, rules)
    if image.hasalpha() and ("transparent" in rules or form == Format.JPEG):
        image = image.flatten(background=_WHITE[: image.bands - 1])
        steps.append("opaque")
    image = _sized(image, rules, steps, most_side=_MOST_SIDE[form])
    if str(form) != came_as:
        steps.append("format")
    most = rules["bytes"].most if "bytes" in rules else None
    dpi = rules["dpi"].least if "dpi" in rules and form in (Format.JPEG, Format.PNG) else None
    if dpi is not None and dpi > _MOST_DPI:
        raise _CannotBeMade(f"no file names {dpi} pixels per inch")

    def made(quality: int) -> bytes:
        encoded = finishing.encode(image, form, quality=quality, rights=rights)
        return finishing.stamp(encoded, form, rights=rights, dpi=round(dpi) if dpi else None)

    content = _light(made, form, int(most) if most is not None else None, steps)
    if dpi is not None:
        steps.append("dpi")
    return content, form, tuple(steps)


def _format(came_as: str, rules: dict[str, Rule]) -> Format:
    allowed = rules["format"].one_of if "format" in rules else ()
    forms = [form for form in _FORMATS if not allowed or str(form) in allowed] or [Format.JPEG]
    return next((form for form in forms if str(form) == came_as), forms[0])


def _sized(image: pyvips.Image, rules: dict[str, Rule], steps: list[str], *, most_side: int) -> pyvips.Image:
    """
    Pad to the ratio, then make smaller what is too large.

    :param most_side: pixels that the format can hold along one side
    """
    width, height = _padded(image.width, image.height, rules.get("ratio"))
    scale = min([1.0, *_most(rules, width, height)])
    inner_width, inner_height = image.width, image.height
    if scale < 1:
        inner_width, inner_height = max(1, int(inner_width * scale)), max(1, int(inner_height * scale))
        width, height = max(inner_width, int(width * scale)), max(inner_height, int(height * scale))
    # Before any pixel is made: a long and narrow picture made square would be as large as no memory.
    _check_size(width, height, most_side=most_side)
    if scale < 1:
        image = image.thumbnail_image(inner_width, height=inner_height, size="force")
        steps.append("smaller")
    if (width, height) != (image.width, image.height):
        image = image.embed(
            (width - image.width) // 2, (height - image.height) // 2, width, height,
            extend="background", background=[255] * image.bands,
        )  # fmt: skip
        steps.append("padded")
    return image


def _padded(width: int, height: int, ratio: Rule | None) -> tuple[int, int]:
    """Return the least size around a picture that has a ratio within the bounds."""
    if ratio is None:
        return width, height
    if ratio.least is not None and width / height < ratio.least:
        width = round(height * (ratio.least if ratio.most is None else (ratio.least + ratio.most) / 2))
    elif ratio.most is not None and width / height > ratio.most:
        wanted = ratio.most if ratio.least is None else (ratio.least + ratio.most) / 2
        if wanted * MOST_PIXELS < 1:
            raise _CannotBeMade("nothing is as narrow as that")
        height = round(width / wanted)
    return width, height


def _check_size(width: int, height: int, *, most_side: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > most_side:
        raise _CannotBeMade(f"{width} x {height} pixels are too many")


def _most(rules: dict[str, Rule], width: int, height: int) -> list[float]:
    sides = {
        "width": width, "height": height, "longest_side": max(width, height), "shortest_side": min(width, height),
    }  # fmt: skip
    return [
        rules[name].most / side  # type: ignore[operator]
        for name, side in sides.items()
        if name in rules and rules[name].most is not None and side > (rules[name].most or 0)
    ]


def _light(made: Callable[[int], bytes], form: Format, most: int | None, steps: list[str]) -> bytes:
    """Return the file at the best quality within the bound, the lightest there is when none is."""
    content = made(finishing.BEST_QUALITY)
    if most is None or len(content) <= most or form == Format.PNG:
        return content
    steps.append("weight")
    low, high = finishing.LEAST_QUALITY, finishing.BEST_QUALITY - 1
    found = made(low)
    while low < high and len(found) <= most:
        middle = (low + high + 1) // 2
        tried = made(middle)
        if len(tried) <= most:
            low, found = middle, tried
        else:
            high = middle - 1
    return found
