"""``/api/``: version 1, its documentation, and the catalogue of problems. Anything else is the one 404."""

from django.urls import include, path, re_path

from portal.api import documentation, views
from portal.api.v1 import (
    archives,
    assets,
    changes,
    channels,
    checks,
    confirmations,
    downloads,
    embeds,
    files,
    me,
    onboarding,
    own_sizes,
    pack_files,
    packs,
    product_lookups,
    recipes,
    renditions,
    reports,
    requests,
    responsive,
    shares,
    specifications,
    verdicts,
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
    path(
        "assets/<str:asset_id>/renditions/<str:recipe>/verdicts/<str:specification_id>",
        verdicts.OneVerdict.as_view(),
        name="verdict",
    ),
    path("assets/<str:asset_id>/responsive", responsive.Responsive.as_view(), name="responsive"),
    path(
        "assets/<str:asset_id>/responsive/archive",
        responsive.ResponsiveArchive.as_view(),
        name="responsive-archive",
    ),
    path("assets/<str:asset_id>/own-sizes", own_sizes.OwnSizes.as_view(), name="own-sizes"),
    path("recipes", recipes.Recipes.as_view(), name="recipes"),
    path("channels", channels.Channels.as_view(), name="channels"),
    path("channels/<str:channel_id>", channels.OneChannel.as_view(), name="channel"),
    path("specifications", specifications.Specifications.as_view(), name="specifications"),
    path(
        "specifications/<str:specification_id>",
        specifications.OneSpecification.as_view(),
        name="specification",
    ),
    path(
        "specifications/<str:specification_id>/reports",
        reports.Reports.as_view(),
        name="specification-reports",
    ),
    path("reports/<str:report_id>", reports.OneReport.as_view(), name="report"),
    path("reports/<str:report_id>/files", reports.ReportFiles.as_view(), name="report-files"),
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
    path("archives", archives.Archives.as_view(), name="archives"),
    path("archives/<str:archive_id>", archives.OneArchive.as_view(), name="archive"),
    path("archives/<str:archive_id>/file", archives.ArchiveBytes.as_view(), name="archive-file"),
    path("shares", shares.Shares.as_view(), name="shares"),
    path("shares/<str:share_id>", shares.OneShare.as_view(), name="share"),
    path("shares/<str:share_id>/revoke", shares.ShareRevocation.as_view(), name="share-revoke"),
    path("shares/<str:share_id>/takings", shares.Takings.as_view(), name="share-takings"),
    path("embeds", embeds.Embeds.as_view(), name="embeds"),
    path("embeds/<str:embed_id>", embeds.OneEmbed.as_view(), name="embed"),
    path("embeds/<str:embed_id>/revoke", embeds.EmbedRevocation.as_view(), name="embed-revoke"),
    path("downloads", downloads.Downloads.as_view(), name="downloads"),
    path("downloads/packs", downloads.PackDownloads.as_view(), name="pack-downloads"),
    path("onboarding", onboarding.Onboarding.as_view(), name="onboarding"),
    path("onboarding/steps/<str:step_id>", onboarding.OnboardingStep.as_view(), name="onboarding-step"),
    path("requests", requests.Requests.as_view(), name="requests"),
    path("requests/<str:request_id>", requests.OneRequest.as_view(), name="request"),
    path("requests/<str:request_id>/messages", requests.Messages.as_view(), name="request-messages"),
    path("requests/<str:request_id>/confirm", requests.Confirm.as_view(), name="request-confirm"),
    path("requests/<str:request_id>/reopen", requests.Reopen.as_view(), name="request-reopen"),
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
