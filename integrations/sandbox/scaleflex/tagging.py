"""Tags and labels by name or sid."""

import uuid
from typing import Any

from integrations.sandbox.scaleflex.errors import bad_request
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.words import dumps, slug

NAMESPACE = uuid.UUID("0d4f2b86-90ab-5a3c-8a7e-7b0d0b1f8c55")


def tag_sid(project: Project, name: str, language: str) -> str:
    """Return the sid of a tag by its name in a language, creating the tag when it is new."""
    wanted = name.strip().removeprefix("#").casefold()
    if not wanted:
        raise bad_request("A tag has no name.", "INVALID_TAG")
    for sid, names in project.tag_names().items():
        if names.get(language, "").casefold() == wanted:
            return sid
    now = project.moment()
    number = uuid.uuid5(NAMESPACE, f"{language}:{wanted}")
    sid = "#tg" + number.hex[:8]
    with project.write() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO tags VALUES (?, ?, ?, ?, ?, ?)",
            (
                str(number),
                sid,
                f"{slug(name)}-{number.hex[:4]}",
                dumps({language: name.strip().removeprefix("#")}),
                now,
                now,
            ),
        )
    return sid


def read(project: Project, given: Any) -> dict[str, list[str]]:
    """
    Read the tags of an upload.

    :param given: ``{"lang": "en", "existing_tags": [sid], "new_tags": [name]}``, a plain list of names
        (taken as English), or nothing
    :returns: sids by language
    :raises ApiError: 400
    """
    if not given:
        return {}
    if isinstance(given, list):
        given = {"lang": "en", "new_tags": given}
    if not isinstance(given, dict):
        raise bad_request("tags must be an object with lang, existing_tags and new_tags.", "INVALID_TAG")
    language = str(given.get("lang") or "en")
    existing, new = given.get("existing_tags") or [], given.get("new_tags") or []
    if not isinstance(existing, list) or not isinstance(new, list):
        raise bad_request("existing_tags and new_tags must be lists.", "INVALID_TAG")
    unknown = [sid for sid in existing if sid not in project.tag_names()]
    if unknown:
        raise bad_request(f"There is no tag {unknown[0]!r}.", "TAG_NOT_FOUND")
    sids = [*existing, *(tag_sid(project, str(name), language) for name in new)]
    return {language: list(dict.fromkeys(sids))}


def label_sids(project: Project, given: list[str]) -> list[str]:
    """
    Return sids for labels named by sid, uuid or name.

    :raises ApiError: 400, an unknown one
    """
    by_word: dict[str, str] = {}
    for sid, label in project.labels().items():
        by_word |= {sid: sid, label["uuid"]: sid, label["name"].casefold(): sid}
    found = [by_word.get(word) or by_word.get(word.casefold()) for word in given]
    if None in found:
        raise bad_request(f"There is no label {given[found.index(None)]!r}.", "LABEL_NOT_FOUND")
    return [sid for sid in dict.fromkeys(found) if sid]
