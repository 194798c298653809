"""
A small PDF writer: pages with real text, pictures, rules and vector marks.

It uses the standard fonts every reader has, so nothing is embedded, and writes no dates and no
random ids: the same pages give the same bytes (ISO 32000-1).
"""

import unicodedata
import zlib
from functools import cache

from . import fonts

REGULAR, BOLD, SERIF, SERIF_ITALIC = "Helvetica", "Helvetica-Bold", "Times-Roman", "Times-Italic"
_FONTS = (REGULAR, BOLD, SERIF, SERIF_ITALIC)
_ENCODING = "cp1252"  # what PDF calls WinAnsiEncoding

_GLYPHS = {
    "’": "quoteright", "‘": "quoteleft", "“": "quotedblleft", "”": "quotedblright", "„": "quotedblbase", "–": "endash",
    "—": "emdash", "·": "periodcentered", "•": "bullet", "×": "multiply", "©": "copyright", "°": "degree",
    "ß": "germandbls", "€": "Euro", "…": "ellipsis", "'": "quotesingle",
}  # fmt: skip

Color = str  # "#rrggbb"


@cache
def _widths(font: str) -> dict[str, int]:
    """Glyph widths in thousandths of the size, by character for ASCII and by name for the rest (AFM)."""
    path = fonts.folder().parent / "pdfcorefonts" / f"{font}.afm"
    widths = {}
    for row in path.read_text(encoding="latin-1").splitlines():
        if row.startswith("C "):
            code, width, name = (part.split()[1] for part in row.split(";")[:3])
            widths[name] = int(width)
            if 32 <= int(code) < 127 and int(code) not in (39, 96):
                widths[chr(int(code))] = int(width)
    return widths


def text_width(words: str, size: float, font: str = REGULAR) -> float:
    """The width of a line in points. An accent does not widen its letter."""
    widths = _widths(font)
    total = 0
    for letter in words:
        base = _GLYPHS.get(letter) or unicodedata.normalize("NFD", letter)[0]
        total += widths.get(base, 556)
    return total * size / 1000


def wrapped(words: str, width: float, size: float, font: str = REGULAR) -> list[str]:
    """Break a paragraph into lines of at most ``width`` points."""
    rows: list[str] = []
    for word in words.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and text_width(longer, size, font) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _rgb(color: Color) -> str:
    return " ".join(f"{int(color[at : at + 2], 16) / 255:.3f}" for at in (1, 3, 5))


