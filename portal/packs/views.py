"""Addresses that anybody may ask: what is needed to check a pack belongs to whoever holds one."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from portal.packs import publishing, signing


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every public key that ever signed a manifest, as a JSON Web Key Set (RFC 7517)."""
    response = JsonResponse({"keys": signing.public_keys()})
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def recalled(request: HttpRequest) -> HttpResponse:
    """Digests of withdrawn bytes that were given out in packs, signed."""
    response = JsonResponse(publishing.recalled_list(now=timezone.now()))
    patch_cache_control(response, public=True, max_age=publishing.RECALLED_FOR.seconds)
    return response


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks packs."""
    return _program("verify_pack.py", publishing.verifier(now=timezone.now()))


@require_safe
def mirror(request: HttpRequest) -> HttpResponse:
    """The program that keeps a folder in step with a pack."""
    return _program("portal_mirror.py", publishing.mirror(now=timezone.now()))


def _program(name: str, text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
