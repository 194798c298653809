"""Routing rules: which files go into which communities. Nothing is saved before its effect was shown."""

import hashlib
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal.catalog.choices import AssetKind
from portal.core import today
from portal.core.admin_site import NavPlace
from portal.core.labels import language_name, market_name
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.publications import dry_run, rules
from portal.publications import services as publications
from portal.publications.forms import CONDITIONS, RuleForm
from portal.publications.models import RoutingRule
from portal.publications.overview import last_run, routing_progress


def condition_lines(rule: RoutingRule) -> list[tuple[str, str]]:
    """Return what a rule asks for in words: ``[("Markets", "Germany, Austria")]``."""
    words = {"kinds": dict(AssetKind.choices).get, "markets": market_name, "languages": language_name}
    lines = []
    for name in CONDITIONS:
        value = getattr(rule, name)
        if not value:
            continue
        label = str(RoutingRule._meta.get_field(name).verbose_name).capitalize()
        if name == "metadata":
            lines += [
                (key, ", ".join(map(str, each)) if isinstance(each, list) else str(each))
                for key, each in value.items()
            ]
        else:
            lines.append((label, ", ".join(str(words.get(name, str)(each) or each) for each in value)))
    return lines


def routing_line() -> today.Progress | None:
    """Return the pass that is running, as it is shown on pages."""
    now = timezone.now()
    found = routing_progress(now=now)
    if found is None:
        return None
    return today.Progress(
        title=_("Routing pass over all files"),
        done=found.done,
        total=found.total,
        per_second=found.per_second,
    )


@admin.register(RoutingRule)
class RoutingRuleAdmin(StaffAdmin):
    """The rules staff edit."""

    nav = NavPlace("share", gettext_lazy("Routing rules"), "filter", 30)
    lead = gettext_lazy("An approved file goes into the communities of every rule that matches it.")
    empty_text = gettext_lazy("Without a rule nothing reaches a partner. Add the first one.")
    change_list_template = "admin/rules.html"
    list_display = ("name", "state", "asks_for", "leads_to")
    middle = ("asks_for",)
    list_filter = ("is_active", "communities")
    can_search = True
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name of the rule")
    orders = {"name": Order(gettext_lazy("By name"), ("name",), (str,))}
    csv_columns = ("name", "is_active", *CONDITIONS, "csv_communities")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingRule]:
        return super().get_queryset(request).prefetch_related("communities")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: RoutingRule) -> SafeString:
        if row.is_active:
            return mark("ok", "check-circle", _("In force"), look="bare")
        return mark("mute", "slash", _("Not in force"))

    @admin.display(description=gettext_lazy("a file matches when"))
    def asks_for(self, row: RoutingRule) -> SafeString:
        return format_html_join("", '<span class="asks"><i>{}</i> {}</span>', condition_lines(row))

    @admin.display(description=gettext_lazy("and goes into"))
    def leads_to(self, row: RoutingRule) -> str:
        return ", ".join(str(community) for community in row.communities.all())

    def csv_communities(self, row: RoutingRule) -> list[str]:
        return [str(community) for community in row.communities.all()]

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        context = {"routing": routing_line(), "last_run": last_run(), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        ours = [
            path("run/", self.admin_site.admin_view(self.run), name="portal_routingrule_run"),
            path(
                "<int:pk>/remove/", self.admin_site.admin_view(self.remove), name="portal_routingrule_remove"
            ),
        ]
        return [*ours, *super().get_urls()]

    @method_decorator(require_POST)
    def run(self, request: HttpRequest) -> HttpResponse:
        """Ask for a pass although nothing changed: for what should be published and is not."""
        publications.request_routing(now=timezone.now())
        self.message_user(request, _("A pass over all files is under way."))
        return redirect("admin:portal_routingrule_changelist")

    # -- One rule ------------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        return self._edit(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        return self._edit(request, self.row(request, object_id))

    def _edit(self, request: HttpRequest, rule: Any) -> HttpResponse:
        """
        The form, the effect, and then the saving. What is saved is what was shown: the effect carries a digest of the
        form it belongs to, and a form that was changed after it is shown its effect first.
        """
        form = RuleForm(request.POST or None, rule=rule, brands=dry_run.known_brands())
        context: dict[str, Any] = {"form": form, "rule": rule, "routing": routing_line()}
        if request.method == "POST" and form.is_valid():
            seen = _digest(request)
            if "save" in request.POST and request.POST.get("seen") == seen:
                return self._save(request, rule, form)
            context |= self._effect(form, rule) | {
                "seen": seen,
                "changed_since": "save" in request.POST,
            }
        title = rule.name if rule else _("Add a routing rule")
        return self.page(request, "rule.html", title=title, **context)

    def _effect(self, form: RuleForm, rule: Any) -> dict[str, Any]:
        wanted, communities = form.as_rule(), list(form.cleaned_data["communities"])
        effect = dry_run.effect_of(wanted, communities, replaces=rule, at=timezone.now())
        names = {c.pk: c for c in [*communities, *(rule.communities.all() if rule else ())]}
        touched = [(community, effect.added[pk], effect.removed[pk]) for pk, community in names.items()]
        unknown = dry_run.unknown_values(wanted)
        return {
            "effect": effect,
            "added": effect.added.total(),
            "removed": effect.removed.total(),
            "touched": [line for line in touched if line[1] or line[2]],
            "examples": dry_run.examples(effect),
            "unknown": [(form[name].label, values) for name, values in unknown.items()],
        }

    def _save(self, request: HttpRequest, rule: Any, form: RuleForm) -> HttpResponse:
        saved, changed = rules.save_rule(
            rule=rule,
            facts=form.facts,
            communities=form.cleaned_data["communities"],
            now=timezone.now(),
            actor=actor_of(request),
        )
        names = {"rule": saved.name}
        if changed:
            text = _(
                "“%(rule)s” is saved. A pass over all files is under way; what it changes appears as it goes."
            )
            self.message_user(request, text % names, messages.SUCCESS)
        else:
            self.message_user(request, _("“%(rule)s” was like that already.") % names, messages.INFO)
        return redirect("admin:portal_routingrule_changelist")

    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what removing a rule takes away, then remove it."""
        rule: Any = self.row(request, pk)
        if request.method == "POST":
            rules.remove_rule(rule=rule, now=timezone.now(), actor=actor_of(request))
            text = _("“%(rule)s” is removed. A pass over all files takes back what only it wanted.")
            self.message_user(request, text % {"rule": rule.name}, messages.SUCCESS)
            return redirect("admin:portal_routingrule_changelist")
        nothing = RoutingRule(name=rule.name, is_active=False)
        effect = dry_run.effect_of(nothing, [], replaces=rule, at=timezone.now())
        return self.page(
            request,
            "rule_remove.html",
            title=_("Remove “%(rule)s”?") % {"rule": rule.name},
            rule=rule,
            lines=condition_lines(rule),
            removed=effect.removed.total(),
            touched=[(c, effect.removed[c.pk]) for c in rule.communities.all() if effect.removed[c.pk]],
        )


def _digest(request: HttpRequest) -> str:
    """Return a digest of what the form says, without the buttons and the digest itself."""
    said = sorted(
        (name, value)
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "seen", "save", "check"}
        for value in values
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
