"""Scaleflex delivery as the portal's source of renditions: it does the picture and video work, we check what comes."""

import hashlib
import io
from typing import IO, Any

import av
import pyvips
from django.conf import settings
from django.utils import timezone

from integrations import connections, http
from integrations.errors import BadOptions, BadPayload, Refused, Retryable
from integrations.scaleflex import client, delivery, video_renditions
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.schemas import parse_file
from portal.catalog.choices import Medium
from portal.catalog.models import AssetVersion
from portal.renditions.choices import Fit, Format
from portal.renditions.models import RecipeRevision
from portal.renditions.source import Fetched, SourceRefused, SourceUnavailable

_MEDIA_TYPES = {
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.WEBP: "image/webp",
    Format.AVIF: "image/avif",
    Format.MP4: "video/mp4",
    Format.WEBM: "video/webm",
}
#: What pyvips calls the loader of a format.
_LOADERS = {Format.JPEG: "jpegload", Format.PNG: "pngload", Format.WEBP: "webpload", Format.AVIF: "heifload"}
_VIDEO = {Format.MP4, Format.WEBM}
#: A picture is cut in a second or two, a video in as many seconds as it lasts, an original may be large.
_PICTURE_SECONDS, _LONG_SECONDS = 45.0, 240.0
#: A video may end this much earlier than its original, besides a part of its length: frames fall off when it is cut.
_CUT_SECONDS = 1.0


class ScaleflexSource:
    """Fetches renditions from the delivery of the connection a version comes from."""

    def fetch(self, *, version: AssetVersion, revision: RecipeRevision, target: IO[bytes]) -> Fetched:
        """See ``portal.renditions.source.RenditionSource``."""
        connection = connections.get(version.variant.source)
        if connection is None:
            raise SourceUnavailable(f"The connection {version.variant.source} is not in use.", retry_after=60)
        # The circuit of the connection is the API's. Delivery is another system: neither's trouble says anything about
        # the other, and each one's success would hide it.
        try:
            return _fetch(account(connection), version, revision, target)
        except Retryable as error:
            raise SourceUnavailable(str(error), retry_after=max(1, round(error.retry_after or 5))) from error
        except BadPayload as error:
            raise SourceUnavailable(str(error), retry_after=60) from error
        except (Refused, BadOptions) as error:
            raise SourceRefused(str(error)) from error


def _fetch(account: Account, version: AssetVersion, revision: RecipeRevision, target: IO[bytes]) -> Fetched:
    if version.medium == Medium.VIDEO and revision.format not in {*_VIDEO, Format.ORIGINAL}:
        return _still(account, version, revision, target)
    if revision.format == Format.ORIGINAL:
        _download(account, version, {"func": "proxy"}, target, seconds=_LONG_SECONDS)
        return _checked_original(version, target)
    query = delivery_query(revision, account)
    if revision.format in _VIDEO:
        if video_renditions.needs_job(account, version):
            return _by_job(account, version, revision, target)
        _download(account, version, query, target, seconds=_LONG_SECONDS)
        return _checked_video(target, version, revision)
    _download(account, version, query, target, seconds=_PICTURE_SECONDS)
    return _checked_picture(target, revision)


def _by_job(account: Account, version: AssetVersion, revision: RecipeRevision, target: IO[bytes]) -> Fetched:
    url = video_renditions.made_by_job(account, version, revision, now=timezone.now())
    try:
        _get(account, url, target, seconds=_LONG_SECONDS)
        fetched = _checked_video(target, version, revision)
    except (Refused, SourceRefused):
        video_renditions.forget(account, version, revision)
        raise
    video_renditions.forget(account, version, revision)
    return fetched


def delivery_query(revision: RecipeRevision, account: Account) -> dict[str, Any]:
    """
    Return a recipe as parameters of a delivery address.

    Source: Cloudimage v7 image and video operations. Plain ``w`` and ``h`` enlarge there, so ``org_if_sml`` forbids
    it; padding is ``func=fit`` with a background.

    :raises Refused: larger than delivery makes
    """
    most = account.options.delivery_most_pixels
    if most and max(revision.width or 0, revision.height or 0) > most:
        raise Refused(f"Delivery makes pictures of at most {most} pixels a side.")
    query: dict[str, Any] = {}
    if revision.width:
        query["w"] = revision.width
    if revision.height:
        query["h"] = revision.height
    query["func"] = {Fit.BOUND: "bound", Fit.CROP: "crop", Fit.PAD: "fit"}[Fit(revision.fit)]
    if revision.format in _VIDEO:
        return {**query, "format": str(revision.format)}
    query["force_format"] = str(revision.format)
    if revision.fit != Fit.PAD:
        query["org_if_sml"] = 1
    if revision.background:
        query["bg_color"] = revision.background
    if quality := revision.quality or account.options.delivery_quality:
        query["q"] = quality
    return query


def delivery_url(account: Account, version: AssetVersion, query: dict[str, Any]) -> str:
    """Return the delivery address of a version, signed or sealed where its project demands it."""
    return delivery.address(
        account, uuid=version.source_uuid, path=version.source_path, sha1=version.sha1, query=query
    )


def _download(
    account: Account, version: AssetVersion, query: dict[str, Any], target: IO[bytes], *, seconds: float
) -> None:
    by_path = account.options.delivery_link == "path"
    if by_path:
        _demand_newest(account, version)
    _get(account, delivery_url(account, version, query), target, seconds=seconds)
    if by_path:
        # It may have been replaced meanwhile, and a cut picture does not show whose it is.
        _demand_newest(account, version)


