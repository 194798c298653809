"""Packs without surprises, issued by the same services as everywhere."""

from collections.abc import Sequence

from portal.catalog.models import Asset
from portal.packs import services, turns
from portal.packs.choices import Purpose, VersionState
from portal.packs.models import Pack, PackFile, PackVersion
from portal.partners.models import Community
from portal.renditions.models import Recipe, Rendition
from tests.builders import NOON, current_version, make_rendition, release_one


def make_pack(
    *communities: Community, title: str = "Onboarding pack", asks: str = "received", now=NOON
) -> Pack:
    """A pack that holds nothing yet."""
    facts = {"title": {"en": title}, "purpose": Purpose.ONBOARDING, "asks": asks, "asks_within_days": 14}
    return services.save_pack(
        pack=None, facts=facts, communities=communities, owner=None, now=now, actor="system"
    )


def pick(pack: Pack, assets: Sequence[Asset], *, recipe: str = "web-1200", now=NOON) -> None:
    """Let a pack name these assets, each with one variant, in this size."""
    size = Recipe.objects.get(key=recipe)
    picks = [(asset.variants.get(), size) for asset in assets]
    services.set_contents(pack=pack, picks=picks, now=now, actor="system")


def shelf(folder: str, names: Sequence[str], *, content=None, now=NOON) -> list[Asset]:
    """Release these files into a folder, with their renditions for the web made; ``content(name)`` gives the bytes."""
    assets = [release_one(f"{folder}/{name}", uuid=f"uuid-{folder}-{name}", now=now) for name in names]
    for asset, name in zip(assets, names, strict=True):
        make_rendition(current_version(asset), content=content(name) if content else b"")
    return assets


def replace(folder: str, name: str, *, uuid: str, now, content: bytes = b"") -> Rendition:
    """Release a new version of a file, with its rendition for the web made."""
    asset = release_one(
        f"{folder}/{name}", uuid=uuid, previous_uuids=[f"uuid-{folder}-{name}"], modified_at=now, now=now
    )
    return make_rendition(current_version(asset), content=content)


def later(version: PackVersion) -> None:
    """Let the moment go by for which files are left alone that somebody has begun with."""
    for file in version.files.filter(turns.MISSING, tried_at__isnull=False):
        PackFile.objects.filter(pk=file.pk).update(tried_at=file.tried_at - turns.AGAIN * 2)


def issue(pack: Pack, *, now=NOON) -> PackVersion:
    """Issue what a pack should hold now; everything it needs is there."""
    version = services.begin_version(pack=pack, now=now)
    assert version is not None
    assert services.prepare(version=version, now=now), list(version.files.values("name", "problem", "sha256"))
    issued = PackVersion.objects.select_related("pack").get(pk=version.pk)
    assert issued.state == VersionState.ISSUED
    return issued
