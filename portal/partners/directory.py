"""Reading companies, people and systems of all partners. For staff."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from allauth.idp.oidc.models import Client
from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from portal.accounts.models import User
from portal.partners.choices import CommunityStatus, PartnerStatus
from portal.partners.models import ApiClient, Community, CommunityMembership, Invitation, Membership, Partner


@dataclass
class Standing:
    """What a list says about one company: its open communities by name, people, and when one was last here."""

    communities: list[str] = field(default_factory=list)
    people: int = 0
    seen_at: datetime | None = None


def standings(partners: Collection[Partner]) -> dict[int, Standing]:
    """Return the standing of these companies by row number: two queries."""
    found: dict[int, Standing] = defaultdict(Standing)
    ids = [partner.pk for partner in partners]
    people = Membership.objects.filter(partner__in=ids).values("partner")
    for row in people.annotate(people=Count("pk"), seen=Max("seen_at")).order_by():
        found[row["partner"]].people, found[row["partner"]].seen_at = row["people"], row["seen"]
    places = CommunityMembership.objects.filter(partner__in=ids, community__status=CommunityStatus.ACTIVE)
    for partner_id, name in places.order_by("community__name").values_list("partner_id", "community__name"):
        found[partner_id].communities.append(name)
    return {pk: found[pk] for pk in ids}


def invitations_of(partner: Partner) -> QuerySet[Invitation]:
    """Return a company's invitations that were neither accepted nor taken back, newest first."""
    return (
        Invitation.objects.filter(partner=partner, accepted_at__isnull=True, revoked_at__isnull=True)
        .select_related("invited_by")
        .order_by("-created_at", "-pk")
    )


def invitation(partner: Partner, public_id: str) -> Invitation | None:
    """Return one invitation into this company."""
    return Invitation.objects.filter(partner=partner, public_id=public_id).first()


@dataclass(frozen=True)
class System:
    """A partner's system with its scopes, which lie with the OAuth client and are gone when it is revoked."""

    client: ApiClient
    scopes: list[str]


def systems_of(partner: Partner) -> list[System]:
    """Return a company's API clients, the working ones first: two queries."""
    clients = list(ApiClient.objects.filter(partner=partner).order_by("revoked_at", "-created_at", "-pk"))
    clients.sort(key=lambda client: client.revoked_at is not None)
    oauth = Client.objects.in_bulk([client.client_id for client in clients])
    return [
        System(client, oauth[client.client_id].get_scopes() if client.client_id in oauth else [])
        for client in clients
    ]


def api_client(partner: Partner, public_id: str) -> ApiClient | None:
    """Return one API client of this company."""
    return ApiClient.objects.filter(partner=partner, public_id=public_id).first()


def places_of(partner: Partner) -> list[CommunityMembership]:
    """Return a company's places in communities, closed ones too, by name."""
    return list(
        CommunityMembership.objects.filter(partner=partner)
        .select_related("community")
        .order_by("community__name", "pk")
    )


def members_of(community: Community) -> list[CommunityMembership]:
    """Return the companies in a community by name."""
    return list(community.memberships.select_related("partner").order_by("partner__name", "pk"))


def member_counts(communities: Collection[Community]) -> dict[int, int]:
    """Return how many companies are in each community, by row number: one query."""
    rows = CommunityMembership.objects.filter(community__in=[c.pk for c in communities]).values("community")
    return dict(rows.annotate(n=Count("pk")).order_by().values_list("community", "n"))


def suspended() -> list[Partner]:
    """Return the companies that are shut out, by name."""
    return list(Partner.objects.filter(status=PartnerStatus.SUSPENDED).order_by("name", "pk"))


def without_community() -> list[Partner]:
    """Return active companies that belong to no open community, and so see nothing."""
    places = CommunityMembership.objects.filter(
        partner=OuterRef("pk"), community__status=CommunityStatus.ACTIVE
    )
    active = Partner.objects.filter(status=PartnerStatus.ACTIVE)
    return list(active.filter(~Exists(places)).order_by("name", "pk"))


def actor_names(actors: Collection[str]) -> dict[str, str]:
    """
    Return what staff call those who did something, by the name the activity record keeps: at most two queries.

    :param actors: ``user:usr_...``, ``client:cli_...`` or ``system``
    """
    by_kind: dict[str, set[str]] = defaultdict(set)
    for actor in actors:
        kind, _sep, public_id = actor.partition(":")
        by_kind[kind].add(public_id)
    names: dict[str, str] = {}
    if by_kind["user"]:
        for user in User.objects.filter(public_id__in=by_kind["user"]):
            names[f"user:{user.public_id}"] = str(user)
    if by_kind["client"]:
        for client in ApiClient.objects.filter(public_id__in=by_kind["client"]).select_related("partner"):
            names[f"client:{client.public_id}"] = str(client)
    return names


def places_of_people(users: Collection[User]) -> dict[int, list[Membership]]:
    """Return the places in companies of each of these people, by the person's row number: one query."""
    found: dict[int, list[Membership]] = {user.pk: [] for user in users}
    rows = Membership.objects.filter(user__in=list(found)).select_related("partner")
    for place in rows.order_by("partner__name", "pk"):
        found[place.user_id].append(place)
    return found


def find_partner(public_id: str) -> Partner | None:
    """Return a company by the public id of itself, one of its invitations or one of its systems."""
    model, path = {
        "prt": (Partner, None),
        "inv": (Invitation, "partner"),
        "cli": (ApiClient, "partner"),
    }[public_id[:3]]
    found = model.objects.filter(public_id=public_id).first()  # type: ignore[attr-defined]
    return getattr(found, path) if found and path else found


def find_community(public_id: str) -> Community | None:
    """Return a community by its public id."""
    return Community.objects.filter(public_id=public_id).first()


def companies_like(words: str) -> bool:
    """Tell whether a company's name begins with these words."""
    return bool(words) and Partner.objects.filter(name__istartswith=words).exists()


def partner_names(public_ids: Collection[str]) -> dict[str, str]:
    """Return what companies are called, by their public ids: one query."""
    return dict(Partner.objects.filter(public_id__in=public_ids).values_list("public_id", "name"))


def community_names(public_ids: Collection[str]) -> dict[str, str]:
    """Return what communities are called, by their public ids: one query."""
    return dict(Community.objects.filter(public_id__in=public_ids).values_list("public_id", "name"))
