"""Who is asking: a partner's system, by the token it got for its client id and secret."""

import structlog
from allauth.idp.oidc.contrib.rest_framework.authentication import TokenAuthentication
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.core import rowscope
from portal.core.errors import Forbidden, NotFound
from portal.onboarding import services as onboarding
from portal.partners import selectors
from portal.partners.models import ApiClient, Partner


class PartnerSuspended(Forbidden):
    """The company may not use the portal at present."""

    code = "partner_suspended"


class InvalidToken(AuthenticationFailed):
    """Unknown, expired or revoked."""

    default_code = "invalid_token"
    default_detail = "The access token is unknown or has expired. Ask the token endpoint for a new one."


class ClientRequest(Request):
    """A request as views see it after authentication. For annotations: DRF makes the object."""

    partner: Partner
    client: ApiClient


class ClientTokenAuthentication(TokenAuthentication):
    """
    Bearer token of the client credentials grant.

    Sets ``request.partner`` and ``request.client`` and lets the database show this partner's rows alone. There is no
    user: ``request.user`` is ``None`` and ``request.auth`` is the token.
    """

    def authenticate(self, request):
        if not request.headers.get("Authorization"):
            return None
        # Django's own request: the body of a call that nobody has authenticated yet is not for our parsers.
        found = super().authenticate(request._request)
        token = found[1] if found else None
        # Also refused: identity tokens, which name a client but are no leave to call, and tokens of people.
        if token is None or token.client_id is None or token.user_id is not None:
            raise InvalidToken
        try:
            client = selectors.partner_of_client(token.client_id)
        except NotFound:
            raise InvalidToken from None
        structlog.contextvars.bind_contextvars(client=client.public_id)
        if not client.partner.is_active:
            raise PartnerSuspended(
                f"The access of {client.partner.name} is suspended. Please ask your contact."
            )
        rowscope.enter(client.partner.pk)
        if client.first_call_at is None:
            onboarding.note_call(client=client, now=timezone.now())
        request.client, request.partner = client, client.partner
        return None, token

    def authenticate_header(self, request) -> str:
        """Return the challenge of a 401 (RFC 6750, section 3)."""
        if request.headers.get("Authorization"):
            return 'Bearer realm="portal", error="invalid_token"'
        return 'Bearer realm="portal"'
