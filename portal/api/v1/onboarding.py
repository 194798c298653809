"""The company's way, step by step, and completing what a system can know."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import onboarding_examples as examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.core.errors import BadInput
from portal.onboarding import selectors, services
from portal.onboarding.choices import EnrolmentState, Origin, StepKind, StepState
from portal.onboarding.models import EnrolmentStep
from portal.onboarding.services import By

_SHOWN = tuple(state for state in EnrolmentState.values if state != EnrolmentState.CANCELLED)


class DocumentSerializer(serializers.Serializer):
    """What is to be read, or was accepted."""

    id = serializers.CharField()
    revision = serializers.IntegerField(help_text="Give it back when you complete the step.")
    sha256 = serializers.CharField(help_text="Of title and text as canonical JSON.")
    title = Texts()
    text = Texts()


class StepSerializer(serializers.Serializer):
    id = serializers.CharField()
    number = serializers.IntegerField()
    kind = inputs.Word(StepKind.values)
    title = serializers.CharField()
    state = inputs.Word(StepState.values)
    completes_itself = serializers.BooleanField(
        help_text="The portal sees it happen; no call can complete it."
    )
    is_optional = serializers.BooleanField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    origin = OrNull(help_text="Where it was said: portal, api, grid, facts or staff.")
    evidence = serializers.DictField(help_text="What proves it: ids, digests, revisions, times.")
    document = DocumentSerializer(allow_null=True, help_text="The current text of guidelines or terms.")
    company_sha256 = OrNull(
        help_text="With `company_data`: of your company data as they are now, see `company`."
    )
    company = serializers.DictField(
        allow_null=True, help_text="With `company_data`: what is to be confirmed."
    )
    wrong = OrNull(help_text="With `company_data`: what your company said is wrong with them.")
    href = serializers.URLField()


class EnrolmentSerializer(serializers.Serializer):
    id = serializers.CharField()
    programme = Texts()
    state = inputs.Word(_SHOWN)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    steps = StepSerializer(many=True)


class CompletionBody(inputs.Body):
    """
    What the answer is bound to; a step of the kind `other` needs nothing. `skip` and `wrong` stand alone.
    """

    company_sha256 = inputs.Digest(
        required=False, help_text="With `company_data`: the digest you were shown."
    )
    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="With `guidelines` and `terms`."
    )
    language = inputs.Language(
        required=False, help_text="With `guidelines` and `terms`: the one it was read in."
    )
    skip = serializers.BooleanField(
        required=False, help_text="`true`: your company does not need this optional step."
    )
    wrong = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="With `company_data`: what is wrong with them. The brand is shown it; the step stays open.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        for name in ("skip", "wrong"):
            if data.get(name) and len(data) > 1:
                raise serializers.ValidationError({name: ["Give this alone."]})
        return data


def _step(step: EnrolmentStep, links: Links) -> dict[str, Any]:
    kind = StepKind(step.kind)
    document = step.template.document if step.template else None
    revision = document.current if document else None
    is_company = kind == StepKind.COMPANY_DATA
    return {
        "id": step.public_id,
        "number": step.number,
        "kind": step.kind,
        "title": step.name,
        "state": step.state,
        "completes_itself": kind.is_observed,
        "is_optional": step.is_optional,
        "due_at": step.due_at,
        "closed_at": step.closed_at,
        "origin": step.origin,
        "evidence": step.evidence,
        "document": document
        and revision
        and {
            "id": document.public_id,
            "revision": revision.number,
            "sha256": revision.sha256,
            "title": revision.title,
            "text": revision.body,
        },
        "company_sha256": services.company_digest(step.partner) if is_company else None,
        "company": services.company_facts(step.partner) if is_company else None,
        "wrong": step.note if is_company else None,
        "href": links.onboarding_step(step.public_id),
    }


class Onboarding(PartnerView):
    required_scopes = ("onboarding:read",)

    @operation(
        "list_onboardings",
        summary="How far your company is",
        answers={200: answer(paging.list_of("OnboardingList", EnrolmentSerializer), examples.ONBOARDINGS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """Every way of your company with all its steps, the newest first: always on one page. Mostly there is one."""
        links = Links(request)
        lines = [
            {
                "id": path.enrolment.public_id,
                "programme": path.enrolment.programme.title,
                "state": path.enrolment.state,
                "done": path.done,
                "total": path.total,
                "started_at": path.enrolment.started_at,
                "completed_at": path.enrolment.completed_at,
                "steps": [_step(step, links) for step in path.steps],
            }
            for path in selectors.paths_of(request.partner)
        ]
        return paging.listing(EnrolmentSerializer(lines, many=True).data)


class OnboardingStep(PartnerView):
    required_scopes = ("onboarding:complete",)

    @operation(
        "get_onboarding_step",
        summary="One step",
        answers={200: answer(StepSerializer, examples.STEP)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, step_id: str) -> Response:
        """What the step asks for, and what it was answered."""
        return Response(
            StepSerializer(_step(selectors.get_step(request.partner, step_id), Links(request))).data
        )

    @operation(
        "complete_onboarding_step",
        summary="Complete a step",
        answers={200: answer(StepSerializer, examples.STEP)},
        problems=(
            "not_found",
            "onboarding_not_under_way",
            "step_completes_itself",
            "step_not_optional",
            "document_replaced",
            "company_data_changed",
        ),
        is_conditional=False,
        body=CompletionBody,
    )
    def post(self, request: ClientRequest, step_id: str) -> Response:
        """
        Say that a step is done, bound to what you were shown. A step that is closed stays as it is. Taking a pack,
        inviting colleagues and connecting a system complete themselves. `skip` leaves an optional step out; `wrong`
        says what is not right about your company data.
        """
        return once(request, self, lambda: self._complete(request, step_id))

    def _complete(self, request: ClientRequest, step_id: str) -> Response:
        step = selectors.get_step(request.partner, step_id)
        body = CompletionBody(data=request.data)
        body.is_valid(raise_exception=True)
        data, now = body.validated_data, timezone.now()
        by = By(Origin.API, f"client:{request.client.public_id}")
        kind = StepKind(step.kind)
        if data.get("skip"):
            services.skip(step=step, by=by, now=now)
        elif data.get("wrong"):
            services.dispute_company_data(step=step, note=data["wrong"], by=by, now=now)
        elif kind == StepKind.COMPANY_DATA:
            sha256 = _needed(data, "company_sha256")
            services.confirm_company_data(step=step, sha256=sha256, by=by, now=now)
        elif kind.has_document:
            revision = _needed(data, "revision")
            language = data.get("language") or request.partner.language
            services.accept_document(step=step, revision=revision, language=language, by=by, now=now)
        else:
            services.tick(step=step, by=by, now=now)
        return Response(
            StepSerializer(_step(selectors.get_step(request.partner, step_id), Links(request))).data
        )


def _needed(data: dict[str, Any], name: str) -> Any:
    if name not in data:
        raise BadInput(
            f"This step needs {name}: it binds your answer to what you were shown.",
            errors=[{"parameter": name, "detail": "Not given."}],
        )
    return data[name]
