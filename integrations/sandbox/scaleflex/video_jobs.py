"""
Video jobs: playlists, smaller copies and other containers, made in the background and polled.

Source: read in the vendor's widget (``/videos/v2/...``); nothing of it is in the reference. The file is
found by the public address that is posted.
"""

import uuid as uuid_module
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlsplit

import orjson
from werkzeug.wrappers import Request

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.delivery import video
from integrations.sandbox.scaleflex.delivery.made import folder_of
from integrations.sandbox.scaleflex.delivery.parameters import Transform, bitrate_of
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.words import dumps

if TYPE_CHECKING:
    from integrations.sandbox.scaleflex.app import ScaleflexPart
    from integrations.sandbox.scaleflex.delivery.serve import Delivery

MOST_ENTRIES = 20
PLAYLIST = "hls/video.m3u8"
# Height of a named resolution in pixels.
RESOLUTIONS = {"240p": 240, "360p": 360, "480p": 480, "720p": 720, "1080p": 1080}
# A job always runs in the background, as the widget polls for it.
SHORTEST_WAIT = 0.01


def answer(part: "ScaleflexPart", request: Request, path: str) -> dict[str, Any]:
    """
    Answer ``/videos/{path}``.

    :raises ApiError: 400, 401, 404
    """
    part.keys.check(request.headers.get("X-Filerobot-Key"))
    if request.headers.get("Filerobot-Token", part.project.token) != part.project.token:
        raise not_found("The project", "PROJECT_NOT_FOUND")
    match request.method, path.strip("/").split("/"):
        case "POST", ["v2", ("transcode" | "compress" | "convert") as kind, "url"]:
            return {"result": [_start(part, request, kind, entry) for entry in _entries(request)]}
        case "GET", ["v2", "status", task]:
            return _progress(part.project, task)
        case "GET" | "POST" | "DELETE", ["v2", "cancel", task]:
            with part.project.write() as connection:
                connection.execute(
                    "UPDATE tasks SET status = 'CANCELLED' WHERE id = ? AND status = 'PENDING'", (task,)
                )
            return _progress(part.project, task)
    raise ApiError(404, "ROUTE_NOT_FOUND", "There is no such address.")


def _entries(request: Request) -> list[dict[str, Any]]:
    request.max_content_length = 1_000_000
    try:
        entries = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise bad_request("The body is not JSON.", "INVALID_JSON") from None
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise bad_request(f"The body must be a list of 1 to {MOST_ENTRIES} entries with a url.")
    if not all(isinstance(entry, dict) and isinstance(entry.get("url"), str) for entry in entries):
        raise bad_request("Every entry needs a url.")
    return entries


def _start(part: "ScaleflexPart", request: Request, kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    project = part.project
    row = _file_at(project, entry["url"])
    outputs = OUTPUTS[kind](row["name"], entry, request.args.get("output_format", "mp4"))
    task = str(uuid_module.uuid4())
    data = {"kind": kind, "uuid": row["uuid"], "outputs": outputs}
    with project.write() as connection:
        connection.execute("INSERT INTO tasks VALUES (?, 'video', 'PENDING', ?, NULL)", (task, dumps(data)))
    part.timers.after(project.switches["bulk_delay_seconds"] or SHORTEST_WAIT, "video", task)
    base = f"{project.base_url}/cdn/{project.token}/.internal/videos/{row['uuid']}"
    links = [f"{base}/{output['name']}" for output in outputs]
    made = {"transcoded": [{"playlists": links}]} if kind == "transcode" else {RESULTS[kind]: links}
    return {"progress": f"{project.base_url}/videos/v2/status/{task}", **made}


def _file_at(project: Project, url: str) -> Any:
    path = unquote_plus(urlsplit(url).path)
    for place in ("store", "cdn"):
        prefix = f"/{place}/{project.token}/"
        if path.startswith(prefix):
            row = files_store.at_address(project, "/" + path.removeprefix(prefix).removeprefix("v7/"))
            if row and row["mime"].startswith("video/"):
                return row
    raise not_found("The video", "FILE_NOT_FOUND")


def _playlist(name: str, entry: dict[str, Any], container: str) -> list[dict[str, Any]]:
    if str(entry.get("video_protocols") or "HLS").upper() != "HLS":
        raise ApiError(501, "NOT_SIMULATED", "This simulation makes HLS playlists only.")
    return [{"name": PLAYLIST}]


def _smaller(name: str, entry: dict[str, Any], container: str) -> list[dict[str, Any]]:
    resolutions = entry.get("video_resolutions") or ["720p"]
    if not isinstance(resolutions, list) or not set(map(str, resolutions)) <= RESOLUTIONS.keys():
        raise bad_request(f"video_resolutions may be {', '.join(RESOLUTIONS)}.")
    bitrate = str(entry.get("bitrate") or "500K").lower()
    bitrate_of(bitrate)
    return [
        {
            "name": f"{_stem(name)}_{resolution}_{bitrate}_compressed.mp4",
            "height": RESOLUTIONS[resolution],
            "bitrate": bitrate,
        }
        for resolution in resolutions
    ]


def _other(name: str, entry: dict[str, Any], container: str) -> list[dict[str, Any]]:
    if container not in ("mp4", "webm"):
        raise bad_request("output_format may be mp4 or webm.")
    return [{"name": f"{_stem(name)}.{container}", "container": container}]


def _stem(name: str) -> str:
    # Kept to what needs no encoding in an address, as the links are put together by hand.
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in Path(name).stem)


