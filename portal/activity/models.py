"""What the business did: appended, never changed, chained by digests."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Activity"]


class Activity(models.Model):
    """
    One thing that happened.

    ``verb``     ``noun.verb`` in the past: ``version.released``
    ``actor``    who: ``user:usr_...``, ``client:cli_...``, ``system``; never a name
    ``subject``  what: a public id
    ``data``     JSON, public ids and facts only
    ``position``, ``digest``  its place in the chain; both empty for the seconds until it is sealed
    """

    at = models.DateTimeField(_("time"))
    verb = models.CharField(_("what"), max_length=60)
    actor = models.CharField(_("who"), max_length=60)
    partner = models.ForeignKey(
        "portal.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner"),
    )
    subject = models.CharField(_("subject"), max_length=60)
    data = models.JSONField(default=dict)
    position = models.BigIntegerField(_("position"), null=True, unique=True, editable=False)
    digest = models.CharField(_("digest"), max_length=64, editable=False, default="")

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["subject", "-id"], name="activity_subject"),
            models.Index(fields=["partner", "-id"], name="activity_partner"),
            models.Index(fields=["id"], name="activity_unsealed", condition=models.Q(position__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
