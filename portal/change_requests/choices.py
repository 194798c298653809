"""Words for what partners ask for: why, how far it is, and what is said about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reason(models.TextChoices):
    """Why somebody asks. The codes are those of every interface and of what is told to vendors."""

    MISSING_VIEW = "missing_view", _("A picture or view is missing")
    MISSING_LANGUAGE = "missing_language", _("A language is missing")
    MISSING_SIZE = "missing_size", _("A size or format is missing")
    OUTDATED_PACKAGING = "outdated_packaging", _("The packaging is outdated")
    OUTDATED_CLAIM = "outdated_claim", _("A claim on it is outdated")
    OUTDATED_LOGO = "outdated_logo", _("The logo is outdated")
    WRONG_PRODUCT = "wrong_product", _("It shows the wrong product")
    WRONG_COLOUR = "wrong_colour", _("The colour is wrong")
    WRONG_CROP = "wrong_crop", _("The crop is wrong")
    WRONG_TEXT = "wrong_text", _("The text is wrong")
    QUALITY = "quality", _("The quality is not good enough")
    RIGHTS = "rights", _("The rights do not cover what we need")
    REFUSED_BY_CHANNEL = "refused_by_channel", _("A channel refuses it")
    OTHER = "other", _("Something else")

    @property
    def orders(self) -> bool:
        """Whether it orders what does not exist, rather than finding fault with what does."""
        return self in ORDERS


ORDERS = frozenset({Reason.MISSING_VIEW, Reason.MISSING_LANGUAGE, Reason.MISSING_SIZE})
#: The reasons as a form groups them.
GROUPS = (
    (_("Something is missing"), (Reason.MISSING_VIEW, Reason.MISSING_LANGUAGE, Reason.MISSING_SIZE)),
    (_("Something is outdated"), (Reason.OUTDATED_PACKAGING, Reason.OUTDATED_CLAIM, Reason.OUTDATED_LOGO)),
    (
        _("Something is wrong"),
        (Reason.WRONG_PRODUCT, Reason.WRONG_COLOUR, Reason.WRONG_CROP, Reason.WRONG_TEXT, Reason.QUALITY),
    ),
    (_("It cannot be used"), (Reason.RIGHTS, Reason.REFUSED_BY_CHANNEL, Reason.OTHER)),
)


class RequestState(models.TextChoices):
    OPEN = "open", pgettext_lazy("request", "Open")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for you")
    RESOLVED = "resolved", _("Solved, please confirm")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")
    DUPLICATE = "duplicate", _("Duplicate")

    @property
    def is_open(self) -> bool:
        """Whether the brand still owes an answer, or waits for one to its question."""
        return self in OPEN_STATES


OPEN_STATES = (RequestState.OPEN, RequestState.IN_PROGRESS, RequestState.WAITING)


class Kind(models.TextChoices):
    """What one entry of a thread is: words, or a move with or without words."""

    RAISED = "raised", _("Asked")
    MESSAGE = "message", _("Message")
    TAKEN = "taken", _("Taken up")
    QUESTION = "question", _("Question")
    ANSWER = "answer", pgettext_lazy("request", "Answer")
    RESOLVED = "resolved", _("Solved")
    REJECTED = "rejected", _("Rejected")
    DUPLICATE = "duplicate", _("Marked as a duplicate")
    CONFIRMED = "confirmed", _("Confirmed")
    REOPENED = "reopened", _("Opened again")


class Origin(models.TextChoices):
    """Where something was said."""

    PORTAL = "portal", _("On the portal")
    API = "api", _("By a system")
    STAFF = "staff", _("By staff")
    SILENCE = "silence", _("By silence")

    @property
    def is_partner(self) -> bool:
        return self in {Origin.PORTAL, Origin.API}
