"""What each key of a search expression means in SQL."""

import re
from collections.abc import Callable
from typing import Any

from integrations.sandbox.scaleflex import metadata_model
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.times import day_or_moment, end_of
from integrations.sandbox.scaleflex.words import like, mime_category

NOT = "\x00"
Sql = tuple[str, list[Any]]


def condition_for(project: Project, key: str, operator: str, values: tuple[str, ...]) -> Sql:
    """
    Return the condition of one term.

    :param values: a leading ``NOT`` character negates one value
    :raises ValueError: unknown key, or an operator or value it does not take
    """
    if key == "":
        return _any(values, lambda value: _free_text(project, value))
    if operator in ("-", "!=") or all(value.startswith(NOT) for value in values):
        positive = tuple(value.lstrip(NOT) for value in values)
        sql, found = condition_for(project, key, "is" if operator in ("-", "!=") else operator, positive)
        return f"({sql}) IS NOT TRUE", found
    if any(value.startswith(NOT) for value in values):
        raise ValueError(f"{key} mixes values with and without '-'.")
    if handler := KEYS.get(key.lower()):
        return _any(values, lambda value: handler(project, operator, value))
    if key in metadata_model.fields_of(project):
        return _any(values, lambda value: _meta(project, key, operator, value))
    raise ValueError(f"There is no search key {key!r}.")


def _any(values: tuple[str, ...], one: Callable[[str], Sql]) -> Sql:
    parts = [one(value) for value in values]
    return " OR ".join(f"({sql})" for sql, _ in parts), [entry for _, found in parts for entry in found]


def _free_text(project: Project, value: str) -> Sql:
    if value.startswith("#"):
        return _tags(project, "is", value)
    if value.startswith(NOT):
        sql, found = _free_text(project, value[1:])
        return f"({sql}) IS NOT TRUE", found
    words = [like(word) for word in value.casefold().split()]
    one = "(search LIKE ? ESCAPE '\\' OR folder LIKE ? ESCAPE '\\')"
    return " AND ".join([one] * len(words)) or "1", [word for word in words for _ in range(2)]


def _type(project: Project, operator: str, value: str) -> Sql:
    _only(operator, "type", "is", "=")
    category, _, extension = value.lower().partition("_")
    sql, found = mime_category(category)
    return (f"{sql} AND extension = ?", [*found, extension]) if extension else (sql, found)


def _mime(project: Project, operator: str, value: str) -> Sql:
    return _text("mime", operator, value.lower())


def _text(column: str, operator: str, value: str) -> Sql:
    """Compare a text column that is ``NULL`` or empty when there is nothing."""
    match operator, value:
        case "is" | "=", "empty":
            return f"coalesce({column}, '') = ''", []
        case "is" | "=", "non-empty":
            return f"coalesce({column}, '') != ''", []
        case "is" | "=" | "=%", _:
            return f"{column} = ? COLLATE NOCASE", [value]
        case "~" | "~~" | "~~~", _:
            return f"{column} LIKE ? ESCAPE '\\'", [like(value)]
        case "~^", _:
            return f"{column} LIKE ? ESCAPE '\\'", [like(value)[1:]]
    raise ValueError(f"The operator {operator!r} does not fit a text.")


def _size(project: Project, operator: str, value: str) -> Sql:
    return _number("size", "size", operator, value)


def _number(expression: str, name: str, operator: str, value: str) -> Sql:
    low, dots, high = value.partition("..")
    try:
        if dots:
            _only(operator, name, "is", "=", "..")
            return f"{expression} BETWEEN ? AND ?", [float(low), float(high)]
        return f"{expression} {_comparison(operator)} ?", [float(value)]
    except ValueError:
        raise ValueError(f"{name} needs a number or a range such as 1000..5000, not {value!r}.") from None


def _comparison(operator: str) -> str:
    if operator in (">", "<", ">=", "<="):
        return operator
    if operator in ("is", "="):
        return "="
    raise ValueError


def _moment(column: str) -> Callable[[Project, str, str], Sql]:
    def handler(project: Project, operator: str, value: str) -> Sql:
        low, dots, high = value.partition("..")
        now = project.clock.now()
        if dots:
            return f"{column} BETWEEN ? AND ?", [day_or_moment(low, now), end_of(high, now)]
        match operator:
            case "is" | "=":
                return f"{column} BETWEEN ? AND ?", [day_or_moment(value, now), end_of(value, now)]
            case ">":
                return f"{column} > ?", [end_of(value, now)]
            case ">=":
                return f"{column} >= ?", [day_or_moment(value, now)]
            case "<":
                return f"{column} < ?", [day_or_moment(value, now)]
            case "<=":
                return f"{column} <= ?", [end_of(value, now)]
        raise ValueError(f"The operator {operator!r} does not fit a date.")

    return handler


