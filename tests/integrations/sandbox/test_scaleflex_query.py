"""The search expression q."""

from urllib.parse import quote

import pytest

from integrations.sandbox.scaleflex.query import Term, parse
from tests.integrations.sandbox.scaleflex_client import Dam

FRONT, WAITING, LOGO = "Front 100.jpg", "Waiting.png", "logo.svg"


@pytest.fixture(scope="module")
def dam(tmp_path_factory):
    return Dam(tmp_path_factory.mktemp("dam"))


def found(dam, text):
    return dam.names(f"&q={quote(text)}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Muesli front"', [FRONT]),
        ("muesli front", [FRONT]),
        ("muesli winter", []),
        ("MÜSLI", [FRONT]),
        ("campaigns", [WAITING]),
        ('"#muesli"', [FRONT]),
        ('tags:"muesli"', [FRONT]),
        ('tags:"Müsli","nothing"', [FRONT]),
        ("tags:empty", [LOGO, WAITING]),
        ("labels:Hero", [FRONT]),
        ("labels:empty", [LOGO, WAITING]),
        ('gtin:"09521234500049"', [FRONT]),
        ("gtin:empty", [LOGO, WAITING]),
        ("gtin:non-empty", [FRONT]),
        ("gtin~^0952", [FRONT]),
        ("gtin:~45000", [FRONT]),
        ("asset_type:packshot,lifestyle", [WAITING, FRONT]),
        ("asset_type:-packshot", [LOGO, WAITING]),
        ('asset_type:"Lifestyle"', [WAITING]),
        ("markets:FR", [FRONT]),
        ("public_use:true", [FRONT]),
        ('title:"Müsli vorn"', [FRONT]),
        ("approval_status:PENDING", [WAITING]),
        ("approval_status:approved,pending", [WAITING, FRONT]),
        ("approval_status:empty", [LOGO]),
        ("approval_status:-APPROVED", [LOGO, WAITING]),
        ('product_ref=%"NP-1"', [FRONT]),
        ("product_ref~^NP", [FRONT]),
        ('type:"image_png"', [WAITING]),
        ("type:image", [LOGO, WAITING, FRONT]),
        ("type:video", []),
        ('mimetype:"image/svg+xml"', [LOGO]),
        ('size:"1..200"', [LOGO]),
        ("size:>200", [WAITING, FRONT]),
        ('updated:>"2026-01-31"', [FRONT]),
        ('created:"2026-01-06..2026-01-07"', [LOGO, WAITING]),
        ('created:"2026-01-06"', [WAITING]),
        ('created:<="2026-01-06"', [WAITING]),
        ("asset_expiration:<2027-02-01", [FRONT]),
        ("asset_expiration:empty", [LOGO, WAITING]),
        ("orientation:portrait", [WAITING]),
        ("folders:/Brand", [LOGO]),
        ("type:image approval_status:PENDING", [WAITING]),
        ("type:image+approval_status:PENDING", [WAITING]),
    ],
)
def test_expressions_find_what_they_name(dam, text, expected):
    assert found(dam, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "colour:red", "size:large", "task_approver:me", "faces:2", "created:someday", "tags:>a", 'title:"open',
        "public_use:perhaps", "approval_status:~A", "(a OR b):", "type:chair",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_matches_nothing(dam, text):
    response = dam.api("GET", f"/v5/files?recursive=1&q={quote(text)}")

    assert (response.status_code, response.json["code"]) == (400, "INVALID_QUERY")
    assert "files" not in response.json


def test_quoted_values_may_hold_every_separator():
    assert parse(r'title:"a, b: -c \" +d","-e"') == [Term("title", "is", ('a, b: -c " +d', "-e"))]


def test_hits_carry_a_relevance(dam):
    file = dam.get("/v5/files?recursive=1&q=muesli")["files"][0]

    assert file["relevance"] == 1.0


def test_searching_text_is_no_pattern(dam):
    assert found(dam, '"%"') == []
    assert found(dam, '"_ront"') == []
