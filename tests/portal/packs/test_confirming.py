"""Answers bound to bytes: replace one file of twelve, and one answer is stale."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.dispatch import receiver

from portal import signals
from portal.activity.models import Activity
from portal.catalog.models import Variant
from portal.core.errors import BadInput, Gone
from portal.packs import confirming, selectors, services, standing
from portal.packs.choices import Answer, Reason
from portal.packs.confirming import Given, OldDigest
from portal.packs.models import Confirmation, Pack
from portal.packs.selectors import By, FileAnswer
from portal.renditions import services as renditions
from portal.renditions.models import Recipe
from tests.builders import NOON, file_fact, make_community, make_partner, make_user, release
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
TWELVE = [f"{letter}.jpg" for letter in "abcdefghijkl"]


class Desk:
    """A company with a pack of some files, and the person who answers."""

    def __init__(self, names=("a.jpg", "b.jpg")):
        self.partner = make_partner()
        self.user = make_user(self.partner)
        self.by = By(self.partner, f"user:{self.user.public_id}", self.user)
        self.made = make_pack(make_community(self.partner, folder="/P"))
        if names:
            pick(self.made, shelf("/P", names))
            issue(self.made)

    @property
    def pack(self) -> Pack:
        return selectors.get_pack(self.partner, self.made.public_id, at=NOON)

    def digest(self, name: str) -> str:
        return self.pack.current.files.get(name=f"{name}-web-1200.webp").sha256

    def answer(self, sha256: str, answer=Answer.IN_USE, now=NOON, **more) -> list[Confirmation]:
        return confirming.confirm(pack=self.pack, by=self.by, given=[Given(sha256, answer, **more)], now=now)

    def answer_all(self, answer=Answer.IN_USE, now=NOON, manifest="", **more) -> list[Confirmation]:
        return confirming.confirm_all(
            pack=self.pack,
            by=self.by,
            manifest_sha256=manifest or self.pack.current.sha256,
            given=Given("", answer, **more),
            now=now,
        )

    def lines(self) -> list[FileAnswer]:
        version = selectors.get_version(self.partner, self.made.public_id, at=NOON)
        return selectors.answers_of(self.partner, version)

    def states(self) -> dict[str, str]:
        return {line.file.name.removesuffix("-web-1200.webp"): line.state for line in self.lines()}

    def standing(self) -> standing.Standing:
        return standing.standings(self.partner, [self.pack])[0]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def heard():
    """What leaves the portal about answers."""
    told = []

    @receiver(signals.confirmations_changed)
    def listen(sender, confirmations, **kwargs):
        told.append([(c.file_name, c.answer, c.stale_at is not None) for c in confirmations])

    yield told
    signals.confirmations_changed.disconnect(listen)


def test_one_of_twelve_is_replaced_and_one_answer_is_stale_at_once():
    desk = Desk(TWELVE)
    desk.answer_all()
    answered = Confirmation.objects.filter(stale_at__isnull=True).count()

    replace("/P", "c.jpg", uuid="new", now=LATER)

    stale = Confirmation.objects.filter(stale_at__isnull=False)
    assert answered == 12
    assert [(row.file_name, row.stale_at) for row in stale] == [("c-web-1200.webp", LATER)]
    assert [name for name, state in desk.states().items() if state == "stale"] == ["c"]
    services.work(now=LATER)
    assert desk.pack.current.number == 2
    assert [name for name, state in desk.states().items() if state == "stale"] == ["c"]
    assert sorted(set(desk.states().values())) == ["in_use", "stale"]


def test_only_the_replaced_file_is_asked_for_again(desk):
    desk.answer_all()
    replace("/P", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    asked = desk.answer_all(Answer.RECEIVED, now=LATER)

    assert [(row.file_name, row.answer) for row in asked] == [("a-web-1200.webp", Answer.RECEIVED)]
    assert desk.states() == {"a": Answer.RECEIVED, "b": Answer.IN_USE}


def test_old_digest_is_refused_and_both_are_named(desk):
    old = desk.digest("a")
    made = replace("/P", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    with pytest.raises(OldDigest, match=r"a-web-1200\.webp has been replaced") as caught:
        desk.answer(old, now=LATER)

    assert (caught.value.status, caught.value.code) == (409, "digest_replaced")
    assert caught.value.extra["files"] == [{"name": "a-web-1200.webp", "sent": old, "current": made.sha256}]
    assert not Confirmation.objects.exists()


def test_bytes_replaced_a_moment_ago_are_refused_before_the_next_version_is_there(desk):
    old = desk.digest("a")
    replace("/P", "a.jpg", uuid="new", now=LATER)

    with pytest.raises(OldDigest) as caught:
        desk.answer(old, now=LATER)

    assert caught.value.extra["files"] == [{"name": "a-web-1200.webp", "sent": old, "current": None}]


def test_answer_for_an_older_manifest_is_refused_and_both_are_named(desk):
    old = desk.pack.current.sha256
    replace("/P", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    with pytest.raises(OldDigest) as caught:
        desk.answer_all(manifest=old)

    assert caught.value.extra == {"sent": old, "current": desk.pack.current.sha256}


def test_one_refused_answer_keeps_all_of_them_out(desk):
    good = Given(desk.digest("a"), Answer.RECEIVED)

    with pytest.raises(BadInput, match="not in this pack"):
        confirming.confirm(
            pack=desk.pack, by=desk.by, given=[good, Given("0" * 64, Answer.RECEIVED)], now=NOON
        )

    assert not Confirmation.objects.exists()


def test_withdrawn_bytes_cannot_be_confirmed(desk):
    digest = desk.digest("a")
    release(file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", approved=False, modified_at=LATER), now=LATER)

    with pytest.raises(Gone):
        desk.answer(digest, now=LATER)


@pytest.mark.parametrize("answer", [Answer.REVIEW, Answer.REFUSED])
@pytest.mark.parametrize(
    "more", [{}, {"reason": Reason.QUALITY}, {"text": "Too dark"}, {"reason": Reason.QUALITY, "text": " "}]
)
def test_no_needs_a_reason_and_words(desk, answer, more):
    with pytest.raises(BadInput, match="say why"):
        desk.answer(desk.digest("a"), answer, **more)

    desk.answer(desk.digest("a"), answer, reason=Reason.QUALITY, text="Too dark")
    assert desk.states()["a"] == answer


def test_second_click_changes_nothing_and_tells_nobody(desk, heard):
    first = desk.answer(desk.digest("a"), place="Shop")

    again = desk.answer(desk.digest("a"), place="Shop", now=LATER)

    assert again == first
    assert again[0].answered_at == NOON
    assert heard == [[("a-web-1200.webp", "in_use", False)]]
    assert Activity.objects.filter(verb="file.confirmed").count() == 1


def test_another_answer_takes_the_place_of_the_one_before(desk, heard):
    desk.answer(desk.digest("a"), Answer.REFUSED, reason=Reason.RIGHTS, text="Not in Austria")
    desk.answer(desk.digest("a"), Answer.IN_USE, now=LATER)

    row = Confirmation.objects.get()
    assert (row.answer, row.reason, row.text, row.answered_at) == ("in_use", "", "", LATER)
    assert list(Activity.objects.filter(verb="file.confirmed").values_list("data__answer", flat=True)) == [
        "refused",
        "in_use",
    ]


def test_replacing_tells_the_outside_which_answers_are_stale(desk, heard):
    desk.answer_all()
    heard.clear()

    replace("/P", "a.jpg", uuid="new", now=LATER)

    assert heard == [[("a-web-1200.webp", "in_use", True)]]


def test_listener_that_fails_undoes_the_replacement_with_it(desk):
    desk.answer_all()

    def fail(**kwargs):
        raise RuntimeError("the outbox is full")

    signals.confirmations_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            replace("/P", "a.jpg", uuid="new", now=LATER)
    finally:
        signals.confirmations_changed.disconnect(fail)

    assert desk.states() == {"a": "in_use", "b": "in_use"}
    assert Pack.objects.get().due_since is None


def test_withdrawal_alone_makes_no_answer_stale(desk):
    desk.answer_all()
    release(file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", approved=False, modified_at=LATER), now=LATER)

    assert not Confirmation.objects.filter(stale_at__isnull=False).exists()


def test_another_size_of_the_same_version_makes_the_answer_stale_when_it_is_issued(desk, source):
    desk.answer_all()
    recipe = Recipe.objects.get(key="web-1200")
    facts = {name: getattr(recipe.revisions.get(), name) for name in renditions.REVISION_FIELDS}
    renditions.revise(recipe=recipe, facts={**facts, "quality": 50}, now=LATER, actor="system")
    services.begin_version(pack=desk.made, now=LATER, renew_sizes=True)
    before = desk.states()

    services.work(now=LATER)

    assert before == {"a": "in_use", "b": "in_use"}
    assert desk.states() == {"a": "stale", "b": "stale"}


def test_answers_of_one_company_are_not_anothers(desk):
    other = make_partner()
    desk.made.communities.add(make_community(other))
    desk.answer_all()

    lines = selectors.answers_of(other, desk.pack.current)

    assert {line.state for line in lines} == {"open"}


@pytest.mark.django_db(transaction=True)
def test_answer_given_while_its_bytes_are_replaced_is_refused_or_stale_never_fresh():
    """The release holds the file; the answer waits for it and then sees that its digest is old."""
    desk = Desk()
    old, outcome = desk.digest("a"), []

    def answer():
        try:
            outcome.append(desk.answer(old, now=LATER))
        except OldDigest as error:
            outcome.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        replace("/P", "a.jpg", uuid="new", now=LATER)
        other = threading.Thread(target=answer)
        other.start()
        # Long enough for the other to reach the lock; without the lock it would be done by now.
        other.join(1.0)
        waits = other.is_alive()
    other.join(30)

    assert waits
    assert [type(found) for found in outcome] == [OldDigest]


@pytest.mark.django_db(transaction=True)
def test_answer_waits_for_whoever_holds_its_file():
    """A release holds the file before it has marked any answer: one given in between would stay fresh."""
    desk = Desk()
    digest = desk.digest("a")

    def answer():
        try:
            desk.answer(digest)
        finally:
            connection.close()

    with transaction.atomic():
        list(Variant.objects.select_for_update(no_key=True).filter(name="a.jpg"))
        other = threading.Thread(target=answer)
        other.start()
        other.join(1.0)
        waits = other.is_alive()
    other.join(30)

    assert waits
    assert desk.states()["a"] == Answer.IN_USE
