"""What the DAM holds, mirrored. Written by ``releases`` alone, never edited here."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import AssetKind, Medium, View, Withdrawal
from portal.core.ids import public_id_field
from portal.core.texts import in_language

__all__ = ["Ancestor", "Asset", "AssetVersion", "Product", "Variant"]


def _words(length: int) -> ArrayField:
    return ArrayField(models.CharField(max_length=length), default=list, blank=True)


class Product(models.Model):
    """A trade item. ``name`` is ``{language: text}``; ``gtin`` always has 14 digits."""

    public_id = public_id_field("pro")
    gtin = models.CharField("GTIN", max_length=14, unique=True)
    name = models.JSONField(_("name"), default=dict)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    net_content = models.CharField(_("net content"), max_length=60, blank=True)
    markets = _words(2)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return f"{in_language(self.name)} {self.gtin}".strip()

    @property
    def title(self) -> str:
        """The name in the active language."""
        return in_language(self.name)


class Asset(models.Model):
    """
    One picture, video or document over all its versions and languages.

    ``source``      key of the DAM connection it comes from
    ``source_key``  what its variants have in common there: their group, or the first file's own id
    ``captions_key``  of captions: what they have in common with their video, see ``catalog.captions``
    ``title`` ...   ``{language: text}``
    ``search``      normalised words of every language, see ``core.texts.searchable``
    """

    public_id = public_id_field("ast")
    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=200)
    product = models.ForeignKey(
        Product,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assets",
        verbose_name=_("product"),
    )
    kind = models.CharField(_("type"), max_length=10, choices=AssetKind, default=AssetKind.OTHER)
    view = models.CharField(_("view"), max_length=10, choices=View, default=View.NONE, blank=True)
    captions_key = models.CharField(max_length=40, blank=True, default="", editable=False)
    title = models.JSONField(_("title"), default=dict)
    description = models.JSONField(_("description"), default=dict)
    alt_text = models.JSONField(_("alternative text"), default=dict)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    search = models.TextField(editable=False, default="")
    created_at = models.DateTimeField(_("first seen"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        constraints = [models.UniqueConstraint(fields=["source", "source_key"], name="asset_source_once")]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="asset_newest"),
            models.Index(fields=["product"], name="asset_product"),
            models.Index(
                fields=["captions_key"], name="asset_captions", condition=~models.Q(captions_key="")
            ),
            GinIndex(SearchVector("search", config="simple"), name="asset_search"),
        ]

    def __str__(self) -> str:
        return in_language(self.title) or self.public_id

    @property
    def name(self) -> str:
        """The title in the active language."""
        return in_language(self.title)

    @property
    def alt(self) -> str:
        """The alternative text in the active language, else the title."""
        return in_language(self.alt_text) or in_language(self.title)


class Variant(models.Model):
    """
    The asset for one language or market: one file in the DAM over all its versions.

    ``language``  BCP 47, empty when the file shows no words; ``markets`` ISO 3166, empty means all
    ``source_uuid``  the DAM's id of the newest version seen, approved or not; changes with each version
    ``path``      where the file lies in the DAM; survives a new version, not a move
    ``approved``  of the newest version seen; an older version may still be the current one
    ``current``   the version partners get, ``None`` when there is none
    ``rights_start``, ``rights_end``  the window in which partners may use it; ``None`` is open. Rights, words and what
                  routing asks for are those of the current version where there is one, names and place the newest's
    ``read_at``   when the reading began that brought what stands here
    ``gone_at``   since when it is not mirrored: the DAM confirmed that it has it no more, or, where ``current`` stands,
                  it lies outside the mirrored folders
    ``metadata``  ``{key: str | list[str] | bool}`` of the DAM for routing, select values as API values
    """

    public_id = public_id_field("var")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="variants")
    language = models.CharField(_("language"), max_length=12, blank=True)
    markets = _words(2)
    source = models.CharField(max_length=40)
    source_uuid = models.CharField(max_length=64)
    path = models.CharField(_("path"), max_length=2000)
    folder = models.CharField(_("folder"), max_length=1800)
    name = models.CharField(_("file name"), max_length=255)
    tags = _words(200)
    labels = _words(200)
    metadata = models.JSONField(default=dict)
    approved = models.BooleanField(_("approved"), default=False)
    approval_word = models.CharField(_("approval"), max_length=40, blank=True)
    rights_start = models.DateTimeField(_("rights from"), null=True, blank=True)
    rights_end = models.DateTimeField(_("rights until"), null=True, blank=True)
    usage_rights = models.TextField(_("usage"), blank=True)
    copyright = models.CharField(_("copyright"), max_length=300, blank=True)
    public_use = models.BooleanField(_("public use"), default=False)
    current = models.ForeignKey(
        "AssetVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("current"),
    )
    source_modified_at = models.DateTimeField(_("changed in the DAM"), null=True)
    read_at = models.DateTimeField(_("read from the DAM"), null=True, editable=False)
    facts_digest = models.CharField(max_length=40, editable=False, default="")
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.UniqueConstraint(fields=["source", "source_uuid"], name="variant_source_uuid_once")
        ]
        indexes = [
            models.Index(fields=["source", "path"], name="variant_path"),
            models.Index(fields=["asset"], name="variant_asset"),
            models.Index(
                fields=["rights_start"],
                name="variant_rights_start",
                condition=models.Q(rights_start__isnull=False),
            ),
            models.Index(
                fields=["rights_end"], name="variant_rights_end", condition=models.Q(rights_end__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.path


class Ancestor(models.Model):
    """
    The uuid of an older version of a variant, as the DAM listed it: also of one that was never seen or approved, and so
    is no ``AssetVersion``. A table of its own, because row-level security lets no index look into arrays.
    """

    source = models.CharField(max_length=40)
    source_uuid = models.CharField(max_length=64)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="ancestors")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_uuid"], name="ancestor_once")]

    def __str__(self) -> str:
        return self.source_uuid


class AssetVersion(models.Model):
    """
    Immutable bytes, numbered from 1 in their variant. ``sha1`` is the DAM's, the only proof that bytes changed.

    ``size`` bytes; ``width`` and ``height`` pixels, ``None`` for anything without; ``duration`` seconds
    """

    public_id = public_id_field("ver")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    source_uuid = models.CharField(max_length=64)
    sha1 = models.CharField("SHA-1", max_length=40)
    medium = models.CharField(_("medium"), max_length=10, choices=Medium)
    media_type = models.CharField(_("format"), max_length=100)
    extension = models.CharField(max_length=20)
    file_name = models.CharField(_("file name"), max_length=255)
    source_path = models.CharField(max_length=2000)
    size = models.BigIntegerField(_("bytes"))
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    duration = models.FloatField(_("seconds"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal = models.CharField(_("reason"), max_length=24, choices=Withdrawal, blank=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["variant", "number"], name="version_number_once")]
        indexes = [models.Index(fields=["source_uuid"], name="version_source_uuid")]

    def __str__(self) -> str:
        return f"{self.file_name} v{self.number}"
