"""Own sizes and crops of a picture, and what is possible instead."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import PartSerializer, answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import OrNull
from portal.api.v1.variants import variant_of
from portal.api.views import PartnerView
from portal.catalog.models import AssetVersion
from portal.core.errors import NotFound
from portal.downloads import services as downloads
from portal.downloads.services import Grant
from portal.partners.models import Partner
from portal.renditions import own_sizes, protection, responsive, selectors
from portal.renditions.choices import Format
from portal.renditions.cropping import Box
from portal.renditions.models import ProtectedZone, RecipeRevision
from portal.renditions.own_sizes import FORMATS, Wish

_LARGEST = 10_000


class OwnSizeSerializer(serializers.Serializer):
    recipe = serializers.CharField(
        help_text="Stands in addresses in the place of a size. The same order is the same word."
    )
    format = inputs.Word([one.value for one in FORMATS])
    media_type = serializers.CharField()
    variant = serializers.CharField()
    language = OrNull(help_text="Of the variant.")
    version = serializers.IntegerField(help_text="Of the variant.")
    width = serializers.IntegerField(help_text="Pixels of the file.")
    height = serializers.IntegerField(help_text="Pixels of the file.")
    crop = PartSerializer(allow_null=True, help_text="What is cut out; null for all with white around it.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null until it has been made once.")
    estimated_size = serializers.IntegerField(
        allow_null=True, help_text="About how many bytes it will have; null when that cannot be told."
    )
    sha256 = OrNull(help_text="Null until it has been made once.")
    href = serializers.URLField(help_text="Leads to the bytes, making them when nobody has asked yet.")


class CropBody(inputs.Body):
    """The part to cut out, in pixels of the whole picture. Its height follows from the ratio."""

    left = serializers.IntegerField(min_value=0, max_value=10**6)
    top = serializers.IntegerField(min_value=0, max_value=10**6)
    width = serializers.IntegerField(min_value=1, max_value=10**6)


class OwnSizeBody(inputs.Body):
    width = serializers.IntegerField(min_value=16, max_value=_LARGEST, help_text="Pixels of the file.")
    height = serializers.IntegerField(min_value=16, max_value=_LARGEST, help_text="Pixels of the file.")
    format = inputs.Word([one.value for one in FORMATS], default=Format.JPEG.value)
    quality = serializers.IntegerField(
        required=False, min_value=20, max_value=100, help_text="The usual one when left out. PNG has none."
    )
    max_bytes = serializers.IntegerField(
        required=False,
        min_value=5_000,
        max_value=100_000_000,
        help_text="The best quality that weighs no more. When none does, `href` answers `rendition_not_possible`.",
    )
    crop = CropBody(required=False, help_text="When left out: the best part of this ratio.")
    padded = serializers.BooleanField(default=False, help_text="The whole picture, with white around it.")
    variant = serializers.CharField(required=False, max_length=32, help_text="Id of a variant.")
    language = inputs.Language(required=False, help_text="Instead of `variant`.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "crop" in data and data["padded"]:
            raise serializers.ValidationError({"crop": ["Give `crop` or `padded`, not both."]})
        if "variant" in data and "language" in data:
            raise serializers.ValidationError(
                {"variant": ["A variant has one language: give `variant` or `language`, not both."]}
            )
        return data


class OwnSizes(PartnerView):
    required_scopes = ("assets:read", "files:read")

    @operation(
        "order_own_size",
        summary="Order a size and crop of your own",
        answers={200: answer(OwnSizeSerializer, examples.OWN_SIZE)},
        problems=("not_found", "withdrawn", "rights_not_started", "zone_cut", "too_large"),
        is_conditional=False,
        body=OwnSizeBody,
    )
    def post(self, request: ClientRequest, asset_id: str) -> Response:
        """
        Nothing is enlarged, and nothing that must be seen whole is cut: label text, logo, certification marks. Where a
        wish is impossible, the problem says what is possible instead. Ordering makes no file: fetch it by `href`.
        """
        return once(request, self, lambda: self._order(request, asset_id))

    def _order(self, request: ClientRequest, asset_id: str) -> Response:
        body = OwnSizeBody(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        grant = _grant(request.partner, asset_id, variant=data.get("variant"), language=data.get("language"))
        zones = protection.zones_of(grant.variant.variant)
        wish = _wish(data, grant.version)
        try:
            part = own_sizes.settle(wish, grant.version, protection.boxes(zones))
        except (protection.ZoneCut, protection.NotThisLarge) as error:
            error.extra = _instead(wish, grant.version, zones, error)
            raise
        revision = own_sizes.order(wish, part, now=timezone.now())
        answered = OwnSizeSerializer(_described(request, grant, wish, part, revision)).data
        return Response(answered)


def _grant(partner: Partner, asset_id: str, **which: Any) -> Grant:
    """
    Return leave to take a picture, as of now; a member of its responsive set stands for whatever is cut from it.

    :raises NotFound: no such picture for this partner
    """
    now = timezone.now()
    _card, variant = variant_of(partner, asset_id, at=now, **which)
    grant = downloads.authorise_download(
        partner=partner,
        asset_id=asset_id,
        recipe=responsive.any_address(),
        variant=variant.variant.public_id,
        now=now,
    )
    if not responsive.has_set(grant.version):
        raise NotFound
    return grant


def _wish(data: dict[str, Any], version: AssetVersion) -> Wish:
    part = None
    if crop := data.get("crop"):
        part = own_sizes.part_of(version, **crop, ratio=data["width"] / data["height"])
        if part is None:
            raise serializers.ValidationError({"crop": ["The part reaches beyond the picture."]})
    return Wish(
        width=data["width"],
        height=data["height"],
        format=Format(data["format"]),
        part=part,
        padded=data["padded"],
        quality=data.get("quality"),
        most_bytes=data.get("max_bytes"),
    )


def _pixels(box: Box | None, version: AssetVersion) -> dict[str, int] | None:
    return None if box is None else box.pixels((version.width or 1, version.height or 1))


def _instead(
    wish: Wish,
    version: AssetVersion,
    zones: Sequence[ProtectedZone],
    error: protection.ZoneCut | protection.NotThisLarge,
) -> dict[str, Any]:
    held = protection.boxes(zones)
    instead = own_sizes.instead(wish, version, held, error)
    said: dict[str, Any] = {"offers": [vars(offer) for offer in instead.offers]}
    if isinstance(error, protection.ZoneCut):
        said["crop"] = _pixels(instead.part, version)
        said["zones"] = [
            {"kind": zone.kind, **box.pixels((version.width or 1, version.height or 1))}
            for zone, box in zip(zones, held, strict=True)
        ]
    return said


def _described(
    request: ClientRequest, grant: Grant, wish: Wish, part: Box | None, revision: RecipeRevision
) -> dict[str, Any]:
    version, variant = grant.version, grant.variant.variant
    [size] = selectors.sizes_for([(version, revision)]).values()
    links = Links(request)
    return {
        "recipe": revision.address,
        "format": revision.format,
        "media_type": size.media_type,
        "variant": variant.public_id,
        "language": variant.language,
        "version": version.number,
        "width": wish.width,
        "height": wish.height,
        "crop": _pixels(part, version),
        "size": size.size,
        "estimated_size": size.size or _estimated(version, wish, part),
        "sha256": size.sha256,
        "href": links.rendition(grant.card.asset.public_id, revision.address or "", variant.public_id),
    }


def _estimated(version: AssetVersion, wish: Wish, part: Box | None) -> int | None:
    """Return about how heavy the file will be, from a preview that is there: nobody waits for one."""
    preview = selectors.made_of(version, "preview-1200")
    return own_sizes.weight(wish, part, preview) if preview is not None else None
