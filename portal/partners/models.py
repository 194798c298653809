"""Companies we trade with, the people in them, and the communities that entitle them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.ids import public_id_field
from portal.partners.choices import (
    ChannelKind,
    CommunityKind,
    CommunityStatus,
    PartnerKind,
    PartnerStatus,
    Role,
)

__all__ = [
    "ApiClient",
    "Channel",
    "Community",
    "CommunityMembership",
    "IdempotentCall",
    "Invitation",
    "Membership",
    "Partner",
]


def codes(label, length: int) -> ArrayField:
    """A list of codes such as markets (ISO 3166) or languages (BCP 47)."""
    return ArrayField(models.CharField(max_length=length), default=list, blank=True, verbose_name=label)


class Partner(models.Model):
    """A company. ``slug`` stands in its people's addresses and never changes."""

    public_id = public_id_field("prt")
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=PartnerKind)
    status = models.CharField(_("status"), max_length=12, choices=PartnerStatus, default=PartnerStatus.ACTIVE)
    gln = models.CharField("GLN", max_length=13, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    regions = codes(_("regions"), 40)
    markets = codes(_("markets"), 2)
    languages = codes(_("languages"), 12)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether its people and systems may use the portal."""
        return self.status == PartnerStatus.ACTIVE

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()] or [self.name]
        return "".join(word[0] for word in words[:2]).upper()


class Membership(models.Model):
    """A person's place in a company."""

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("partner")
    )
    user = models.ForeignKey(
        "portal.User", on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    #: Last request, written at most once a minute; and the last one of the visit before this.
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    previous_visit_at = models.DateTimeField(_("visit before"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["partner", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.partner})"

    @property
    def can_answer(self) -> bool:
        """May request and confirm in the company's name."""
        return self.role in {Role.MEMBER, Role.MANAGER}

    @property
    def can_manage(self) -> bool:
        """May look after people, channels and systems."""
        return self.role == Role.MANAGER


class Community(models.Model):
    """A Trading Grid community. Entitlement to media comes through it, and only through it."""

    public_id = public_id_field("com")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=CommunityKind)
    status = models.CharField(
        _("status"), max_length=8, choices=CommunityStatus, default=CommunityStatus.ACTIVE
    )
    regions = codes(_("regions"), 40)
    languages = codes(_("languages"), 12)
    partners = models.ManyToManyField(Partner, through="CommunityMembership", related_name="communities")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether its members get anything through it."""
        return self.status == CommunityStatus.ACTIVE

    @property
    def is_open_onboarding(self) -> bool:
        """Whether companies that join begin an onboarding."""
        return self.kind == CommunityKind.ONBOARDING and self.is_open


class CommunityMembership(models.Model):
    """A company's place in a community; deleted when it leaves."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="community_memberships")
    joined_at = models.DateTimeField(_("joined"))

    class Meta:
        verbose_name = _("membership of a community")
        verbose_name_plural = _("memberships of communities")
        constraints = [
            models.UniqueConstraint(fields=["partner", "community"], name="community_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.partner} in {self.community}"


class Invitation(models.Model):
    """An invitation of one person into one company. Only the digest of its token is kept."""

    public_id = public_id_field("inv")
    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("partner")
    )
    email = models.EmailField(_("mail address"))
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.VIEWER)
    language = models.CharField(_("language"), max_length=12, default="en")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.partner})"

    def is_open(self, *, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


class ApiClient(models.Model):
    """A partner's system. The secret lives, hashed, with the OAuth client of the same ``client_id``."""

    public_id = public_id_field("cli")
    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="api_clients", verbose_name=_("partner")
    )
    client_id = models.CharField(_("client id"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("since"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    first_call_at = models.DateTimeField(_("first call"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return f"{self.name} ({self.partner})"


class IdempotentCall(models.Model):
    """
    One call of a partner's system that changes something, known by the key the system gave it.

    ``fingerprint``  SHA-256 of method, address and body: the same key with another one is a mistake of the caller
    ``status``, ``body``  the answer, ``None`` and empty while the call runs
    ``claimed_until``  it runs until then at most; afterwards a repeated call may do the work again
    """

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="calls")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True)
    claimed_until = models.DateTimeField()
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("call with a key")
        verbose_name_plural = _("calls with a key")
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotent_call_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_call_age")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.key}"


class Channel(models.Model):
    """
    Where a partner uses media: its own shop, a marketplace, print, a catalogue.

    ``specification``  the rules of the place, ``None`` when there are none to keep
    ``recipes``        download sizes this channel takes, in the order sizes have
    """

    public_id = public_id_field("chn")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="channels")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=ChannelKind)
    specification = models.ForeignKey(
        "portal.Specification", on_delete=models.SET_NULL, null=True, blank=True, related_name="channels"
    )
    recipes = models.ManyToManyField("portal.Recipe", related_name="channels")
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["partner", "name"], name="channel_name_once")]

    def __str__(self) -> str:
        return self.name
