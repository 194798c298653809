"""What is in the DAM: every file with its metadata, approval and rights window."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from .products import BRANDS, BY_REF, Product

COPYRIGHT = "© Norrvik AS"


@dataclass(frozen=True)
class Picture:
    """How one picture is made: a drawing, rendered at a size in pixels."""

    template: str
    width: int
    height: int


@dataclass
class Media:
    """One file of the DAM: where it lies, how it is made, what is known about it."""

    path: str
    output: str
    recipe: Picture
    meta: dict
    tags: dict = field(default_factory=dict)
    labels: list = field(default_factory=list)
    product: dict | None = None
    approval: str | None = "APPROVED"
    created: int = 60
    modified: int = 20
    versions: list = field(default_factory=list)


def _moment(today: date, days_ago: int) -> str:
    return datetime.combine(today - timedelta(days=days_ago), time(9, 30), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _packshot(product: Product, template: str, view: str = "front", language: str = "en", **more) -> Media:
    code = {"front": "A1C1", "back": "A7C1"}[view]
    name = f"{product.gtin}_{code}_{language}.jpg"
    brand = BRANDS[product.brand]
    return Media(
        path=f"/{brand}/{product.folder}/{name}",
        output=f"originals/packshots/{name}",
        recipe=Picture(template, 3200, 3200),
        meta={
            "title": {"en": f"{product.name['en']}, {view}", "de": f"{product.name['de']}"},
            "description": {"en": f"Pack shot, {view}, {product.net_content}."},
            "alt_text": {code: f"{look}, {product.net_content}" for code, look in product.look.items()},
            "gtin": product.gtin,
            "product_name": product.name,
            "net_content": product.net_content,
            "brand": product.brand,
            "asset_type": "packshot",
            "view": view,
            "variant_group": f"{product.ref}-{view}",
            "language": language,
            "markets": list(product.markets),
            "usage_rights": "All channels of authorised partners",
            "public_use": True,
            "copyright": COPYRIGHT,
        },
        tags={"en": [product.ref, "pack shot"]},
        product={"ref": product.ref, "position": "1" if view == "front" else "2"},
        **more,
    )


def _scene(folder: str, name: str, template: str, title: str, approval: str | None, brand: str) -> Media:
    return Media(
        path=f"{folder}/{name}",
        output=f"originals/lifestyle/{name.replace(' ', '-').lower()}",
        recipe=Picture(template, 3200, 2000),
        meta={
            "title": {"en": title},
            "alt_text": {"en": title},
            "brand": brand,
            "asset_type": "lifestyle",
            "view": "none",
            "markets": ["DE", "AT", "CH"],
            "usage_rights": "Winter campaign",
            "public_use": False,
            "copyright": COPYRIGHT,
            "campaign": "Winter Kitchen" if "Winter" in folder else "",
        },
        tags={"en": ["lifestyle"]},
        approval=approval,
    )


def media() -> list[Media]:
    """Every file of the DAM."""
    refs = ("olive-oil", "honey", "passata", "coffee", "dish-soap", "hand-wash", "laundry")
    files = [_packshot(BY_REF[ref], ref) for ref in refs]
    muesli = BY_REF["muesli"]
    old = [("originals/packshots/09521234500049_A1C1_en.v3.jpg", Picture("muesli-v3", 3200, 3200), 80)]
    files.append(_packshot(muesli, "muesli", versions=old, created=200, modified=4))
    files.append(_packshot(muesli, "muesli-de", language="de"))
    files.append(_packshot(muesli, "muesli-ar", language="ar"))
    files.append(_packshot(muesli, "muesli-back", view="back"))
    winter = "/Campaigns/Winter Kitchen"
    for name, title, approval in (
        ("Winter Kitchen hero.jpg", "Winter kitchen by candle light", "APPROVED"),
        ("Winter Kitchen evening.jpg", "Winter kitchen in the evening", "PENDING"),
        ("Winter Kitchen window.jpg", "Winter kitchen at the window", "PENDING"),
        ("Winter Kitchen table.jpg", "Winter kitchen, table", "PENDING"),
    ):
        files.append(_scene(winter, name, "winter-kitchen", title, approval, "norrvik-pantry"))
    files.append(
        _scene("/Campaigns/Breakfast Table", "Breakfast table.jpg", "breakfast", "Breakfast", "APPROVED", "norrvik-pantry")
    )
    files.append(_scene("/Norrvik Home", "Kitchen sink.jpg", "sink", "At the sink", "APPROVED", "norrvik-home"))
    return files


def recipes(files: list[Media]) -> dict[str, Picture]:
    """Output file to recipe, older versions included."""
    found = {}
    for item in files:
        found[item.output] = item.recipe
        found.update({output: recipe for output, recipe, _ in item.versions})
    return found


def as_json(item: Media, today: date) -> dict:
    """One entry of ``catalogue.json``. Dates are counted back from ``today``."""
    meta = {"rights_start": "", "rights_end": (today + timedelta(days=400)).isoformat(), "campaign": "", **item.meta}
    return {
        "path": item.path,
        "file": item.output,
        "meta": meta,
        "tags": item.tags,
        "labels": item.labels,
        "product": item.product,
        "approval": item.approval,
        "created_at": _moment(today, item.created),
        "modified_at": _moment(today, item.modified),
        "versions": [
            {"file": output, "modified_at": _moment(today, days)} for output, _, days in item.versions
        ],
    }
