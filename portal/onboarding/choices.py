"""Words for the way a new company takes, step by step."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StepKind(models.TextChoices):
    COMPANY_DATA = "company_data", _("Confirm your company data")
    GUIDELINES = "guidelines", _("Read the guidelines")
    TERMS = "terms", _("Accept the terms")
    PACK = "pack", _("Take the pack")
    CHANNEL = "channel", _("Set up a channel")
    COLLEAGUES = "colleagues", _("Invite colleagues")
    API = "api", _("Connect a system")
    OTHER = "other", _("Another task")

    @property
    def is_observed(self) -> bool:
        """Whether the step completes itself once the thing it asks for has happened."""
        return self in OBSERVED

    @property
    def has_document(self) -> bool:
        """Whether it is about a text, whose revision is kept with the answer."""
        return self in {StepKind.GUIDELINES, StepKind.TERMS}


#: What nobody can tick: the portal sees it happen.
OBSERVED = frozenset({StepKind.PACK, StepKind.CHANNEL, StepKind.COLLEAGUES, StepKind.API})


class StepState(models.TextChoices):
    OPEN = "open", pgettext_lazy("state", "Open")
    DONE = "done", _("Done")
    WAIVED = "waived", _("Not needed")


class EnrolmentState(models.TextChoices):
    APPLIED = "applied", _("Waits for approval")
    ACTIVE = "active", _("On the way")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Ended early")


class StartedBy(models.TextChoices):
    COMMUNITY = "community", _("Joined an onboarding community")
    INVITATION = "invitation", _("Invitation code")


class DocumentKind(models.TextChoices):
    GUIDELINES = "guidelines", _("Guidelines")
    TERMS = "terms", _("Terms")


class CodeMode(models.TextChoices):
    UNIQUE = "unique", _("For one company")
    GENERIC = "generic", _("For everybody who has it")


class Approval(models.TextChoices):
    MANUAL = "manual", _("Staff approve")
    AUTOMATIC = "automatic", _("At once")


class Origin(models.TextChoices):
    """Where it was said that a step is done."""

    PORTAL = "portal", _("On the portal")
    API = "api", _("By a system")
    GRID = "grid", _("In Trading Grid")
    FACTS = "facts", _("Seen by the portal")
    STAFF = "staff", _("By staff")
