"""Settings: the places where a company uses media. Managers change them, the others read."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import DomainError, Forbidden, NotFound
from portal.downloads.serving import serve_picture
from portal.pages.channel_forms import ChannelForm, TestPictureForm
from portal.partners import channels as services
from portal.partners.models import Channel
from portal.renditions import picture_tests, rulebooks, standings
from portal.renditions import selectors as recipes


@require_safe
def channels(request: HttpRequest) -> HttpResponse:
    """List the company's channels, each with its rules and sizes."""
    found = services.channels_of(request.company)
    revisions = rulebooks.newest([one.specification_id for one in found if one.specification_id])
    rows = [(one, revisions.get(one.specification_id)) for one in found]
    return render(request, "pages/channels.html", {"rows": rows})


@require_safe
def channel(request: HttpRequest, channel: str) -> HttpResponse:
    """Show one channel: its sizes, its rules with their sources, and the last test picture."""
    found = services.get_channel(request.company, channel)
    return render(request, "pages/channel.html", _one(request, found, TestPictureForm()))


def _crumbs(request: HttpRequest, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Channels"), reverse("pages:channels", args=[request.company.slug])), *more]


def _one(request: HttpRequest, found: Channel, form: TestPictureForm) -> dict[str, Any]:
    revision = rulebooks.newest([found.specification_id or 0]).get(found.specification_id or 0)
    test = picture_tests.latest(found)
    return {
        "crumbs": _crumbs(request, (found.name, "")),
        "channel": found,
        "specification": revision,
        "rules": rulebooks.rules_of(revision).rules if revision else (),
        "form": form,
        "test": test,
        "lines": standings.lines_of(test.specification, test.lines) if test else (),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: HttpRequest, channel: str = "") -> HttpResponse:
    """Add a channel, or change one."""
    _demand_manager(request)
    found = services.get_channel(request.company, channel) if channel else None
    form = ChannelForm(
        request.POST or None,
        channel=found,
        specifications=rulebooks.list_for(request.company),
        sizes=recipes.current_revisions(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_channel(
                partner=request.company,
                channel=found,
                now=timezone.now(),
                actor=f"user:{request.user.public_id}",
                **form.cleaned_data,
            )
        except services.NameTaken as error:
            form.add_error("name", str(error))
        except services.TooMany as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
            return redirect("pages:channel", request.company.slug, saved.public_id)
    crumbs = _crumbs(request, (_("Change"), "")) if found else _crumbs(request, (_("Add a channel"), ""))
    if found:
        here = reverse("pages:channel", args=[request.company.slug, found.public_id])
        crumbs.insert(1, (found.name, here))
    return render(request, "pages/channel_edit.html", {"crumbs": crumbs, "channel": found, "form": form})


@require_POST
def channel_remove(request: HttpRequest, channel: str) -> HttpResponse:
    """Remove a channel with its test pictures."""
    _demand_manager(request)
    found = services.get_channel(request.company, channel)
    services.remove_channel(channel=found, now=timezone.now(), actor=f"user:{request.user.public_id}")
    messages.success(request, _("Removed: %(name)s.") % {"name": found.name})
    return redirect("pages:channels", request.company.slug)


@require_POST
def channel_test(request: HttpRequest, channel: str) -> HttpResponse:
    """Hold a picture of the company's own against a channel's rules."""
    found = services.get_channel(request.company, channel)
    if not request.membership.can_answer:
        raise Forbidden(_("Members and managers of your company can test pictures."))
    form = TestPictureForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["picture"]
        try:
            # One byte more than allowed is enough to refuse it.
            content = picture.read(picture_tests.MOST_BYTES + 1)
            picture_tests.run(
                channel=found,
                content=content,
                file_name=picture.name,
                now=timezone.now(),
                actor=f"user:{request.user.public_id}",
            )
        except DomainError as error:
            form.add_error("picture", str(error))
        else:
            return redirect("pages:channel", request.company.slug, found.public_id)
    return render(request, "pages/channel.html", _one(request, found, form), status=422)


@require_safe
def test_overlay(request: HttpRequest, channel: str, test: str) -> HttpResponse:
    """Show where a test picture fails."""
    found = picture_tests.get(request.company, test)
    if not found.overlay or found.channel.public_id != channel:
        raise NotFound
    return serve_picture(request, found.overlay)


def _demand_manager(request: HttpRequest) -> None:
    if not request.membership.can_manage:
        raise Forbidden(_("Only managers of your company can change channels."))
