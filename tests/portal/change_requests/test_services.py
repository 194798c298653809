"""Asking, answering, solving, confirming: every move once, and the same thing asked for once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from portal import signals
from portal.activity.models import Activity
from portal.change_requests import selectors, services
from portal.change_requests.choices import Kind, Reason, RequestState
from portal.change_requests.models import ChangeRequest, RequestMessage
from portal.core import rowscope
from portal.core.errors import BadInput, NotFound
from tests.builders import (
    NOON,
    gtin14,
    make_community,
    make_partner,
    make_staff,
    make_user,
    release_one,
)
from tests.portal.change_requests.builders import ask, by, by_staff, wish_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def company():
    partner = make_partner("Bergmann")
    make_community(partner, folder="/Ours")
    return partner


@pytest.fixture
def jana(company):
    return make_user(company, name="Jana Kessler")


@pytest.fixture
def staff():
    return by_staff(make_staff())


@pytest.fixture
def told():
    """What was told to the outside, as (number, state, kind) in order."""
    found = []

    def listen(sender, messages, **kwargs):
        found.extend((one.request.number, str(one.request.state), str(one.kind)) for one in messages)

    signals.change_requests_changed.connect(listen)
    yield found
    signals.change_requests_changed.disconnect(listen)


def kinds(request: ChangeRequest) -> list[str]:
    return list(request.messages.order_by("pk").values_list("kind", flat=True))


def test_request_knows_what_it_is_about_and_is_told_with_its_number(company, jana, told):
    asset = release_one("/Ours/a.jpg", gtin=gtin14(7), product_name={"en": "Muesli"}, title={"en": "Front"})

    made = ask(
        company,
        jana,
        asset=asset.public_id,
        width=800,
        height=600,
        format="png",
        needed_by=NOON.date(),
        note="Shop",
    )

    stored = ChangeRequest.objects.get()
    assert (stored.state, stored.reason, stored.asset, stored.gtin) == (
        "open",
        "missing_size",
        asset,
        gtin14(7),
    )
    assert (stored.about, stored.width, stored.height, stored.format) == ("Front", 800, 600, "png")
    assert (stored.asked_by, stored.name) == (jana, f"R-{made.number}")
    assert told == [(made.number, "open", "raised")]
    assert Activity.objects.get(verb="request.raised").subject == made.public_id


def test_another_companys_asset_looks_as_if_it_never_was(company, jana):
    make_community(make_partner("Theirs"), folder="/Theirs")
    hidden = release_one("/Theirs/a.jpg")

    for asset in (hidden.public_id, "ast_never"):
        with pytest.raises(NotFound):
            wish_of(company, asset=asset, width=800)


@pytest.mark.parametrize(
    ("given", "member"),
    [
        ({"reason": "missing_language", "note": "x"}, "language"),
        ({"reason": "missing_size", "note": "x"}, "width"),
        ({"reason": "missing_view"}, "gtin"),
        ({"reason": "refused_by_channel", "gtin": gtin14(1)}, "channel_code"),
        ({"reason": "other"}, "note"),
        ({"reason": "missing_size", "background": "red", "note": "x"}, "background"),
        ({"reason": "other", "note": "x", "needed_by": (NOON - timedelta(days=1)).date()}, "needed_by"),
    ],
    ids=["language", "size", "product", "channel", "words", "background", "past day"],
)
def test_what_is_missing_is_named_and_nothing_is_asked(company, jana, given, member):
    with pytest.raises(BadInput) as caught:
        ask(company, jana, **given)

    assert [error["parameter"] for error in caught.value.extra["errors"]] == [member]
    assert not ChangeRequest.objects.exists()


# -- The same thing twice ---------------------------------------------------------------------------------------------
def test_the_same_wish_leads_to_the_open_request(company, jana, told):
    first = ask(company, jana, gtin=gtin14(1), width=800, note="For the shop", needed_by=NOON.date())
    colleague = make_user(company)

    with pytest.raises(services.AlreadyAsked, match=f"{first.name} asks for this already") as caught:
        ask(company, colleague, gtin=gtin14(1), width=800, note="In other words")

    assert caught.value.known == first
    assert len(told) == 1


@pytest.mark.parametrize(
    "other",
    [{"width": 801}, {"gtin": gtin14(2)}, {"format": "png"}, {"reason": "missing_view"}, {"language": "de"}],
    ids=lambda given: next(iter(given)),
)
def test_another_wish_is_another_request(company, jana, other):
    ask(company, jana, gtin=gtin14(1), width=800)
    ask(company, jana, **{"gtin": gtin14(1), "width": 800, **other})

    assert ChangeRequest.objects.count() == 2


def test_another_company_may_want_the_same(company, jana):
    theirs = make_partner("Theirs")

    ask(company, jana)
    ask(theirs, make_user(theirs))

    assert ChangeRequest.objects.count() == 2


def test_finding_fault_in_other_words_is_another_request(company, jana):
    ask(company, jana, reason="wrong_text", gtin=gtin14(1), note="Sugar is spelt wrong")
    ask(company, jana, reason="wrong_text", gtin=gtin14(1), note="The weight is wrong")

    with pytest.raises(services.AlreadyAsked):
        ask(company, jana, reason="wrong_text", gtin=gtin14(1), note="  the WEIGHT is  wrong ")


def test_what_was_solved_may_be_asked_for_again_but_not_twice_at_once(company, jana, staff):
    first = ask(company, jana)
    services.resolve(request=first, text="There", by=staff, now=LATER)
    second = ask(company, jana)

    with pytest.raises(services.AlreadyAsked) as caught:
        services.reopen(request=first, text="Still missing", by=by(jana), now=LATER)

    assert caught.value.known == second
    assert ChangeRequest.objects.get(pk=first.pk).state == RequestState.RESOLVED


def test_the_database_alone_holds_it_too(company, jana):
    first = ask(company, jana)

    with pytest.raises(IntegrityError, match="change_request_open_once"), transaction.atomic():
        ChangeRequest.objects.create(
            number=first.number + 1,
            partner=company,
            reason=first.reason,
            origin=first.origin,
            actor=first.actor,
            fingerprint=first.fingerprint,
            raised_at=NOON,
            changed_at=NOON,
        )


@pytest.mark.django_db(transaction=True)
def test_eight_at_the_same_moment_make_one_request(company, jana):
    together = Barrier(8)

    def post(_number: int) -> str:
        with rowscope.limited_to(company.pk):
            wish = wish_of(company)
            together.wait()
            try:
                return services.raise_request(partner=company, wish=wish, by=by(jana), now=NOON).name
            except services.AlreadyAsked as error:
                return f"already {error.known.name}"
            finally:
                connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(post, range(8)))

    made = ChangeRequest.objects.get()
    assert answers == [made.name, *[f"already {made.name}"] * 7]
    assert RequestMessage.objects.count() == 1


# -- Moves ------------------------------------------------------------------------------------------------------------
def test_whole_way_to_confirmed(company, jana, staff, told):
    request = ask(company, jana)

    services.take(request=request, by=staff, now=LATER, due_on=LATER.date())
    services.ask_partner(request=request, text="With or without the lid?", by=staff, now=LATER)
    services.answer(request=request, text="Without", by=by(jana), now=LATER)
    services.resolve(request=request, text="It is there", by=staff, now=LATER)
    services.confirm(request=request, by=by(jana), now=LATER)

    assert [state for _number, state, _kind in told] == [
        "open", "in_progress", "waiting", "in_progress", "resolved", "confirmed",
    ]  # fmt: skip
    assert kinds(request) == ["raised", "taken", "question", "answer", "resolved", "confirmed"]
    request.refresh_from_db()
    assert (request.assignee, request.due_on, request.closed_at) == (staff.user, LATER.date(), LATER)
    assert request.revision == 6


def test_every_verb_said_twice_is_one_fact(company, jana, staff, told):
    request = ask(company, jana)
    other = ask(company, jana, width=900, note="For print")

    for _turn in range(2):
        services.take(request=request, by=staff, now=LATER)
    for _turn in range(2):
        services.ask_partner(request=request, text="Which?", by=staff, now=LATER)
    for _turn in range(2):
        services.answer(request=request, text="That", by=by(jana), now=LATER)
    for _turn in range(2):
        services.write(request=request, text="Thank you", by=staff, now=LATER)
    for _turn in range(2):
        services.resolve(request=request, text="There", by=staff, now=LATER)
    for _turn in range(2):
        services.reopen(request=request, text="No", by=by(jana), now=LATER)
    for _turn in range(2):
        services.reject(request=request, text="Cannot", by=staff, now=LATER)
    for _turn in range(2):
        services.reopen(request=request, text="Please", by=by(jana), now=LATER)
    for _turn in range(2):
        services.mark_duplicate(request=request, of=other, by=staff, now=LATER)
    for _turn in range(2):
        services.resolve(request=other, text="There", by=staff, now=LATER)
    for _turn in range(2):
        services.confirm(request=other, by=by(jana), now=LATER)

    assert [kind for _number, _state, kind in told] == [
        "raised", "raised", "taken", "question", "answer", "message", "resolved", "reopened", "rejected", "reopened",
        "duplicate", "resolved", "confirmed",
    ]  # fmt: skip


def test_reopened_is_open_without_what_was_said_to_solve_it(company, jana, staff):
    asset = release_one("/Ours/a.jpg")
    request = ask(company, jana)
    services.take(request=request, by=staff, now=LATER, due_on=LATER.date())
    services.resolve(request=request, text="There", asset=asset, by=staff, now=LATER)

    services.reopen(request=request, text="Not sharp", by=by(jana), now=LATER)

    request.refresh_from_db()
    assert (request.state, request.resolution, request.resolution_asset) == ("open", "", None)
    assert (request.resolved_at, request.due_on) == (None, None)
    assert request.messages.order_by("pk").last().text == "Not sharp"


def test_only_what_is_solved_can_be_confirmed(company, jana, told):
    request = ask(company, jana)

    with pytest.raises(services.NotInThisState, match="nothing to confirm"):
        services.confirm(request=request, by=by(jana), now=LATER)

    assert len(told) == 1


@pytest.mark.parametrize("verb", ["ask_partner", "resolve", "reject"])
def test_staff_do_not_move_what_is_closed(company, jana, staff, verb):
    request = ask(company, jana)
    services.resolve(request=request, text="There", by=staff, now=LATER)
    services.confirm(request=request, by=by(jana), now=LATER)

    with pytest.raises(services.NotInThisState):
        getattr(services, verb)(request=request, text="Once more", by=staff, now=LATER)

    assert kinds(request)[-1] == Kind.CONFIRMED


def test_answer_to_nobody_leaves_the_state(company, jana, staff):
    request = ask(company, jana)

    services.answer(request=request, text="One more thing", by=by(jana), now=LATER)

    request.refresh_from_db()
    assert (request.state, kinds(request)) == ("open", ["raised", "message"])


def test_duplicate_of_another_companys_request_is_refused(company, jana, staff):
    theirs = make_partner("Theirs")
    other = ask(theirs, make_user(theirs))
    request = ask(company, jana)

    with pytest.raises(BadInput, match="same company"):
        services.mark_duplicate(request=request, of=other, by=staff, now=LATER)


def test_solving_says_what_exists(company, jana, staff):
    request = ask(company, jana)

    with pytest.raises(BadInput, match="what exists"):
        services.resolve(request=request, text="  ", by=staff, now=LATER)


# -- Silence ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "state"), [(13, "resolved"), (14, "confirmed")])
def test_silence_counts_after_its_days_and_says_so(company, jana, staff, settings, days, state):
    settings.REQUEST_SILENCE_DAYS = 14
    request = ask(company, jana)
    services.resolve(request=request, text="There", by=staff, now=NOON)

    count = services.confirm_silent(now=NOON + timedelta(days=days))

    request.refresh_from_db()
    last = request.messages.order_by("pk").last()
    assert (request.state, count) == (state, int(state == "confirmed"))
    if state == "confirmed":
        assert (last.kind, last.origin, last.actor) == ("confirmed", "silence", "system")


def test_what_was_solved_anew_counts_its_days_anew(company, jana, staff):
    request = ask(company, jana)
    services.resolve(request=request, text="There", by=staff, now=NOON)
    services.reopen(request=request, text="No", by=by(jana), now=NOON + timedelta(days=10))
    services.resolve(request=request, text="Now", by=staff, now=NOON + timedelta(days=11))

    assert services.confirm_silent(now=NOON + timedelta(days=20)) == 0


# -- Reading ----------------------------------------------------------------------------------------------------------
def test_number_and_id_name_the_same_and_anothers_names_nothing(company, jana):
    theirs = make_partner("Theirs")
    own, hidden = ask(company, jana), ask(theirs, make_user(theirs))

    assert {
        selectors.get_request(company, name).pk for name in (own.public_id, own.name, str(own.number))
    } == {own.pk}
    for name in (
        hidden.public_id,
        hidden.name,
        str(hidden.number),
        "R-0",
        "R-999999999999999999",
        "\0",
        "r-",
    ):
        with pytest.raises(NotFound):
            selectors.get_request(company, name)


def test_pages_walk_through_all_and_know_the_reader(company, jana):
    colleague = make_user(company)
    made = [
        ask(
            company,
            jana if n % 2 else colleague,
            now=NOON + timedelta(minutes=n // 2),
            width=100 + n,
            note="x",
        )
        for n in range(7)
    ]

    wish, cursor, found = selectors.RequestFilter(), None, []
    while True:
        page = selectors.request_page(company, wish, size=2, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    mine = selectors.request_page(company, selectors.RequestFilter(asked_by=jana)).items

    assert [row.pk for row in found] == sorted((one.pk for one in made), reverse=True)
    assert {row.asked_by for row in mine} == {jana}


def test_every_reason_of_the_form_is_offered_once():
    from portal.change_requests.choices import GROUPS

    offered = [reason for _name, reasons in GROUPS for reason in reasons]

    assert sorted(offered) == sorted(Reason)
