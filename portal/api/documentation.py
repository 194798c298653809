"""The API about itself: the OpenAPI document, a page to try it, and what every problem means."""

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from rest_framework.response import Response

from portal.api import schema
from portal.api.problem_types import TYPES
from portal.api.views import OpenView
from portal.core.errors import NotFound


class OpenApi(OpenView):
    """The document generators and testers read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(schema.document(settings.PORTAL_URL), content_type="application/json")


class Docs(OpenView):
    """Swagger UI, from our own files."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "api/docs.html")


class Problems(OpenView):
    """Where every problem's ``type`` leads: a page for people, JSON for everybody else."""

    def get(self, request: HttpRequest, code: str | None = None) -> HttpResponseBase:
        if code is not None and code not in TYPES:
            raise NotFound
        types = [TYPES[code]] if code else list(TYPES.values())
        if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
            return render(request, "api/problems.html", {"types": types, "is_all": code is None})
        described = [{"type": kind.address, **asdict(kind)} for kind in types]
        return Response(described[0] if code else {"items": described, "next": None})
