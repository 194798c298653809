"""
Files made to order: put right for a channel's rules, cut to an own size, or a member of a responsive set.

An order is a recipe revision like any other, so that its renditions are bound to their parameters and digest, pass the
one check, and are made once. Its address is a function of what it says: the same order again is the same revision.
"""

import copy
import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

import orjson
import pyvips
from django.db import transaction
from django.db.models import Max

from portal.catalog.models import AssetVersion
from portal.renditions import cropping, file_names, finishing, rulebooks
from portal.renditions.choices import Fit, Format
from portal.renditions.metadata import Rights
from portal.renditions.models import Recipe, RecipeRevision, SpecificationRevision
from portal.renditions.source import Fetched, SourceRefused
from portal.renditions.verdicts import fixes
from portal.renditions.verdicts.measure import NotAPicture

#: Keys of the recipes whose revisions are orders. Their addresses begin with these words.
FITTED, OWN, RESPONSIVE = "fitted", "own-size", "responsive"
#: A part of what was fetched may be this much off what was ordered: sizes and shares are rounded, to pixels, and a
#: picture may be that little off the shape of the one it was ordered for.
_OFF_PIXELS, _OFF_SHARE = 2, 0.005


def fitted(
    version: AssetVersion, base: RecipeRevision, specification: SpecificationRevision, *, now: datetime
) -> RecipeRevision:
    """Return the revision that makes what ``base`` makes of a version fit a specification."""
    came_as = version.extension if base.format == Format.ORIGINAL else base.format
    form = fixes.format_for(came_as.replace("jpg", "jpeg"), rulebooks.rules_of(specification))
    return order(
        FITTED,
        facts={"format": str(form), "naming": base.naming},
        suffix=f"{base.suffix or base.recipe.key}-{specification.specification.key}"[:40],
        base=base,
        fits=specification,
        now=now,
    )


def order(
    key: str,
    *,
    facts: Mapping[str, Any],
    suffix: str,
    now: datetime,
    base: RecipeRevision | None = None,
    fits: SpecificationRevision | None = None,
    crop: tuple[float, float, float, float] | None = None,
) -> RecipeRevision:
    """
    Return the revision that says this, made when nobody has ordered it before.

    :param key: of ``FITTED``, ``OWN``, ``RESPONSIVE``
    :param facts: values of ``services.REVISION_FIELDS``; those left out say nothing
    :param crop: left, top, width and height of the part to cut out, each from 0 to 1
    """
    address = address_of(key, facts=facts, suffix=suffix, base=base, fits=fits, crop=crop)
    if found := _by_address(address):
        return found
    with transaction.atomic():
        recipe = Recipe.objects.select_for_update().get(key=key)
        if found := _by_address(address):
            return found
        last = recipe.revisions.aggregate(last=Max("number"))["last"] or 0
        RecipeRevision.objects.create(
            recipe=recipe,
            number=last + 1,
            address=address,
            suffix=suffix,
            base=base,
            fits=fits,
            crop=list(crop or []),
            carries_rights=True,
            created_at=now,
            **facts,
        )
    return _by_address(address)  # type: ignore[return-value]  # it has just been made


def address_of(
    key: str,
    *,
    facts: Mapping[str, Any],
    suffix: str,
    base: RecipeRevision | None = None,
    fits: SpecificationRevision | None = None,
    crop: tuple[float, float, float, float] | None = None,
) -> str:
    """Return what an order is called in addresses: a function of what it says."""
    said = {
        **facts,
        "suffix": suffix,
        "base": base.pk if base else None,
        "fits": fits.pk if fits else None,
        "crop": list(crop) if crop else [],
    }
    digest = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{key}-{digest[:24]}"


def _by_address(address: str) -> RecipeRevision | None:
    rows = RecipeRevision.objects.filter(address=address)
    return rows.select_related("recipe", "base__recipe", "fits__specification").first()


