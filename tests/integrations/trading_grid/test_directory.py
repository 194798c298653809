"""Companies and communities of the grid become partners and communities of the portal."""

from datetime import timedelta

import pytest

from integrations.errors import BadPayload
from integrations.models import ExternalReference, InboundEvent, SyncCursor
from integrations.trading_grid import schemas
from portal.partners.models import Community, Partner
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=2)


def members(name: str) -> list[str]:
    return sorted(Community.objects.get(name=name).partners.values_list("name", flat=True))


def test_directory_is_mirrored_with_its_words(grid):
    assert (Partner.objects.count(), Community.objects.count()) == (12, 8)
    bergmann = Partner.objects.get(name="Bergmann Retail")
    assert (bergmann.kind, bergmann.status, bergmann.language) == ("retailer", "active", "de")
    assert (bergmann.regions, bergmann.markets, bergmann.languages) == (["DACH"], ["DE"], ["de", "en"])
    assert len(bergmann.gln) == 13
    assert set(bergmann.communities.values_list("name", flat=True)) == {
        "Retail programme DACH",
        "Winter Kitchen",
    }
    winter = grid.community()
    assert (winter.kind, winter.status, winter.languages) == ("campaign", "active", ["de", "fr", "en"])


def test_only_active_memberships_give_rights(grid):
    assert members("Retail programme DACH") == ["Alpkorn Märkte AG", "Bergmann Retail"]
    assert members("New partners") == []


def test_names_of_every_script_get_an_address(grid):
    slugs = list(Partner.objects.values_list("slug", flat=True))

    assert len(set(slugs)) == 12
    assert all(slug.isascii() for slug in slugs)


def test_reading_again_changes_nothing(grid):
    before = list(Partner.objects.order_by("pk").values())

    grid.read(ahead=HOUR)

    assert list(Partner.objects.order_by("pk").values()) == before
    assert ExternalReference.objects.filter(resource="partner").count() == 12


def test_event_of_a_new_member_lets_it_in_at_once(grid, world):
    world.verb(
        "POST", "/trading_grid/communities/com-winter-kitchen/members", {"partnerCompanyId": "GC00000102AK"}
    )

    grid.read(ahead=timedelta(minutes=2))

    assert members("Winter Kitchen") == ["Alpkorn Märkte AG", "Bergmann Retail", "Studio Nordlicht"]
    event = InboundEvent.objects.get(data__type="community.member.added")
    assert event.state == "done"


def test_company_that_leaves_loses_its_rights(grid, world):
    world.verb("DELETE", "/trading_grid/communities/com-winter-kitchen/members/GC00000101BR")

    grid.read(ahead=timedelta(minutes=2))

    assert members("Winter Kitchen") == ["Studio Nordlicht"]


def test_suspended_company_is_suspended_here(grid, world):
    world.verb("PUT", "/trading_grid/partners/GC00000101BR/status", {"status": "SUSPENDED"})

    grid.read(ahead=HOUR)

    assert Partner.objects.get(name="Bergmann Retail").status == "suspended"


def test_members_that_did_not_all_come_put_nobody_out(grid, world):
    """A page cut short must not end anybody's rights; the community itself says how many there are."""
    body = '{"response": [{"partnerCompanyId": "GC00000101BR", "status": "ACTIVE"}], "_links": {}}'
    world.fault("trading_grid", "status", status=200, body=body, path="com-retail-iberia-france/members")

    grid.read(ahead=HOUR)

    assert len(members("Retail programme Iberia and France")) == 3
    assert "1 of 3 members came" in SyncCursor.objects.get(name="directory").last_error


def test_grid_in_trouble_leaves_everything_as_it_is(grid, world):
    world.fault("trading_grid", "status", status=502, path="/communities")

    grid.read(ahead=HOUR)

    assert len(members("Winter Kitchen")) == 2
    assert SyncCursor.objects.get(name="directory").last_error == "Trading Grid answered 502."


def test_tenant_with_other_paths_names_and_words_needs_configuration_alone(world):
    profile = world.verb("GET", "/trading_grid/profiles")["profiles"]["acme"]
    world.verb("PUT", "/trading_grid/profiles", {"serve": ["acme"]})
    world.verb("PUT", "/trading_grid/dialects", {"dialect": "hal", "profile": "acme"})
    grid = Grid(
        world,
        token_path=profile["tokenPath"],
        token_style=profile["tokenStyle"],
        dialect="hal",
        paths=profile["paths"],
        field_map=profile["fieldMap"],
        value_map=profile["valueMap"],
    )

    grid.read()

    assert (Partner.objects.count(), Community.objects.count()) == (12, 8)
    assert members("Winter Kitchen") == ["Bergmann Retail", "Studio Nordlicht"]
    assert [cursor.last_error for cursor in SyncCursor.objects.all()] == ["", ""]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "x"}, "has no id"),
        ({"partnerCompanyId": "x"}, "has no name"),
        ({"partnerCompanyId": "x", "name": "y", "status": "FROZEN"}, "status 'FROZEN'"),
        ({"partnerCompanyId": ["x"], "name": "y"}, "has no id"),
    ],
)
def test_company_that_cannot_be_used_is_named(data, sentence):
    with pytest.raises(BadPayload, match=sentence):
        schemas.company(data)


def test_fields_the_tenant_lacks_have_careful_defaults():
    found = schemas.company(
        {"partnerCompanyId": 17, "name": "Hof", "languages": ["de_AT", "??"], "targetMarkets": "DE"}
    )

    assert (found.id, found.kind, found.status, found.language) == ("17", "retailer", "active", "en")
    assert (found.markets, found.languages, found.gln) == ([], [], "")
