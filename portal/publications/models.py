"""Assets released into communities: what partners see, and what the Trading Grid post announces."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import AssetKind, Withdrawal
from portal.core.ids import public_id_field
from portal.publications.choices import ChangeKind

__all__ = [
    "Change",
    "FeasibilityReport",
    "FeasibilityRow",
    "Publication",
    "PublicationItem",
    "RoutingRule",
    "RoutingRun",
]


def _values(label, help_text="", length: int = 200) -> ArrayField:
    return ArrayField(
        models.CharField(max_length=length), default=list, blank=True, verbose_name=label, help_text=help_text
    )


class RoutingRule(models.Model):
    """
    Which variants go into which communities.

    A variant matches when every condition that is filled in holds; within one condition any of the values will do. An
    approved variant goes into the communities of all rules it matches. A rule without any condition matches nothing.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    is_active = models.BooleanField(_("in force"), default=True)
    folders = _values(_("folders"), _("The folder itself and everything below it."), 1000)
    tags = _values(_("tags"))
    labels = _values(_("labels"))
    kinds = ArrayField(
        models.CharField(max_length=10, choices=AssetKind), default=list, blank=True, verbose_name=_("types")
    )
    gtins = _values(_("products (GTIN)"), length=14)
    brands = _values(_("brands"))
    markets = _values(_("markets"), _("Two-letter codes. A file without markets is meant for all."), 2)
    languages = _values(_("languages"), _("A file without words fits every language."), 12)
    metadata = models.JSONField(
        _("metadata"), default=dict, blank=True, help_text=_('For example {"campaign": ["Winter Kitchen"]}.')
    )
    communities = models.ManyToManyField(
        "portal.Community", related_name="routing_rules", verbose_name=_("communities")
    )

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RoutingRun(models.Model):
    """One pass over all variants after the rules changed; resumes behind ``after`` when it is interrupted."""

    requested_at = models.DateTimeField(_("asked for"))
    after = models.BigIntegerField(_("last row done"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("routing run")
        verbose_name_plural = _("routing runs")

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d %H:%M}"


class Publication(models.Model):
    """
    One asset in one community, announced by one post.

    ``revision``         grows with every change a partner can see; the post of the same revision announces it
    ``posted_revision``  the newest revision the grid is known to hold, 0 for none
    ``withdrawn_at``     set while none of its items is live
    """

    public_id = public_id_field("pub")
    asset = models.ForeignKey("portal.Asset", on_delete=models.CASCADE, related_name="publications")
    community = models.ForeignKey("portal.Community", on_delete=models.CASCADE, related_name="publications")
    revision = models.PositiveIntegerField(_("revision"), default=1)
    posted_revision = models.PositiveIntegerField(_("posted revision"), default=0)
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"))
    changed_at = models.DateTimeField(_("changed"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [models.UniqueConstraint(fields=["asset", "community"], name="publication_once")]
        indexes = [models.Index(fields=["community", "-changed_at", "-id"], name="publication_newest")]

    def __str__(self) -> str:
        return f"{self.asset} in {self.community}"


class PublicationItem(models.Model):
    """
    One variant's current version in one publication. ``asset`` and ``community`` repeat the publication's, so that the
    question "what may this partner see?" is answered by one index.

    ``visible_until``, ``usable_from``  the variant's rights window, kept here for the same reason
    ``state``     which part of the window was announced last: scheduled, live or ended
    ``withdrawn_at``  taken back: approval withdrawn, deleted, or no longer meant for this community
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        LIVE = "live", _("Live")
        ENDED = "ended", _("Ended")

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="items")
    asset = models.ForeignKey("portal.Asset", on_delete=models.CASCADE, related_name="+")
    community = models.ForeignKey("portal.Community", on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey("portal.Variant", on_delete=models.CASCADE, related_name="publication_items")
    version = models.ForeignKey(
        "portal.AssetVersion", on_delete=models.CASCADE, related_name="publication_items"
    )
    state = models.CharField(_("state"), max_length=9, choices=State)
    usable_from = models.DateTimeField(null=True)
    visible_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(_("released"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal = models.CharField(_("reason"), max_length=24, choices=Withdrawal, blank=True)

    class Meta:
        verbose_name = _("published file")
        verbose_name_plural = _("published files")
        constraints = [
            models.UniqueConstraint(fields=["publication", "variant"], name="publication_item_once")
        ]
        indexes = [
            models.Index(fields=["community", "asset"], name="item_community_asset"),
            models.Index(fields=["asset", "community"], name="item_asset_community"),
            models.Index(fields=["variant"], name="item_variant"),
            models.Index(
                fields=["usable_from"],
                name="item_opening",
                condition=models.Q(state="scheduled", withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["visible_until"],
                name="item_closing",
                condition=models.Q(visible_until__isnull=False, withdrawn_at__isnull=True)
                & ~models.Q(state="ended"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} in {self.publication_id}"


class Change(models.Model):
    """
    One line of the feed "everything since". ``number`` is given after commit, in order and without gaps, so that a
    reader who has seen 17 will never meet a 16 that committed late.

    ``partner`` is set for what concerns one company alone: it joined or left the community, and everything in it came
    or went at once. Such a line names no asset.
    """

    number = models.BigIntegerField(null=True, unique=True)
    community = models.ForeignKey("portal.Community", on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, null=True, related_name="+")
    asset = models.ForeignKey("portal.Asset", on_delete=models.CASCADE, null=True, related_name="+")
    variant = models.ForeignKey("portal.Variant", on_delete=models.CASCADE, null=True, related_name="+")
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(_("what"), max_length=10, choices=ChangeKind)
    reason = models.CharField(_("reason"), max_length=24, choices=Withdrawal, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["community", "number"], name="change_feed"),
            models.Index(fields=["community", "-at", "-id"], name="change_newest"),
            models.Index(
                fields=["partner", "number"], name="change_partner", condition=models.Q(partner__isnull=False)
            ),
            models.Index(fields=["id"], name="change_unnumbered", condition=models.Q(number__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asset_id}"


class FeasibilityReport(models.Model):
    """
    A partner's whole catalogue in one download size, held against one revision of a specification.

    ``after``        row number of the last publication looked at while it is gathered
    ``gathered_at``  when every file was known, ``None`` until then;  ``finished_at`` when every verdict was
    """

    public_id = public_id_field("rep")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    specification = models.ForeignKey(
        "portal.SpecificationRevision", on_delete=models.CASCADE, related_name="reports"
    )
    revision = models.ForeignKey("portal.RecipeRevision", on_delete=models.CASCADE, related_name="+")
    after = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(_("asked for"))
    gathered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("feasibility report")
        verbose_name_plural = _("feasibility reports")
        indexes = [
            models.Index(fields=["partner", "-asked_at"], name="feasibility_newest"),
            models.Index(
                fields=["asked_at"],
                name="feasibility_open",
                condition=models.Q(finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specification} {self.asked_at:%Y-%m-%d}"


class FeasibilityRow(models.Model):
    """One file of a report, and the verdict on it."""

    report = models.ForeignKey(FeasibilityReport, on_delete=models.CASCADE, related_name="rows")
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="+")
    verdict = models.ForeignKey("portal.Verdict", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("row of a feasibility report")
        verbose_name_plural = _("rows of feasibility reports")
        constraints = [models.UniqueConstraint(fields=["report", "version"], name="feasibility_row_once")]

    def __str__(self) -> str:
        return f"{self.report}: {self.version}"
