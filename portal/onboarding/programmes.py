"""Which programme a company gets, and how staff put one together."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import transaction

from portal.activity import services as activity
from portal.onboarding.choices import StepKind
from portal.onboarding.models import (
    OnboardingDocument,
    OnboardingDocumentRevision,
    Programme,
    ProgrammeStep,
)
from portal.packs.models import Pack
from portal.partners.models import Partner

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Planned:
    """One step of a programme as staff describe it; see ``ProgrammeStep``."""

    kind: StepKind
    due_days: int = 14
    title: Texts = field(default_factory=dict)
    text: Texts = field(default_factory=dict)
    is_optional: bool = False
    document: OnboardingDocument | None = None
    pack: Pack | None = None


def open_ones() -> list[Programme]:
    """Return the programmes that a company may begin."""
    return list(Programme.objects.filter(closed_at=None))


def choose(partner: Partner, among: Iterable[Programme] | None = None) -> Programme | None:
    """
    Return the programme that fits a company best, ``None`` when none does.

    :param among: of ``open_ones``, for those who ask for many companies

    A programme fits when each of its conditions does. Of several, the one that says most about the company wins: its
    kind counts more than its region, its region more than its language, the company's own language more than another
    one it reads; then the newest.
    """
    fitting = [
        (score, programme.pk, programme)
        for programme in (open_ones() if among is None else among)
        if (score := _fit(programme, partner)) is not None
    ]
    return max(fitting)[2] if fitting else None


def _fit(programme: Programme, partner: Partner) -> int | None:
    score = 0
    reads = {language.split("-")[0] for language in (partner.language, *partner.languages)}
    languages = {language.split("-")[0] for language in programme.languages}
    for wanted, fits, weight in (
        (programme.kinds, partner.kind in programme.kinds, 8),
        (programme.regions, not set(programme.regions).isdisjoint(partner.regions), 4),
        (languages, not languages.isdisjoint(reads), 1),
    ):
        if wanted and not fits:
            return None
        score += weight if wanted else 0
    return score + (partner.language.split("-")[0] in languages)


@transaction.atomic
def save_programme(
    *,
    programme: Programme | None,
    title: Texts,
    kinds: Sequence[str] = (),
    regions: Sequence[str] = (),
    languages: Sequence[str] = (),
    steps: Sequence[Planned],
    now: datetime,
    actor: str,
) -> Programme:
    """
    Create a programme, or describe one anew. Companies on the way keep the steps they began with.

    A step that some company has taken is never rewritten: when steps change, the programme is closed and its successor
    is returned.
    """
    facts = {
        "title": dict(title),
        "kinds": list(kinds),
        "regions": list(regions),
        "languages": list(languages),
    }
    if programme is not None and _as_planned(programme) == list(steps):
        for name, value in facts.items():
            setattr(programme, name, value)
        programme.save(update_fields=list(facts))
        activity.record(verb="programme.changed", subject=programme.public_id, actor=actor, now=now)
        return programme
    if programme is not None:
        close_programme(programme=programme, now=now, actor=actor)
    programme = Programme.objects.create(**facts, created_at=now)
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(
            programme=programme,
            number=number,
            kind=step.kind,
            title=dict(step.title),
            text=dict(step.text),
            due_days=step.due_days,
            is_optional=step.is_optional,
            document=step.document,
            pack=step.pack,
        )
        for number, step in enumerate(steps, start=1)
    )
    activity.record(verb="programme.added", subject=programme.public_id, actor=actor, now=now)
    return programme


def _as_planned(programme: Programme) -> list[Planned]:
    return [
        Planned(
            kind=StepKind(step.kind),
            due_days=step.due_days,
            title=step.title,
            text=step.text,
            is_optional=step.is_optional,
            document=step.document,
            pack=step.pack,
        )
        for step in programme.steps.select_related("document", "pack").order_by("number")
    ]


@transaction.atomic
def close_programme(*, programme: Programme, now: datetime, actor: str) -> bool:
    """
    Let no company begin a programme any more.

    :returns: ``False`` when it was closed before
    """
    taken = Programme.objects.filter(pk=programme.pk, closed_at=None).update(closed_at=now)
    if taken:
        activity.record(verb="programme.closed", subject=programme.public_id, actor=actor, now=now)
    return bool(taken)


@transaction.atomic
def publish_document(
    *, key: str, kind: str, title: Texts, body: Texts, now: datetime, actor: str
) -> OnboardingDocumentRevision:
    """
    Publish guidelines or terms. The same texts again make no new revision.

    Who accepted an earlier revision accepted that one: their acceptance keeps its number and digest.
    """
    document, _is_new = OnboardingDocument.objects.get_or_create(key=key, defaults={"kind": kind})
    document = (
        OnboardingDocument.objects.select_for_update(of=("self",))
        .select_related("current")
        .get(pk=document.pk)
    )
    texts = {"title": dict(title), "body": dict(body)}
    sha256 = hashlib.sha256(orjson.dumps(texts, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if document.current is not None and document.current.sha256 == sha256:
        return document.current
    revision = OnboardingDocumentRevision.objects.create(
        document=document,
        number=document.current.number + 1 if document.current else 1,
        sha256=sha256,
        published_at=now,
        **texts,
    )
    document.current = revision
    document.save(update_fields=["current"])
    activity.record(
        verb="document.published",
        subject=document.public_id,
        actor=actor,
        data={"revision": revision.number, "sha256": sha256},
        now=now,
    )
    return revision
