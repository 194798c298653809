"""Rules a partner brings as a table, and what is wrong with them in the reader's words."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.renditions import verdict_words
from portal.renditions.verdicts.rules import (
    MOST_NUMBER,
    MOST_RULES,
    NUMBERS,
    WORDS,
    BadSpecification,
    build_rule,
)

COLUMNS = ("measure", "least", "most", "one_of", "pattern", "id", "source", "date")
#: How people write formats and colours -> what we call them.
_SAME = {
    "jpg": "jpeg",
    "tif": "tiff",
    "rgb": "srgb",
    "gray": "grey",
    "greyscale": "grey",
    "grayscale": "grey",
}
FORMATS = ("jpeg", "png", "webp", "avif", "tiff", "gif", "bmp")
#: A table of so many bytes has more rules than there may be.
MOST_BYTES = 200_000


@dataclass
class Table:
    """``rules`` as ``verdicts.rules.build`` takes them; ``problems`` in words, each with the number of its line."""

    rules: list[dict[str, Any]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def read_table(content: bytes) -> Table:
    """
    Return the rules of a CSV table, with everything that is wrong in it. The first line names the columns, in any
    order; fields are divided by commas, semicolons or tabs.
    """
    table = Table()
    try:
        text = content[: MOST_BYTES + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        table.problems.append((1, _("Save the table as CSV in UTF-8.")))
        return table
    if len(content) > MOST_BYTES:
        table.problems.append((1, _("The table is larger than a table of rules can be.")))
        return table
    head = text.partition("\n")[0]
    divider = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=divider)
    try:
        _read(rows, table)
    except csv.Error:
        table.problems.append((rows.line_num, _("This line cannot be read: a quotation mark is missing.")))
    return table


def _read(rows: Any, table: Table) -> None:
    names = [name.strip().lower() for name in next(rows, [])]
    unknown = [name for name in names if name not in COLUMNS]
    if "measure" not in names or unknown:
        words = {"columns": ", ".join(COLUMNS)}
        table.problems.append((1, _("The first line names the columns. There are: %(columns)s.") % words))
        return
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
        if not cells:
            continue
        if len(table.rules) + len(table.problems) >= MOST_RULES:
            text = _("A specification has at most %(number)d rules.") % {"number": MOST_RULES}
            table.problems.append((rows.line_num, text))
            return
        try:
            rule = plain_rule(cells)
            build_rule(len(table.rules) + 1, rule)
        except BadSpecification as error:
            table.problems.append((rows.line_num, problem_text(error)))
        else:
            table.rules.append(rule)


def plain_rule(cells: Mapping[str, str]) -> dict[str, Any]:
    """
    Return a line of a table as a rule: numbers read, formats and colours as we call them.

    :raises BadSpecification: a number is none, or a format is not known
    """
    rule: dict[str, Any] = {
        name: cells[name] for name in ("id", "measure", "source", "date") if name in cells
    }
    rule["measure"] = cells.get("measure", "").lower().replace("-", "_").replace(" ", "_")
    for name in ("least", "most"):
        if name in cells:
            rule[name] = _number(cells[name], rule["measure"])
    if "pattern" in cells:
        rule["pattern"] = cells["pattern"]
    if "one_of" in cells:
        words = cells["one_of"].replace("|", " ").replace(",", " ").split()
        rule["one_of"] = [_SAME.get(word.lower(), word.lower()) for word in words]
        bad = [word for word in rule["one_of"] if rule["measure"] == "format" and word not in FORMATS]
        if bad:
            raise BadSpecification(f"{bad[0]} is no format", code="format", part=bad[0])
    return rule


def _number(text: str, measure: str) -> float:
    try:
        number = float(text.replace(" ", "").replace(",", "."))
    except ValueError:
        raise BadSpecification(f"{text} is no number", code="number", part=measure) from None
    return int(number) if number.is_integer() else number


def problem_text(error: BadSpecification) -> str:
    """Return what is wrong with a rule, and what to write instead, in the reader's words."""
    part = error.part
    name = str(verdict_words.MEASURES.get(part, part))
    match error.code:
        case "measure":
            known = ", ".join(sorted(NUMBERS | WORDS))
            text = _("“%(word)s” cannot be measured. What can be: %(known)s.") % {
                "word": part,
                "known": known,
            }
        case "bound":
            text = _("%(what)s needs a least number, a most, or both, and nothing else.") % {"what": name}
        case "number":
            most = number_format(MOST_NUMBER, force_grouping=True)
            text = _("%(what)s: least and most are numbers from 0 to %(most)s.") % {
                "what": name,
                "most": most,
            }
        case "order":
            text = _("%(what)s: the least is above the most.") % {"what": name}
        case "words" | "one_of":
            text = _("%(what)s needs a list of words (one_of) or a pattern, and nothing else.") % {
                "what": name
            }
        case "format":
            known = ", ".join(FORMATS)
            text = _("“%(word)s” is no format of a picture. There are: %(known)s.") % {
                "word": part,
                "known": known,
            }
        case "pattern":
            text = _(
                "The pattern “%(word)s” cannot be used: it is wrong, too long or too large. "
                "Look-around and backreferences are not known here."
            ) % {"word": part}
        case "id":
            text = _("The name of a rule (id) is made of small letters, digits and hyphens.")
        case "same_id":
            text = _("Two rules have the same name (id). Put them into one.")
        case "count":
            text = _("A specification needs at least one rule, and has at most %(number)d.") % {
                "number": MOST_RULES
            }
        case "key":
            text = _("Give the specification a name with letters or digits.")
        case "member":
            text = _("“%(word)s” says nothing in a rule.") % {"word": part}
        case _:
            text = _("This cannot be read as rules.")
    return text
