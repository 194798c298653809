"""
Rights written into files without touching a pixel: XMP and, in JPEG, IPTC; and the pixels per inch.

Pure functions from bytes to bytes; the same input gives the same output, bit for bit.

Source of the forms: XMP Specification Part 3 (JPEG, PNG), ISO 16684-1 (XMP), ISO 14496-12 with XMP Part 3 2.1.12
(``uuid`` box of MP4), IPTC-IIM 4.2, RFC 9649 (WebP), ISO 15948 (PNG).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape

_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\x00"
_XMP_IN_PNG = b"XML:com.adobe.xmp"
_XMP_IN_MP4 = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_PHOTOSHOP = b"Photoshop 3.0\x00"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Rights:
    """
    What a file says of itself.

    ``copyright``, ``usage``  the brand's own words, empty when it says nothing
    ``version``    public id of the version
    ``check_url``  where whoever holds the file sees whether it is still right
    """

    version: str
    check_url: str
    copyright: str = ""
    usage: str = ""


def xmp(rights: Rights) -> bytes:
    """Return the XMP packet, UTF-8."""
    lines = [
        f"<dc:identifier>{escape(rights.version)}</dc:identifier>",
        "<xmpRights:Marked>True</xmpRights:Marked>",
        f"<xmpRights:WebStatement>{escape(rights.check_url)}</xmpRights:WebStatement>",
    ]
    for name, text in (("dc:rights", rights.copyright), ("xmpRights:UsageTerms", rights.usage)):
        if text:
            words = escape(_writable(text))
            lines.append(f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></{name}>')
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">'
        f"{''.join(lines)}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()


def _writable(text: str) -> str:
    """Without the signs XML cannot hold, and at most 2,000 of the others: a JPEG segment has 64 KB."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")[:2000]


def into_jpeg(content: bytes, *, rights: Rights | None = None, dpi: int | None = None) -> bytes:
    """
    Return a JPEG with rights (XMP and IPTC, in place of what it had) and pixels per inch.

    :raises ValueError: not a JPEG
    """
    head, rest = _jpeg_head(content)
    jfif = next((part for part in head if part[0] == 0xE0 and part[1].startswith(b"JFIF\x00")), None)
    if jfif is not None:
        head.remove(jfif)
    body = jfif[1] if jfif else b"JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00"
    if dpi is not None:
        body = body[:7] + struct.pack(">BHH", 1, dpi, dpi) + body[12:]
    first = [(0xE0, body)] if jfif or dpi is not None else []
    if rights is not None:
        head = [
            part
            for part in head
            if not (part[0] == 0xE1 and part[1].startswith(_XMP_IN_JPEG))
            and not (part[0] == 0xED and part[1].startswith(_PHOTOSHOP))
        ]
        exif = [part for part in head if part[0] == 0xE1]
        head = [part for part in head if part[0] != 0xE1]
        first += [*exif, (0xE1, _XMP_IN_JPEG + xmp(rights)), (0xED, _iptc(rights))]
    parts = b"".join(struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data for mark, data in [*first, *head])
    return b"\xff\xd8" + parts + rest


def _jpeg_head(content: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Return the application segments ``(marker, content)`` and everything from the first other one on."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    parts, at = [], 2
    while at + 4 <= len(content) and content[at] == 0xFF and (0xE0 <= content[at + 1] <= 0xEF):
        length = struct.unpack_from(">H", content, at + 2)[0]
        if length < 2 or at + 2 + length > len(content):
            raise ValueError("a JPEG that ends too early")
        parts.append((content[at + 1], content[at + 4 : at + 2 + length]))
        at += 2 + length
    return parts, content[at:]


def _iptc(rights: Rights) -> bytes:
    """Return an APP13 segment: coded character set UTF-8, reference, copyright notice (IIM 1:90, 2:103, 2:116)."""
    sets = [(1, 90, b"\x1b%G"), (2, 103, rights.version.encode()[:32])]
    if rights.copyright:
        sets.append((2, 116, _writable(rights.copyright).encode()[:128]))
    data = b"".join(
        struct.pack(">BBBH", 0x1C, record, number, len(text)) + text for record, number, text in sets
    )
    data += b"\x00" * (len(data) % 2)
    return _PHOTOSHOP + b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(data)) + data


def into_png(content: bytes, *, rights: Rights | None = None, dpi: int | None = None) -> bytes:
    """
    Return a PNG with rights (XMP in place of what it had) and pixels per inch.

    :raises ValueError: not a PNG
    """
    if content[:8] != _PNG:
        raise ValueError("not a PNG")
    new: list[bytes] = []
    if dpi is not None:
        metre = round(dpi / 0.0254)
        new.append(_png_chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1)))
    if rights is not None:
        new.append(_png_chunk(b"iTXt", _XMP_IN_PNG + b"\x00\x00\x00\x00\x00" + xmp(rights)))
    kept = [content[:8]]
    for kind, data, raw in _png_chunks(content):
        if (kind == b"pHYs" and dpi is not None) or (
            kind == b"iTXt" and rights is not None and data.startswith(_XMP_IN_PNG + b"\x00")
        ):
            continue
        kept.append(raw)
        if kind == b"IHDR":
            kept += new
    return b"".join(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at = 8
    while at + 12 <= len(content):
        length = struct.unpack_from(">I", content, at)[0]
        if at + 12 + length > len(content):
            raise ValueError("a PNG that ends too early")
        raw = content[at : at + 12 + length]
        yield raw[4:8], raw[8:-4], raw
        at += 12 + length


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def into_webp(content: bytes, *, rights: Rights) -> bytes:
    """
    Return a WebP with rights (XMP in place of what it had).

    :raises ValueError: not a WebP
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        raise ValueError("not a WebP")
    chunks = [(kind, data) for kind, data in _riff_chunks(content) if kind != b"XMP "]
    if not chunks:
        raise ValueError("an empty WebP")
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", _vp8x(*chunks[0])))
    head = chunks[0][1]
    chunks[0] = (b"VP8X", bytes([head[0] | 0x04]) + head[1:])
    chunks.append((b"XMP ", xmp(rights)))
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _riff_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, min(len(content), struct.unpack_from("<I", content, 4)[0] + 8)
    while at + 8 <= end:
        length = struct.unpack_from("<I", content, at + 4)[0]
        if at + 8 + length > len(content):
            raise ValueError("a WebP that ends too early")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _vp8x(kind: bytes, data: bytes) -> bytes:
    """Return the extended header of a simple WebP: flags, then width and height less one in three bytes each."""
    if kind == b"VP8L" and len(data) >= 5:
        bits = struct.unpack_from("<I", data, 1)[0]
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif kind == b"VP8 " and len(data) >= 10:
        wide, high = struct.unpack_from("<HH", data, 6)
        width, height, alpha = (wide & 0x3FFF) - 1, (high & 0x3FFF) - 1, 0
    else:
        raise ValueError("a WebP without a picture")
    return bytes([alpha << 4, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


def mp4_box(rights: Rights) -> bytes:
    """Return the box that, standing at the end of an MP4, gives it XMP: no offset inside the file changes."""
    packet = xmp(rights)
    return struct.pack(">I4s", len(packet) + 24, b"uuid") + _XMP_IN_MP4 + packet
