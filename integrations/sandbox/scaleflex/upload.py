"""Uploads: multipart, remote addresses, base64 and streams, all straight to disk."""

import base64
import binascii
from typing import IO, Any, cast
from urllib.error import URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import orjson
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response

from integrations.sandbox.scaleflex import metadata_model, tagging
from integrations.sandbox.scaleflex.blobs import Draft
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, json_response, not_simulated
from integrations.sandbox.scaleflex.folders_store import normal_path
from integrations.sandbox.scaleflex.incoming import Incoming, Refused, receive

MOST_URLS = 20
LARGEST_JSON = 80_000_000
FETCH_SECONDS = 30
BLOCK = 1024 * 1024


def upload(call: Call) -> Response:
    """``POST /files`` and its older alias ``/upload``: by content type, one of three ways."""
    if call.args.get("resize") or "transcode" in call.args.get("postprocess", ""):
        raise not_simulated("resizing or transcoding at upload; ask the delivery or a video job for it")
    folder = normal_path(call.args.get("folder") or call.args.get("dir") or "/")
    if call.key:
        call.key.require_folder(folder)
    mimetype = call.request.mimetype
    if mimetype == "multipart/form-data":
        return _answer(call, _multipart(call, folder))
    if mimetype == "application/octet-stream":
        return _answer(call, [_stream(call, folder)])
    call.request.max_content_length = LARGEST_JSON
    try:
        body = orjson.loads(call.request.get_data())
    except orjson.JSONDecodeError:
        raise bad_request(
            "Send multipart/form-data, or JSON with files_urls or data.", "INVALID_BODY"
        ) from None
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.", "INVALID_BODY")
    if "files_urls" in body:
        return _answer(call, _remote(call, folder, body["files_urls"]))
    if "data" in body:
        return _answer(call, [_base64(call, folder, body)])
    raise bad_request("Nothing to upload: neither files, files_urls nor data.", "INVALID_BODY")


def upload_stream(call: Call) -> Response:
    """``PUT /files?name=``: the body is the file. The name's parameter is not documented; this is ours."""
    folder = normal_path(call.args.get("folder") or "/")
    if call.key:
        call.key.require_folder(folder)
    return _answer(call, [_stream(call, folder)])


def _draft(call: Call) -> Draft:
    return call.project.blobs.draft(call.project.switches["largest_upload_bytes"])


def _multipart(call: Call, folder: str) -> list[Incoming]:
    """
    Read the parts; a part's side data has the part's own name in brackets: ``meta[file]``.

    Part names are free: the documentation says ``file``, the widget ``files[]``, one client the file's name.
    """
    drafts: list[Draft] = []

    def to_disk(*args: Any, **kwargs: Any) -> IO[bytes]:
        drafts.append(_draft(call))
        return cast(IO[bytes], drafts[-1])

    parser = FormDataParser(to_disk, max_form_memory_size=2_000_000, max_form_parts=200)
    try:
        _, form, files = parser.parse(
            call.request.stream,
            "multipart/form-data",
            call.request.content_length,
            call.request.mimetype_params,
        )
    except ValueError as error:
        for draft in drafts:
            draft.discard()
        raise bad_request(f"The multipart body cannot be read: {error}.", "INVALID_BODY") from None
    found = [
        Incoming(
            folder,
            _side(form, "name", part, as_json=False) or storage.filename or part,
            cast(Draft, storage.stream),
            side={name: _side(form, name, part) for name in ("meta", "info", "tags", "product")},
        )
        for part, storage in files.items(multi=True)
    ]
    if not found:
        raise bad_request("The multipart body holds no file.", "INVALID_BODY")
    return found


def _side(form: Any, name: str, part: str, *, as_json: bool = True) -> Any:
    text = form.get(f"{name}[{part}]")
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if as_json:
            raise bad_request(f"{name}[{part}] is not JSON.", "INVALID_JSON") from None
        return text


def _stream(call: Call, folder: str) -> Incoming:
    name = call.args.get("name")
    if not name:
        raise bad_request("A stream needs ?name=.", "INVALID_NAME")
    draft = _draft(call)
    while block := call.request.stream.read(BLOCK):
        draft.write(block)
    return Incoming(folder, name, draft)


