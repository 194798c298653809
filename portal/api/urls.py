"""``/api/``: version 1, its documentation, and the catalogue of problems. Anything else is the one 404."""

from django.urls import include, path, re_path

from portal.api import documentation, views
from portal.api.v1 import (
    assets,
    changes,
    checks,
    confirmations,
    files,
    me,
    pack_files,
    packs,
    product_lookups,
    renditions,
)

app_name = "api"

v1 = [
    path("me", me.Me.as_view(), name="me"),
    path("assets", assets.Assets.as_view(), name="assets"),
    path("assets/<str:asset_id>", assets.OneAsset.as_view(), name="asset"),
    path("assets/<str:asset_id>/renditions", renditions.Renditions.as_view(), name="renditions"),
    path(
        "assets/<str:asset_id>/renditions/<str:recipe>", renditions.OneRendition.as_view(), name="rendition"
    ),
    path("files/<str:sha256>", files.File.as_view(), name="file"),
    path("files/<str:sha256>/about", files.AboutFile.as_view(), name="file-about"),
    path("packs", packs.Packs.as_view(), name="packs"),
    path("packs/<str:pack_id>", packs.OnePack.as_view(), name="pack"),
    path("packs/<str:pack_id>/versions", packs.Versions.as_view(), name="pack-versions"),
    path("packs/<str:pack_id>/versions/<str:number>", packs.OneVersion.as_view(), name="pack-version"),
    path(
        "packs/<str:pack_id>/versions/<str:number>/manifest",
        pack_files.Manifest.as_view(),
        name="pack-manifest",
    ),
    path(
        "packs/<str:pack_id>/versions/<str:number>/archive",
        pack_files.ArchiveFile.as_view(),
        name="pack-archive",
    ),
    path("packs/<str:pack_id>/confirmations", confirmations.Confirmations.as_view(), name="confirmations"),
    path("product-lookups", product_lookups.ProductLookUps.as_view(), name="product-lookups"),
    path("checks", checks.Checks.as_view(), name="checks"),
    path("changes", changes.Changes.as_view(), name="changes"),
    path("openapi.json", documentation.OpenApi.as_view(), name="openapi"),
    path("docs", documentation.Docs.as_view(), name="docs"),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("problems/", documentation.Problems.as_view(), name="problems"),
    path("problems/<str:code>", documentation.Problems.as_view(), name="problem"),
    re_path("", views.NothingHere.as_view()),
]
