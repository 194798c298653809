"""Reading partners, people and communities."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from portal.core import rowscope
from portal.core.errors import NotFound
from portal.partners.choices import CommunityStatus, PartnerStatus
from portal.partners.models import ApiClient, Community, CommunityMembership, Invitation, Membership, Partner


def memberships_of(user) -> list[Membership]:
    """Return a person's places in companies that are not terminated, by the companies' names."""
    # Whose rows they are is decided by the person, before any company is chosen.
    with rowscope.everything():
        return list(
            Membership.objects.filter(user=user)
            .exclude(partner__status=PartnerStatus.TERMINATED)
            .select_related("partner")
            .order_by("partner__name", "pk")
        )


def get_membership(user, slug: str) -> Membership:
    """
    Return a person's place in the company of this address.

    :raises NotFound: no such company, or not this person's
    """
    # The company is what is being found out; the caller narrows the scope to it at once.
    with rowscope.everything():
        membership = (
            Membership.objects.filter(user=user, partner__slug=slug)
            .exclude(partner__status=PartnerStatus.TERMINATED)
            .select_related("partner", "user")
            .first()
        )
    if membership is None:
        raise NotFound
    return membership


def community_ids(partner: Partner) -> list[int]:
    """Return the row numbers of the partner's open communities, in order: what it is entitled to hangs on these."""
    return list(
        CommunityMembership.objects.filter(partner=partner, community__status=CommunityStatus.ACTIVE)
        .order_by("community_id")
        .values_list("community_id", flat=True)
    )


def open_communities(partner: Partner) -> QuerySet:
    """Return the same row numbers as ``community_ids`` for use inside another query."""
    rows = CommunityMembership.objects.filter(partner=partner, community__status=CommunityStatus.ACTIVE)
    return rows.values("community_id")


def community_places(partner: Partner) -> dict[int, bool]:
    """
    Return the row numbers of all the partner's communities, and whether each is open. What a closed one held is not
    unknown to its members, it is withdrawn.
    """
    rows = CommunityMembership.objects.filter(partner=partner).order_by("community_id")
    states = dict(rows.values_list("community_id", "community__status"))
    return {pk: status == CommunityStatus.ACTIVE for pk, status in states.items()}


def communities_of(partner: Partner) -> QuerySet[Community]:
    """Return the partner's communities by name."""
    return Community.objects.filter(memberships__partner=partner, status=CommunityStatus.ACTIVE).order_by(
        "name", "pk"
    )


def people_of(partner: Partner) -> QuerySet[Membership]:
    """Return the people of a company by name."""
    return Membership.objects.filter(partner=partner).select_related("user").order_by("user__name", "pk")


def open_invitation(token_digest: str, *, at: datetime) -> Invitation:
    """
    Return an invitation that can be accepted now.

    :raises NotFound: unknown, used, taken back or too old
    """
    # The reader is not yet anybody; the token is what entitles them to this one row.
    with rowscope.everything():
        invitation = Invitation.objects.select_related("partner").filter(token_digest=token_digest).first()
    if invitation is None or not invitation.is_open(at=at):
        raise NotFound
    return invitation


def partner_of_client(client_id: str) -> ApiClient:
    """
    Return the partner's system that signed in, with its partner.

    :raises NotFound: unknown or revoked
    """
    # The partner is what is being found out; authentication narrows the scope to it at once.
    with rowscope.everything():
        client = (
            ApiClient.objects.select_related("partner")
            .filter(client_id=client_id, revoked_at__isnull=True)
            .first()
        )
    if client is None:
        raise NotFound
    return client


def partners_by_id(ids: Iterable[int]) -> dict[int, Partner]:
    """Return partners by row number. For staff and integrations."""
    return Partner.objects.in_bulk(list(ids))


def communities_by_id(ids: Iterable[int]) -> dict[int, Community]:
    """Return communities by row number. For staff and integrations."""
    return Community.objects.in_bulk(list(ids))


def members_of(communities: Iterable[int]) -> dict[int, set[int]]:
    """Return the companies in each of these communities, both by row number. For staff and integrations."""
    found: dict[int, set[int]] = {community: set() for community in communities}
    rows = CommunityMembership.objects.filter(community__in=list(found))
    for community, partner in rows.values_list("community_id", "partner_id"):
        found[community].add(partner)
    return found


def readers_of(community: int) -> dict[int, list[tuple[str, str]]]:
    """
    Return the mail addresses and languages of the people of a community's active companies, by company.

    A company without people is there with none. For integrations.

    :param community: its row number
    """
    companies = CommunityMembership.objects.filter(
        community_id=community, partner__status=PartnerStatus.ACTIVE
    ).values_list("partner_id", flat=True)
    found: dict[int, list[tuple[str, str]]] = {company: [] for company in companies}
    people = Membership.objects.filter(partner_id__in=found, user__is_active=True)
    for company, email, language in people.order_by("user__email").values_list(
        "partner_id", "user__email", "user__language"
    ):
        found[company].append((email, language))
    return found
