"""Download sizes and what was made of them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from portal.admin.marks import rendition_mark
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import by, moment, short_digest, weight
from portal.releases import services as releases
from portal.renditions import library, services
from portal.renditions.choices import RenditionState
from portal.renditions.forms import RevisionForm
from portal.renditions.models import Recipe, RecipeRevision, Rendition


def revision_words(revision: RecipeRevision | None) -> str:
    """Return what a revision says in one line: ``WebP · 1200 × 1200 · inside, keeps the ratio · quality 82``."""
    if revision is None:
        return ""
    parts = [str(revision.get_format_display())]
    if revision.width and revision.height:
        parts.append(by(revision.width, revision.height))
    elif revision.width or revision.height:
        text = _("%(width)s px wide") if revision.width else _("%(height)s px high")
        parts.append(text % {"width": revision.width, "height": revision.height})
    if revision.width or revision.height:
        parts.append(str(revision.get_fit_display()).lower())
    if revision.quality:
        parts.append(_("quality %(number)d") % {"number": revision.quality})
    if revision.background:
        parts.append(f"#{revision.background}")
    if revision.max_bytes:
        parts.append(_("at most %(weight)s") % {"weight": weight(revision.max_bytes)})
    if revision.colour_space:
        parts.append(str(revision.get_colour_space_display()))
    if revision.dpi:
        parts.append(_("%(number)d dpi") % {"number": revision.dpi})
    if revision.seconds:
        parts.append(_("first %(number)d seconds") % {"number": revision.seconds})
    if revision.naming:
        parts.append(revision.naming)
    return " · ".join(parts)


@admin.register(Recipe)
class RecipeAdmin(StaffAdmin):
    """How files are cut. A change is a new revision."""

    nav = NavPlace("library", gettext_lazy("Download sizes"), "edit", 50)
    lead = gettext_lazy(
        "How files are cut for partners. A change is a new revision; files taken before keep theirs."
    )
    list_display = ("size", "state", "medium_name", "says", "revision")
    middle = ("says",)
    wide = ("medium_name",)
    list_filter = ("medium", "is_active", "is_preview")
    orders = {"position": Order(gettext_lazy("As partners see them"), ("position", "id"), (int, int))}
    csv_columns = ("key", "name", "medium", "is_active", "is_preview", "revision", "csv_says")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recipe]:
        # Nobody revises or offers what is ordered.
        return super().get_queryset(request).filter(made_to_order=False)

    def prepare(self, rows: list[Any]) -> None:
        newest = library.newest_revisions(rows)
        for row in rows:
            row.newest = newest.get(row.pk)

    @admin.display(description=gettext_lazy("size"))
    def size(self, row: Recipe) -> SafeString:
        return format_html('{}<span class="sub mono">{}</span>', row.name or row.key, row.key)

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: Recipe) -> SafeString:
        if row.is_preview:
            return mark("mute", "image", _("For our pages"), look="bare")
        if row.is_active:
            return mark("ok", "check-circle", _("Offered"), look="bare")
        return mark("mute", "slash", _("Not offered"))

    @admin.display(description=gettext_lazy("for"))
    def medium_name(self, row: Recipe) -> str:
        return row.get_medium_display()

    @admin.display(description=gettext_lazy("what it says"))
    def says(self, row: Any) -> str:
        return revision_words(row.newest)

    @admin.display(description=gettext_lazy("revision"))
    def revision(self, row: Any) -> str | int:
        return row.newest.number if row.newest else ""

    def csv_says(self, row: Any) -> str:
        return revision_words(row.newest)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.offer)
        return [path("<int:pk>/offer/", view, name="portal_recipe_offer"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Its revisions, and the form of the next one."""
        recipe: Any = self.row(request, object_id)
        revisions = library.revisions_of(recipe)
        last = revisions[0] if revisions else None
        form = RevisionForm(request.POST or None, recipe=recipe, last=last)
        if request.method == "POST" and form.is_valid():
            revision, is_new = services.revise(
                recipe=recipe, facts=form.cleaned_data, now=timezone.now(), actor=actor_of(request)
            )
            if is_new:
                text = _(
                    "Revision %(number)d counts from now on. Files are cut by it when somebody asks for them."
                )
                self.message_user(request, text % {"number": revision.number}, messages.SUCCESS)
            else:
                text = _("Revision %(number)d says exactly this already.")
                self.message_user(request, text % {"number": revision.number}, messages.INFO)
            return redirect("admin:portal_recipe_change", recipe.pk)
        made = library.made_by(revisions)
        return self.page(
            request,
            "recipe.html",
            title=recipe.name or recipe.key,
            recipe=recipe,
            form=form,
            next_number=last.number + 1 if last else 1,
            revisions=[
                {
                    "revision": revision,
                    "words": revision_words(revision),
                    "ready": made[revision.pk].get(RenditionState.READY, 0),
                    "failed": made[revision.pk].get(RenditionState.FAILED, 0),
                }
                for revision in revisions
            ],
        )

    @method_decorator(require_POST)
    def offer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Offer a size, or no longer."""
        recipe: Any = self.row(request, pk)
        offered = request.POST.get("offered") == "yes"
        services.set_offered(recipe=recipe, offered=offered, now=timezone.now(), actor=actor_of(request))
        text = _("Partners are offered “%(size)s”.") if offered else _("“%(size)s” is no longer offered.")
        self.message_user(request, text % {"size": recipe.name or recipe.key})
        return redirect("admin:portal_recipe_change", pk)


@admin.register(Rendition)
class RenditionAdmin(StaffAdmin):
    """Versions cut by recipes. Failed ones can be tried again."""

    nav = NavPlace("library", gettext_lazy("Renditions"), "copy", 60)
    lead = gettext_lazy(
        "Files cut to a download size. Each is fetched once, checked, and kept by its digest."
    )
    empty_text = gettext_lazy("Renditions appear when somebody looks at a file or takes it.")
    list_display = ("file", "state_mark", "cut", "result", "attempts", "made")
    middle = ("cut", "made")
    wide = ("attempts",)
    list_filter = ("state", ("revision__recipe", admin.RelatedFieldListFilter))
    list_select_related = ("version__variant", "revision__recipe")
    can_search = True
    search_fields = ("=sha256", "=version__file_name", "=version__public_id")
    search_help_text = gettext_lazy("SHA-256, file name or id, whole")
    actions = ("try_again", "accept_other", "export_csv")
    csv_columns = (
        "version__public_id", "version__file_name", "version__number", "revision__recipe__key", "revision__number",
        "state", "sha256", "media_type", "size", "width", "height", "problem", "attempts", "made_at",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("file"))
    def file(self, row: Rendition) -> SafeString:
        number = _("v%(number)d") % {"number": row.version.number}
        return format_html(
            '{} · {}<span class="sub path">{}</span>', row.version.file_name, number, row.version.source_path
        )

    @admin.display(description=gettext_lazy("state"))
    def state_mark(self, row: Rendition) -> SafeString:
        return rendition_mark(row)

    @admin.display(description=gettext_lazy("cut by"))
    def cut(self, row: Rendition) -> str:
        return f"{row.revision.recipe.key} r{row.revision.number}"

    @admin.display(description=gettext_lazy("what came of it"))
    def result(self, row: Rendition) -> str | SafeString:
        if row.problem:
            return format_html('<span class="problem">{}</span>', row.problem)
        facts = " · ".join(part for part in (by(row.width, row.height), weight(row.size)) if part)
        return format_html('{}<span class="sub mono">{}</span>', facts, short_digest(row.sha256))

    @admin.display(description=gettext_lazy("made"))
    def made(self, row: Rendition) -> str:
        return moment(row.made_at)

    @admin.action(description=gettext_lazy("Try again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Rendition]) -> None:
        failed = queryset.filter(state=RenditionState.FAILED).values_list("pk", flat=True)
        count = services.retry(renditions=failed, now=timezone.now(), actor=actor_of(request))
        if count:
            text = ngettext(
                "%(count)d rendition is tried again. Look once more in a minute.",
                "%(count)d renditions are tried again. Look once more in a minute.",
                count,
            )
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(
                request, _("None of them had failed, so nothing was to be done."), messages.INFO
            )

    @admin.action(description=gettext_lazy("Accept the other bytes"), permissions=["view"])
    def accept_other(self, request: HttpRequest, queryset: QuerySet[Rendition]) -> None:
        """For renditions that were lost and came back different."""
        count = releases.accept_other_bytes(
            renditions=queryset.values_list("pk", flat=True), now=timezone.now(), actor=actor_of(request)
        )
        if count:
            text = ngettext(
                "%(count)d rendition is made anew. Packs that hold the lost bytes get a new version.",
                "%(count)d renditions are made anew. Packs that hold the lost bytes get a new version.",
                count,
            )
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(request, _("None of them came back different."), messages.INFO)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """A rendition is a part of its asset's page."""
        found: Any = self.row(request, object_id)
        variant = found.version.variant
        return redirect(
            f"{reverse('admin:portal_asset_change', args=[variant.asset_id])}#{variant.public_id}"
        )
