"""Builders without surprises: whatever matters to a test is written in the test."""

import hashlib
import io
import itertools
from datetime import UTC, datetime, timedelta

from PIL import Image

from portal.accounts.models import User
from portal.catalog.models import Asset, AssetVersion, Variant
from portal.downloads import services as downloads
from portal.downloads.choices import Via
from portal.partners import services as partners
from portal.partners.choices import CommunityKind, CommunityStatus, PartnerKind, PartnerStatus, Role
from portal.partners.models import Community, Partner
from portal.publications.models import RoutingRule
from portal.releases import services as releases
from portal.releases.facts import FileFact
from portal.renditions import store
from portal.renditions.choices import RenditionState
from portal.renditions.models import Rendition
from portal.renditions.selectors import revision_for

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
PASSWORD = "a long enough sentence"
_numbers = itertools.count(1)


def gtin14(number: int) -> str:
    """Return a GTIN-14 with a valid check digit (GS1 General Specifications, 7.9)."""
    body = f"{number:013d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def make_partner(
    name: str = "", *, status: str = PartnerStatus.ACTIVE, languages=("en",), now=NOON
) -> Partner:
    return partners.save_partner(
        partner=None,
        name=name or f"Company {next(_numbers)}",
        kind=PartnerKind.RETAILER,
        status=status,
        languages=languages,
        now=now,
    )


def make_user(partner: Partner | None = None, *, role: str = Role.MEMBER, email: str = "", **fields) -> User:
    user = User.objects.create_user(email or f"person{next(_numbers)}@company.example", PASSWORD, **fields)
    if partner is not None:
        partners.add_member(partner=partner, user=user, role=role, now=NOON)
    return user


def make_staff(*, email: str = "") -> User:
    return User.objects.create_superuser(
        email or f"staff{next(_numbers)}@brand.example", PASSWORD, name="Staff"
    )


def make_community(*members: Partner, name: str = "", folder: str | None = None, now=NOON) -> Community:
    """A community with these members; with ``folder``, a rule routes that folder into it."""
    community = partners.save_community(
        community=None,
        name=name or f"Community {next(_numbers)}",
        kind=CommunityKind.PROGRAM,
        status=CommunityStatus.ACTIVE,
        now=now,
    )
    releases.set_members(community=community, partners=members, now=now)
    if folder is not None:
        make_rule(community, folders=[folder])
    return community


def make_rule(*communities: Community, name: str = "", **conditions) -> RoutingRule:
    rule = RoutingRule.objects.create(name=name or f"Rule {next(_numbers)}", **conditions)
    rule.communities.set(communities)
    return rule


def file_fact(path: str, *, uuid: str = "", **fields) -> FileFact:
    """An approved picture of 3000 pixels at this path; everything else as given."""
    fields = {
        "source": "dam",
        "sha1": hashlib.sha1(f"{path}{uuid}".encode(), usedforsecurity=False).hexdigest(),
        "size": 412_000,
        "media_type": "image/jpeg",
        "extension": path.rpartition(".")[2].lower(),
        "modified_at": NOON,
        "approved": True,
        "approval_word": "APPROVED",
        "medium": "image",
        "kind": "packshot",
        "width": 3000,
        "height": 3000,
        "title": {"en": path.rpartition("/")[2].rpartition(".")[0]},
        **fields,
    }
    return FileFact(uuid=uuid or f"uuid-{next(_numbers)}", path=path, **fields)


def release(*facts: FileFact, now=NOON) -> list[Asset]:
    """Apply facts as the DAM's news and return their assets, in the order of the facts."""
    releases.apply_files(facts=facts, now=now)
    variants = {v.source_uuid: v for v in Variant.objects.select_related("asset__product", "current")}
    return [variants[fact.uuid].asset for fact in facts]


def release_one(path: str, *, now=NOON, **fields) -> Asset:
    return release(file_fact(path, **fields), now=now)[0]


def picture(*, width: int = 64, height: int = 64, colour: str = "navy", kind: str = "WEBP") -> bytes:
    """Return a real picture's bytes."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, kind)
    return target.getvalue()


def make_rendition(version: AssetVersion, recipe: str = "web-1200", *, content: bytes = b"") -> Rendition:
    """A finished rendition with real bytes in the store, as if it had been fetched before."""
    # Far apart in colour: lossy formats would turn neighbours into the same bytes.
    mark = hashlib.sha1(f"{version.pk} {recipe}".encode(), usedforsecurity=False).hexdigest()
    content = content or picture(colour=f"#{mark[:6]}")
    digest = hashlib.sha256(content).hexdigest()
    store.put(digest, io.BytesIO(content))
    revision = revision_for(version, recipe)
    return Rendition.objects.create(
        version=version,
        revision=revision,
        state=RenditionState.READY,
        sha256=digest,
        size=len(content),
        media_type="image/webp",
        width=64,
        height=64,
        made_at=NOON + timedelta(seconds=1),
    )


def take(partner: Partner, asset: Asset, *, user: User, now=NOON, recipe: str = "web-1200", **which) -> None:
    """Take one size of an asset as a person does on its page; ``which`` language or variant."""
    grant = downloads.authorise_download(
        partner=partner, asset_id=asset.public_id, recipe=recipe, now=now, **which
    )
    found = downloads.find(grant=grant, now=now)
    taker = downloads.Taker(actor=f"user:{user.public_id}", via=Via.PAGE, user=user)
    downloads.note_taken(found=found, partner=partner, taker=taker, now=now)


def current_version(asset: Asset) -> AssetVersion:
    """Return the current version of an asset with one variant."""
    return asset.variants.get().current
