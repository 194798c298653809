"""Share links: files and packs for people without an account, never more than the company itself may have."""

from collections.abc import Mapping
from datetime import datetime
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
from portal.api.v1.archives import ItemBody
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.catalog.models import Variant
from portal.downloads import asking, share_mails, share_selectors, shares
from portal.downloads.asking import Asked, Meant
from portal.downloads.models import Download, ShareLink
from portal.downloads.shares import MOST_FILES, MOST_RECIPIENTS, Sharer
from portal.packs import selectors as packs

_LEAST_PASSWORD = 8


class SharedFileSerializer(serializers.Serializer):
    title = Texts(help_text="By language, as it was when it was shared.")
    recipe = serializers.CharField()
    asset = OrNull(help_text="Null when none of your communities has it any more.")
    variant = OrNull()
    language = OrNull()


class RecipientSerializer(serializers.Serializer):
    id = serializers.CharField()
    email = serializers.EmailField()
    downloads = serializers.IntegerField(help_text="How often they took something.")
    last_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True, help_text="Since when this one is shut out.")


class ShareSerializer(serializers.Serializer):
    id = serializers.CharField()
    title = serializers.CharField()
    pack = OrNull(help_text="What is shared: a pack in its current version, or `files`.")
    files = SharedFileSerializer(many=True)
    is_open = serializers.BooleanField(help_text="It gives out what your company itself may have now.")
    has_password = serializers.BooleanField()
    most_downloads = serializers.IntegerField(allow_null=True, help_text="For each; null for any number.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    recipients = RecipientSerializer(many=True)
    not_mailed = serializers.ListField(
        child=serializers.EmailField(),
        allow_null=True,
        help_text="When it is made: whose mail could not be sent. Share again with them. Otherwise null.",
    )
    href = serializers.URLField()
    takings = serializers.URLField(help_text="The register of what was taken.")


class TakingSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    recipient = serializers.CharField()
    email = serializers.EmailField()
    name = serializers.CharField(help_text="Of the file.")
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    version = serializers.IntegerField(help_text="Of the variant.")


class ShareBody(inputs.Body):
    """Either `items` or `pack`."""

    emails = serializers.ListField(
        child=serializers.EmailField(max_length=254),
        min_length=1,
        max_length=MOST_RECIPIENTS,
        help_text="Each gets a link of their own by mail.",
    )
    expires_at = inputs.Moment(help_text="A year from now at most.")
    title = serializers.CharField(required=False, max_length=120, help_text="What it is, for the reader.")
    items = serializers.ListField(
        child=ItemBody(),
        required=False,
        min_length=1,
        max_length=MOST_FILES,
        help_text="Assets, each in a size.",
    )
    pack = serializers.CharField(required=False, max_length=32, help_text="Id of a pack.")
    most_downloads = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=10_000, help_text="For each of them."
    )
    password = serializers.CharField(
        required=False,
        min_length=_LEAST_PASSWORD,
        max_length=100,
        trim_whitespace=False,
        help_text="It is not mailed: tell it in another way.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("items" in data) == ("pack" in data):
            raise serializers.ValidationError({"items": ["Give one of: items, pack."]})
        return data


def _described(
    link: ShareLink,
    variants: Mapping[int, Variant],
    links: Links,
    *,
    at: datetime,
    not_mailed: list[str] | None = None,
) -> dict[str, Any]:
    href = links.share(link.public_id)
    return {
        "id": link.public_id,
        "title": link.title,
        "pack": link.pack.public_id if link.pack else None,
        "files": [
            {
                "title": file.title,
                "recipe": file.recipe.key,
                "asset": variant.asset.public_id if variant else None,
                "variant": variant.public_id if variant else None,
                "language": variant.language if variant else None,
            }
            for file in link.files.all()
            for variant in [variants.get(file.variant_id)]
        ],
        "is_open": link.is_open(at=at),
        "has_password": bool(link.password),
        "most_downloads": link.most_downloads,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "revoked_at": link.revoked_at,
        "recipients": [{**vars(one), "id": one.public_id} for one in link.recipients.all()],
        "not_mailed": not_mailed,
        "href": href,
        "takings": f"{href}/takings",
    }


def _body(request: ClientRequest, share_id: str, **more: Any) -> Any:
    link = share_selectors.get_link(request.partner, share_id)
    variants = share_selectors.variants_of([link])
    return ShareSerializer(_described(link, variants, Links(request), at=timezone.now(), **more)).data


class Shares(PartnerView):
    required_scopes = ("shares:read",)
    scopes_to_write = ("shares:write",)
    query_class = inputs.PagedQuery

    @operation(
        "list_shares",
        summary="List share links",
        answers={200: answer(paging.list_of("ShareList", ShareSerializer), examples.SHARES)},
    )
    def get(self, request: ClientRequest) -> Response:
        """Those of your company, newest first, whoever made them, with how often each recipient took something."""
        page = share_selectors.links_page(
            request.partner,
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish="shares"),
        )
        links, now = Links(request), timezone.now()
        variants = share_selectors.variants_of(page.items)
        rows = [_described(link, variants, links, at=now) for link in page.items]
        return paging.listing(ShareSerializer(rows, many=True).data, paging.seal(page.next, wish="shares"))

    @operation(
        "share",
        summary="Share files or a pack",
        answers={201: answer(ShareSerializer, examples.SHARE)},
        problems=("not_found", "withdrawn", "not_all_available"),
        is_conditional=False,
        body=ShareBody,
    )
    def post(self, request: ClientRequest) -> Response:
        """
        For people without an account: each gets a mail with a link of their own, which only they should have, so no
        answer ever names it. It gives what your company itself may have at that moment.
        """
        return once(request, self, lambda: self._share(request))

    def _share(self, request: ClientRequest) -> Response:
        body = ShareBody(data=request.data)
        body.is_valid(raise_exception=True)
        data, now = body.validated_data, timezone.now()
        pack = packs.get_pack(request.partner, data["pack"], at=now) if "pack" in data else None
        asked = Meant()
        if "items" in data:
            asked = asking.by_names(request.partner, [Asked(**item) for item in data["items"]], at=now)
        link, tokens = shares.share(
            by=Sharer(request.partner, f"client:{request.client.public_id}"),
            title=data.get("title", ""),
            emails=data["emails"],
            wishes=asked.wishes,
            unknown=asked.unknown,
            pack=pack,
            expires_at=data["expires_at"],
            most_downloads=data.get("most_downloads"),
            password=data.get("password", ""),
            now=now,
        )
        failed = share_mails.send_links(link, tokens, language=request.partner.language)
        return Response(_body(request, link.public_id, not_mailed=failed), status=201)


