"""Who takes, on partner pages."""

from django.http import HttpRequest

from portal.downloads.choices import Via
from portal.downloads.services import Taker


def taker_of(request: HttpRequest) -> Taker:
    """Return the person in front of a partner page as somebody who takes files."""
    return Taker(actor=f"user:{request.user.public_id}", via=Via.PAGE, user=request.user)
