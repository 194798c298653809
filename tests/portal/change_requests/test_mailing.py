"""Whoever asked is told what staff said, once, in their language, and nobody else."""

from datetime import timedelta

import pytest
from django.core import mail

from portal.change_requests import mailing, services
from portal.change_requests.choices import Origin
from portal.change_requests.models import RequestMail
from portal.change_requests.services import By
from portal.partners.choices import Role
from portal.partners.models import Membership
from tests.builders import NOON, make_partner, make_staff, make_user, release_one
from tests.portal.change_requests.builders import ask, by, by_staff, wish_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def company():
    return make_partner("Bergmann & Söhne")


@pytest.fixture
def jana(company):
    return make_user(company, name="Jana Kessler", email="jana@bergmann.example", language="de")


@pytest.fixture
def staff():
    return by_staff(make_staff())


def sent(now=LATER) -> list[tuple[list[str], str]]:
    before = len(mail.outbox)
    mailing.send_due(now=now)
    return [(one.to, one.subject) for one in mail.outbox[before:]]


def test_asker_is_told_of_question_solution_and_refusal_in_their_language(company, jana, staff):
    make_user(company, email="colleague@bergmann.example")
    request = ask(company, jana)
    name = request.name

    services.take(request=request, by=staff, now=NOON)
    assert sent() == []
    services.ask_partner(request=request, text="Mit <Deckel> & Etikett?", by=staff, now=NOON)
    assert sent() == [
        (["jana@bergmann.example"], f"{name}: eine Frage an Sie (Eine Größe oder ein Format fehlt)")
    ]
    assert "Mit <Deckel> & Etikett?" in mail.outbox[-1].body
    assert f"/requests/{name}/" in mail.outbox[-1].body
    html = mail.outbox[-1].alternatives[0][0]
    assert "Mit &lt;Deckel&gt; &amp; Etikett?" in html
    services.answer(request=request, text="Ohne", by=by(jana), now=NOON)
    assert sent() == []
    services.resolve(request=request, text="Jetzt da", by=staff, now=NOON)
    services.reopen(request=request, text="Nein", by=by(jana), now=NOON)
    services.reject(request=request, text="Geht nicht", by=staff, now=NOON)
    assert [subject.partition(" (")[0] for _to, subject in sent()] == [
        f"{name} ist gelöst: bitte ansehen",
        f"{name} ist nicht möglich",
    ]
    assert sent() == []


def test_for_a_system_everybody_who_may_answer_is_told(company, staff):
    make_user(company, email="member@bergmann.example", role=Role.MEMBER)
    make_user(company, email="manager@bergmann.example", role=Role.MANAGER)
    make_user(company, email="viewer@bergmann.example", role=Role.VIEWER)
    request = services.raise_request(
        partner=company, wish=wish_of(company), by=By(Origin.API, "client:cli_x"), now=NOON
    )

    services.resolve(request=request, text="There", by=staff, now=NOON)

    assert {to[0] for to, _subject in sent()} == {"member@bergmann.example", "manager@bergmann.example"}


def test_who_left_the_company_is_not_told_and_their_colleagues_are(company, jana, staff):
    make_user(company, email="colleague@bergmann.example")
    request = ask(company, jana)
    Membership.objects.filter(user=jana).delete()

    services.resolve(request=request, text="There", by=staff, now=NOON)

    assert [to for to, _subject in sent()] == [["colleague@bergmann.example"]]


def test_who_leaves_before_the_mail_goes_out_is_not_told(company, jana, staff):
    services.resolve(request=ask(company, jana), text="There", by=staff, now=NOON)
    Membership.objects.filter(user=jana).delete()

    assert sent() == []
    assert not RequestMail.objects.exists()


def test_mail_that_is_not_taken_goes_out_later(company, jana, staff, settings):
    services.resolve(request=ask(company, jana), text="There", by=staff, now=NOON)
    taking, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    assert mailing.send_due(now=LATER) == 0
    settings.EMAIL_BACKEND = taking

    assert sent(now=LATER) == []
    assert len(sent(now=LATER + mailing.AGAIN_AFTER)) == 1


def test_duplicate_names_where_it_goes_on(company, jana, staff):
    other, request = ask(company, jana), ask(company, jana, width=900, note="For print")

    services.mark_duplicate(request=request, of=other, by=staff, now=NOON)

    ((_to, subject),) = sent()
    assert subject.startswith(f"{request.name} geht weiter in {other.name} (")


def test_what_now_exists_is_no_secret_of_the_mail(company, jana, staff):
    """The mail leads to the page; what the company may see is decided there, when it is opened."""
    asset = release_one("/Elsewhere/secret.jpg", title={"en": "Secret"})
    request = ask(company, jana)

    services.resolve(request=request, asset=asset, by=staff, now=NOON)
    sent()

    assert "Secret" not in mail.outbox[-1].body
