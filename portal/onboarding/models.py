"""Programmes with their steps, and how far each company is on its way."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.ids import public_id_field
from portal.core.texts import in_language
from portal.onboarding.choices import (
    Approval,
    CodeMode,
    DocumentKind,
    EnrolmentState,
    Origin,
    StartedBy,
    StepKind,
    StepState,
)
from portal.partners.choices import PartnerKind

__all__ = [
    "Enrolment",
    "EnrolmentStep",
    "OnboardingAcceptance",
    "OnboardingCode",
    "OnboardingDocument",
    "OnboardingDocumentRevision",
    "OnboardingReminder",
    "Programme",
    "ProgrammeStep",
]


class Programme(models.Model):
    """
    A way for new companies of these kinds, regions and languages; an empty list means all of them.

    ``title``      ``{language: text}``
    ``closed_at``  no company begins it any more; those on the way finish it
    """

    public_id = public_id_field("prg")
    title = models.JSONField(_("title"), default=dict)
    kinds = ArrayField(
        models.CharField(max_length=12, choices=PartnerKind),
        default=list,
        blank=True,
        verbose_name=_("kinds"),
    )
    regions = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("regions"))
    languages = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name=_("languages")
    )
    created_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("onboarding programme")
        verbose_name_plural = _("onboarding programmes")

    def __str__(self) -> str:
        return in_language(self.title) or self.public_id

    @property
    def name(self) -> str:
        """The title in the active language."""
        return in_language(self.title)


class OnboardingDocument(models.Model):
    """Guidelines or terms; what they say is always a revision."""

    public_id = public_id_field("doc")
    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind)
    current = models.ForeignKey(
        "OnboardingDocumentRevision", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("onboarding document")
        verbose_name_plural = _("onboarding documents")

    def __str__(self) -> str:
        return self.key


class OnboardingDocumentRevision(models.Model):
    """
    What a document says from one day on; never changed, a trigger in the database holds that.

    ``title``, ``body``  ``{language: text}``; paragraphs of the body are parted by an empty line
    ``sha256``           of both as canonical JSON: what an acceptance is bound to
    """

    document = models.ForeignKey(OnboardingDocument, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    title = models.JSONField(_("title"), default=dict)
    body = models.JSONField(_("text"), default=dict)
    sha256 = models.CharField("SHA-256", max_length=64)
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("revision of a document")
        verbose_name_plural = _("revisions of documents")
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_revision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.number}"

    @property
    def name(self) -> str:
        """The title in the active language."""
        return in_language(self.title)

    @property
    def paragraphs(self) -> list[str]:
        """The text in the active language, paragraph by paragraph."""
        return [part.strip() for part in in_language(self.body).split("\n\n") if part.strip()]


class ProgrammeStep(models.Model):
    """
    One step of a programme.

    ``title``, ``text``  ``{language: text}``; without a title the kind's own words stand there
    ``due_days``         after the company began
    ``is_optional``      the company may say that it does not need it
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=StepKind)
    title = models.JSONField(_("title"), default=dict, blank=True)
    text = models.JSONField(_("text"), default=dict, blank=True)
    due_days = models.PositiveSmallIntegerField(_("due after days"), default=14)
    is_optional = models.BooleanField(_("optional"), default=False)
    document = models.ForeignKey(
        OnboardingDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pack = models.ForeignKey("portal.Pack", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("step of a programme")
        verbose_name_plural = _("steps of programmes")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programme_step_once"),
            models.CheckConstraint(
                name="programme_step_has_what_it_asks_for",
                condition=(~Q(kind__in=["guidelines", "terms"]) | Q(document__isnull=False))
                & (~Q(kind="pack") | Q(pack__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class OnboardingCode(models.Model):
    """
    A code that lets companies begin. Only its digest is kept.

    ``partner``   of a unique code: the only company that may use it
    ``programme`` chosen by the company's kind, region and language when there is none
    """

    public_id = public_id_field("onc")
    mode = models.CharField(_("mode"), max_length=8, choices=CodeMode)
    approval = models.CharField(_("approval"), max_length=10, choices=Approval)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    partner = models.ForeignKey(
        "portal.Partner", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("onboarding code")
        verbose_name_plural = _("onboarding codes")
        constraints = [
            models.CheckConstraint(
                name="onboarding_code_unique_names_company",
                condition=Q(mode="generic", partner__isnull=True) | Q(mode="unique", partner__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.note or self.public_id

    def is_open(self, *, at: datetime) -> bool:
        return self.ended_at is None and at < self.expires_at


class Enrolment(models.Model):
    """
    A company's way through a programme.

    ``state``     applied (waits for staff) -> active -> completed; cancelled ends it from anywhere but completed
    ``revision``  counts every change that Trading Grid should know
    """

    public_id = public_id_field("enr")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="enrolments")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(_("state"), max_length=10, choices=EnrolmentState)
    started_by = models.CharField(_("started by"), max_length=10, choices=StartedBy)
    community = models.ForeignKey(
        "portal.Community", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    code = models.ForeignKey(
        OnboardingCode, on_delete=models.SET_NULL, null=True, blank=True, related_name="enrolments"
    )
    revision = models.PositiveIntegerField(default=1, editable=False)
    applied_at = models.DateTimeField(_("begun"))
    started_at = models.DateTimeField(_("started"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)

    class Meta:
        verbose_name = _("onboarding")
        verbose_name_plural = _("onboardings")
        constraints = [
            models.UniqueConstraint(
                fields=["partner"],
                condition=Q(state__in=["applied", "active"]),
                name="enrolment_one_under_way",
            )
        ]
        indexes = [models.Index(fields=["state"], name="enrolment_active", condition=Q(state="active"))]

    def __str__(self) -> str:
        return f"{self.partner} ({self.programme})"

    @property
    def is_active(self) -> bool:
        return self.state == EnrolmentState.ACTIVE

    @property
    def is_applied(self) -> bool:
        return self.state == EnrolmentState.APPLIED

    @property
    def is_completed(self) -> bool:
        return self.state == EnrolmentState.COMPLETED


class EnrolmentStep(models.Model):
    """
    One step as it is for one company.

    ``template``  the programme's step; ``None`` for a task that only Trading Grid has
    ``evidence``  JSON facts that prove it: public ids, digests, revisions, times
    ``note``      what the company says is not right with its data, until it is
    """

    public_id = public_id_field("ost")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="steps")
    template = models.ForeignKey(ProgrammeStep, on_delete=models.PROTECT, null=True, related_name="taken")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=StepKind)
    title = models.JSONField(_("title"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=StepState, default=StepState.OPEN)
    due_at = models.DateTimeField(_("due"), null=True)
    origin = models.CharField(_("said"), max_length=6, choices=Origin, blank=True)
    actor = models.CharField(_("who"), max_length=60, blank=True)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    evidence = models.JSONField(default=dict)
    note = models.CharField(_("note"), max_length=2000, blank=True)
    closed_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="enrolment_step_once"),
            models.CheckConstraint(
                name="enrolment_step_closed_has_time",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False) & ~Q(origin="")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="enrolment_step_due", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def name(self) -> str:
        """What the step is called in the active language."""
        own = in_language(self.title) or (in_language(self.template.title) if self.template else "")
        return own or str(StepKind(self.kind).label)

    @property
    def is_open(self) -> bool:
        return self.state == StepState.OPEN

    @property
    def is_done(self) -> bool:
        return self.state == StepState.DONE

    @property
    def is_optional(self) -> bool:
        return self.template is not None and self.template.is_optional

    def is_overdue(self, *, at: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < at


class OnboardingAcceptance(models.Model):
    """That a company accepted terms, or read guidelines, in exactly this revision."""

    public_id = public_id_field("acc")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(OnboardingDocumentRevision, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=12)
    actor = models.CharField(_("who"), max_length=60)
    user = models.ForeignKey("portal.User", on_delete=models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"))

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [
            models.UniqueConstraint(fields=["partner", "revision"], name="onboarding_acceptance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.revision_id}"


class OnboardingReminder(models.Model):
    """
    That a person is to be told something, once.

    ``fact``     ``start``, ``due_soon:<step>``, ``overdue:<step>``, ``asked:<day>``: one row per person and fact
    ``sent_at``  ``None`` until the mail server has taken the mail
    """

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey("portal.User", on_delete=models.CASCADE, related_name="+")
    fact = models.CharField(max_length=60)
    created_at = models.DateTimeField(_("time"))
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "user", "fact"], name="onboarding_reminder_once"),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], name="onboarding_reminder_unsent", condition=Q(sent_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.user_id}"
