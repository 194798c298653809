"""New content on demand: many metadata-only files, a sample picture, a visibly changed version."""

import random
import uuid
from pathlib import Path
from typing import Any

import pyvips

from integrations.sandbox.scaleflex import folders_store
from integrations.sandbox.scaleflex.blobs import BULK_PICTURES
from integrations.sandbox.scaleflex.files_store import INSERT, NewFile, insert_values
from integrations.sandbox.scaleflex.metadata_model import fields_of, to_stored
from integrations.sandbox.scaleflex.project import Project

MOST = 1_000_000
BATCH = 5000
BULK_INFO = {
    "ext": "jpg", "img_w": 1200, "img_h": 1200, "img_o": "SQ", "img_type": "JPEG", "area": 1_440_000,
    "img_color_space": "RGB", "face_count": 0, "metadata": {}, "preview": "thumbnail",
}  # fmt: skip
WORDS = (
    "Oat",
    "Rye",
    "Barley",
    "Walnut",
    "Honey",
    "Berry",
    "Apple",
    "Linen",
    "Birch",
    "Cloud",
    "River",
    "Amber",
)
THINGS = ("muesli", "crispbread", "granola", "porridge", "flakes", "tea towel", "bowl", "jar", "mug", "board")


def bulk(project: Project, count: int, folder: str, approval: str | None) -> int:
    """
    Add many files whose bytes are made only when somebody asks for them.

    Sizes and SHA-1s are those of the bytes that will be delivered. Names follow from a number
    that goes on from what the folder holds. No webhook is called.

    :returns: how many files the project holds afterwards
    """
    folder = folders_store.normal_path(folder)
    folders_store.ensure(project, folder)
    first = project.db.value("SELECT count(*) FROM files WHERE folder = ?", (folder,))
    now = project.moment()
    chosen = [_choices(project, brand) for brand in ("norrvik-pantry", "norrvik-home")]
    for start in range(first, first + count, BATCH):
        rows = [
            _bulk_row(project, number, folder, approval, now, chosen[number % 2])
            for number in range(start, min(start + BATCH, first + count))
        ]
        with project.write() as connection:
            connection.executemany(INSERT, rows)
    return project.db.value("SELECT count(*) FROM files WHERE current = 1")


def _choices(project: Project, brand: str) -> dict[str, Any]:
    """Return the selections of a made-up file, as far as the metadata model knows them."""
    known = fields_of(project)
    wanted = {"asset_type": "packshot", "view": "front", "brand": brand}
    return to_stored(
        project,
        {key: value for key, value in wanted.items() if key in known and value in known[key].internal},
    )


def _bulk_row(
    project: Project, number: int, folder: str, approval: str | None, now: str, choices: dict[str, Any]
) -> tuple[Any, ...]:
    picture = number % BULK_PICTURES
    size, sha1 = project.blobs.bulk_facts(picture, number)
    gtin = valid_gtin(9_521_300_000_00 + number)
    title = f"{WORDS[number % len(WORDS)]} {THINGS[number // len(WORDS) % len(THINGS)]} {number}"
    meta = {
        "title": {"en": title},
        "gtin": gtin,
        "net_content": f"{100 + number % 900} g",
        "public_use": False,
    }
    new = NewFile(
        folder,
        f"{gtin}_A1C1_{number}.jpg",
        "image/jpeg",
        size,
        sha1,
        BULK_INFO,
        content=f"bulk:{picture}:{number}",
        meta={**meta, **choices},
        product=(f"BULK-{number // 4}", str(number % 4)),
        approval=approval,
    )
    file_uuid = str(uuid.uuid4())
    return insert_values(project, new, file_uuid, asset=file_uuid, current=True, now=now)


def valid_gtin(body: int) -> str:
    """Return 14 digits: the body of up to 13, zero-filled, and its GS1 check digit."""
    digits = f"{body:013d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def sample_picture(target: Path, width: int = 1600, height: int = 1200) -> None:
    """Write a JPEG of random shapes."""
    colour = random.randrange(360)
    shapes = "".join(
        f'<circle cx="{random.randrange(width)}" cy="{random.randrange(height)}" r="{random.randrange(40, 300)}"'
        f' fill="hsl({(colour + random.randrange(60)) % 360},55%,{random.randrange(35, 80)}%)" opacity=".8"/>'
        for _ in range(14)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="hsl({colour},30%,92%)"/>{shapes}</svg>'
    )
    pyvips.Image.svgload_buffer(svg.encode()).flatten().jpegsave(str(target), Q=88)


def changed_copy(source: Path, target: Path, mime: str, number: int) -> None:
    """
    Write another version of a file.

    Pictures get a coloured corner with one stripe per version, so that people see it. Of PDF and video only
    the bytes change, in a place that readers skip.
    """
    if mime == "image/svg+xml":
        text = source.read_text("utf-8")
        target.write_text(text.replace("</svg>", f"{_mark_shapes(120, number)}</svg>"), "utf-8")
    elif mime.startswith("image/"):
        _mark(source, target, mime, number)
    else:
        note = f"version {number}".encode()
        if mime in ("video/mp4", "video/quicktime"):
            note = (len(note) + 8).to_bytes(4, "big") + b"free" + note
        target.write_bytes(source.read_bytes() + (b"\n%" if mime == "application/pdf" else b"") + note)


def _mark(source: Path, target: Path, mime: str, number: int) -> None:
    image = pyvips.Image.new_from_file(str(source)).autorot()
    if image.interpretation == "cmyk":
        image = (
            image.icc_transform("srgb") if image.get_typeof("icc-profile-data") else image.colourspace("srgb")
        )
    side = max(min(image.width, image.height) // 4, 16)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}">{_mark_shapes(side, number)}</svg>'
    marked = image.composite2(pyvips.Image.svgload_buffer(svg.encode()), "over", x=image.width - side, y=0)
    if mime == "image/png":
        marked.pngsave(str(target))
    elif mime == "image/webp":
        marked.webpsave(str(target), Q=90)
    else:
        marked.flatten(background=255).jpegsave(str(target), Q=92)


def _mark_shapes(side: int, number: int) -> str:
    stripes = "".join(
        f'<rect x="{side * 0.56:.0f}" y="{side * (0.08 + 0.11 * place):.0f}" width="{side * 0.36:.0f}"'
        f' height="{side * 0.06:.0f}" fill="#fff"/>'
        for place in range(min(number, 4))
    )
    return f'<path d="M0 0H{side}V{side}Z" fill="hsl({number * 67 % 360},70%,42%)"/>{stripes}'
