"""
What somebody without an account sees of a share link. Looking changes nothing: mail scanners follow links. Taking is a
POST that counts, and leads to the bytes by a ticket, so that a broken download is continued without counting twice.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.core import rowscope
from portal.core.errors import Gone, NotFound
from portal.downloads import archives, services, shares
from portal.downloads.serving import gives_bytes, serve, serve_archive
from portal.downloads.shares import PACK, Opened
from portal.packs import bag
from portal.packs import selectors as packs
from portal.pages import shared_tries


def _open(request: HttpRequest, token: str) -> Opened:
    """
    Open a link, and limit the database to the rows of the company that shared it.

    :raises TooManyTriesFromHere: the address asked for too many links that do not exist
    """
    shared_tries.check_unknown(request)
    try:
        opened = shares.open_link(token, now=timezone.now())
    except NotFound:
        shared_tries.note_unknown(request)
        raise
    rowscope.enter(opened.link.partner_id)
    return opened


def _cookie(opened: Opened) -> str:
    return f"share-{opened.recipient.public_id}"


def _is_unlocked(request: HttpRequest, opened: Opened) -> bool:
    return shares.is_unlocked(opened, request.COOKIES.get(_cookie(opened), ""))


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link holds, or ask for its password."""
    opened = _open(request, token)
    return _page(request, opened, token)


def _page(
    request: HttpRequest, opened: Opened, token: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"link": opened.link, "token": token, "left": opened.left, "error": error}
    if not _is_unlocked(request, opened):
        return render(request, "pages/shared_locked.html", context, status=status)
    if opened.link.pack_id is not None:
        try:
            context["version"] = shares.shared_pack(opened, at=timezone.now())
        except NotFound:
            context["version"] = None
    else:
        context["files"] = shares.contents(opened, at=timezone.now())
    return render(request, "pages/shared.html", context, status=status)


@never_cache
@require_POST
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    """Take the password of a link."""
    opened = _open(request, token)
    shared_tries.note_password(request)
    try:
        proof = shares.unlock(
            opened=opened, password=request.POST.get("password", "")[:200], now=timezone.now()
        )
    except (shares.WrongPassword, shares.TooManyTries) as error:
        refused = _page(request, opened, token, error=str(error), status=error.status)
        if isinstance(error, shares.TooManyTries):
            refused["Retry-After"] = str(error.retry_after)
        return refused
    shared_tries.forgive_password(request)
    response = redirect("pages:shared", token)
    response.set_cookie(
        _cookie(opened),
        proof,
        max_age=shares.TICKET_SECONDS,
        path=f"/s/{token}/",
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


@never_cache
@require_POST
def take(request: HttpRequest, token: str) -> HttpResponse:
    """Count one download, and go to its bytes. What cannot be had now is said before anything is counted."""
    opened = _open(request, token)
    if not _is_unlocked(request, opened):
        return redirect("pages:shared", token)
    what = request.POST.get("what", "")
    if what == PACK and opened.link.pack_id is not None:
        _archive(opened)
    else:
        _grant(opened, what)
    ticket = shares.take(opened=opened, what=what, now=timezone.now())
    return redirect("pages:shared-bytes", token, ticket)


@never_cache
@require_safe
def shared_bytes(request: HttpRequest, token: str, ticket: str) -> HttpResponseBase:
    """Give out what a ticket is for, whole or in ranges. The company's own check decides, now."""
    opened = _open(request, token)
    what = shares.read_ticket(opened, ticket)
    if what == PACK and opened.link.pack_id is not None:
        return serve_archive(request, _archive(opened), partner=opened.link.partner, taker=opened.taker)
    now = timezone.now()
    found = services.find(grant=_grant(opened, what), now=now)
    response = serve(request, found.rendition, name=found.name)
    if gives_bytes(request, response):
        part = response.status_code == 206
        services.note_taken(found=found, partner=opened.link.partner, taker=opened.taker, now=now, part=part)
    return response


def _archive(opened: Opened) -> bag.Archive:
    now = timezone.now()
    version = shares.shared_pack(opened, at=now)
    archive = bag.full(version, packs.items_of(version))
    archives.check(partner=opened.link.partner, archive=archive, now=now)
    return archive


def _grant(opened: Opened, what: str) -> services.Grant:
    """
    :raises NotFound: not of this link
    :raises DomainError: withdrawn, or not yet to be given out
    """
    now = timezone.now()
    found = next((one for key, one in shares.contents(opened, at=now) if key == what), None)
    if found is None:
        raise NotFound
    if found.variant is None:
        # The company has left the community it had the file from.
        raise Gone(found.why)
    return services.authorise_download(
        partner=opened.link.partner,
        asset_id=found.variant.asset.public_id,
        recipe=found.recipe.key,
        variant=found.variant.public_id,
        now=now,
    )
