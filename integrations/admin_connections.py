"""The accounts at the vendors: set up, tested, paused. Secrets go in and are never shown again."""

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from integrations import connections, routing, tasks
from integrations.errors import BadOptions, DeliveryError
from integrations.models import Connection
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment

PAUSE = timedelta(hours=1)
#: Secret -> (its label, the vendors that use it)
SECRETS = {
    "key": (gettext_lazy("API key"), {"scaleflex"}),
    "webhook_user": (gettext_lazy("Webhook: user name (Basic)"), {"scaleflex"}),
    "webhook_password": (gettext_lazy("Webhook: password (Basic)"), {"scaleflex"}),
    "webhook_token": (gettext_lazy("Webhook: bearer token"), {"scaleflex"}),
    "delivery_salt": (gettext_lazy("Delivery: salt of signed or sealed links"), {"scaleflex"}),
    "invalidation_key": (gettext_lazy("Cache invalidation: client key"), {"scaleflex"}),
    "consumer_key": (gettext_lazy("Consumer key"), {"trading_grid"}),
    "consumer_secret": (gettext_lazy("Consumer secret"), {"trading_grid"}),
    "webhook_secret": (
        gettext_lazy("Webhook: signing secret or fixed header"),
        {"scaleflex", "trading_grid"},
    ),
}


