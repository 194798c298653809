"""What a publication says to the outside: vendor-neutral, JSON-ready."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from portal.publications.models import Publication, PublicationItem


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file of a post; see ``catalog.facts.FileFact`` for the words. ``replaces`` is a version number."""

    asset: str
    variant: str
    version: int
    replaces: int | None
    uuid: str
    path: str
    sha1: str
    file_name: str
    media_type: str
    extension: str
    medium: str
    size: int
    width: int | None
    height: int | None
    duration: float | None
    language: str
    markets: list[str]
    gtin: str
    kind: str
    view: str
    title: dict[str, str]
    description: dict[str, str]
    alt_text: dict[str, str]
    rights_start: datetime | None
    rights_end: datetime | None
    usage_rights: str
    copyright: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class PostContent:
    """
    A publication as its post announces it.

    ``live``   whether there is anything to announce; ``False`` takes the post back
    ``files``  those whose rights window is open, the lead first; scheduled ones join when it opens
    """

    publication: str
    publication_id: int
    revision: int
    live: bool
    community_id: int
    asset: str
    kind: str
    title: dict[str, str]
    files: list[PostFile]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; times are ISO 8601 in UTC."""
        body = asdict(self)
        for file in body["files"]:
            for name in ("rights_start", "rights_end"):
                file[name] = file[name].isoformat() if file[name] else None
        return body


def post_contents(publications: Iterable[Publication]) -> dict[int, PostContent]:
    """Return what the posts of these publications say now, by row number: one query, whatever their number."""
    publications = list(publications)
    files: dict[int, list[PostFile]] = defaultdict(list)
    assets = {publication.asset_id: publication.asset for publication in publications}
    items = (
        PublicationItem.objects.filter(
            publication__in=[publication.pk for publication in publications],
            withdrawn_at__isnull=True,
            state=PublicationItem.State.LIVE,
        )
        .select_related("variant", "version", "asset__product")
        .order_by("publication_id", "variant__language", "variant_id")
    )
    for item in items:
        files[item.publication_id].append(_file(item, is_primary=not files[item.publication_id]))
    return {
        publication.pk: PostContent(
            publication=publication.public_id,
            publication_id=publication.pk,
            revision=publication.revision,
            live=bool(files[publication.pk]),
            community_id=publication.community_id,
            asset=assets[publication.asset_id].public_id,
            kind=assets[publication.asset_id].kind,
            title=assets[publication.asset_id].title,
            files=files[publication.pk],
        )
        for publication in publications
    }


def _file(item: PublicationItem, *, is_primary: bool) -> PostFile:
    asset, variant, version = item.asset, item.variant, item.version
    return PostFile(
        asset=asset.public_id,
        variant=variant.public_id,
        version=version.number,
        replaces=version.number - 1 or None,
        uuid=version.source_uuid,
        path=version.source_path,
        sha1=version.sha1,
        file_name=version.file_name,
        media_type=version.media_type,
        extension=version.extension,
        medium=version.medium,
        size=version.size,
        width=version.width,
        height=version.height,
        duration=version.duration,
        language=variant.language,
        markets=variant.markets,
        gtin=asset.product.gtin if asset.product else "",
        kind=asset.kind,
        view=asset.view,
        title=asset.title,
        description=asset.description,
        alt_text=asset.alt_text,
        rights_start=variant.rights_start,
        rights_end=variant.rights_end,
        usage_rights=variant.usage_rights,
        copyright=variant.copyright,
        is_primary=is_primary,
    )
