"""Programmes without surprises: what matters to a test is written in the test."""

from collections.abc import Sequence

from portal.onboarding import programmes, services
from portal.onboarding.choices import DocumentKind, StepKind
from portal.onboarding.models import Enrolment, EnrolmentStep, OnboardingDocument, Programme
from portal.onboarding.programmes import Planned
from portal.onboarding.services import By, Origin
from portal.partners import services as partners
from portal.partners.choices import CommunityKind, CommunityStatus
from portal.partners.models import Community, Partner
from portal.releases import services as releases
from tests.builders import NOON

US = By(Origin.PORTAL, "user:usr_test")


def make_document(key: str, kind: str = DocumentKind.TERMS, body: str = "First.\n\nSecond.", now=NOON):
    """Publish a text and return its document."""
    programmes.publish_document(
        key=key, kind=kind, title={"en": key.capitalize()}, body={"en": body}, now=now, actor="system"
    )
    return OnboardingDocument.objects.select_related("current").get(key=key)


def plan(
    *kinds: StepKind, pack=None, optional: Sequence[StepKind] = (), due_days: int = 14, key: str = ""
) -> list[Planned]:
    """Describe steps of these kinds, with texts where they need some; ``key`` makes these texts its own."""
    texts = {StepKind.GUIDELINES: DocumentKind.GUIDELINES, StepKind.TERMS: DocumentKind.TERMS}
    return [
        Planned(
            kind=kind,
            due_days=due_days,
            is_optional=kind in optional,
            document=make_document(f"{kind.value}{key}", texts[kind]) if kind in texts else None,
            pack=pack if kind == StepKind.PACK else None,
        )
        for kind in kinds
    ]


def make_programme(
    *kinds: StepKind, title: str = "Welcome", now=NOON, pack=None, optional=(), due_days=14, key="", **facts
) -> Programme:
    return programmes.save_programme(
        programme=None,
        title={"en": title},
        steps=plan(*kinds, pack=pack, optional=optional, due_days=due_days, key=key),
        now=now,
        actor="system",
        **facts,
    )


def make_onboarding_community(*members: Partner, name: str = "New partners", now=NOON) -> Community:
    community = partners.save_community(
        community=None,
        name=name,
        kind=CommunityKind.ONBOARDING,
        status=CommunityStatus.ACTIVE,
        now=now,
    )
    releases.set_members(community=community, partners=members, now=now)
    return community


def begin(partner: Partner, *kinds: StepKind, now=NOON, **facts) -> Enrolment:
    """Let a company begin a programme made for it."""
    make_programme(*kinds, now=now, **facts)
    enrolment = services.enrol(partner=partner, now=now)
    assert enrolment is not None
    return enrolment


def step_of(enrolment: Enrolment, kind: StepKind) -> EnrolmentStep:
    return EnrolmentStep.objects.select_related("enrolment", "template__document").get(
        enrolment=enrolment, kind=kind
    )
