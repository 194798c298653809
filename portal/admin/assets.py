"""The mirrored library: assets, their files and versions, and products. Read-only."""

from datetime import datetime
from typing import Any

from django.contrib import admin
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

from portal import signals
from portal.activity import selectors as activity
from portal.admin import filters, subjects
from portal.admin.marks import item_mark, post_mark, rendition_mark, variant_mark, version_mark
from portal.admin.previews import picture
from portal.catalog import library
from portal.catalog.lookup import assets_matching
from portal.catalog.models import Asset, AssetVersion, Product, Variant
from portal.core.admin_site import NavPlace
from portal.core.labels import brand_name
from portal.core.staff_admin import StaffAdmin, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import by, moment, weight
from portal.publications import overview
from portal.renditions import library as renditions


@admin.register(Asset)
class AssetAdmin(StaffAdmin):
    """One picture, video or document over all its versions and languages."""

    nav = NavPlace("library", gettext_lazy("Assets"), "image", 10)
    lead = gettext_lazy("Mirrored from the media library. Change them there; the portal follows.")
    empty_text = gettext_lazy("Assets appear when the media library has been read.")
    list_display = ("asset", "type", "product_name", "languages", "state", "published", "changed")
    middle = ("type", "languages", "product_name")
    wide = ("changed",)
    list_filter = (filters.Standing, "kind", "brand", filters.PublishedIn, filters.OfProduct)
    can_search = True
    search_help_text = gettext_lazy("Name, GTIN, path, file name or id")
    orders = {
        "newest": Order(gettext_lazy("Last changed first"), ("-updated_at", "-id"), (datetime, int)),
        "oldest": Order(gettext_lazy("Longest unchanged first"), ("updated_at", "id"), (datetime, int)),
    }
    csv_columns = (
        "public_id", "name", "kind", "view", "brand", "product__gtin", "csv_files", "csv_languages",
        "csv_communities", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        return library.with_files(super().get_queryset(request))

    def get_search_results(self, request, queryset: QuerySet[Asset], search_term: str):
        return (assets_matching(search_term, queryset) if search_term.strip() else queryset), False

    def prepare(self, rows: list[Any]) -> None:
        published = overview.published_into([row.pk for row in rows])
        for row in rows:
            row.csv_communities_count = published.get(row.pk, 0)

    @admin.display(description=gettext_lazy("asset"))
    def asset(self, row: Asset) -> SafeString:
        lead = library.lead_version(row)
        name = lead.file_name if lead else next((v.name for v in row.variants.all()), "")
        return format_html(
            '<span class="named">{}<span>{}<span class="sub path">{}</span></span></span>',
            picture(lead),
            row,
            name,
        )

    @admin.display(description=gettext_lazy("type"))
    def type(self, row: Asset) -> str:
        return row.get_kind_display()

    @admin.display(description=gettext_lazy("product"))
    def product_name(self, row: Asset) -> str | SafeString:
        if row.product is None:
            return ""
        return format_html('{}<span class="sub num">{}</span>', row.product.title, row.product.gtin)

    @admin.display(description=gettext_lazy("languages"))
    def languages(self, row: Asset) -> str:
        return " ".join(
            sorted({v.language.upper() for v in row.variants.all() if v.language and not v.gone_at})
        )

    @admin.display(description=gettext_lazy("in the library"))
    def state(self, row: Asset) -> SafeString:
        # The least finished of its files is what somebody may have to look at.
        variants = [v for v in row.variants.all() if v.gone_at is None] or list(row.variants.all())
        if not variants:
            return mark("mute", "slash", _("No file"))
        return variant_mark(min(variants, key=lambda v: (v.current is not None, v.approved)))

    @admin.display(description=gettext_lazy("communities"))
    def published(self, row: Any) -> int:
        return row.csv_communities_count

    @admin.display(description=gettext_lazy("changed"))
    def changed(self, row: Asset) -> str:
        return moment(row.updated_at)

    def csv_files(self, row: Asset) -> list[str]:
        return [variant.path for variant in row.variants.all()]

    def csv_languages(self, row: Asset) -> str:
        return self.languages(row)

    def csv_communities(self, row: Any) -> int:
        return row.csv_communities_count

    # -- One asset -----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.read_again)
        return [path("<int:pk>/read-again/", view, name="portal_asset_read_again"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Everything about one asset on one page."""
        asset: Any = self.row(request, object_id)
        variants = library.variants_of(asset)
        published = overview.publications_of(asset.pk)
        history = activity.about(asset.public_id, limit=20)
        return self.page(
            request,
            "asset.html",
            title=str(asset),
            asset=asset,
            lead=library.lead_version(asset),
            brand=brand_name(asset.brand),
            files=[
                {
                    "variant": variant,
                    "mark": variant_mark(variant),
                    "versions": [(version, version_mark(version)) for version in variant.versions.all()],
                }
                for variant in variants
            ],
            publications=[
                {
                    "publication": each,
                    "post": post_mark(each),
                    "items": [(item, item_mark(item)) for item in each.items.all()],
                }
                for each in published
            ],
            failed=[(each, rendition_mark(each)) for each in renditions.failed_of(asset.pk)],
            history=history,
            names=subjects.actor_names([entry.actor for entry in history]),
            can_read_again=signals.files_to_reread.has_listeners(Variant),
        )

    @method_decorator(require_POST)
    def read_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whoever keeps the mirror to read this asset's files once more."""
        asset: Any = self.row(request, pk)
        files = [variant for variant in library.variants_of(asset) if variant.gone_at is None]
        for source in sorted({variant.source for variant in files}):
            signals.files_to_reread.send(
                sender=Variant,
                source=source,
                uuids=[variant.source_uuid for variant in files if variant.source == source],
                now=timezone.now(),
            )
        text = ngettext(
            "%(count)d file is read again from the media library. It may take a few seconds.",
            "%(count)d files are read again from the media library. It may take a few seconds.",
            len(files),
        )
        self.message_user(request, text % {"count": len(files)})
        return redirect("admin:portal_asset_change", pk)


class _OnAssetPage(StaffAdmin):
    """Rows whose own page is a part of their asset's."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        found: Any = self.row(request, object_id)
        variant = found if isinstance(found, Variant) else found.variant
        return redirect(
            f"{reverse('admin:portal_asset_change', args=[variant.asset_id])}#{variant.public_id}"
        )


@admin.register(Variant)
class VariantAdmin(_OnAssetPage):
    """Files of the DAM as they are now."""

    nav = NavPlace("library", gettext_lazy("Files"), "file", 20)
    lead = gettext_lazy("Every file of the media library, one row for all its versions.")
    empty_text = gettext_lazy("Files appear when the media library has been read.")
    list_display = ("file", "state", "language_markets", "rights", "current_number", "modified")
    middle = ("language_markets", "rights")
    wide = ("modified", "current_number")
    list_filter = ("approved", "language", filters.InLibrary, filters.OfAsset)
    list_select_related = ("current", "asset")
    can_search = True
    search_help_text = gettext_lazy("Path, file name, GTIN or id")
    csv_columns = (
        "public_id", "path", "language", "markets", "approved", "approval_word", "rights_start", "rights_end",
        "tags", "labels", "current__number", "current__sha1", "source_uuid", "source_modified_at", "gone_at",
        "asset__public_id",
    )  # fmt: skip

    def get_search_results(self, request, queryset: QuerySet[Variant], search_term: str):
        text = search_term.strip()
        if not text:
            return queryset, False
        if text.startswith("/"):
            return queryset.filter(path__startswith=text.replace("\x00", "")), False
        return queryset.filter(asset__in=assets_matching(text).values("pk")), False

    @admin.display(description=gettext_lazy("file"))
    def file(self, row: Variant) -> SafeString:
        return format_html(
            '<span class="named">{}<span>{}<span class="sub path">{}</span></span></span>',
            picture(row.current),
            row.name,
            row.folder,
        )

    @admin.display(description=gettext_lazy("approval"))
    def state(self, row: Variant) -> SafeString:
        return variant_mark(row)

    @admin.display(description=gettext_lazy("language, markets"))
    def language_markets(self, row: Variant) -> str:
        return " · ".join(part for part in (row.language.upper(), " ".join(row.markets)) if part)

    @admin.display(description=gettext_lazy("rights until"))
    def rights(self, row: Variant) -> str | SafeString:
        if row.rights_end and row.rights_end <= timezone.now():
            return mark("bad", "minus-circle", _("Ended"))
        return moment(row.rights_end)

    @admin.display(description=gettext_lazy("version"))
    def current_number(self, row: Variant) -> str:
        return _("v%(number)d") % {"number": row.current.number} if row.current else ""

    @admin.display(description=gettext_lazy("changed in the library"))
    def modified(self, row: Variant) -> str:
        return moment(row.source_modified_at)


@admin.register(AssetVersion)
class VersionAdmin(_OnAssetPage):
    """Immutable bytes."""

    nav = NavPlace("library", gettext_lazy("Versions"), "layers", 30)
    lead = gettext_lazy("Every version that was ever released, with the digest of its bytes.")
    empty_text = gettext_lazy("Versions appear when files are approved in the media library.")
    list_display = ("version", "state", "format", "pixels", "heavy", "released")
    middle = ("format", "pixels")
    wide = ("heavy", "released")
    list_filter = ("medium", "withdrawal")
    list_select_related = ("variant",)
    can_search = True
    search_fields = ("=public_id", "=source_uuid", "=sha1", "=file_name")
    search_help_text = gettext_lazy("SHA-1, file name or id, whole")
    csv_columns = (
        "public_id", "file_name", "number", "sha1", "media_type", "size", "width", "height", "duration",
        "released_at", "replaced_at", "withdrawn_at", "withdrawal", "source_uuid", "source_path",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("version"))
    def version(self, row: AssetVersion) -> SafeString:
        return format_html(
            '<span class="named">{}<span>{} · {}<span class="sub mono">{}</span></span></span>',
            picture(row),
            row.file_name,
            _("v%(number)d") % {"number": row.number},
            row.sha1,
        )

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: AssetVersion) -> SafeString:
        return version_mark(row)

    @admin.display(description=gettext_lazy("format"))
    def format(self, row: AssetVersion) -> str:
        return row.media_type

    @admin.display(description=gettext_lazy("pixels"))
    def pixels(self, row: AssetVersion) -> str:
        return by(row.width, row.height)

    @admin.display(description=gettext_lazy("weight"))
    def heavy(self, row: AssetVersion) -> str:
        return weight(row.size)

    @admin.display(description=gettext_lazy("released"))
    def released(self, row: AssetVersion) -> str:
        return moment(row.released_at)


@admin.register(Product)
class ProductAdmin(StaffAdmin):
    """Trade items, as the DAM's files name them."""

    nav = NavPlace("library", gettext_lazy("Products"), "box", 40)
    lead = gettext_lazy("Trade items that files of the media library belong to.")
    empty_text = gettext_lazy("Products appear when files with a GTIN have been read.")
    list_display = ("product", "gtin", "brand_label", "net_content", "in_markets", "assets")
    middle = ("brand_label", "in_markets")
    wide = ("net_content",)
    list_filter = ("brand",)
    can_search = True
    search_help_text = gettext_lazy("GTIN or name")
    orders = {"gtin": Order(gettext_lazy("By GTIN"), ("gtin",), (str,))}
    csv_columns = (
        "public_id",
        "gtin",
        "title",
        "brand",
        "net_content",
        "markets",
        "csv_assets",
        "updated_at",
    )

    def get_search_results(self, request, queryset: QuerySet[Product], search_term: str):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=assets_matching(search_term).values("product")), False

    def prepare(self, rows: list[Any]) -> None:
        counts = library.asset_counts([row.pk for row in rows])
        for row in rows:
            row.asset_count = counts.get(row.pk, 0)

    @admin.display(description=gettext_lazy("product"))
    def product(self, row: Product) -> str:
        return row.title or row.gtin

    @admin.display(description=gettext_lazy("brand"))
    def brand_label(self, row: Product) -> str:
        return brand_name(row.brand)

    @admin.display(description=gettext_lazy("markets"))
    def in_markets(self, row: Product) -> str:
        return " ".join(row.markets)

    @admin.display(description=gettext_lazy("assets"))
    def assets(self, row: Any) -> int:
        return row.asset_count

    def csv_assets(self, row: Any) -> int:
        return row.asset_count

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """A product is its assets."""
        found = self.row(request, object_id)
        return redirect(f"{reverse('admin:portal_asset_changelist')}?product={found.pk}")
