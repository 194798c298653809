"""A scene in two layers: a background that is drawn soft, and what stands in front of it, sharp."""

from dataclasses import dataclass

from . import packs
from .surfaces import GROUND, shadow
from .svg import Sheet, placed


@dataclass(frozen=True)
class Scene:
    """
    Two SVG documents of the same view box. ``blur`` is the softness of the back in units,
    ``grain`` the strength of the film grain in levels of 255.
    """

    width: float
    height: float
    back: str
    front: str
    blur: float
    grain: float


class Stage:
    """Puts a scene together: ``back`` and ``front`` are lists of SVG parts, painted in order."""

    def __init__(self, width: float = 1600, height: float = 1067, blur: float = 5, grain: float = 5) -> None:
        self.width, self.height, self.blur, self.grain = width, height, blur, grain
        self.sheet = Sheet()
        self._back_sheet = Sheet()
        self.back: list[str] = []
        self.front: list[str] = []

    @property
    def far(self) -> Sheet:
        """The sheet for parts of the back."""
        return self._back_sheet

    def add(self, *parts: str) -> None:
        self.front.extend(parts)

    def behind(self, *parts: str) -> None:
        self.back.extend(parts)

    def pack(self, ref: str, x: float, y: float, per_mm: float, language: str = "en") -> None:
        """
        A product standing on ``x, y`` (the middle of its foot).

        :param per_mm: units a millimetre, the same for all packs at one distance
        """
        drawn = packs.front(self.sheet, ref, language)
        scale = per_mm * drawn.mm / (GROUND - drawn.top)
        middle = (drawn.left + drawn.right) / 2
        under = shadow(self.sheet, drawn.left, drawn.right, depth=1.2)
        self.add(placed(x - middle * scale, y - GROUND * scale, under, drawn.body, scale=round(scale, 4)))

    def scene(self, title: str) -> Scene:
        return Scene(
            self.width,
            self.height,
            self._back_sheet.document(self.width, self.height, *self.back),
            self.sheet.document(self.width, self.height, *self.front, title=title),
            self.blur,
            self.grain,
        )
