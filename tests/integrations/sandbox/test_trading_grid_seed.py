"""The partners of the seed are what the documents and the portal's demo rely on."""

import re
from collections import Counter

from integrations.sandbox.seed import partners as seed
from integrations.sandbox.seed.gtin import check_digit

BY_ID = {partner["partnerCompanyId"]: partner for partner in seed.PARTNERS}
CONTACTS = [contact for partner in seed.PARTNERS for contact in partner["contacts"]]


def communities_of(company_id):
    return [community for community, member, _, _ in seed.MEMBERSHIPS if member == company_id]


def test_twelve_partners_of_four_kinds_in_three_regions():
    assert len(BY_ID) == len(seed.PARTNERS) == 12
    assert set(Counter(partner["kind"] for partner in seed.PARTNERS)) == {
        "RETAILER",
        "DISTRIBUTOR",
        "SUPPLIER",
        "AGENCY",
    }
    assert {region for partner in seed.PARTNERS for region in partner["regions"]} == {
        "DACH",
        "IBERIA_FRANCE",
        "GULF",
    }


def test_bergmann_is_in_two_communities_and_some_partner_in_no_campaign():
    campaigns = {each["communityId"] for each in seed.COMMUNITIES if each["kind"] == "CAMPAIGN"}

    assert communities_of("GC00000101BR") == ["com-retail-dach", "com-winter-kitchen"]
    assert any(not campaigns & set(communities_of(company_id)) for company_id in BY_ID)
    assert all(communities_of(company_id) for company_id in BY_ID)


def test_exactly_one_partner_is_suspended_and_its_membership_too():
    suspended = [partner["partnerCompanyId"] for partner in seed.PARTNERS if partner["status"] == "SUSPENDED"]

    assert suspended == ["GC00000103DH"]
    assert [row[3] for row in seed.MEMBERSHIPS if row[1] == "GC00000103DH"] == ["SUSPENDED"]


def test_names_try_the_pages():
    names = [partner["name"] for partner in seed.PARTNERS]

    assert max(map(len, names)) > 100
    assert any(re.search("[\u0600-\u06ff]", name) for name in names)


def test_glns_are_unique_and_their_check_digits_right():
    glns = [seed.HUB["gln"], *(partner["gln"] for partner in seed.PARTNERS)]

    assert len(set(glns)) == 13
    assert all(len(gln) == 13 and check_digit(gln[:12]) == gln[12] for gln in glns)


def test_contacts_have_stable_unique_keys_and_invented_addresses():
    assert all(2 <= len(partner["contacts"]) <= 3 for partner in seed.PARTNERS)
    assert len({contact["userId"] for contact in CONTACTS}) == len(CONTACTS)
    assert len({contact["loginId"] for contact in CONTACTS}) == len(CONTACTS)
    assert all(contact["email"].endswith(".example") for contact in CONTACTS)
    assert {"de", "fr", "es", "ar", "en"} == {contact["preferredLanguage"] for contact in CONTACTS}


def test_memberships_name_what_there_is():
    communities = {each["communityId"] for each in seed.COMMUNITIES}

    assert {row[0] for row in seed.MEMBERSHIPS} <= communities
    assert {row[1] for row in seed.MEMBERSHIPS} <= set(BY_ID)
    assert len({row[:2] for row in seed.MEMBERSHIPS}) == len(seed.MEMBERSHIPS)
