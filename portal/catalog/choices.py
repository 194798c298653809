"""Words for assets as the brand and its partners use them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssetKind(models.TextChoices):
    PACKSHOT = "packshot", _("Packshot")
    LIFESTYLE = "lifestyle", _("Lifestyle")
    GROUP = "group", _("Group")
    LOGO = "logo", _("Logo")
    VIDEO = "video", _("Video")
    CAPTIONS = "captions", _("Captions")
    DOCUMENT = "document", _("Document")
    OTHER = "other", _("Other")


class View(models.TextChoices):
    FRONT = "front", _("Front")
    BACK = "back", _("Back")
    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")
    TOP = "top", _("Top")
    BOTTOM = "bottom", _("Bottom")
    DETAIL = "detail", _("Detail")
    NONE = "", _("No view")


class Medium(models.TextChoices):
    """What kind of bytes: decides previews and recipes."""

    IMAGE = "image", _("Picture")
    VECTOR = "vector", _("Vector")
    VIDEO = "video", _("Video")
    DOCUMENT = "document", _("Document")
    OTHER = "other", _("File")


class Withdrawal(models.TextChoices):
    """Why something is no longer there."""

    APPROVAL = "approval_withdrawn", _("Approval withdrawn")
    RIGHTS = "rights_ended", _("Rights ended")
    DELETED = "deleted", _("Deleted at the source")
    REPLACED = "replaced", _("Replaced by a newer version")
    ROUTING = "not_for_this_community", _("No longer meant for this community")
