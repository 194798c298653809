"""Words for packs and for what partners answer about their files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    ONBOARDING = "onboarding", _("Onboarding")
    LAUNCH = "launch", _("Launch")
    RANGE = "range", _("Range")


class VersionState(models.TextChoices):
    PREPARING = "preparing", _("Being prepared")
    FAILED = "failed", _("Cannot be prepared")
    ISSUED = "issued", _("Issued")


class Answer(models.TextChoices):
    RECEIVED = "received", _("Received")
    IN_USE = "in_use", _("In use")
    REVIEW = "review", _("Needs review")
    REFUSED = "refused", _("Refused")

    @property
    def needs_reason(self) -> bool:
        """Whether the answer says nothing without a code."""
        return self in {Answer.REVIEW, Answer.REFUSED}


class Required(models.TextChoices):
    """The least answer a pack asks for."""

    NOTHING = "", _("No answer")
    RECEIVED = "received", _("Received")
    IN_USE = "in_use", _("In use")


class Reason(models.TextChoices):
    """Why a partner wants a file reviewed, or refuses it."""

    MISSING_VIEW = "missing_view", _("A view is missing")
    MISSING_LANGUAGE = "missing_language", _("A language is missing")
    MISSING_SIZE = "missing_size", _("A size is missing")
    OUTDATED_PACKAGING = "outdated_packaging", _("Outdated packaging")
    OUTDATED_CLAIM = "outdated_claim", _("Outdated claim")
    OUTDATED_LOGO = "outdated_logo", _("Outdated logo")
    WRONG_PRODUCT = "wrong_product", _("Wrong product")
    WRONG_COLOUR = "wrong_colour", _("Wrong colour")
    WRONG_CROP = "wrong_crop", _("Wrong crop")
    WRONG_TEXT = "wrong_text", _("Wrong text")
    QUALITY = "quality", _("Quality")
    RIGHTS = "rights", _("Rights")
    REFUSED_BY_CHANNEL = "refused_by_channel", _("Refused by a channel")
    OTHER = "other", _("Other")


class Shortage(models.TextChoices):
    """Why a file is not in a version, or keeps one from being issued."""

    WITHDRAWN = "withdrawn", _("Withdrawn")
    NOT_PUBLISHED = "not_published", _("Not published in every community of the pack")
    NO_SIZE = "no_size", _("The download size is not meant for this kind of file, or no longer offered")
    NOT_MADE = "not_made", _("The download size cannot be made from this file")
    ZONE_CUT = (
        "zone_cut",
        _(
            "The download size would cut a protected zone: choose another size, or remove the zone if it may be cut"
        ),
    )
