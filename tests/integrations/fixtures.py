"""A sandbox per test process, brought back to its seed before each test that asks for it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from integrations.sandbox.seed import metadata_model
from integrations.scaleflex import settings_cache
from tests.integrations.world import running

SEEDED = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sandbox")
    seed = _small_seed(tmp_path_factory.mktemp("seed"))
    with running(folder, seed) as world:
        yield world


@pytest.fixture
def world(_sandbox):
    """The outside world: both vendors, seeded with three small pictures and the usual partners."""
    _sandbox.verb("POST", "/reset")
    settings_cache.forget()
    return _sandbox


def _small_seed(folder: Path) -> Path:
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
