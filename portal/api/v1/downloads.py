"""What the company took, by whomever and however, and whether it is still right."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.schema import answer, operation
from portal.api.v1 import archive_examples as examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.downloads import selectors
from portal.downloads.choices import Via
from portal.downloads.selectors import DownloadLine, PackLine

_STATES = ("current", "replaced", "withdrawn")


class TakenSerializer(serializers.Serializer):
    """What all takings have in common."""

    id = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it began.")
    by = serializers.CharField(help_text="user:..., client:..., or recipient:... of a share link.")
    via = inputs.Word(Via.values)
    name = serializers.CharField(help_text="Under which it left.")
    title = Texts(help_text="By language, as it was then.")
    size = serializers.IntegerField(help_text="Bytes.")
    version = serializers.IntegerField(help_text="That was taken.")
    status = inputs.Word(_STATES, help_text="As of now.")
    current_version = serializers.IntegerField(
        allow_null=True, help_text="What replaces it, if anything does."
    )


class DownloadSerializer(TakenSerializer):
    sha256 = serializers.CharField()
    media_type = serializers.CharField()
    asset = OrNull(help_text="Null when none of your communities has it any more.")
    language = OrNull()
    recipe = serializers.CharField()


class PackDownloadSerializer(TakenSerializer):
    pack = OrNull(help_text="Null when it is not given out to you any more.")
    since = serializers.IntegerField(allow_null=True, help_text="The version a delta leads from.")
    file_count = serializers.IntegerField()


def _taken(line: DownloadLine | PackLine) -> dict[str, Any]:
    row = line.download
    return {
        "id": row.public_id,
        "at": row.at,
        "by": row.actor,
        "via": row.via,
        "title": row.title,
        "size": row.size,
        "version": row.version_number,
        "status": line.status,
    }


def _file(line: DownloadLine) -> dict[str, Any]:
    row = line.download
    return {
        **_taken(line),
        "name": row.file_name,
        "current_version": line.current_version,
        "sha256": row.sha256,
        "media_type": row.media_type,
        "asset": row.asset.public_id if row.asset else None,
        "language": row.language,
        "recipe": row.recipe_key,
    }


def _pack(line: PackLine) -> dict[str, Any]:
    row = line.download
    return {
        **_taken(line),
        "name": row.name,
        "current_version": line.current if line.status == "replaced" else None,
        "pack": line.pack.public_id if line.pack else None,
        "since": row.since_number,
        "file_count": row.file_count,
    }


class Downloads(PartnerView):
    required_scopes = ("downloads:read",)
    query_class = inputs.PagedQuery

    @operation(
        "list_downloads",
        summary="List what your company took",
        answers={200: answer(paging.list_of("DownloadList", DownloadSerializer), examples.DOWNLOADS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """File by file, newest first: by people, systems and share links, those within packs and archives included."""
        page = selectors.downloads_page(
            request.partner,
            at=timezone.now(),
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish="downloads"),
        )
        rows = DownloadSerializer([_file(line) for line in page.items], many=True).data
        return paging.listing(rows, paging.seal(page.next, wish="downloads"))


class PackDownloads(PartnerView):
    required_scopes = ("downloads:read",)
    query_class = inputs.PagedQuery

    @operation(
        "list_pack_downloads",
        summary="List the packs your company took",
        answers={
            200: answer(paging.list_of("PackDownloadList", PackDownloadSerializer), examples.PACK_DOWNLOADS)
        },
    )
    def get(self, request: ClientRequest) -> Response:
        """Archives and deltas of packs, newest first. Their files stand in `/downloads` as well."""
        page = selectors.pack_downloads_page(
            request.partner,
            at=timezone.now(),
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish="pack-downloads"),
        )
        rows = PackDownloadSerializer([_pack(line) for line in page.items], many=True).data
        return paging.listing(rows, paging.seal(page.next, wish="pack-downloads"))
