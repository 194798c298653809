"""A version is given to the communities it was composed for: who is added to a pack gets the next one, not this one."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.core import rowscope
from portal.core.errors import BadInput, NotFound
from portal.packs import community_answers, confirming, receipts, selectors, services, standing
from portal.packs.choices import Answer, VersionState
from portal.packs.confirming import Given
from portal.packs.models import Pack, PackFile, PackVersion
from portal.packs.selectors import By
from portal.partners.choices import CommunityStatus
from portal.publications.models import Publication
from tests.builders import NOON, make_community, make_partner, make_rule, release_one
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
THROUGH = PackVersion.communities.through


class Brand:
    """A pack of two files, issued for ``first``; then staff add the community of another company and save."""

    def __init__(self):
        self.ours, self.theirs = make_partner("Ours"), make_partner("Theirs")
        self.first = make_community(self.ours, name="First", folder="/P")
        self.added = make_community(self.theirs, name="Added")
        self.pack = make_pack(self.first)
        self.assets = shelf("/P", ["a.jpg", "b.jpg"])
        pick(self.pack, self.assets)
        self.version = issue(self.pack)
        self.save(self.first, self.added)

    def save(self, *communities, now=LATER) -> None:
        facts = {name: getattr(self.pack, name) for name in services.FIELDS}
        services.save_pack(
            pack=self.pack, facts=facts, communities=communities, owner=None, now=now, actor="system"
        )

    def release(self, *names: str, now=LATER) -> None:
        """Publish these files to the added community too, as a pass after a change of its rules does."""
        if not self.added.routing_rules.exists():
            make_rule(self.added, folders=["/P"])
        for name in names:
            release_one(f"/P/{name}", uuid=f"uuid-/P-{name}", tags=["for all"], modified_at=now, now=now)

    def sees(self, partner) -> list[int]:
        """Return the numbers of the versions a company has, each read in the ways there are."""
        at = LATER
        with rowscope.limited_to(partner.pk):
            behind_the_wall = set(PackVersion.objects.values_list("number", flat=True))
            files = set(PackFile.objects.values_list("pack_version__number", flat=True))
        try:
            pack = selectors.get_pack(partner, self.pack.public_id, at=at)
        except NotFound:
            assert not selectors.packs_of(partner, at=at) and not standing.to_do(partner, at=at)
            listed = []
        else:
            assert list(selectors.packs_of(partner, at=at)) == [pack]
            listed = sorted(version.number for version in selectors.versions_of(partner, pack, at=at))
        for number in (1, 2, 3):
            if number in listed:
                assert selectors.get_version(partner, self.pack.public_id, number, at=at).number == number
            else:
                with pytest.raises(NotFound):
                    selectors.get_version(partner, self.pack.public_id, number, at=at)
        assert behind_the_wall == files == set(listed)
        return listed


@pytest.fixture
def brand():
    return Brand()


def test_who_is_added_sees_nothing_of_a_version_that_was_never_composed_for_them(brand):
    assert (brand.sees(brand.ours), brand.sees(brand.theirs)) == ([1], [])

    failed = services.begin_version(pack=brand.pack, now=LATER)

    assert failed.state == VersionState.FAILED
    assert (brand.sees(brand.ours), brand.sees(brand.theirs)) == ([1], [])
    assert standing.coming(brand.theirs, at=LATER) == []


def test_who_is_added_gets_the_next_version_and_none_before(brand):
    brand.release("a.jpg", "b.jpg")
    pick(brand.pack, brand.assets[:1])
    issue(brand.pack, now=LATER)

    assert (brand.sees(brand.ours), brand.sees(brand.theirs)) == ([1, 2], [2])
    second = selectors.get_version(brand.theirs, brand.pack.public_id, at=LATER)
    assert selectors.version_before(brand.theirs, second) is None
    assert selectors.version_before(brand.ours, second) == brand.version
    assert standing.version_of_manifest(brand.theirs, brand.pack, brand.version.sha256) is None
    assert standing.version_of_manifest(brand.ours, brand.pack, brand.version.sha256) == brand.version


def test_version_with_the_same_files_is_issued_for_who_was_added(brand):
    brand.release("a.jpg", "b.jpg")

    second = issue(brand.pack, now=LATER)

    assert not selectors.difference(brand.version, second)
    assert brand.sees(brand.theirs) == [2]
    assert services.begin_version(pack=brand.pack, now=LATER) is None


def test_version_in_work_is_begun_anew_for_who_was_added(brand, source):
    brand.save(brand.first)
    asset = release_one("/P/c.jpg", uuid="uuid-/P-c.jpg")
    pick(brand.pack, [*brand.assets, asset])
    before = services.begin_version(pack=brand.pack, now=LATER)
    brand.save(brand.first, brand.added)
    brand.release("a.jpg", "b.jpg", "c.jpg")

    services.begin_version(pack=brand.pack, now=LATER)

    in_work = PackVersion.objects.exclude(state=VersionState.ISSUED).get()
    assert in_work != before
    assert set(in_work.communities.all()) == {brand.first, brand.added}


def test_first_version_for_who_was_added_is_announced_as_such(brand, source):
    pick(brand.pack, [*brand.assets, release_one("/P/c.jpg", uuid="uuid-/P-c.jpg")])
    brand.release("a.jpg", "b.jpg", "c.jpg")
    services.begin_version(pack=brand.pack, now=LATER)

    [ours], [theirs] = (standing.coming(p, at=LATER) for p in (brand.ours, brand.theirs))

    assert (ours.is_first, theirs.is_first) == (False, True)


def test_who_is_taken_away_loses_all_versions_at_once(brand):
    brand.release("a.jpg", "b.jpg")
    issue(brand.pack, now=LATER)

    brand.save(brand.added)

    assert (brand.sees(brand.ours), brand.sees(brand.theirs)) == ([], [2])


def test_community_that_was_closed_when_a_version_was_composed_does_not_get_it_by_opening(brand):
    brand.added.status = CommunityStatus.CLOSED
    brand.added.save()
    replace("/P", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    assert brand.sees(brand.ours) == [1, 2]

    brand.added.status = CommunityStatus.ACTIVE
    brand.added.save()

    assert brand.sees(brand.theirs) == []


def test_nobody_can_add_a_community_to_an_issued_version(brand):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        brand.version.communities.add(brand.added)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        THROUGH.objects.update(community=brand.added)


def test_companies_session_sees_only_its_own_communities_of_a_version(brand):
    brand.release("a.jpg", "b.jpg")
    issue(brand.pack, now=LATER)

    with rowscope.limited_to(brand.theirs.pk):
        seen = set(THROUGH.objects.values_list("community", flat=True))

    assert THROUGH.objects.count() == 3
    assert seen == {brand.added.pk}


def test_bytes_of_a_version_before_are_unknown_to_who_was_added(brand):
    old = brand.version.files.get(name="b-web-1200.webp").sha256
    brand.release("a.jpg", "b.jpg")
    pick(brand.pack, brand.assets[:1])
    issue(brand.pack, now=LATER)

    def answer(partner):
        pack = selectors.get_pack(partner, brand.pack.public_id, at=LATER)
        given = [Given(old, Answer.RECEIVED)]
        return confirming.confirm(pack=pack, by=By(partner, "system"), given=given, now=LATER)

    with pytest.raises(confirming.OldDigest):
        answer(brand.ours)
    with pytest.raises(BadInput):
        answer(brand.theirs)


# -- Communities that ask and are told ---------------------------------------------------------------------------------
@pytest.fixture
def both():
    """A company in both communities; the files are published in both, the pack was composed for the first."""
    brand = Brand()
    brand.added.memberships.create(partner=brand.ours, joined_at=NOON)
    brand.release("a.jpg", "b.jpg")
    return brand


def publication_in(community) -> Publication:
    return Publication.objects.get(community=community, asset__variants__name="a.jpg")


def test_answer_in_a_community_counts_for_packs_given_through_it(both):
    def take_in(community):
        publication = publication_in(community)
        return community_answers.take_in(
            publication_id=publication.pk,
            revision=publication.revision,
            partner=both.ours,
            answer=Answer.RECEIVED,
            text="",
            now=LATER,
        )

    assert (take_in(both.added), take_in(both.first)) == (0, 1)


def test_receipt_is_given_where_the_pack_is(both):
    pack = selectors.get_pack(both.ours, both.pack.public_id, at=LATER)
    file = pack.current.files.get(name="a-web-1200.webp")
    changed = confirming.confirm(
        pack=pack, by=By(both.ours, "system"), given=[Given(file.sha256, Answer.RECEIVED)], now=LATER
    )

    def told():
        return [receipt.community_id for receipt in receipts.about_confirmations(changed)]

    before = told()
    issue(Pack.objects.get(), now=LATER)

    assert (before, sorted(told())) == ([both.first.pk], sorted([both.first.pk, both.added.pk]))


def test_answers_about_a_pack_that_is_given_out_no_longer_are_no_receipts(both):
    pack = selectors.get_pack(both.ours, both.pack.public_id, at=LATER)
    file = pack.current.files.get(name="a-web-1200.webp")
    changed = confirming.confirm(
        pack=pack, by=By(both.ours, "system"), given=[Given(file.sha256, Answer.RECEIVED)], now=LATER
    )
    before = receipts.about_confirmations(changed)

    services.close(pack=pack, now=LATER, actor="system")

    assert len(before) == 1
    assert receipts.about_confirmations(changed) == []


def test_answers_of_a_company_that_left_the_community_are_no_receipts_there(both):
    pack = selectors.get_pack(both.ours, both.pack.public_id, at=LATER)
    file = pack.current.files.get(name="a-web-1200.webp")
    changed = confirming.confirm(
        pack=pack, by=By(both.ours, "system"), given=[Given(file.sha256, Answer.RECEIVED)], now=LATER
    )
    before = receipts.about_confirmations(changed)

    both.first.memberships.filter(partner=both.ours).delete()

    assert [receipt.community_id for receipt in before] == [both.first.pk]
    assert receipts.about_confirmations(changed) == []
