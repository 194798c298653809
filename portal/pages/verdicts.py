"""What a channel's rules say of one size of an asset: rule by rule, where it fails, and what can be put right."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.core.errors import NotFound
from portal.downloads import services as downloads
from portal.downloads.services import Grant
from portal.downloads.serving import serve_picture
from portal.pages.request_tags import ask_url
from portal.pages.tags import card_name, variant_query
from portal.partners import channels
from portal.partners.models import Channel, Partner
from portal.publications import selectors as publications
from portal.publications.cards import VariantCard, same_view
from portal.renditions import rulebooks
from portal.renditions.selectors import Size
from portal.renditions.standings import Standing, standings


@dataclass(frozen=True)
class Offer:
    """A download size, and what the rules of the company's channels that take it say of it."""

    size: Size
    verdicts: list[tuple[Channel, Standing]]
    is_for_channel: bool = False


def offers(
    company: Partner, shown: VariantCard, sizes: list[Size], *, per_view: int | None
) -> tuple[list[Offer], bool]:
    """
    Return the sizes of a file, those of the company's channels first, and whether it has any channel: five queries,
    however many sizes and channels.
    """
    found = channels.channels_of(company)
    rules = rulebooks.newest([one.specification_id for one in found if one.specification_id])
    taking = [(one, {recipe.pk for recipe in one.recipes.all()}) for one in found]
    pairs = [
        (size.revision, rules[one.specification_id])
        for size in sizes
        for one, taken in taking
        if size.recipe.pk in taken and one.specification_id in rules
    ]
    known = standings(shown.version, pairs, per_view=per_view)
    made = []
    for size in sizes:
        verdicts = []
        for one, _taken in taking:
            revision = rules.get(one.specification_id or 0)
            standing = known.get((size.revision.pk, revision.pk)) if revision else None
            if standing is not None and size.recipe.pk in _taken:
                verdicts.append((one, standing))
        made.append(Offer(size, verdicts, any(size.recipe.pk in taken for _one, taken in taking)))
    return sorted(made, key=lambda offer: not offer.is_for_channel), bool(found)


def _asked(request: HttpRequest, asset: str, channel: str, recipe: str) -> tuple[Grant, Channel, Standing]:
    now = timezone.now()
    found = channels.get_channel(request.company, channel)
    grant = downloads.authorise_download(
        partner=request.company,
        asset_id=asset,
        recipe=recipe,
        language=request.GET.get("language"),
        variant=request.GET.get("variant"),
        now=now,
    )
    revision = rulebooks.newest([found.specification_id or 0]).get(found.specification_id or 0)
    if revision is None or grant.revision.recipe.is_preview:
        raise NotFound
    others = publications.pictures_of_product(request.company, grant.card, at=now)
    count = same_view(grant.card, grant.variant, others)
    known = standings(grant.version, [(grant.revision, revision)], per_view=count)
    if not known:
        raise NotFound
    return grant, found, next(iter(known.values()))


@require_safe
def verdict(request: HttpRequest, asset: str, channel: str, recipe: str) -> HttpResponse:
    """Show a verdict rule by rule. What is not known yet is asked for, and said to be so."""
    grant, found, standing = _asked(request, asset, channel, recipe)
    path = reverse("pages:asset", args=[request.company.slug, grant.card.asset.public_id])
    name = card_name(grant.card)
    context = {
        "crumbs": [(name, path + variant_query(grant.card, grant.variant)), (found.name, "")],
        "card": grant.card,
        "shown": grant.variant,
        "name": name,
        "channel": found,
        "standing": standing,
        "recipe": grant.revision.recipe,
        "ask_url": ask_url(
            request.company,
            "refused_by_channel",
            asset=grant.card.asset.public_id,
            variant=grant.variant.variant.public_id,
            channel=found.public_id,
            channel_code=", ".join(line.rule.id for line in standing.failed)[:100],
        ),
    }
    return render(request, "pages/verdict.html", context)


@require_safe
def verdict_overlay(request: HttpRequest, asset: str, channel: str, recipe: str) -> HttpResponse:
    """Show where a file fails."""
    _grant, _channel, standing = _asked(request, asset, channel, recipe)
    if not standing.overlay:
        raise NotFound
    return serve_picture(request, standing.overlay)
