"""A small tune for the films, made of sine waves: plucked notes over soft chords."""

import numpy

RATE = 48_000

# Steps of a major scale from the root; one bar each: the notes of the chord, then of the melody.
_BARS = (
    ((0, 4, 7), (7, 12, 11, 7)),
    ((-3, 0, 4), (4, 9, 7, 4)),
    ((-7, -3, 0), (5, 9, 12, 9)),
    ((-5, -1, 2), (7, 11, 14, 11)),
    ((0, 4, 7), (16, 14, 12, 7)),
    ((-3, 0, 4), (12, 9, 12, 14)),
    ((-7, -3, 0), (12, 9, 5, 9)),
    ((-5, -1, 2), (7, 11, 7, 2)),
)


def _pitch(step: int, root: float) -> float:
    return root * 2 ** (step / 12)


def _pluck(pitch: float, seconds: float) -> numpy.ndarray:
    """A note like a kalimba's: overtones that die faster the higher they are."""
    at = numpy.arange(int(seconds * RATE)) / RATE
    wave = sum(
        numpy.sin(2 * numpy.pi * pitch * factor * at) * strength * numpy.exp(-at * fade)
        for factor, strength, fade in ((1, 1.0, 3.2), (2, 0.34, 5.5), (3, 0.16, 8), (5.4, 0.06, 16))
    )
    return wave * numpy.minimum(at / 0.004, 1)


def _pad(pitch: float, seconds: float) -> numpy.ndarray:
    """A held note that swells and fades: two voices a little apart, so it breathes."""
    at = numpy.arange(int(seconds * RATE)) / RATE
    wave = numpy.sin(2 * numpy.pi * pitch * at) + 0.7 * numpy.sin(2 * numpy.pi * pitch * 1.0035 * at)
    wave += 0.25 * numpy.sin(4 * numpy.pi * pitch * at)
    return wave * numpy.sin(numpy.pi * numpy.minimum(at / seconds, 1)) ** 0.7


def tune(seconds: float, root: float = 261.63, beat: float = 0.5) -> numpy.ndarray:
    """
    The tune for a film.

    :param root: the key note in hertz
    :param beat: seconds from one plucked note to the next
    :returns: two channels of float32 between -1 and 1, shape (2, samples)
    """
    total = int(seconds * RATE)
    tail = int(4 * RATE)
    left, right = numpy.zeros(total + tail), numpy.zeros(total + tail)
    bar = beat * 4
    for number in range(int(seconds / bar) + 1):
        chord, melody = _BARS[number % len(_BARS)]
        start = int(number * bar * RATE)
        if start >= total:
            break
        for voice, step in enumerate(chord):
            wave = _pad(_pitch(step, root / 2), bar * 1.25)[: total + tail - start] * 0.07
            left[start : start + len(wave)] += wave * (1.1 if voice != 2 else 0.8)
            right[start : start + len(wave)] += wave * (1.1 if voice != 0 else 0.8)
        for place, step in enumerate(melody):
            at = start + int(place * beat * RATE)
            if at >= total:
                break
            wave = _pluck(_pitch(step, root), 1.8)[: total + tail - at] * 0.2
            side = 0.62 if (number + place) % 2 else 1.0
            left[at : at + len(wave)] += wave * side
            right[at : at + len(wave)] += wave * (1.62 - side)
    sound = numpy.stack([left, right])[:, :total]
    fade = int(2.2 * RATE)
    sound[:, -fade:] *= numpy.linspace(1, 0, fade) ** 1.4
    sound[:, : RATE // 4] *= numpy.linspace(0, 1, RATE // 4)
    return (sound / numpy.abs(sound).max() * 0.8).astype(numpy.float32)
