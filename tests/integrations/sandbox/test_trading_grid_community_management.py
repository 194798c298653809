"""Community Management Services, with the oddities of the vendor's request collection."""

import pytest

from tests.integrations.sandbox.grid_client import BERGMANN, SERVICES

COMPANY = f"{SERVICES}/companies/GC00000000AA"
NEW_USER = {
    "firstName": "Herta",
    "lastName": "Moos",
    "loginId": "herta.moos@norrvik.example",
    "loginPassword": "Sehr-geheim-7",
    "type": "Web",
    "preferredLanguage": "de",
    "preferredTimezone": "Europe/Berlin",
    "isConsentClause": "No",
    "address": {"addressLine1": "Kajgatan 14", "addressLine2": "", "city": "Göteborg", "countryCode": "SE"},
    "contactInformation": {"email": "herta@norrvik.example", "phoneNumberExtention": "12"},
    "userPasswordHint": {"pwdHintQuestionAnswer1": {"question": "Colour?", "answer": "red"}},
}


def create(grid, **changes):
    return grid.post(f"{COMPANY}/users", NEW_USER | changes)


def test_own_company_is_told(grid):
    company = grid.get(COMPANY).json

    assert (company["companyId"], company["companyName"]) == ("GC00000000AA", "Norrvik Foods AB")


