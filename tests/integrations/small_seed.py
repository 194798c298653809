"""What a sandbox of the tests holds at its start: little, so that it starts at once."""

import json
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from integrations.sandbox.seed import metadata_model

SEEDED = datetime(2026, 9, 1, 8, tzinfo=UTC)


def small_seed(folder: Path) -> Path:
    """Three pictures: two approved language variants of one pack shot, and one that waits for its approval."""
    files = []
    for name, language, approval in (
        ("09521234500049_A1C1_en.jpg", "en", "APPROVED"),
        ("09521234500049_A1C1_de.jpg", "de", "APPROVED"),
        ("Waiting.jpg", "", "PENDING"),
    ):
        Image.new("RGB", (320, 240), f"#{len(files) * 4 + 3:x}0a0c0").save(folder / name)
        meta = {"title": {"en": "Muesli"}, "asset_type": "packshot"}
        if language:
            meta |= {"gtin": "09521234500049", "variant_group": "muesli-front", "language": language}
        files.append(
            {
                "path": f"/Norrvik Pantry/Müsli + Co/{name}",
                "file": name,
                "meta": meta,
                "tags": {"en": ["muesli"]},
                "labels": ["Hero"],
                "product": {"ref": "NP-1001", "position": str(len(files))},
                "approval": approval,
                "created_at": f"{SEEDED:%Y-%m-%dT%H:%M:%SZ}",
                "modified_at": f"{SEEDED:%Y-%m-%dT%H:%M:%SZ}",
            }
        )
    catalogue = {"settings": metadata_model.settings(), "products": [], "files": files}
    (folder / "catalogue.json").write_text(json.dumps(catalogue))
    return folder
