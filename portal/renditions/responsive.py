"""
Responsive sets: a picture in several widths and formats, and the HTML that lets a browser choose.

The partner hosts the files: the snippet names them as they are called when they leave, and no address of ours stands in
it, because every byte we give out passes a check.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.utils import timezone
from django.utils.html import escape

from portal.catalog.choices import Medium
from portal.catalog.models import AssetVersion
from portal.renditions import file_names, made_to_order, services, store, stored
from portal.renditions.choices import Format, RenditionState
from portal.renditions.models import RecipeRevision, Rendition
from portal.renditions.selectors import expected_pixels

WIDTHS = (480, 800, 1200, 1600, 2400)
#: In the order browsers are asked, lightest first, with the quality of each; the last is for those that know no other.
FORMATS = {Format.AVIF: 55, Format.WEBP: 80, Format.JPEG: 82}
MEDIA_TYPES = {Format.AVIF: "image/avif", Format.WEBP: "image/webp", Format.JPEG: "image/jpeg"}
#: States in which a file stays until somebody has it tried again.
_FAILED = {RenditionState.FAILED, RenditionState.ALTERED}
#: What ``src`` names, for whatever does not choose.
_PLAIN = 1200


def any_address() -> str:
    """Return the address of one member, which stands for the set where leave to take it is asked."""
    form, quality = next(iter(FORMATS.items()))
    return made_to_order.address_of(made_to_order.RESPONSIVE, **_said(form, WIDTHS[0], quality))


def _said(form: Format, width: int, quality: int) -> dict[str, Any]:
    return {
        "facts": {"width": width, "format": str(form), "quality": quality},
        "suffix": f"{width}w",
    }


def ensure_members(**kwargs) -> None:
    """Make the revisions of every set. Runs after every migration."""
    for form, quality in FORMATS.items():
        for width in WIDTHS:
            made_to_order.order(made_to_order.RESPONSIVE, now=timezone.now(), **_said(form, width, quality))


@dataclass(frozen=True)
class Member:
    """
    One file of a set. ``width`` and ``height`` in pixels, as they will be; ``made`` once it is.

    ``name``       under which it leaves
    ``cannot_be``  the last try to make it failed; staff see why
    """

    revision: RecipeRevision
    name: str
    width: int
    height: int
    made: Rendition | None
    cannot_be: bool = False

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[Format(self.revision.format)]


def has_set(version: AssetVersion) -> bool:
    """Whether there can be a set: of a picture whose width is known."""
    return version.medium == Medium.IMAGE and bool(version.width and version.height)


def members(version: AssetVersion) -> list[Member]:
    """
    Return the files of a version's set, format by format, narrowest first: two queries. Nothing is enlarged: widths the
    picture does not have are left out, save that the narrowest always stands for one that is narrower still.
    """
    if not has_set(version):
        return []
    widths = [width for width in WIDTHS if width <= (version.width or 0)] or list(WIDTHS[:1])
    rows = RecipeRevision.objects.filter(
        recipe__key=made_to_order.RESPONSIVE, width__in=widths, format__in=[str(form) for form in FORMATS]
    ).select_related("recipe")
    there = {row.revision_id: row for row in Rendition.objects.filter(version=version, revision__in=rows)}
    found = []
    for revision in sorted(rows, key=lambda row: (list(FORMATS).index(Format(row.format)), row.width or 0)):
        width, height = expected_pixels(version, revision)
        if width and height:
            name = file_names.of_version(version, revision, width=width, height=height)
            row = there.get(revision.pk)
            made = row if row and row.state == RenditionState.READY else None
            found.append(Member(revision, name, width, height, made, bool(row and row.state in _FAILED)))
    return found


def snippet(files: Sequence[Member], alt: str) -> str:
    """
    Return the HTML of a set, to be put where the files lie beside the page.

    Source: HTML Living Standard, "The picture element" and "srcset attributes".
    """
    lines = ["<picture>"]
    for form in list(FORMATS)[:-1]:
        line = f'  <source type="{MEDIA_TYPES[form]}" srcset="{_srcset(files, form)}" sizes="100vw">'
        lines.append(line)
    last = list(FORMATS)[-1]
    plain = [member for member in files if member.revision.format == last]
    shown = max(
        (member for member in plain if member.width <= _PLAIN), key=lambda m: m.width, default=plain[0]
    )
    lines += [
        f'  <img src="{quote(shown.name)}" srcset="{_srcset(files, last)}" sizes="100vw"',
        f'       width="{shown.width}" height="{shown.height}" alt="{escape(alt)}" loading="lazy" decoding="async">',
        "</picture>",
    ]
    return "\n".join(lines)


def _srcset(files: Sequence[Member], form: Format) -> str:
    return ", ".join(f"{quote(m.name)} {m.width}w" for m in files if m.revision.format == form)


def alt_for(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """
    Return a picture's alternative text and the language it is in; two empty texts when there is none.

    :param language: of the file; English stands in, then whatever there is, and the caller says so
    """
    for one in (language, language.split("-")[0], "en", *texts):
        if texts.get(one):
            return texts[one], one
    return "", ""


def note_lost(files: Sequence[Member], *, now: datetime) -> list[Member]:
    """Return the files whose bytes the store has lost. They are noted as missing, and made again by the timetable."""
    lost = [member for member in files if member.made and not store.has(member.made.sha256)]
    made = [member.made for member in lost if member.made]
    stored.note_lost([row.sha256 for row in made], now=now)
    # What they were is not forgotten: only the same bytes may come in their place.
    rows = Rendition.objects.filter(pk__in=[row.pk for row in made], state=RenditionState.READY)
    rows.update(state=RenditionState.WANTED, problem="")
    return lost


@dataclass(frozen=True)
class Wanted:
    """
    What a set lacks. ``being_made`` counts files that come by themselves; ``failed`` were tried a moment ago and cannot
    be made until somebody changes something.
    """

    being_made: int
    failed: Sequence[Member]


def want(version: AssetVersion, files: Sequence[Member], *, now: datetime) -> Wanted:
    """
    Ask for the files of a set that are not there yet; the timetable makes them. What went to make room is asked for
    again, and so is what failed longer ago than a refusal is believed.
    """
    missing = [member for member in files if member.made is None]
    Rendition.objects.bulk_create(
        [Rendition(version=version, revision=member.revision) for member in missing], ignore_conflicts=True
    )
    rows = Rendition.objects.filter(version=version, revision__in=[member.revision for member in missing])
    believed = Q(state=RenditionState.FAILED, made_at__gt=now - services.REFUSAL)
    again = Q(state__in=[RenditionState.AWAY, RenditionState.FAILED]) & ~believed
    # Somebody may be making one just now: the claim stays.
    rows.filter(again).update(state=RenditionState.WANTED, problem="")
    failed = set(rows.filter(state__in=_FAILED).values_list("revision", flat=True))
    return Wanted(
        being_made=len(missing) - len(failed),
        failed=[member for member in missing if member.revision.pk in failed],
    )
