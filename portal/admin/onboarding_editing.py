"""Pages on which staff put programmes and texts together."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.onboarding import programmes
from portal.onboarding.models import OnboardingDocument, Programme
from portal.onboarding.staff_forms import (
    DocumentForm,
    ProgrammeForm,
    StepFormSet,
    initial_of,
    initial_of_document,
)


def edit_programme(page: StaffAdmin, request: HttpRequest, programme: Programme | None) -> HttpResponse:
    """Describe a programme. Other steps than before make its successor; companies on their way keep theirs."""
    own, steps = initial_of(programme) if programme is not None else ({}, [])
    form = ProgrammeForm(request.POST or None, initial=own)
    rows = StepFormSet(request.POST or None, initial=steps, prefix="steps")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        planned = [row.planned for row in rows if row.planned is not None]
        if planned:
            saved = programmes.save_programme(
                programme=programme,
                steps=planned,
                now=timezone.now(),
                actor=actor_of(request),
                **form.cleaned_data,
            )
            page.message_user(request, _("“%(name)s” is open for new companies.") % {"name": saved.name})
            return redirect("admin:portal_programme_change", saved.pk)
        form.add_error(None, _("Add at least one step."))
    title = programme.name if programme is not None else _("New programme")
    return page.page(request, "programme_edit.html", title=title, form=form, rows=rows, programme=programme)


@admin.register(OnboardingDocument)
class OnboardingDocumentAdmin(StaffAdmin):
    """Guidelines and terms. What was published never changes: a change is the next revision."""

    nav = NavPlace("share", gettext_lazy("Guidelines and terms"), "file", 15)
    lead = gettext_lazy("Texts that companies read and accept on their way, revision by revision.")
    empty_text = gettext_lazy("Add the first text; a programme's step can ask for it then.")
    change_list_template = "admin/documents.html"
    list_display = ("title_shown", "kind_shown", "revision", "published")
    orders = {"key": Order(gettext_lazy("By key"), ("key",), (str,))}
    csv_columns = ("public_id", "key", "kind", "revision", "csv_sha256")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("current")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("text"))
    def title_shown(self, row: OnboardingDocument) -> str:
        return row.current.name if row.current else row.key

    @admin.display(description=gettext_lazy("kind"))
    def kind_shown(self, row: OnboardingDocument) -> str:
        return row.get_kind_display()

    @admin.display(description=gettext_lazy("revision"))
    def revision(self, row: OnboardingDocument) -> int | SafeString:
        return row.current.number if row.current else mark("warn", "triangle", _("None"), look="bare")

    @admin.display(description=gettext_lazy("published"))
    def published(self, row: OnboardingDocument) -> Any:
        return row.current.published_at if row.current else None

    def csv_sha256(self, row: OnboardingDocument) -> str:
        return row.current.sha256 if row.current else ""

    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        return self._edit(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """What a text says now, and publishing the next revision."""
        row: Any = self.row(request, object_id)
        return self._edit(request, row)

    def _edit(self, request: HttpRequest, document: OnboardingDocument | None) -> HttpResponse:
        initial = initial_of_document(document) if document is not None else {}
        form = DocumentForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            revision = programmes.publish_document(
                key=document.key if document is not None else data["key"],
                kind=data["kind"],
                title=data["title"],
                body=form.body,
                now=timezone.now(),
                actor=actor_of(request),
            )
            said = _("Revision %(number)d of “%(name)s” is what companies read now.")
            self.message_user(request, said % {"number": revision.number, "name": revision.name})
            return redirect("admin:portal_onboardingdocument_changelist")
        if document is not None:
            form.fields["key"].widget.attrs["readonly"] = True
        title = self.title_shown(document) if document is not None else _("New text")
        return self.page(request, "document_edit.html", title=title, form=form, document=document)
