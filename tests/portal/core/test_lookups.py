"""``any``: one array instead of a thousand parameters, and the same rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.catalog.models import Variant
from tests.builders import release_one

pytestmark = pytest.mark.django_db


def test_it_finds_what_in_finds_by_words_numbers_and_relations():
    asset = release_one("/Shop/one.jpg")
    release_one("/Shop/two.jpg")
    variant = Variant.objects.get(asset=asset)

    for question in ({"source_uuid": variant.source_uuid}, {"pk": variant.pk}, {"asset": variant.asset_id}):
        ((column, value),) = question.items()
        assert list(Variant.objects.filter(**{f"{column}__any": [value]})) == [variant]
        assert list(Variant.objects.filter(**{f"{column}__any": []})) == []
    assert (
        Variant.objects.filter(path__any=["/Shop/one.jpg", "/Shop/two.jpg", "/Shop/three.jpg"]).count() == 2
    )


def test_a_thousand_values_are_one_parameter():
    with CaptureQueriesContext(connection) as queries:
        list(Variant.objects.filter(pk__any=range(1000)))

    assert "ANY('{0,1,2" in queries[0]["sql"]
