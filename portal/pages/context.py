"""What the frame around every page knows."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal.downloads import baskets
from portal.pages import navigation
from portal.pages.preferences import SCHEMES
from portal.partners import selectors


def frame(request: HttpRequest) -> dict[str, Any]:
    """
    Return ``company`` and ``membership`` of the address (or ``None``), ``companies`` of the reader, the menu ``nav``,
    ``in_basket`` how many files, ``languages`` to choose from, and the colour ``scheme`` chosen in this browser.
    """
    company = getattr(request, "company", None)
    is_open = company is not None and company.is_active
    scheme = request.COOKIES.get("scheme", "")
    return {
        "brand_name": settings.BRAND_NAME,
        "company": company,
        "membership": getattr(request, "membership", None),
        # Asked for by few pages: an error page must do without the database.
        "companies": SimpleLazyObject(lambda: selectors.memberships_of(request.user)),
        "nav": navigation.links(company, request.resolver_match) if is_open else [],
        # Called by the template, once: a number cannot be put off like an object.
        "in_basket": cache(lambda: baskets.count(company, request.user) if is_open else 0),
        "languages": settings.LANGUAGES,
        "scheme": scheme if scheme in SCHEMES else "",
    }
