"""The activity record: appended, sealed, and telling when somebody touched it."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from portal.activity import selectors, services
from portal.activity.models import Activity
from tests.builders import NOON

pytestmark = pytest.mark.django_db


def record(number):
    services.record(verb="file.downloaded", subject=f"ast_{number}", data={"n": number}, now=NOON)


def test_sealing_chains_everything_once():
    for number in range(5):
        record(number)

    sealed, again = services.seal(), services.seal()

    assert (sealed, again) == (5, 0)
    assert list(Activity.objects.order_by("id").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert selectors.first_broken_link() is None


def test_entries_cannot_be_changed_or_deleted():
    record(1)
    services.seal()

    for touch in (Activity.objects.all().delete, lambda: Activity.objects.update(verb="nothing.happened")):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            touch()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["UPDATE portal_activity SET data = '{}'", "DELETE FROM portal_activity"])
def test_change_behind_the_guard_is_found_at_its_place(change):
    for number in range(5):
        record(number)
    services.seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE portal_activity DISABLE TRIGGER portal_activity_guard")
        cursor.execute(f"{change} WHERE position = 3")
        cursor.execute("ALTER TABLE portal_activity ENABLE TRIGGER portal_activity_guard")

    assert selectors.first_broken_link() == 3
