"""Labels, tags, products and collections."""

import sqlite3
import uuid as uuid_module
from typing import Any

import orjson

from integrations.sandbox.scaleflex import files_store, query
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found, not_simulated
from integrations.sandbox.scaleflex.words import dumps, like


def list_labels(call: Call) -> dict[str, Any]:
    """``GET /labels``, with how many files carry each."""
    counts = {
        row[0]: row[1]
        for row in call.project.db.all(
            "SELECT entry.value, count(*) FROM files, json_each(files.labels) AS entry"
            " WHERE current = 1 AND labels != '[]' GROUP BY entry.value"
        )
    }
    labels = call.project.labels().values()
    return {"labels": [{**label, "assets_count": counts.get(label["sid"], 0)} for label in labels]}


def add_label(call: Call) -> dict[str, Any]:
    """``POST /labels`` with ``{"name", "color", "shape"}``."""
    uuid = str(uuid_module.uuid4())
    row = (uuid, "#lb" + uuid[:8], call.text("name"), str(call.body.get("color") or "#666666"),
           str(call.body.get("shape") or "circle"))  # fmt: skip
    with call.project.write() as connection:
        connection.execute("INSERT INTO labels VALUES (?, ?, ?, ?, ?)", row)
    return {"label": call.project.labels()[row[1]]}


