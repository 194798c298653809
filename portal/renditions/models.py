"""How files are cut, the bytes that came of it, and what a channel's rules say of them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import Medium
from portal.core.ids import public_id_field
from portal.core.texts import in_language
from portal.partners.choices import ChannelKind
from portal.renditions.choices import ColourSpace, Fit, Format, RenditionState, VerdictState, ZoneKind
from portal.renditions.stored_models import StoredFile, StoreFigures

__all__ = [
    "Measurement",
    "PictureTest",
    "ProtectedZone",
    "Recipe",
    "RecipeRevision",
    "Rendition",
    "Specification",
    "SpecificationRevision",
    "StoreFigures",
    "StoredFile",
    "Verdict",
]


class Recipe(models.Model):
    """
    A download size. ``key`` stands in addresses and never changes.

    ``preview`` recipes serve our own pages and are not offered for download. Those ``made_to_order`` are offered to
    nobody by themselves: each of their revisions is what somebody ordered, and has an address of its own.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.JSONField(_("title"), default=dict)
    medium = models.CharField(_("for"), max_length=10, choices=Medium, default=Medium.IMAGE)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("offered"), default=True)
    is_preview = models.BooleanField(_("for our pages"), default=False)
    made_to_order = models.BooleanField(_("made to order"), default=False, db_default=False)

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
    ``address``            of a revision made to order: what stands in addresses in the place of a recipe's key; a
                           function of everything it says, so that the same order is the same revision
    ``suffix``             of a revision made to order: what tells its files apart by name
    ``base``, ``fits``     it puts right what this one makes, until it fits these rules
    ``crop``               left, top, width and height of the part that is cut out, each from 0 to 1; empty for all
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
    address = models.CharField(_("address"), max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001
    suffix = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    base = models.ForeignKey("self", on_delete=models.CASCADE, null=True, editable=False, related_name="+")
    fits = models.ForeignKey(
        "portal.SpecificationRevision", on_delete=models.CASCADE, null=True, editable=False, related_name="+"
    )
    crop = models.JSONField(default=list, blank=True, db_default=[], editable=False)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("revision of a download size")
        verbose_name_plural = _("revisions of download sizes")
        constraints = [models.UniqueConstraint(fields=["recipe", "number"], name="recipe_revision_once")]

    def __str__(self) -> str:
        return f"{self.recipe} r{self.number}"


class Rendition(models.Model):
    """
    One version cut by one recipe revision. Its bytes lie under their sha256 in ``STORAGES["renditions"]``; those of one
    that is away went to make room, and are made again for whoever asks.

    ``former``         digests it had before: of bytes that went, and came back as others
    ``claimed_until``  somebody is fetching it until then; afterwards anybody may try again
    ``problem``        why the last try failed, in a sentence for staff
    ``crc32``          of the bytes, for archives; ``None`` for renditions made before archives were
    """

    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="renditions")
    revision = models.ForeignKey(RecipeRevision, on_delete=models.CASCADE, related_name="renditions")
    state = models.CharField(_("state"), max_length=8, choices=RenditionState, default=RenditionState.WANTED)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    former = ArrayField(models.CharField(max_length=64), default=list, db_default=[], editable=False)
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
            GinIndex(fields=["former"], name="rendition_former"),
            # Nearly all are ready or away; staff and the timetable ask for the others.
            models.Index(
                fields=["state", "id"],
                name="rendition_unfinished",
                condition=models.Q(state__in=["wanted", "failed", "altered"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.revision}"


class Specification(models.Model):
    """
    A channel's rules over all their revisions: of the portal, for everybody, or brought by one ``partner``.

    ``key`` is unique among those of the portal, and among those a partner has.
    """

    public_id = public_id_field("spc")
    partner = models.ForeignKey(
        "portal.Partner", on_delete=models.CASCADE, null=True, blank=True, related_name="specifications"
    )
    key = models.SlugField(_("key"), max_length=40)
    channel = models.CharField(_("channel"), max_length=12, choices=ChannelKind)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("channel specification")
        verbose_name_plural = _("channel specifications")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(partner__isnull=True), name="specification_ours_once"
            ),
            models.UniqueConstraint(
                fields=["partner", "key"],
                condition=models.Q(removed_at__isnull=True),
                name="specification_once",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class SpecificationRevision(models.Model):
    """
    What a specification says, from one day on. Never edited.

    ``version``      as its author names it;  ``number`` counts
    ``rules``        as in a rule file, see ``verdicts.rules``
    ``fingerprint``  SHA-256 of everything it says
    """

    specification = models.ForeignKey(Specification, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    version = models.CharField(_("version"), max_length=40)
    title = models.JSONField(_("title"), default=dict)
    rules = models.JSONField(_("rules"), default=list)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("revision of a channel specification")
        verbose_name_plural = _("revisions of channel specifications")
        constraints = [
            models.UniqueConstraint(fields=["specification", "number"], name="specification_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.specification} r{self.number}"

    @property
    def name(self) -> str:
        """The title in the active language."""
        return in_language(self.title)


class Measurement(models.Model):
    """
    What bytes are, in numbers: ``facts`` of ``verdicts.measure.Measured``, or the ``problem`` of what is no picture.

    ``algorithm``  what measured; the bytes are measured anew when that changed
    """

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    facts = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True)
    algorithm = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")

    def __str__(self) -> str:
        return self.sha256[:12]


class Verdict(models.Model):
    """
    What one revision of a specification says of one rendition, kept so that no page needs to look at pixels.

    ``sha256``     the bytes it is about
    ``lines``      per rule: its id, the measured value, passed, failed or unknown
    ``fix``        the revision that makes a file of which no rule fails, ``None`` when nothing safe does
    ``fix_steps``  what it does, see ``verdicts.fixes.Fixed``
    ``overlay``    digest of the picture of where it fails, empty when there is nothing to show
    ``problem``    why it could not be checked, in a sentence for staff
    ``urgency``    somebody looks at a page (0) or a report can wait (1)
    """

    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="verdicts")
    revision = models.ForeignKey(RecipeRevision, on_delete=models.CASCADE, related_name="verdicts")
    specification = models.ForeignKey(
        SpecificationRevision, on_delete=models.CASCADE, related_name="verdicts"
    )
    state = models.CharField(_("state"), max_length=10, choices=VerdictState, default=VerdictState.WANTED)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    lines = models.JSONField(default=list)
    fix = models.ForeignKey(RecipeRevision, on_delete=models.SET_NULL, null=True, related_name="+")
    fix_steps = models.JSONField(default=list)
    overlay = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    urgency = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            models.UniqueConstraint(fields=["version", "revision", "specification"], name="verdict_once")
        ]
        indexes = [
            models.Index(
                fields=["urgency", "attempts", "id"],
                name="verdict_wanted",
                condition=models.Q(state="wanted"),
            ),
            models.Index(fields=["overlay"], name="verdict_overlay", condition=~models.Q(overlay="")),
            # Staff see them, and they are checked anew once they have been made.
            models.Index(fields=["id"], name="verdict_impossible", condition=models.Q(state="impossible")),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.revision} {self.specification}: {self.state}"


class PictureTest(models.Model):
    """A picture of the partner's own, held against a channel's rules. The picture itself is not kept."""

    public_id = public_id_field("tst")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey("portal.Channel", on_delete=models.CASCADE, related_name="tests")
    specification = models.ForeignKey(SpecificationRevision, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=VerdictState)
    lines = models.JSONField(default=list)
    fix_steps = models.JSONField(default=list)
    overlay = models.CharField(max_length=64, blank=True)
    actor = models.CharField(_("who"), max_length=60)
    made_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("test picture")
        verbose_name_plural = _("test pictures")
        indexes = [models.Index(fields=["channel", "-made_at"], name="picture_test_newest")]

    def __str__(self) -> str:
        return self.file_name


class ProtectedZone(models.Model):
    """
    A part of a picture that no crop may cut, drawn by staff. It holds for every version of its variant.

    ``left``, ``top``, ``width``, ``height``  shares of the picture, from 0 to 1
    ``version``  the one it was drawn on: a later one may show it elsewhere
    """

    variant = models.ForeignKey("portal.Variant", on_delete=models.CASCADE, related_name="zones")
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("shows"), max_length=8, choices=ZoneKind)
    left = models.FloatField(_("left"))
    top = models.FloatField(_("top"))
    width = models.FloatField(_("width"))
    height = models.FloatField(_("height"))
    actor = models.CharField(_("who"), max_length=60)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("protected zone")
        verbose_name_plural = _("protected zones")
        constraints = [
            models.CheckConstraint(
                name="zone_within_picture",
                condition=models.Q(left__gte=0, top__gte=0, width__gt=0, height__gt=0)
                & models.Q(left__lte=1.0001 - models.F("width"), top__lte=1.0001 - models.F("height")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.get_kind_display()}"
