"""Packs as people see them: what is in them, what changed, and the answer bound to the bytes."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads.models import PackDownload
from portal.packs import services, terms
from portal.packs.choices import Answer
from portal.packs.models import Confirmation, Pack, TermsAcceptance
from portal.partners.choices import Role
from tests.builders import file_fact, make_user, release, release_one
from tests.portal.downloads.test_archives import cut_through
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf
from tests.portal.pages.reading import links, words

TWELVE = [f"{letter}.jpg" for letter in "abcdefghijkl"]


class Desk:
    """Jana and one pack of hers."""

    def __init__(self, jana, names=("a.jpg", "b.jpg", "c.jpg"), *, days: int = 1, **fields):
        self.jana, self.now = jana, timezone.now() - timedelta(days=days)
        self.pack = make_pack(jana.community, title="Onboarding", now=self.now, **fields)
        self.assets = shelf("/Ours", names, now=self.now)
        pick(self.pack, self.assets, now=self.now)
        issue(self.pack, now=self.now)
        self.path = f"packs/{self.pack.slug}/"

    def page(self, rest: str = "", **query):
        return self.jana.get(f"{self.path}{rest}", **query)

    def version(self):
        return Pack.objects.select_related("current").get(pk=self.pack.pk).current

    def answer(self, answer: str = "in_use", **more):
        body = {"manifest": self.version().sha256, "answer": answer, **more}
        return self.jana.client.post(f"/o/{self.jana.partner.slug}/{self.path}", body)

    def replace(self, name: str, *, at=None):
        now = at or timezone.now()
        made = replace("/Ours", name, uuid=f"new-{name}", now=now)
        services.work(now=now)
        return made

    def archive(self, number: int, **query):
        return self.page(f"versions/{number}/archive/", **query)


@pytest.fixture
def desk(jana):
    return Desk(jana)


@pytest.fixture
def large(jana):
    return Desk(jana, TWELVE)


def data_of(answer) -> dict[str, bytes]:
    """Return the files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        return {n.rpartition("/")[2]: archive.read(n) for n in archive.namelist() if "/data/" in n}


# -- The list ----------------------------------------------------------------------------------------------------------
def test_list_says_what_is_asked_and_leads_to_the_pack(desk):
    answer = desk.jana.get("packs/")

    assert "Onboarding" in words(answer) and "3 to confirm" in words(answer) and "3 files" in words(answer)
    assert f"/o/{desk.jana.partner.slug}/{desk.path}" in links(answer)


def test_without_packs_it_says_when_there_will_be(jana):
    assert "No packs yet" in words(jana.get("packs/"))


def test_a_damaged_address_leads_to_the_first_page(jana):
    answer = jana.get("packs/", cursor="%%%")

    assert answer.status_code == 400 and f"/o/{jana.partner.slug}/packs/" in links(answer)


def test_another_companys_packs_are_not_shown(desk, stranger):
    assert "Onboarding" in words(desk.jana.get("packs/"))
    assert "Onboarding" not in words(stranger.get("packs/"))


def test_many_packs_need_as_many_questions_as_one(desk):
    desk.jana.get("packs/")
    with CaptureQueriesContext(connection) as few:
        desk.jana.get("packs/")
    for number in range(3):
        pack = make_pack(desk.jana.community, title=f"Another {number}", now=desk.now)
        pick(pack, desk.assets, now=desk.now)
        issue(pack, now=desk.now)
    with CaptureQueriesContext(connection) as many:
        answer = desk.jana.get("packs/")

    assert len(answer.context["lines"]) == 4
    assert len(many) == len(few)


# -- Being prepared ----------------------------------------------------------------------------------------------------
@pytest.fixture
def unmade(jana):
    """A pack whose one file has not been cut yet."""
    now = timezone.now()
    pack = make_pack(jana.community, title="Winter", now=now)
    pick(pack, [release_one("/Ours/snow.jpg", now=now)], now=now)
    services.begin_version(pack=pack, now=now)
    return pack


