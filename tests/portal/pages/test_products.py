"""Products: many GTINs looked up at once, and everything there is of them."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads.models import ArchiveJob
from portal.downloads.products import read_gtins
from tests.builders import current_version, gtin14, make_rendition, make_user, release_one, take
from tests.portal.pages.reading import words

FOUND, GONE, LEFT, THEIRS, NEVER = (gtin14(95212345000 + n) for n in range(1, 6))


def shown(folder: str, name: str, gtin: str, **fields):
    now = timezone.now()
    asset = release_one(
        f"{folder}/{name}.jpg",
        uuid=name,
        gtin=gtin,
        product_name={"en": f"Product {name}"},
        now=now,
        **fields,
    )
    make_rendition(current_version(asset))
    return asset


def ask(jana, text: str, **more):
    return jana.client.post(f"/o/{jana.partner.slug}/products/", {"gtins": text, **more})


@pytest.fixture
def range_(jana, stranger):
    """One product for each answer."""
    shown("/Ours", "front", FOUND, language="de")
    shown("/Ours", "back", FOUND, language="en")
    gone = shown("/Ours", "gone", GONE)
    later = timezone.now()
    release_one("/Ours/gone.jpg", uuid="gone", gtin=GONE, approved=False, modified_at=later, now=later)
    left = shown("/Ours", "left", LEFT)
    take(jana.partner, left, user=make_user(), now=timezone.now())
    # The file moves to a folder of somebody else: the company keeps its record, and sees it no more.
    left.publications.all().delete()
    shown("/Theirs", "theirs", THEIRS)
    return gone


def answers(response) -> list[tuple[str, str]]:
    return [(row["line"].given.gtin, row["line"].answer) for row in response.context["rows"]]


def test_every_identifier_is_answered_in_the_order_asked(jana, range_):
    response = ask(jana, f"{NEVER}\n{FOUND},{GONE};{THEIRS} {LEFT}")

    assert answers(response) == [
        (NEVER, "unknown"),
        (FOUND, "found"),
        (GONE, "no_media"),
        (THEIRS, "unknown"),
        (LEFT, "not_yours"),
    ]
    line = response.context["rows"][1]["line"]
    assert (line.assets, line.files, list(line.languages)) == (2, 2, ["de", "en"])


def test_another_companys_product_looks_like_one_nobody_has(jana, range_):
    theirs = words(ask(jana, THEIRS)).replace(THEIRS, "#")
    never = words(ask(jana, NEVER)).replace(NEVER, "#")

    assert theirs == never
    assert "Product theirs" not in theirs


def test_product_left_behind_is_told_by_the_companys_own_record_alone(jana, stranger, range_):
    mine = ask(jana, LEFT)
    somebody_elses = ask(stranger, LEFT)

    assert (answers(mine), answers(somebody_elses)) == ([(LEFT, "not_yours")], [(LEFT, "unknown")])
    assert "Product left" not in words(mine)


def test_scheduled_and_expired_files_are_no_media(jana):
    day = timedelta(days=1)
    shown("/Ours", "early", FOUND, rights_start=timezone.now() + day)
    shown("/Ours", "late", GONE, rights_end=timezone.now() - day)

    response = ask(jana, f"{FOUND} {GONE}")

    assert [row["line"].answer for row in response.context["rows"]][:1] == ["no_media"]
    assert "found" not in [answer for _gtin, answer in answers(response)]


def test_many_cost_as_many_questions_as_one(jana, range_):
    ask(jana, FOUND)
    with CaptureQueriesContext(connection) as few:
        ask(jana, f"{FOUND} {NEVER}")
    gtins = [gtin14(300 + n) for n in range(6)]
    for number, gtin in enumerate(gtins):
        shown("/Ours", f"n{number}", gtin)
    with CaptureQueriesContext(connection) as many:
        ask(jana, " ".join([*gtins, FOUND, NEVER]))

    assert len(many) == len(few)


def test_answer_as_table(jana, range_):
    response = ask(jana, f"{FOUND}\n{NEVER}\n123", **{"as": "csv"})
    table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))

    assert response["Content-Disposition"] == 'attachment; filename="products.csv"'
    assert table[0] == ["given", "gtin", "answer", "problem", "product", "assets", "files", "languages"]
    assert [row[1:4] for row in table[1:]] == [
        [FOUND, "found", ""],
        [NEVER, "unknown", ""],
        ["", "unknown", "not_a_gtin"],
    ]
    assert table[1][5:] == ["2", "2", "de, en"]


def test_uploaded_list_is_read_and_what_is_no_text_is_refused(jana, range_):
    table = SimpleUploadedFile("range.csv", f"\ufeffGTIN,Name\n{FOUND},Oat\n".encode())
    workbook = SimpleUploadedFile("range.xlsx", b"PK\x03\x04\xff\xfe\x00")

    read = ask(jana, "", list=table)
    refused = ask(jana, "", list=workbook)

    assert answers(read) == [(FOUND, "found")]
    assert refused.status_code == 400
    assert "This file is no text. Save the table as CSV and upload that." in words(refused)


def test_too_many_are_refused_in_words(jana):
    response = ask(jana, " ".join(gtin14(n) for n in range(5001)))

    assert response.status_code == 400
    assert "These are 5001 identifiers. At most 5000 can be looked up at once." in words(response)


def test_complete_set_holds_every_file_of_the_products_found(jana, range_):
    jana.client.post(
        f"/o/{jana.partner.slug}/products/complete-set/",
        {"gtins": f"{FOUND} {GONE} {THEIRS} {NEVER}", "recipe": "web-1200"},
    )
    job = ArchiveJob.objects.get()

    assert list(job.files.values_list("name", flat=True)) == [
        "back-v1-web-1200.webp",
        "front-v1-web-1200.webp",
    ]
    assert job.left_out == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("9521234500018", [("09521234500018", "")]),
        ("0-9521234500018", [("09521234500018", "")]),
        ("09521234500018 9521234500018", [("09521234500018", "")]),
        ("96385074", [("00000096385074", "")]),
        ("9521234500019", [("", "check_digit")]),
        ("12345", [("", "not_a_gtin")]),
        ("GTIN Name Oat", []),
        ('"9521234500018";"Oat"', [("09521234500018", "")]),
    ],
)
def test_identifiers_are_read_as_people_write_them(text, read):
    assert [(one.gtin, one.problem) for one in read_gtins(text)] == read
