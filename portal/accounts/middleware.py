"""How this person reads."""

from collections.abc import Callable
from contextlib import ExitStack
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class ReaderMiddleware:
    """
    Speaks the language and keeps the time zone of the person who is signed in. Their own choice stands above the
    browser's; without one, what ``LocaleMiddleware`` found stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        with ExitStack() as stack:
            if user.is_authenticated and user.language:
                stack.enter_context(translation.override(user.language))
            if user.is_authenticated and user.time_zone:
                stack.enter_context(timezone.override(ZoneInfo(user.time_zone)))
            response = self.get_response(request)
            # LocaleMiddleware, outside of this one, would otherwise name the browser's language.
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            return response
