"""Addresses of the partner pages. ``company`` is taken out by ``CompanyMiddleware`` before a view sees it."""

from django.urls import path

from portal.pages.account import account
from portal.pages.asset import asset
from portal.pages.assets import assets
from portal.pages.basket import add, basket, change, prepare
from portal.pages.check import check, replacements
from portal.pages.companies import companies, invitation
from portal.pages.downloads import downloads
from portal.pages.files import download, preview
from portal.pages.home import home
from portal.pages.links import asset_link, version_link
from portal.pages.pack_files import pack_archive, pack_manifest
from portal.pages.packs import pack, pack_terms, packs
from portal.pages.preferences import language, scheme
from portal.pages.prepared import archive, tell
from portal.pages.products import complete_set, look_up

app_name = "pages"

urlpatterns = [
    path("", companies, name="companies"),
    path("a/<str:asset>/", asset_link, name="asset-link"),
    path("v/<str:version>/", version_link, name="version-link"),
    path("account/", account, name="account"),
    path("preferences/language/", language, name="language"),
    path("preferences/scheme/", scheme, name="scheme"),
    path("invitations/<str:token>/", invitation, name="invitation"),
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
    path("o/<slug:company>/products/", look_up, name="products"),
    path("o/<slug:company>/products/complete-set/", complete_set, name="products-set"),
    path("o/<slug:company>/downloads/prepared/<str:job>/", archive, name="prepared"),
    path("o/<slug:company>/downloads/prepared/<str:job>/tell/", tell, name="prepared-tell"),
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
]
