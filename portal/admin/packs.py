"""Packs: composed by rule or by hand, looked at before anything is issued, and who answered what."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, QuerySet
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

from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment, moment_text, weight
from portal.packs import overview, services, terms
from portal.packs.choices import VersionState
from portal.packs.models import Pack, PackVersion
from portal.packs.selectors import progress_of
from portal.packs.staff_forms import ComposeForm


def pack_mark(pack: Pack) -> SafeString:
    """What a pack is at now, as icon and word."""
    now = timezone.now()
    if pack.closed_at is not None:
        return mark("mute", "minus-circle", _("Withdrawn"))
    if pack.current is None:
        return mark("mute", "dashed", _("Not issued"), look="line")
    if pack.embargo_until is not None and pack.embargo_until > now:
        return mark(
            "plan", "calendar", _("Not before %(moment)s") % {"moment": moment_text(pack.embargo_until)}
        )
    return mark("ok", "check-circle", _("Given out"), look="bare")


@admin.register(Pack)
class PackAdmin(StaffAdmin):
    """The packs staff compose."""

    nav = NavPlace("share", gettext_lazy("Packs"), "box", 40)
    lead = gettext_lazy(
        "Sets of files for communities. A version is signed and never changes; partners answer about it."
    )
    empty_text = gettext_lazy("There is no pack yet. Compose the first one.")
    list_display = ("title_of", "state", "version", "holds", "meant_for", "asks_for")
    middle = ("meant_for", "asks_for")
    list_filter = ("purpose", "communities")
    can_search = True
    search_fields = ("slug", "=public_id")
    search_help_text = gettext_lazy("Address or id of the pack")
    csv_columns = (
        "public_id", "slug", "csv_title", "purpose", "asks", "embargo_until", "closed_at", "csv_version",
        "csv_communities",
    )  # fmt: skip

    orders = {"newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int))}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pack]:
        rows = super().get_queryset(request).select_related("current").defer("current__manifest")
        return rows.prefetch_related("communities")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("pack"))
    def title_of(self, row: Pack) -> SafeString:
        return format_html('{}<span class="sub mono">{}</span>', row.name or row.slug, row.slug)

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: Pack) -> SafeString:
        return pack_mark(row)

    @admin.display(description=gettext_lazy("version"))
    def version(self, row: Pack) -> str | SafeString:
        if row.current is None:
            return ""
        return format_html('{}<span class="sub">{}</span>', row.current.number, moment(row.current.issued_at))

    @admin.display(description=gettext_lazy("holds"))
    def holds(self, row: Pack) -> str:
        if row.current is None:
            return ""
        return f"{row.current.file_count} · {weight(row.current.total_bytes)}"

    @admin.display(description=gettext_lazy("for"))
    def meant_for(self, row: Pack) -> str:
        return ", ".join(str(community) for community in row.communities.all())

    @admin.display(description=gettext_lazy("asks for"))
    def asks_for(self, row: Pack) -> str:
        return str(row.get_asks_display())

    def csv_title(self, row: Pack) -> str:
        return row.name

    def csv_version(self, row: Pack) -> int | None:
        return row.current.number if row.current else None

    def csv_communities(self, row: Pack) -> list[str]:
        return [str(community) for community in row.communities.all()]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ours = [
            path("<int:pk>/issue/", view(self.issue), name="portal_pack_issue"),
            path("<int:pk>/close/", view(self.close), name="portal_pack_close"),
        ]
        return [*ours, *super().get_urls()]

    # -- One pack ------------------------------------------------------------------------------------------------------
    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        return self._edit(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        return self._edit(request, self.row(request, object_id))

    def _edit(self, request: HttpRequest, pack: Any) -> HttpResponse:
        """The form, what it would do, and the saving. Nothing is issued by saving."""
        now = timezone.now()
        form = ComposeForm(request.POST or None, pack=pack)
        context: dict[str, Any] = {"form": form, "pack": pack}
        if request.method == "POST" and form.is_valid():
            if "save" in request.POST:
                return self._save(request, pack, form)
            communities = list(form.cleaned_data["communities"])
            context |= {
                "preview": overview.preview(
                    pack=pack,
                    facts=form.facts,
                    communities=communities,
                    picks=form.chosen,
                    rules=form.rules,
                    now=now,
                ),
                "readers": overview.audience(
                    communities,
                    embargo_until=form.cleaned_data["embargo_until"],
                    current=pack.current if pack else None,
                    now=now,
                ),
            }
        elif pack is not None and request.method != "POST":
            context["readers"] = overview.audience(
                list(pack.communities.all()),
                embargo_until=pack.embargo_until,
                current=pack.current,
                now=now,
            )
        if pack is not None:
            context |= self._about(pack)
        title = (pack.name or pack.slug) if pack else _("Compose a pack")
        return self.page(request, "pack.html", title=title, **context)

    def _about(self, pack: Pack) -> dict[str, Any]:
        found = overview.versions(pack)
        in_work = found[0] if found and found[0].state != VersionState.ISSUED else None
        wordings = pack.terms.annotate(accepted=Count("acceptances")).order_by("-number")
        return {
            "state": pack_mark(pack),
            "versions": [version for version in found if version.state == VersionState.ISSUED][:20],
            "in_work": in_work,
            "progress": progress_of(in_work) if in_work else None,
            "answers": overview.answers_by_partner(pack),
            "wordings": list(wordings),
        }

    @transaction.atomic
    def _save(self, request: HttpRequest, pack: Pack | None, form: ComposeForm) -> HttpResponse:
        now, actor = timezone.now(), actor_of(request)
        saved = services.save_pack(
            pack=pack,
            facts=form.facts,
            communities=form.cleaned_data["communities"],
            owner=pack.owner if pack else request.user,
            now=now,
            actor=actor,
        )
        services.set_contents(pack=saved, picks=form.chosen, rules=form.rules, now=now, actor=actor)
        terms.set_terms(pack=saved, text=form.terms, now=now, actor=actor)
        self.message_user(
            request,
            _("“%(pack)s” is saved. Issue a version when it is right.") % {"pack": saved.name},
            messages.SUCCESS,
        )
        return redirect("admin:portal_pack_change", saved.pk)

    @method_decorator(require_POST)
    def issue(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin the next version, or a failed one anew; ``sizes`` cuts every file by the newest revision."""
        pack: Any = self.row(request, pk)
        now, actor = timezone.now(), actor_of(request)
        failed = PackVersion.objects.filter(pack=pack, state=VersionState.FAILED).first()
        if failed is not None:
            begun = services.try_again(version=failed, now=now, actor=actor)
        else:
            begun = services.begin_version(
                pack=pack, now=now, actor=actor, renew_sizes=request.POST.get("sizes") == "new"
            )
        if begun is None:
            self.message_user(request, _("The current version holds exactly this already."), messages.INFO)
        elif begun.state == VersionState.FAILED:
            self.message_user(
                request, _("It cannot be issued: files are missing. They are named below."), messages.ERROR
            )
        else:
            text = _("The version is being prepared. Partners get it when all its files are there.")
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:portal_pack_change", pk)

    @method_decorator(require_POST)
    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Withdraw a pack, or give it out again."""
        pack: Any = self.row(request, pk)
        now, actor = timezone.now(), actor_of(request)
        if request.POST.get("closed") == "no":
            services.reopen(pack=pack, now=now, actor=actor)
            self.message_user(request, _("“%(pack)s” is given out again.") % {"pack": pack.name})
        else:
            services.close(pack=pack, now=now, actor=actor)
            self.message_user(
                request,
                _("“%(pack)s” is withdrawn: its pages and archives answer 410.") % {"pack": pack.name},
            )
        return redirect("admin:portal_pack_change", pk)
