"""The reader's own account, whatever the company."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import services
from portal.accounts.forms import AccountForm
from portal.partners import selectors


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Name and time zone to change; ways to sign in, language and companies to get to."""
    user = request.user
    form = AccountForm(request.POST or None, initial={"name": user.name, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        services.set_reading(
            user=user, name=form.cleaned_data["name"], time_zone=form.cleaned_data["time_zone"]
        )
        messages.success(request, _("Saved."))
        return redirect("pages:account")
    return render(request, "pages/account.html", {"form": form, "places": selectors.memberships_of(user)})
