"""Packs: named sets of files, and their signed versions."""

import base64
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import pack_examples as examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.core.errors import NotFound
from portal.packs import selectors, standing
from portal.packs.choices import Purpose, Required
from portal.packs.models import Pack, PackVersion
from portal.partners.models import Partner


class SignatureSerializer(serializers.Serializer):
    sha256 = serializers.CharField(help_text="Of the manifest's bytes. Confirmations name it.")
    algorithm = serializers.CharField(help_text="Always Ed25519.")
    key = serializers.CharField(help_text="`kid` in `/.well-known/portal-keys.json`.")
    signature = serializers.CharField(help_text="Of the manifest's bytes, base64.")
    href = serializers.URLField(help_text="The manifest.")


class PackVersionSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    is_current = serializers.BooleanField()
    issued_at = serializers.DateTimeField()
    file_count = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes of all files together.")
    manifest = SignatureSerializer()
    archive = serializers.URLField(help_text="All files in one ZIP archive.")
    href = serializers.URLField()


class PackSerializer(serializers.Serializer):
    id = serializers.CharField()
    title = Texts(help_text="By language.")
    purpose = inputs.Word(Purpose.values)
    asks = OrNull(
        help_text=f"The least answer wanted for every file: {', '.join(v for v in Required.values if v)}."
    )
    version = PackVersionSerializer(help_text="The current one.")
    href = serializers.URLField()
    confirmations = serializers.URLField(help_text="What you answered, and where to answer.")


class RenameSerializer(serializers.Serializer):
    to = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        # "from" is a word of Python.
        return {"from": serializers.CharField(), **super().get_fields()}


class DifferenceSerializer(serializers.Serializer):
    since = serializers.IntegerField(allow_null=True, help_text="The version compared with; null for none.")
    added = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    renamed = RenameSerializer(many=True)


class PackFileSerializer(serializers.Serializer):
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    media_type = serializers.CharField()
    asset = serializers.CharField()
    variant = serializers.CharField()
    language = OrNull()
    version = serializers.IntegerField(help_text="Of the variant.")
    recipe = serializers.CharField()
    href = serializers.URLField(help_text="These bytes, for ever.")


class OnePackVersionSerializer(PackVersionSerializer):
    changes = DifferenceSerializer()
    files = PackFileSerializer(many=True)


class VersionQuery(inputs.Query):
    since = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="Compare with this version instead of the one before.",
    )


def number_of(text: str) -> int:
    """Return a version's number as it stands in an address; what is none is not there."""
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise NotFound
    return int(text)


def earlier(partner: Partner, pack_id: str, since: int | None) -> PackVersion | None:
    """Return the version a caller has, ``None`` when none was named."""
    return selectors.get_version(partner, pack_id, since, at=timezone.now()) if since is not None else None


def described(version: PackVersion, pack: Pack, links: Links) -> dict[str, Any]:
    """Return a version as ``PackVersionSerializer`` takes it."""
    href = links.pack_version(pack.public_id, version.number or 0)
    return {
        "number": version.number,
        "is_current": version.pk == pack.current_id,
        "issued_at": version.issued_at,
        "file_count": version.file_count,
        "size": version.total_bytes,
        "manifest": {
            "sha256": version.sha256,
            "algorithm": "Ed25519",
            "key": version.signed_by,
            "signature": base64.b64encode(bytes(version.signature)).decode(),
            "href": f"{href}/manifest",
        },
        "archive": f"{href}/archive",
        "href": href,
    }


def _pack(pack: Pack, links: Links) -> dict[str, Any]:
    assert pack.current is not None
    href = links.pack(pack.public_id)
    return {
        "id": pack.public_id,
        "title": pack.title,
        "purpose": pack.purpose,
        "asks": pack.asks,
        "version": described(pack.current, pack, links),
        "href": href,
        "confirmations": f"{href}/confirmations",
    }


