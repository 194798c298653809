"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """``brand_name``, the company of the address (or ``None``) and the reader's place in it."""
    return {
        "brand_name": settings.BRAND_NAME,
        "company": getattr(request, "company", None),
        "membership": getattr(request, "membership", None),
        "scheme": request.COOKIES.get("scheme", ""),
    }
