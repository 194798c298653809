"""What the list of products and one product say."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOON, file_fact, gtin14, make_community, make_partner, release, release_one

pytestmark = pytest.mark.django_db
OATS, SOAP, JAM = (gtin14(952_123_450_000 + n) for n in (4, 5, 6))
#: Nobody's clock decides: what is later stays later, what ends soon has not ended.
LATER = NOON + timedelta(days=3650)


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    return partner


def gtins(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["gtin"] for item in answer.json()["items"]]


def test_a_product_says_how_much_there_is_of_it(system, partner):
    pim = system(partner)
    words = {
        "product_name": {"en": "Oat muesli", "de": "Hafermüsli"},
        "net_content": "500 g",
        "brand": "norrvik-pantry",
    }
    back, front, *_ = release(
        file_fact("/Pantry/back.jpg", gtin=OATS, view="back", markets=["DE"], **words),
        file_fact("/Pantry/front.de.jpg", gtin=OATS, view="front", language="de", group="front", **words),
        file_fact("/Pantry/front.en.jpg", gtin=OATS, view="front", language="en", group="front", **words),
        file_fact("/Pantry/top.jpg", gtin=OATS, view="top", language="fr", rights_start=LATER, **words),
        file_fact("/Elsewhere/left.jpg", gtin=OATS, view="left", language="es", **words),
    )

    product = front.product
    found = pim.get(f"/products/{product.public_id}")

    root = "http://testserver/api/v1"
    assert found.json() == {
        "id": product.public_id,
        "gtin": OATS,
        "name": {"en": "Oat muesli", "de": "Hafermüsli"},
        "brand": "norrvik-pantry",
        "net_content": "500 g",
        "markets": ["DE"],
        "status": "current",
        "assets": 2,
        "files": 3,
        "expiring": 0,
        "scheduled": 1,
        "usable_from": LATER.isoformat().replace("+00:00", "Z"),
        "languages": ["de", "en", "fr"],
        "views": ["front", "back", "top"],
        "picture": front.public_id,
        "updated_at": "2026-09-01T12:00:00Z",
        "links": {
            "self": f"{root}/products/{product.public_id}",
            "assets": f"{root}/assets?gtin={OATS}",
            "picture": f"{root}/assets/{front.public_id}/renditions",
        },
    }
    assert pim.get("/products").json() == {"items": [found.json()], "next": None}
    linked = pim.get(found.json()["links"]["assets"].removeprefix(root)).json()["items"]
    assert {back.public_id, front.public_id} < {item["id"] for item in linked}


@pytest.mark.parametrize("typed", [OATS, OATS[1:], "pro"])
def test_a_product_is_read_by_its_id_and_by_its_number(system, partner, typed):
    product = release_one("/Pantry/oat.jpg", gtin=OATS).product

    found = system(partner).get(f"/products/{product.public_id if typed == 'pro' else typed}")

    assert found.json()["id"] == product.public_id


@pytest.mark.parametrize("typed", ["09521234500041", "123456789", "oats", "pro_", "%00", OATS + "0"])
def test_what_is_no_product_is_not_found(system, partner, typed):
    release_one("/Pantry/oat.jpg", gtin=OATS)
    pim = system(partner)

    assert pim.get(f"/products/{typed}").status_code == 404


def test_a_product_of_which_everything_was_taken_back_is_gone(system, partner):
    release_one("/Pantry/oat.jpg", uuid="u1", gtin=OATS)
    pim = system(partner)
    assert gtins(pim.get("/products")) == [OATS]

    later = NOON + timedelta(hours=1)
    release_one("/Pantry/oat.jpg", uuid="u1", gtin=OATS, approved=False, modified_at=later, now=later)

    answer = pim.get(f"/products/{OATS}")
    assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")
    assert answer.json()["reason"] == "approval_withdrawn"
    assert gtins(pim.get("/products")) == []


def test_a_scheduled_product_is_listed_and_says_when_it_can_be_had(system, partner):
    release_one("/Pantry/guide.pdf", gtin=OATS, kind="document", medium="document", rights_start=LATER)

    (found,) = system(partner).get("/products").json()["items"]

    assert (found["status"], found["files"], found["scheduled"]) == ("scheduled", 0, 1)
    assert found["usable_from"].startswith(f"{LATER:%Y-%m-%d}")
    assert (found["picture"], found["links"]["picture"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "musli"}, ["oats"]),
        ({"q": "haf MÜS"}, ["oats"]),
        ({"q": "eife"}, []),
        ({"q": "!!!"}, []),
        ({"q": "100%_"}, []),
        ({"q": OATS[:8]}, ["oats", "soap", "jam"]),
        ({"q": OATS[1:]}, ["oats"]),
        ({"q": "box"}, ["soap"]),
        ({"brand": "norrvik-home"}, ["soap"]),
        ({"brand": ["norrvik-home", "norrvik-pantry"]}, ["oats", "soap"]),
        ({"language": "DE"}, ["oats"]),
        ({"language": "zxx"}, ["soap", "jam"]),
        ({"market": "fr"}, ["soap", "jam"]),
        ({"market": "de", "language": "en"}, ["oats"]),
        ({"updated_since": "2026-09-01T14:00:00+02:00"}, ["jam"]),
        ({"sort": "newest"}, ["jam", "soap", "oats"]),
        ({"sort": "name"}, ["jam", "oats", "soap"]),
        ({"sort": "name", "q": "0952"}, ["jam", "oats", "soap"]),
    ],
    ids=lambda value: urlencode(value, doseq=True) if isinstance(value, dict) else None,
)
def test_filters(system, partner, query, names):
    named = {"oats": OATS, "soap": SOAP, "jam": JAM}
    oats = {
        "gtin": OATS,
        "brand": "norrvik-pantry",
        "markets": ["DE"],
        "product_name": {"en": "Oats", "de": "Hafer-Müsli"},
    }
    release(
        file_fact("/Pantry/a.jpg", language="de", **oats),
        file_fact("/Pantry/b.jpg", language="en", **oats),
        now=NOON - timedelta(hours=2),
    )
    release_one(
        "/Pantry/c.jpg",
        gtin=SOAP,
        brand="norrvik-home",
        product_name={"en": "Seife"},
        title={"en": "The box"},
        now=NOON - timedelta(hours=1),
    )
    release_one("/Pantry/d.jpg", gtin=JAM, product_name={"en": "Jam"}, now=NOON)
    release_one("/Pantry/without.jpg", title={"en": "No product at all"}, now=NOON)

    found = gtins(system(partner).get("/products", query))

    wanted = [named[name] for name in names]
    assert found == wanted if "sort" in query else sorted(found) == sorted(wanted)


@pytest.mark.parametrize("query", ["colour=red", "kind=logo", "sort=oldest", "q=", "q=%00", "cursor=made-up"])
def test_bad_input_is_refused(system, partner, query):
    answer = system(partner).get(f"/products?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


@pytest.mark.parametrize("sort", ["newest", "name"])
def test_walking_meets_every_product_once_while_more_arrive(system, partner, sort):
    pim = system(partner)
    before = [gtin14(1000 + n) for n in range(13)]
    # Two assets each, at two times: neither makes a product appear twice.
    for hour, view in ((2, "front"), (1, "back")):
        release(
            *(file_fact(f"/Pantry/{gtin}-{view}.jpg", gtin=gtin, view=view) for gtin in before),
            now=NOON - timedelta(hours=hour),
        )
    seen, query = [], {"sort": sort, "limit": 4}
    for page in range(20):
        answer = pim.get("/products", query)
        seen += gtins(answer)
        release_one(f"/Pantry/early{page}.jpg", gtin=gtin14(1 + page), now=NOON - timedelta(hours=3))
        release_one(f"/Pantry/late{page}.jpg", gtin=gtin14(5000 + page), now=NOON + timedelta(hours=page))
        if answer.json()["next"] is None or set(before) <= set(seen):
            break
        query["cursor"] = answer.json()["next"]

    assert len(seen) == len(set(seen))
    assert set(before) <= set(seen)


def test_a_cursor_of_another_list_is_refused(system, partner):
    release(*(file_fact(f"/Pantry/{n}.jpg", gtin=gtin14(n)) for n in range(3)))
    pim = system(partner)
    cursor = pim.get("/products?limit=1").json()["next"]

    assert pim.get(f"/products?sort=name&cursor={cursor}").status_code == 400
    assert pim.get(f"/products?limit=2&cursor={cursor}").status_code == 200


def test_a_file_in_two_communities_counts_once(system, partner):
    make_community(partner, folder="/Pantry")
    release_one("/Pantry/oat.jpg", gtin=OATS)

    (found,) = system(partner).get("/products").json()["items"]

    assert (found["assets"], found["files"]) == (1, 1)


def test_a_change_of_what_is_not_ours_moves_nothing(system, partner):
    pim = system(partner)
    release_one("/Pantry/oat.jpg", gtin=OATS, now=NOON)
    release_one("/Elsewhere/oat.jpg", gtin=OATS, language="fr", now=NOON + timedelta(hours=5))

    (found,) = pim.get("/products").json()["items"]

    assert (found["updated_at"], found["languages"]) == ("2026-09-01T12:00:00Z", [])
    assert gtins(pim.get("/products?updated_since=2026-09-01T13:00:00Z")) == []


@pytest.mark.parametrize("sort", ["newest", "name"])
def test_lists_need_the_same_queries_for_one_row_and_for_many(system, partner, sort):
    pim = system(partner)
    release_one("/Pantry/first.jpg", gtin=OATS)
    # The first call of a system is noted.
    pim.get("/me")
    with CaptureQueriesContext(connection) as one:
        assert len(gtins(pim.get(f"/products?sort={sort}"))) == 1
    release(
        *(
            file_fact(f"/Pantry/{n}-{view}.jpg", gtin=gtin14(n), view=view, language="de")
            for n in range(40)
            for view in ("front", "back")
        )
    )

    with CaptureQueriesContext(connection) as many:
        assert len(gtins(pim.get(f"/products?limit=200&sort={sort}"))) == 41

    assert len(many) == len(one) <= 10
