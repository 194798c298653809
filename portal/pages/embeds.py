"""Embed links of a company: made for a file whose rights allow public use, listed, and taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.errors import BadInput, DomainError
from portal.downloads import embeds
from portal.downloads import services as downloads
from portal.downloads.choices import EmbedEnd
from portal.pages.empty import unreadable
from portal.pages.tags import card_name
from portal.partners.choices import Role
from portal.publications import selectors as publications
from portal.publications.cards import VariantCard
from portal.renditions import responsive


@require_http_methods(["GET", "HEAD", "POST"])
def embed(request: HttpRequest) -> HttpResponse:
    """List the company's links, and make one of the file that the address names."""
    now, company = timezone.now(), request.company
    asset = request.GET.get("asset", "")
    card, shown, problem = None, None, ""
    if asset:
        card = publications.get_asset(company, asset, at=now)
        shown = publications.choose_variant(company, card, variant=request.GET.get("variant"))
    if request.method == "POST" and card is not None and shown is not None:
        try:
            _make(request, card.asset.public_id, shown)
        except DomainError as error:
            problem = str(error)
        else:
            messages.success(request, _("The media library is asked. The address is here in a moment."))
            query = urlencode({"asset": asset, "variant": shown.variant.public_id})
            return redirect(f"{reverse('pages:embeds', args=[company.slug])}?{query}")
    try:
        page = embeds.links_page(company, cursor=request.GET.get("cursor"))
    except BadInput as error:
        empty = unreadable(error, request.path)
        return render(request, "pages/embeds.html", {"empty": empty}, status=error.status)
    rows = [(link, embeds.snippet(link)) for link in page.items]
    path, kept = request.path, {key: value for key, value in request.GET.items() if key != "cursor"}
    context = {
        "card": card,
        "shown": shown,
        "name": card_name(card) if card is not None else "",
        "sizes": embeds.sizes_to_embed(shown) if shown is not None else [],
        "has_alt": bool(shown and card and responsive.alt_for(card.asset.alt_text, shown.language)[0]),
        "problem": problem,
        "may_embed": request.membership.role != Role.VIEWER,
        "links": rows,
        "newer": f"{path}?{urlencode({**kept, 'cursor': page.previous})}" if page.previous else "",
        "older": f"{path}?{urlencode({**kept, 'cursor': page.next})}" if page.next else "",
        "is_waiting": any(link.is_open and not link.is_ready for link, _snippet in rows),
    }
    return render(request, "pages/embeds.html", context, status=409 if problem else 200)


def _make(request: HttpRequest, asset: str, shown: VariantCard) -> None:
    now = timezone.now()
    grant = downloads.authorise_download(
        partner=request.company,
        asset_id=asset,
        recipe=request.POST.get("recipe", ""),
        variant=shown.variant.public_id,
        now=now,
    )
    embeds.make_by_person(membership=request.membership, grant=grant, now=now)


@require_POST
def embed_revoke(request: HttpRequest, embed: str) -> HttpResponse:
    """Take a link back."""
    link = embeds.get_link(request.company, embed)
    if request.membership.role == Role.VIEWER:
        messages.error(request, _("Members and managers of your company may take links back."))
    elif embeds.revoke(
        link=link, end=EmbedEnd.COMPANY, actor=f"user:{request.user.public_id}", now=timezone.now()
    ):
        messages.success(request, _("The link is revoked. Take it out of your page."))
    return redirect("pages:embeds", request.company.slug)
