"""The start: which company? And the way in for people who are invited."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import selectors as accounts
from portal.accounts.forms import InvitationForm
from portal.core.errors import NotFound
from portal.partners import selectors, services


@require_safe
@login_required
def companies(request: HttpRequest) -> HttpResponse:
    """Go to the reader's company, or let them choose among several."""
    places = selectors.memberships_of(request.user)
    if len(places) == 1 and places[0].partner.is_active:
        return redirect("pages:home", places[0].partner.slug)
    if not places and request.user.is_staff:
        return redirect("admin:index")
    return render(request, "pages/companies.html", {"places": places})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """
    Show an invitation, and accept it by POST alone: mail scanners follow links.

    A new person is signed in, as the link proves the mail address. Somebody with an account signs in the usual way, so
    that a forwarded mail opens nobody's other companies.
    """
    now = timezone.now()
    try:
        found = selectors.open_invitation(services.token_digest(token), at=now)
    except NotFound:
        return render(request, "pages/invitation_closed.html", status=404)
    is_known = accounts.is_known(found.email)
    form = None if is_known else InvitationForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        details = form.cleaned_data if form else {}
        user = services.accept_invitation(
            token=token, name=details.get("name", ""), password=details.get("password"), now=now
        )
        home = reverse("pages:home", args=[found.partner.slug])
        if not is_known:
            return perform_login(request, user, redirect_url=home)
        messages.success(request, _("You now belong to %(company)s.") % {"company": found.partner.name})
        return redirect(home) if request.user == user else redirect_to_login(home)
    return render(request, "pages/invitation.html", {"invitation": found, "form": form})
