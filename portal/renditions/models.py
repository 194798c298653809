"""How files are cut, and the bytes that came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import Medium
from portal.core.texts import in_language
from portal.renditions.choices import ColourSpace, Fit, Format, RenditionState

__all__ = ["Recipe", "RecipeRevision", "Rendition"]


class Recipe(models.Model):
    """
    A download size. ``key`` stands in addresses and never changes.

    ``preview`` recipes serve our own pages and are not offered for download.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.JSONField(_("title"), default=dict)
    medium = models.CharField(_("for"), max_length=10, choices=Medium, default=Medium.IMAGE)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("offered"), default=True)
    is_preview = models.BooleanField(_("for our pages"), default=False)

    class Meta:
        verbose_name = _("download size")
        verbose_name_plural = _("download sizes")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        """The title in the active language."""
        return in_language(self.title)


class RecipeRevision(models.Model):
    """
    What a recipe says, from one day on. Never edited: a change is a new revision.

    ``width``, ``height``  pixels at most, ``None`` for no bound
    ``quality``            1 to 100, ``None`` for the source's own choice
    ``background``         six hex digits for what padding or transparency becomes, or empty
    ``max_bytes``          the file weighs no more, or there is no file; ``None`` for no bound
    ``dpi``                pixels per inch that JPEG and PNG name to a printer, ``None`` for whatever comes
    ``seconds``            of a video, from its beginning; ``None`` for all of it
    ``naming``             template of the file name, see ``naming``; empty for the usual one
    ``carries_rights``     copyright, version and an address to check it are written into the file; revisions from
                           before this was possible do not, so that their files stay the same to the byte
    """

    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    fit = models.CharField(_("fit"), max_length=8, choices=Fit, default=Fit.BOUND)
    format = models.CharField(_("format"), max_length=8, choices=Format, default=Format.ORIGINAL)
    quality = models.PositiveSmallIntegerField(_("quality"), null=True, blank=True)
    background = models.CharField(_("background"), max_length=6, blank=True)
    max_bytes = models.PositiveIntegerField(_("most bytes"), null=True, blank=True)
    colour_space = models.CharField(
        _("colours"), max_length=8, choices=ColourSpace, default=ColourSpace.AS_IS, blank=True, db_default=""
    )
    dpi = models.PositiveSmallIntegerField(_("pixels per inch"), null=True, blank=True)
    seconds = models.PositiveSmallIntegerField(_("seconds"), null=True, blank=True)
    naming = models.CharField(_("file name"), max_length=200, blank=True, default="", db_default="")
    carries_rights = models.BooleanField(_("carries rights"), default=False, db_default=False)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("revision of a download size")
        verbose_name_plural = _("revisions of download sizes")
        constraints = [models.UniqueConstraint(fields=["recipe", "number"], name="recipe_revision_once")]

    def __str__(self) -> str:
        return f"{self.recipe} r{self.number}"


class Rendition(models.Model):
    """
    One version cut by one recipe revision. Its bytes lie under their sha256 in ``STORAGES["renditions"]``.

    ``claimed_until``  somebody is fetching it until then; afterwards anybody may try again
    ``problem``        why the last try failed, in a sentence for staff
    ``crc32``          of the bytes, for archives; ``None`` for renditions made before archives were
    """

    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="renditions")
    revision = models.ForeignKey(RecipeRevision, on_delete=models.CASCADE, related_name="renditions")
    state = models.CharField(_("state"), max_length=8, choices=RenditionState, default=RenditionState.WANTED)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    media_type = models.CharField(_("format"), max_length=100, blank=True)
    size = models.BigIntegerField(_("bytes"), null=True)
    crc32 = models.BigIntegerField(null=True, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    claimed_until = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True, editable=False)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    made_at = models.DateTimeField(_("made"), null=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(fields=["version", "revision"], name="rendition_once"),
            models.CheckConstraint(
                name="rendition_ready_has_bytes",
                condition=~models.Q(state="ready") | (~models.Q(sha256="") & models.Q(size__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="rendition_sha256", condition=~models.Q(sha256="")),
            # Nearly all are ready; staff and the timetable ask for the others.
            models.Index(
                fields=["state", "id"], name="rendition_unfinished", condition=~models.Q(state="ready")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.revision}"