OUTPUTS: dict[str, Callable[[str, dict[str, Any], str], list[dict[str, Any]]]] = {
    "transcode": _playlist,
    "compress": _smaller,
    "convert": _other,
}
RESULTS = {"transcode": "playlists", "compress": "compressed", "convert": "converted"}


def _progress(project: Project, task: str) -> dict[str, Any]:
    row = project.db.one("SELECT status FROM tasks WHERE id = ? AND kind = 'video'", (task,))
    if row is None:
        raise not_found("The task", "TASK_NOT_FOUND")
    ready = row["status"] in ("DONE", "FAILED", "CANCELLED")
    percent = {"PENDING": 0, "RUNNING": 50}.get(row["status"], 100)
    answer: dict[str, Any] = {"ready": ready, "progress": percent}
    if row["status"] in ("FAILED", "CANCELLED"):
        return {"status": "error" if row["status"] == "FAILED" else "cancelled", **answer}
    return answer | ({} if ready else {"cancel": f"{project.base_url}/videos/v2/cancel/{task}"})


def run(project: Project, delivery: "Delivery", task: str) -> None:
    """Make what a task asks for and write it into the file's ``info``."""
    row = project.db.one("SELECT * FROM tasks WHERE id = ?", (task,))
    if row is None or row["status"] != "PENDING":
        return
    _mark(project, task, "RUNNING")
    data = orjson.loads(row["data"])
    try:
        file = files_store.get(project, data["uuid"])
        folder = folder_of(project, data["uuid"])
        for output in data["outputs"]:
            _make(delivery.source(file), folder / output["name"], output)
    except ApiError:
        _mark(project, task, "FAILED")
        return

    def with_results(file: Any) -> dict[str, Any]:
        info = orjson.loads(file["info"])
        made = info.setdefault("made", {})
        names = [output["name"] for output in data["outputs"]]
        made[RESULTS[data["kind"]]] = list(dict.fromkeys([*made.get(RESULTS[data["kind"]], []), *names]))
        return {"info": info}

    files_store.change(project, file, with_results, trigger="on_processed", action="H_PROCESSED")
    _mark(project, task, "DONE")


def _make(source: Path, target: Path, output: dict[str, Any]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if output["name"] == PLAYLIST:
        video.playlist(source, target)
        return
    wanted = Transform(
        height=output.get("height"), never_enlarge=True, bitrate=bitrate_of(output.get("bitrate"))
    )
    video.transcode(source, target, wanted, output.get("container", "mp4"), seconds=None)


def _mark(project: Project, task: str, status: str) -> None:
    with project.write() as connection:
        connection.execute("UPDATE tasks SET status = ? WHERE id = ?", (status, task))