def _base64(call: Call, folder: str, body: dict[str, Any]) -> Incoming:
    if body.get("postactions") != "decode_base64" or not isinstance(body["data"], str):
        raise bad_request("data needs postactions decode_base64.", "INVALID_BODY")
    # A data address from a browser is taken as well.
    data = body["data"].rsplit(",", 1)[-1]
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error:
        raise bad_request("data is not base64.", "INVALID_BODY") from None
    draft = _draft(call)
    draft.write(content)
    return Incoming(folder, str(body.get("name") or ""), draft, side=_given(body))


def _remote(call: Call, folder: str, urls: Any) -> list[Incoming]:
    if not isinstance(urls, list) or not urls:
        raise bad_request("files_urls must be a list.", "INVALID_BODY")
    found = []
    # More than twenty are ignored, as documented.
    for entry in urls[:MOST_URLS]:
        if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
            raise bad_request("Every entry of files_urls needs a url.", "INVALID_BODY")
        name = entry.get("name") or unquote(urlsplit(entry["url"]).path.rsplit("/", 1)[-1])
        found.append(Incoming(folder, str(name), _fetch(call, entry["url"]), side=_given(entry)))
    return found


def _given(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry.get(name) for name in ("meta", "info", "tags", "product")}


def _fetch(call: Call, url: str) -> Draft:
    """
    Download a remote file.

    :raises ApiError: 400, unreachable or without a Content-Length (as the vendor's Python client notes)
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise bad_request(f"{url[:200]} is not an http address.", "INVALID_URL")
    draft = _draft(call)
    try:
        request = UrlRequest(url, headers={"User-Agent": "Scaleflex-Simulation/1.0"})
        with urlopen(request, timeout=FETCH_SECONDS) as source:
            if source.headers.get("Content-Length") is None:
                raise bad_request("The source sends no Content-Length.", "INVALID_URL")
            while block := source.read(BLOCK):
                draft.write(block)
    except (URLError, OSError, ValueError) as error:
        draft.discard()
        raise bad_request(f"{url[:200]} could not be fetched: {error}.", "INVALID_URL") from None
    except ApiError:
        draft.discard()
        raise
    return draft


def _answer(call: Call, incoming: list[Incoming]) -> Response:
    """
    Take the files in and answer as recorded: ``file`` always, ``files`` when there are several.

    Content that is already there, and an upload that is refused, answer ``status: error`` when it was
    the only one.
    """
    rows, refusals = [], []
    forced = call.args.get("opt_force_name")
    keep_name = call.args.get("obfuscate") == "KEEP_ORIGINAL_NAME"
    try:
        for entry in incoming:
            entry.meta = metadata_model.to_stored(call.project, entry.side.get("meta") or {})
            entry.tags = tagging.read(call.project, entry.side.get("tags"))
            try:
                rows.append(
                    receive(call.project, call.timers, entry, forced_name=forced, keep_name=keep_name)
                )
            except Refused as refusal:
                refusals.append(refusal.body)
    finally:
        for entry in incoming:
            entry.draft.discard()
    info = {"version": 4.02, "uploaded_files": len(rows), "files_count": len(incoming)}
    if not rows:
        body = refusals[0]
        body["info"] = {**info, **body.get("info", {})}
        return json_response(body, call.project.switches["upload_refusal_status"])
    renderer = call.fresh_renderer()
    files = [_written(renderer.file(row), overwrite) for row, overwrite in rows]
    answer: dict[str, Any] = {"status": "success", "file": files[0], "info": info}
    if len(incoming) > 1:
        answer |= {"files": files, "failed": refusals}
    return json_response(answer)


def _written(file: dict[str, Any], overwrite: bool) -> dict[str, Any]:
    """Give a file object the spellings of a write response: ``blur_hash``, a folder with a slash."""
    file["hash"] = {"sha1": file["hash"]["sha1"], "blur_hash": None}
    file["folder"]["name"] = file["folder"]["name"].rstrip("/") + "/"
    file["overwrite"] = overwrite
    return file


ROUTES = [
    Route("POST", "/files", "FILE_UPLOAD", upload),
    Route("POST", "/upload", "FILE_UPLOAD", upload),
    Route("PUT", "/files", "FILE_UPLOAD", upload_stream),
]