class Packs(PartnerView):
    required_scopes = ("packs:read",)
    query_class = inputs.PagedQuery

    @operation(
        "list_packs",
        summary="List packs",
        answers={200: answer(paging.list_of("PackList", PackSerializer), examples.PACKS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """The packs for your communities, newest first, each with its current version."""
        page = selectors.packs_page(
            request.partner,
            at=timezone.now(),
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish="packs"),
        )
        links = Links(request)
        items = PackSerializer([_pack(pack, links) for pack in page.items], many=True).data
        return paging.listing(items, paging.seal(page.next, wish="packs"))


class ComingSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Of the pack.")
    title = Texts(help_text="By language.")
    done = serializers.IntegerField(help_text="Files that are ready.")
    file_count = serializers.IntegerField()
    is_first = serializers.BooleanField(
        help_text="You have no version before: the pack is not in the list yet."
    )


class PacksInPreparation(PartnerView):
    required_scopes = ("packs:read",)

    @operation(
        "list_packs_in_preparation",
        summary="See which packs are being prepared",
        answers={200: answer(paging.list_of("ComingList", ComingSerializer), examples.COMING)},
    )
    def get(self, request: ClientRequest) -> Response:
        """First and new versions on their way, the oldest first, twenty at most. Their files come with the version."""
        rows = [
            {
                "id": one.pack.public_id,
                "title": one.pack.title,
                "done": one.done,
                "file_count": one.total,
                "is_first": one.is_first,
            }
            for one in standing.coming(request.partner, at=timezone.now())
        ]
        return paging.listing(ComingSerializer(rows, many=True).data)


class OnePack(PartnerView):
    required_scopes = ("packs:read",)

    @operation(
        "read_pack",
        summary="Read a pack",
        answers={200: answer(PackSerializer, examples.PACK)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, pack_id: str) -> Response:
        """One pack with its current version. The entity tag changes when there is a new one."""
        pack = selectors.get_pack(request.partner, pack_id, at=timezone.now())
        return Response(PackSerializer(_pack(pack, Links(request))).data)


class Versions(PartnerView):
    required_scopes = ("packs:read",)

    @operation(
        "list_pack_versions",
        summary="List the versions of a pack",
        answers={200: answer(paging.list_of("PackVersionList", PackVersionSerializer), examples.VERSIONS)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, pack_id: str) -> Response:
        """All versions, newest first: always on one page. Issued versions never change."""
        pack = selectors.get_pack(request.partner, pack_id, at=timezone.now())
        links = Links(request)
        versions = selectors.versions_of(request.partner, pack, at=timezone.now())
        rows = [described(version, pack, links) for version in versions]
        return paging.listing(PackVersionSerializer(rows, many=True).data)


class OneVersion(PartnerView):
    required_scopes = ("packs:read",)
    query_class = VersionQuery

    @operation(
        "read_pack_version",
        summary="Read a version of a pack",
        answers={200: answer(OnePackVersionSerializer, examples.VERSION)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, pack_id: str, number: str) -> Response:
        """Every file of a version, and what changed since the one you have (`since`) or the one before."""
        version = selectors.get_version(request.partner, pack_id, number_of(number), at=timezone.now())
        before = earlier(request.partner, pack_id, self.query.get("since"))
        before = before or selectors.version_before(request.partner, version)
        links = Links(request)
        files = [
            {
                "name": file.name,
                "sha256": file.sha256,
                "size": file.size,
                "media_type": file.media_type,
                "asset": file.variant.asset.public_id,
                "variant": file.variant.public_id,
                "language": file.variant.language,
                "version": file.version.number,
                "recipe": file.revision.recipe.key,
                "href": links.file(file.sha256),
            }
            for file in selectors.files_of(version)
        ]
        changes = {
            "since": before.number if before else None,
            **selectors.difference(before, version).as_json(),
        }
        body = {**described(version, version.pack, links), "changes": changes, "files": files}
        return Response(OnePackVersionSerializer(body).data)
