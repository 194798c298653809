"""Template tags and filters used all over; loaded as builtins."""

from datetime import date, datetime

from django import template
from django.conf import settings
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from portal.core import labels

register = template.Library()

# What stands between the marks keeps its own direction, so that "1200 × 800" is not turned round in Arabic.
_LEFT_TO_RIGHT, _AS_IT_BEGINS, _END = "\u2066", "\u2068", "\u2069"

#: How a day is written, by language; Django's own formats are longer than a list has room for.
_DAY = {"en": "j M Y", "de": "j. N Y", "fr": "j N Y", "es": "j N Y", "ar": "j F Y"}


@register.simple_tag
def brand() -> str:
    """The brand whose portal this is."""
    return settings.BRAND_NAME


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """One icon of the sprite, silent for screen readers: the word beside it or the label around it speaks."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f" {classes}" if classes else "",
        static("img/icons.svg"),
        name,
    )


@register.filter
def weight(size: int | None) -> str:
    """Bytes as people say them: ``184 kB``; empty when unknown. Decimal, as shops and networks count."""
    if size is None:
        return ""
    for bound, name in ((1_000_000_000, gettext("GB")), (1_000_000, gettext("MB")), (1_000, gettext("kB"))):
        if size >= bound * 0.9995:
            amount = size / bound
            figure = number_format(amount, 1 if amount < 10 and bound > 1_000 else 0)
            return f"{_AS_IT_BEGINS}{figure} {name}{_END}"
    unit = pgettext("bytes", "B")
    return f"{_AS_IT_BEGINS}{size} {unit}{_END}"


@register.filter
def short_digest(digest: str) -> str:
    """A digest shortened in the middle, for people to compare."""
    return f"{digest[:6]}…{digest[-6:]}" if len(digest) > 14 else digest


@register.filter
def by(width: int | None, height: int | None) -> str:
    """Pixels as ``3000 × 2000``; empty when either is unknown."""
    if not (width and height):
        return ""
    return f"{_LEFT_TO_RIGHT}{width} × {height}{_END}"


@register.filter
def running_time(seconds: float | None) -> str:
    """A video's length as ``1:07``; empty when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


register.filter("language_name", labels.language_name)
register.filter("browser_name", labels.browser_name)
register.filter("market_name", labels.market_name)


@register.filter
def day_text(at: datetime | None) -> str:
    """A day in the reader's zone and language: ``19 Nov 2026``; empty without one."""
    if at is None:
        return ""
    return date_format(timezone.localtime(at), _DAY.get((get_language() or "en").split("-")[0], "j M Y"))


@register.filter
def date_text(day: date | None) -> str:
    """A day of the calendar, the same in every zone, in the reader's language; empty without one."""
    if day is None:
        return ""
    return date_format(day, _DAY.get((get_language() or "en").split("-")[0], "j M Y"))


@register.filter
def moment_text(at: datetime | None) -> str:
    """Day and time in the reader's zone: ``19 Nov 2026, 10:04``; says UTC where no zone was chosen."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    zone = " UTC" if local.tzname() == "UTC" else ""
    time = f"{_LEFT_TO_RIGHT}{local:%H:%M}{zone}{_END}"
    return gettext("%(day)s, %(time)s") % {"day": day_text(at), "time": time}


@register.simple_tag
def day(at: datetime | None) -> str:
    """A day as a ``<time>`` element."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), day_text(at)) if at else ""


@register.simple_tag
def moment(at: datetime | None) -> str:
    """Day and time as a ``<time>`` element."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), moment_text(at)) if at else ""


@register.filter
def message_tone(message: Message) -> str:
    """The tone of a message of ``django.contrib.messages``."""
    if message.level >= levels.ERROR:
        return "bad"
    return {levels.WARNING: "warn", levels.SUCCESS: "ok"}.get(message.level, "info")


@register.simple_tag
def widget(field: BoundField, classes: str) -> SafeString:
    """A form field's control in our looks, without a placeholder: the label above says what goes in."""
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{own} {classes}".strip(), "placeholder": False})


@register.filter
def as_clause(text: str) -> str:
    """A sentence of the DAM as part of one of ours: without its full stop."""
    return text.strip().rstrip(".。")
