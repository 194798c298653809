"""Addresses of the vendor's delivery that companies put into their pages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.ids import public_id_field
from portal.downloads.choices import EmbedEnd, EmbedState

__all__ = ["EmbedLink"]


class EmbedLink(models.Model):
    """
    One version in one size, embedded by one company. It names this version: a newer one ends it.

    ``state``       opening (the media library makes the file public) -> ready -> ended
    ``address``     of the delivery; empty until the media library has confirmed that the file is public
    ``opened``      we make the file public, or have: once nobody embeds it any more it is taken off again. Written
                    before the media library is called, and never taken back
    ``private_at``  when the media library confirmed that it is not public any more
    """

    public_id = public_id_field("emb")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="embed_links")
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(_("who"), max_length=60)
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="embed_links")
    revision = models.ForeignKey("portal.RecipeRevision", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=EmbedState, default=EmbedState.OPENING)
    address = models.URLField(_("address"), max_length=3000, blank=True)
    opened = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("since"))
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=60, blank=True)
    end = models.CharField(_("why"), max_length=10, choices=EmbedEnd, blank=True)
    private_at = models.DateTimeField(_("off the delivery"), null=True)

    class Meta:
        verbose_name = _("embed link")
        verbose_name_plural = _("embed links")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "version", "revision"],
                condition=Q(ended_at__isnull=True),
                name="embed_link_once",
            ),
            models.CheckConstraint(
                name="embed_link_ready_has_address", condition=~Q(state="ready") | ~Q(address="")
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="embed_link_newest"),
            models.Index(fields=["version"], name="embed_link_open", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_ready(self) -> bool:
        return self.state == EmbedState.READY
