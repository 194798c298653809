"""Rules, measured values and fixes in the reader's words."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.core.templatetags.portal import weight
from portal.renditions.verdicts.rules import Line, Rule

#: What is measured, as a reader calls it.
MEASURES = {
    "width": gettext_lazy("Width"),
    "height": gettext_lazy("Height"),
    "longest_side": gettext_lazy("Longest side"),
    "shortest_side": gettext_lazy("Shortest side"),
    "ratio": gettext_lazy("Width to height"),
    "bytes": gettext_lazy("Weight"),
    "dpi": gettext_lazy("Pixels per inch"),
    "transparent": gettext_lazy("Transparency"),
    "off_white": gettext_lazy("White background"),
    "fill": gettext_lazy("Product fills the picture"),
    "margin": gettext_lazy("Space around the product"),
    "border": gettext_lazy("Frame"),
    "per_view": gettext_lazy("Pictures per view"),
    "format": gettext_lazy("Format"),
    "colour": gettext_lazy("Colours"),
    "file_name": gettext_lazy("File name"),
}
STEPS = {
    "upright": gettext_lazy("turned upright"),
    "colours": gettext_lazy("colours to sRGB"),
    "opaque": gettext_lazy("transparency made white"),
    "smaller": gettext_lazy("made smaller"),
    "padded": gettext_lazy("white added around it"),
    "format": gettext_lazy("another format"),
    "weight": gettext_lazy("made lighter"),
    "dpi": gettext_lazy("pixels per inch written in"),
}
_COLOURS = {"srgb": "sRGB", "cmyk": "CMYK", "grey": gettext_lazy("shades of grey")}
_FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "avif": "AVIF",
    "tiff": "TIFF",
    "gif": "GIF",
    "bmp": "BMP",
}
_SIDES = {"width", "height", "longest_side", "shortest_side", "margin", "border"}


def rule_name(rule: Rule) -> str:
    """Return what a rule is about: ``Longest side``."""
    return str(MEASURES[rule.measure])


def value_text(measure: str, value: Any) -> str:
    """Return a measured value with its unit: ``640 pixels``; empty when it is not known."""
    if value is None or value == "":
        return ""
    if measure in _SIDES:
        return ngettext("%(number)s pixel", "%(number)s pixels", int(value)) % {
            "number": number_format(int(value))
        }
    if measure == "off_white":
        if not value:
            return _("white everywhere")
        text = ngettext("%(number)s pixel is not white", "%(number)s pixels are not white", int(value))
        return text % {"number": number_format(int(value), force_grouping=True)}
    if measure == "transparent":
        if not value:
            return _("none")
        text = ngettext(
            "%(number)s pixel can be seen through", "%(number)s pixels can be seen through", int(value)
        )
        return text % {"number": number_format(int(value), force_grouping=True)}
    if measure == "bytes":
        return weight(int(value))
    if measure == "fill":
        return _percent(value)
    if measure == "dpi" and not value:
        return _("not said")
    if measure == "ratio":
        return number_format(value, 2)
    if measure == "colour":
        return str(_COLOURS.get(value, value))
    if measure == "format":
        return _FORMATS.get(value, str(value).upper())
    return str(value)


def _percent(value: float) -> str:
    return _("%(number)s %%") % {"number": number_format(value * 100, 0)}


def bound_text(rule: Rule) -> str:
    """Return what a rule asks: ``at least 1000 pixels``."""
    if rule.one_of:
        return _(" or ").join(value_text(rule.measure, word) for word in rule.one_of)
    if rule.pattern:
        return _("as in %(pattern)s") % {"pattern": rule.pattern}
    if rule.most == 0 and rule.least is None:
        return _("none") if rule.measure != "off_white" else _("white everywhere")
    least = value_text(rule.measure, rule.least) if rule.least is not None else ""
    most = value_text(rule.measure, rule.most) if rule.most is not None else ""
    if least and most:
        return _("%(least)s to %(most)s") % {"least": least, "most": most}
    return _("at least %(value)s") % {"value": least} if least else _("at most %(value)s") % {"value": most}


def sentence(line: Line) -> str:
    """Return a line in one sentence: ``Longest side: 640 pixels; needed: at least 1000 pixels``."""
    value = value_text(line.rule.measure, line.value) or _("not known")
    words = {"what": rule_name(line.rule), "value": value, "bound": bound_text(line.rule)}
    return _("%(what)s: %(value)s; needed: %(bound)s") % words


def steps_text(steps: Iterable[str]) -> str:
    """Return what a fix does, in order: ``white added around it, another format``."""
    return ", ".join(str(STEPS[step]) for step in steps if step in STEPS)
