"""Channels: where the company uses media, by which rules and in which sizes."""

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
from portal.api.v1.fields import Codes, OrNull
from portal.api.views import PartnerView
from portal.core.errors import NotFound
from portal.partners import channels
from portal.partners.choices import ChannelKind
from portal.partners.models import Channel
from portal.renditions import rulebooks
from portal.renditions import selectors as recipes


class ChannelSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    kind = inputs.Word(ChannelKind.values)
    specification = OrNull(help_text="Id of the specification its sizes are checked against.")
    recipes = Codes(help_text="Sizes it takes; the first ones on the page of every asset.")
    created_at = serializers.DateTimeField()
    href = serializers.URLField()


class ChannelBody(inputs.Body):
    name = serializers.CharField(max_length=80, help_text="As your people call the place.")
    kind = inputs.Word(ChannelKind.values)
    specification = serializers.CharField(
        required=False, allow_null=True, max_length=40, help_text="Its id; or the key of one of the portal's."
    )
    recipes = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=50, help_text="Keys of sizes."
    )


class ChannelChange(ChannelBody):
    """Members left out stay as they are."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


def _described(channel: Channel, links: Links) -> dict[str, Any]:
    return {
        "id": channel.public_id,
        "name": channel.name,
        "kind": channel.kind,
        "specification": channel.specification.public_id if channel.specification else None,
        "recipes": [recipe.key for recipe in channel.recipes.all()],
        "created_at": channel.created_at,
        "href": links.channel(channel.public_id),
    }


def _facts(request: ClientRequest, data: dict[str, Any]) -> dict[str, Any]:
    """Return what was given as ``save_channel`` takes it."""
    facts: dict[str, Any] = {name: data[name] for name in ("name", "kind") if name in data}
    if "specification" in data:
        wanted = data["specification"]
        try:
            found = rulebooks.get(request.partner, wanted) if wanted else None
        except NotFound:
            raise serializers.ValidationError(
                {"specification": ["There is no such specification for you."]}
            ) from None
        facts["specification"] = found.specification_id if found else None
    if "recipes" in data:
        offered = {revision.recipe.key: revision.recipe_id for revision in recipes.current_revisions()}
        if unknown := [key for key in data["recipes"] if key not in offered]:
            raise serializers.ValidationError(
                {"recipes": [f"“{unknown[0]}” is not offered. There are: {', '.join(offered)}."]}
            )
        facts["recipes"] = [offered[key] for key in dict.fromkeys(data["recipes"])]
    return facts


def _body(request: ClientRequest, channel: Channel) -> Any:
    return ChannelSerializer(_described(channel, Links(request))).data


def _answered(request: ClientRequest, channel: Channel, status: int = 200) -> Response:
    return Response(_body(request, channel), status=status)


class Channels(PartnerView):
    required_scopes = ("channels:read",)
    scopes_to_write = ("channels:write",)

    @operation(
        "list_channels",
        summary="List your channels",
        answers={200: answer(paging.list_of("ChannelList", ChannelSerializer), examples.CHANNELS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """By name: always on one page."""
        links = Links(request)
        rows = [_described(channel, links) for channel in channels.channels_of(request.partner)]
        return paging.listing(ChannelSerializer(rows, many=True).data)

    @operation(
        "create_channel",
        summary="Add a channel",
        answers={201: answer(ChannelSerializer, examples.CHANNEL)},
        problems=("name_taken", "too_many"),
        is_conditional=False,
        body=ChannelBody,
    )
    def post(self, request: ClientRequest) -> Response:
        """A place where you use media. From now on every asset tells which of its files fit there."""
        return once(request, self, lambda: self._create(request))

    def _create(self, request: ClientRequest) -> Response:
        body = ChannelBody(data=request.data)
        body.is_valid(raise_exception=True)
        facts = {"specification": None, **_facts(request, body.validated_data)}
        channel = channels.save_channel(
            partner=request.partner,
            channel=None,
            now=timezone.now(),
            actor=f"client:{request.client.public_id}",
            **facts,
        )
        return _answered(request, channel, 201)


class OneChannel(PartnerView):
    required_scopes = ("channels:read",)
    scopes_to_write = ("channels:write",)

    @operation(
        "read_channel",
        summary="Read a channel",
        answers={200: answer(ChannelSerializer, examples.CHANNEL)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, channel_id: str) -> Response:
        """One channel. The entity tag changes when it does."""
        return _answered(request, channels.get_channel(request.partner, channel_id))

    @operation(
        "change_channel",
        summary="Change a channel",
        answers={200: answer(ChannelSerializer, examples.CHANNEL)},
        problems=("not_found", "name_taken"),
        is_conditional=False,
        body=ChannelChange,
        is_edit=True,
    )
    def patch(self, request: ClientRequest, channel_id: str) -> Response:
        """Members left out stay as they are."""
        return once(request, self, lambda: self._change(request, channel_id))

    def _change(self, request: ClientRequest, channel_id: str) -> Response:
        channels.get_channel(request.partner, channel_id)
        body = ChannelChange(data=request.data)
        body.is_valid(raise_exception=True)
        saved = channels.change_channel(
            partner=request.partner,
            public_id=channel_id,
            changes=_facts(request, body.validated_data),
            now=timezone.now(),
            actor=f"client:{request.client.public_id}",
            expect=lambda held: expect(request, lambda: _body(request, held)),
        )
        return _answered(request, saved)

    @operation(
        "remove_channel",
        summary="Remove a channel",
        answers={204: REMOVED},
        problems=("not_found",),
        is_conditional=False,
        writes=True,
        is_edit=True,
    )
    def delete(self, request: ClientRequest, channel_id: str) -> Response:
        """Its test pictures go with it. What was downloaded for it stays in your downloads."""
        return once(request, self, lambda: self._remove(request, channel_id))

    def _remove(self, request: ClientRequest, channel_id: str) -> Response:
        channels.remove_channel(
            channel=channels.get_channel(request.partner, channel_id),
            now=timezone.now(),
            actor=f"client:{request.client.public_id}",
            expect=lambda held: expect(request, lambda: _body(request, held)),
        )
        return Response(status=204)
