"""The sign U+0000 in an address of the API: nothing is called so."""

import pytest

from tests.builders import make_partner

pytestmark = pytest.mark.django_db


def test_nothing_is_there_under_such_a_name(system):
    pim = system(make_partner())
    never = pim.get("/assets/ast_aaaaaaaaaaaaaaaa")
    for path in ("/assets/a%00b", "/products/a%00b", "/packs/a%00b", "/requests/a%00b", "/channels/a%00b"):
        answer = pim.get(path)
        assert (answer.status_code, answer.content) == (404, never.content), path
