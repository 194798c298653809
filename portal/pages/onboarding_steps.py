"""What each kind of step shows, and what it does with an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.core.errors import NotFound
from portal.core.labels import language_name, market_name
from portal.onboarding import forms, services
from portal.onboarding.choices import StepKind
from portal.onboarding.models import EnrolmentStep
from portal.onboarding.services import By
from portal.packs import confirming, terms
from portal.packs import selectors as packs
from portal.packs.choices import Answer
from portal.packs.models import Pack
from portal.partners import channels, directory, mails, scopes
from portal.partners import services as partners

#: How many file names of a pack are shown.
NAMES_SHOWN = 12
Shown = dict[str, Any]


@dataclass(frozen=True)
class StepPage:
    """
    ``show``    what the template needs besides ``step``
    ``answer``  takes a POST: ``None`` when it is done with, else what the page is to show now
    """

    template: str
    show: Callable[[HttpRequest, EnrolmentStep, datetime], Shown]
    answer: Callable[[HttpRequest, EnrolmentStep, By, datetime], Shown | None]
    by_managers: bool = False


# -- Company data -----------------------------------------------------------------------------------------------------
def _show_company(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    company = request.company
    facts = [
        (_("Name"), company.name),
        (_("Kind of company"), company.get_kind_display()),
        (_("GLN"), company.gln),
        (_("Language"), language_name(company.language)),
        # Codes of the brand's own, such as IBERIA_FRANCE.
        (_("Regions"), ", ".join(region.replace("_", " ") for region in company.regions)),
        (_("Markets"), ", ".join(market_name(market) for market in company.markets)),
        (_("Languages"), ", ".join(language_name(language) for language in company.languages)),
    ]
    form = forms.CompanyDataForm(initial={"sha256": services.company_digest(company)})
    return {"facts": [(label, value) for label, value in facts if value], "form": form}


def _answer_company(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    form = forms.CompanyDataForm(request.POST)
    if not form.is_valid():
        return {"form": form}
    if form.cleaned_data["answer"] == "wrong":
        services.dispute_company_data(step=step, note=form.cleaned_data["note"], by=by, now=now)
        messages.success(request, _("Thank you. We look into it, and you can go on with the other steps."))
        step.refresh_from_db(fields=["note"])
        return {}
    services.confirm_company_data(step=step, sha256=form.cleaned_data["sha256"], by=by, now=now)
    return None


# -- Guidelines and terms ---------------------------------------------------------------------------------------------
def _document_form(step: EnrolmentStep) -> type[forms.DocumentForm]:
    return forms.TermsForm if step.kind == StepKind.TERMS else forms.DocumentForm


def _show_document(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    document = step.template.document if step.template else None
    revision = document.current if document else None
    form = _document_form(step)(initial={"revision": revision.number if revision else None})
    return {"revision": revision, "language": _language_of(revision.body) if revision else "", "form": form}


def _language_of(texts: dict[str, str]) -> str:
    """Return the language in which a text is shown to the reader: theirs, else English, else the first there is."""
    language = get_language() or "en"
    return next((each for each in (language, language.split("-")[0], "en", *texts) if texts.get(each)), "en")


def _answer_document(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    form = _document_form(step)(request.POST)
    if not form.is_valid():
        return {"form": form}
    body = step.template.document.current.body  # type: ignore[union-attr]  # every such step has one
    services.accept_document(
        step=step, revision=form.cleaned_data["revision"], language=_language_of(body), by=by, now=now
    )
    return None


# -- The pack ---------------------------------------------------------------------------------------------------------
def _pack_of(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Pack | None:
    try:
        return packs.get_pack_by_row(
            request.company, step.template.pack_id if step.template else None, at=now
        )
    except NotFound:
        return None


def _show_pack(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    pack = _pack_of(request, step, now)
    if pack is None or pack.current is None:
        return {"pack": None}
    version = pack.current
    version.pack = pack
    lines = packs.answers_of(request.company, version)
    return {
        "pack": pack,
        "version": version,
        "files": lines[:NAMES_SHOWN],
        "more": max(0, len(lines) - NAMES_SHOWN),
        "asks_receipt": pack.asks == Answer.RECEIVED,
        "open_count": sum(line.is_wanted for line in lines),
        "waiting": sum(line.is_lacking and not line.is_present for line in lines),
        "form": forms.PackForm(initial={"manifest_sha256": version.sha256}),
    }


def _answer_pack(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    pack, form = _pack_of(request, step, now), forms.PackForm(request.POST)
    if pack is None or not form.is_valid():
        raise NotFound
    terms.require(request.company, pack)
    confirming.confirm_all(
        pack=pack,
        by=packs.By(request.company, by.actor, by.user),
        manifest_sha256=form.cleaned_data["manifest_sha256"],
        given=confirming.Given("", Answer.RECEIVED),
        now=now,
    )
    return None if services.observe(enrolments=[step.enrolment], now=now) else {}


# -- A channel --------------------------------------------------------------------------------------------------------
def _show_channel(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    return {"channels": channels.channels_of(request.company)}


def _answer_channel(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    # Nothing to send: the step is done once a test picture fits, which the channel's own page takes.
    return _show_channel(request, step, now)


# -- Colleagues -------------------------------------------------------------------------------------------------------
def _show_colleagues(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    invitations = [each for each in directory.invitations_of(request.company) if each.is_open(at=now)]
    return {
        "invitations": invitations,
        "form": forms.ColleagueForm(initial={"language": request.company.language}),
    }


def _answer_colleagues(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    form = forms.ColleagueForm(request.POST)
    if not form.is_valid():
        return {"form": form}
    try:
        invitation, token = partners.invite(
            partner=request.company, invited_by=request.user, now=now, **form.cleaned_data
        )
    except partners.AlreadyMember as error:
        form.add_error("email", str(error))
        return {"form": form}
    to = {"mail": invitation.email}
    try:
        mails.send_invitation(invitation, token)
    except OSError:
        messages.error(
            request, _("The invitation for %(mail)s could not be sent. Please try again later.") % to
        )
    else:
        messages.success(request, _("The invitation is on its way to %(mail)s.") % to)
    return {}


# -- A system ---------------------------------------------------------------------------------------------------------
def _show_system(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    systems = [each for each in directory.systems_of(request.company) if each.client.revoked_at is None]
    return {
        "systems": systems,
        "portal_url": settings.PORTAL_URL,
        "scopes": scopes.of_first_system(),
        "form": forms.SystemForm(),
    }


def _answer_system(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    form = forms.SystemForm(request.POST)
    if not form.is_valid():
        return {"form": form}
    client, secret = partners.create_api_client(
        partner=request.company,
        name=form.cleaned_data["name"],
        scopes=scopes.of_first_system(),
        now=now,
        actor=by.actor,
    )
    return {"new_client": client, "secret": secret}


# -- Anything else ----------------------------------------------------------------------------------------------------
def _show_other(request: HttpRequest, step: EnrolmentStep, now: datetime) -> Shown:
    return {}


def _answer_other(request: HttpRequest, step: EnrolmentStep, by: By, now: datetime) -> Shown | None:
    services.tick(step=step, by=by, now=now)
    return None


STEPS = {
    StepKind.COMPANY_DATA: StepPage("pages/onboarding_company.html", _show_company, _answer_company),
    StepKind.GUIDELINES: StepPage("pages/onboarding_document.html", _show_document, _answer_document),
    StepKind.TERMS: StepPage("pages/onboarding_document.html", _show_document, _answer_document),
    StepKind.PACK: StepPage("pages/onboarding_pack.html", _show_pack, _answer_pack),
    StepKind.CHANNEL: StepPage(
        "pages/onboarding_channel.html", _show_channel, _answer_channel, by_managers=True
    ),
    StepKind.COLLEAGUES: StepPage(
        "pages/onboarding_colleagues.html", _show_colleagues, _answer_colleagues, by_managers=True
    ),
    StepKind.API: StepPage("pages/onboarding_system.html", _show_system, _answer_system, by_managers=True),
    StepKind.OTHER: StepPage("pages/onboarding_other.html", _show_other, _answer_other),
}
