"""Companies and communities of the grid become partners and communities of the portal."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import BadPayload
from integrations.models import ExternalReference, InboundEvent, SyncCursor
from integrations.trading_grid import schemas
from portal.core.errors import Gone
from portal.partners.models import Community, CommunityMembership, Partner
from portal.publications import selectors as publications
from portal.publications.models import Change
from portal.releases import services as releases
from tests.builders import make_rule, release_one
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


def test_companies_that_the_directory_leaves_out_stay_in_their_communities(grid, world):
    """The list of companies has nothing to be counted against; the communities still name their members."""
    before = set(CommunityMembership.objects.values_list("community__name", "partner__name"))
    Change.objects.all().delete()
    world.fault("trading_grid", "status", status=200, body='{"response": []}', path="/partnerDirectory")

    grid.read(ahead=HOUR)

    assert set(CommunityMembership.objects.values_list("community__name", "partner__name")) == before
    assert not Change.objects.exists()


def test_company_that_cannot_be_read_today_stays_in_its_communities(grid, world):
    body = {"response": [{"partnerCompanyId": "GC00000101BR", "name": "Bergmann Retail", "status": "FROZEN"}]}
    world.fault("trading_grid", "status", status=200, body=json.dumps(body), path="/partnerDirectory")
    Change.objects.all().delete()

    grid.read(ahead=HOUR)

    assert members("Winter Kitchen") == ["Bergmann Retail", "Studio Nordlicht"]
    assert not Change.objects.exists()
    assert "status 'FROZEN'" in SyncCursor.objects.get(name="directory").last_error


def test_member_nobody_knows_is_noted_and_the_others_stay(grid, world):
    ExternalReference.objects.filter(external_id="GC00000101BR").delete()
    world.fault("trading_grid", "status", status=200, body='{"response": []}', path="/partnerDirectory")

    grid.read(ahead=HOUR)

    assert members("Winter Kitchen") == ["Studio Nordlicht"]
    assert (
        "Winter Kitchen: the directory lacks its members GC00000101BR."
        in SyncCursor.objects.get(name="directory").last_error
    )


def test_community_closed_over_there_is_told_here_and_opened_again_with_its_files(grid, world):
    def kinds() -> list[str]:
        return list(Change.objects.order_by("id").values_list("kind", flat=True))

    def turn(status: str, ahead) -> None:
        Change.objects.all().delete()
        world.verb("PUT", "/trading_grid/communities/com-winter-kitchen/status", {"status": status})
        grid.read(ahead=ahead)
        while releases.continue_routing(now=timezone.now()):
            pass

    make_rule(grid.community(), folders=["/Winter"])
    asset = release_one("/Winter/oat.jpg")
    bergmann = Partner.objects.get(name="Bergmann Retail")

    turn("CLOSED", HOUR)
    assert kinds() == ["left", "left", "withdrawn"]
    with pytest.raises(Gone):
        publications.get_asset(bergmann, asset.public_id, at=timezone.now())

    turn("ACTIVE", 2 * HOUR)
    assert kinds() == ["joined", "joined", "published"]
    assert publications.get_asset(bergmann, asset.public_id, at=timezone.now()).lead


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
