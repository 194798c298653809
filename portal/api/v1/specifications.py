"""Channel specifications: the portal's, in the style of marketplaces and standards, and the company's own."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.preconditions import expect
from portal.api.schema import REMOVED, answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.core.errors import Forbidden
from portal.partners.choices import ChannelKind
from portal.renditions import own_rules, rulebooks
from portal.renditions.models import Specification, SpecificationRevision
from portal.renditions.verdicts.rules import (
    MOST_RULES,
    NUMBERS,
    WORDS,
    BadSpecification,
    build,
    build_rule,
)

MEASURES = sorted(NUMBERS | WORDS)


class RuleSerializer(serializers.Serializer):
    """Numbers are bounded by `least` and `most`, words by `one_of` or `pattern`."""

    id = serializers.CharField(help_text="Names the rule within its specification.")
    measure = inputs.Word(MEASURES, help_text="What is measured.")
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    one_of = serializers.ListField(child=serializers.CharField())
    pattern = OrNull(help_text="A regular expression (RE2) for the whole file name.")
    source = OrNull(help_text="Where the rule comes from.")  # type: ignore[assignment]  # DRF finds fields by name
    date = OrNull(help_text="As of when.")


class SpecificationSerializer(serializers.Serializer):
    id = serializers.CharField()
    key = serializers.CharField()
    title = Texts(help_text="By language.")
    channel = inputs.Word(ChannelKind.values)
    is_own = serializers.BooleanField(help_text="Brought by your company; only it sees it.")
    revision = serializers.IntegerField(help_text="Counts; a change of the rules is a new one.")
    version = serializers.CharField(help_text="As its author names it.")
    rules = RuleSerializer(many=True)
    href = serializers.URLField()


class RuleBody(inputs.Body):
    measure = inputs.Word(MEASURES)
    least = serializers.FloatField(required=False, help_text="For numbers; of `fill` from 0 to 1.")
    most = serializers.FloatField(required=False, help_text="For numbers.")
    one_of = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=20, help_text="For words."
    )
    pattern = serializers.CharField(
        required=False,
        max_length=200,
        help_text="For words: a regular expression of the whole, as RE2 reads it: no look-around, no backreferences.",
    )
    id = serializers.RegexField(
        "^[a-z0-9][a-z0-9_-]{0,39}$", required=False, help_text="Names the rule; its measure when left out."
    )
    source = serializers.CharField(  # type: ignore[assignment]  # DRF finds fields by name
        required=False, max_length=300, help_text="Where the rule comes from."
    )
    date = serializers.DateField(required=False, help_text="As of when.")


class SpecificationBody(inputs.Body):
    key = serializers.RegexField("^[a-z0-9][a-z0-9-]{0,39}$", help_text="Unique among your own.")
    title = serializers.CharField(max_length=80)
    channel = inputs.Word(ChannelKind.values)
    version = serializers.CharField(required=False, max_length=40, help_text="As you name it.")
    rules = RuleBody(many=True, max_length=MOST_RULES)  # type: ignore[call-arg]  # taken by the list

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Hold the rules against what rules can say, all of them, so that no caller mends one after the other."""
        wrong = []
        for number, rule in enumerate(data["rules"], 1):
            try:
                build_rule(number, plain(rule))
            except BadSpecification as error:
                wrong.append(f"Rule {number}: {own_rules.problem_text(error)}")
        if wrong:
            raise serializers.ValidationError({"rules": wrong})
        try:
            build({**data, "rules": [plain(rule) for rule in data["rules"]]})
        except BadSpecification as error:
            raise serializers.ValidationError({"rules": [own_rules.problem_text(error)]}) from None
        return data