def test_first_version_being_prepared_shows_how_far_it_is(jana, unmade, stranger):
    listed, page = jana.get("packs/"), jana.get(f"packs/{unmade.slug}/")

    assert "Winter 0 of 1 file is ready" in words(listed)
    assert page.status_code == 200 and "0 of 1 file is ready" in words(page)
    assert "snow" not in page.content.decode()
    assert stranger.get(f"packs/{unmade.slug}/").status_code == 404
    assert "Winter" not in words(stranger.get("packs/"))


def test_next_version_being_prepared_leaves_the_present_one(desk):
    release(
        file_fact("/Ours/a.jpg", uuid="new", previous_uuids=["uuid-/Ours-a.jpg"], modified_at=timezone.now()),
        now=timezone.now(),
    )
    services.begin_version(pack=desk.pack, now=timezone.now())

    shown = words(desk.page())

    assert "The next version is being prepared 0 of 3 files are ready" in shown
    assert "Version 1, since" in shown


# -- Answering ---------------------------------------------------------------------------------------------------------
def test_one_answer_for_all_and_only_the_replaced_file_is_asked_again(large):
    large.answer(place="Shop")
    made = large.replace("c.jpg")

    page = large.page()

    assert "1 to confirm again" in words(page) and "11 still confirmed" in words(page)
    assert "Download and confirm 1 file" in words(page)
    assert [line.file.name for line in page.context["files"] if line.is_wanted] == ["c-web-1200.webp"]
    assert page.context["change"].changed == ("c-web-1200.webp",)

    large.answer("received")

    assert Confirmation.objects.get(sha256=made.sha256).answer == Answer.RECEIVED
    assert Confirmation.objects.filter(answer=Answer.IN_USE, stale_at=None).count() == 11
    assert "All is confirmed." in words(large.page())


def test_one_file_is_answered_for_by_itself(desk):
    digest = desk.version().files.get(name="b-web-1200.webp").sha256
    asked = desk.page(file=digest)

    assert "For b-web-1200.webp." in words(asked)

    desk.answer("refused", sha256=digest, reason="wrong_crop", text="The lid is cut off")

    assert "1 refused" in words(desk.page()) and "Wrong crop: The lid is cut off" in words(desk.page())
    assert Confirmation.objects.get().sha256 == digest


@pytest.mark.parametrize("answer", ["review", "refused"])
def test_an_answer_that_needs_a_reason_is_not_taken_without(desk, answer):
    page = desk.answer(answer)

    assert page.status_code == 400
    assert "Please choose a reason." in words(page) and "Please say in a sentence" in words(page)
    assert not Confirmation.objects.exists()


def test_pack_that_moved_meanwhile_answers_409_with_both_digests(desk):
    old, file = desk.version(), desk.version().files.get(name="a-web-1200.webp")
    made = desk.replace("a.jpg")

    page = desk.answer(manifest=old.sha256)

    assert page.status_code == 409
    for digest in (old.sha256, desk.version().sha256, file.sha256, made.sha256):
        assert digest in words(page)
    assert not Confirmation.objects.exists()


def test_file_that_moved_meanwhile_answers_409_with_both_digests(desk):
    file = desk.version().files.get(name="a-web-1200.webp")
    made = desk.replace("a.jpg")

    page = desk.answer(sha256=file.sha256)

    assert page.status_code == 409 and file.sha256 in words(page) and made.sha256 in words(page)
    assert not Confirmation.objects.exists()


def test_a_viewer_sees_and_takes_but_does_not_answer(desk):
    viewer = make_user(desk.jana.partner, role=Role.VIEWER)
    desk.jana.client.force_login(viewer)

    page, answer = desk.page(), desk.answer()

    assert "Members and managers of your company can answer" in words(page)
    assert answer.status_code == 403 and not Confirmation.objects.exists()
    assert desk.archive(1).status_code == 200


def test_answer_below_what_is_asked_is_asked_again(jana):
    desk = Desk(jana, asks="in_use")
    desk.answer("received")

    assert "Download and confirm 3 files" in words(desk.page())

    desk.answer("in_use")

    assert "All is confirmed." in words(desk.page())


