# ruff: noqa: E501 - the words of one cue stay on one line in all languages
"""Captions of the films, as WebVTT: what is heard, and what is written on the screen, in the reader's language."""

from collections.abc import Iterator

from .films import ENDING, FADE, FILMS, Film

_MUSIC = {"en": "[calm music]", "de": "[ruhige Musik]", "fr": "[musique calme]", "es": "[música tranquila]", "ar": "[موسيقى هادئة]"}  # fmt: skip
_WORDS = {
    "Seven in the morning": {"de": "Sieben Uhr morgens", "fr": "Sept heures du matin", "es": "Las siete de la mañana", "ar": "السابعة صباحًا"},
    "Oat & Berry Muesli": {"de": "Hafer-Beeren-Müsli", "fr": "Muesli avoine et baies", "es": "Muesli de avena y bayas", "ar": "موسلي الشوفان والتوت"},
    "Coffee, the second cup": {"de": "Kaffee, die zweite Tasse", "fr": "Le café, deuxième tasse", "es": "Café, la segunda taza", "ar": "القهوة، الفنجان الثاني"},
    "And then the dishes": {"de": "Und dann der Abwasch", "fr": "Et puis la vaisselle", "es": "Y luego los platos", "ar": "ثم غسل الأطباق"},
    "Lemon Dish Soap": {"de": "Spülmittel Zitrone", "fr": "Liquide vaisselle citron", "es": "Lavavajillas limón", "ar": "سائل غسل الأطباق بالليمون"},
    "Sea Linen at 20 °C": {"de": "Sea Linen bei 20 °C", "fr": "Sea Linen à 20 °C", "es": "Sea Linen a 20 °C", "ar": "سي لينين عند ٢٠ درجة"},
    "Supper at eight": {"de": "Abendessen um acht", "fr": "Le dîner à huit heures", "es": "La cena a las ocho", "ar": "العشاء في الثامنة"},
    "And a calm evening": {"de": "Und ein ruhiger Abend", "fr": "Et une soirée calme", "es": "Y una noche tranquila", "ar": "ومساء هادئ"},
    "Good things from the north.": {"de": "Gutes aus dem Norden.", "fr": "De bonnes choses du nord.", "es": "Cosas buenas del norte.", "ar": "خيرات من الشمال."},
}  # fmt: skip


def webvtt(name: str, language: str) -> str:
    """
    Return the captions of one film of ``films.FILMS``.

    Source: W3C, "WebVTT: The Web Video Text Tracks Format", 4.1.
    """
    cues = [
        f"{_clock(start)} --> {_clock(end)}\n{words}\n" for start, end, words in _cues(FILMS[name], language)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _cues(film: Film, language: str) -> Iterator[tuple[float, float, str]]:
    begins = 0.0
    yield 0.0, FADE * 2, _MUSIC[language]
    for shot in film.shots:
        if shot.caption:
            yield begins + 2 * FADE, begins + shot.seconds - FADE, _said(shot.caption, language)
        begins += shot.seconds - FADE  # neighbouring shots overlap while they fade
    if film.ending:
        yield begins + FADE, begins + ENDING, _said(film.ending, language)


def _said(words: str, language: str) -> str:
    said = words if language == "en" else _WORDS[words][language]
    return said.replace("&", "&amp;")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
