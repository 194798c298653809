"""Is it up, and can it work?"""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache


@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nothing else, so that a restart follows only from our own trouble."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """
    ``{"status": "ok" | "not ready", "checks": {name: "ok" | "missing"}}``; 503 unless the database answers.

    Without the cache the portal works, slower; that is said but does not make it unready.
    """
    checks = {"database": _database(), "cache": _cache()}
    ready = checks["database"] == "ok"
    body = {"status": "ok" if ready else "not ready", "checks": checks}
    response = JsonResponse(body, status=200 if ready else 503)
    if not ready:
        response["Retry-After"] = "5"
    return response


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever is wrong with it, it is missing
        return "missing"
    return "ok"


def _cache() -> str:
    try:
        cache.get("readyz")
    except Exception:  # as above
        return "missing"
    return "ok"
