"""What lies in the store of renditions: one row per digest, and the figures of the last look over all of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["StoreFigures", "StoredFile"]


class StoredFile(models.Model):
    """
    Bytes in the store, under their digest. Whoever puts, uses or removes them does it through this row, so that two
    who do not know each other wait for each other here.

    ``size``           bytes, ``None`` until somebody looked (pictures of our own making from before this row was)
    ``used_on``        the last day (UTC) on which somebody asked for them; written once a day
    ``condemned_at``   nothing names them and nobody asked; they go a grace later, unless somebody asks again
    ``missing_since``  they were looked for and are not there, and something names them
    """

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.BigIntegerField(_("bytes"), null=True)
    stored_at = models.DateTimeField(_("since"))
    used_on = models.DateField(_("last used"))
    condemned_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("kept file")
        verbose_name_plural = _("kept files")
        indexes = [
            models.Index(fields=["used_on", "id"], name="stored_file_least_used"),
            models.Index(
                fields=["condemned_at"], name="stored_file_condemned", condition=Q(condemned_at__isnull=False)
            ),
            models.Index(
                fields=["sha256"], name="stored_file_missing", condition=Q(missing_since__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class StoreFigures(models.Model):
    """
    The one row of figures that pages and monitoring read, so that nobody counts a million rows for them.

    ``kept_*``       everything in the store;  ``named_*`` what must stay;  ``condemned_*`` what is about to go
    ``collected_*``  what has gone since the portal runs
    ``full``         the store holds more than its bound, and nothing more may go
    ``walk_*``       how far the walk over the files themselves is: the last of 256 folders, and since when
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counted_at = models.DateTimeField(null=True)
    kept_count = models.BigIntegerField(default=0)
    kept_bytes = models.BigIntegerField(default=0)
    named_count = models.BigIntegerField(default=0)
    named_bytes = models.BigIntegerField(default=0)
    condemned_count = models.BigIntegerField(default=0)
    condemned_bytes = models.BigIntegerField(default=0)
    collected_count = models.BigIntegerField(default=0)
    collected_bytes = models.BigIntegerField(default=0)
    missing_count = models.BigIntegerField(default=0)
    full = models.BooleanField(default=False)
    walk_place = models.CharField(max_length=2, blank=True)
    walk_begun_at = models.DateTimeField(null=True)
    walked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("figures of the store")
        verbose_name_plural = _("figures of the store")
        constraints = [models.CheckConstraint(name="store_figures_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.kept_count} files"
