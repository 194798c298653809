"""What companies ask for, and what is said about it."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import View
from portal.change_requests.choices import Kind, Origin, Reason, RequestState
from portal.core.ids import public_id_field
from portal.renditions.choices import Fit, Format

__all__ = ["ChangeRequest", "RequestMail", "RequestMessage"]


class ChangeRequest(models.Model):
    """
    Something a company asks for about its media.

    ``number``    unique over all companies: people say ``R-<number>``; gaps mean nothing
    ``asset``, ``variant``, ``gtin``  what it is about; ``about`` is what that was called when it was asked
    ``market``, ``language``, ``view``, ``width``, ``height``, ``fit``, ``format``, ``most_bytes``, ``background``,
    ``captions``  what it should be like: ISO 3166, BCP 47, pixels, bytes, six hex digits or ``transparent``
    ``channel``, ``channel_code``     where it is needed, and in what words that place refused what there is
    ``fingerprint``  of the wish: the same one is not asked for twice while it is open, see ``wishes``
    ``due_on``    until when staff said it will be there;  ``needed_by`` until when the company needs it
    ``resolution_asset``, ``resolution_recipe``, ``resolution``  what now exists
    ``revision``  counts every change and message, for whoever mirrors it
    """

    public_id = public_id_field("req")
    number = models.PositiveBigIntegerField(_("number"), unique=True, editable=False)
    partner = models.ForeignKey(
        "portal.Partner",
        on_delete=models.CASCADE,
        related_name="change_requests",
        verbose_name=_("partner"),
    )
    state = models.CharField(_("state"), max_length=12, choices=RequestState, default=RequestState.OPEN)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    origin = models.CharField(_("asked"), max_length=8, choices=Origin)
    asked_by = models.ForeignKey(
        "portal.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    actor = models.CharField(_("who"), max_length=60)

    asset = models.ForeignKey(
        "portal.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    variant = models.ForeignKey(
        "portal.Variant", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    gtin = models.CharField("GTIN", max_length=14, blank=True)
    about = models.CharField(_("about"), max_length=200, blank=True)
    market = models.CharField(_("market"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    view = models.CharField(_("view"), max_length=10, choices=View, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    fit = models.CharField(_("fit"), max_length=8, choices=Fit, blank=True)
    format = models.CharField(_("format"), max_length=8, choices=Format, blank=True)
    most_bytes = models.PositiveBigIntegerField(_("most bytes"), null=True, blank=True)
    background = models.CharField(_("background"), max_length=11, blank=True)
    captions = models.BooleanField(_("with captions"), default=False)
    channel = models.ForeignKey(
        "portal.Channel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    channel_code = models.CharField(_("code of the channel"), max_length=100, blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    note = models.TextField(_("in words"), max_length=4000, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)

    assignee = models.ForeignKey(
        "portal.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    due_on = models.DateField(_("expected on"), null=True, blank=True)
    resolution = models.TextField(_("solution"), max_length=4000, blank=True)
    resolution_asset = models.ForeignKey(
        "portal.Asset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolution_recipe = models.ForeignKey(
        "portal.Recipe", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    raised_at = models.DateTimeField(_("asked"))
    changed_at = models.DateTimeField(_("changed"))
    resolved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "fingerprint"],
                condition=Q(state__in=["open", "in_progress", "waiting"]),
                name="change_request_open_once",
            ),
            models.CheckConstraint(
                name="change_request_duplicate_names_the_other",
                condition=Q(state="duplicate", duplicate_of__isnull=False)
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
            ),
            models.CheckConstraint(
                name="change_request_resolved_has_time",
                condition=~Q(state__in=["resolved", "confirmed"]) | Q(resolved_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-changed_at", "-id"], name="change_request_newest"),
            models.Index(fields=["state", "raised_at", "id"], name="change_request_triage"),
            models.Index(fields=["resolved_at"], name="change_request_silent", condition=Q(state="resolved")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What people call it: ``R-2417``."""
        return f"R-{self.number}"

    @property
    def is_open(self) -> bool:
        return RequestState(self.state).is_open

    @property
    def is_waiting(self) -> bool:
        """Whether the company is asked something."""
        return self.state == RequestState.WAITING

    @property
    def is_resolved(self) -> bool:
        """Whether the company is asked to confirm."""
        return self.state == RequestState.RESOLVED

    @property
    def can_reopen(self) -> bool:
        return self.state in {RequestState.RESOLVED, RequestState.CONFIRMED, RequestState.REJECTED}

    @property
    def due(self) -> date | None:
        """The day to go by: what staff said, else what the company needs."""
        return self.due_on or self.needed_by

    def is_late(self, *, today: date) -> bool:
        return self.is_open and self.due is not None and self.due < today


class RequestMessage(models.Model):
    """
    One entry of a request's thread, in the order of ``id``.

    ``origin``, ``actor``, ``user``  who said it, and where; ``user`` when it was a person
    ``text``  in the words of who said it; may be empty where the kind says it all
    """

    public_id = public_id_field("rqm")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    origin = models.CharField(_("said"), max_length=8, choices=Origin)
    actor = models.CharField(_("who"), max_length=60)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("text"), max_length=4000, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("message about a request")
        verbose_name_plural = _("messages about requests")
        indexes = [models.Index(fields=["request", "id"], name="request_message_thread")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"

    @property
    def is_partners(self) -> bool:
        """Whether the company said it, and not the brand."""
        return Origin(self.origin).is_partner


class RequestMail(models.Model):
    """
    That a person is to be told of a message, once.

    ``sent_at``  ``None`` until the mail server has taken the mail
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(RequestMessage, on_delete=models.CASCADE, related_name="mails")
    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("time"))
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("mail about a request")
        verbose_name_plural = _("mails about requests")
        constraints = [
            models.UniqueConstraint(fields=["message", "user"], name="request_mail_once"),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], name="request_mail_unsent", condition=Q(sent_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.user_id}"
