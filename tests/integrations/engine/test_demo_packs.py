"""The demo's packs are composed from whatever the sandbox holds, once."""

import pytest

from integrations.management.commands.seed_demo import Command
from portal.packs import terms
from portal.packs.choices import VersionState
from portal.packs.models import Pack, PackVersion
from tests.builders import NOON, make_community, make_partner, release_one

pytestmark = pytest.mark.django_db


def test_packs_are_begun_with_what_is_published_and_only_once():
    partner = make_partner()
    make_community(partner, name="Retail programme DACH", folder="/Norrvik Pantry")
    make_community(partner, name="Winter Kitchen", folder="/Campaigns/Winter Kitchen")
    for number in range(14):
        release_one(f"/Norrvik Pantry/{number}.jpg", view="front")
    release_one("/Norrvik Pantry/back.jpg", view="back")
    release_one("/Campaigns/Winter Kitchen/table.jpg", kind="lifestyle")

    Command()._make_packs(NOON)
    Command()._make_packs(NOON)

    onboarding, launch = Pack.objects.order_by("slug")
    counts = dict(PackVersion.objects.values_list("pack__slug", "file_count"))
    assert counts == {onboarding.slug: 12, launch.slug: 1}
    assert set(PackVersion.objects.values_list("state", flat=True)) == {VersionState.PREPARING}
    assert terms.present(onboarding) is None and terms.present(launch) is not None


def test_packs_without_files_wait_for_staff():
    make_community(make_partner(), name="Winter Kitchen")

    Command()._make_packs(NOON)

    assert Pack.objects.count() == 1 and not PackVersion.objects.exists()
