"""Mails: who is told what, once, in their language, and never after it has passed."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from portal.onboarding import reminding, services
from portal.onboarding.choices import StepKind
from portal.onboarding.models import OnboardingReminder
from portal.partners.choices import Role
from tests.builders import NOON, make_partner, make_user
from tests.portal.onboarding.builders import US, begin, make_programme, step_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Closed(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.fixture
def company():
    """A company with a manager, a member who reads German, and a viewer."""
    partner = make_partner("Bergmann Retail")
    make_user(partner, role=Role.MANAGER, email="jana@bergmann.example")
    make_user(partner, role=Role.MEMBER, email="tobias@bergmann.example", language="de")
    make_user(partner, role=Role.VIEWER, email="vera@bergmann.example")
    return partner


def run(now):
    reminding.plan(now=now)
    mail.outbox.clear()
    reminding.send_due(now=now)
    return sorted((each.to[0], each.subject) for each in mail.outbox)


def test_the_start_is_told_to_everybody_who_can_answer(company):
    begin(company, StepKind.OTHER, StepKind.COMPANY_DATA, due_days=10)

    told = run(NOON)

    assert [to for to, _subject in told] == ["jana@bergmann.example", "tobias@bergmann.example"]
    english, german = mail.outbox
    assert "2. Confirm your company data (until 11 Sep 2026)" in english.body
    assert "/o/bergmann-retail/onboarding/" in english.body
    assert "Firmendaten" in german.body
    assert run(NOON + DAY) == []


def test_what_is_due_soon_and_overdue_is_told_once_each_and_all_steps_together(company):
    begin(company, StepKind.OTHER, StepKind.COMPANY_DATA, due_days=10)
    run(NOON)

    assert run(NOON + 6 * DAY) == []
    soon = run(NOON + 7 * DAY)
    assert soon[0] == ("jana@bergmann.example", "Norrvik: 2 steps to get started are due soon")
    assert run(NOON + 9 * DAY) == []
    overdue = run(NOON + 10 * DAY + timedelta(minutes=1))
    assert overdue[0] == ("jana@bergmann.example", "Norrvik: 2 steps to get started are overdue")
    assert run(NOON + 12 * DAY) == []


def test_a_step_that_was_done_meanwhile_is_not_told(company):
    enrolment = begin(company, StepKind.OTHER, StepKind.COMPANY_DATA, due_days=10)
    run(NOON)
    reminding.plan(now=NOON + 8 * DAY)
    services.tick(step=step_of(enrolment, StepKind.OTHER), by=US, now=NOON + 8 * DAY)

    assert run(NOON + 8 * DAY)[0][1] == "Norrvik: one step to get started is due soon"
    services.cancel(enrolment=enrolment, now=NOON + 9 * DAY, actor="system")
    assert run(NOON + 11 * DAY) == []


def test_a_mail_the_server_does_not_take_goes_out_later_and_once(company, settings):
    begin(company, StepKind.OTHER)
    usual, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Closed"
    assert run(NOON) == []
    settings.EMAIL_BACKEND = usual

    assert run(NOON + timedelta(minutes=1)) == []
    assert len(run(NOON + timedelta(minutes=11))) == 2
    assert run(NOON + DAY) == []


def test_somebody_who_left_is_not_told(company):
    begin(company, StepKind.OTHER)
    company.memberships.filter(user__email="jana@bergmann.example").delete()

    assert [to for to, _subject in run(NOON)] == ["tobias@bergmann.example"]
    assert not OnboardingReminder.objects.filter(sent_at=None).exists()


def test_staff_may_ask_once_a_day(company):
    enrolment = begin(company, StepKind.OTHER)
    run(NOON)

    assert reminding.ask(enrolment=enrolment, now=NOON + DAY, actor="user:usr_s") == 2
    assert reminding.ask(enrolment=enrolment, now=NOON + DAY, actor="user:usr_s") == 0
    assert run(NOON + DAY)[0][1] == "Norrvik: one step is left to get started"
    assert reminding.ask(enrolment=enrolment, now=NOON + 2 * DAY, actor="user:usr_s") == 2


def test_an_application_is_not_reminded_of_anything(company):
    from portal.onboarding import codes
    from portal.onboarding.choices import Approval

    make_programme(StepKind.OTHER, due_days=1)
    _row, text = codes.make_code(approval=Approval.MANUAL, expires_at=NOON + DAY, now=NOON, actor="system")
    codes.redeem(partner=company, text=text, now=NOON)

    assert run(NOON + 5 * DAY) == []
