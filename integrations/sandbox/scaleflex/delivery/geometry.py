"""From source and wanted size to scaling, cutting and padding. No pixels here, only figures."""

from dataclasses import dataclass

from integrations.sandbox.scaleflex.delivery.parameters import Transform


@dataclass(frozen=True)
class Plan:
    """
    Scale to ``size``, then cut ``crop`` out of it, then lay it on ``canvas``.

    ``crop`` is ``(left, top, width, height)``; with ``smart`` only its size counts. All in pixels.
    """

    size: tuple[int, int]
    crop: tuple[int, int, int, int] | None = None
    smart: bool = False
    canvas: tuple[int, int] | None = None

    @property
    def result(self) -> tuple[int, int]:
        return self.canvas or (self.crop[2:] if self.crop else self.size)  # type: ignore[return-value]


def plan(width: int, height: int, wanted: Transform) -> Plan:
    """
    Say how a picture of ``width`` x ``height`` becomes what is wanted.

    Source: the vendor's "Image operations" page: one side alone keeps the ratio; both mean ``crop``;
    plain sides enlarge, ``fit`` and ``bound`` do not unless told.
    """
    goal_w, goal_h, func = wanted.width, wanted.height, wanted.func
    if goal_w is None and goal_h is None:
        return Plan((width, height))
    if goal_w is None or goal_h is None:
        scale = goal_w / width if goal_w else (goal_h or 1) / height
        if (func in ("fit", "bound") and not wanted.fit_enlarge) or wanted.never_enlarge:
            scale = min(scale, 1)
        return Plan(_scaled(width, height, scale))
    if func == "cropfit":
        # Same orientation as the frame: cut; another one: pad.
        func = "crop" if (width >= height) == (goal_w >= goal_h) else "fit"
    match func:
        case "cover":
            if wanted.never_enlarge:
                goal_w, goal_h = min(goal_w, width), min(goal_h, height)
            return Plan((goal_w, goal_h))
        case "fit":
            inner_w, inner_h = max(goal_w - 2 * wanted.margin, 1), max(goal_h - 2 * wanted.margin, 1)
            scale = min(inner_w / width, inner_h / height)
            if not wanted.fit_enlarge:
                scale = min(scale, 1)
            return Plan(_scaled(width, height, scale), canvas=(goal_w, goal_h))
        case "bound":
            scale = min(goal_w / width, goal_h / height)
            return Plan(_scaled(width, height, scale if wanted.fit_enlarge else min(scale, 1)))
        case "boundmin":
            scale = max(goal_w / width, goal_h / height)
            return Plan(_scaled(width, height, min(scale, 1) if wanted.never_enlarge else scale))
    return _cut(width, height, goal_w, goal_h, wanted)


def _cut(width: int, height: int, goal_w: int, goal_h: int, wanted: Transform) -> Plan:
    scale = max(goal_w / width, goal_h / height)
    if wanted.never_enlarge:
        scale = min(scale, 1)
    size = _scaled(width, height, scale)
    cut_w, cut_h = min(goal_w, size[0]), min(goal_h, size[1])
    left, top = _place(size, (cut_w, cut_h), wanted.gravity, scale)
    smart = wanted.func == "face" or wanted.gravity in ("auto", "smart", "face")
    return Plan(size, (left, top, cut_w, cut_h), smart=smart)


def _place(size: tuple[int, int], cut: tuple[int, int], gravity: str, scale: float) -> tuple[int, int]:
    free_x, free_y = size[0] - cut[0], size[1] - cut[1]
    if gravity[:1].isdigit():
        # A point of the source that should be as central as the edges allow.
        x, y = (round(int(part) * scale) for part in gravity.split(","))
        return min(max(x - cut[0] // 2, 0), free_x), min(max(y - cut[1] // 2, 0), free_y)
    left = 0 if "west" in gravity else free_x if "east" in gravity else free_x // 2
    top = 0 if "north" in gravity else free_y if "south" in gravity else free_y // 2
    return left, top


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(round(width * scale), 1), max(round(height * scale), 1)
