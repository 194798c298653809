"""Words for what happens to a publication."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeKind(models.TextChoices):
    PUBLISHED = "published", _("New")
    REPLACED = "replaced", _("New version")
    UPDATED = "updated", _("Details changed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    JOINED = "joined", _("Community joined")
    LEFT = "left", _("Community left")
