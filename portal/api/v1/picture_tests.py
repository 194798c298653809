"""Pictures of a company's own, held against the rules of one of its channels."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import Codes
from portal.api.v1.verdicts import PICTURE, LineSerializer, described_line
from portal.api.views import PartnerView
from portal.core.errors import NotFound
from portal.downloads.serving import serve_picture
from portal.partners import channels
from portal.renditions import picture_tests
from portal.renditions.choices import VerdictState
from portal.renditions.models import PictureTest
from portal.renditions.standings import lines_of


class PictureTestSerializer(serializers.Serializer):
    id = serializers.CharField()
    channel = serializers.CharField()
    specification = serializers.CharField()
    revision = serializers.IntegerField(help_text="Of the specification: the newest when it was tested.")
    file_name = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the picture, which is not kept.")
    state = inputs.Word(VerdictState.values)
    lines = LineSerializer(many=True, help_text="Rule by rule, in order.")
    fix_steps = Codes(help_text="What would put everything right, in order; empty when nothing safe does.")
    overlay = serializers.URLField(
        allow_null=True, help_text="A picture of where it fails, if that can be shown."
    )
    made_at = serializers.DateTimeField()
    href = serializers.URLField()


class PictureBody(inputs.Body):
    picture = serializers.FileField(help_text="JPEG, PNG, WebP, AVIF or TIFF, 25 MB at most, with its name.")


def _described(test: PictureTest, links: Links) -> dict[str, Any]:
    href = links.picture_test(test.channel.public_id, test.public_id)
    return {
        "id": test.public_id,
        "channel": test.channel.public_id,
        "specification": test.specification.specification.public_id,
        "revision": test.specification.number,
        "file_name": test.file_name,
        "sha256": test.sha256,
        "state": test.state,
        "lines": [described_line(line) for line in lines_of(test.specification, test.lines)],
        "fix_steps": test.fix_steps,
        "overlay": f"{href}/overlay" if test.overlay else None,
        "made_at": test.made_at,
        "href": href,
    }


def _get(request: ClientRequest, channel_id: str, test_id: str) -> PictureTest:
    found = picture_tests.get(request.partner, test_id)
    if found.channel.public_id != channel_id:
        raise NotFound
    return found


class PictureTests(PartnerView):
    required_scopes = ("channels:read",)
    scopes_to_write = ("channels:write",)
    query_class = inputs.PagedQuery
    parser_classes = (MultiPartParser,)

    @operation(
        "list_picture_tests",
        summary="List test pictures",
        answers={
            200: answer(paging.list_of("PictureTestList", PictureTestSerializer), examples.PICTURE_TESTS)
        },
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, channel_id: str) -> Response:
        """Of a channel, newest first, whoever tested them."""
        channel = channels.get_channel(request.partner, channel_id)
        wish = ("tests", channel.pk)
        page = picture_tests.page(
            channel, size=self.query["limit"], cursor=paging.unseal(self.query.get("cursor"), wish=wish)
        )
        links = Links(request)
        rows = PictureTestSerializer([_described(test, links) for test in page.items], many=True).data
        return paging.listing(rows, paging.seal(page.next, wish=wish))

    @operation(
        "test_picture",
        summary="Test a picture against a channel's rules",
        answers={201: answer(PictureTestSerializer, examples.PICTURE_TEST)},
        problems=("not_found", "not_a_picture", "too_many_tests"),
        is_conditional=False,
        body=PictureBody,
    )
    def post(self, request: ClientRequest, channel_id: str) -> Response:
        """
        One of your own, before you offer it there; as `multipart/form-data`, twelve in a minute. The picture is
        measured and not kept.
        """
        channel = channels.get_channel(request.partner, channel_id)
        body = PictureBody(data=request.data)
        body.is_valid(raise_exception=True)
        picture = body.validated_data["picture"]
        # One byte more than allowed is enough to refuse it.
        content = picture.read(picture_tests.MOST_BYTES + 1)

        def test() -> Response:
            made = picture_tests.run(
                channel=channel,
                content=content,
                file_name=picture.name,
                now=timezone.now(),
                actor=f"client:{request.client.public_id}",
            )
            return Response(PictureTestSerializer(_described(made, Links(request))).data, status=201)

        # The boundary between the parts is another one each time.
        return once(request, self, test, content=picture.name.encode() + b"\n" + content)


class OnePictureTest(PartnerView):
    required_scopes = ("channels:read",)

    @operation(
        "read_picture_test",
        summary="Read what was said of a test picture",
        answers={200: answer(PictureTestSerializer, examples.PICTURE_TEST)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, channel_id: str, test_id: str) -> Response:
        """By the rules of that time."""
        found = _get(request, channel_id, test_id)
        return Response(PictureTestSerializer(_described(found, Links(request))).data)


class PictureTestOverlay(PartnerView):
    required_scopes = ("channels:read",)

    @operation(
        "show_picture_test",
        summary="See where a test picture fails",
        answers=PICTURE,
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, channel_id: str, test_id: str) -> HttpResponse:
        """The picture, smaller, with what fails marked."""
        found = _get(request, channel_id, test_id)
        if not found.overlay:
            raise NotFound
        return serve_picture(request._request, found.overlay)
