"""A cursor walks a list that changes under it, without showing a row twice or leaving one out."""

from datetime import datetime, timedelta

import pytest

from portal.catalog.models import Asset
from portal.core.errors import BadInput
from portal.core.paging import decode, encode, paginate
from tests.builders import NOON


def make(number, at=NOON):
    return Asset.objects.create(source="dam", source_key=f"{number}", created_at=NOON, updated_at=at)


def walk(cursor=None, *, size=3, back=False):
    seen = []
    while True:
        page = paginate(
            Asset.objects.all(),
            order=("-updated_at", "-id"),
            kinds=(type(NOON), int),
            size=size,
            cursor=cursor,
        )
        seen.append([asset.source_key for asset in page.items])
        cursor = page.previous if back else page.next
        if cursor is None:
            return seen


@pytest.mark.django_db
def test_walk_over_rows_of_the_same_time_shows_each_once():
    for number in range(8):
        make(number)

    assert walk() == [["7", "6", "5"], ["4", "3", "2"], ["1", "0"]]


@pytest.mark.django_db
def test_rows_that_arrive_meanwhile_neither_repeat_nor_hide_others():
    for number in range(6):
        make(number, NOON + timedelta(minutes=number))
    first = paginate(Asset.objects.all(), order=("-updated_at", "-id"), kinds=(type(NOON), int), size=3)
    make("new", NOON + timedelta(hours=1))

    assert walk(first.next) == [["2", "1", "0"]]


@pytest.mark.django_db
def test_walk_back_shows_the_pages_again():
    for number in range(7):
        make(number)
    last = paginate(Asset.objects.all(), order=("-updated_at", "-id"), kinds=(type(NOON), int), size=3)
    last = paginate(
        Asset.objects.all(), order=("-updated_at", "-id"), kinds=(type(NOON), int), size=3, cursor=last.next
    )

    assert walk(last.previous, back=True) == [["6", "5", "4"]]


@pytest.mark.parametrize(
    "cursor", ["x", "", "bm90IGpzb24", encode([1]), encode(["a", "b"]), encode([NOON, True])]
)
def test_damaged_cursor_says_what_to_do(cursor):
    with pytest.raises(BadInput, match="first page"):
        paginate(
            Asset.objects.none(),
            order=("-updated_at", "-id"),
            kinds=(type(NOON), int),
            size=3,
            cursor=cursor or "%%%",
        )


@pytest.mark.parametrize(
    ("value", "kind"), [("a\0b", str), ("2026-09-01T12:00:00", datetime), (True, int), (None, str)], ids=repr
)
def test_what_the_database_cannot_be_asked_is_damage(value, kind):
    with pytest.raises(BadInput, match="damaged"):
        decode(encode([value]), kinds=[kind])
