"""Who took which bytes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.ids import public_id_field
from portal.downloads.choices import Via

__all__ = ["Download"]


class Download(models.Model):
    """
    One taking of one file, written before the first byte leaves. Facts are copied: the record outlives the asset.

    ``actor``  ``user:usr_...`` or ``client:cli_...``
    """

    public_id = public_id_field("dwn")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="downloads")
    actor = models.CharField(_("who"), max_length=60)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    via = models.CharField(_("how"), max_length=6, choices=Via)
    asset = models.ForeignKey("portal.Asset", on_delete=models.SET_NULL, null=True, related_name="downloads")
    version = models.ForeignKey(
        "portal.AssetVersion", on_delete=models.SET_NULL, null=True, related_name="downloads"
    )
    recipe = models.ForeignKey("portal.Recipe", on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.JSONField(_("title"), default=dict)
    version_number = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=12, blank=True)
    recipe_key = models.CharField(_("size"), max_length=40)
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    media_type = models.CharField(_("format"), max_length=100)
    size = models.BigIntegerField(_("bytes"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        indexes = [
            models.Index(fields=["partner", "-at", "-id"], name="download_newest"),
            models.Index(fields=["partner", "sha256"], name="download_digest"),
            models.Index(fields=["partner", "asset"], name="download_asset"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.at:%Y-%m-%d %H:%M}"
