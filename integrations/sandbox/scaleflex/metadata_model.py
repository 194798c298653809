"""The metadata model: which fields there are, and what their opaque selections mean."""

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.scaleflex.errors import bad_request
from integrations.sandbox.scaleflex.project import Project

EMPTY_SETTINGS = {
    "metadata": {
        "version": 1,
        "model": [{"applies_to": "FILES", "groups": []}],
        "store": {"regional_variants_groups": []},
    },
    "presets": [],
}
SELECTIONS = ("select-one", "multi-select")
EXPIRY_MAPPING = "license.s1:expiration_date"


@dataclass(frozen=True)
class Field:
    """
    One entry of the model.

    ``values`` gives, for each internal id of a selection, its api value and its label; ``internal`` is
    the way back, from api value, label or id.
    """

    key: str
    type: str
    regional: bool
    mapping: str | None
    values: dict[str, tuple[str, str]]
    internal: dict[str, str]

    @property
    def empty(self) -> Any:
        if self.regional:
            return {}
        return [] if self.type == "multi-select" else None


def settings_of(project: Project) -> dict[str, Any]:
    """Return the project's settings as the API answers them, labels aside."""
    return project.cached("settings", lambda: project.document("settings", EMPTY_SETTINGS))


def fields_of(project: Project) -> dict[str, Field]:
    """Return the fields of files by key."""
    return project.cached("fields", lambda: {field.key: field for field in _read(settings_of(project))})


def raw_fields(project: Project, applies_to: str = "FILES") -> list[dict[str, Any]]:
    """Return the model's own field objects."""
    model = settings_of(project)["metadata"]["model"]
    groups = [group for part in model if part["applies_to"] == applies_to for group in part["groups"]]
    return [field for group in groups for field in group["fields"]]


def _read(settings: dict[str, Any]) -> list[Field]:
    found = []
    for part in settings["metadata"]["model"]:
        if part["applies_to"] != "FILES":
            continue
        for group in part["groups"]:
            for field in group["fields"]:
                choices = field.get("possible_values") or []
                values = {
                    choice["internal_unique_value"]: (choice["api_value"], choice["label"])
                    for choice in choices
                }
                internal = {entry: entry for entry in values}
                internal |= {label: entry for entry, (_, label) in values.items()}
                internal |= {api: entry for entry, (api, _) in values.items()}
                found.append(
                    Field(
                        field["key"],
                        field["type"],
                        bool(field.get("regional_variants_group_uuid")),
                        field.get("mapping"),
                        values,
                        internal,
                    )
                )
    return found


def expiry_key(project: Project) -> str | None:
    """Return the key of the field that holds the expiry date, if the model has one."""
    return next((field.key for field in fields_of(project).values() if field.mapping == EXPIRY_MAPPING), None)


def to_stored(project: Project, meta: Any) -> dict[str, Any]:
    """
    Check metadata from a caller and turn selections into internal ids.

    Unknown keys are kept: odd ones exist in recorded data. An empty text stands for "nothing chosen".

    :raises ApiError: 400, not an object, or a selection the model does not have
    """
    if not isinstance(meta, dict):
        raise bad_request("meta must be an object.")
    fields = fields_of(project)
    return {str(key): _stored_value(fields.get(key), key, value) for key, value in meta.items()}


def _stored_value(field: Field | None, key: str, value: Any) -> Any:
    if field is None or field.type not in SELECTIONS:
        return value
    if isinstance(value, list):
        return [_stored_value(field, key, entry) for entry in value]
    if value is None or value == "":
        return value
    if not isinstance(value, str) or value not in field.internal:
        raise bad_request(f"{value!r} is not a value of {key}.", "INVALID_META_VALUE")
    return field.internal[value]


def shown(field: Field, value: Any, select: str) -> Any:
    """Turn a selection's stored value into what ``format=select:...`` asks for (api, label, human)."""
    place = 0 if select == "api" else 1
    if isinstance(value, list):
        return [field.values[entry][place] if entry in field.values else entry for entry in value]
    if isinstance(value, str) and value in field.values:
        return field.values[value][place]
    return value
