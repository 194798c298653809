"""Words for recipes and renditions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Fit(models.TextChoices):
    BOUND = "bound", _("Inside, keeps the ratio")
    CROP = "crop", _("Fills, cuts what is over")
    PAD = "pad", _("Inside, padded to the exact size")


class Format(models.TextChoices):
    ORIGINAL = "original", _("As delivered")
    JPEG = "jpeg", "JPEG"
    PNG = "png", "PNG"
    WEBP = "webp", "WebP"
    AVIF = "avif", "AVIF"
    MP4 = "mp4", "MP4"
    WEBM = "webm", "WebM"


class ColourSpace(models.TextChoices):
    """What a picture's numbers mean. Whatever is said here, no picture leaves as CMYK."""

    AS_IS = "", _("As it comes")
    SRGB = "srgb", _("sRGB, with its profile")
    GREY = "grey", _("Shades of grey")


class RenditionState(models.TextChoices):
    """``AWAY``: made once, gone to make room. ``ALTERED``: its bytes were lost, and the source now gives others."""

    WANTED = "wanted", _("Wanted")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    AWAY = "away", _("Not kept")
    ALTERED = "altered", _("Came back different")


class VerdictState(models.TextChoices):
    """What a specification says of a file. ``IMPOSSIBLE``: the file cannot be made or read, so nobody can tell."""

    WANTED = "wanted", _("Being checked")
    PASSED = "passed", _("Fits")
    FAILED = "failed", _("Does not fit")
    UNKNOWN = "unknown", _("Cannot be told")
    IMPOSSIBLE = "impossible", _("Cannot be checked")


class ZoneKind(models.TextChoices):
    """What a protected zone shows."""

    TEXT = "text", _("Label text")
    LOGO = "logo", _("Logo")
    MARK = "mark", _("Certification mark")
    OTHER = "other", _("Something else")