def change_label(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /labels/{uuid}``: what is not named stays."""
    label = _label(call, uuid)
    changed = {name: str(call.body.get(name) or label[name]) for name in ("name", "color", "shape")}
    with call.project.write() as connection:
        connection.execute(
            "UPDATE labels SET name = :name, color = :color, shape = :shape WHERE uuid = :uuid",
            {**changed, "uuid": uuid},
        )
    return {"label": _label(call, uuid)}


def delete_labels(call: Call) -> dict[str, Any]:
    """``DELETE /labels`` with ``{"labels": [uuid or sid]}``; files lose them too."""
    wanted = call.texts("labels")
    gone = [label for label in call.project.labels().values() if {label["uuid"], label["sid"]} & set(wanted)]
    for label in gone:
        _take_off(call, label["sid"])
        with call.project.write() as connection:
            connection.execute("DELETE FROM labels WHERE uuid = ?", (label["uuid"],))
    return {"labels": [label["uuid"] for label in gone]}


def _take_off(call: Call, sid: str) -> None:
    rows = call.project.db.all(
        "SELECT * FROM files WHERE current = 1 AND labels LIKE ? ESCAPE '\\'", (like(f'"{sid}"'),)
    )

    def without(row: sqlite3.Row) -> dict[str, Any]:
        return {"labels": [label for label in orjson.loads(row["labels"]) if label != sid]}

    for row in rows:
        files_store.change(call.project, row, without, trigger="on_change_label", action="H_CHG_LABELS")


def _label(call: Call, uuid: str) -> dict[str, Any]:
    found = next((label for label in call.project.labels().values() if label["uuid"] == uuid), None)
    if found is None:
        raise not_found("The label", "LABEL_NOT_FOUND")
    return found


def list_tags(call: Call) -> dict[str, Any]:
    """``GET /tags``; ``q`` finds by a part of a name."""
    wanted = (call.args.get("q") or "").casefold()
    rows = call.project.db.all("SELECT * FROM tags ORDER BY slug")
    tags = [
        {
            "uuid": row["uuid"],
            "sid": row["sid"],
            "slug": row["slug"],
            "names": orjson.loads(row["names"]),
            "primary": False,
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }
        for row in rows
    ]
    return {"tags": [tag for tag in tags if any(wanted in name.casefold() for name in tag["names"].values())]}


def list_products(call: Call) -> dict[str, Any]:
    """``GET /products``; ``q`` may be ``reference~^SKU`` (starts with), ``reference:SKU`` or a word."""
    limit, offset = call.number("limit", 1000, 1, 4000), call.number("offset", 0, 0, 1_000_000)
    where, values = _product_condition(call.args.get("q") or "")
    rows = call.project.db.all(
        f"SELECT ref, data FROM products WHERE {where} ORDER BY ref LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return {"products": [_product(row) for row in rows]}


def _product_condition(text: str) -> tuple[str, list[str]]:
    terms = query.parse(text)
    if not terms:
        return "1", []
    term = terms[0]
    if len(terms) > 1 or len(term.values) > 1 or term.key not in ("", "reference", "ref"):
        raise ApiError(400, "INVALID_QUERY", "Products are found by reference only.")
    value = term.values[0]
    match term.operator:
        case "~^":
            return "ref LIKE ? ESCAPE '\\'", [like(value)[1:]]
        case "is" | "=" if term.key:
            return "ref = ?", [value]
        case "is" | "~":
            return "data LIKE ? ESCAPE '\\'", [like(value)]
    raise ApiError(400, "INVALID_QUERY", f"Products do not take the operator {term.operator!r}.")


def _product(row: Any) -> dict[str, Any]:
    data = orjson.loads(row["data"])
    return {"reference": row["ref"], "ref": row["ref"], "meta": {k: v for k, v in data.items() if k != "ref"}}


def product_images(call: Call, ref: str) -> dict[str, Any]:
    """``GET /product/{ref}/images``, by position."""
    rows = call.project.db.all(
        "SELECT * FROM files WHERE product_ref = ? AND current = 1 AND mime LIKE 'image/%'"
        " ORDER BY CAST(product_position AS INTEGER), name",
        (ref,),
    )
    if not rows and not call.project.db.value("SELECT 1 FROM products WHERE ref = ?", (ref,)):
        raise not_found("The product", "PRODUCT_NOT_FOUND")
    return {"images": [call.renderer.file(row) for row in rows]}


def list_collections(call: Call) -> dict[str, Any]:
    """``GET /collections``."""
    rows = call.project.db.all("SELECT data FROM collections ORDER BY data ->> '$.title'")
    return {"collections": [orjson.loads(row["data"]) for row in rows]}


def put_collection(call: Call, uuid: str = "") -> dict[str, Any]:
    """
    ``POST /collections`` and ``PUT /collections/{uuid}``: a saved search.

    ``query`` holds its expression; collections of type ``filters`` have no published body.
    """
    if call.body.get("type", "query") != "query":
        raise not_simulated("collections of type filters")
    text = call.body.get("query") or ""
    if not isinstance(text, str):
        raise bad_request("query must be a text.")
    query.compile_query(call.project, text)
    if uuid and not call.project.db.value("SELECT 1 FROM collections WHERE uuid = ?", (uuid,)):
        raise not_found("The collection", "COLLECTION_NOT_FOUND")
    data = {
        "uuid": uuid or str(uuid_module.uuid4()),
        "title": call.text("title"),
        "type": "query",
        "query": text,
        "visibility": call.body.get("visibility") or "company",
    }
    with call.project.write() as connection:
        connection.execute("INSERT OR REPLACE INTO collections VALUES (?, ?)", (data["uuid"], dumps(data)))
    return {"collection": data}


def delete_collection(call: Call, uuid: str) -> dict[str, Any]:
    """``DELETE /collections/{uuid}``."""
    with call.project.write() as connection:
        if not connection.execute("DELETE FROM collections WHERE uuid = ?", (uuid,)).rowcount:
            raise not_found("The collection", "COLLECTION_NOT_FOUND")
    return {"uuid": uuid}


ROUTES = [
    Route("GET", "/labels", "LABELS_LIST", list_labels),
    Route("POST", "/labels", "LABEL_MANAGE", add_label),
    Route("PUT", "/labels/<uuid>", "LABEL_MANAGE", change_label),
    Route("DELETE", "/labels", "LABEL_MANAGE", delete_labels),
    Route("GET", "/tags", "OBJECTS_LIST", list_tags),
    Route("GET", "/products", "OBJECTS_LIST", list_products),
    Route("GET", "/product/<ref>/images", "OBJECTS_LIST", product_images),
    Route("GET", "/collections", "COLLECTIONS_LIST", list_collections),
    Route("POST", "/collections", "COLLECTIONS_MANAGE", put_collection),
    Route("PUT", "/collections/<uuid>", "COLLECTIONS_MANAGE", put_collection),
    Route("DELETE", "/collections/<uuid>", "COLLECTIONS_MANAGE", delete_collection),
]
