"""Each field in each shape that was seen of it."""

import dataclasses
import json
from datetime import datetime

import pytest

from integrations.scaleflex import file_details
from integrations.scaleflex.config import Options
from integrations.scaleflex.mapping import fact_of
from integrations.scaleflex.schemas import MetadataModel, parse_file
from tests.integrations.scaleflex.test_schemas import PAYLOADS, payload

VARIATIONS = json.loads((PAYLOADS / "variations.json").read_text())
MODEL = MetadataModel(
    values={"@itm_v1_0a1b2c3d_8@": "norrvik-home", "@itm_v1_0a1b2c3d_9@": "SE"}, variants={}
)
OPTIONS = Options(api_url="http://x", cdn_url="http://x", token="t")


def everything_read_of(data):
    """Every value we read of a file object, by its name."""
    file = parse_file(data)
    fact = fact_of(file, source="dam", options=OPTIONS, model=MODEL, read_at=datetime.now().astimezone()).fact
    found = {name: getattr(fact, name) for name in ("title", "brand", "markets", "net_content")}
    found |= {field.name: getattr(file, field.name) for field in dataclasses.fields(file)}
    for part in (file_details.links(data), file_details.video(data)):
        found |= dataclasses.asdict(part)
    return found | {
        "is_public": file_details.is_public(data),
        "position": file_details.product_position(data),
        "playback": file_details.playback(data),
    }


def plain(value):
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("name", VARIATIONS)
def test_every_shape_of_a_field_is_read(name):
    change, expected = VARIATIONS[name]
    data = payload("documented") | change

    found = everything_read_of({key: value for key, value in data.items() if value is not None})
    with_nulls = everything_read_of(data)

    assert {key: plain(found[key]) for key in expected} == expected
    assert {key: plain(with_nulls[key]) for key in expected} == expected


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "ftp://x/y",
        "http://",
        "http://[",
        "x",
        "",
        7,
        None,
        "http://x/\x00",
        "http://x/\ud800",
    ],
)
def test_what_is_no_address_is_none(value):
    assert file_details.web_address(value) == ""
