"""Addresses in answers: absolute, so that they can be followed as they are."""

from django.urls import reverse
from rest_framework.request import Request


class Links:
    """Writes the addresses of one answer. Asks the URL configuration once, however long the list is."""

    def __init__(self, request: Request):
        assets = request.build_absolute_uri(reverse("api:assets"))
        self._root = assets.removesuffix("/assets")
        self._assets, self._files = assets, f"{assets.removesuffix('/assets')}/files"

    def asset(self, asset: str) -> str:
        return f"{self._assets}/{asset}"

    def assets_of(self, gtin: str) -> str:
        """The address of the assets of one product."""
        return f"{self._assets}?gtin={gtin}"

    def product(self, product: str) -> str:
        return f"{self._root}/products/{product}"

    def renditions(self, asset: str) -> str:
        return f"{self._assets}/{asset}/renditions"

    def captions(self, asset: str) -> str:
        return f"{self._assets}/{asset}/captions"

    def rendition(self, asset: str, recipe: str, variant: str) -> str:
        """The address of a size of one variant: leads to the bytes of whatever version is current."""
        return f"{self._assets}/{asset}/renditions/{recipe}?variant={variant}"

    def verdict_overlay(self, asset: str, recipe: str, specification: str, variant: str) -> str:
        place = f"{self._assets}/{asset}/renditions/{recipe}/verdicts/{specification}/overlay"
        return f"{place}?variant={variant}"

    def file(self, sha256: str) -> str:
        """The address of these very bytes, for ever."""
        return f"{self._files}/{sha256}"

    def channel(self, channel: str) -> str:
        return f"{self._root}/channels/{channel}"

    def picture_test(self, channel: str, test: str) -> str:
        return f"{self._root}/channels/{channel}/tests/{test}"

    def specification(self, specification: str) -> str:
        return f"{self._root}/specifications/{specification}"

    def report(self, report: str) -> str:
        return f"{self._root}/reports/{report}"

    def archive(self, archive: str) -> str:
        return f"{self._root}/archives/{archive}"

    def share(self, share: str) -> str:
        return f"{self._root}/shares/{share}"

    def embed(self, embed: str) -> str:
        return f"{self._root}/embeds/{embed}"

    def pack(self, pack: str) -> str:
        return f"{self._root}/packs/{pack}"

    def pack_version(self, pack: str, number: int) -> str:
        return f"{self._root}/packs/{pack}/versions/{number}"

    def change_request(self, request: str) -> str:
        return f"{self._root}/requests/{request}"

    def onboarding_step(self, step: str) -> str:
        return f"{self._root}/onboarding/steps/{step}"
