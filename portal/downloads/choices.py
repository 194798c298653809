"""Words for downloads."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Via(models.TextChoices):
    PAGE = "page", _("Page")
    API = "api", "API"
