"""
What we write to the DAM, one function for each call.

Every one may be repeated: it says what shall be so, looks where the vendor's words leave open whether a call adds or
replaces, and an answer that tells "so it is" is a success.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from integrations.errors import BadOptions, BadPayload, Refused
from integrations.payloads import KEPT, decode
from integrations.scaleflex import client
from integrations.scaleflex.calls import SERVICE, FileMissing, ask, demand_success, place, send, the
from integrations.scaleflex.config import Account


def set_metadata(account: Account, uuid: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Give metadata keys of a file these values and leave the others as they are; returns the file object.

    Only PATCH on v5 is known to leave them. Elsewhere PUT may replace everything, so all that is there is read and
    sent along.

    :param values: keys of the project's model; ``None`` empties one
    :raises FileMissing: there is no such file
    :raises Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    if account.options.metadata_write == "patch":
        path = place("file", uuid, "meta")
        body = ask(
            account, "PATCH", path, version="v5", json={"meta": dict(values)}, operation="patch_metadata"
        )
        return the("file", dict, body)
    present = client.get_file(account, uuid).get("meta")
    merged = {**(present if isinstance(present, dict) else {}), **values}
    body = ask(
        account,
        "PUT",
        place(account.options.file_spelling, uuid, "meta"),
        version=account.options.write_version,
        json={"meta": merged},
        operation="put_metadata",
    )
    return the("file", dict, body)


def add_label(account: Account, uuid: str, name: str) -> bool:
    """
    Put a label of the project on a file, besides those it has.

    :returns: ``False`` when it was there already
    :raises Refused: the project has no such label
    :raises FileMissing, Throttled, Retryable, BadPayload: as ``client.list_files``
    """
    wanted = _label(account, name)
    present = _sids(client.get_file(account, uuid))
    if wanted in present:
        return False
    # Whether the call adds or replaces is not published; all of them together is right either way.
    _post_labels(account, uuid, [*present, wanted])
    return True


def remove_label(account: Account, uuid: str, name: str) -> bool:
    """
    Take a label off a file and leave the others.

    :returns: ``False`` when it was not there
    :raises Refused: the DAM keeps it nevertheless
    :raises FileMissing, Throttled, Retryable, BadPayload: as ``client.list_files``
    """
    wanted = _label(account, name)
    present = _sids(client.get_file(account, uuid))
    if wanted not in present:
        return False
    left = _sids(_post_labels(account, uuid, [sid for sid in present if sid != wanted]))
    if wanted in left:
        raise Refused(f"{SERVICE} only adds labels; take {name} off by hand.")
    return True


def _label(account: Account, name: str) -> str:
    for label in client.get_labels(account):
        if label.get("name") == name and isinstance(label.get("sid"), str):
            return label["sid"]
    raise Refused(f"The project has no label {name!r}. Make it there, or name another in the connection.")


def _sids(file: Mapping[str, Any]) -> list[str]:
    labels = file.get("labels")
    found = [
        label.get("sid") if isinstance(label, dict) else label
        for label in (labels if isinstance(labels, list) else ())
    ]
    return [sid for sid in found if isinstance(sid, str)]


def _post_labels(account: Account, uuid: str, sids: Iterable[str]) -> dict[str, Any]:
    path = place("files", uuid, "labels")
    body = ask(
        account, "POST", path, version="v5", json={"labels": list(sids)}, operation="post_labels",
        params={"format": client.FORMAT},
    )  # fmt: skip
    return the("file", dict, body)


def add_tags(account: Account, uuid: str, names: Collection[str], *, language: str) -> dict[str, Any]:
    """
    Give a file tags of one language, besides those it has; new names become tags. Returns the file object.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    tags = client.get_file(account, uuid).get("tags")
    present = tags.get(language) if isinstance(tags, dict) else None
    entries = present if isinstance(present, list) else [present]
    sids = [tag.get("sid") if isinstance(tag, dict) else tag for tag in entries]
    known = {str(tag.get("label", "")).casefold() for tag in entries if isinstance(tag, dict)}
    body = ask(
        account,
        "PUT",
        place("file", uuid, "tags"),
        version="v5",
        json={
            "lang": language,
            "existing_tags": [sid for sid in sids if isinstance(sid, str)],
            "new_tags": [name for name in names if name.casefold() not in known],
        },
        params={"format": client.FORMAT},
        operation="put_tags",
    )
    return the("file", dict, body)


def set_product(
    account: Account, uuid: str, reference: str, *, position: int | None = None
) -> dict[str, Any]:
    """
    Tie a file to a product; returns the file object.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    json = {"product": {"ref": reference, "position": position}}
    body = ask(
        account, "PUT", place("file", uuid, "product"), version="v5", json=json, operation="put_product"
    )
    return the("file", dict, body)


def set_visibility(account: Account, uuids: Collection[str], *, public: bool) -> None:
    """
    Put files on the public delivery, or take them off. Copies in caches stay until they end or are invalidated.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    json = {
        "files_uuids": list(uuids),
        "folders_uuids": [],
        "visibility": "public" if public else "not_public",
    }
    ask(account, "PUT", "objects/visibility/cdn", version="v5", json=json, operation="put_visibility")


def ensure_folder(account: Account, path: str) -> None:
    """
    Make a folder unless it is there.

    :raises Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    try:
        ask(account, "POST", "folders", version="v4", json={"name": path}, operation="post_folder")
    except Refused as error:
        # 403 says both "it exists" and "you may not": only looking tells them apart.
        if error.status != 403 or not _folder_exists(account, path):
            raise


def _folder_exists(account: Account, path: str) -> bool:
    parent = path.rstrip("/").rpartition("/")[0] or "/"
    try:
        return any(folder.get("path") == path.rstrip("/") for folder in client.folders(account, below=parent))
    except FileMissing:
        return False


def make_current(account: Account, version_uuid: str) -> dict[str, Any]:
    """
    Make an older version of a file its current one again; returns the file object.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    path = place("files", version_uuid, "versions")
    return the("file", dict, ask(account, "PUT", path, version="v5", operation="put_version"))


def invalidate(account: Account, paths: Collection[str]) -> str:
    """
    Let the delivery network forget files, in all their sizes, within a minute or so.

    :param paths: ``/folder/name.jpg``, ``*`` stands for anything; an empty collection forgets the whole project
    :returns: the vendor's number of the order, empty when it gives none
    :raises BadOptions: the connection has no address or key for it
    :raises Throttled, Retryable, Refused, BadPayload: as ``client.list_files``

    Source: the vendor's "Invalidation API".
    """
    if not account.options.invalidation_url:
        raise BadOptions("invalidation_url is not set, so nothing can be forgotten.")
    answer = send(
        account,
        "POST",
        "invalidate",
        base=account.options.invalidation_url,
        # Its own key; the project's must not travel to another service.
        headers={"X-Client-Key": account.invalidation_key},
        with_key=False,
        json={"scope": "original", "urls": list(paths)} if paths else {"scope": "all"},
        operation="invalidate",
    )
    body = decode(answer.body, source=SERVICE)
    demand_success(body, answer)
    order = body.get("invalidation")
    if not isinstance(order, dict):
        raise BadPayload(f"{SERVICE} sent an answer without invalidation.", raw=answer.body[:KEPT])
    return order["uuid"] if isinstance(order.get("uuid"), str) else ""