def to_fetch(revision: RecipeRevision) -> RecipeRevision:
    """
    Return what to ask the source for; see ``finishing.to_fetch``. What is encoded here is fetched without loss.

    The copy is never saved.
    """
    if revision.crop:
        return _around(revision)
    if revision.fits_id is None or revision.base is None:
        return finishing.to_fetch(revision)
    if revision.base.format == Format.ORIGINAL:
        return revision.base
    asked = copy.copy(revision.base)
    asked.format, asked.quality = Format.PNG, None
    return asked


def finish(
    fetched: Fetched, target: IO[bytes], *, revision: RecipeRevision, rights: Rights, version: AssetVersion
) -> tuple[Fetched, IO[bytes]]:
    """
    Return what was fetched by ``to_fetch(revision)`` as the revision wants it, and the file it now lies in.

    :raises SourceRefused: it cannot be made as the revision says
    """
    if revision.crop:
        return _cut(fetched, target, revision=revision, rights=rights)
    if revision.fits_id is None:
        return finishing.finish(fetched, target, revision=revision, rights=rights)
    if revision.fits is None or revision.base is None:
        raise SourceRefused("The rules it was to fit are not there any more.")
    target.seek(0)
    try:
        made = fixes.fitted(
            target.read(),
            rulebooks.rules_of(revision.fits),
            form=Format(revision.format),
            named=lambda width, height: file_names.of_version(version, revision, width=width, height=height),
            rights=rights,
        )
    except (fixes.CannotFix, NotAPicture) as error:
        raise SourceRefused(f"No safe change makes it fit: {error}"[:300]) from error
    width, height = made.size
    media_type = finishing.MEDIA_TYPES[Format(revision.format)]
    return replace(fetched, media_type=media_type, width=width, height=height), io.BytesIO(made.content)


def _around(revision: RecipeRevision) -> RecipeRevision:
    """
    Return how to ask for a whole picture, without loss and just as large as the part needs it.

    The copy is never saved.
    """
    _left, _top, wide, _high = revision.crop
    asked = copy.copy(revision)
    asked.fit, asked.format, asked.quality, asked.crop = Fit.BOUND, Format.PNG, None, []
    # One bound alone: both would be kept at once, and rounding could make the part a pixel too small.
    asked.width, asked.height = math.ceil((revision.width or 0) / wide), None
    return asked


def _cut(
    fetched: Fetched, target: IO[bytes], *, revision: RecipeRevision, rights: Rights
) -> tuple[Fetched, IO[bytes]]:
    target.seek(0)
    form, (width, height) = Format(revision.format), (revision.width or 1, revision.height or 1)
    try:
        image = finishing.managed(pyvips.Image.new_from_buffer(target.read(), "", fail_on="error"))
        image = cropping.cut(image, revision.crop)
        _check_part(image, width, height)
        if (image.width, image.height) != (width, height):
            image = image.thumbnail_image(width, height=height, size="force")
        content = finishing.light_enough(image, revision, rights)
    except (pyvips.Error, ValueError) as error:
        raise SourceRefused(f"The part cannot be cut out: {str(error).strip()[:200]}") from error
    made = replace(fetched, media_type=finishing.MEDIA_TYPES[form], width=width, height=height)
    return made, io.BytesIO(content)


def _check_part(image: pyvips.Image, width: int, height: int) -> None:
    """
    Never enlarge and never distort: the file may be another one than that for which the part was ordered. Leave to take
    it is asked by what the DAM says of a file (``protection``); here its pixels tell.

    :raises SourceRefused: the part is smaller than was ordered, or of another shape
    """
    found = f"The part has {image.width} x {image.height} pixels, and {width} x {height} were ordered"
    wide_off, high_off = _OFF_PIXELS + _OFF_SHARE * width, _OFF_PIXELS + _OFF_SHARE * height
    if image.width < width - wide_off or image.height < height - high_off:
        raise SourceRefused(f"{found}: nothing is enlarged.")
    # A pixel is much of a narrow side, and little of a long one.
    if (
        abs(image.width * height / image.height - width) > wide_off
        and abs(image.height * width / image.width - height) > high_off
    ):
        raise SourceRefused(f"{found}: it would be distorted.")
