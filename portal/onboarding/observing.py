"""What the portal sees by itself: which open steps have happened, and what proves it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from portal.downloads.models import Download
from portal.onboarding.choices import OBSERVED, EnrolmentState, StepKind, StepState
from portal.onboarding.models import EnrolmentStep
from portal.packs import selectors as packs
from portal.packs.models import Confirmation, Pack
from portal.partners.models import ApiClient, Membership
from portal.renditions.choices import VerdictState
from portal.renditions.models import PictureTest

Evidence = dict[str, Any]


def proven(enrolments: Collection[int]) -> list[tuple[EnrolmentStep, Evidence]]:
    """
    Return the open steps of these active enrolments (by row number) that have happened, each with what proves it.

    One query for the steps and a few for each kind among them, however many companies there are; a pack takes two more
    for each company that answered about it.
    """
    steps = list(
        EnrolmentStep.objects.filter(
            enrolment__in=list(enrolments),
            enrolment__state=EnrolmentState.ACTIVE,
            state=StepState.OPEN,
            kind__in=OBSERVED,
        )
        .select_related("template", "partner")
        .order_by("enrolment_id", "number")
    )
    found = []
    for kind, look in _LOOKS.items():
        open_steps = [step for step in steps if step.kind == kind]
        if open_steps:
            evidence = look(open_steps)
            found += [(step, evidence[step.pk]) for step in open_steps if step.pk in evidence]
    return found


def _by_partner(steps: Iterable[EnrolmentStep], found: Mapping[int, Evidence]) -> dict[int, Evidence]:
    return {step.pk: found[step.partner_id] for step in steps if step.partner_id in found}


def _colleagues(steps: Sequence[EnrolmentStep]) -> dict[int, Evidence]:
    """A second person belongs to the company."""
    rows = Membership.objects.filter(
        partner__in={step.partner_id for step in steps}, user__is_active=True
    ).order_by("created_at", "pk")
    people: dict[int, list[Evidence]] = {}
    for partner_id, person, at in rows.values_list("partner_id", "user__public_id", "created_at"):
        people.setdefault(partner_id, []).append({"person": person, "at": at.isoformat()})
    return _by_partner(steps, {partner: rows[1] for partner, rows in people.items() if len(rows) > 1})


def _channel(steps: Sequence[EnrolmentStep]) -> dict[int, Evidence]:
    """The company has a channel, and a picture of its own fits its rules."""
    rows = (
        PictureTest.objects.filter(partner__in={step.partner_id for step in steps}, state=VerdictState.PASSED)
        .select_related("channel")
        .order_by("-made_at", "-pk")
    )
    return _by_partner(
        steps,
        {
            row.partner_id: {
                "channel": row.channel.public_id,
                "picture_sha256": row.sha256,
                "at": row.made_at.isoformat(),
            }
            for row in rows
        },
    )


def _api(steps: Sequence[EnrolmentStep]) -> dict[int, Evidence]:
    """One of the company's systems has called."""
    rows = ApiClient.objects.filter(
        partner__in={step.partner_id for step in steps}, first_call_at__isnull=False
    ).order_by("-first_call_at")
    return _by_partner(
        steps,
        {
            row.partner_id: {"client": row.public_id, "at": row.first_call_at.isoformat()}
            for row in rows
            if row.first_call_at
        },
    )


def _pack(steps: Sequence[EnrolmentStep]) -> dict[int, Evidence]:
    """
    Every file of the pack's current version has the answer the pack asks for; of a pack that asks for none, every file
    was taken.
    """
    wanted = {step.template.pack_id for step in steps if step.template and step.template.pack_id}
    rows = Pack.objects.filter(pk__in=wanted, current__isnull=False).select_related("current")
    found: dict[int, Evidence] = {}
    by_id = {pack.pk: pack for pack in rows}
    touched = _touched([step for step in steps if step.template and step.template.pack_id in by_id])
    for step in steps:
        pack = by_id.get(step.template.pack_id or 0) if step.template else None
        if pack is None or pack.current is None:
            continue
        if pack.asks and step.pk not in touched:
            continue
        version = pack.current
        version.pack = pack
        if pack.asks:
            is_complete = not any(line.is_lacking for line in packs.answers_of(step.partner, version))
        else:
            held = Download.objects.filter(partner=step.partner_id, sha256=OuterRef("sha256"))
            is_complete = not version.files.filter(~Exists(held)).exists()
        if is_complete:
            found[step.pk] = {
                "pack": pack.public_id,
                "version": version.number,
                "manifest_sha256": version.sha256,
                "files": version.file_count,
            }
    return found


def _touched(steps: Sequence[EnrolmentStep]) -> set[int]:
    """Return the steps whose company has answered about its pack at all: only those are looked at closely."""
    answered = set(
        Confirmation.objects.filter(
            partner__in={step.partner_id for step in steps},
            pack__in={step.template.pack_id for step in steps if step.template},
            stale_at__isnull=True,
        )
        .values_list("partner_id", "pack_id")
        .distinct()
    )
    return {
        step.pk for step in steps if step.template and (step.partner_id, step.template.pack_id) in answered
    }


_LOOKS: dict[StepKind, Callable[[Sequence[EnrolmentStep]], dict[int, Evidence]]] = {
    StepKind.PACK: _pack,
    StepKind.CHANNEL: _channel,
    StepKind.COLLEAGUES: _colleagues,
    StepKind.API: _api,
}
