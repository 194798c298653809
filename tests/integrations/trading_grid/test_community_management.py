"""Users by the id that stays, roles by the login that does not, whatever the tenant calls them."""

from datetime import timedelta

import pytest

from integrations.errors import BadPayload, Refused
from integrations.models import ExternalReference, SyncCursor
from integrations.trading_grid import community_management, config, directory, followed, schemas
from integrations.trading_grid.calls import Conflict, Missing
from tests.builders import NOON
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=2)
ELIN, MATEO = "U0000000002", "U0000000003"
NEW_USER = {
    "loginId": "new@norrvik.example",
    "loginPassword": "a long enough sentence",
    "firstName": "Nia",
    "lastName": "Berg",
    "type": "Web",
    "contactInformation": {"email": "nia.berg@norrvik.example"},
}


@pytest.fixture(params=["cartographer", "hal", "plain"])
def account(world, request):
    world.verb("PUT", "/trading_grid/dialects", {"dialect": request.param})
    return config.account(world.connect_grid(page_size=3, dialect=request.param))


def rename(world, user_id: str, login: str) -> None:
    world.verb("PUT", f"/trading_grid/users/{user_id}/loginId", {"loginId": login})


def test_company_and_directory_are_read(account):
    assert community_management.company(account)["companyName"] == "Norrvik Foods AB"
    assert len(list(community_management.partners(account))) == 12
    (found,) = community_management.partners(account, name="Bergmann Retail")
    assert found["partnerCompanyId"] == "GC00000101BR"


def test_users_are_listed_and_found_by_either_key(account):
    users = {user.id: user for user in community_management.users(account)}

    assert len(users) == 4
    assert users[ELIN].login == "elin.sandahl@norrvik.example"
    assert community_management.user(account, ELIN) == community_management.user(account, users[ELIN].login)
    assert community_management.user_by_login(account, users[ELIN].login).id == ELIN
    assert community_management.user_by_login(account, "nobody@norrvik.example") is None


def test_roles_and_entitlements_are_read_and_granted_by_the_lasting_id(account):
    community_management.add_roles(account, MATEO, ["Partner Admin", "Community Viewer"])

    assert community_management.roles(account, MATEO) == ["Community Viewer", "TGMS Reports", "Partner Admin"]
    assert "Lens" in community_management.company_entitlements(account)
    assert "Active Community" in community_management.user_entitlements(account, MATEO)


def test_role_that_does_not_exist_is_refused_with_the_grids_words(account):
    with pytest.raises(Refused, match="roleName"):
        community_management.add_roles(account, MATEO, ["King"])


def test_renamed_login_is_followed_between_two_calls(account, world):
    community_management.roles(account, MATEO)
    rename(world, MATEO, "mateo.new@norrvik.example")

    assert community_management.roles(account, MATEO) == ["Community Viewer", "TGMS Reports"]


def test_login_that_is_renamed_in_the_middle_of_a_call_is_looked_up_once_more(account, world, monkeypatch):
    looked_up = community_management.user
    names = iter(["mateo.new@norrvik.example"])

    def user(found_account, key):
        found = looked_up(found_account, key)
        for name in names:
            rename(world, MATEO, name)
        return found

    monkeypatch.setattr(community_management, "user", user)

    assert community_management.roles(account, MATEO) == ["Community Viewer", "TGMS Reports"]


def test_user_is_created_changed_and_deleted_by_the_id_the_reply_calls_unique(account):
    user_id = community_management.create_user(account, NEW_USER)
    community_management.change_user(account, user_id, {"firstName": "Nina"})

    found = community_management.user(account, user_id)
    assert (found.name, found.email) == ("Nina Berg", "nia.berg@norrvik.example")
    with pytest.raises(Conflict, match="taken"):
        community_management.create_user(account, NEW_USER)

    community_management.delete_user(account, user_id)
    with pytest.raises(Missing):
        community_management.roles(account, user_id)


# -- Remembered ----------------------------------------------------------------------------------------------
def hub_users() -> dict:
    return ExternalReference.objects.get(resource="company").data["people"]


def contacts(company: str) -> dict:
    return ExternalReference.objects.get(resource="partner", external_id=company).data["people"]


def test_reading_the_directory_remembers_users_and_contacts_by_their_lasting_id(grid):
    assert set(contacts("GC00000101BR")) == {"U0000001011", "U0000001012", "U0000001013"}
    jana = contacts("GC00000101BR")["U0000001011"]
    assert jana == {
        "login": "jana.kessler@bergmann.example",
        "email": "jana.kessler@bergmann.example",
        "name": "Jana Kessler",
        "language": "de",
        "functions": ["MARKETING", "ECOMMERCE"],
        "wants": ["posts", "issues", "tasks", "changes"],
        "previous": [],
    }
    assert hub_users()[ELIN]["login"] == "elin.sandahl@norrvik.example"


def test_renamed_login_is_remembered_with_the_one_before(grid, world):
    rename(world, ELIN, "elin.berg@norrvik.example")
    rename(world, "U0000001011", "jana.new@bergmann.example")

    grid.read(ahead=HOUR)

    for person, before, after in (
        (hub_users()[ELIN], "elin.sandahl@norrvik.example", "elin.berg@norrvik.example"),
        (
            contacts("GC00000101BR")["U0000001011"],
            "jana.kessler@bergmann.example",
            "jana.new@bergmann.example",
        ),
    ):
        assert person["login"] == after
        assert [entry["login"] for entry in person["previous"]] == [before]
    assert directory.people(grid.connection, "partner", "GC00000101BR") == contacts("GC00000101BR")


def test_contact_who_left_stays_with_the_day(grid, world):
    world.verb("DELETE", "/trading_grid/partners/GC00000101BR/contacts")

    grid.read(ahead=HOUR)

    assert all(entry["gone"] for entry in contacts("GC00000101BR").values())
    assert followed.readers(contacts("GC00000101BR"), "posts") == []


def test_tenant_whose_users_may_not_be_read_loses_nothing_else(world):
    world.fault("trading_grid", "status", status=403, path="/users")
    grid = Grid(world)

    grid.read()

    assert not ExternalReference.objects.filter(resource="company").exists()
    cursor = SyncCursor.objects.get(name="directory")
    assert "users were not read: Trading Grid refused (403" in cursor.last_error
    assert grid.community().name == "Winter Kitchen"


def test_directory_without_contacts_keeps_those_that_are_known():
    told = schemas.company({"partnerCompanyId": "x", "name": "y"})

    assert told.contacts is None


def test_readers_are_those_who_want_to_hear_of_it():
    people = followed.follow(
        {},
        [
            schemas.person({"userId": "1", "email": "a@x.example", "preferredLanguage": "de"}),
            schemas.person({"userId": "2", "email": "b@x.example", "notify": {"posts": False}}),
            schemas.person({"userId": "3", "email": "not an address"}),
        ],
        now=NOON,
    )

    assert followed.readers(people, "posts") == [("a@x.example", "de")]
    assert followed.readers(people, "issues") == [("a@x.example", "de"), ("b@x.example", "")]


def test_user_without_id_cannot_be_followed():
    with pytest.raises(BadPayload, match="has no id"):
        schemas.person({"loginId": "x@y.example"})
