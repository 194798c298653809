"""Addresses of the partner pages. ``company`` is taken out by ``CompanyMiddleware`` before a view sees it."""

from django.urls import path

from portal.pages.account import account
from portal.pages.asset import asset
from portal.pages.assets import assets
from portal.pages.basket import add, basket, change, prepare
from portal.pages.channels import (
    channel,
    channel_edit,
    channel_remove,
    channel_test,
    channels,
    test_overlay,
)
from portal.pages.check import check, replacements
from portal.pages.companies import companies, invitation
from portal.pages.downloads import downloads
from portal.pages.embeds import embed, embed_revoke
from portal.pages.files import download, preview
from portal.pages.home import home
from portal.pages.links import asset_link, version_link
from portal.pages.onboarding import onboarding, onboarding_code, onboarding_step
from portal.pages.own_size import own_size, own_size_weight
from portal.pages.pack_files import pack_archive, pack_manifest
from portal.pages.packs import pack, pack_terms, packs
from portal.pages.preferences import language, scheme
from portal.pages.prepared import archive, tell
from portal.pages.prepared import remove as remove_prepared
from portal.pages.product_list import product_page
from portal.pages.products import complete_set
from portal.pages.request_new import request_new
from portal.pages.requests import request_answer, request_confirm, request_page, request_reopen, requests
from portal.pages.responsive import responsive_archive, responsive_prepare, responsive_set
from portal.pages.shared import shared, shared_bytes, take, unlock
from portal.pages.shares import revoke, share, shut_out
from portal.pages.specifications import (
    report,
    report_csv,
    specification,
    specification_check,
    specification_edit,
    specification_remove,
    specifications,
)
from portal.pages.verdicts import verdict, verdict_overlay

app_name = "pages"

