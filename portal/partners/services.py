"""Changing partners, people and communities."""

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.activity import services as activity
from portal.core import rowscope
from portal.core.errors import DomainError
from portal.partners import selectors
from portal.partners.models import ApiClient, Community, CommunityMembership, Invitation, Membership, Partner


class AlreadyMember(DomainError):
    """The person is in the company already."""

    code = "already_member"


def _free_slug(name: str, public_id: str) -> str:
    """
    Return an address for a company that nobody has yet: its name, as far as that has Latin letters.

    A name in another script is not spelled out, for that takes a reader of its language (the same signs read
    differently in Japanese and Chinese, and Arabic writes no vowels); the end of its public id stands instead.
    """
    stem = slugify(name)[:48].strip("-")
    if not re.search("[a-z]", stem):
        stem = f"partner-{public_id[-6:]}"
    taken = set(Partner.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    return next(slug for n in range(2, 10_000) if (slug := f"{stem}-{n}") not in taken)


@transaction.atomic
def save_partner(
    *,
    partner: Partner | None,
    name: str,
    kind: str,
    status: str,
    gln: str = "",
    language: str = "en",
    regions: Sequence[str] = (),
    markets: Sequence[str] = (),
    languages: Sequence[str] = (),
    now: datetime,
) -> Partner:
    """Create a company, or bring a known one to these facts. The same facts again change nothing."""
    facts = {
        "name": name,
        "kind": kind,
        "status": status,
        "gln": gln,
        "language": language,
        "regions": list(regions),
        "markets": list(markets),
        "languages": list(languages),
    }
    if partner is None:
        partner = Partner(**facts)
        partner.slug = _free_slug(name, partner.public_id)
        partner.save()
        activity.record(verb="partner.added", subject=partner.public_id, partner_id=partner.pk, now=now)
        return partner
    changed = [field for field, value in facts.items() if getattr(partner, field) != value]
    if changed:
        for field in changed:
            setattr(partner, field, facts[field])
        partner.save(update_fields=changed)
        activity.record(
            verb="partner.changed",
            subject=partner.public_id,
            partner_id=partner.pk,
            data={"fields": changed},
            now=now,
        )
    return partner


@transaction.atomic
def save_community(
    *,
    community: Community | None,
    name: str,
    kind: str,
    status: str,
    regions: Sequence[str] = (),
    languages: Sequence[str] = (),
    now: datetime,
) -> Community:
    """
    Create a community, or bring a known one to these facts. The same facts again change nothing.

    Called through ``releases.save_community``, which also tells the companies' feeds when it closes or opens.
    """
    facts = {
        "name": name,
        "kind": kind,
        "status": status,
        "regions": list(regions),
        "languages": list(languages),
    }
    if community is None:
        community = Community.objects.create(**facts)
        activity.record(verb="community.added", subject=community.public_id, now=now)
        return community
    changed = [field for field, value in facts.items() if getattr(community, field) != value]
    if changed:
        for field in changed:
            setattr(community, field, facts[field])
        community.save(update_fields=changed)
        activity.record(
            verb="community.changed", subject=community.public_id, data={"fields": changed}, now=now
        )
    return community


@transaction.atomic
def set_community_members(
    *, community: Community, partners: Collection[Partner], now: datetime
) -> tuple[list[Partner], list[Partner]]:
    """
    Make exactly these companies the members of a community; who stays keeps the day they joined.

    Called through ``releases.set_members``, which also tells the companies' feeds.

    :returns: who joined, and who left
    """
    # The files that are being put into it meanwhile only need its number to stay.
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    wanted = {partner.pk: partner for partner in partners}
    present = {m.partner_id: m for m in community.memberships.select_related("partner")}
    joined = [partner for pk, partner in wanted.items() if pk not in present]
    left = [m.partner for pk, m in present.items() if pk not in wanted]
    CommunityMembership.objects.bulk_create(
        CommunityMembership(community=community, partner=partner, joined_at=now) for partner in joined
    )
    community.memberships.filter(partner__in=left).delete()
    for verb, companies in (("partner.joined", joined), ("partner.left", left)):
        for partner in companies:
            activity.record(
                verb=verb,
                subject=partner.public_id,
                partner_id=partner.pk,
                data={"community": community.public_id},
                now=now,
            )
    return joined, left


@transaction.atomic
def add_member(
    *, partner: Partner, user: User, role: str, now: datetime, actor: str = "system"
) -> Membership:
    """Put a person into a company, or change the role of one who is there."""
    membership, created = Membership.objects.get_or_create(
        partner=partner, user=user, defaults={"role": role}
    )
    if not created and membership.role != role:
        membership.role = role
        membership.save(update_fields=["role"])
    elif not created:
        return membership
    activity.record(
        verb="member.added" if created else "member.role_changed",
        subject=user.public_id,
        actor=actor,
        partner_id=partner.pk,
        data={"role": role},
        now=now,
    )
    return membership


def token_digest(token: str) -> str:
    """Return what is kept of a token that was sent to somebody."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *, partner: Partner, email: str, role: str, invited_by: User | None, now: datetime, language: str = ""
) -> tuple[Invitation, str]:
    """
    Invite a person into a company; an open invitation of the same address is replaced and its link stops working.

    :returns: the invitation, and the token for its link, which is kept nowhere
    :raises AlreadyMember: they are in already
    """
    email = email.strip().lower()
    if Membership.objects.filter(partner=partner, user__email=email).exists():
        raise AlreadyMember(
            _("%(email)s belongs to %(company)s already.") % {"email": email, "company": partner.name}
        )
    Invitation.objects.filter(
        partner=partner, email=email, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        partner=partner,
        email=email,
        role=role,
        language=language or partner.language,
        token_digest=token_digest(token),
        invited_by=invited_by,
        created_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_VALID_DAYS),
    )
    activity.record(
        verb="member.invited",
        subject=invitation.public_id,
        actor=f"user:{invited_by.public_id}" if invited_by else "system",
        partner_id=partner.pk,
        data={"role": role},
        now=now,
    )
    return invitation, token


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str | None, now: datetime) -> User:
    """
    Turn an invitation into a person with a place in the company. A known person keeps name and password.

    :param password: for a new person, ``None`` when they will sign in by code
    :raises NotFound: unknown, used, taken back or too old
    """
    # The person is nobody yet; the token entitles them to exactly this.
    with rowscope.everything():
        found = selectors.open_invitation(token_digest(token), at=now)
        invitation = Invitation.objects.select_for_update().get(pk=found.pk)
        if not invitation.is_open(at=now):
            return User.objects.get(email=invitation.email)
        user = User.objects.filter(email=invitation.email).first()
        if user is None:
            user = User.objects.create_user(
                invitation.email, password, name=name, language=invitation.language
            )
        add_member(
            partner=invitation.partner,
            user=user,
            role=invitation.role,
            now=now,
            actor=f"user:{user.public_id}",
        )
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
        return user


@transaction.atomic
def note_visit(*, membership: Membership, now: datetime) -> None:
    """
    Keep when a person was last here, at most once a minute. After half an hour of silence the time before becomes the
    end of the previous visit: "changed since your last visit" counts from there.
    """
    seen = membership.seen_at
    if seen is not None and now - seen < timedelta(minutes=1):
        return
    fields = {"seen_at": now}
    if seen is not None and now - seen > timedelta(minutes=30):
        fields["previous_visit_at"] = seen
        membership.previous_visit_at = seen
    membership.seen_at = now
    Membership.objects.filter(pk=membership.pk).update(**fields)


@transaction.atomic
def create_api_client(
    *, partner: Partner, name: str, scopes: Sequence[str], now: datetime, actor: str = "system"
) -> tuple[ApiClient, str]:
    """
    Register a partner's system.

    :param scopes: of ``api.permissions.SCOPES``
    :returns: the client and its secret, which is kept only as a digest
    """
    oauth = Client(name=name[:100], type=Client.Type.CONFIDENTIAL, skip_consent=True)
    oauth.set_scopes(list(scopes))
    oauth.set_default_scopes(list(scopes))
    oauth.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    secret = secrets.token_urlsafe(32)
    oauth.set_secret(secret)
    oauth.save()
    client = ApiClient.objects.create(partner=partner, client_id=oauth.id, name=name, created_at=now)
    activity.record(
        verb="client.added",
        subject=client.public_id,
        actor=actor,
        partner_id=partner.pk,
        data={"scopes": list(scopes)},
        now=now,
    )
    return client, secret


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, now: datetime, actor: str = "system") -> bool:
    """
    Take an invitation back; its link stops working.

    :returns: ``False`` when it was accepted or taken back before, which stands
    """
    taken = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now)
    if taken:
        activity.record(
            verb="member.uninvited",
            subject=invitation.public_id,
            actor=actor,
            partner_id=invitation.partner_id,
            now=now,
        )
    return bool(taken)


@transaction.atomic
def revoke_api_client(*, client: ApiClient, now: datetime, actor: str = "system") -> bool:
    """
    Shut a partner's system out, at once: its secret and every token it holds stop working.

    :returns: ``False`` when it was revoked before
    """
    taken = ApiClient.objects.filter(pk=client.pk, revoked_at__isnull=True).update(revoked_at=now)
    if taken:
        # The OAuth client takes its tokens along. The row of ours stays: downloads and activities name it.
        Client.objects.filter(pk=client.client_id).delete()
        activity.record(
            verb="client.revoked",
            subject=client.public_id,
            actor=actor,
            partner_id=client.partner_id,
            now=now,
        )
    return bool(taken)


@transaction.atomic
def note_first_call(*, client: ApiClient, now: datetime) -> bool:
    """
    Keep when a partner's system first called.

    :returns: ``False`` when it has called before
    """
    taken = ApiClient.objects.filter(pk=client.pk, first_call_at=None).update(first_call_at=now)
    if taken:
        activity.record(
            verb="client.called",
            subject=client.public_id,
            actor=f"client:{client.public_id}",
            partner_id=client.partner_id,
            now=now,
        )
    return bool(taken)
