"""Companies: who they are, who may come in for them, what they see and why."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, Max, QuerySet, Value
from django.db.models.functions import Coalesce, Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.activity import selectors as activity
from portal.admin import sight, subjects
from portal.admin.marks import partner_mark
from portal.api.permissions import SCOPES
from portal.core.admin_site import NavPlace
from portal.core.errors import DomainError
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment
from portal.downloads import selectors as downloads
from portal.partners import directory, mails, selectors, services
from portal.partners.forms import ApiClientForm, InviteForm
from portal.partners.models import Partner

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@admin.register(Partner)
class PartnerAdmin(StaffAdmin):
    """Mirrored from the Trading Grid, so read-only; people and systems are let in here."""

    nav = NavPlace("share", gettext_lazy("Partners"), "building", 10)
    lead = gettext_lazy("Companies come from the Trading Grid. What they see comes from their communities.")
    empty_text = gettext_lazy("Companies appear when the Trading Grid has been read.")
    list_display = ("company", "type", "state", "in_communities", "people", "last_seen")
    middle = ("type", "in_communities")
    wide = ("people",)
    list_filter = ("kind", "status", "communities")
    can_search = True
    search_fields = ("name", "slug", "gln", "public_id", "memberships__user__email")
    search_help_text = gettext_lazy("Name, address, GLN or a person's mail")
    orders = {
        "name": Order(gettext_lazy("By name"), ("sort_name", "id"), (str, int)),
        "seen": Order(gettext_lazy("Last seen first"), ("-last_seen_at", "-id"), (datetime, int)),
        "newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int)),
    }
    csv_columns = (
        "public_id", "name", "slug", "kind", "status", "gln", "markets", "languages",
        "csv_communities", "csv_people", "csv_last_seen", "created_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        seen = Coalesce(Max("memberships__seen_at"), Value(_LONG_AGO, output_field=DateTimeField()))
        return super().get_queryset(request).annotate(sort_name=Lower("name"), last_seen_at=seen)

    def prepare(self, rows: list[Any]) -> None:
        found = directory.standings(rows)
        for row in rows:
            row.standing = found[row.pk]

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: Partner) -> SafeString:
        return format_html('{}<span class="sub">{}</span>', row.name, f"/o/{row.slug}/")

    @admin.display(description=gettext_lazy("kind"))
    def type(self, row: Partner) -> str:
        return row.get_kind_display()

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: Partner) -> SafeString:
        return partner_mark(row)

    @admin.display(description=gettext_lazy("communities"), empty_value="")
    def in_communities(self, row: Any) -> str | SafeString:
        if not row.standing.communities and row.is_active:
            return mark("warn", "triangle", _("None"), look="bare")
        return ", ".join(row.standing.communities)

    @admin.display(description=gettext_lazy("people"))
    def people(self, row: Any) -> int:
        return row.standing.people

    @admin.display(description=gettext_lazy("last seen"))
    def last_seen(self, row: Any) -> str | SafeString:
        return moment(row.standing.seen_at) or _("Never")

    def csv_communities(self, row: Any) -> list[str]:
        return row.standing.communities

    def csv_people(self, row: Any) -> int:
        return row.standing.people

    def csv_last_seen(self, row: Any) -> datetime | None:
        return row.standing.seen_at

    # -- One company ---------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("invite", "<int:pk>/invite/", self.invite),
            ("uninvite", "<int:pk>/invitations/<str:public_id>/take-back/", self.uninvite),
            ("add_client", "<int:pk>/clients/add/", self.add_client),
            ("revoke_client", "<int:pk>/clients/<str:public_id>/revoke/", self.revoke_client),
            ("sees", "<int:pk>/sees/", require_safe(partial(sight.sees, self))),
            ("why", "<int:pk>/why/", require_safe(partial(sight.why, self))),
        ]
        ours = [
            path(route, self.admin_site.admin_view(view), name=f"portal_partner_{name}")
            for name, route, view in views
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Everything about one company on one page."""
        return self._detail(request, self.row(request, object_id))

    def _detail(self, request: HttpRequest, partner: Any, **context) -> HttpResponse:
        now = timezone.now()
        history = activity.of_partner(partner.pk, limit=12)
        return self.page(
            request,
            "partner.html",
            title=partner.name,
            partner=partner,
            status=partner_mark(partner),
            places=directory.places_of(partner),
            people=selectors.people_of(partner),
            invitations=[(each, each.is_open(at=now)) for each in directory.invitations_of(partner)],
            systems=directory.systems_of(partner),
            downloads=downloads.recent_downloads(partner, at=now, limit=8),
            history=history,
            names=subjects.actor_names([entry.actor for entry in history]),
            **{
                "invite_form": InviteForm(initial={"language": partner.language}),
                "client_form": ApiClientForm(scopes=SCOPES.items()),
                **context,
            },
        )

    def _back(self, pk: int, part: str) -> HttpResponse:
        return redirect(f"{reverse('admin:portal_partner_change', args=[pk])}#{part}")

    def invite(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Invite a person: mails the link, and shows it this once."""
        partner = self.row(request, pk)
        form = InviteForm(request.POST or None, initial={"language": partner.language})
        if request.method != "POST":
            return self._back(pk, "invitations")
        if not form.is_valid():
            return self._detail(request, partner, invite_form=form)
        try:
            invitation, token = services.invite(
                partner=partner,
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                language=form.cleaned_data["language"],
                invited_by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error("email", str(error))
            return self._detail(request, partner, invite_form=form)
        mailed = True
        try:
            mails.send_invitation(invitation, token)
        except OSError:
            mailed = False
        return self._detail(
            request,
            partner,
            new_invitation={"to": invitation.email, "url": mails.invitation_url(token), "mailed": mailed},
        )

    @method_decorator(require_POST)
    def uninvite(self, request: HttpRequest, pk: int, public_id: str) -> HttpResponse:
        """Take an invitation back."""
        invitation = directory.invitation(self.row(request, pk), public_id)
        if invitation is None:
            raise Http404
        services.revoke_invitation(invitation=invitation, now=timezone.now(), actor=actor_of(request))
        self.message_user(
            request, _("The invitation of %(mail)s no longer works.") % {"mail": invitation.email}
        )
        return self._back(pk, "invitations")

    def add_client(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Register a system: shows its secret this once."""
        partner = self.row(request, pk)
        form = ApiClientForm(request.POST or None, scopes=SCOPES.items())
        if request.method != "POST":
            return self._back(pk, "systems")
        if not form.is_valid():
            return self._detail(request, partner, client_form=form)
        client, secret = services.create_api_client(
            partner=partner, now=timezone.now(), actor=actor_of(request), **form.cleaned_data
        )
        return self._detail(request, partner, new_client={"client": client, "secret": secret})

    @method_decorator(require_POST)
    def revoke_client(self, request: HttpRequest, pk: int, public_id: str) -> HttpResponse:
        """Shut a system out."""
        client = directory.api_client(self.row(request, pk), public_id)
        if client is None:
            raise Http404
        services.revoke_api_client(client=client, now=timezone.now(), actor=actor_of(request))
        self.message_user(request, _("“%(name)s” can no longer sign in.") % {"name": client.name})
        return self._back(pk, "systems")
