"""Makes every file of the catalogue, two at a time, and writes ``catalogue.json``."""

import fcntl
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from . import catalogue, fonts, metadata_model
from .products import BRANDS, PRODUCTS
from .recipes import Recipe, make

WORKERS = 2
LEDGER = "built.jsonl"

# A worker that the kernel kills says nothing; no single original takes nearly as long.
LONGEST_SECONDS = 180

# Measured: without them glibc hands every picture's memory back to the kernel and asks for it
# again, which took as long as drawing. One thread a worker also keeps the bytes the same.
_ENVIRONMENT = {
    "VIPS_CONCURRENCY": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "4000000000",
    "MALLOC_TOP_PAD_": "268435456",
}


def build(
    folder: Path,
    report: Callable[[str], None],
    today: date | None = None,
    only: Callable[[catalogue.Media], bool] | None = None,
) -> Path:
    """
    Draw the originals into ``folder/originals`` and write ``folder/catalogue.json``.

    What is there and still as the code would draw it is left alone, so an interrupted build
    goes on where it stopped and a second one has nothing to do.

    :param report: gets lines of progress for people
    :param today: day from which dates are counted; default: today (UTC). No picture depends on it
    :param only: which files of the catalogue to make and list; default: all
    :returns: the path of ``catalogue.json``
    :raises OSError: the disk is full or the folder cannot be written
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    files = [item for item in catalogue.media() if only is None or only(item)]
    with _alone(folder, report):
        todo = _missing(folder, catalogue.recipes(files))
        if todo:
            _make_all(folder, todo, report)
    path = folder / "catalogue.json"
    part = path.with_name(f"catalogue.{os.getpid()}.part")
    part.write_text(
        json.dumps(_catalogue(files, today or datetime.now(UTC).date()), ensure_ascii=False, indent=1),
        "utf-8",
    )
    part.replace(path)
    return path


@contextmanager
def _alone(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Two builds in one folder would draw everything twice: the second waits for the first."""
    with (folder / LEDGER).open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Sample media: another process is making them; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for part in (folder / "originals").rglob("*.part.*"):
            part.unlink(missing_ok=True)
        yield


def _catalogue(files: Iterable[catalogue.Media], today: date) -> dict[str, Any]:
    return {
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


def _missing(folder: Path, wanted: dict[str, Recipe]) -> dict[str, Recipe]:
    """Those outputs that are not there, or were made by other code, or are not whole."""
    built = {}
    ledger = folder / LEDGER
    if ledger.exists():
        for row in ledger.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(row)
            except ValueError:
                continue  # an empty line, or the last one of a build that was killed
            built[entry["file"]] = (entry["stamp"], entry["bytes"])

    def is_there(output: str, recipe: Recipe) -> bool:
        stamp, size = built.get(output, ("", -1))
        path = folder / output
        return stamp == recipe.stamp and path.exists() and path.stat().st_size == size

    return {output: recipe for output, recipe in wanted.items() if not is_there(output, recipe)}


def _make_all(folder: Path, todo: dict[str, Recipe], report: Callable[[str], None]) -> None:
    for output in todo:
        (folder / output).parent.mkdir(parents=True, exist_ok=True)
    environment = {**_ENVIRONMENT, **fonts.environment(folder / ".fonts")}
    # Films take longest: begun first, they do not keep one worker busy at the end alone.
    order = sorted(todo, key=lambda output: todo[output].kind != "film")
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)  # for the workers: glibc reads its part when a process starts
    try:
        # Leaving the block ends the workers at once, also when it is left by Ctrl-C.
        with (
            multiprocessing.get_context("spawn").Pool(WORKERS, _ignore_interrupts) as pool,
            (folder / LEDGER).open("a", encoding="utf-8") as ledger,
        ):
            ledger.write("\n")  # ends a line that a killed build left half written
            results = pool.imap_unordered(_make_one, [(todo[output], folder, output) for output in order])
            for done in range(1, len(order) + 1):
                output = results.next(timeout=LONGEST_SECONDS)
                entry = {
                    "file": output,
                    "stamp": todo[output].stamp,
                    "bytes": (folder / output).stat().st_size,
                }
                ledger.write(json.dumps(entry) + "\n")
                ledger.flush()
                if done % 10 == 0 or done == len(order):
                    report(f"Sample media: {done} of {len(order)} made.")
    except multiprocessing.TimeoutError:
        raise TimeoutError(
            f"A sample picture took more than {LONGEST_SECONDS} seconds, or its process was killed "
            "(too little memory?). Start again: what is finished is kept."
        ) from None
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _make_one(work: tuple[Recipe, Path, str]) -> str:
    recipe, folder, output = work
    make(recipe, folder / output)
    return output


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; the parent alone answers it and ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
