"""Share links of a company: make one of what is in the basket, see what became of it, take it back."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.errors import DomainError
from portal.downloads import baskets, share_mails, share_selectors, shares
from portal.downloads.forms import ShareForm
from portal.downloads.models import ShareLink
from portal.downloads.shares import Sharer
from portal.packs import selectors as packs
from portal.partners.choices import Role


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """List the company's links, and make one of the reader's basket, or of the pack the address names."""
    now = timezone.now()
    name = request.GET.get("pack", "")
    pack = packs.get_pack(request.company, name, at=now) if name else None
    form = ShareForm(request.POST or None)
    wishes = [] if pack is not None else baskets.wishes_of(request.company, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            by = Sharer.person(request.membership)
            link, tokens = shares.share(by=by, wishes=wishes, pack=pack, now=now, **form.facts())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            _send(request, link, tokens)
            return redirect("pages:shares", request.company.slug)
    context = {
        "form": form,
        "pack": pack,
        "count": len(wishes),
        "may_share": request.membership.role != Role.VIEWER,
        "links": [(link, link.is_open(at=now)) for link in share_selectors.links_of(request.company)],
    }
    return render(request, "pages/shares.html", context, status=400 if form.is_bound else 200)


def _send(request: HttpRequest, link: ShareLink, tokens: Mapping[str, str]) -> None:
    failed = share_mails.send_links(link, tokens, language=get_language() or "en")
    if failed:
        text = _("The mail could not be sent to %(people)s. Share again with them in a moment.")
        messages.error(request, text % {"people": ", ".join(failed)})
    else:
        messages.success(request, _("The link is on its way."))


@require_POST
def revoke(request: HttpRequest, link: str) -> HttpResponse:
    """Take a link back, for everybody at once."""
    found = share_selectors.get_link(request.company, link)
    if request.membership.role == Role.VIEWER:
        messages.error(request, _("Members and managers of your company may take links back."))
    elif shares.revoke(link=found, actor=f"user:{request.user.public_id}", now=timezone.now()):
        messages.success(request, _("The link no longer works."))
    return redirect("pages:shares", request.company.slug)


@require_POST
def shut_out(request: HttpRequest, link: str, recipient: str) -> HttpResponse:
    """Take a link back from one of its recipients; the others keep theirs."""
    found = share_selectors.get_recipient(share_selectors.get_link(request.company, link), recipient)
    if request.membership.role == Role.VIEWER:
        messages.error(request, _("Members and managers of your company may take links back."))
    elif shares.revoke_recipient(recipient=found, actor=f"user:{request.user.public_id}", now=timezone.now()):
        messages.success(request, _("The link no longer works for %(person)s.") % {"person": found.email})
    return redirect("pages:shares", request.company.slug)
