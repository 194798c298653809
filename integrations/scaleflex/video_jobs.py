"""
Videos made by the DAM's processing jobs: for what delivery on the fly does not do (longer than a minute, very large).

A job is begun once and looked after from then on; whoever wants its result waits as a row does, not as a worker.

Source: read in the vendor's widget (``/videos/v2/...``); nothing of it is in the reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.errors import BadPayload, Refused
from integrations.payloads import KEPT
from integrations.scaleflex.calls import SERVICE, FileMissing, ask
from integrations.scaleflex.config import Account
from integrations.scaleflex.file_details import web_address

#: Named resolutions: their heights in pixels.
RESOLUTIONS = {"240p": 240, "360p": 360, "480p": 480, "720p": 720, "1080p": 1080}


class JobFailed(Refused):
    """The DAM gave the job up, or was told to."""


@dataclass(frozen=True)
class Job:
    """``progress`` is where to look after it; ``results`` addresses that will have what it makes."""

    progress: str
    results: tuple[str, ...]


def transcode(account: Account, url: str, *, folder: str) -> Job:
    """
    Have an HLS playlist made of the video at a public address.

    :raises FileMissing: no video there
    :raises Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    return _start(account, "transcode", {"url": url, "video_protocols": "HLS"}, folder)


def compress(account: Account, url: str, *, folder: str, resolution: str, bitrate: str) -> Job:
    """
    Have a smaller MP4 made.

    :param resolution: one of ``RESOLUTIONS``; ``bitrate`` such as ``500K``
    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``transcode``
    """
    entry = {"url": url, "video_resolutions": [resolution], "bitrate": bitrate}
    return _start(account, "compress", entry, folder)


def convert(account: Account, url: str, *, folder: str, to: str) -> Job:
    """
    Have the same video put into another container.

    :param to: ``mp4`` or ``webm``
    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``transcode``
    """
    return _start(account, "convert", {"url": url}, folder, output_format=to)


def percent(account: Account, job: Job) -> int:
    """
    Return how far a job is; 100 means that its results are there.

    :raises JobFailed: it will not come to an end
    :raises Throttled, Retryable, Refused, BadPayload: as ``client.list_files``
    """
    base, _, path = job.progress.rpartition("/")
    try:
        body = ask(account, "GET", path, base=base, headers=_headers(account), operation="video_progress")
    except FileMissing:
        raise JobFailed(f"{SERVICE} has forgotten the making of the video.") from None
    except Refused as error:
        # A job that failed says so in its own answer; anything else is about us.
        if b'"ready"' not in error.body:
            raise
        raise JobFailed(f"{SERVICE} could not make the video.", status=error.status) from None
    if body.get("status") == "cancelled":
        raise JobFailed(f"{SERVICE} cancelled the making of the video.")
    progress = body.get("progress")
    if isinstance(progress, bool) or not isinstance(progress, int | float) or not 0 <= progress <= 100:
        progress = 0
    if body.get("ready") is True:
        return 100
    return min(99, int(progress))


def resolution_for(width: int | None, height: int | None, *, of: tuple[int, int]) -> str | None:
    """
    Return the largest named resolution of a video that stays within bounds, ``None`` when none does.

    :param width, height: the bounds in pixels, ``None`` for none
    :param of: width and height of the video itself
    """
    wide, high = of
    smallest = min(RESOLUTIONS, key=lambda name: RESOLUTIONS[name])
    for name, lines in sorted(RESOLUTIONS.items(), key=lambda entry: -entry[1]):
        # Asked for more lines than there are, it might enlarge; below the smallest there is no other word.
        if lines > high and name != smallest:
            continue
        shown = min(lines, high)
        if shown <= (height or shown) and wide * shown / high <= (width or wide):
            return name
    return None


def _start(account: Account, kind: str, entry: dict[str, Any], folder: str, **params: str) -> Job:
    body = ask(
        account,
        "POST",
        f"{kind}/url",
        base=account.video_jobs_url,
        params=params,
        json=[entry],
        headers={**_headers(account), "Filerobot-Folder": folder.encode("ascii", "ignore").decode() or "/"},
        operation=f"video_{kind}",
    )
    results = body.get("result")
    first = results[0] if isinstance(results, list) and results and isinstance(results[0], dict) else {}
    progress = first.get("progress")
    if not isinstance(progress, str) or not urlsplit(progress).scheme:
        raise BadPayload(
            f"{SERVICE} began a video job without saying where it stands.", raw=repr(body).encode()[:KEPT]
        )
    return Job(progress, tuple(_results(first)))


def _results(result: Mapping[str, Any]) -> Sequence[str]:
    found: list[Any] = []
    for entry in _list(result.get("transcoded")):
        found.extend(_list(entry.get("playlists")) if isinstance(entry, dict) else [])
    for name in ("compressed", "converted"):
        found.extend(_list(result.get(name)))
    return [link for link in found if web_address(link)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _headers(account: Account) -> dict[str, str]:
    return {"Filerobot-Token": account.options.token}
