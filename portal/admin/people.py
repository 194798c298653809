"""People: who can sign in, as staff or for a company."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from portal.accounts import directory, mails, services
from portal.accounts.models import User
from portal.activity import selectors as activity
from portal.admin import filters
from portal.admin.forms import StaffForm
from portal.core.admin_site import NavPlace
from portal.core.errors import DomainError
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import day
from portal.partners import directory as partners


def person_mark(user: User) -> SafeString:
    """Return what a person is, as icon and word."""
    if not user.is_active:
        return mark("mute", "slash", _("Deactivated"))
    if user.is_superuser:
        return mark("info", "shield", _("Administrator"), look="bare")
    if user.is_staff:
        return mark("info", "shield", _("Staff"), look="bare")
    return mark("ok", "check-circle", _("Active"), look="bare")


@admin.register(User)
class PersonAdmin(StaffAdmin):
    """Everybody may look; only administrators let people in and out."""

    nav = NavPlace("run", gettext_lazy("People"), "user", 85)
    lead = gettext_lazy(
        "People of all companies and of staff. People of a company are invited on the company's page."
    )
    list_display = ("person", "state", "companies", "factor", "signed_in")
    middle = ("companies",)
    wide = ("factor",)
    list_filter = (filters.Kind, "is_active")
    can_search = True
    search_fields = ("email", "name", "=public_id")
    search_help_text = gettext_lazy("Name or mail address")
    orders = {
        "name": Order(gettext_lazy("By name"), ("sort_name", "id"), (str, int)),
        "newest": Order(gettext_lazy("Newest first"), ("-date_joined", "-id"), (datetime, int)),
    }
    csv_columns = (
        "public_id", "name", "email", "is_staff", "is_superuser", "is_active", "csv_companies", "csv_factor",
        "language", "last_login", "date_joined",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(sort_name=Lower("name"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def prepare(self, rows: list[Any]) -> None:
        places = partners.places_of_people(rows)
        factors = directory.second_factors(rows)
        for row in rows:
            row.places, row.csv_factor = places[row.pk], row.pk in factors

    @admin.display(description=gettext_lazy("person"))
    def person(self, row: User) -> SafeString:
        sub = row.email if row.name else ""
        return format_html('{}<span class="sub">{}</span>', row, sub)

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: User) -> SafeString:
        return person_mark(row)

    @admin.display(description=gettext_lazy("companies"))
    def companies(self, row: Any) -> str:
        return ", ".join(str(place.partner) for place in row.places)

    @admin.display(description=gettext_lazy("second factor"))
    def factor(self, row: Any) -> str | SafeString:
        if row.csv_factor:
            return mark("ok", "key", _("Yes"), look="bare")
        return mark("warn", "triangle", _("None"), look="bare") if row.is_staff else ""

    @admin.display(description=gettext_lazy("last signed in"))
    def signed_in(self, row: User) -> str:
        return day(row.last_login) or _("Never")

    def csv_companies(self, row: Any) -> str:
        return self.companies(row)

    # -- One person ----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        ours = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"portal_user_{name.replace('-', '_')}",
            )
            for name, view in (("activate", self.activate), ("end-staff", self.end_staff))
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """One person: places, sessions, what they did."""
        person: Any = self.row(request, object_id)
        history = activity.by_actor(f"user:{person.public_id}", limit=15)
        return self.page(
            request,
            "person.html",
            title=str(person),
            person=person,
            status=person_mark(person),
            places=partners.places_of_people([person])[person.pk],
            sessions=directory.sessions_of(person),
            has_factor=bool(directory.second_factors([person])),
            history=history,
            may_change=self.has_add_permission(request) and person.pk != request.user.pk,
        )

    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        """Let somebody into the staff pages."""
        self._only_administrators(request)
        form = StaffForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                person = services.make_staff(now=timezone.now(), actor=actor_of(request), **form.cleaned_data)
            except DomainError as error:
                form.add_error("email", str(error))
            else:
                self._welcome(request, person)
                return redirect("admin:portal_user_change", person.pk)
        return self.page(request, "person_add.html", title=_("Add a person to staff"), form=form)

    def _welcome(self, request: HttpRequest, person: User) -> None:
        try:
            mails.send_welcome(person)
        except OSError:
            text = _(
                "%(person)s belongs to staff, but the mail server did not take the mail. Tell them yourself."
            )
            self.message_user(request, text % {"person": person}, messages.WARNING)
        else:
            text = _("%(person)s belongs to staff and has got a mail that tells how to sign in.")
            self.message_user(request, text % {"person": person}, messages.SUCCESS)

    @method_decorator(require_POST)
    def activate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a person sign in again, or no longer."""
        person: Any = self._other(request, pk)
        active = request.POST.get("active") == "yes"
        try:
            ended = services.set_active(
                user=person, active=active, now=timezone.now(), actor=actor_of(request)
            )
        except DomainError as error:
            self.say_no(request, error)
        else:
            if active:
                text = _("%(person)s can sign in again.")
            else:
                text = ngettext(
                    "%(person)s can no longer sign in; %(count)d session was ended.",
                    "%(person)s can no longer sign in; %(count)d sessions were ended.",
                    ended,
                )
            self.message_user(request, text % {"person": person, "count": ended}, messages.SUCCESS)
        return redirect("admin:portal_user_change", pk)

    @method_decorator(require_POST)
    def end_staff(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the staff pages from a person."""
        person: Any = self._other(request, pk)
        try:
            services.end_staff(user=person, now=timezone.now(), actor=actor_of(request))
        except DomainError as error:
            self.say_no(request, error)
        else:
            self.message_user(request, _("%(person)s no longer belongs to staff.") % {"person": person})
        return redirect("admin:portal_user_change", pk)

    def _other(self, request: HttpRequest, pk: int) -> Any:
        """Return somebody else: nobody shuts themselves out by a slip."""
        self._only_administrators(request)
        if pk == request.user.pk:
            raise PermissionDenied
        return self.row(request, pk)

    def _only_administrators(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied
