"""Requests: what the company misses or finds wrong, said once and followed to the end."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import request_examples as examples
from portal.api.v1.fields import OrNull
from portal.api.views import PartnerView
from portal.catalog.choices import View
from portal.change_requests import selectors, services, wishes
from portal.change_requests.choices import Kind, Origin, Reason, RequestState
from portal.change_requests.models import ChangeRequest, RequestMessage
from portal.change_requests.selectors import RequestFilter
from portal.change_requests.services import LONGEST, By
from portal.change_requests.wishes import HEAVIEST, LARGEST, SPECIFIC
from portal.core.errors import NotFound
from portal.renditions.choices import Fit, Format

VIEWS = tuple(view for view in View.values if view)
_BACKGROUND_HELP = "Six hex digits, `ffffff` for white; or `transparent`."


class SolutionSerializer(serializers.Serializer):
    text = OrNull()
    asset = OrNull(help_text="Id of what exists now.")
    recipe = OrNull(help_text="Key of the download size it exists in.")
    at = serializers.DateTimeField()


class RequestSerializer(serializers.Serializer):
    id = serializers.CharField()
    number = serializers.CharField(help_text="What people call it. Either is accepted wherever an id is.")
    state = inputs.Word(RequestState.values)
    reason = inputs.Word(Reason.values)
    asset = OrNull(help_text="Id of what it is about.")
    variant = OrNull(help_text="Id of the file it is about.")
    gtin = OrNull()
    about = OrNull(help_text="What that was called when it was asked.")
    market = OrNull()
    language = OrNull()
    view = OrNull()
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    fit = OrNull()
    format = OrNull()
    most_bytes = serializers.IntegerField(allow_null=True)
    background = OrNull(help_text=_BACKGROUND_HELP)
    captions = serializers.BooleanField()
    channel = OrNull(help_text="Id of one of your channels.")
    channel_code = OrNull(help_text="What the channel said.")
    needed_by = serializers.DateField(allow_null=True)
    note = OrNull()
    due_on = serializers.DateField(allow_null=True, help_text="When the brand expects it to be there.")
    asked_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    solution = SolutionSerializer(allow_null=True, help_text="With `resolved` and `confirmed`.")
    duplicate_of = OrNull(help_text="Number of the request that goes on instead.")
    href = serializers.URLField()
    page = serializers.URLField(help_text="For people.")


class MessageSerializer(serializers.Serializer):
    id = serializers.CharField()
    kind = inputs.Word(Kind.values)
    by = inputs.Word(("you", "brand", "nobody"), help_text="`nobody`: what silence came to.")
    person = OrNull(help_text="Who of your company, when it was a person.")
    text = OrNull()
    at = serializers.DateTimeField()


class RequestQuery(inputs.PagedQuery):
    state = inputs.Several(child=inputs.Word(RequestState.values))
    asset = serializers.CharField(required=False, max_length=40, help_text="Id of what they are about.")
    gtin = inputs.Gtin(required=False)
    changed_since = inputs.Moment(required=False)


class RequestBody(inputs.Body):
    reason = inputs.Word(Reason.values)
    asset = serializers.CharField(required=False, max_length=40, help_text="Id of what it is about.")
    variant = serializers.CharField(required=False, max_length=40, help_text="Id of the file it is about.")
    gtin = inputs.Gtin(required=False, help_text="Of the product; an asset brings its own.")
    market = inputs.Market(required=False, help_text="ISO 3166.")
    language = inputs.Language(required=False, help_text="BCP 47. Needed with `missing_language`.")
    view = inputs.Word(VIEWS, required=False)
    width = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST, help_text="Pixels.")
    height = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST, help_text="Pixels.")
    fit = inputs.Word(Fit.values, required=False)
    format = inputs.Word(Format.values, required=False)
    most_bytes = serializers.IntegerField(required=False, min_value=1, max_value=HEAVIEST)
    background = serializers.RegexField(
        "^([0-9a-f]{6}|transparent)$",
        required=False,
        help_text=_BACKGROUND_HELP,
        error_messages={"invalid": "Write six hex digits in lower case, or transparent."},
    )
    captions = serializers.BooleanField(required=False, default=False)
    channel = serializers.CharField(
        required=False, max_length=40, help_text="Id of the channel it is needed for."
    )
    channel_code = serializers.CharField(
        required=False, max_length=100, help_text="What the channel said; with `refused_by_channel`."
    )
    needed_by = serializers.DateField(required=False)
    note = serializers.CharField(required=False, max_length=LONGEST, help_text="In your words.")


class TextBody(inputs.Body):
    text = serializers.CharField(max_length=LONGEST)


def _described(row: ChangeRequest, links: Links) -> dict[str, Any]:
    solved = row.state in {RequestState.RESOLVED, RequestState.CONFIRMED}
    return {
        "id": row.public_id,
        "number": row.name,
        "state": row.state,
        "reason": row.reason,
        "asset": row.asset.public_id if row.asset else None,
        "variant": row.variant.public_id if row.variant else None,
        "gtin": row.gtin,
        "about": row.about,
        **{name: getattr(row, name) for name in SPECIFIC},
        "channel": row.channel.public_id if row.channel else None,
        "channel_code": row.channel_code,
        "needed_by": row.needed_by,
        "note": row.note,
        "due_on": row.due_on,
        "asked_at": row.raised_at,
        "changed_at": row.changed_at,
        "solution": {
            "text": row.resolution,
            "asset": row.resolution_asset.public_id if row.resolution_asset else None,
            "recipe": row.resolution_recipe.key if row.resolution_recipe else None,
            "at": row.resolved_at,
        }
        if solved
        else None,
        "duplicate_of": row.duplicate_of.name if row.duplicate_of else None,
        "href": links.change_request(row.public_id),
        "page": settings.PORTAL_URL + reverse("pages:request", args=[row.partner.slug, row.name]),
    }


def _message(entry: RequestMessage) -> dict[str, Any]:
    by = "you" if entry.is_partners else "nobody" if entry.origin == Origin.SILENCE else "brand"
    return {
        "id": entry.public_id,
        "kind": entry.kind,
        "by": by,
        # Who of the brand's people said it is the brand's own affair.
        "person": entry.user.get_full_name() if entry.user and entry.is_partners else None,
        "text": entry.text,
        "at": entry.at,
    }


def _answered(request: ClientRequest, name: str, status: int = 200) -> Response:
    row = selectors.get_request(request.partner, name)
    return Response(RequestSerializer(_described(row, Links(request))).data, status=status)


def _by(request: ClientRequest) -> By:
    return By(Origin.API, f"client:{request.client.public_id}")


def _text(request: ClientRequest) -> str:
    body = TextBody(data=request.data)
    body.is_valid(raise_exception=True)
    return body.validated_data["text"]


class Requests(PartnerView):
    required_scopes = ("requests:read",)
    scopes_to_write = ("requests:write",)
    query_class = RequestQuery

    @operation(
        "list_requests",
        summary="List your requests",
        answers={200: answer(paging.list_of("RequestList", RequestSerializer), examples.REQUESTS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """What your company asked for, the last changed first, whoever of you asked."""
        query = self.query
        wish = RequestFilter(
            states=tuple(query.get("state", ())),
            asset=query.get("asset", ""),
            gtin=query.get("gtin", ""),
            since=query.get("changed_since"),
        )
        page = selectors.request_page(
            request.partner,
            wish,
            size=query["limit"],
            cursor=paging.unseal(query.get("cursor"), wish=wish),
        )
        links = Links(request)
        rows = RequestSerializer([_described(row, links) for row in page.items], many=True)
        return paging.listing(rows.data, paging.seal(page.next, wish=wish))

    @operation(
        "create_request",
        summary="Ask for something",
        answers={201: answer(RequestSerializer, examples.REQUEST)},
        problems=("already_asked", "withdrawn"),
        is_conditional=False,
        body=RequestBody,
    )
    def post(self, request: ClientRequest) -> Response:
        """
        Say what is missing or wrong. What your company asks for already is not asked twice: the problem `already_asked`
        names the open request.
        """
        return once(request, self, lambda: self._create(request))

    def _create(self, request: ClientRequest) -> Response:
        body = RequestBody(data=request.data)
        body.is_valid(raise_exception=True)
        now = timezone.now()
        wish = _wish(request, body.validated_data, now)
        made = services.raise_request(partner=request.partner, wish=wish, by=_by(request), now=now)
        return _answered(request, made.public_id, 201)


def _wish(request: ClientRequest, data: dict[str, Any], now) -> wishes.Wish:
    try:
        return wishes.read(request.partner, data, at=now)
    except NotFound:
        # The address is right; what its body names is not there, or not for this company: the two look the same.
        named = [name for name in ("asset", "variant", "channel") if name in data]
        raise serializers.ValidationError(
            {name: ["There is no such thing for you, or it does not belong to the others."] for name in named}
        ) from None


class OneRequest(PartnerView):
    required_scopes = ("requests:read",)

    @operation(
        "read_request",
        summary="Read one request",
        answers={200: answer(RequestSerializer, examples.REQUEST)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, request_id: str) -> Response:
        """How far it is. The entity tag changes when it does."""
        return _answered(request, request_id)


class Messages(PartnerView):
    required_scopes = ("requests:read",)
    scopes_to_write = ("requests:write",)
    query_class = inputs.PagedQuery

    @operation(
        "list_request_messages",
        summary="Read what was said",
        answers={200: answer(paging.list_of("RequestMessageList", MessageSerializer), examples.MESSAGES)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, request_id: str) -> Response:
        """Everything said and done about a request, in order."""
        found = selectors.get_request(request.partner, request_id)
        query, bound = self.query, found.public_id
        page = selectors.message_page(
            request.partner,
            found,
            size=query["limit"],
            cursor=paging.unseal(query.get("cursor"), wish=bound),
        )
        entries = MessageSerializer([_message(entry) for entry in page.items], many=True)
        return paging.listing(entries.data, paging.seal(page.next, wish=bound))

    @operation(
        "say_about_request",
        summary="Say something about a request",
        answers={201: answer(MessageSerializer, examples.MESSAGE)},
        problems=("not_found", "request_not_in_state"),
        is_conditional=False,
        body=TextBody,
    )
    def post(self, request: ClientRequest, request_id: str) -> Response:
        """With `waiting` it answers the brand's question, and it is the brand's turn again."""
        return once(request, self, lambda: self._say(request, request_id))

    def _say(self, request: ClientRequest, request_id: str) -> Response:
        found = selectors.get_request(request.partner, request_id)
        entry = services.answer(request=found, text=_text(request), by=_by(request), now=timezone.now())
        return Response(MessageSerializer(_message(entry)).data, status=201)


class Confirm(PartnerView):
    required_scopes = ("requests:write",)

    @operation(
        "confirm_request",
        summary="Confirm that it is solved",
        answers={200: answer(RequestSerializer, {**examples.REQUEST, "state": "confirmed"})},
        problems=("not_found", "request_not_in_state"),
        is_conditional=False,
        writes=True,
    )
    def post(self, request: ClientRequest, request_id: str) -> Response:
        """Only your company confirms. What nobody answers counts as confirmed after some days, and says so."""
        return once(request, self, lambda: self._confirm(request, request_id))

    def _confirm(self, request: ClientRequest, request_id: str) -> Response:
        found = selectors.get_request(request.partner, request_id)
        services.confirm(request=found, by=_by(request), now=timezone.now())
        return _answered(request, found.public_id)


class Reopen(PartnerView):
    required_scopes = ("requests:write",)

    @operation(
        "reopen_request",
        summary="Say that it is not solved",
        answers={200: answer(RequestSerializer, {**examples.REQUEST, "state": "open", "solution": None})},
        problems=("not_found", "request_not_in_state", "already_asked"),
        is_conditional=False,
        body=TextBody,
    )
    def post(self, request: ClientRequest, request_id: str) -> Response:
        """What is still missing or wrong. One that is open stays as it is."""
        return once(request, self, lambda: self._reopen(request, request_id))

    def _reopen(self, request: ClientRequest, request_id: str) -> Response:
        found = selectors.get_request(request.partner, request_id)
        services.reopen(request=found, text=_text(request), by=_by(request), now=timezone.now())
        return _answered(request, found.public_id)
