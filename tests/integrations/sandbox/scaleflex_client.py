"""A sandbox in this process with a tiny seed, and a client that knows its key."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyvips
from werkzeug.test import Client, TestResponse

from integrations.sandbox.server import make_app

SEEDED = "2026-01-05T08:00:00Z"
FIELDS = (
    ("title", "text", True, None, {}),
    ("gtin", "text", False, None, {}),
    ("asset_type", "select-one", False, None, {"packshot": "Pack shot", "lifestyle": "Lifestyle"}),
    ("markets", "multi-select", False, None, {"DE": "Germany", "FR": "France"}),
    ("rights_end", "date", False, "license.s1:expiration_date", {}),
    ("public_use", "boolean", False, None, {}),
)


def settings() -> dict[str, Any]:
    """A metadata model with one field of each kind that behaves in its own way."""
    fields = [
        {
            "uuid": f"00000000-0000-5000-8000-00000000000{place}",
            "key": key,
            "ckey": f"c_{key}",
            "title": key.replace("_", " ").capitalize(),
            "type": kind,
            "required": False,
            "possible_values": [
                {"internal_unique_value": f"@itm_v1_{key}_{number}@", "api_value": api, "label": label}
                for number, (api, label) in enumerate(values.items())
            ],
            "regional_variants_group_uuid": "languages" if regional else None,
            "mapping": mapping,
            "permissions": [],
        }
        for place, (key, kind, regional, mapping, values) in enumerate(FIELDS)
    ]
    group = {"uuid": "group", "name": "All", "isRoot": True, "ckey": "all", "fields": fields}
    return {
        "metadata": {
            "version": 1,
            "model": [{"applies_to": "FILES", "groups": [group]}],
            "store": {"regional_variants_groups": []},
        },
        "labels": [
            {
                "uuid": "11111111-0000-5000-8000-000000000000", "sid": "#lbhero", "name": "Hero", "color": "#111",
                "shape": "circle",
            }
        ],
        "presets": [{"name": "thumb", "params": {"w": 40, "h": 40, "func": "fit", "force_format": "webp"}}],
    }  # fmt: skip


def picture(path: Path, width: int = 120, height: int = 80, colour: str = "#336699") -> None:
    """Write a picture whose left half is white, so that cutting shows."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="{colour}"/>'
        f'<rect width="{width / 2}" height="{height}" fill="#fff"/></svg>'
    )
    image = pyvips.Image.svgload_buffer(svg.encode())
    image.pngsave(str(path)) if path.suffix == ".png" else image.flatten().jpegsave(str(path), Q=95)


def seed(folder: Path) -> Path:
    """Write a catalogue with an approved file in two versions, a pending one and an SVG that nobody asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    picture(folder / "old.jpg", colour="#993333")
    picture(folder / "front.jpg")
    picture(folder / "waiting.png", 60, 90)
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"></svg>')
    files = [
        {
            "path": "/Pantry/Müsli + Co/Front 100%.jpg".replace("%", ""),
            "file": "front.jpg",
            "meta": {
                "title": {"en": "Muesli front", "de": "Müsli vorn"},
                "gtin": "09521234500049",
                "asset_type": "packshot",
                "markets": ["DE", "FR"],
                "rights_end": "2027-01-31",
                "public_use": True,
            },
            "tags": {"en": ["muesli"], "de": ["Müsli"]},
            "labels": ["Hero"],
            "product": {"ref": "NP-1", "position": 1},
            "approval": "APPROVED",
            "created_at": SEEDED,
            "modified_at": "2026-02-01T08:00:00Z",
            "versions": [{"file": "old.jpg", "modified_at": SEEDED}],
        },
        {
            "path": "/Campaigns/Winter/Waiting.png",
            "file": "waiting.png",
            "meta": {"title": {"en": "Winter"}, "asset_type": "lifestyle", "rights_end": ""},
            "approval": "PENDING",
            "created_at": "2026-01-06T08:00:00Z",
            "modified_at": "2026-01-06T08:00:00Z",
        },
        {
            "path": "/Brand/logo.svg",
            "file": "logo.svg",
            "created_at": "2026-01-07T08:00:00Z",
            "modified_at": "2026-01-07T08:00:00Z",
        },
    ]
    catalogue = {
        "settings": settings(),
        "products": [{"ref": "NP-1", "gtin": "09521234500049"}],
        "files": files,
    }
    (folder / "catalogue.json").write_text(json.dumps(catalogue))
    return folder


class Dam:
    """The sandbox as a caller sees it."""

    def __init__(self, folder: Path, base_url: str = "http://dam.test", with_seed: bool = True):
        self.app = make_app(folder / "box", base_url, seed(folder / "seed") if with_seed else None)
        self.key = self.app.credentials.scaleflex.key
        self.token = self.app.credentials.scaleflex.token
        self.http = Client(self.app)

    @property
    def part(self) -> Any:
        return self.app.parts["scaleflex"]

    def api(
        self, method: str, path: str, body: Any = None, *, key: str | None = "", **more: Any
    ) -> TestResponse:
        """Call ``/{token}{path}`` with the server key; ``key=None`` sends none."""
        headers = {} if key is None else {"X-Filerobot-Key": key or self.key}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        return self.http.open(f"/{self.token}{path}", method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        """GET and return the JSON of a success."""
        return self.ok(self.api("GET", path, **more))

    @staticmethod
    def ok(response: TestResponse) -> Any:
        assert response.status_code < 300, response.get_data(as_text=True)
        assert response.json["status"] == "success", response.json
        return response.json

    def verb(self, method: str, path: str, body: Any = None) -> Any:
        """Use a verb under ``/_sandbox/scaleflex`` and return its JSON."""
        return self.ok(self.http.open(f"/_sandbox/scaleflex{path}", method=method, json=body))

    def switch(self, **values: Any) -> None:
        self.verb("PATCH", "/switches", values)

    def names(self, query: str = "", **more: Any) -> list[str]:
        """Return the names of a recursive list, sorted by path."""
        answer = self.get(f"/v5/files?recursive=1&sort=path:asc{query}", **more)
        return [file["name"] for file in answer["files"]]

    def uuid(self, name: str) -> str:
        rows = self.verb("GET", f"/files?text={name}")["files"]
        return rows[0]["uuid"]

    def cdn(self, path: str, **more: Any) -> TestResponse:
        """GET ``/cdn/{token}{path}``."""
        return self.http.get(f"/cdn/{self.token}{path}", **more)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def opened(data: bytes) -> pyvips.Image:
    """Decode a delivered picture."""
    return pyvips.Image.new_from_buffer(data, "")
