"""Named sets of files, their immutable versions, and what partners answered about them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import AssetKind
from portal.core.ids import public_id_field
from portal.core.texts import in_language
from portal.packs.choices import Answer, Purpose, Reason, Required, Shortage, VersionState

__all__ = [
    "Confirmation",
    "Pack",
    "PackFile",
    "PackPick",
    "PackRule",
    "PackTerms",
    "PackVersion",
    "SigningKey",
    "TermsAcceptance",
]


def _values(label, length: int = 200) -> ArrayField:
    return ArrayField(models.CharField(max_length=length), default=list, blank=True, verbose_name=label)


class Pack(models.Model):
    """
    A named set of files for some communities. What is in it is said by ``PackPick`` and ``PackRule``; what partners
    get is always an issued ``PackVersion``.

    ``title``           ``{language: text}``
    ``asks``            the least answer wanted for every file; ``asks_within_days`` after a version was issued
    ``embargo_until``   no partner sees the pack before, ``None`` for at once
    ``current``         the version partners get, ``None`` before the first one
    ``due_since``       since when what it should hold differs, perhaps, from ``current``; ``None`` for not at all
    ``closed_at``       no longer given out
    """

    public_id = public_id_field("pck")
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    title = models.JSONField(_("title"), default=dict)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    owner = models.ForeignKey(
        "portal.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    communities = models.ManyToManyField(
        "portal.Community", related_name="packs", verbose_name=_("communities")
    )
    asks = models.CharField(_("asks for"), max_length=10, choices=Required, blank=True)
    asks_within_days = models.PositiveSmallIntegerField(_("answer within days"), default=14)
    embargo_until = models.DateTimeField(_("not before"), null=True, blank=True)
    current = models.ForeignKey(
        "PackVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    due_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("pack")
        verbose_name_plural = _("packs")
        ordering = ["slug"]
        indexes = [
            models.Index(fields=["due_since"], name="pack_due", condition=Q(due_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return in_language(self.title) or self.slug

    @property
    def name(self) -> str:
        """The title in the active language."""
        return in_language(self.title)


class PackTerms(models.Model):
    """
    What a company accepts before it gets the archives of a pack. Another wording is another row: the newest ``number``
    counts, and is asked for again.

    ``text``    ``{language: text}``;  ``sha256`` of its canonical JSON, which an acceptance names
    """

    public_id = public_id_field("trm")
    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="terms")
    number = models.PositiveIntegerField(_("version"))
    text = models.JSONField(_("text"))
    sha256 = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("terms of a pack")
        verbose_name_plural = _("terms of packs")
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="pack_terms_once")]

    def __str__(self) -> str:
        return f"{self.pack} terms {self.number}"

    @property
    def words(self) -> str:
        """The text in the active language; empty for terms that were lifted."""
        return in_language(self.text)


class TermsAcceptance(models.Model):
    """That a company accepted one version of a pack's terms: who, when, and the digest of the very text."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    terms = models.ForeignKey(PackTerms, on_delete=models.PROTECT, related_name="acceptances")
    sha256 = models.CharField("SHA-256", max_length=64)
    actor = models.CharField(_("who"), max_length=60)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"))

    class Meta:
        verbose_name = _("acceptance of terms")
        verbose_name_plural = _("acceptances of terms")
        constraints = [models.UniqueConstraint(fields=["partner", "terms"], name="terms_accepted_once")]

    def __str__(self) -> str:
        return f"{self.partner} {self.terms}"


