"""What all operations have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.authentication import ClientRequest
from portal.api.inputs import Query
from portal.api.preconditions import tag_of
from portal.api.schema import OperationSchema
from portal.core.errors import NotFound


class OneForm(DefaultContentNegotiation):
    """There is one form of every answer, whatever ``Accept`` says: a picture's address must not answer 406."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """Speaks English, JSON and problems; answers conditional requests; says how often one may still ask."""

    content_negotiation_class = OneForm
    request: ClientRequest

    @property
    def default_response_headers(self) -> dict[str, str]:
        # DRF puts Allow into every answer; then a 404 would tell which kind of address it was asked at.
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override("en"):
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                response.render()
        if isinstance(response, HttpResponse) and "ETag" not in response:
            response["Content-Language"] = "en"
            patch_vary_headers(response, ["Authorization"])
            response = _conditional(request, response)
        if rate := getattr(self.request, "rate", None):
            for name, value in rate.headers().items():
                response[name] = value
        return response

    def options(self, request: ClientRequest, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """
    Give an answer a strong entity tag of its bytes, and answer 304 to whoever has them. What a change answers has the
    tag that reading it would have: the next change can name it.
    """
    if response.status_code not in {200, 201}:
        return response
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response["ETag"] = tag_of(response.content)
    if "If-None-Match" not in request.headers or request.method not in {"GET", "HEAD"}:
        return response
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


class PartnerView(ApiView):
    """
    An operation for a partner's system, limited to what its partner may see.

    ``required_scopes``  all of them must be in the token
    ``scopes_to_write``  instead of them for methods that change something, where those need others
    ``query_class``      the parameters behind the question mark; ``self.query`` has what was given
    """

    required_scopes: tuple[str, ...]
    scopes_to_write: tuple[str, ...] = ()
    query_class: type[Query] = Query
    schema = OperationSchema()

    def scopes_for(self, method: str) -> tuple[str, ...]:
        """Return what a token must carry for a method."""
        writes = method not in {"GET", "HEAD", "OPTIONS"}
        return (self.scopes_to_write or self.required_scopes) if writes else self.required_scopes

    def initial(self, request: ClientRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"}:
            query = self.query_class(data=request.query_params)
            query.is_valid(raise_exception=True)
            self.query = query.validated_data


class OpenView(ApiView):
    """An address that anybody may ask."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None


class NothingHere(OpenView):
    """Every other address: the 404 of a thing that never was, whoever asks and however."""

    def initial(self, request: ClientRequest, *args: Any, **kwargs: Any) -> None:
        raise NotFound
