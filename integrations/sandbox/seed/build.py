"""Makes every file of the catalogue, two at a time, and writes ``catalogue.json``."""

import json
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from pathlib import Path

from . import catalogue, fonts, metadata_model
from .products import BRANDS, PRODUCTS

WORKERS = 2


def _prepare(environment: dict[str, str]) -> None:
    os.environ.update(environment)


def _make(recipe: catalogue.Picture, target: Path) -> Path:
    from . import pictures  # only here: the worker's environment must be set before libvips starts

    svg = (pictures.ART / f"{recipe.template}.svg").read_text(encoding="utf-8")
    part = target.with_name(target.name + ".part.jpg")
    pictures.write_jpeg(pictures.render(svg, recipe.width, recipe.height), part)
    part.replace(target)
    return target


def build(folder: Path, report: Callable[[str], None], today: date | None = None) -> Path:
    """
    Draw the originals into ``folder/originals`` and write ``folder/catalogue.json``.

    What lies there already is left alone, so an interrupted build goes on where it stopped.

    :param report: gets lines of progress for people
    :param today: day the rights windows are counted from; default: the current day
    :returns: the path of ``catalogue.json``
    """
    folder = folder.resolve()
    today = today or date.today()
    files = catalogue.media()
    missing = {
        folder / output: recipe
        for output, recipe in catalogue.recipes(files).items()
        if not (folder / output).exists()
    }
    for target in missing:
        target.parent.mkdir(parents=True, exist_ok=True)
    environment = {**fonts.environment(folder / ".fonts"), "VIPS_CONCURRENCY": "1"}
    if missing:
        with ProcessPoolExecutor(
            WORKERS, multiprocessing.get_context("spawn"), initializer=_prepare, initargs=(environment,)
        ) as pool:
            running = [pool.submit(_make, recipe, target) for target, recipe in missing.items()]
            for done, future in enumerate(as_completed(running), start=1):
                report(f"Sample media: {done} of {len(running)} ({future.result().name})")
    answer = {
        "brand": {"name": "Norrvik", "ranges": BRANDS},
        "settings": metadata_model.settings(),
        "products": [
            {
                "ref": product.ref,
                "gtin": product.gtin,
                "name": product.name,
                "brand": product.brand,
                "net_content": product.net_content,
                "markets": list(product.markets),
            }
            for product in PRODUCTS
        ],
        "files": [catalogue.as_json(item, today) for item in files],
    }
    path = folder / "catalogue.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(answer, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)
    return path
