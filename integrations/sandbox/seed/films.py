"""The films: slow moves over the scenes, captions, an end card, a tune. H.264 and AAC in MP4."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy
from PIL import Image, ImageDraw

from . import music, pictures
from .drawing import packs
from .drawing.lettering import SERIF, mark, text, wordmark
from .drawing.scenes import SCENES
from .drawing.svg import Sheet, rect

# Seconds.
FADE = 0.7
ENDING = 5.0


@dataclass(frozen=True)
class Shot:
    """
    A still under a moving camera.

    ``source`` is a scene, or ``product:<ref>``. ``start`` and ``end`` are the camera's middle
    (shares of width and height) and its width (share of the widest cut that fits).
    """

    source: str
    seconds: float
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    caption: str = ""


@dataclass(frozen=True)
class Film:
    width: int
    height: int
    rate: int
    shots: tuple[Shot, ...]
    ending: str = ""
    sound: bool = True
    snow: bool = False
    bubbles: bool = False


FILMS = {
    "winter-kitchen": Film(
        1280, 720, 20,
        (
            Shot("winter-kitchen", 3.6, (0.5, 0.45, 1.0), (0.42, 0.55, 0.74)),
            Shot("winter-evening-tea", 3.2, (0.3, 0.4, 0.8), (0.55, 0.62, 0.86)),
            Shot("winter-soup", 3.2, (0.5, 0.62, 0.92), (0.5, 0.5, 0.7)),
            Shot("winter-banner", 4.1, (0.72, 0.5, 1.0), (0.3, 0.5, 1.0)),
        ),
        snow=True,
    ),
    "a-day-with-norrvik": Film(
        848, 480, 15,
        (
            Shot("breakfast-table", 6.0, (0.5, 0.5, 1.0), (0.36, 0.52, 0.72), "Seven in the morning"),
            Shot("product:muesli", 5.0, (0.5, 0.5, 1.0), (0.5, 0.56, 0.7), "Oat & Berry Muesli"),
            Shot("breakfast-from-above", 6.0, (0.6, 0.5, 0.96), (0.42, 0.54, 0.72)),
            Shot("coffee-corner", 6.0, (0.3, 0.6, 0.7), (0.6, 0.6, 0.8), "Coffee, the second cup"),
            Shot("kitchen-sink", 6.0, (0.5, 0.5, 1.0), (0.42, 0.62, 0.74), "And then the dishes"),
            Shot("product:dish-soap", 5.0, (0.5, 0.42, 0.8), (0.5, 0.6, 0.8), "Lemon Dish Soap"),
            Shot("laundry-room", 5.5, (0.62, 0.5, 0.95), (0.4, 0.6, 0.76), "Sea Linen at 20 °C"),
            Shot("clean-counter", 5.5, (0.3, 0.55, 0.8), (0.6, 0.55, 0.85)),
            Shot("italian-supper", 6.0, (0.5, 0.5, 1.0), (0.5, 0.68, 0.74), "Supper at eight"),
            Shot("winter-evening-tea", 6.0, (0.3, 0.5, 0.8), (0.6, 0.62, 0.76), "And a calm evening"),
            Shot("pantry-range", 5.5, (0.28, 0.58, 0.8), (0.72, 0.58, 0.8)),
            Shot("home-range", 5.5, (0.6, 0.58, 0.9), (0.44, 0.58, 0.9)),
        ),
        ending="Good things from the north.",
    ),
    "dish-soap-loop": Film(
        720, 720, 15,
        (
            Shot("product:dish-soap", 4.0, (0.5, 0.5, 1.0), (0.5, 0.55, 0.8)),
            Shot("product:dish-soap", 4.0, (0.5, 0.55, 0.8), (0.5, 0.5, 1.0)),
        ),
        sound=False,
        bubbles=True,
    ),
}  # fmt: skip


def _still(source: str, width: int) -> Image.Image:
    """A scene or pack shot, ``width`` pixels wide."""
    if source.startswith("product:"):
        image = pictures.render(packs.packshot(source.removeprefix("product:"), "en"), width).flatten(
            background=255
        )
    else:
        scene = replace(SCENES[source](), grain=0)  # grain costs an encoder more than all the rest
        image = pictures.render_scene(scene, width)
    return Image.fromarray(image.numpy())


def _overlay(film: Film, draw: Callable[[Sheet], tuple[str, ...]]) -> tuple[Image.Image, Image.Image]:
    """A transparent layer of the film's size: its colours and its mask."""
    sheet = Sheet()
    parts = draw(sheet)
    image = pictures.render(sheet.document(1280, 1280 * film.height / film.width, *parts), film.width)
    layer = Image.fromarray(image.numpy()).resize((film.width, film.height))
    return layer.convert("RGB"), layer.getchannel("A")


def _caption(film: Film, words: str) -> tuple[Image.Image, Image.Image]:
    def draw(sheet: Sheet) -> tuple[str, ...]:
        shade = rect(0, 500, 1280, 220, sheet.down((0, "#0b0d16", 0), (1, "#0b0d16", 0.62)))
        return shade, text(64, 664, words, 46, "#ffffff", SERIF, anchor="start")

    return _overlay(film, draw)


