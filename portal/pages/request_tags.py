"""Template tags about requests; loaded as builtins."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from portal.change_requests.choices import Kind, RequestState
from portal.partners.models import Partner
from portal.publications.cards import VariantCard
from portal.renditions.own_sizes import Wish

register = template.Library()

#: State -> (tone, icon).
_STATES = {
    RequestState.OPEN: ("info", "flag-chat"),
    RequestState.IN_PROGRESS: ("info", "clock"),
    RequestState.WAITING: ("warn", "help"),
    RequestState.RESOLVED: ("plan", "check"),
    RequestState.CONFIRMED: ("ok", "check-double"),
    RequestState.REJECTED: ("bad", "x-circle"),
    RequestState.DUPLICATE: ("mute", "copy"),
}
#: Kind of an entry in a thread -> (tone, icon).
_KINDS = {
    Kind.RAISED: ("mute", "flag-chat"),
    Kind.MESSAGE: ("mute", "chat"),
    Kind.TAKEN: ("info", "clock"),
    Kind.QUESTION: ("warn", "help"),
    Kind.ANSWER: ("mute", "chat"),
    Kind.RESOLVED: ("plan", "check"),
    Kind.REJECTED: ("bad", "x-circle"),
    Kind.DUPLICATE: ("mute", "copy"),
    Kind.CONFIRMED: ("ok", "check-double"),
    Kind.REOPENED: ("warn", "refresh"),
}


@register.inclusion_tag("partials/badge.html")
def request_badge(state: str, look: str = "") -> dict[str, str]:
    """How far a request is, as icon and word."""
    tone, icon_name = _STATES[RequestState(state)]
    return {"tone": tone, "icon_name": icon_name, "text": str(RequestState(state).label), "look": look}


@register.inclusion_tag("partials/badge.html")
def message_badge(kind: str) -> dict[str, str]:
    """What an entry of a thread did, as icon and word."""
    tone, icon_name = _KINDS[Kind(kind)]
    return {"tone": tone, "icon_name": icon_name, "text": str(Kind(kind).label), "look": "bare"}


@register.simple_tag
def ask_url(company: Partner, reason: str, **known: Any) -> str:
    """
    The address of a new request with everything filled in that the page knows: fields of ``RequestForm``; what is empty
    is left out.
    """
    path = reverse("pages:request-new", args=[company.slug])
    pairs = {"reason": reason, **known}
    return f"{path}?{urlencode({name: value for name, value in pairs.items() if value})}"


@register.simple_tag
def own_size_url(company: Partner, shown: VariantCard, own: Wish) -> str:
    """The address where an own size of a file is cut, with its numbers."""
    path = reverse("pages:own-size", args=[company.slug, shown.variant.asset.public_id])
    query: dict[str, Any] = {"variant": shown.variant.public_id, "width": own.width, "height": own.height}
    query["format"] = own.format.value
    return f"{path}?{urlencode({**query, 'padded': 'on'} if own.padded else query)}"