@pytest.mark.parametrize(("company", "status"), [(BERGMANN, 403), ("GC99999999ZZ", 404)])
def test_other_companies_are_closed(grid, company, status):
    answers = [
        grid.get(f"{SERVICES}/companies/{company}"),
        grid.get(f"{SERVICES}/companies/{company}/users"),
        grid.get(f"/TGCommunityWorkspace/v1/companies/{company}/communities"),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3


def test_directory_lists_twelve_partners_of_four_kinds_with_contacts(grid):
    directory = grid.get(f"{COMPANY}/partnerDirectory?pageSize=100").json

    partners = directory["response"]
    assert len(partners) == directory["page"]["totalCount"] == 12
    assert {partner["kind"] for partner in partners} == {"SUPPLIER", "DISTRIBUTOR", "RETAILER", "AGENCY"}
    assert all(2 <= len(partner["contacts"]) <= 3 for partner in partners)
    assert "loginPassword" not in str(partners)


@pytest.mark.parametrize(
    "query",
    [
        "partnerCompanyName=bergmann retail",
        f"partnerCompanyId={BERGMANN}",
        "tradingAddress=ZZ:BERGMANN",
    ],
)
def test_directory_finds_one_partner(grid, query):
    found = grid.get(f"{COMPANY}/partnerDirectory?{query}").json["response"]

    assert [partner["partnerCompanyId"] for partner in found] == [BERGMANN]


def test_directory_does_not_find_by_a_part_of_the_name(grid):
    assert grid.get(f"{COMPANY}/partnerDirectory?partnerCompanyName=Bergmann").json["response"] == []


def test_users_are_listed_with_the_documented_fields_only(grid):
    users = grid.get(f"{COMPANY}/users").json["response"]

    assert [set(user) for user in users] == [{"userId", "loginId", "email", "firstName", "lastName"}] * 4
    assert users[0]["loginId"] == grid.keys.login_id


def test_users_are_searched_by_login_id_and_nothing_else(grid):
    by_login = grid.get(f"{COMPANY}/users?loginId=elin.sandahl@norrvik.example").json["response"]
    unknown = grid.get(f"{COMPANY}/users?loginId=nobody@norrvik.example").json["response"]
    by_email = grid.get(f"{COMPANY}/users?email=elin.sandahl@norrvik.example").json["response"]

    assert [user["userId"] for user in by_login] == ["U0000000002"]
    assert unknown == []
    assert len(by_email) == 4


def test_user_is_read_by_either_key(grid):
    by_id = grid.get(f"{COMPANY}/users/U0000000002")
    by_login = grid.get(f"{COMPANY}/users/elin.sandahl@norrvik.example")

    assert by_id.json == by_login.json
    assert by_id.json["preferredTimezone"] == "Europe/Stockholm"


def test_created_user_answers_with_unique_id_and_keeps_no_secret(grid):
    created = create(grid)

    user = grid.get(f"{COMPANY}/users/{created.json['uniqueId']}")
    assert (created.status_code, list(created.json)) == (201, ["uniqueId"])
    assert user.json["contactInformation"]["phoneNumberExtention"] == "12"
    assert "geheim" not in user.text + grid.get(f"{COMPANY}/users").text
    stored = grid.part.grid.store.db.all("SELECT body FROM users UNION ALL SELECT body FROM calls")
    assert not [row["body"] for row in stored if "geheim" in row["body"] or '"red"' in row["body"]]


def test_login_id_is_taken_only_once(grid):
    create(grid)

    again = create(grid)

    assert (again.status_code, again.json["fields"][0]["name"]) == (409, "loginId")


def test_new_user_with_wrong_fields_learns_all_of_them(grid):
    answer = create(grid, loginId=None, isConsentClause="yes", preferredLanguage="Deutsch!", address="home")

    assert answer.status_code == 400
    assert {field["name"] for field in answer.json["fields"]} == {
        "loginId",
        "isConsentClause",
        "preferredLanguage",
        "address",
    }


def test_update_is_partial(grid):
    user_id = create(grid).json["uniqueId"]

    answer = grid.put(f"{COMPANY}/users/{user_id}", {"address": {"city": "Malmö"}})

    assert answer.status_code == 200
    assert answer.json["address"] == {
        "addressLine1": "Kajgatan 14",
        "addressLine2": "",
        "city": "Malmö",
        "countryCode": "SE",
    }
    assert answer.json["firstName"] == "Herta"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_changing_and_deleting_take_the_user_id_only(grid, method):
    user_id = create(grid).json["uniqueId"]

    by_login = grid.call(method, f"{COMPANY}/users/{NEW_USER['loginId']}", {"firstName": "Hertha"})
    by_id = grid.call(method, f"{COMPANY}/users/{user_id}", {"firstName": "Hertha"})

    assert by_login.status_code == 404
    assert by_id.status_code in (200, 204)


def test_deleted_user_is_gone(grid):
    user_id = create(grid).json["uniqueId"]

    grid.call("DELETE", f"{COMPANY}/users/{user_id}")

    assert grid.get(f"{COMPANY}/users/{user_id}").status_code == 404


def test_roles_take_the_login_id_only(grid):
    by_login = grid.get(f"{COMPANY}/users/elin.sandahl@norrvik.example/roles")
    by_id = grid.get(f"{COMPANY}/users/U0000000002/roles")

    assert by_login.json["response"] == [
        {"roleName": "Account Admin"},
        {"roleName": "Community Projects Admin"},
    ]
    assert by_id.status_code == 404


def test_roles_are_added_and_removed(grid):
    roles = f"{COMPANY}/users/mateo.rivas@norrvik.example/roles"

    added = grid.put(
        f"{roles}?action=Add", [{"roleName": "Lens Standard role"}, {"roleName": "TGMS Reports"}]
    )
    removed = grid.put(f"{roles}?action=Remove", [{"roleName": "TGMS Reports"}])

    assert [role["roleName"] for role in added.json] == [
        "Community Viewer",
        "TGMS Reports",
        "Lens Standard role",
    ]
    assert [role["roleName"] for role in removed.json] == ["Community Viewer", "Lens Standard role"]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", [{"roleName": "TGMS Reports"}]),
        ("?action=Replace", [{"roleName": "TGMS Reports"}]),
        ("?action=Add", {"roleName": "TGMS Reports"}),
        ("?action=Add", [{"roleName": "King"}]),
    ],
)
def test_role_change_that_makes_no_sense_is_refused(grid, query, body):
    assert grid.put(f"{COMPANY}/users/mateo.rivas@norrvik.example/roles{query}", body).status_code == 400


def test_entitlements_of_company_and_user(grid):
    company = grid.get(f"{COMPANY}/entitlements").json["response"]
    user = grid.get(f"{SERVICES}/users/mateo.rivas@norrvik.example/entitlements").json["response"]

    assert [each["serviceName"] for each in company] == [
        "Active Community",
        "Active Documents",
        "Lens",
        "Trading Grid Messaging Service",
    ]
    assert [each["serviceName"] for each in user] == ["Active Community", "Trading Grid Messaging Service"]


def test_renamed_login_is_followed_by_user_id(grid):
    grid.verb("PUT", "/users/U0000001011/loginId", {"loginId": "j.kessler@bergmann.example"})

    partner = grid.get(f"{COMPANY}/partnerDirectory?partnerCompanyId={BERGMANN}").json["response"][0]
    contact = partner["contacts"][0]
    assert (contact["userId"], contact["loginId"]) == ("U0000001011", "j.kessler@bergmann.example")
    assert contact["email"] == "jana.kessler@bergmann.example"