class OneShare(PartnerView):
    required_scopes = ("shares:read",)

    @operation(
        "read_share",
        summary="Read a share link",
        answers={200: answer(ShareSerializer, {**examples.SHARE, "not_mailed": None})},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, share_id: str) -> Response:
        """One link, with how often each recipient took something."""
        return Response(_body(request, share_id))


class ShareRevocation(PartnerView):
    required_scopes = ("shares:write",)

    @operation(
        "revoke_share",
        summary="Take a share link back",
        answers={200: answer(ShareSerializer, {**examples.SHARE, "not_mailed": None})},
        problems=("not_found",),
        is_conditional=False,
        writes=True,
    )
    def post(self, request: ClientRequest, share_id: str) -> Response:
        """For everybody at once; it stays in the list. One that was taken back already stays as it is."""
        return once(request, self, lambda: self._revoke(request, share_id))

    def _revoke(self, request: ClientRequest, share_id: str) -> Response:
        link = share_selectors.get_link(request.partner, share_id)
        shares.revoke(link=link, actor=f"client:{request.client.public_id}", now=timezone.now())
        return Response(_body(request, share_id))


class RecipientRevocation(PartnerView):
    required_scopes = ("shares:write",)

    @operation(
        "revoke_share_recipient",
        summary="Shut one recipient out",
        answers={200: answer(ShareSerializer, examples.SHARE_WITHOUT_ONE)},
        problems=("not_found",),
        is_conditional=False,
        writes=True,
    )
    def post(self, request: ClientRequest, share_id: str, recipient_id: str) -> Response:
        """
        Their link stops working at once, also for whoever they passed it on to; the other recipients keep theirs. It
        cannot be undone: share again. One who was shut out already stays as they are.
        """
        return once(request, self, lambda: self._revoke(request, share_id, recipient_id))

    def _revoke(self, request: ClientRequest, share_id: str, recipient_id: str) -> Response:
        link = share_selectors.get_link(request.partner, share_id)
        recipient = share_selectors.get_recipient(link, recipient_id)
        actor = f"client:{request.client.public_id}"
        shares.revoke_recipient(recipient=recipient, actor=actor, now=timezone.now())
        return Response(_body(request, share_id))


class Takings(PartnerView):
    required_scopes = ("shares:read",)
    query_class = inputs.PagedQuery

    @operation(
        "list_takings",
        summary="Who took what by a share link",
        answers={200: answer(paging.list_of("TakingList", TakingSerializer), examples.TAKINGS)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, share_id: str) -> Response:
        """Every file that left, newest first; of a pack each file of it."""
        link = share_selectors.get_link(request.partner, share_id)
        wish = ("takings", link.pk)
        page = share_selectors.takings_page(
            link, size=self.query["limit"], cursor=paging.unseal(self.query.get("cursor"), wish=wish)
        )
        people = {f"recipient:{one.public_id}": one for one in link.recipients.all()}

        def row(taken: Download) -> dict[str, Any]:
            person = people[taken.actor]
            return {
                "at": taken.at,
                "recipient": person.public_id,
                "email": person.email,
                "name": taken.file_name,
                "sha256": taken.sha256,
                "size": taken.size,
                "version": taken.version_number,
            }

        rows = TakingSerializer([row(taken) for taken in page.items], many=True).data
        return paging.listing(rows, paging.seal(page.next, wish=wish))
