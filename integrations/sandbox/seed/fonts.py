"""
The fonts of the labels: DejaVu, out of the matplotlib wheel, found through a fontconfig file of our own.

A machine without fonts (a bare server) then draws the same labels as one with hundreds.
"""

import importlib.util
import os
from pathlib import Path
from xml.sax.saxutils import escape

SANS = "DejaVu Sans"
SERIF = "DejaVu Serif"

_FILES = {
    (SANS, 400, False): "DejaVuSans.ttf",
    (SANS, 700, False): "DejaVuSans-Bold.ttf",
    (SANS, 400, True): "DejaVuSans-Oblique.ttf",
    (SERIF, 400, False): "DejaVuSerif.ttf",
    (SERIF, 700, False): "DejaVuSerif-Bold.ttf",
    (SERIF, 400, True): "DejaVuSerif-Italic.ttf",
}

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="append" binding="weak"><string>DejaVu Sans</string></edit>
  </match>
</fontconfig>
"""


def folder() -> Path:
    """
    The folder with the DejaVu font files.

    :raises FileNotFoundError: matplotlib, which carries them, is not installed
    """
    spec = importlib.util.find_spec("matplotlib")  # not imported: that costs half a second
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "The DejaVu fonts are missing. They come with the package matplotlib: install it."
        )
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


def font_file(family: str, weight: int = 400, italic: bool = False) -> Path:
    """The file of one face, for measuring text."""
    return folder() / _FILES[family, weight, italic]


def environment(cache: Path) -> dict[str, str]:
    """
    The environment variables with which libvips draws text from these fonts alone.

    Writes the fontconfig file into ``cache`` (made when missing). Set the variables before
    libvips draws its first text: fontconfig reads its configuration once.
    """
    cache = cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    text = _CONFIGURATION.format(fonts=escape(str(folder())), cache=escape(str(cache / "fontconfig")))
    path = cache / "fonts.conf"
    # Rewriting an equal file would make fontconfig rebuild its cache.
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        part = path.with_name(f"fonts.conf.{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    return {"FONTCONFIG_FILE": str(path)}
