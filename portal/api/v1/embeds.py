"""Embed links: addresses of the brand's delivery for a company's public pages, while the rights allow it."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import archive_examples as examples
from portal.api.v1.fields import OrNull
from portal.api.v1.variants import variant_of
from portal.api.views import PartnerView
from portal.downloads import embeds
from portal.downloads import services as downloads
from portal.downloads.choices import EmbedEnd, EmbedState
from portal.downloads.models import EmbedLink


class EmbedSerializer(serializers.Serializer):
    id = serializers.CharField()
    asset = serializers.CharField()
    variant = serializers.CharField()
    language = OrNull()
    version = serializers.IntegerField(help_text="Of the variant. A newer one ends the link.")
    recipe = serializers.CharField()
    state = inputs.Word(
        EmbedState.values,
        help_text="`opening` until the media library has said that the file is public.",
    )
    address = OrNull(help_text="Null until the link is ready.")
    html = OrNull(
        help_text="For your page, with the brand's alternative text. Null unless the link is ready."
    )
    created_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Since when it must not be used.")
    reason = inputs.Word(EmbedEnd.values, allow_null=True, help_text="Why it ended.")
    href = serializers.URLField()


class EmbedBody(inputs.Body):
    asset = serializers.CharField(max_length=32)
    variant = serializers.CharField(
        required=False, max_length=32, help_text="Without it the one in the language of your company."
    )
    recipe = serializers.CharField(max_length=60, help_text="A size the asset comes in; not the original.")


def _described(link: EmbedLink, links: Links) -> dict[str, Any]:
    variant = link.version.variant
    return {
        "id": link.public_id,
        "asset": variant.asset.public_id,
        "variant": variant.public_id,
        "language": variant.language,
        "version": link.version.number,
        "recipe": link.revision.recipe.key,
        "state": link.state,
        "address": link.address,
        "html": embeds.snippet(link),
        "created_at": link.created_at,
        "ready_at": link.ready_at,
        "ended_at": link.ended_at,
        "reason": link.end or None,
        "href": links.embed(link.public_id),
    }


def _body(request: ClientRequest, embed_id: str) -> Any:
    link = embeds.get_link(request.partner, embed_id)
    return EmbedSerializer(_described(link, Links(request))).data


class Embeds(PartnerView):
    required_scopes = ("embeds:read",)
    scopes_to_write = ("embeds:write",)
    query_class = inputs.PagedQuery

    @operation(
        "list_embeds",
        summary="List embed links",
        answers={200: answer(paging.list_of("EmbedList", EmbedSerializer), examples.EMBEDS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """Those of your company, newest first, ended ones too, with the reason."""
        page = embeds.links_page(
            request.partner,
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish="embeds"),
        )
        links = Links(request)
        rows = EmbedSerializer([_described(link, links) for link in page.items], many=True).data
        return paging.listing(rows, paging.seal(page.next, wish="embeds"))

    @operation(
        "embed",
        summary="Embed a picture",
        answers={
            200: answer(EmbedSerializer, examples.EMBED, "Your company embeds it already."),
            201: answer(EmbedSerializer, examples.EMBED_ASKED),
        },
        problems=(
            "not_found",
            "withdrawn",
            "rights_not_started",
            "zone_cut",
            "rendition_not_possible",
            "not_embeddable",
        ),
        is_conditional=False,
        body=EmbedBody,
    )
    def post(self, request: ClientRequest) -> Response:
        """
        In your public pages, where the rights allow it. The address comes as soon as the media library has made the
        file public: read the link again. It shows exactly this version, and ends when that must not be shown any more.
        """
        return once(request, self, lambda: self._embed(request))

    def _embed(self, request: ClientRequest) -> Response:
        body = EmbedBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked, now = body.validated_data, timezone.now()
        _card, shown = variant_of(request.partner, asked["asset"], at=now, variant=asked.get("variant"))
        grant = downloads.authorise_download(
            partner=request.partner,
            asset_id=asked["asset"],
            recipe=asked["recipe"],
            variant=shown.variant.public_id,
            now=now,
        )
        link = embeds.make(
            partner=request.partner, actor=f"client:{request.client.public_id}", grant=grant, now=now
        )
        is_new = link.created_at == now
        return Response(_body(request, link.public_id), status=201 if is_new else 200)


class OneEmbed(PartnerView):
    required_scopes = ("embeds:read",)

    @operation(
        "read_embed",
        summary="Read an embed link",
        answers={200: answer(EmbedSerializer, examples.EMBED)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, embed_id: str) -> Response:
        """One link: its address once it is ready, and why it ended when it did."""
        return Response(_body(request, embed_id))


class EmbedRevocation(PartnerView):
    required_scopes = ("embeds:write",)

    @operation(
        "revoke_embed",
        summary="Take an embed link back",
        answers={200: answer(EmbedSerializer, examples.EMBED_ENDED)},
        problems=("not_found",),
        is_conditional=False,
        writes=True,
    )
    def post(self, request: ClientRequest, embed_id: str) -> Response:
        """
        It stays in the list. The file leaves the delivery if nobody else embeds it and it was not public before. One
        that has ended stays as it is.
        """
        return once(request, self, lambda: self._revoke(request, embed_id))

    def _revoke(self, request: ClientRequest, embed_id: str) -> Response:
        link = embeds.get_link(request.partner, embed_id)
        actor = f"client:{request.client.public_id}"
        embeds.revoke(link=link, end=EmbedEnd.COMPANY, actor=actor, now=timezone.now())
        return Response(_body(request, embed_id))
