"""Words for downloads."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Via(models.TextChoices):
    PAGE = "page", _("Page")
    API = "api", "API"
    LINK = "link", _("Share link")


class Origin(models.TextChoices):
    """Where a prepared download was asked for."""

    BASKET = "basket", _("Basket")
    REPLACEMENTS = "replacements", _("Replacements")
    PRODUCTS = "products", _("Products")
    API = "api", "API"


class JobState(models.TextChoices):
    PREPARING = "preparing", _("In preparation")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class EmbedState(models.TextChoices):
    OPENING = "opening", _("Being made public")
    READY = "ready", _("Ready")
    ENDED = "ended", _("Revoked")


class EmbedEnd(models.TextChoices):
    """Why an embed link ended. After all but the first two the file must not be public any more."""

    COMPANY = "company", _("by your company")
    STAFF = "staff", _("by the brand")
    WITHDRAWN = "withdrawn", _("the file was withdrawn")
    REPLACED = "replaced", _("a newer version replaces the file")
    RIGHTS = "rights", _("the rights ended")
    NOT_PUBLIC = "not_public", _("public use is no longer allowed")
    RECALLED = "recalled", _("the file was recalled")