class PackPick(models.Model):
    """One variant in one download size, chosen by hand."""

    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="picks")
    variant = models.ForeignKey("portal.Variant", on_delete=models.CASCADE, related_name="+")
    recipe = models.ForeignKey("portal.Recipe", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("chosen file")
        verbose_name_plural = _("chosen files")
        constraints = [
            models.UniqueConstraint(fields=["pack", "variant", "recipe"], name="pack_pick_once"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} as {self.recipe_id}"


class PackRule(models.Model):
    """
    Every published variant that matches, in each of these sizes that fits its kind. The conditions are those of
    ``publications.RoutingRule``; a rule without any matches nothing.
    """

    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="rules")
    folders = _values(_("folders"), 1000)
    tags = _values(_("tags"))
    labels = _values(_("labels"))
    kinds = ArrayField(
        models.CharField(max_length=10, choices=AssetKind), default=list, blank=True, verbose_name=_("types")
    )
    gtins = _values(_("products (GTIN)"), 14)
    brands = _values(_("brands"))
    markets = _values(_("markets"), 2)
    languages = _values(_("languages"), 12)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    recipes = models.ManyToManyField("portal.Recipe", related_name="+", verbose_name=_("download sizes"))

    class Meta:
        verbose_name = _("rule of a pack")
        verbose_name_plural = _("rules of packs")

    def __str__(self) -> str:
        return f"rule {self.pk} of {self.pack_id}"


class SigningKey(models.Model):
    """
    An Ed25519 key that signs manifests. ``public_key`` are its 32 bytes; ``sealed`` the private ones, encrypted by
    ``core.sealed``. Retired keys stay: what they signed stays valid.
    """

    key_id = models.CharField(max_length=32, unique=True)
    public_key = models.BinaryField()
    sealed = models.BinaryField()
    created_at = models.DateTimeField(_("since"))
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            # One key signs at a time, whoever makes the next one at the same moment.
            models.UniqueConstraint(
                models.Value(1), condition=Q(retired_at__isnull=True), name="signing_key_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.key_id


class PackVersion(models.Model):
    """
    What a pack holds from one day on. Once issued it never changes; a trigger in the database holds that too.

    ``number``      from 1 in the pack, ``None`` until issued
    ``state``       preparing -> issued | failed; failed returns to preparing when somebody tries again
    ``communities``  those it was composed for: only through one of these, and while the pack is for it, is it seen
    ``manifest``    canonical JSON; ``sha256`` its digest; ``signature`` 64 bytes by the key ``signed_by``
    ``left_out``    ``[{"asset", "title", "recipe", "why"}]``: what the pack names and this version does not hold
    ``file_count``, ``total_bytes``  of its files, the bytes once issued
    ``worked_at``   when it last had its turn (``turns``), ``None`` before the first
    """

    public_id = public_id_field("pkv")
    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.PREPARING)
    communities = models.ManyToManyField(
        "portal.Community", related_name="pack_versions", verbose_name=_("communities")
    )
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    manifest = models.TextField(blank=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    signature = models.BinaryField(default=bytes, editable=False)
    signed_by = models.CharField(_("key"), max_length=32, blank=True, editable=False)
    left_out = models.JSONField(default=list, editable=False)
    file_count = models.PositiveIntegerField(_("files"), default=0)
    total_bytes = models.BigIntegerField(_("bytes"), default=0)
    begun_at = models.DateTimeField(_("begun"))
    worked_at = models.DateTimeField(null=True, editable=False)
    issued_at = models.DateTimeField(_("issued"), null=True)

    class Meta:
        verbose_name = _("version of a pack")
        verbose_name_plural = _("versions of packs")
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="pack_version_once"),
            models.UniqueConstraint(
                fields=["pack"], condition=~Q(state="issued"), name="pack_version_one_in_work"
            ),
            models.CheckConstraint(
                name="pack_version_issued_is_signed",
                condition=~Q(state="issued")
                | (
                    Q(number__isnull=False, issued_at__isnull=False)
                    & ~Q(signed_by="")
                    & ~Q(manifest="")
                    & ~Q(sha256="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.number or self.state}"


class PackFile(models.Model):
    """
    One file of a version, in the order of its names.

    ``sha256``, ``size``, ``crc32``, ``media_type``  of its bytes, empty until the rendition is there
    ``problem``   why it cannot be had; any problem keeps the version from being issued
    ``tried_at``  when somebody last began to make it (``turns``), ``None`` for never
    """

    pack_version = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    name = models.CharField(_("file name"), max_length=255)
    variant = models.ForeignKey("portal.Variant", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey("portal.RecipeRevision", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.BigIntegerField(_("bytes"), null=True)
    crc32 = models.BigIntegerField(null=True)
    media_type = models.CharField(_("format"), max_length=100, blank=True)
    problem = models.CharField(_("problem"), max_length=16, choices=Shortage, blank=True)
    tried_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("file of a pack")
        verbose_name_plural = _("files of packs")
        constraints = [
            models.UniqueConstraint(fields=["pack_version", "position"], name="pack_file_position_once"),
            models.UniqueConstraint(fields=["pack_version", "name"], name="pack_file_name_once"),
        ]
        indexes = [
            models.Index(fields=["variant"], name="pack_file_variant"),
            models.Index(fields=["sha256"], name="pack_file_sha256", condition=~Q(sha256="")),
            models.Index(
                fields=["pack_version", "tried_at", "position"],
                name="pack_file_missing",
                condition=Q(sha256="", problem=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Confirmation(models.Model):
    """
    What a company answered about exact bytes; the newest answer stands, the earlier ones are in the activity record.

    ``sha256``    the bytes it is about: those of ``version`` in some size
    ``place``     where they are in use, in the partner's words
    ``stale_at``  when the version was replaced; only this file is asked for again
    """

    public_id = public_id_field("cnf")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="confirmations")
    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="confirmations")
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="+")
    recipe = models.ForeignKey("portal.Recipe", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField("SHA-256", max_length=64)
    file_name = models.CharField(_("file name"), max_length=255)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    text = models.CharField(_("in words"), max_length=2000, blank=True)
    place = models.CharField(_("where"), max_length=200, blank=True)
    actor = models.CharField(_("who"), max_length=60)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"))
    stale_at = models.DateTimeField(_("stale"), null=True)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "pack", "version", "sha256"], name="confirmation_once"
            ),
            models.CheckConstraint(
                name="confirmation_has_reason",
                condition=~Q(answer__in=["review", "refused"]) | (~Q(reason="") & ~Q(text="")),
            ),
        ]
        indexes = [
            models.Index(fields=["version"], name="confirmation_fresh", condition=Q(stale_at__isnull=True)),
            models.Index(fields=["sha256"], name="confirmation_bytes"),
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.file_name}"
