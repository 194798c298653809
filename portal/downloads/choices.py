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