def _end_card(film: Film, words: str) -> Image.Image:
    def draw(sheet: Sheet) -> tuple[str, ...]:
        ground = rect(-9, -9, 1298, 738, sheet.radial((0, "#2d3a6b"), (1, "#131a38"), cy=0.4, r=0.8))
        return (
            ground,
            mark(640, 280, "#ffffff", 4.2, 3),
            wordmark(640, 430, 58, "#ffffff"),
            text(640, 500, words, 30, "#f3d9a0", SERIF, italic=True),
        )

    return _overlay(film, draw)[0]


def _camera(still: Image.Image, film: Film, shot: Shot, share: float) -> Image.Image:
    """What the camera sees when ``share`` of the shot has passed."""
    ease = share * share * (3 - 2 * share)
    x, y, zoom = (a + (b - a) * ease for a, b in zip(shot.start, shot.end, strict=True))
    shape = film.width / film.height
    widest = min(still.width, still.height * shape)
    width, height = widest * zoom, widest * zoom / shape
    left = min(max(x * still.width - width / 2, 0), still.width - width)
    top = min(max(y * still.height - height / 2, 0), still.height - height)
    return still.resize(
        (film.width, film.height), Image.Resampling.BILINEAR, box=(left, top, left + width, top + height)
    )


class _Flakes:
    """Snow that falls, or bubbles that rise; the same on every run."""

    def __init__(self, film: Film) -> None:
        chance = random.Random("flakes")
        self.film = film
        self.flakes = [
            (chance.random(), chance.random(), chance.uniform(0.02, 0.07), chance.uniform(1.2, 4.2))
            for _ in range(90)
        ]
        if film.bubbles:
            self.flakes = [(x, y, -speed * 1.4, size * 3.4) for x, y, speed, size in self.flakes[:26]]

    def paint(self, frame: Image.Image, seconds: float) -> None:
        brush = ImageDraw.Draw(frame, "RGBA")
        width, height = self.film.width, self.film.height
        for x, y, speed, size in self.flakes:
            at_y = (y + seconds * speed * 2) % 1.08 * height - 20
            at_x = (x + 0.012 * numpy.sin(seconds * 1.3 + y * 20)) * width
            box = (at_x - size, at_y - size, at_x + size, at_y + size)
            if self.film.bubbles:
                brush.ellipse(box, fill=(255, 255, 255, 40), outline=(255, 255, 255, 190), width=2)
            else:
                brush.ellipse(box, fill=(255, 255, 255, int(70 + size * 32)))


def _frames(film: Film) -> Iterator[Image.Image]:
    """Every frame of a film, in order. Neighbouring shots overlap while they fade."""
    fade = int(FADE * film.rate)
    flakes = _Flakes(film) if film.snow or film.bubbles else None
    number = 0
    tail: list[Image.Image] = []
    for place, shot in enumerate(film.shots):
        still = _still(shot.source, int(film.width * 1.25))
        caption = _caption(film, shot.caption) if shot.caption else None
        total = int(shot.seconds * film.rate)
        last = place == len(film.shots) - 1 and not film.ending
        frames: list[Image.Image] = []  # the end of the shot, for the fade into the next one
        for step in range(total):
            frame = _camera(still, film, shot, step / total)
            if flakes:
                flakes.paint(frame, (number + len(frames)) / film.rate)
            if caption:
                strength = min(1.0, max(0.0, (step - fade) / fade), max(0.0, (total - fade - step) / fade))
                if strength:
                    frame.paste(caption[0], mask=caption[1].point(lambda value, by=strength: int(value * by)))
            if step < len(tail):
                frame = Image.blend(tail[step], frame, (step + 1) / (fade + 1))
            if step >= total - fade and not last:
                frames.append(frame)
            else:
                number += 1
                yield frame
        tail = frames
    if film.ending:
        card = _end_card(film, film.ending)
        for step in range(int(ENDING * film.rate)):
            yield Image.blend(tail[step], card, (step + 1) / (fade + 1)) if step < len(tail) else card


def write(name: str, path: Path) -> None:
    """Encode one film of :data:`FILMS`; the same film gives the same bytes."""
    film = FILMS[name]
    with av.open(
        str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
    ) as container:
        video = container.add_stream("libx264", rate=film.rate)
        video.width, video.height, video.pix_fmt = film.width, film.height, "yuv420p"
        video.options = {"preset": "superfast", "crf": "24"}
        video.thread_count = 1  # the number of threads would change the bytes
        audio = None
        if film.sound:
            audio = container.add_stream("aac", rate=music.RATE, layout="stereo")
            audio.bit_rate = 128_000
            audio.codec_context.flags |= av.codec.context.Flags.bitexact
        video.codec_context.flags |= av.codec.context.Flags.bitexact
        count = 0
        for count, image in enumerate(_frames(film), start=1):
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = count - 1, Fraction(1, film.rate)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            _encode_sound(container, audio, music.tune(count / film.rate))


def _encode_sound(
    container: av.container.OutputContainer, stream: av.AudioStream, sound: numpy.ndarray
) -> None:
    for start in range(0, sound.shape[1], 1024):
        block = numpy.ascontiguousarray(sound[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = music.RATE, start, Fraction(1, music.RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