urlpatterns = [
    path("", companies, name="companies"),
    path("a/<str:asset>/", asset_link, name="asset-link"),
    path("v/<str:version>/", version_link, name="version-link"),
    path("account/", account, name="account"),
    path("preferences/language/", language, name="language"),
    path("preferences/scheme/", scheme, name="scheme"),
    path("invitations/<str:token>/", invitation, name="invitation"),
    path("s/<str:token>/", shared, name="shared"),
    path("s/<str:token>/unlock/", unlock, name="shared-unlock"),
    path("s/<str:token>/take/", take, name="shared-take"),
    path("s/<str:token>/get/<str:ticket>/", shared_bytes, name="shared-bytes"),
    path("o/<slug:company>/", home, name="home"),
    path("o/<slug:company>/assets/", assets, name="assets"),
    path("o/<slug:company>/assets/<str:asset>/", asset, name="asset"),
    path("o/<slug:company>/assets/<str:asset>/preview/<slug:size>/", preview, name="preview"),
    path("o/<slug:company>/assets/<str:asset>/download/<slug:recipe>/", download, name="download"),
    path("o/<slug:company>/basket/", basket, name="basket"),
    path("o/<slug:company>/basket/add/", add, name="basket-add"),
    path("o/<slug:company>/basket/change/", change, name="basket-change"),
    path("o/<slug:company>/basket/prepare/", prepare, name="basket-prepare"),
    path("o/<slug:company>/check/", check, name="check"),
    path("o/<slug:company>/check/replacements/", replacements, name="check-replacements"),
    path("o/<slug:company>/downloads/", downloads, name="downloads"),
    path("o/<slug:company>/onboarding/", onboarding, name="onboarding"),
    path("o/<slug:company>/onboarding/code/", onboarding_code, name="onboarding-code"),
    path("o/<slug:company>/onboarding/<str:step>/", onboarding_step, name="onboarding-step"),
    path("o/<slug:company>/embeds/", embed, name="embeds"),
    path("o/<slug:company>/embeds/<str:embed>/revoke/", embed_revoke, name="embed-revoke"),
    path("o/<slug:company>/shares/", share, name="shares"),
    path("o/<slug:company>/shares/<str:link>/revoke/", revoke, name="share-revoke"),
    path(
        "o/<slug:company>/shares/<str:link>/recipients/<str:recipient>/revoke/",
        shut_out,
        name="share-shut-out",
    ),
    path("o/<slug:company>/products/", product_page, name="products"),
    path("o/<slug:company>/products/complete-set/", complete_set, name="products-set"),
    path("o/<slug:company>/downloads/prepared/<str:job>/", archive, name="prepared"),
    path("o/<slug:company>/downloads/prepared/<str:job>/tell/", tell, name="prepared-tell"),
    path("o/<slug:company>/downloads/prepared/<str:job>/remove/", remove_prepared, name="prepared-remove"),
    path("o/<slug:company>/packs/", packs, name="packs"),
    path("o/<slug:company>/packs/<slug:pack>/", pack, name="pack"),
    path("o/<slug:company>/packs/<slug:pack>/terms/", pack_terms, name="pack-terms"),
    path(
        "o/<slug:company>/packs/<slug:pack>/versions/<int:number>/archive/", pack_archive, name="pack-archive"
    ),
    path(
        "o/<slug:company>/packs/<slug:pack>/versions/<int:number>/manifest/",
        pack_manifest,
        name="pack-manifest",
    ),
    path(
        "o/<slug:company>/assets/<str:asset>/verdicts/<str:channel>/<slug:recipe>/", verdict, name="verdict"
    ),
    path(
        "o/<slug:company>/assets/<str:asset>/verdicts/<str:channel>/<slug:recipe>/overlay/",
        verdict_overlay,
        name="verdict-overlay",
    ),
    path("o/<slug:company>/assets/<str:asset>/responsive/", responsive_set, name="responsive"),
    path(
        "o/<slug:company>/assets/<str:asset>/responsive/prepare/",
        responsive_prepare,
        name="responsive-prepare",
    ),
    path(
        "o/<slug:company>/assets/<str:asset>/responsive/archive/",
        responsive_archive,
        name="responsive-archive",
    ),
    path("o/<slug:company>/assets/<str:asset>/own-size/", own_size, name="own-size"),
    path("o/<slug:company>/assets/<str:asset>/own-size/weight/", own_size_weight, name="own-size-weight"),
    path("o/<slug:company>/requests/", requests, name="requests"),
    path("o/<slug:company>/requests/new/", request_new, name="request-new"),
    path("o/<slug:company>/requests/<str:change_request>/", request_page, name="request"),
    path("o/<slug:company>/requests/<str:change_request>/answer/", request_answer, name="request-answer"),
    path("o/<slug:company>/requests/<str:change_request>/confirm/", request_confirm, name="request-confirm"),
    path("o/<slug:company>/requests/<str:change_request>/reopen/", request_reopen, name="request-reopen"),
    path("o/<slug:company>/settings/channels/", channels, name="channels"),
    path("o/<slug:company>/settings/channels/add/", channel_edit, name="channel-add"),
    path("o/<slug:company>/settings/channels/<str:channel>/", channel, name="channel"),
    path("o/<slug:company>/settings/channels/<str:channel>/edit/", channel_edit, name="channel-edit"),
    path("o/<slug:company>/settings/channels/<str:channel>/remove/", channel_remove, name="channel-remove"),
    path("o/<slug:company>/settings/channels/<str:channel>/test/", channel_test, name="channel-test"),
    path(
        "o/<slug:company>/settings/channels/<str:channel>/test/<str:test>/overlay/",
        test_overlay,
        name="test-overlay",
    ),
    path("o/<slug:company>/settings/specifications/", specifications, name="specifications"),
    path("o/<slug:company>/settings/specifications/add/", specification_edit, name="specification-add"),
    path(
        "o/<slug:company>/settings/specifications/<str:specification>/", specification, name="specification"
    ),
    path(
        "o/<slug:company>/settings/specifications/<str:specification>/edit/",
        specification_edit,
        name="specification-edit",
    ),
    path(
        "o/<slug:company>/settings/specifications/<str:specification>/remove/",
        specification_remove,
        name="specification-remove",
    ),
    path(
        "o/<slug:company>/settings/specifications/<str:specification>/check/",
        specification_check,
        name="specification-check",
    ),
    path("o/<slug:company>/settings/reports/<str:report>/", report, name="report"),
    path("o/<slug:company>/settings/reports/<str:report>/csv/", report_csv, name="report-csv"),
]