def _demand_newest(account: Account, version: AssetVersion) -> None:
    """
    :raises SourceRefused: a link by path would lead to another version than this one
    """
    found = client.find_file(account, version.source_path)
    if found is None or parse_file(found).sha1 != version.sha1:
        raise SourceRefused(f"At {version.source_path} lies another version by now.")


def _get(account: Account, url: str, target: IO[bytes], *, seconds: float) -> None:
    http.call(
        "GET",
        url,
        service="Scaleflex delivery",
        operation="fetch",
        hosts=account.hosts,
        into=target,
        max_bytes=settings.RENDITION_MAX_BYTES,
        total_seconds=seconds,
        read_seconds=seconds,
    )


def _checked_original(version: AssetVersion, target: IO[bytes]) -> Fetched:
    """An original must be the very bytes the DAM told us of."""
    target.seek(0)
    digest = hashlib.sha1(usedforsecurity=False)
    while chunk := target.read(1 << 20):
        digest.update(chunk)
    if digest.hexdigest() != version.sha1:
        raise SourceRefused("Delivery sent other bytes than the file's own (SHA-1 differs).")
    return Fetched(media_type=version.media_type, width=version.width, height=version.height)


def _checked_picture(target: IO[bytes], revision: RecipeRevision) -> Fetched:
    target.seek(0)
    content = target.read()
    try:
        image = pyvips.Image.new_from_buffer(content, "", access="sequential", fail_on="error")
    except pyvips.Error:
        raise SourceRefused(f"Delivery sent something that is no picture: {content[:40]!r}") from None
    loader = str(image.get("vips-loader"))
    if not loader.startswith(_LOADERS[Format(revision.format)]):
        raise SourceRefused(f"Delivery sent {loader.removesuffix('_buffer')} instead of {revision.format}.")
    _check_bounds(image.width, image.height, revision)
    return Fetched(media_type=_MEDIA_TYPES[Format(revision.format)], width=image.width, height=image.height)


def _checked_video(target: IO[bytes], version: AssetVersion, revision: RecipeRevision) -> Fetched:
    target.seek(0)
    try:
        with av.open(target, "r") as container:
            stream = container.streams.video[0]
            width, height, kind = stream.width, stream.height, container.format.name
            seconds = (container.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError):
        raise SourceRefused("Delivery sent something that is no video.") from None
    if str(revision.format) not in kind and not (revision.format == Format.WEBM and "matroska" in kind):
        raise SourceRefused(f"Delivery sent {kind} instead of {revision.format}.")
    if version.duration and seconds < version.duration * 0.98 - _CUT_SECONDS:
        raise SourceRefused(f"Delivery sent {seconds:.0f} of {version.duration:.0f} seconds.")
    _check_bounds(width, height, revision)
    return Fetched(media_type=_MEDIA_TYPES[Format(revision.format)], width=width, height=height)


def _check_bounds(width: int, height: int, revision: RecipeRevision) -> None:
    if width > (revision.width or width) or height > (revision.height or height):
        raise SourceRefused(
            f"Delivery sent {width} x {height} pixels, more than {revision.width} x {revision.height}."
        )


def _still(account: Account, version: AssetVersion, revision: RecipeRevision, target: IO[bytes]) -> Fetched:
    """Make the picture of a video for our pages: the frame after one second, or the first there is."""
    if not video_renditions.is_for_delivery(version):
        return _thumbnail(account, version, revision, target)
    clip = io.BytesIO()
    # Our pages' stills are small and WebP; a poster partners take is as wide as its recipe says.
    width = 640 if revision.format == Format.WEBP else revision.width or 1280
    _download(account, version, {"w": width, "func": "bound", "format": "mp4"}, clip, seconds=_LONG_SECONDS)
    clip.seek(0)
    try:
        with av.open(clip, "r") as container:
            frame = None
            for frame in container.decode(video=0):
                if frame.time is not None and frame.time >= 1:
                    break
            if frame is None:
                raise SourceRefused("The video has no picture.")
            pixels = frame.to_ndarray(format="rgb24")
    except (av.FFmpegError, IndexError):
        raise SourceRefused("Delivery sent something that is no video.") from None
    return _written(pyvips.Image.new_from_array(pixels).copy(interpretation="srgb"), revision, target)


def _thumbnail(
    account: Account, version: AssetVersion, revision: RecipeRevision, target: IO[bytes]
) -> Fetched:
    """Take the DAM's own still of a video that is too large for delivery."""
    url = video_renditions.thumbnail(account, version)
    if not url:
        raise SourceRefused("The video is too large for delivery, and the DAM has made no still of it.")
    content = io.BytesIO()
    _get(account, url, content, seconds=_PICTURE_SECONDS)
    try:
        image = pyvips.Image.new_from_buffer(content.getvalue(), "", fail_on="error")
        return _written(image, revision, target)
    except pyvips.Error:
        raise SourceRefused("The DAM's still of the video is no picture.") from None


def _written(image: Any, revision: RecipeRevision, target: IO[bytes]) -> Fetched:
    image = image.thumbnail_image(
        revision.width or image.width, height=revision.height or image.height, size="down"
    )
    quality = revision.quality or 80
    match revision.format:
        case Format.JPEG:
            target.write(image.jpegsave_buffer(Q=quality, optimize_coding=True))
        case Format.PNG:
            target.write(image.pngsave_buffer())
        case Format.AVIF:
            target.write(image.heifsave_buffer(Q=quality, compression="av1", effort=2))
        case _:
            target.write(image.webpsave_buffer(Q=quality, effort=2))
    media_type = _MEDIA_TYPES[Format(revision.format)]
    return Fetched(media_type=media_type, width=image.width, height=image.height)
