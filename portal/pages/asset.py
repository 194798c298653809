"""One asset: look at it, take it, and see what became of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.catalog.models import AssetVersion
from portal.core.templatetags.portal import by, weight
from portal.downloads import selectors as downloads
from portal.downloads.embeds import can_embed
from portal.downloads.selectors import DownloadLine
from portal.pages import captions
from portal.pages.tags import card_name
from portal.pages.verdicts import offers
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, VariantCard, same_view
from portal.publications.visibility import Status
from portal.renditions import responsive
from portal.renditions import selectors as renditions

TABS = ("changed", "versions", "languages", "use")


@require_safe
def asset(request: HttpRequest, asset: str) -> HttpResponse:
    """Show one variant of an asset: the picture and its download sizes first, the history below."""
    now = timezone.now()
    company = request.company
    card = publications.get_asset(company, asset, at=now)
    shown = _shown(request, card)
    versions = publications.versions_of(company, shown)
    taken = downloads.downloads_of_asset(company, card.asset.pk, at=now)
    missing = card.missing(company.languages)
    old = _compared(request.GET.get("with", ""), versions, shown)
    counts = {
        "changed": None,
        "versions": len(versions),
        "languages": len(card.variants) + len(missing),
        "use": len(taken),
    }
    open_tabs = [tab for tab in TABS if tab != "changed" or old]
    tab = request.GET.get("tab", "")
    tab = tab if tab in open_tabs else open_tabs[0]
    name = card_name(card)
    pictures = publications.pictures_of_product(company, card, at=now)
    sizes, has_channels = offers(
        company, shown, renditions.sizes_of(shown.version), per_view=same_view(card, shown, pictures)
    )
    context = {
        "card": card,
        "shown": shown,
        "name": name,
        "crumbs": _crumbs(company, card, name),
        "newest_number": versions[0].number if versions else shown.version.number,
        "offers": sizes,
        "channels_url": _channels_url(request, has_channels),
        "pictures": pictures,
        "captions": captions.lines(company, card, shown, at=now),
        "more_urls": _more_urls(company, card, shown),
        "versions": [(version, _state(version, shown)) for version in versions],
        "missing": missing,
        "taken": taken,
        "outdated": _outdated(taken, shown),
        "tab": tab,
        "tabs": _tabs(request, open_tabs, tab, counts),
        "old": old,
        "differences": _differences(old, shown.version) if old else [],
        "events": _events(versions, taken, shown),
    }
    return render(request, "pages/asset.html", context)


def _shown(request: HttpRequest, card: AssetCard) -> VariantCard:
    """The variant the address names. A language there is no file for shows what the reader gets instead."""
    if "variant" in request.GET:
        return publications.choose_variant(request.company, card, variant=request.GET["variant"])
    return card.find(language=request.GET.get("language")) or card.lead


def _channels_url(request: HttpRequest, has_channels: bool) -> str:
    """Where somebody who may sets the company's channels up, empty when it has some or they may not."""
    if has_channels or not request.membership.can_manage:
        return ""
    return reverse("pages:channels", args=[request.company.slug])


def _more_urls(company: Partner, card: AssetCard, shown: VariantCard) -> dict[str, str]:
    """Where a picture can be had in other ways, nothing for anything else and before its rights begin."""
    if not (shown.is_usable and responsive.has_set(shown.version)):
        return {}
    query = urlencode({"variant": shown.variant.public_id})
    here = [company.slug, card.asset.public_id]
    embeds = urlencode({"asset": card.asset.public_id, "variant": shown.variant.public_id})
    return {
        "embed": f"{reverse('pages:embeds', args=[company.slug])}?{embeds}" if can_embed(shown) else "",
        "own": f"{reverse('pages:own-size', args=here)}?{query}",
        "responsive": f"{reverse('pages:responsive', args=here)}?{query}",
    }


def _crumbs(company, card: AssetCard, name: str) -> list[tuple[str, str]]:
    assets = reverse("pages:assets", args=[company.slug])
    crumbs = [(_("Assets"), assets)]
    product = card.asset.product
    if product is not None:
        crumbs.append((product.title or product.gtin, f"{assets}?{urlencode({'gtin': product.gtin})}"))
    return [*crumbs, (str(card.asset.get_view_display()) if product and card.asset.view else name, "")]


def _tabs(
    request: HttpRequest, names: list[str], current: str, counts: dict[str, int | None]
) -> list[dict[str, Any]]:
    labels = {
        "changed": _("What changed"),
        "versions": _("Versions"),
        "languages": _("Languages"),
        "use": _("Your use"),
    }
    keep = {name: request.GET[name] for name in ("language", "variant") if name in request.GET}
    return [
        {
            "label": labels[name],
            "url": f"?{urlencode({**keep, 'tab': name})}#history",
            "count": counts[name],
            "is_current": name == current,
        }
        for name in names
    ]


def _state(version: AssetVersion, shown: VariantCard) -> str:
    """What one version of the variant is to this company."""
    if version.pk == shown.version.pk:
        return shown.status
    return Status.WITHDRAWN if version.withdrawn_at else Status.REPLACED


def _compared(number: str, versions: list[AssetVersion], shown: VariantCard) -> AssetVersion | None:
    """The older version to put beside the current one: the one asked for, else the last before it."""
    older = [version for version in versions if version.number < shown.version.number]
    wanted = [version for version in older if str(version.number) == number]
    return next(iter(wanted or older), None)


def _differences(old: AssetVersion, new: AssetVersion) -> list[tuple[str, str, str]]:
    """What two versions differ in, as far as it can be said in words: ``(what, old, new)``."""
    facts = [
        (_("File name"), old.file_name, new.file_name),
        (_("Pixels"), by(old.width, old.height), by(new.width, new.height)),
        (_("Weight"), weight(old.size), weight(new.size)),
        (_("Format"), old.extension.upper(), new.extension.upper()),
    ]
    return [fact for fact in facts if fact[1] != fact[2]]


def _outdated(taken: list[DownloadLine], shown: VariantCard) -> DownloadLine | None:
    """The company's last copy of this variant, when a newer version has replaced it."""
    last = next((line for line in taken if _is_of(line, shown)), None)
    return last if last is not None and last.status == Status.REPLACED else None


def _events(
    versions: list[AssetVersion], taken: list[DownloadLine], shown: VariantCard
) -> list[dict[str, Any]]:
    """What happened to this variant, newest first: releases, withdrawals, and what the company took."""
    events: list[dict[str, Any]] = []
    for version in versions:
        text = _("Version %(number)d released") % {"number": version.number}
        fresh = version.pk == shown.version.pk
        tone, icon = ("ok", "check") if fresh else ("mute", "image")
        events.append({"tone": tone, "icon": icon, "text": text, "at": version.released_at})
        if version.withdrawn_at:
            text = _("Version %(number)d withdrawn") % {"number": version.number}
            events.append({"tone": "bad", "icon": "minus-circle", "text": text, "at": version.withdrawn_at})
    for line in taken:
        if not _is_of(line, shown):
            continue
        words = {"number": line.download.version_number, "size": _size_name(line)}
        text = _("You took version %(number)d, %(size)s") % words
        events.append({"tone": "mute", "icon": "download", "text": text, "at": line.download.at})
    return sorted(events, key=lambda event: event["at"], reverse=True)[:12]


def _is_of(line: DownloadLine, shown: VariantCard) -> bool:
    version = line.download.version
    if version is None:
        return line.download.language == shown.language
    return version.variant_id == shown.variant.pk


def _size_name(line: DownloadLine) -> str:
    recipe = line.download.recipe
    return recipe.name if recipe is not None else line.download.recipe_key
