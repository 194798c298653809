"""Prepared downloads: take one, ask to be told, begin one again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.core.errors import NotReady
from portal.downloads import archives, job_selectors, jobs
from portal.downloads.job_archive import archive_of
from portal.downloads.serving import serve_archive
from portal.pages.takers import taker_of


@require_safe
def archive(request: HttpRequest, job: str) -> HttpResponseBase:
    """Give out a prepared download, whole or from where an earlier one broke off. Every file is checked again now."""
    found = job_selectors.get_job(request.company, job)
    if not found.is_ready:
        raise NotReady(
            _("This download is not ready yet. Its progress stands under Downloads."), retry_after=10
        )
    made = archive_of(found, job_selectors.items_of(found))
    archives.check(partner=request.company, archive=made, now=timezone.now())
    return serve_archive(request, made, partner=request.company, taker=taker_of(request))


@require_POST
def tell(request: HttpRequest, job: str) -> HttpResponse:
    """Tell the person who asked by mail when it ends, or not."""
    found = job_selectors.get_job(request.company, job)
    wanted = request.POST.get("wanted") == "yes"
    jobs.set_mail(job=found, wanted=wanted)
    if wanted:
        messages.success(request, _("We tell you by mail when it is ready."))
    return redirect("pages:downloads", request.company.slug)