def test_get_changes_nothing(desk):
    desk.page(answer="in_use", manifest=desk.version().sha256)

    assert not Confirmation.objects.exists()


# -- Taking ------------------------------------------------------------------------------------------------------------
def test_download_and_confirm_begins_the_changes_alone(large):
    large.answer()
    made = large.replace("c.jpg")
    since = large.page().context["held"].number

    after = large.jana.client.get(large.answer(act="download", since=since)["Location"])
    begun = after["Refresh"].partition("url=")[2]
    delta = data_of(large.jana.client.get(begun))

    assert "Your download begins." in words(after) and begun.endswith("versions/2/archive/?since=1")
    assert {name: hashlib.sha256(body).hexdigest() for name, body in delta.items()} == {
        "c-web-1200.webp": made.sha256
    }


def test_archive_is_recorded_once_however_often_it_is_resumed(desk):
    whole = desk.archive(1)
    size, tag = len(whole.getvalue()), whole["ETag"]
    desk.jana.client.get(
        f"/o/{desk.jana.partner.slug}/{desk.path}versions/1/archive/",
        headers={"Range": f"bytes={size // 2}-", "If-Range": tag},
    ).getvalue()

    row = PackDownload.objects.get()
    assert (row.name, row.file_count, row.size, row.user) == ("onboarding-v1.zip", 3, size, desk.jana.user)


def test_manifest_is_the_signed_bytes(desk):
    version = desk.version()
    manifest = desk.page("versions/1/manifest/")

    assert hashlib.sha256(manifest.content).hexdigest() == version.sha256
    assert "attachment" in manifest["Content-Disposition"]


@pytest.mark.parametrize("since", ["1", "2", "x", "-1", "0", "99999999999"])
def test_delta_that_makes_no_sense_is_refused(desk, since):
    assert desk.archive(1, since=since).status_code == 400


def test_withdrawn_file_is_named_until_the_next_version_is_there(desk):
    later = timezone.now()
    gone = file_fact("/Ours/b.jpg", uuid="uuid-/Ours-b.jpg", approved=False, modified_at=later)
    release(gone, now=later)

    page = desk.page()
    assert "This version cannot be downloaded any more." in words(page) and "b-web-1200.webp" in words(page)
    assert not [link for link in links(page) if "/archive/" in link]
    assert desk.archive(1).status_code == 410

    services.work(now=timezone.now())

    assert "This version cannot be downloaded" not in words(desk.page())
    assert sorted(data_of(desk.archive(2))) == ["a-web-1200.webp", "c-web-1200.webp"]
    assert desk.archive(1).status_code == 410


def test_withdrawn_pack_answers_410_everywhere(desk):
    services.close(pack=desk.pack, now=timezone.now(), actor="system")

    page = desk.page()

    assert page.status_code == 410 and "This pack has been withdrawn" in words(page)
    assert [desk.archive(1).status_code, desk.page("versions/1/manifest/").status_code] == [410, 410]
    assert "Onboarding" not in words(desk.jana.get("packs/"))


# -- Embargo and terms -------------------------------------------------------------------------------------------------
def test_embargoed_pack_is_not_there_before_its_time(desk):
    Pack.objects.update(embargo_until=timezone.now() + timedelta(hours=1))
    before = [desk.page(), desk.archive(1), desk.page("versions/1/manifest/"), desk.page("terms/")]
    listed = desk.jana.get("packs/")
    Pack.objects.update(embargo_until=timezone.now())

    assert [answer.status_code for answer in before] == [404] * 4
    assert "Onboarding" not in words(listed)
    assert desk.page().status_code == 200 and "Onboarding" in words(desk.jana.get("packs/"))


def test_embargoed_pack_being_prepared_is_not_shown(jana, unmade):
    Pack.objects.update(embargo_until=timezone.now() + timedelta(hours=1))

    assert jana.get(f"packs/{unmade.slug}/").status_code == 404
    assert "Winter" not in words(jana.get("packs/"))


@pytest.fixture
def strict(desk):
    terms.set_terms(pack=desk.pack, text={"en": "Do not crop."}, now=timezone.now(), actor="system")
    return desk


