"""How each original is made, said as data: so it can be compared, kept and done in another process."""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

# What is known about files does not change their pixels, and so does not make them old.
_ABOUT_FILES = {
    "__init__.py", "__main__.py", "build.py", "catalogue.py", "media.py", "metadata_model.py", "partners.py",
    "packshot_files.py", "lifestyle_files.py", "brand_files.py",
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """
    ``kind`` names the maker, ``name`` the thing, ``options`` the rest.

    ``packshot``: ref; language, view, cut_out, version, width, format. ``scene``: its name;
    width, format, crop, lean. ``logo``, ``paper``, ``film``: their name. ``captions``: of which film; language.
    """

    kind: str
    name: str
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def stamp(self) -> str:
        """Changes when the picture would."""
        return hashlib.sha256(f"{self!r} {sources()}".encode()).hexdigest()[:16]


def recipe(kind: str, name: str, **options: Any) -> Recipe:
    return Recipe(kind, name, tuple(sorted(options.items())))


@cache
def sources() -> str:
    """A digest of the code that draws."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        if path.parent != HERE or path.name not in _ABOUT_FILES:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def make(item: Recipe, target: Path) -> None:
    """
    Make one original and put it at ``target`` in one step: half a file is never seen there.

    :raises OSError: the disk is full or the folder cannot be written
    """
    # The process's own name: a worker left over from a killed build may be at the same file.
    part = target.with_name(f"{target.stem}.{os.getpid()}.part{target.suffix}")
    _MAKERS[item.kind](item, part)
    part.replace(target)


# The makers import what they need when they are called: libvips and the video encoder may start
# only after the worker's environment is set.


def _packshot(item: Recipe, path: Path) -> None:
    from . import pictures
    from .drawing import packs

    options = dict(item.options)
    width, kind = options.pop("width"), options.pop("format", "jpeg")
    image = pictures.render(packs.packshot(item.name, **options), width)
    path.write_bytes(pictures.ENCODERS[kind](image))


def _scene(item: Recipe, path: Path) -> None:
    from . import pictures
    from .drawing.scenes import SCENES

    options = dict(item.options)
    image = pictures.render_scene(SCENES[item.name](), options["width"])
    if "crop" in options:
        width, height = options["crop"]
        image = pictures.fitted(image, width, height, options.get("lean", 0.5))
    path.write_bytes(pictures.ENCODERS[options.get("format", "jpeg")](image))


def _logo(item: Recipe, path: Path) -> None:
    from .drawing.logos import LOGOS

    path.write_text(LOGOS[item.name](), encoding="utf-8")


def _film(item: Recipe, path: Path) -> None:
    from . import films

    films.write(item.name, path)


def _captions(item: Recipe, path: Path) -> None:
    from . import captions

    path.write_text(captions.webvtt(item.name, **dict(item.options)), encoding="utf-8")


def _paper(item: Recipe, path: Path) -> None:
    from . import papers

    path.write_bytes(papers.PAPERS[item.name]())


_MAKERS = {
    "packshot": _packshot,
    "scene": _scene,
    "logo": _logo,
    "film": _film,
    "captions": _captions,
    "paper": _paper,
}
