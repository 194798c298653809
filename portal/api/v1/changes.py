"""Changes: everything that happened to what the company gets, in order."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.schema import answer, operation
from portal.api.v1 import examples
from portal.api.v1.fields import OrNull
from portal.api.views import PartnerView
from portal.catalog.choices import Withdrawal
from portal.publications import selectors as publications
from portal.publications import services
from portal.publications.choices import ChangeKind
from portal.publications.selectors import ChangeLine


class CommunitySerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class ChangedVersionSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    sha1 = serializers.CharField()


class ChangeSerializer(serializers.Serializer):
    cursor = serializers.CharField(help_text="The position behind this line.")
    kind = inputs.Word(ChangeKind.values)
    reason = OrNull(help_text=f"Why it was withdrawn: {', '.join(Withdrawal.values)}.")
    at = serializers.DateTimeField()
    asset = OrNull(help_text="Null when the line is about a whole community.")
    variant = OrNull()
    language = OrNull()
    version = ChangedVersionSerializer(allow_null=True, help_text="The one this line is about.")
    community = CommunitySerializer()
    available = serializers.BooleanField(
        help_text="Whether you get the variant now, whatever the line said then: it may be yours by another community."
    )
    resync = serializers.BooleanField(
        help_text="You joined or left the community: everything in it came or went at once, so list the assets anew."
    )


class ChangeQuery(inputs.PagedQuery):
    cursor = serializers.CharField(
        required=False, max_length=600, help_text="Where to go on: `next` or `cursor` of an earlier answer."
    )
    start = inputs.Word(("now",), required=False, help_text="Only tells the `cursor` of this moment.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "start" in attrs and "cursor" in attrs:
            raise serializers.ValidationError({"start": ["Give either start or cursor."]})
        return attrs


class Changes(PartnerView):
    required_scopes = ("changes:read",)
    query_class = ChangeQuery

    @operation(
        "list_changes",
        summary="Follow what changes",
        answers={
            200: answer(
                paging.list_of(
                    "ChangeList",
                    ChangeSerializer,
                    cursor=serializers.CharField(
                        help_text="Keep it: the next time, go on from here. Never null."
                    ),
                ),
                examples.CHANGES,
            )
        },
    )
    def get(self, request: ClientRequest) -> Response:
        """
        Every change since a position, oldest first, each exactly once, with the reason for what was withdrawn. Follow
        `next` until it is null, keep `cursor`, and come back with it. Cursors stay good for ever.

        To begin a mirror: ask with `start=now` and keep `cursor`, list all assets, then follow the changes from there.
        """
        query = self.query
        # What has been committed is seen at once, not only after the worker's next round.
        services.number_changes()
        if query.get("start"):
            here = paging.position_cursor(publications.feed_end())
            return paging.listing([], None, cursor=here)
        after = paging.position_of(query["cursor"]) if "cursor" in query else 0
        lines, more = publications.changes_page(
            request.partner, after=after, at=timezone.now(), size=query["limit"]
        )
        items = ChangeSerializer([_line(line) for line in lines], many=True).data
        here = items[-1]["cursor"] if items else paging.position_cursor(after)
        return paging.listing(items, here if more else None, cursor=here)


def _line(line: ChangeLine) -> dict[str, Any]:
    change = line.change
    return {
        "cursor": paging.position_cursor(change.number),
        "kind": change.kind,
        "reason": change.reason,
        "at": change.at,
        "asset": change.asset.public_id if change.asset else "",
        "variant": change.variant.public_id if change.variant else "",
        "language": change.variant.language if change.variant else "",
        "version": change.version,
        "community": line.community,
        "available": line.is_available,
        "resync": change.kind in {ChangeKind.JOINED, ChangeKind.LEFT},
    }
