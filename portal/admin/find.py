"""One field that finds anything: public ids, mail addresses, companies, GTINs, paths, names."""

from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.accounts import selectors as accounts
from portal.catalog.lookup import assets_matching
from portal.change_requests import selectors as change_requests
from portal.downloads import share_selectors
from portal.partners import directory
from portal.publications import overview


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Lead to what the words mean: one thing's page where they name one thing, else the list that holds them."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:2000]
    page = _one(words)
    if page is not None:
        return redirect(*page)
    name = "user" if "@" in words else "asset"
    if name == "asset" and directory.companies_like(words):
        # A company's name is rarely a word of an asset's title; where it is both, the company was meant.
        name = "partner"
    address = reverse(f"admin:portal_{name}_changelist")
    return redirect(f"{address}?{urlencode({'q': words})}" if words else address)


def _one(words: str) -> tuple[str, int] | None:
    """Return the page of the one thing that an id names, ``None`` when it names none."""
    prefix, _sep, rest = words.partition("_")
    if words.startswith("rule:") and words[5:].isdigit():
        return ("admin:portal_routingrule_change", int(words[5:]))
    if (prefix == "req" or words[:2] in {"R-", "r-"}) and (asked := change_requests.find(words)):
        return ("admin:portal_changerequest_change", asked.pk)
    if not rest or " " in words:
        return None
    if prefix in {"prt", "inv", "cli"} and (partner := directory.find_partner(words)):
        return ("admin:portal_partner_change", partner.pk)
    if prefix in {"shl", "shr"} and (link := share_selectors.find_link(words)):
        return ("admin:portal_sharelink_change", link.pk)
    if prefix == "com" and (community := directory.find_community(words)):
        return ("admin:portal_community_change", community.pk)
    if prefix == "usr" and (user := accounts.by_public_id(words)):
        return ("admin:portal_user_change", user.pk)
    if prefix == "pub" and (asset_id := overview.asset_of_publication(words)):
        return ("admin:portal_asset_change", asset_id)
    if prefix in {"ast", "var", "ver"} and (asset := assets_matching(words).first()):
        return ("admin:portal_asset_change", asset.pk)
    return None


admin.site.add_page("find/", find, name="find")
