"""The scope is where it must be, whatever happens to transactions and connections."""

import pytest
from django.db import connection, transaction

from portal.core import rowscope
from portal.core.middleware import RowScopeMiddleware


def in_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.scope', true)")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_scope_follows_the_context_and_returns():
    with rowscope.limited_to(7):
        inside = in_database()
        with rowscope.everything():
            widened = in_database()
        back = in_database()

    assert (inside, widened, back, in_database()) == ("7", "all", "7", "all")


@pytest.mark.django_db(transaction=True)
def test_scope_set_in_a_block_that_rolls_back_is_set_again():
    class Undo(Exception):
        pass

    with rowscope.limited_to(7):
        in_database()
        with pytest.raises(Undo), transaction.atomic():
            with rowscope.everything():
                in_database()
            raise Undo
        after_transaction = in_database()
        with transaction.atomic():
            with pytest.raises(Undo), transaction.atomic():
                with rowscope.everything():
                    in_database()
                raise Undo
            after_savepoint = in_database()

    assert (after_transaction, after_savepoint) == ("7", "7")


@pytest.mark.django_db(transaction=True)
def test_renewed_connection_has_the_scope_of_who_uses_it():
    with rowscope.limited_to(7):
        in_database()
        connection.close()

        assert in_database() == "7"


def test_page_for_nobody_sees_no_partner():
    seen = []

    RowScopeMiddleware(lambda request: seen.append(rowscope.current()))(None)

    assert seen == [rowscope.NOTHING]
    assert rowscope.current() == rowscope.EVERYTHING
