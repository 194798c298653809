"""Rules partners bring as a table, and errors in their words."""

import pytest

from portal.renditions import own_rules
from portal.renditions.verdicts.rules import BadSpecification, build

TABLE = """\
Measure;Least;Most;One_of
longest side;1000;;
bytes;;500 000;
ratio;0,9;1.1;
format;;;JPG | png
colour;;;RGB
"""


def test_table_is_read_as_people_write_it():
    table = own_rules.read_table(TABLE.encode("utf-8-sig"))

    assert table.problems == []
    assert table.rules == [
        {"measure": "longest_side", "least": 1000},
        {"measure": "bytes", "most": 500000},
        {"measure": "ratio", "least": 0.9, "most": 1.1},
        {"measure": "format", "one_of": ["jpeg", "png"]},
        {"measure": "colour", "one_of": ["srgb"]},
    ]
    assert len(build({"key": "a", "channel": "shop", "rules": table.rules}).rules) == 5


def test_every_mistake_is_named_with_its_line():
    text = (
        "measure,least,most,one_of,pattern\n"
        "breadth,1,,,\n"
        "width,much,,,\n"
        "width,9,3,,\n"
        "format,,,docx,\n"
        "format,3,,,\n"
        "file_name,,,,(?=a)\n"
        "height,,,,\n"
        "width,nan,,,\n"
        "height,-1,,,\n"
        "height,1e20,,,\n"
        "height,1e400,,,\n"
    )

    table = own_rules.read_table(text.encode())

    assert table.rules == []
    assert [number for number, _text in table.problems] == list(range(2, 13))
    said = " ".join(text for _number, text in table.problems)
    for words in (
        "“breadth” cannot be measured", "Width: least and most are numbers from 0 to 1,000,000,000,000",
        "Width: the least is above the most",
        "“docx” is no format", "Format needs a list of words", "pattern “(?=a)” cannot be used",
        "Height needs a least number",
    ):  # fmt: skip
        assert words in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00w", "UTF-8"),
        (b"width,least\n1,2\n", "names the columns"),
        (b"measure,wight\n", "names the columns"),
        (b"", "names the columns"),
        (b"measure,least\n" + b"width,1\n" * 50, "at most 40 rules"),
        (b"measure\n" + b"x" * own_rules.MOST_BYTES, "larger than"),
        (b'measure,least\n"width' + b"x" * 140_000 + b",1\n", "quotation mark"),
    ],
    ids=["encoding", "no measure", "unknown column", "empty", "many", "large", "endless"],
)
def test_what_is_no_table_of_rules_is_said(content, words):
    table = own_rules.read_table(content)

    assert words in table.problems[0][1]


def test_every_mistake_of_a_rule_has_words():
    codes = {
        "measure", "bound", "number", "order", "words", "one_of", "format", "pattern", "id", "same_id", "count",
        "key", "member",
    }  # fmt: skip

    said = {own_rules.problem_text(BadSpecification("x", code=code, part="width")) for code in codes}

    assert "This cannot be read as rules." not in said
    assert len(said) == len(codes) - 1
