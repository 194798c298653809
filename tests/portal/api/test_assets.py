"""What a list and one asset say, and how a list is walked."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.catalog.models import Asset
from tests.builders import NOON, file_fact, gtin14, make_community, make_partner, release, release_one

pytestmark = pytest.mark.django_db
GTIN = gtin14(952_123_450_004)


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    return partner


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


def test_an_asset_says_everything_a_shop_needs(system, partner):
    pim = system(partner)
    asset = release_one(
        "/Pantry/oat_front.jpg",
        title={"en": "Oat muesli", "de": "Hafermüsli"},
        alt_text={"en": "A yellow pack."},
        view="front",
        brand="norrvik-pantry",
        gtin=GTIN,
        product_name={"en": "Oat muesli"},
        net_content="500 g",
        language="de",
        markets=["DE", "AT"],
        rights_start=NOON,
        usage_rights="Online and print.",
        copyright="© Norrvik",
        public_use=True,
    )
    variant, version = asset.variants.get(), asset.variants.get().current

    answer = pim.get(f"/assets/{asset.public_id}")

    address = f"http://testserver/api/v1/assets/{asset.public_id}"
    assert answer.json() == {
        "id": asset.public_id,
        "kind": "packshot",
        "view": "front",
        "title": {"en": "Oat muesli", "de": "Hafermüsli"},
        "description": {},
        "alt_text": {"en": "A yellow pack."},
        "brand": "norrvik-pantry",
        "product": {
            "id": asset.product.public_id,
            "gtin": GTIN,
            "name": {"en": "Oat muesli"},
            "brand": "norrvik-pantry",
            "net_content": "500 g",
            "markets": ["AT", "DE"],
        },
        "status": "current",
        "updated_at": "2026-09-01T12:00:00Z",
        "variants": [
            {
                "id": variant.public_id,
                "language": "de",
                "markets": ["DE", "AT"],
                "status": "current",
                "usable_from": "2026-09-01T12:00:00Z",
                "usable_until": None,
                "rights": {"usage": "Online and print.", "copyright": "© Norrvik", "public_use": True},
                "version": {
                    "id": version.public_id,
                    "number": 1,
                    "sha1": version.sha1,
                    "media_type": "image/jpeg",
                    "size": 412_000,
                    "width": 3000,
                    "height": 3000,
                    "duration": None,
                    "file_name": "oat_front.jpg",
                    "released_at": "2026-09-01T12:00:00Z",
                },
            }
        ],
        "links": {"self": address, "renditions": f"{address}/renditions", "captions": None},
    }
    assert pim.get("/assets").json() == {"items": [answer.json()], "next": None}


def test_what_is_not_known_is_null(system, partner):
    asset = release_one("/Pantry/plain.jpg")

    found = system(partner).get(f"/assets/{asset.public_id}").json()

    assert [found["view"], found["brand"], found["product"], found["variants"][0]["language"]] == [None] * 4
    assert found["variants"][0]["rights"] == {"usage": None, "copyright": None, "public_use": False}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "musli"}, ["muesli"]),
        ({"kind": "logo"}, ["logo"]),
        ({"kind": ["logo", "packshot"]}, ["logo", "muesli"]),
        ({"language": "DE"}, ["muesli"]),
        ({"language": "zxx"}, ["logo", "soap"]),
        ({"market": "de"}, ["logo", "muesli", "soap"]),
        ({"market": "FR"}, ["logo", "soap"]),
        ({"brand": "norrvik-home"}, ["soap"]),
        ({"gtin": GTIN}, ["muesli"]),
        ({"gtin": GTIN.lstrip("0")}, ["muesli"]),
        ({"status": "scheduled"}, ["soap"]),
        ({"updated_since": "2026-09-01T14:00:00+02:00"}, ["logo"]),
        ({"updated_since": "2026-09-01T12:00:00.000001Z"}, []),
        ({"kind": "packshot", "brand": "norrvik-home"}, []),
        ({"sort": "oldest"}, ["muesli", "soap", "logo"]),
        ({"sort": "newest"}, ["logo", "soap", "muesli"]),
        ({"sort": "name"}, ["logo", "muesli", "soap"]),
    ],
    ids=lambda value: urlencode(value, doseq=True) if isinstance(value, dict) else None,
)
def test_filters(system, partner, query, names):
    muesli, soap, logo = (
        release_one(
            "/Pantry/a.jpg", title={"en": "muesli", "de": "Müsli"}, language="de", markets=["DE"], gtin=GTIN,
            now=NOON - timedelta(hours=2),
        ),
        release_one(
            "/Pantry/b.jpg", title={"en": "soap"}, kind="lifestyle", brand="norrvik-home",
            rights_start=NOON + timedelta(days=3650), now=NOON - timedelta(hours=1),
        ),
        release_one("/Pantry/c.svg", title={"en": "logo"}, kind="logo", now=NOON),
    )  # fmt: skip
    named = {"muesli": muesli.public_id, "soap": soap.public_id, "logo": logo.public_id}

    found = ids(system(partner).get("/assets", query))

    wanted = [named[name] for name in names]
    assert found == wanted if "sort" in query else sorted(found) == sorted(wanted)


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        (
            "kinds=logo",
            "kinds",
            "There is no such parameter here. There are: cursor, limit, q, status, kind, ",
        ),
        ("page=2", "page", "There is no such parameter here."),
        (
            "kind=poster",
            "kind",
            "“poster” is not known. Use one of: packshot, lifestyle, group, logo, video, ",
        ),
        ("kind=", "kind", "Give a value, or leave the parameter out."),
        ("kind=logo&kind=", "kind", "Give a value, or leave the parameter out."),
        ("limit=0", "limit", "Ensure this value is greater than or equal to 1."),
        ("limit=201", "limit", "Ensure this value is less than or equal to 200."),
        ("limit=ten", "limit", "A valid integer is required."),
        ("limit=1&limit=2", "limit", "Give this parameter once."),
        ("language=german", "language", "Write a language as in BCP 47: de, or de-AT."),
        ("market=DEU", "market", "Write a market as in ISO 3166: DE."),
        ("gtin=12", "gtin", "Write a GTIN of 8, 12, 13 or 14 digits."),
        ("gtin=09521234500040", "gtin", "The last digit of this GTIN does not fit the others."),
        ("updated_since=yesterday", "updated_since", "Write a time with its offset as in RFC 3339"),
        ("updated_since=2026-09-01T12:00:00", "updated_since", "Write a time with its offset"),
        ("updated_since=2026-09-01T12:00:00+02:00", "updated_since", "Write a time with its offset"),
        ("sort=best", "sort", "“best” is not known. Use one of: newest, oldest, name."),
        ("cursor=made-up", "cursor", "Not a cursor of this list."),
        ("q=%00", "q", "Null characters are not allowed."),
        ("q=", "q", "Give a value, or leave the parameter out."),
    ],
)
def test_bad_input_names_the_parameter_and_what_to_write(system, partner, query, parameter, detail):
    answer = system(partner).get(f"/assets?{query}")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    assert problem["errors"][0]["detail"].startswith(detail)


def test_all_mistakes_are_named_at_once(system, partner):
    problem = system(partner).get("/assets?limit=0&sort=best&colour=red").json()

    assert problem["errors"] == [
        {
            "parameter": "colour",
            "detail": problem["errors"][0]["detail"],
        }
    ]
    assert problem["detail"] == "Please correct: colour."


@pytest.mark.parametrize("sort", ["newest", "oldest", "name"])
def test_walking_a_list_meets_everything_once_while_more_arrives(system, partner, sort):
    """What was there at the start is met exactly once; what arrives meanwhile at most once."""
    pim = system(partner)
    before = release(*(file_fact(f"/Pantry/{n:02}.jpg", sha1=f"{n:040x}") for n in range(23)), now=NOON)
    seen, query = [], {"sort": sort, "limit": 5}
    for page in range(20):
        answer = pim.get("/assets", query)
        seen += ids(answer)
        # Before and behind the reader's place, in every order.
        release_one(f"/Pantry/{page:02}-early.jpg", now=NOON - timedelta(hours=1))
        release_one(f"/Pantry/{page:02}-late.jpg", now=NOON + timedelta(hours=1))
        if answer.json()["next"] is None or {asset.public_id for asset in before} <= set(seen):
            break
        query["cursor"] = answer.json()["next"]

    assert len(seen) == len(set(seen))
    assert {asset.public_id for asset in before} <= set(seen)


def test_the_last_page_says_so(system, partner):
    release(*(file_fact(f"/Pantry/{n}.jpg") for n in range(4)))
    pim = system(partner)

    first = pim.get("/assets?limit=2").json()
    last = pim.get("/assets", {"limit": 2, "cursor": first["next"]}).json()

    assert len(first["items"]) == len(last["items"]) == 2
    assert last["next"] is None


@pytest.mark.parametrize("other", ["sort=oldest", "kind=packshot", "q=a"])
def test_a_cursor_of_another_list_is_refused(system, partner, other):
    release(*(file_fact(f"/Pantry/{n}.jpg") for n in range(3)))
    pim = system(partner)
    cursor = pim.get("/assets?limit=1").json()["next"]

    answer = pim.get(f"/assets?{other}&cursor={cursor}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert answer.json()["detail"].startswith("This cursor does not belong to this list.")
    assert pim.get(f"/assets?limit=2&cursor={cursor}").status_code == 200


def test_lists_and_details_answer_304_until_something_changes(system, partner):
    asset = release_one("/Pantry/oat.jpg", uuid="u1")
    pim = system(partner)
    for path in ("/assets", f"/assets/{asset.public_id}", f"/assets/{asset.public_id}/renditions", "/me"):
        first = pim.get(path)
        assert first["Cache-Control"] == "private, no-cache"
        assert "Authorization" in first["Vary"]

        for tag in (first["ETag"], f'"other", {first["ETag"]}', f"W/{first['ETag']}", "*"):
            again = pim.get(path, If_None_Match=tag)
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert pim.call("HEAD", path)["ETag"] == first["ETag"]
        assert pim.get(path, If_None_Match='"other"').status_code == 200

    tag = pim.get("/assets")["ETag"]
    release(
        file_fact("/Pantry/oat.jpg", uuid="u1", title={"en": "New"}, modified_at=NOON + timedelta(hours=1))
    )
    assert pim.get("/assets", If_None_Match=tag).status_code == 200


def test_an_asset_published_twice_is_listed_once(system, partner):
    make_community(partner, folder="/Pantry")
    asset = release_one("/Pantry/oat.jpg")

    assert ids(system(partner).get("/assets")) == [asset.public_id]


def test_lists_need_the_same_queries_for_one_row_and_for_many(system, partner):
    pim = system(partner)
    release_one("/Pantry/first.jpg", gtin=GTIN)
    # The first call of a system is noted.
    pim.get("/me")
    with CaptureQueriesContext(connection) as one:
        assert len(ids(pim.get("/assets"))) == 1
    release(*(file_fact(f"/Pantry/{n}.jpg", gtin=gtin14(n), language="de") for n in range(60)))

    with CaptureQueriesContext(connection) as many:
        assert len(ids(pim.get("/assets?limit=200"))) == 61

    assert len(many) == len(one) <= 8
    assert Asset.objects.count() == 61


VTT = {"media_type": "text/vtt", "medium": "document", "kind": "captions", "width": None, "height": None}


def test_a_video_leads_to_its_captions(system, partner):
    pim = system(partner)
    film = release_one("/Pantry/day.mp4", medium="video", media_type="video/mp4", kind="video", duration=12.5)
    german = release_one("/Pantry/day.de.vtt", language="de", **VTT)
    release_one("/Cellar/day.fr.vtt", language="fr", **VTT)

    address = pim.get(f"/assets/{film.public_id}").json()["links"]["captions"]
    answer = pim.get(address.removeprefix("http://testserver/api/v1"))

    assert ids(answer) == [german.public_id] and answer.json()["next"] is None
    (item,) = answer.json()["items"]
    assert item["kind"] == "captions" and item["variants"][0]["language"] == "de"
    assert pim.get(f"/assets/{german.public_id}").json()["links"]["captions"] is None


def test_a_picture_has_no_captions(system, partner):
    picture = release_one("/Pantry/day.jpg")
    release_one("/Pantry/day.de.vtt", language="de", **VTT)
    pim = system(partner)

    assert pim.get(f"/assets/{picture.public_id}").json()["links"]["captions"] is None
    assert ids(pim.get(f"/assets/{picture.public_id}/captions")) == []
