"""The bytes of packs for people: archives, deltas, signed manifests."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.core.errors import BadInput
from portal.downloads import archives
from portal.downloads.choices import Via
from portal.downloads.services import Taker
from portal.downloads.serving import serve_archive
from portal.packs import bag, selectors
from portal.packs.terms import TermsNotAccepted


@require_safe
def pack_archive(request: HttpRequest, pack: str, number: int) -> HttpResponseBase:
    """Send a version in one archive, or with ``since`` what changed; terms that are not accepted come first."""
    now, company = timezone.now(), request.company
    version = selectors.get_version(company, pack, number, at=now)
    items = selectors.items_of(version)
    since = request.GET.get("since", "")
    if since:
        if not (since.isascii() and since.isdigit() and 0 < int(since[:9]) < number):
            raise BadInput(_("A delta leads from an earlier version to a later one."))
        before = selectors.get_version(company, pack, int(since[:9]), at=now)
        archive, _change = bag.delta(before, selectors.items_of(before), version, items)
    else:
        archive = bag.full(version, items)
    try:
        archives.check(partner=company, archive=archive, now=now)
    except TermsNotAccepted:
        return redirect("pages:pack-terms", company.slug, version.pack.slug)
    taker = Taker(actor=f"user:{request.user.public_id}", via=Via.PAGE, user=request.user)
    return serve_archive(request, archive, partner=company, taker=taker)


@require_safe
def pack_manifest(request: HttpRequest, pack: str, number: int) -> HttpResponse:
    """The signed bytes of a version, to keep."""
    version = selectors.get_version(request.company, pack, number, at=timezone.now())
    response = HttpResponse(version.manifest, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{version.pack.slug}-v{version.number}.json"'
    return response
