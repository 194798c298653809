"""Packs: composed by rule or by hand, looked at before they are saved, issued, withdrawn."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.activity.models import Activity
from portal.packs import confirming, services, terms
from portal.packs.choices import Answer, VersionState
from portal.packs.models import Pack, PackVersion
from portal.packs.selectors import By
from portal.partners.choices import PartnerStatus
from portal.renditions.models import Recipe
from tests.builders import make_community, make_partner, release_one
from tests.portal.admin.reading import rows, table, words
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

pytestmark = pytest.mark.django_db
ADD, LIST = "/admin/portal/pack/add/", "/admin/portal/pack/"


class Shop:
    def __init__(self):
        self.now = timezone.now() - timedelta(hours=1)
        self.partner = make_partner("Bergmann Retail")
        self.community = make_community(self.partner, name="Retail programme", folder="/P")
        self.assets = shelf("/P", ["a.jpg", "b.jpg", "c.jpg"], now=self.now)

    def filled(self, **fields) -> dict:
        return {
            "title_en": "Onboarding",
            "purpose": "onboarding",
            "asks": "received",
            "asks_within_days": "14",
            "communities": [self.community.pk],
            "recipes": [Recipe.objects.get(key="web-1200").pk],
            "folders": "/P",
            **fields,
        }


@pytest.fixture
def shop(db):
    return Shop()


def page_of(pack: Pack) -> str:
    return f"{LIST}{pack.pk}/change/"


def test_check_shows_what_it_would_hold_and_who_sees_it_and_saves_nothing(desk, shop):
    before = Activity.objects.count()

    shown = words(desk.post(ADD, shop.filled(check="1")))

    assert "3 files 3 added" in shown and "a-web-1200.webp" in shown
    assert "Bergmann Retail As soon as the first version is issued; in Retail programme" in shown
    assert not Pack.objects.exists() and Activity.objects.count() == before


def test_saved_by_rule_it_holds_what_matches_once_it_is_issued(desk, shop):
    made = desk.post(ADD, shop.filled(save="1", terms_en="Do not crop.", title_de="Einstieg"))
    pack = Pack.objects.get()
    assert made["Location"] == page_of(pack)
    assert not PackVersion.objects.exists(), "saving issues nothing"

    desk.post(f"{LIST}{pack.pk}/issue/")
    services.work(now=timezone.now())

    pack.refresh_from_db()
    assert [file.name[0] for file in pack.current.files.order_by("name")] == ["a", "b", "c"]
    assert (pack.title, pack.owner.email) == ({"en": "Onboarding", "de": "Einstieg"}, "elin@brand.example")
    assert terms.present(pack).text == {"en": "Do not crop."}
    assert "1 in force" in words(desk.get(page_of(pack)))


def test_files_by_hand_are_named_by_id_or_path(desk, shop):
    picks = f"{shop.assets[0].public_id}\n/P/c.jpg"

    desk.post(ADD, shop.filled(save="1", folders="", picks=picks))

    pack = Pack.objects.get()
    assert sorted(pick.variant.path for pick in pack.picks.all()) == ["/P/a.jpg", "/P/c.jpg"]
    assert not pack.rules.exists()
    variants = [pick.variant.public_id for pick in pack.picks.order_by("pk")]
    assert all(variant in desk.get(page_of(pack)).content.decode() for variant in variants)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"picks": "/P/never.jpg"}, "There is no file “/P/never.jpg” in the library."),
        ({"folders": ""}, "Fill in a condition or name files: the pack would hold nothing."),
        ({"recipes": []}, "Choose at least one download size."),
        ({"communities": []}, "Choose at least one community: nobody gets the pack otherwise."),
        ({"title_en": ""}, "This field is required."),
        ({"markets": "GER"}, "“GER” is no market. Write two letters, such as DE."),
    ],
)
def test_what_cannot_be_meant_is_answered_with_a_sentence(desk, shop, fields, sentence):
    answer = desk.post(ADD, shop.filled(save="1", **fields))

    assert sentence in words(answer)
    assert not Pack.objects.exists()


def test_check_of_an_issued_pack_names_the_difference(desk, shop):
    pack = make_pack(shop.community, now=shop.now)
    pick(pack, shop.assets[:2], now=shop.now)
    issue(pack, now=shop.now)
    replace("/P", "a.jpg", uuid="new", now=timezone.now())

    shown = words(desk.post(page_of(pack), shop.filled(check="1", folders="", picks="/P/a.jpg\n/P/c.jpg")))

    assert "a-web-1200.webp Replaced" in shown
    assert "c-web-1200.webp Added" in shown
    assert "b-web-1200.webp Removed" in shown
    assert [p.variant.path for p in pack.picks.order_by("variant")] == ["/P/a.jpg", "/P/b.jpg"], "not saved"


def test_file_that_is_not_published_everywhere_is_named_before_and_after(desk, shop):
    other = make_community(shop.partner, name="Elsewhere")
    fields = shop.filled(communities=[shop.community.pk, other.pk], folders="", picks="/P/a.jpg")
    reason = "Not published in every community of the pack"

    assert reason in words(desk.post(ADD, {**fields, "check": "1"}))

    desk.post(ADD, {**fields, "save": "1"})
    pack = Pack.objects.get()
    desk.post(f"{LIST}{pack.pk}/issue/")

    assert PackVersion.objects.get().state == VersionState.FAILED
    assert "The next version cannot be issued." in words(desk.get(page_of(pack)))
    assert reason in words(desk.get(page_of(pack)))


def test_audience_says_who_does_not_see_it_and_why(desk, shop):
    pack = make_pack(shop.community, now=shop.now)
    pick(pack, shop.assets, now=shop.now)
    issue(pack, now=shop.now)
    assert "Bergmann Retail In Retail programme Sees it" in words(desk.get(page_of(pack)))

    Pack.objects.update(embargo_until=timezone.now() + timedelta(days=2))
    assert "Bergmann Retail Not before" in words(desk.get(page_of(pack)))

    shop.partner.status = PartnerStatus.SUSPENDED
    shop.partner.save()
    assert "Bergmann Retail Suspended Does not see it now" in words(desk.get(page_of(pack)))


def test_audience_says_who_gets_it_with_the_next_version_only(desk, shop):
    pack = make_pack(shop.community, now=shop.now)
    pick(pack, shop.assets, now=shop.now)
    issue(pack, now=shop.now)
    added = make_community(make_partner("Online Only"), name="Online")

    desk.post(page_of(pack), shop.filled(save="1", communities=[shop.community.pk, added.pk]))

    shown = words(desk.get(page_of(pack)))
    assert "Bergmann Retail In Retail programme Sees it" in shown
    assert "Online Only With the next version that is issued; in Online Does not see it now" in shown


def test_embargo_is_kept_from_the_form(desk, shop):
    desk.post(ADD, shop.filled(save="1", embargo_until="2999-12-01T09:00"))

    assert Pack.objects.get().embargo_until.isoformat() == "2999-12-01T09:00:00+00:00"


def test_another_wording_of_the_terms_is_a_new_version(desk, shop):
    desk.post(ADD, shop.filled(save="1", terms_en="Do not crop."))
    pack = Pack.objects.get()

    desk.post(page_of(pack), shop.filled(save="1", terms_en="Do not crop."))
    desk.post(page_of(pack), shop.filled(save="1", terms_en="Do not crop or turn."))

    assert [(t.number, t.text["en"]) for t in pack.terms.order_by("number")] == [
        (1, "Do not crop."),
        (2, "Do not crop or turn."),
    ]


def test_pack_is_withdrawn_and_given_out_again(desk, shop):
    pack = make_pack(shop.community, now=shop.now)
    pick(pack, shop.assets, now=shop.now)
    issue(pack, now=shop.now)

    desk.post(f"{LIST}{pack.pk}/close/", {"closed": "yes"})
    assert "Withdrawn" in words(desk.get(LIST))

    desk.post(f"{LIST}{pack.pk}/close/", {"closed": "no"})
    assert "Given out" in words(desk.get(LIST))
    assert set(Activity.objects.values_list("verb", flat=True)) >= {"pack.closed", "pack.reopened"}


def test_verbs_take_no_get(desk, shop):
    pack = make_pack(shop.community, now=shop.now)

    assert [desk.get(f"{LIST}{pack.pk}/{verb}/").status_code for verb in ("issue", "close")] == [405, 405]


def test_answers_are_counted_by_company(desk, shop):
    pack = make_pack(shop.community, now=shop.now)
    pick(pack, shop.assets, now=shop.now)
    version = issue(pack, now=shop.now)
    pack.refresh_from_db()
    digests = list(version.files.order_by("name").values_list("sha256", flat=True))
    given = [
        confirming.Given(digests[0], Answer.IN_USE),
        confirming.Given(digests[1], Answer.RECEIVED),
        confirming.Given(digests[2], Answer.REFUSED, "rights", "Not for print"),
    ]
    confirming.confirm(pack=pack, by=By(shop.partner, "system"), given=given, now=shop.now)
    replace("/P", "a.jpg", uuid="new", now=timezone.now())

    (line,) = desk.get(page_of(pack)).context_data["answers"]

    assert (line.confirmed, line.stale, line.review, line.refused) == (1, 1, 0, 1)


def test_list_is_read_in_as_many_questions_for_many_and_goes_out_as_csv(desk, shop):
    def add(title: str) -> None:
        pack = make_pack(shop.community, title=title, now=shop.now)
        pick(pack, shop.assets[:1], now=shop.now)
        issue(pack, now=shop.now)

    add("First")
    desk.get(LIST)
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    add("Second")
    add("Third")
    with CaptureQueriesContext(connection) as many:
        page = desk.get(LIST)

    assert len(rows(page)) == 3 and len(many) == len(few)
    headings, *lines = table(desk.get(f"{LIST}csv/"))
    assert len(lines) == 3 and "slug" in headings


def test_files_that_are_not_made_yet_show_how_far_the_version_is(desk, shop):
    release_one("/P/new.jpg", now=shop.now)
    desk.post(ADD, shop.filled(save="1"))
    pack = Pack.objects.get()
    desk.post(f"{LIST}{pack.pk}/issue/")

    assert "0 of 4 files are ready" in words(desk.get(page_of(pack)))
