"""What channels' rules say of files, and why some could not be held against them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.admin.marks import verdict_mark
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin
from portal.core.templatetags.portal import moment
from portal.renditions import judging, library
from portal.renditions.models import Verdict


@admin.register(Verdict)
class VerdictAdmin(StaffAdmin):
    """Verdicts on versions in use. They are worked out anew by themselves; staff need not wait for that."""

    nav = NavPlace("library", gettext_lazy("Verdicts"), "check-double", 70)
    lead = gettext_lazy(
        "What channels' rules say of the files in use. One that could not be checked is tried again once the file has "
        "been made, or when somebody looks an hour later."
    )
    empty_text = gettext_lazy("Verdicts appear when a company sets up a channel and looks at a file.")
    list_display = ("file", "state_mark", "rules", "problem_text", "checked")
    middle = ("rules", "checked")
    list_filter = ("state", ("revision__recipe", admin.RelatedFieldListFilter))
    list_select_related = ("version__variant", "revision__recipe", "specification__specification__partner")
    can_search = True
    search_fields = ("=sha256", "=version__file_name", "=version__public_id")
    search_help_text = gettext_lazy("SHA-256, file name or id, whole")
    actions = ("check_again", "export_csv")
    csv_columns = (
        "version__public_id", "version__file_name", "version__number", "revision__recipe__key", "revision__number",
        "rules", "specification__version", "state", "sha256", "problem", "made_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        in_use = library.verdicts_in_use().values("pk")
        return super().get_queryset(request).filter(pk__in=in_use)

    @admin.display(description=gettext_lazy("file"))
    def file(self, row: Verdict) -> SafeString:
        number = _("v%(number)d") % {"number": row.version.number}
        size = f"{row.revision.recipe.key} r{row.revision.number}"
        return format_html('{} · {}<span class="sub">{}</span>', row.version.file_name, number, size)

    @admin.display(description=gettext_lazy("state"))
    def state_mark(self, row: Verdict) -> SafeString:
        return verdict_mark(row)

    @admin.display(description=gettext_lazy("rules"))
    def rules(self, row: Verdict) -> str:
        owner = row.specification.specification.partner
        return f"{row.specification.name} · {owner}" if owner else row.specification.name

    @admin.display(description=gettext_lazy("problem"))
    def problem_text(self, row: Verdict) -> str | SafeString:
        return format_html('<span class="problem">{}</span>', row.problem) if row.problem else ""

    @admin.display(description=gettext_lazy("checked"))
    def checked(self, row: Verdict) -> str:
        return moment(row.made_at)

    @admin.action(description=gettext_lazy("Check again"), permissions=["view"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[Verdict]) -> None:
        count = judging.again(queryset.values_list("pk", flat=True))
        text = ngettext(
            "%(count)d file is checked again. Look once more in a minute.",
            "%(count)d files are checked again. Look once more in a minute.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """What is said of a file is a part of its asset's page."""
        found: Verdict = self.row(request, object_id)  # type: ignore[assignment]  # of this list
        variant = found.version.variant
        return redirect(
            f"{reverse('admin:portal_asset_change', args=[variant.asset_id])}#{variant.public_id}"
        )
