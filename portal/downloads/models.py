"""Who took which bytes; what somebody means to take, and the archives prepared of it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.ids import public_id_field
from portal.downloads.choices import JobState, Origin, Via
from portal.downloads.embed_models import EmbedLink
from portal.packs.choices import Shortage
from portal.partners.models import Membership

__all__ = [
    "ArchiveJob", "BasketItem", "Download", "EmbedLink", "JobFile", "PackDownload", "ShareFile", "ShareLink",
    "ShareRecipient",
]  # fmt: skip


class Download(models.Model):
    """
    One taking of one file, written before the first byte leaves. Facts are copied: the record outlives the asset.

    ``actor``  ``user:usr_...``, ``client:cli_...`` or ``recipient:shr_...``
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
            models.Index(fields=["sha256", "at"], name="download_bytes"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.at:%Y-%m-%d %H:%M}"


class BasketItem(models.Model):
    """
    One file in one size that a person means to take for a company.

    ``version``  the one they saw when they chose it; whether it is still right is asked whenever the basket is shown
    ``title``, ``language``  copied: a file that was taken back is named too
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey("portal.Variant", on_delete=models.CASCADE, related_name="+")
    recipe = models.ForeignKey("portal.Recipe", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey("portal.AssetVersion", on_delete=models.CASCADE, related_name="+")
    title = models.JSONField(_("title"), default=dict)
    language = models.CharField(_("language"), max_length=12, blank=True)
    added_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("file in a basket")
        verbose_name_plural = _("files in baskets")
        constraints = [
            models.UniqueConstraint(fields=["user", "partner", "variant", "recipe"], name="basket_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} as {self.recipe_id}"


class ArchiveJob(models.Model):
    """
    A set of files being prepared as one archive, or prepared. It belongs to the company: colleagues may take it too.

    ``state``      preparing -> ready | failed
    ``left_out``   what was asked for and could not be had when it began, as ``wishes.left_out`` describes it
    ``mail_due_at``  when to tell ``user`` that it ended, ``None`` for not at all; ``wants_mail`` while it is not over
    ``closed_at``  when it became ready or failed
    ``worked_at``  when it last had its turn (``turns``), ``None`` before the first
    """

    public_id = public_id_field("job")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="archive_jobs")
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(_("who"), max_length=60)
    origin = models.CharField(_("from"), max_length=12, choices=Origin)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.PREPARING)
    left_out = models.JSONField(default=list)
    file_count = models.PositiveIntegerField(_("files"))
    total_bytes = models.BigIntegerField(_("bytes"), default=0)
    wants_mail = models.BooleanField(default=False)
    mail_due_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(_("begun"))
    closed_at = models.DateTimeField(_("ended"), null=True)
    worked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("prepared download")
        verbose_name_plural = _("prepared downloads")
        indexes = [
            models.Index(fields=["partner", "-begun_at", "-id"], name="archive_job_newest"),
            models.Index(fields=["begun_at"], name="archive_job_work", condition=Q(state="preparing")),
            models.Index(
                fields=["mail_due_at"], name="archive_job_mail", condition=Q(mail_due_at__isnull=False)
            ),
            models.Index(
                fields=["partner", "-worked_at"],
                name="archive_job_turn",
                condition=Q(worked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state == JobState.PREPARING

    def may_be_removed_by(self, membership: Membership) -> bool:
        """Whether a person may: whoever asked for it, and those who act for the company."""
        return membership.can_answer or self.user_id == membership.user_id

    @property
    def is_ready(self) -> bool:
        return self.state == JobState.READY


class JobFile(models.Model):
    """One file of a prepared download, in the order of its names; the fields are those of ``packs.PackFile``."""

    job = models.ForeignKey(ArchiveJob, on_delete=models.CASCADE, related_name="files")
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
        verbose_name = _("file of a prepared download")
        verbose_name_plural = _("files of prepared downloads")
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="job_file_position_once"),
            models.UniqueConstraint(fields=["job", "name"], name="job_file_name_once"),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="job_file_sha256", condition=~Q(sha256="")),
            models.Index(
                fields=["job", "tried_at", "position"],
                name="job_file_missing",
                condition=Q(sha256="", problem=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PackDownload(models.Model):
    """
    One taking of an archive of a pack; its files stand in ``Download`` as well, each when it left. Facts are copied.

    ``version_number``  of the pack;  ``since_number``  the version a delta leads from, ``None`` for all files
    """

    public_id = public_id_field("pdl")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(_("who"), max_length=60)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    via = models.CharField(_("how"), max_length=6, choices=Via)
    pack_version = models.ForeignKey("portal.PackVersion", on_delete=models.CASCADE, related_name="+")
    title = models.JSONField(_("title"), default=dict)
    version_number = models.PositiveIntegerField(_("version"))
    since_number = models.PositiveIntegerField(_("changes since"), null=True)
    name = models.CharField(_("file name"), max_length=255)
    file_count = models.PositiveIntegerField(_("files"))
    size = models.BigIntegerField(_("bytes"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("download of a pack")
        verbose_name_plural = _("downloads of packs")
        indexes = [models.Index(fields=["partner", "-at", "-id"], name="pack_download_newest")]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


class ShareLink(models.Model):
    """
    Leave for people without an account to take some files of a company, or one pack. It never gives more than the
    company itself may have at that moment.

    ``pack``            what is shared, else the files in ``ShareFile``
    ``most_downloads``  for each recipient, ``None`` for any number
    ``password``        as ``django.contrib.auth.hashers`` keeps it, empty for none
    """

    public_id = public_id_field("shl")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="share_links")
    user = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("shared by")
    )
    actor = models.CharField(_("who"), max_length=60)
    title = models.CharField(_("title"), max_length=120)
    pack = models.ForeignKey(
        "portal.Pack",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pack"),
    )
    most_downloads = models.PositiveIntegerField(_("downloads at most"), null=True, blank=True)
    password = models.CharField(max_length=128, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        indexes = [models.Index(fields=["partner", "-created_at", "-id"], name="share_link_newest")]

    def __str__(self) -> str:
        return self.title

    def is_open(self, *, at: datetime) -> bool:
        """Whether it gives out anything at this moment."""
        return self.revoked_at is None and at < self.expires_at


class ShareFile(models.Model):
    """One variant in one size of a share link; ``title`` is copied."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="files")
    variant = models.ForeignKey("portal.Variant", on_delete=models.CASCADE, related_name="+")
    recipe = models.ForeignKey("portal.Recipe", on_delete=models.CASCADE, related_name="+")
    title = models.JSONField(_("title"), default=dict)

    class Meta:
        verbose_name = _("shared file")
        verbose_name_plural = _("shared files")
        constraints = [models.UniqueConstraint(fields=["link", "variant", "recipe"], name="share_file_once")]

    def __str__(self) -> str:
        return f"{self.variant_id} as {self.recipe_id}"


class ShareRecipient(models.Model):
    """
    Somebody a link was sent to, with a token of their own, so that each can be counted and shut out alone.

    ``token_digest``  SHA-256 of the token; the token itself is in the mail and nowhere else
    ``downloads``     how often they took something
    ``wrong_tries``   at the password since it was last right, or since the last pause ended at ``locked_until``
    """

    public_id = public_id_field("shr")
    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="recipients")
    email = models.EmailField(_("mail"))
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    last_at = models.DateTimeField(_("last download"), null=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    locked_until = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("recipient of a share link")
        verbose_name_plural = _("recipients of share links")
        constraints = [models.UniqueConstraint(fields=["link", "email"], name="share_recipient_once")]

    def __str__(self) -> str:
        return self.email
