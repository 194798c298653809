"""Looking up many products at once, by API: the same answers as on the page."""

import pytest

from tests.builders import gtin14, make_community, make_partner, release_one

pytestmark = pytest.mark.django_db
OURS, THEIRS, NEVER = (gtin14(95212345000 + n) for n in range(1, 4))


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/P")
    make_community(make_partner(), folder="/Theirs")
    release_one("/P/oat.jpg", gtin=OURS, product_name={"en": "Oat"}, language="de")
    release_one("/Theirs/rye.jpg", gtin=THEIRS, product_name={"en": "Rye"})
    return system(partner)


def test_each_is_answered_and_another_companys_is_unknown(pim):
    answer = pim.write("POST", "/product-lookups", {"gtins": [OURS[1:], THEIRS, NEVER, "nonsense 7", OURS]})
    items = answer.json()["items"]

    assert [(item["given"], item["gtin"], item["answer"]) for item in items] == [
        (OURS[1:], OURS, "found"),
        (THEIRS, THEIRS, "unknown"),
        (NEVER, NEVER, "unknown"),
        ("nonsense 7", None, "unknown"),
    ]
    assert (items[0]["name"], items[0]["assets"], items[0]["languages"]) == ({"en": "Oat"}, 1, ["de"])
    assert {**items[1], "given": NEVER, "gtin": NEVER} == items[2]
    assert items[3]["problem"] == "not_a_gtin"


@pytest.mark.parametrize("gtins", [[], ["x" * 61], "no list", [gtin14(n) for n in range(5001)]])
def test_what_is_no_list_is_refused(pim, gtins):
    assert pim.write("POST", "/product-lookups", {"gtins": gtins}).status_code == 400