def plain(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule as ``verdicts.rules`` takes it: whole numbers whole, dates as text."""
    found = {name: value.isoformat() if name == "date" else value for name, value in rule.items()}
    for end in ("least", "most"):
        if isinstance(found.get(end), float) and found[end].is_integer():
            found[end] = int(found[end])
    return found


def described(revision: SpecificationRevision, links: Links) -> dict[str, Any]:
    """Return a revision as ``SpecificationSerializer`` takes it."""
    specification = revision.specification
    return {
        "id": specification.public_id,
        "key": specification.key,
        "title": revision.title,
        "channel": specification.channel,
        "is_own": specification.partner_id is not None,
        "revision": revision.number,
        "version": revision.version,
        "rules": [vars(rule) for rule in rulebooks.rules_of(revision).rules],
        "href": links.specification(specification.public_id),
    }


def _kept(request: ClientRequest, known: Specification | None) -> SpecificationRevision:
    body = SpecificationBody(data=request.data)
    body.is_valid(raise_exception=True)
    data = body.validated_data
    return rulebooks.bring(
        partner=request.partner,
        specification=known,
        data={**data, "rules": [plain(rule) for rule in data["rules"]]},
        now=timezone.now(),
        actor=f"client:{request.client.public_id}",
        expect=lambda held: expect(request, lambda: _body(request, held)),
    )


def _body(request: ClientRequest, revision: SpecificationRevision) -> Any:
    return SpecificationSerializer(described(revision, Links(request))).data


def own(request: ClientRequest, specification_id: str) -> Specification:
    """
    Return a specification of the caller's own.

    :raises NotFound: unknown, or not the company's
    :raises Forbidden: one of the portal's
    """
    found = rulebooks.get(request.partner, specification_id).specification
    if found.partner_id is None:
        raise Forbidden("This specification is the portal's. Bring your own to change it.")
    return found


class Specifications(PartnerView):
    required_scopes = ("channels:read",)
    scopes_to_write = ("channels:write",)

    @operation(
        "list_specifications",
        summary="List channel specifications",
        answers={
            200: answer(paging.list_of("SpecificationList", SpecificationSerializer), examples.SPECIFICATIONS)
        },
    )
    def get(self, request: ClientRequest) -> Response:
        """Your own first, then the portal's, each with its newest rules: always on one page."""
        links = Links(request)
        rows = [described(one, links) for one in rulebooks.list_for(request.partner)]
        return paging.listing(SpecificationSerializer(rows, many=True).data)

    @operation(
        "bring_specification",
        summary="Bring a specification of your own",
        answers={201: answer(SpecificationSerializer, examples.SPECIFICATION)},
        problems=("name_taken", "too_many"),
        is_conditional=False,
        body=SpecificationBody,
    )
    def post(self, request: ClientRequest) -> Response:
        """Nobody but your company sees it. Every rule is checked, and every mistake named."""
        return once(request, self, lambda: self._bring(request))

    def _bring(self, request: ClientRequest) -> Response:
        return Response(_body(request, _kept(request, None)), status=201)


class OneSpecification(PartnerView):
    required_scopes = ("channels:read",)
    scopes_to_write = ("channels:write",)

    @operation(
        "read_specification",
        summary="Read a channel specification",
        answers={200: answer(SpecificationSerializer, examples.SPECIFICATION)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, specification_id: str) -> Response:
        """By id, or by key for one of the portal's."""
        return Response(_body(request, rulebooks.get(request.partner, specification_id)))

    @operation(
        "revise_specification",
        summary="Revise a specification of your own",
        answers={200: answer(SpecificationSerializer, examples.SPECIFICATION)},
        problems=("not_found", "not_allowed", "name_taken"),
        is_conditional=False,
        body=SpecificationBody,
        is_edit=True,
    )
    def put(self, request: ClientRequest, specification_id: str) -> Response:
        """The same rules again change nothing; others are a new revision. Verdicts by the old one stay."""
        return once(request, self, lambda: self._revise(request, specification_id))

    def _revise(self, request: ClientRequest, specification_id: str) -> Response:
        return Response(_body(request, _kept(request, own(request, specification_id))))

    @operation(
        "remove_specification",
        summary="Remove a specification of your own",
        answers={204: REMOVED},
        problems=("not_found", "not_allowed"),
        is_conditional=False,
        writes=True,
        is_edit=True,
    )
    def delete(self, request: ClientRequest, specification_id: str) -> Response:
        """Channels that kept it go on without rules."""
        return once(request, self, lambda: self._remove(request, specification_id))

    def _remove(self, request: ClientRequest, specification_id: str) -> Response:
        rulebooks.remove(
            specification=own(request, specification_id),
            now=timezone.now(),
            actor=f"client:{request.client.public_id}",
            expect=lambda held: expect(request, lambda: _body(request, held)),
        )
        return Response(status=204)