class _Lines(json.JSONEncoder):
    """One option per line: that is how people read and change them."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{**kwargs, "indent": 2})


class ConnectionForm(forms.ModelForm):
    """A connection with its secrets: an empty secret leaves the stored one as it is."""

    class Meta:
        model = Connection
        fields = ("vendor", "key", "name", "is_active", "options")
        widgets = {"options": forms.Textarea(attrs={"rows": 14, "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        options = self.fields.get("options")
        if isinstance(options, forms.JSONField):
            options.encoder = _Lines
        self._stored = self._open()
        for name, (label, vendors) in SECRETS.items():
            if self.instance.pk and self.instance.vendor not in vendors:
                continue
            kept = _("Stored. Leave empty to keep it.") if self._stored.get(name) else _("Not set.")
            self.fields[f"secret_{name}"] = forms.CharField(
                label=label,
                required=False,
                strip=True,
                help_text=kept if self.instance.pk else "",
                # Without it a browser would offer the person's own password.
                widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
            )

    def _open(self) -> dict[str, str]:
        try:
            return connections.credentials(self.instance)
        except BadOptions:
            # None of the present keys opens them: they have to be entered again.
            return {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        entered = {name: cleaned.get(f"secret_{name}", "") for name in SECRETS}
        secrets = {**self._stored, **{name: value for name, value in entered.items() if value}}
        self.instance.credentials = connections.encrypt(secrets)
        if not self.errors:
            draft = Connection(
                vendor=cleaned.get("vendor", self.instance.vendor),
                key=cleaned.get("key", self.instance.key),
                options=cleaned["options"],
                credentials=self.instance.credentials,
            )
            try:
                routing.check_options(draft)
            except BadOptions as error:
                self.add_error("options", str(error))
        return cleaned


@admin.register(Connection)
class ConnectionAdmin(StaffAdmin):
    """Accounts at vendors."""

    form = ConnectionForm
    nav = NavPlace("run", gettext_lazy("Connections"), "link", 5)
    lead = gettext_lazy("The accounts at the vendors, and whether they answer.")
    empty_text = gettext_lazy("Add the DAM project and the Trading Grid company the portal works with.")
    list_display = ("title", "state", "problem", "succeeded")
    middle = ("problem",)
    wide = ("succeeded",)
    list_filter = ("vendor", "is_active")
    orders = {"id": Order(gettext_lazy("As they were added"), ("id",), (int,))}
    csv_columns = (
        "vendor",
        "key",
        "name",
        "is_active",
        "failures",
        "last_success_at",
        "last_failure_at",
        "last_failure",
    )
    actions = ("test", "pause", "go_on", "export_csv")
    change_form_template = "admin/integrations/connection.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integrations.add_connection")

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.has_perm("integrations.change_connection")

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> tuple[str, ...]:
        return ("vendor", "key") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj=None) -> Any:
        secrets = [
            f"secret_{name}"
            for name, (_label, vendors) in SECRETS.items()
            if not obj or obj.vendor in vendors
        ]
        if obj and not self.has_change_permission(request, obj):
            secrets = []
        return [
            (None, {"fields": ["vendor", "key", "name", "is_active", "options"]}),
            *([(gettext_lazy("Secrets"), {"fields": secrets})] if secrets else []),
        ]

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        # Django would look for the secrets among the model's fields; the form adds them by itself.
        editable = ("vendor", "key", "name", "is_active", "options")
        kwargs["fields"] = [name for name in editable if name not in self.get_readonly_fields(request, obj)]
        return super().get_form(request, obj, change=change, **kwargs)

    # -- Columns -------------------------------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("name"))
    def title(self, row: Connection) -> SafeString:
        sub = format_html('{} · <span class="mono">{}</span>', row.get_vendor_display(), row.key)
        return format_html('{}<span class="sub">{}</span>', row.name, sub)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Connection) -> SafeString:
        return connection_mark(row)

    @admin.display(description=gettext_lazy("last problem"))
    def problem(self, row: Connection) -> SafeString | str:
        if not row.last_failure:
            return ""
        return format_html('{}<span class="sub">{}</span>', row.last_failure, moment(row.last_failure_at))

    @admin.display(description=gettext_lazy("last success"))
    def succeeded(self, row: Connection) -> str:
        return moment(row.last_success_at)

    # -- Verbs ---------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb)
        return [path("<int:pk>/verb/", view, name="integrations_connection_verb"), *super().get_urls()]

    @method_decorator(require_POST)
    def verb(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One of the verbs, from the connection's own page."""
        found = self.row(request, pk)
        rows = Connection.objects.filter(pk=found.pk)
        verbs = {"test": self.test, "pause": self.pause, "go_on": self.go_on, "read_all": self.read_all}
        verbs.get(request.POST.get("verb", ""), self.test)(request, rows)
        return redirect("admin:integrations_connection_change", pk)

    @admin.action(description=gettext_lazy("Test the connection"), permissions=["view"])
    def test(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            try:
                said, level = routing.check(connection), messages.SUCCESS
            except DeliveryError as error:
                said, level = str(error), messages.ERROR
            self.message_user(request, f"{connection.name}: {said}", level)

    @admin.action(description=gettext_lazy("Pause for an hour"), permissions=["view"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        queryset.update(paused_until=timezone.now() + PAUSE)
        self.message_user(request, _("Nothing is sent or read for an hour. What comes meanwhile waits."))

    @admin.action(description=gettext_lazy("Go on now"), permissions=["view"])
    def go_on(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        queryset.update(paused_until=None, open_until=None, failures=0)
        for name in ("deliver", "process", "poll"):
            tasks.wake(name)
        self.message_user(request, _("The connection is in use again."), messages.SUCCESS)

    def read_all(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            routing.read_all(connection)
        tasks.wake("poll")
        self.message_user(
            request, _("Everything is read again. What has not changed changes nothing."), messages.SUCCESS
        )


def connection_mark(row: Connection) -> SafeString:
    """Whether a connection works, as icon and word."""
    now = timezone.now()
    if not row.is_active:
        return mark("mute", "slash", _("Not in use"))
    if row.paused_until and row.paused_until > now:
        return mark("info", "clock", _("Paused"))
    if row.open_until is not None:
        return mark("bad", "pulse", _("Held back"))
    if row.failures:
        return mark("warn", "triangle", _("In trouble"))
    if row.last_success_at is None:
        return mark("mute", "dashed", _("Not used yet"))
    return mark("ok", "check-circle", _("Works"), look="bare")
