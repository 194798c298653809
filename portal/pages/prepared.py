"""Prepared downloads: take one, ask to be told, stop or remove one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.downloads import archives, job_selectors, jobs
from portal.downloads.job_archive import ready_archive
from portal.downloads.serving import serve_archive
from portal.pages.takers import taker_of


@require_safe
def archive(request: HttpRequest, job: str) -> HttpResponseBase:
    """Give out a prepared download, whole or from where an earlier one broke off. Every file is checked again now."""
    made = ready_archive(job_selectors.get_job(request.company, job))
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


@require_POST
def remove(request: HttpRequest, job: str) -> HttpResponse:
    """Stop preparing one, or remove one that is over."""
    found = job_selectors.get_job(request.company, job)
    if found.may_be_removed_by(request.membership):
        jobs.remove(job=found, actor=taker_of(request).actor, now=timezone.now())
        messages.success(request, _("The download has been removed."))
    else:
        messages.error(request, _("Whoever asked for it, or a member of your company, may remove it."))
    return redirect("pages:downloads", request.company.slug)
