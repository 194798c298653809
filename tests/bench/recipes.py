"""
A 12-megapixel JPEG to a 1200-pixel WebP: what it costs, what it weighs, how like the original it still is.

    python -m integrations.embedded run -- python -m tests.bench.recipes

Beside ours (what delivery's simulation does, then our finishing) stands plain Pillow as most would write it. Structural
similarity is measured against the same lossless reduction (area average of the original), 1 is identical.
"""

import argparse
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyvips
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

SIDE, QUALITY = 1200, 82


def photograph(width: int = 4000, height: int = 3000) -> bytes:
    """Return a JPEG with the detail of a photograph: edges, texture, soft light, and writing."""
    noise = pyvips.Image.perlin(width, height, cell_size=256, seed=7).cast("float")
    grain = pyvips.Image.gaussnoise(width, height, sigma=6, seed=11)
    waves = (pyvips.Image.xyz(width, height)[0] * 0.05).math("sin") * 30
    bands = [(noise * amount + grain + waves + shade) for amount, shade in ((90, 140), (70, 120), (60, 90))]
    image = bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")
    words = pyvips.Image.text("Oat muesli 500 g\n09521234500049", dpi=600, width=width // 2)
    ink = words.bandjoin([words, words]).copy(interpretation="srgb")
    return image.insert(ink, width // 4, height // 3).jpegsave_buffer(Q=92)


def ours(content: bytes) -> bytes:
    """Delivery's part by its simulation, then the rights, as a partner gets it."""
    from integrations.sandbox.scaleflex.delivery.images import render
    from integrations.sandbox.scaleflex.delivery.parameters import Transform
    from portal.renditions import finishing
    from portal.renditions.metadata import Rights

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.jpg", Path(folder) / "a.webp"
        source.write_bytes(content)
        wanted = Transform(width=SIDE, height=SIDE, func="bound", never_enlarge=True)
        render(source, target, wanted, "webp", QUALITY)
        rights = Rights("ver_bench", "https://portal.example/v/ver_bench/", "© Norrvik")
        return finishing.stamp(target.read_bytes(), "webp", rights=rights, dpi=None)


def finished_here(content: bytes) -> bytes:
    """The same where delivery sends pixels without loss and we encode: a recipe with most bytes or sRGB named."""
    from portal.renditions import finishing
    from portal.renditions.choices import Format

    image = pyvips.Image.thumbnail_buffer(content, SIDE, height=SIDE, size="down", export_profile="srgb")
    return finishing.encode(finishing.managed(image), Format.WEBP, quality=QUALITY)


def pillow(content: bytes) -> bytes:
    """Plain Pillow: open, thumbnail, save."""
    image = Image.open(io.BytesIO(content))
    image.thumbnail((SIDE, SIDE))
    target = io.BytesIO()
    image.save(target, "WEBP", quality=QUALITY)
    return target.getvalue()


def similarity(made: bytes, original: bytes) -> float:
    """
    Return the structural similarity of the brightness, means over windows of 8 x 8 pixels.

    Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment", 2004; K1 = 0.01, K2 = 0.03, L = 255.
    """
    image = pyvips.Image.new_from_buffer(made, "").colourspace("b-w")[0].cast("float")
    full = pyvips.Image.new_from_buffer(original, "").colourspace("b-w")[0].cast("float")
    wanted = full.resize(image.width / full.width, vscale=image.height / full.height, kernel="lanczos3")
    one, two = image.numpy(), wanted.numpy()[: image.height, : image.width]
    rows, columns = one.shape[0] // 8 * 8, one.shape[1] // 8 * 8

    def windows(array: np.ndarray) -> np.ndarray:
        cut = array[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8)
        return cut.transpose(0, 2, 1, 3).reshape(rows // 8, columns // 8, 64)

    a, b = windows(one), windows(two)
    mean_a, mean_b = a.mean(2), b.mean(2)
    covariance = (a * b).mean(2) - mean_a * mean_b
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_a * mean_b + first) * (2 * covariance + second)
    return float((alike / ((mean_a**2 + mean_b**2 + first) * (a.var(2) + b.var(2) + second))).mean())


def timed(work: Callable[[bytes], bytes], content: bytes, rounds: int) -> SimpleNamespace:
    """Return the least processor time of some rounds, of all threads together, and what came out."""
    work(content)
    spent = []
    for _ in range(rounds):
        before = time.process_time()
        made = work(content)
        spent.append((time.process_time() - before) * 1000)
    return SimpleNamespace(cpu_ms=round(min(spent)), made=made)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one line for programs")
    options = parser.parse_args()
    import django

    django.setup()
    content = photograph()
    rows = {}
    for name, work in (("portal", ours), ("portal, encoded here", finished_here), ("plain Pillow", pillow)):
        found = timed(work, content, options.rounds)
        alike = similarity(found.made, content)
        rows[name] = {"cpu_ms": found.cpu_ms, "bytes": len(found.made), "similarity": round(alike, 4)}
    if options.json:
        print(json.dumps(rows))
        return 0
    print(f"4000 x 3000 JPEG of {len(content):,} bytes to WebP of {SIDE} pixels, quality {QUALITY}")
    print(f"{'':24}{'CPU ms':>8}{'bytes':>12}{'similarity':>12}")
    for name, row in rows.items():
        print(f"{name:24}{row['cpu_ms']:>8}{row['bytes']:>12,}{row['similarity']:>12.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
