"""Answers about the files of a pack, bound to their digests."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.preconditions import expect
from portal.api.schema import answer, operation
from portal.api.v1 import pack_examples as examples
from portal.api.v1.fields import OrNull
from portal.api.views import PartnerView
from portal.packs import confirming, selectors
from portal.packs.choices import Answer, Reason
from portal.packs.confirming import Given
from portal.packs.models import Pack
from portal.packs.selectors import By, FileAnswer
from portal.partners.models import Partner

_STATES = ("open", "stale", *Answer.values)


class ConfirmationSerializer(serializers.Serializer):
    """What was answered, and about which bytes."""

    id = serializers.CharField()
    sha256 = serializers.CharField(help_text="The bytes it is about.")
    answer = inputs.Word(Answer.values)
    reason = OrNull()
    text = OrNull()
    place = OrNull()
    answered_at = serializers.DateTimeField()
    stale_at = serializers.DateTimeField(allow_null=True, help_text="When the bytes were replaced.")


class FileStateSerializer(serializers.Serializer):
    name = serializers.CharField()
    sha256 = serializers.CharField(help_text="The present bytes: what to answer about.")
    state = inputs.Word(_STATES, help_text="`stale`: answered about bytes that have been replaced since.")
    is_wanted = serializers.BooleanField(help_text="An answer is asked for.")
    is_replaced = serializers.BooleanField(
        help_text="Other bytes took its place. The next version brings them; until then nothing is asked about it."
    )
    confirmation = ConfirmationSerializer(allow_null=True, help_text="The answer, or the stale one.")


class SaidBody(inputs.Body):
    answer = inputs.Word(Answer.values)
    reason = inputs.Word(Reason.values, required=False, help_text="Needed for review and refused.")
    text = serializers.CharField(
        required=False, max_length=2000, help_text="Needed for review and refused: a sentence."
    )
    place = serializers.CharField(required=False, max_length=200, help_text="Where the file is in use.")


class FileBody(SaidBody):
    sha256 = inputs.Digest(help_text="Of the bytes you answer about.")


class ConfirmationBody(inputs.Body):
    """Either `answers`, one per digest, or `all` with the digest of the manifest it is about."""

    manifest_sha256 = inputs.Digest(required=False, help_text="With `all`: the version you answer for.")
    all = SaidBody(
        required=False,
        help_text=(
            "One answer for every file that has none which still holds. Files that were replaced or withdrawn since "
            "are left out."
        ),
    )
    answers = FileBody(many=True, required=False, max_length=1000)  # type: ignore[call-arg]  # taken by the list

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("all" in data) == bool(data.get("answers")):
            raise serializers.ValidationError({"answers": ["Give either answers or all."]})
        if ("all" in data) != ("manifest_sha256" in data):
            raise serializers.ValidationError(
                {"manifest_sha256": ["Give the manifest's digest together with all."]}
            )
        return data


def _state(line: FileAnswer) -> dict[str, Any]:
    row = line.confirmation
    return {
        "name": line.file.name,
        "sha256": line.file.sha256,
        "state": line.state,
        "is_wanted": line.is_wanted,
        "is_replaced": line.is_replaced,
        "confirmation": row and {**vars(row), "id": row.public_id},
    }


def _given(data: dict[str, Any], sha256: str) -> Given:
    return Given(
        sha256=sha256,
        answer=Answer(data["answer"]),
        reason=data.get("reason", ""),
        text=data.get("text", ""),
        place=data.get("place", ""),
    )


class Confirmations(PartnerView):
    required_scopes = ("packs:confirm",)

    @operation(
        "list_confirmations",
        summary="What you answered about a pack",
        answers={
            200: answer(
                paging.list_of(
                    "ConfirmationList",
                    FileStateSerializer,
                    manifest_sha256=serializers.CharField(help_text="Of the current version."),
                    due_at=serializers.DateTimeField(allow_null=True, help_text="Until when you are asked."),
                ),
                examples.CONFIRMATIONS,
            )
        },
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, pack_id: str) -> Response:
        """Every file of the current version with your answer: always on one page."""
        return self._states(request.partner, selectors.get_pack(request.partner, pack_id, at=timezone.now()))

    @operation(
        "confirm_files",
        summary="Answer about files of a pack",
        answers={
            200: answer(
                paging.list_of(
                    "ConfirmedList",
                    FileStateSerializer,
                    manifest_sha256=serializers.CharField(help_text="Of the current version."),
                    due_at=serializers.DateTimeField(allow_null=True, help_text="Until when you are asked."),
                ),
                examples.CONFIRMATIONS,
            )
        },
        problems=("not_found", "digest_replaced", "withdrawn"),
        is_conditional=False,
        body=ConfirmationBody,
        is_edit=True,
    )
    def post(self, request: ClientRequest, pack_id: str) -> Response:
        """
        All answers of a call are taken or none. The same answer again changes nothing; another one replaces it. An
        answer about bytes that have been replaced is refused with the digest you sent and the present one.
        """
        return once(request, self, lambda: self._confirm(request, pack_id))

    def _confirm(self, request: ClientRequest, pack_id: str) -> Response:
        pack = selectors.get_pack(request.partner, pack_id, at=timezone.now())
        body = ConfirmationBody(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        by, now = By(request.partner, f"client:{request.client.public_id}"), timezone.now()

        def as_read() -> None:
            expect(request, lambda: self._states(request.partner, pack).data)

        if "all" in data:
            confirming.confirm_all(
                pack=pack,
                by=by,
                manifest_sha256=data["manifest_sha256"],
                given=_given(data["all"], ""),
                now=now,
                expect=as_read,
            )
        else:
            given = [_given(one, one["sha256"]) for one in data["answers"]]
            confirming.confirm(pack=pack, by=by, given=given, now=now, expect=as_read)
        return self._states(request.partner, pack)

    def _states(self, partner: Partner, pack: Pack) -> Response:
        version = selectors.get_version(partner, pack.public_id, at=timezone.now())
        lines = [_state(line) for line in selectors.answers_of(partner, version)]
        due = selectors.due_at(version, selectors.begins_at(version))
        return paging.listing(
            FileStateSerializer(lines, many=True).data,
            manifest_sha256=version.sha256,
            due_at=serializers.DateTimeField().to_representation(due) if due else None,
        )
