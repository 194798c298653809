"""The company in the address."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.core import rowscope
from portal.core.errors import NotFound
from portal.core.errors_views import answer_domain_error
from portal.partners import selectors, services


class CompanyMiddleware:
    """
    For addresses of the form ``/o/<company>/...``: asks for sign-in, finds the person's place in that company, limits
    the database to the company's rows, and hands ``request.company`` and ``request.membership`` to the view.

    A company that does not exist and one the person does not belong to look the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if "company" not in kwargs:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            membership = selectors.get_membership(request.user, kwargs.pop("company"))
        except NotFound as error:
            return answer_domain_error(request, error)
        request.membership = membership
        request.company = membership.partner
        if not membership.partner.is_active:
            return render(request, "partners/suspended.html", status=403)
        rowscope.enter(membership.partner_id)
        services.note_visit(membership=membership, now=timezone.now())
        return None