class Page:
    """
    One page. Coordinates are points from its **top** left corner, downwards.

    :param name: the page's entry in the reader's list of contents
    """

    def __init__(self, document: "Document", name: str) -> None:
        self._document, self.name = document, name
        self.width, self.height = document.width, document.height
        self._operations: list[str] = []
        self.pictures: set[int] = set()

    @property
    def content(self) -> bytes:
        return "\n".join(self._operations).encode(_ENCODING, "replace")

    def rect(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        self._operations.append(
            f"{_rgb(color)} rg {x:.2f} {self.height - y - height:.2f} {width:.2f} {height:.2f} re f"
        )

    def rule(self, x: float, y: float, width: float, color: Color = "#d4d4ce", thick: float = 0.6) -> None:
        self.rect(x, y, width, thick, color)

    def frame(
        self, x: float, y: float, width: float, height: float, color: Color, thick: float = 0.8
    ) -> None:
        box = f"{x:.2f} {self.height - y - height:.2f} {width:.2f} {height:.2f}"
        self._operations.append(f"q {_rgb(color)} RG {thick} w [3 3] 0 d {box} re S Q")

    def mark(self, x: float, y: float, size: float, color: Color) -> None:
        """The mountain mark, ``size`` points wide, its middle at ``x, y``."""
        unit = size / 44
        points = [(-22, 8), (-8, -10), (2, 2), (10, -7), (22, 8)]
        shore = [(-16, 15), (16, 15)]
        lines = []
        for line in (points, shore):
            moves = [
                f"{x + a * unit:.2f} {self.height - y - b * unit:.2f} {'l' if at else 'm'}"
                for at, (a, b) in enumerate(line)
            ]
            lines.append(" ".join(moves) + " S")
        self._operations.append(f"q {_rgb(color)} RG {3.2 * unit:.2f} w 1 J 1 j {' '.join(lines)} Q")

    def text(
        self, x: float, y: float, words: str, size: float, color: Color = "#17181c", font: str = REGULAR,
        align: str = "left", spacing: float = 0,
    ) -> None:  # fmt: skip
        """One line with its baseline at ``y``. ``align`` is the end of it that is at ``x``."""
        width = text_width(words, size, font) + spacing * max(len(words) - 1, 0)
        x -= {"left": 0, "middle": width / 2, "right": width}[align]
        escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        number = _FONTS.index(font) + 1
        setting = f"{_rgb(color)} rg /F{number} {size:.2f} Tf {spacing:.2f} Tc"
        self._operations.append(f"BT {setting} {x:.2f} {self.height - y:.2f} Td ({escaped}) Tj ET")

    def paragraph(
        self, x: float, y: float, words: str, width: float, size: float = 10.5, color: Color = "#33353d",
        font: str = REGULAR, leading: float = 1.45,
    ) -> float:  # fmt: skip
        """Wrapped lines from the baseline ``y`` down; returns the baseline after them."""
        for row in wrapped(words, width, size, font):
            self.text(x, y, row, size, color, font)
            y += size * leading
        return y

    def picture(self, jpeg: bytes, pixels: tuple[int, int], x: float, y: float, width: float) -> float:
        """A JPEG, ``width`` points wide; returns its height in points."""
        height = width * pixels[1] / pixels[0]
        number = self._document.add_picture(jpeg, pixels)
        self.pictures.add(number)
        self._operations.append(
            f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {self.height - y - height:.2f} cm /P{number} Do Q"
        )
        return height


class Document:
    """Pages of one size; :meth:`bytes` is the file."""

    def __init__(self, title: str, language: str, width: float = 842, height: float = 595) -> None:
        self.title, self.language, self.width, self.height = title, language, width, height
        self.pages: list[Page] = []
        self._pictures: list[tuple[bytes, tuple[int, int]]] = []

    def page(self, name: str) -> Page:
        self.pages.append(Page(self, name))
        return self.pages[-1]

    def add_picture(self, jpeg: bytes, pixels: tuple[int, int]) -> int:
        """Keep a picture once, however often it is shown; returns its number."""
        entry = (jpeg, pixels)
        if entry not in self._pictures:
            self._pictures.append(entry)
        return self._pictures.index(entry)

    def bytes(self) -> bytes:
        """The finished file."""
        count = len(self.pages)
        first_picture = 4 + len(_FONTS)
        first_page = first_picture + len(self._pictures)
        outline = first_page + 2 * count
        kids = " ".join(f"{first_page + 2 * at} 0 R" for at in range(count))
        objects: list[bytes] = [
            f"<< /Type /Catalog /Pages 2 0 R /Lang ({self.language}) /Outlines {outline} 0 R /PageMode /UseOutlines "
            "/ViewerPreferences << /DisplayDocTitle true >> >>".encode(),
            f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode(),
            b"<< /Title " + _unicode(self.title) + b" /Author (Norrvik AS) /Producer (Norrvik) >>",
        ]
        objects += [
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>".encode()
            for font in _FONTS
        ]
        for jpeg, (width, height) in self._pictures:
            head = (
                f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
                f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(jpeg)} >>"
            )
            objects.append(head.encode() + b"\nstream\n" + jpeg + b"\nendstream")
        faces = " ".join(f"/F{at + 1} {4 + at} 0 R" for at in range(len(_FONTS)))
        for at, page in enumerate(self.pages):
            shown = " ".join(f"/P{number} {first_picture + number} 0 R" for number in sorted(page.pictures))
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {self.width:g} {self.height:g}] "
                f"/Contents {first_page + 2 * at + 1} 0 R "
                f"/Resources << /Font << {faces} >> /XObject << {shown} >> >> >>".encode()
            )
            packed = zlib.compress(page.content, 9)
            head = f"<< /Filter /FlateDecode /Length {len(packed)} >>"
            objects.append(head.encode() + b"\nstream\n" + packed + b"\nendstream")
        objects.append(
            f"<< /Type /Outlines /Count {count} /First {outline + 1} 0 R /Last {outline + count} 0 R >>".encode()
        )
        for at, page in enumerate(self.pages):
            before = f" /Prev {outline + at} 0 R" if at else ""
            after = f" /Next {outline + at + 2} 0 R" if at + 1 < count else ""
            links = f"/Parent {outline} 0 R /Dest [{first_page + 2 * at} 0 R /Fit]{before}{after} >>"
            objects.append(b"<< /Title " + _unicode(page.name) + b" " + links.encode())
        return _file(objects)


def _unicode(words: str) -> bytes:
    return b"<" + (b"\xfe\xff" + words.encode("utf-16-be")).hex().encode() + b">"


def _file(objects: list[bytes]) -> bytes:
    """Number the objects, and write the table that says where each begins."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
