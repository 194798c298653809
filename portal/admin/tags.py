"""Template tags of the staff pages."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.activity.choices import verb_mark, verb_text
from portal.admin.previews import picture
from portal.catalog.models import AssetVersion
from portal.core.staff_admin import mark
from portal.core.staff_lists import Column, StaffList
from portal.core.templatetags.portal import icon
from portal.packs.choices import Shortage

register = template.Library()


@register.filter
def cells_of(cl: StaffList, row: Any) -> list[tuple[Column, Any]]:
    """The cells of one row of a list."""
    return cl.cells(row)


@register.filter
def duration(seconds: int | None) -> str:
    """A rough time to wait, in words."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}
    hours = round(seconds / 3600)
    return ngettext("about %(count)d hour", "about %(count)d hours", hours) % {"count": hours}


@register.simple_tag
def staff_picture(version: AssetVersion | None, classes: str = "thumb", size: str = "480") -> SafeString:
    """A version's preview, or a sign that there is none."""
    return picture(version, classes=classes, size=size)


@register.filter
def verb_words(verb: str) -> str:
    """A verb of the activity record in the reader's words."""
    return verb_text(verb)


@register.simple_tag
def verb_dot(verb: str) -> SafeString:
    """A verb's mark in a timeline."""
    tone, name = verb_mark(verb)
    return format_html('<span class="dot tone-{}">{}</span>', tone, icon(name))


@register.simple_tag
def state(tone: str, name: str, text: Any, look: str = "") -> SafeString:
    """A state as icon and word."""
    return mark(tone, name, text, look=look)


@register.filter
def of(names: dict[str, str] | None, key: str) -> str:
    """What a mapping says about a key; empty when it says nothing."""
    return (names or {}).get(key, "")


@register.filter
def before_colon(text: str) -> str:
    """The word before an explanation: "Viewer: see and download" reads "Viewer"."""
    return str(text).partition(":")[0]


@register.simple_tag
def shortage(why: str) -> str:
    """Why a file cannot be in a version of a pack, in words."""
    return str(Shortage(why).label) if why in Shortage.values else why
