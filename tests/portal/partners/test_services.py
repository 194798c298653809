"""Companies, people and the invitations that make them."""

from datetime import timedelta

import pytest

from portal.accounts.models import User
from portal.core.errors import NotFound
from portal.partners import selectors, services
from portal.partners.models import Invitation, Membership, Partner
from portal.publications.models import Change
from portal.releases import services as releases
from tests.builders import NOON, make_community, make_partner, make_user

pytestmark = pytest.mark.django_db


def invite(partner, email="new@company.example", now=NOON):
    return services.invite(partner=partner, email=email, role="member", invited_by=None, now=now)


def accept(token, now=NOON):
    return services.accept_invitation(
        token=token, name="New Person", password="a long enough sentence", now=now
    )


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Librería Ñandú", "libreria-nandu"),
        ("ООО Bergmann 24", "bergmann-24"),
        ("شركة الخليج للتوزيع", None),
        ("北京 24", None),
        ("!?", None),
    ],
)
def test_the_address_of_a_company_is_its_name_or_else_its_id(name, address):
    partner = make_partner(name)

    assert partner.slug == (address or f"partner-{partner.public_id[-6:]}")


def test_the_address_of_a_company_is_its_own_and_stays():
    one, other = make_partner("الخليج"), make_partner("الخليج")
    twins = make_partner("Müller"), make_partner("Muller")
    before = one.slug

    services.save_partner(partner=one, name="Gulf", kind=one.kind, status=one.status, now=NOON)

    assert Partner.objects.get(pk=one.pk).slug == before != other.slug
    assert [partner.slug for partner in twins] == ["muller", "muller-2"]


def test_invitation_makes_a_person_of_the_company_and_works_once():
    partner = make_partner()
    invitation, token = invite(partner)

    user = accept(token)

    assert Membership.objects.get(user=user).role == "member"
    assert token not in str(Invitation.objects.values().get())
    with pytest.raises(NotFound):
        accept(token)
    assert invitation.partner == partner


@pytest.mark.parametrize(("late_by", "is_open"), [(timedelta(0), False), (timedelta(seconds=-1), True)])
def test_invitation_ends_to_the_second(late_by, is_open):
    invitation, token = invite(make_partner())

    if is_open:
        assert accept(token, now=invitation.expires_at + late_by).email == "new@company.example"
    else:
        with pytest.raises(NotFound):
            accept(token, now=invitation.expires_at + late_by)
        assert not User.objects.exists()


def test_second_invitation_takes_the_first_back():
    partner = make_partner()
    _, first = invite(partner)
    _, second = invite(partner, email="NEW@company.example")

    with pytest.raises(NotFound):
        accept(first)
    assert accept(second).email == "new@company.example"


def test_known_person_keeps_name_and_password():
    user = make_user(make_partner(), name="Jana Kessler")
    other = make_partner()
    _, token = invite(other, email=user.email)

    accept(token)

    user.refresh_from_db()
    assert user.name == "Jana Kessler"
    assert user.check_password("a long enough sentence")
    assert {m.partner for m in selectors.memberships_of(user)} >= {other}


def test_member_is_not_invited_again():
    partner = make_partner()
    user = make_user(partner)

    with pytest.raises(services.AlreadyMember, match="belongs to"):
        invite(partner, email=user.email)


def test_members_are_set_once_and_their_feeds_told():
    first, second = make_partner(), make_partner()
    community = make_community(first)
    Change.objects.all().delete()

    for _ in range(2):
        releases.set_members(community=community, partners=[second], now=NOON)

    assert set(community.partners.all()) == {second}
    assert set(Change.objects.values_list("kind", "partner")) == {("joined", second.pk), ("left", first.pk)}
    assert Change.objects.count() == 2


def test_previous_visit_ends_after_half_an_hour_of_silence():
    partner = make_partner()
    membership = Membership.objects.get(user=make_user(partner))

    for minutes in (0, 5, 60, 61.5):
        services.note_visit(membership=membership, now=NOON + timedelta(minutes=minutes))

    membership.refresh_from_db()
    assert membership.previous_visit_at == NOON + timedelta(minutes=5)
    assert membership.seen_at == NOON + timedelta(minutes=61.5)


@pytest.mark.parametrize("status", ["terminated", "suspended"])
def test_company_that_is_closed_or_held_lets_nobody_in(status, client):
    partner = make_partner(status=status)
    client.force_login(make_user(partner))

    answer = client.get(f"/o/{partner.slug}/")

    assert answer.status_code == {"terminated": 404, "suspended": 403}[status]