def test_archive_leads_to_the_terms_until_they_are_accepted(strict):
    first = strict.archive(1)
    page = strict.page("terms/")

    assert (first.status_code, first["Location"]) == (
        302,
        f"/o/{strict.jana.partner.slug}/{strict.path}terms/",
    )
    assert "Do not crop." in words(page)
    assert not [link for link in links(strict.page()) if "/archive/" in link]

    read = page.context["terms"]
    strict.jana.client.post(first["Location"], {"sha256": read.sha256})

    kept = TermsAcceptance.objects.get()
    assert (kept.terms, kept.sha256, kept.user) == (read, read.sha256, strict.jana.user)
    assert strict.archive(1).status_code == 200


def test_new_wording_is_asked_for_again_and_the_old_acceptance_is_kept(strict):
    address = f"/o/{strict.jana.partner.slug}/{strict.path}terms/"
    read = strict.page("terms/").context["terms"]
    strict.jana.client.post(address, {"sha256": read.sha256})
    terms.set_terms(pack=strict.pack, text={"en": "Do not crop or turn."}, now=timezone.now(), actor="system")

    late = strict.jana.client.post(address, {"sha256": read.sha256})

    assert late.status_code == 409
    assert strict.archive(1).status_code == 302
    assert TermsAcceptance.objects.get().terms == read


def test_terms_that_were_lifted_stand_in_nobodys_way(strict):
    terms.set_terms(pack=strict.pack, text={}, now=timezone.now(), actor="system")

    assert strict.archive(1).status_code == 200 and "No terms" in words(strict.page("terms/"))


def test_a_viewer_reads_the_terms_and_does_not_accept(strict):
    strict.jana.client.force_login(make_user(strict.jana.partner, role=Role.VIEWER))
    page = strict.page("terms/")
    answer = strict.jana.client.post(
        f"/o/{strict.jana.partner.slug}/{strict.path}terms/", {"sha256": page.context["terms"].sha256}
    )

    assert "Members and managers of your company can accept" in words(page)
    assert answer.status_code == 403 and not TermsAcceptance.objects.exists()


# -- How large it may be -----------------------------------------------------------------------------------------------
def test_more_files_need_no_more_questions(jana):
    small = Desk(jana)
    small.page()
    with CaptureQueriesContext(connection) as few:
        small.page()
    Pack.objects.all().update(closed_at=timezone.now())
    names = [f"{number:03d}.jpg" for number in range(70)]
    many = Desk(jana, names)
    many.path = f"packs/{many.pack.slug}/"
    with CaptureQueriesContext(connection) as lots:
        first = many.page()
    second = many.jana.client.get(f"/o/{jana.partner.slug}/{many.path}{first.context['more']}")

    assert len(lots) == len(few)
    assert (len(first.context["files"]), len(second.context["files"])) == (60, 10)
    assert second.context["more"] == ""


# -- Home --------------------------------------------------------------------------------------------------------------
def test_open_confirmations_stand_on_the_to_do_list(large):
    first = words(large.jana.get())
    large.jana.client.get(large.answer()["Location"])
    done = words(large.jana.get())
    large.replace("c.jpg")
    again = words(large.jana.get())

    assert "One thing waits for you." in first and "Confirm 12 files of Onboarding" in first
    assert "Nothing to do" in done and "Onboarding" not in done
    assert "Confirm 1 changed file of Onboarding" in again
    assert "Your other 11 answers stay valid." in again


def test_late_answers_are_called_overdue(jana):
    Desk(jana, days=20)

    assert "Overdue since" in words(jana.get()) and "Overdue" in words(jana.get("packs/"))


def test_size_that_cuts_what_must_be_seen_whole_is_named_and_nothing_is_offered_to_take(desk):
    before = words(desk.page())
    cut_through("b.jpg")

    page = desk.page()
    text = words(page)

    assert "This version cannot be downloaded." not in before
    assert "This version cannot be downloaded. b-web-1200.webp : In this size the picture would lose" in text
    assert not [link for link in links(page) if link.endswith("/archive/")]
