"""The pieces of SVG the drawings are made of: shapes, paints, colours."""

import hashlib
from typing import Any
from xml.sax.saxutils import quoteattr

Stop = tuple[Any, ...]  # (offset 0 to 1, "#rrggbb") or (offset, "#rrggbb", opacity 0 to 1)


def number(value: float) -> str:
    """A coordinate with two digits at most: enough at 10 pixels a unit."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def attributes(**values: object) -> str:
    """``fill_opacity=0.5`` as `` fill-opacity="0.5"``; ``None`` is left out."""
    parts = []
    for name, value in values.items():
        if value is None:
            continue
        text = number(value) if isinstance(value, int | float) else str(value)
        parts.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(text)}")
    return "".join(parts)


def path(d: str, fill: str = "none", **more: object) -> str:
    return f"<path{attributes(d=d, fill=fill, **more)}/>"


def rect(x: float, y: float, width: float, height: float, fill: str = "none", **more: object) -> str:
    return f"<rect{attributes(x=x, y=y, width=width, height=height, fill=fill, **more)}/>"


def ellipse(cx: float, cy: float, rx: float, ry: float, fill: str = "none", **more: object) -> str:
    return f"<ellipse{attributes(cx=cx, cy=cy, rx=rx, ry=ry, fill=fill, **more)}/>"


def circle(cx: float, cy: float, r: float, fill: str = "none", **more: object) -> str:
    return f"<circle{attributes(cx=cx, cy=cy, r=r, fill=fill, **more)}/>"


def line(d: str, stroke: str, width: float, opacity: float | None = None, **more: object) -> str:
    """An open path with round ends."""
    more = {"stroke_linecap": "round", "stroke_linejoin": "round", **more}
    return f"<path{attributes(d=d, fill='none', stroke=stroke, stroke_width=width, stroke_opacity=opacity, **more)}/>"


def group(*parts: str, **more: object) -> str:
    return f"<g{attributes(**more)}>{''.join(parts)}</g>"


def placed(x: float, y: float, *parts: str, scale: float | str = 1, turn: float = 0, **more: object) -> str:
    """Parts drawn around 0,0, put at a place. ``scale`` may be ``"sx sy"``."""
    size = scale if isinstance(scale, str) else number(scale) if scale == round(scale, 2) else f"{scale:.4f}"
    transform = f"translate({number(x)} {number(y)})"
    if turn:
        transform += f" rotate({number(turn)})"
    if size != "1":
        transform += f" scale({size})"
    return group(*parts, transform=transform, **more)


def mix(first: str, second: str, share: float) -> str:
    """The colour between two, ``share`` of the way from the first to the second."""
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darker(color: str, share: float) -> str:
    return mix(color, "#000000", share)


def lighter(color: str, share: float) -> str:
    return mix(color, "#ffffff", share)


class Sheet:
    """Collects the paints and clips of one drawing. Equal ones are written once."""

    def __init__(self) -> None:
        self._definitions: dict[str, str] = {}

    def _define(self, element: str, inside: str) -> str:
        name = "d" + hashlib.sha256(f"{element}{inside}".encode()).hexdigest()[:10]
        tag = element.split(" ", 1)[0]
        self._definitions[name] = f'<{tag} id="{name}"{element[len(tag) :]}>{inside}</{tag}>'
        return f"url(#{name})"

    @staticmethod
    def _stops(stops: tuple[Stop, ...]) -> str:
        return "".join(
            "<stop"
            + attributes(
                offset=f"{stop[0]:g}", stop_color=stop[1], stop_opacity=stop[2] if len(stop) > 2 else None
            )
            + "/>"
            for stop in stops
        )

    def linear(
        self, *stops: Stop, x1: float = 0, y1: float = 0, x2: float = 1, y2: float = 0, **more: object
    ) -> str:
        """A linear gradient, left to right when nothing else is said; in shares of the shape."""
        return self._define(
            "linearGradient" + attributes(x1=x1, y1=y1, x2=x2, y2=y2, **more), self._stops(stops)
        )

    def down(self, *stops: Stop) -> str:
        """A linear gradient from top to bottom."""
        return self.linear(*stops, x2=0, y2=1)

    def radial(self, *stops: Stop, cx: float = 0.5, cy: float = 0.5, r: float = 0.5, **more: object) -> str:
        return self._define("radialGradient" + attributes(cx=cx, cy=cy, r=r, **more), self._stops(stops))

    def clip(self, d: str) -> str:
        """For ``clip_path=``: shows only what lies inside the path."""
        return self._define("clipPath", f"<path{attributes(d=d)}/>")

    def soft(self, color: str, opacity: float) -> str:
        """A spot that fades to nothing: shadows, glows."""
        return self.radial(
            (0, color, opacity),
            (0.35, color, round(opacity * 0.72, 3)),
            (0.65, color, round(opacity * 0.28, 3)),
            (1, color, 0),
        )

    def band(self, color: str, opacity: float, middle: float = 0.5) -> str:
        """A stripe that fades to both sides: the light on a cylinder."""
        return self.linear((0, color, 0), (middle, color, opacity), (1, color, 0))

    def document(self, width: float, height: float, *parts: str, title: str = "") -> str:
        """The whole SVG; ``width`` and ``height`` are units and become the view box."""
        size = attributes(viewBox=f"0 0 {number(width)} {number(height)}", width=width, height=height)
        name = f' role="img" aria-label={quoteattr(title)}' if title else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg"{size}{name}>'
            f"<defs>{''.join(self._definitions.values())}</defs>{''.join(parts)}</svg>"
        )
