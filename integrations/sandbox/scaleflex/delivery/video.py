"""Video work with PyAV: size, container, bit rate, the first minute, a still frame."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import av.filter

from integrations.sandbox.scaleflex.delivery.geometry import plan
from integrations.sandbox.scaleflex.delivery.parameters import Transform
from integrations.sandbox.scaleflex.errors import ApiError

# Source: the vendor's "Video operations" page.
LONGEST_SECONDS = 60
LARGEST_INPUT = 500_000_000
LARGEST_SIDE = 4096
SMALLEST_SIDE = 100

# Container, video codec, its options, audio codec. Speed counts here, not the last percent of size.
_X264 = {"preset": "superfast"}
CODECS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "mp4": ("mp4", "libx264", _X264, "aac"),
    "h265.mp4": ("mp4", "libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}, "aac"),
    "webm": ("webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "row-mt": "1"}, "libopus"),
}


def check(size: int, name: str, wanted: Transform) -> None:
    """
    Refuse what the vendor's limits exclude.

    :param size: bytes of the source
    :raises ApiError: 400 or 413
    """
    if size > LARGEST_INPUT:
        raise ApiError(413, "VIDEO_TOO_LARGE", "Videos above 500 MB are delivered as they are only.")
    if "." not in name:
        raise ApiError(400, "INVALID_PARAMETER", "The address of a video needs its extension.")
    for side in (wanted.width, wanted.height):
        if side is not None and side <= SMALLEST_SIDE:
            raise ApiError(
                400, "INVALID_PARAMETER", f"Width and height of a video must be above {SMALLEST_SIDE}."
            )


def transcode(
    source: Path, target: Path, wanted: Transform, kind: str, *, seconds: int | None = LONGEST_SECONDS
) -> None:
    """
    Write a video in another size, container or bit rate. Sound is kept.

    :param kind: a key of ``CODECS``
    :param seconds: how much of it; ``None`` for all
    :raises ApiError: 422, not a video that can be read
    """
    container = CODECS[kind][0]
    flags = {"movflags": "+faststart"} if container == "mp4" else {}
    _write(source, target, wanted, kind, (container, flags), seconds)


def playlist(source: Path, target: Path) -> None:
    """
    Write an HLS playlist of a whole video, its segments beside it.

    :raises ApiError: 422, not a video that can be read
    """
    flags = {
        "hls_time": "4",
        "hls_list_size": "0",
        "hls_segment_filename": str(target.with_name("part%04d.ts")),
    }
    _write(source, target, Transform(), "mp4", ("hls", flags), None)


def _write(
    source: Path,
    target: Path,
    wanted: Transform,
    kind: str,
    muxer: tuple[str, dict[str, str]],
    seconds: int | None,
) -> None:
    _, codec, options, audio = CODECS[kind]
    try:
        first = _first_frame(source)
        with (
            av.open(str(source)) as incoming,
            av.open(str(target), "w", format=muxer[0], options=muxer[1]) as outgoing,
        ):
            steps = _steps(first, wanted)
            pictures = _Pictures(incoming, outgoing, steps, wanted.bitrate, (codec, options), seconds)
            _run(incoming, outgoing, pictures, audio, seconds)
    except (av.FFmpegError, ValueError) as error:
        raise ApiError(422, "UNREADABLE_VIDEO", "The file cannot be read as a video.", str(error)) from None


def _first_frame(source: Path) -> Any:
    """
    Decode the first picture; only it knows how the video is turned.

    :raises ApiError: 422, there is none
    """
    with av.open(str(source)) as container:
        if not container.streams.video:
            raise ApiError(422, "UNREADABLE_VIDEO", "The file holds no picture track.")
        try:
            return next(container.decode(video=0))
        except StopIteration:
            raise ApiError(422, "UNREADABLE_VIDEO", "The file holds no picture.") from None


class Steps(NamedTuple):
    """The filters pictures go through, as ffmpeg names them, and the size they come out in."""

    filters: list[tuple[str, str]]
    size: tuple[int, int]


def _steps(frame: Any, wanted: Transform) -> Steps:
    turns = _turns(frame)
    width, height = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    if max(width, height) > LARGEST_SIDE:
        raise ApiError(413, "VIDEO_TOO_LARGE", "Videos above 4K are delivered as they are only.")
    way = plan(width, height, wanted)
    filters: list[tuple[str, str]] = [("transpose", "cclock")] * turns
    size = _even(way.size)
    filters.append(("scale", f"{size[0]}:{size[1]}:flags=bilinear"))
    if way.crop:
        left, top, crop_w, crop_h = way.crop
        crop_w, crop_h = _even((min(crop_w, size[0]), min(crop_h, size[1])))
        left, top = min(left, size[0] - crop_w), min(top, size[1] - crop_h)
        filters.append(("crop", f"{crop_w}:{crop_h}:{left}:{top}"))
        size = (crop_w, crop_h)
    if way.canvas:
        colour = wanted.background
        colour = f"0x{colour}" if colour and colour not in ("auto", "transparent") else "black"
        canvas = _even(way.canvas)
        size = (max(canvas[0], size[0]), max(canvas[1], size[1]))
        filters.append(("pad", f"{size[0]}:{size[1]}:(ow-iw)/2:(oh-ih)/2:{colour}"))
    return Steps([*filters, ("setsar", "1"), ("format", "yuv420p")], size)


def _turns(frame: Any) -> int:
    """Return how many quarters a picture must be turned counter-clockwise to stand upright."""
    return frame.rotation % 360 // 90 if frame.rotation else 0


def _run(incoming: Any, outgoing: Any, pictures: "_Pictures", audio: str, seconds: int | None) -> None:
    tracks: dict[int, Any] = {pictures.stream.index: pictures}
    if incoming.streams.audio:
        sound = _Sound(incoming, outgoing, audio, seconds)
        tracks[sound.stream.index] = sound
    wanted_streams = [track.stream for track in tracks.values()]
    for packet in incoming.demux(wanted_streams):
        track = tracks[packet.stream.index]
        if not track.done:
            for frame in packet.decode():
                track.take(frame)
        if all(track.done for track in tracks.values()):
            break
    for track in tracks.values():
        track.finish()


class _Pictures:
    """The picture track: turned upright, scaled, cut and padded by ffmpeg's own filters."""

    def __init__(
        self,
        incoming: Any,
        outgoing: Any,
        steps: Steps,
        bitrate: int | None,
        codec: tuple[str, dict[str, str]],
        seconds: int | None,
    ):
        self.stream = incoming.streams.video[0]
        self.stream.thread_type = "AUTO"
        self.done = False
        self._outgoing = outgoing
        self._filters = steps.filters
        self._most = math.inf if seconds is None else seconds
        rate = self.stream.average_rate or Fraction(25)
        self._out = outgoing.add_stream(codec[0], rate=rate, options=dict(codec[1]))
        # Set before the sound begins: the first packet of any track closes the settings of all.
        self._out.width, self._out.height = steps.size
        self._out.pix_fmt = "yuv420p"
        self._out.time_base = self.stream.time_base
        self._out.codec_context.thread_count = 2
        if bitrate:
            self._out.bit_rate = bitrate
        elif codec[0] == "libvpx-vp9":
            # VP9 without a rate would fall back to 256 kbit/s.
            self._out.bit_rate = 1_500_000
        self._graph: Any = None
        self._start: int | None = None

    def take(self, frame: Any) -> None:
        if frame.pts is None:
            return
        if self._graph is None:
            self._graph = self._build(frame)
            self._start = frame.pts
        if (frame.pts - (self._start or 0)) * self.stream.time_base >= self._most:
            self.done = True
            return
        frame.pts -= self._start or 0
        self._graph.push(frame)
        self._drain()

    def finish(self) -> None:
        if self._graph is None:
            return
        self._graph.push(None)
        self._drain()
        self._outgoing.mux(self._out.encode(None))

    def _drain(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            frame.pict_type = 0  # the encoder chooses its own key frames
            self._outgoing.mux(self._out.encode(frame))

    def _build(self, frame: Any) -> Any:
        graph = av.filter.Graph()
        last = graph.add_buffer(
            template=self.stream, width=frame.width, height=frame.height, format=frame.format
        )
        for name, arguments in [*self._filters, ("buffersink", "")]:
            node = graph.add(name, arguments or None)
            last.link_to(node)
            last = node
        graph.configure()
        return graph


class _Sound:
    """The first sound track, encoded anew for the container."""

    def __init__(self, incoming: Any, outgoing: Any, codec: str, seconds: int | None):
        self.stream = incoming.streams.audio[0]
        self.done = False
        self._outgoing = outgoing
        rate = 48000 if codec == "libopus" else self.stream.rate or 44100
        layout = "mono" if self.stream.channels == 1 else "stereo"
        self._out = outgoing.add_stream(codec, rate=rate, layout=layout)
        self._resampler = av.AudioResampler(format=self._out.format, layout=layout, rate=rate)
        self._samples = 0
        self._most = math.inf if seconds is None else seconds * rate

    def take(self, frame: Any) -> None:
        frame.pts = None
        self._encode(self._resampler.resample(frame))
        self.done = self._samples >= self._most

    def finish(self) -> None:
        self._encode(self._resampler.resample(None))
        self._outgoing.mux(self._out.encode(None))

    def _encode(self, frames: list[Any]) -> None:
        for frame in frames:
            if self._samples < self._most:
                frame.pts = self._samples
                frame.time_base = Fraction(1, frame.sample_rate)
                self._samples += frame.samples
                self._outgoing.mux(self._out.encode(frame))


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """Round to even sides, which the encoders need."""
    return max(size[0] // 2 * 2, 2), max(size[1] // 2 * 2, 2)


def still(source: Path, target: Path) -> None:
    """
    Write one frame, from a tenth into the video but at most two seconds, as a PNG.

    :raises ApiError: 422
    """
    try:
        with av.open(str(source)) as container:
            if not container.streams.video:
                raise ApiError(422, "UNREADABLE_VIDEO", "The file holds no picture track.")
            if container.duration:
                container.seek(min(container.duration // 10, 2 * av.time_base))
            frame = next(container.decode(video=0))
            turns = _turns(frame)
            image = frame.to_image()
            image = image.rotate(90 * turns, expand=True) if turns else image
            image.save(target, "PNG", compress_level=1)
    except (av.FFmpegError, StopIteration, ValueError) as error:
        raise ApiError(422, "UNREADABLE_VIDEO", "The file cannot be read as a video.", str(error)) from None