def _tags(project: Project, operator: str, value: str) -> Sql:
    _only(operator, "tags", "is", "=")
    if value in ("empty", "non-empty"):
        return f"(tags = '{{}}') = {int(value == 'empty')}", []
    wanted = value.removeprefix("#").casefold()
    sids = [
        sid
        for sid, names in project.tag_names().items()
        if wanted == sid.removeprefix("#").casefold()
        or wanted in {name.casefold() for name in names.values()}
    ]
    return _contains("tags", sids)


def _labels(project: Project, operator: str, value: str) -> Sql:
    _only(operator, "labels", "is", "=")
    if value in ("empty", "non-empty"):
        return f"(labels = '[]') = {int(value == 'empty')}", []
    wanted = value.removeprefix("#").casefold()
    sids = [
        sid
        for sid, label in project.labels().items()
        if wanted in (sid.removeprefix("#").casefold(), label["name"].casefold())
    ]
    return _contains("labels", sids)


def _contains(column: str, sids: list[str]) -> Sql:
    if not sids:
        return "0", []
    places = ", ".join("?" * len(sids))
    return f"EXISTS (SELECT 1 FROM json_tree(files.{column}) WHERE atom IN ({places}))", sids


def _folders(project: Project, operator: str, value: str) -> Sql:
    _only(operator, "folders", "is", "=")
    path = "/" + value.strip("/")
    return "folder = ? OR folder LIKE ? ESCAPE '\\'", [path, like(path.rstrip("/") + "/")[1:]]


def _product(project: Project, operator: str, value: str) -> Sql:
    return _text("product_ref", operator, value)


def _approval(project: Project, operator: str, value: str) -> Sql:
    _only(operator, "approval_status", "is", "=")
    return _text("approval", operator, value if value in ("empty", "non-empty") else value.upper())


def _expiration(project: Project, operator: str, value: str) -> Sql:
    key = metadata_model.expiry_key(project)
    if key is None:
        raise ValueError("No field of the metadata model is mapped to the expiration date.")
    return _meta(project, key, operator, value)


def _orientation(project: Project, operator: str, value: str) -> Sql:
    _only(operator, "orientation", "is", "=")
    words = {"landscape": "LD", "portrait": "PT", "square": "SQ"}
    return "json_extract(info, '$.img_o') = ?", [words.get(value.lower(), value.upper())]


def _meta(project: Project, key: str, operator: str, value: str) -> Sql:
    """Compare a metadata field: any of its values, in any language, may hold."""
    field = metadata_model.fields_of(project)[key]
    path = '$."' + key.replace('"', "") + '"'
    atoms = "EXISTS (SELECT 1 FROM json_tree(files.meta, ?) WHERE atom IS NOT NULL AND atom != '' AND {})"
    if value in ("empty", "non-empty") and operator in ("is", "="):
        return f"{'NOT ' if value == 'empty' else ''}{atoms.format('1')}", [path]
    if field.values:
        _only(operator, key, "is", "=")
        return atoms.format("atom = ?"), [path, field.internal.get(value, value)]
    if field.type == "boolean":
        _only(operator, key, "is", "=")
        if value.lower() not in ("true", "false"):
            raise ValueError(f"{key} is true or false, not {value!r}.")
        return atoms.format("type = ?"), [path, value.lower()]
    low, dots, high = value.partition("..")
    if dots:
        return atoms.format(f"{_cast(low)} BETWEEN ? AND ?"), [
            path,
            _number_or_text(low),
            _number_or_text(high),
        ]
    if operator in (">", "<", ">=", "<="):
        return atoms.format(f"{_cast(value)} {operator} ?"), [path, _number_or_text(value)]
    sql, found = _text("atom", operator, value)
    return atoms.format(sql), [path, *found]


def _cast(value: str) -> str:
    return "CAST(atom AS REAL)" if isinstance(_number_or_text(value), float) else "atom"


def _number_or_text(value: str) -> float | str:
    return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else value


def _only(operator: str, key: str, *allowed: str) -> None:
    if operator not in allowed:
        raise ValueError(f"{key} does not take the operator {operator!r}.")


KEYS: dict[str, Callable[[Project, str, str], Sql]] = {
    "type": _type,
    "mimetype": _mime,
    "size": _size,
    "tags": _tags,
    "labels": _labels,
    "created": _moment("created_at"),
    "updated": _moment("modified_at"),
    "folders": _folders,
    "product_ref": _product,
    "approval_status": _approval,
    "asset_expiration": _expiration,
    "orientation": _orientation,
}
