"""
Every page somebody can open, in each of its states: what accessibility, script and console are checked on.

A new template of a page is entered here; ``test_places`` fails until it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.browser.house import House


@dataclass(frozen=True)
class Place:
    """
    ``address``    from the house
    ``templates``  of ours that this page shows
    ``reader``     attribute of the house, or empty for somebody who is not signed in
    ``status``     the page's own answer
    ``is_english`` whatever the reader's language, as everything of the API is
    """

    name: str
    address: Callable[[House], str]
    templates: tuple[str, ...]
    reader: str = "reader"
    status: int = 200
    is_english: bool = False


def _company(company: str, rest: str = "") -> Callable[[House], str]:
    return lambda house: f"/o/{getattr(house, company).slug}/{rest}"


def _asset(asset: str, query: str = "") -> Callable[[House], str]:
    return lambda house: f"/o/{house.shop.slug}/assets/{getattr(house, asset).public_id}/{query}"


def _at(path: str) -> Callable[[House], str]:
    return lambda house: path


def _step(kind: str) -> Callable[[House], str]:
    return lambda house: f"/o/{house.start.slug}/onboarding/{house.steps[kind]}/"


WAY = ("pages/onboarding.html", "pages/onboarding_progress.html")
STEP = ("pages/onboarding_step.html", "pages/onboarding_path.html", "pages/onboarding_progress.html")


def _pack(pack: str, rest: str = "") -> Callable[[House], str]:
    return lambda house: f"/o/{house.shop.slug}/packs/{getattr(house, pack).slug}/{rest}"


def _verdict(recipe: str) -> Callable[[House], str]:
    def address(house: House) -> str:
        variant = house.muesli.variants.get(language="de").public_id
        place = f"/o/{house.shop.slug}/assets/{house.muesli.public_id}/verdicts"
        return f"{place}/{house.amazon.public_id}/{recipe}/?variant={variant}"

    return address


def _channel(channel: str, rest: str = "") -> Callable[[House], str]:
    return lambda house: f"/o/{house.shop.slug}/settings/channels/{getattr(house, channel).public_id}/{rest}"


def _request(state: str) -> Callable[[House], str]:
    return lambda house: f"/o/{house.shop.slug}/requests/{getattr(house, f'request_{state}').name}/"


REQUEST = ("pages/request.html", "pages/request_thread.html")
ASSET = ("pages/asset.html", "pages/asset_sizes.html", "pages/asset_facts.html")

PACK = ("pages/pack.html", "pages/pack_answer.html", "pages/pack_check.html", "pages/pack_table.html")
PRODUCTS = ("pages/products.html", "pages/product_table.html", "pages/product_files.html")
PACK_LIST = (
    "pages/packs.html",
    "pages/pack_badges.html",
    "pages/pack_facts.html",
    "pages/pack_progress.html",
)

PLACES = [
    # At the door
    Place("sign-in", _at("/accounts/login/"), ("account/login.html",), reader=""),
    Place("ask for a code", _at("/accounts/login/code/"), ("account/request_login_code.html",), reader=""),
    Place("no sign-up", _at("/accounts/signup/"), ("account/signup_closed.html",), reader=""),
    Place(
        "password forgotten", _at("/accounts/password/reset/"), ("account/password_reset.html",), reader=""
    ),
    Place(
        "invitation, new",
        lambda house: f"/invitations/{house.invitation}/",
        ("pages/invitation.html",),
        reader="",
    ),
    Place(
        "invitation, known",
        lambda house: f"/invitations/{house.invitation_of_known}/",
        ("pages/invitation.html",),
        reader="",
    ),
    Place(
        "invitation, closed",
        _at("/invitations/never/"),
        ("pages/invitation_closed.html",),
        reader="",
        status=404,
    ),
    # Home
    Place("home", _company("shop"), ("pages/home.html", "pages/home_todo.html", "pages/home_request.html")),
    Place("home, no files yet", _company("waiting"), ("pages/home.html",), reader="newcomer"),
    # Assets
    Place("assets, grid", _company("shop", "assets/"), ("pages/assets.html",)),
    Place(
        "assets, table",
        _company("shop", "assets/?view=table"),
        ("pages/assets.html", "pages/asset_table.html"),
    ),
    Place("assets, filtered", _company("shop", "assets/?q=muesli&kind=packshot"), ("pages/assets.html",)),
    Place("assets, many", _company("archive", "assets/"), ("pages/assets.html",), reader="archivist"),
    Place("assets, none matches", _company("shop", "assets/?q=nothing"), ("pages/assets.html",)),
    Place("assets, all seen", _company("shop", "assets/?since=2999-01-01"), ("pages/assets.html",)),
    Place("assets, no files yet", _company("waiting", "assets/"), ("pages/assets.html",), reader="newcomer"),
    Place("assets, no community", _company("alone", "assets/"), ("pages/assets.html",), reader="loner"),
    Place(
        "assets, unreadable", _company("shop", "assets/?cursor=broken"), ("pages/assets.html",), status=400
    ),
    # Asset
    Place(
        "asset, what changed",
        _asset("muesli", "?language=de"),
        (*ASSET, "pages/asset_changed.html", "pages/asset_views.html", "pages/size_verdicts.html"),
    ),
    Place(
        "asset, versions",
        _asset("muesli", "?language=de&tab=versions"),
        (*ASSET, "pages/asset_versions.html"),
    ),
    Place("asset, languages", _asset("muesli", "?tab=languages"), (*ASSET, "pages/asset_languages.html")),
    Place("asset, own use", _asset("muesli", "?tab=use"), (*ASSET, "pages/asset_use.html")),
    Place("asset, expiring", _asset("back"), ASSET),
    Place("asset, not yet", _asset("scheduled"), ASSET),
    Place("asset, video", _asset("film"), (*ASSET, "pages/asset_captions.html")),
    Place("asset, document", _asset("guide"), ASSET),
    Place("asset, own use: none", _asset("guide", "?tab=use"), (*ASSET, "pages/asset_use.html")),
    Place("asset, taken back", _asset("gone"), ("410.html",), status=410),
    # Downloads
    Place("downloads", _company("shop", "downloads/"), ("pages/downloads.html", "pages/download_row.html")),
    Place(
        "downloads, none yet", _company("waiting", "downloads/"), ("pages/downloads.html",), reader="newcomer"
    ),
    Place(
        "downloads, unreadable",
        _company("shop", "downloads/?cursor=broken"),
        ("pages/downloads.html",),
        status=400,
    ),
    # Getting started
    Place(
        "home, getting started",
        _company("start"),
        ("pages/home.html", "pages/onboarding_card.html", "pages/onboarding_path.html"),
        reader="starter",
    ),
    Place("home, applied", _company("applied"), ("pages/onboarding_card.html",), reader="applicant"),
    Place("onboarding", _company("start", "onboarding/"), WAY, reader="starter"),
    Place("onboarding, done", _company("ready", "onboarding/"), WAY, reader="graduate"),
    Place("onboarding, applied", _company("applied", "onboarding/"), WAY[:1], reader="applicant"),
    Place("onboarding, a code", _company("waiting", "onboarding/"), WAY[:1], reader="newcomer"),
    Place("step, company", _step("company_data"), (*STEP, "pages/onboarding_company.html"), reader="starter"),
    Place("step, done", _step("guidelines"), (*STEP, "pages/onboarding_document.html"), reader="starter"),
    Place("step, terms", _step("terms"), (*STEP, "pages/onboarding_document.html"), reader="starter"),
    Place("step, pack", _step("pack"), (*STEP, "pages/onboarding_pack.html"), reader="starter"),
    Place(
        "step, colleagues", _step("colleagues"), (*STEP, "pages/onboarding_colleagues.html"), reader="starter"
    ),
    Place("step, channel", _step("channel"), (*STEP, "pages/onboarding_channel.html"), reader="starter"),
    Place("step, system", _step("api"), (*STEP, "pages/onboarding_system.html"), reader="starter"),
    Place("step, not needed", _step("other"), (*STEP, "pages/onboarding_other.html"), reader="starter"),
    Place("step, only looking", _step("terms"), STEP, reader="onlooker"),
    Place(
        "downloads, prepared ones",
        _company("archive", "downloads/"),
        ("pages/downloads.html", "pages/prepared_list.html"),
        reader="archivist",
    ),
    # Basket and checking
    Place("basket", _company("shop", "basket/"), ("pages/basket.html", "pages/basket_line.html")),
    Place("basket, empty", _company("waiting", "basket/"), ("pages/basket.html",), reader="newcomer"),
    Place("check my files", _company("shop", "check/"), ("pages/check.html",)),
    Place(
        "check my files, unreadable",
        _company("shop", "check/?digests=nothing"),
        ("pages/check.html",),
        status=400,
    ),
    Place(
        "check my files, answered",
        lambda house: f"/o/{house.shop.slug}/check/?{urlencode({'digests': house.digests})}",
        ("pages/check_result.html",),
    ),
    # Products
    Place("products", _company("shop", "products/"), PRODUCTS),
    Place("products, many", _company("archive", "products/?sort=name"), PRODUCTS, reader="archivist"),
    Place("products, filtered", _company("shop", "products/?q=muesli&language=de"), PRODUCTS),
    Place("products, none matches", _company("shop", "products/?q=nothing"), PRODUCTS[:1]),
    Place("products, all seen", _company("shop", "products/?since=2999-01-01"), PRODUCTS[:1]),
    Place("products, none yet", _company("waiting", "products/"), PRODUCTS[:1], reader="newcomer"),
    Place("products, no community", _company("alone", "products/"), PRODUCTS[:1], reader="loner"),
    Place("products, unreadable", _company("shop", "products/?cursor=broken"), PRODUCTS[:1], status=400),
    Place("products, look up", _company("shop", "products/?show=look-up"), ("pages/products_look_up.html",)),
    Place(
        "products, none given",
        _company("shop", "products/?gtins=none"),
        ("pages/products_look_up.html",),
        status=400,
    ),
    Place(
        "products, looked up",
        _company("shop", "products/?gtins=09521234500049,09521234500018,4711"),
        ("pages/products_result.html",),
    ),
    Place(
        "downloads, packs",
        _company("shop", "downloads/?show=packs"),
        ("pages/downloads.html", "pages/download_packs.html"),
    ),
    Place(
        "downloads, no packs yet",
        _company("waiting", "downloads/?show=packs"),
        ("pages/downloads.html",),
        reader="newcomer",
    ),
    # Packs
    Place("packs", _company("shop", "packs/"), PACK_LIST),
    Place("packs, none yet", _company("waiting", "packs/"), ("pages/packs.html",), reader="newcomer"),
    Place("packs, unreadable", _company("shop", "packs/?cursor=broken"), ("pages/packs.html",), status=400),
    Place("pack, one file changed", _pack("pack"), (*PACK, "pages/pack_changes.html")),
    Place("pack, download begins", _pack("pack", "?begin=1"), PACK),
    Place(
        "pack, one file chosen",
        lambda house: _pack("pack", f"?file={house.pack.current.files.first().sha256}")(house),
        PACK,
    ),
    Place("pack, a file withdrawn", _pack("halved"), PACK),
    Place("pack, rights begin later", _pack("later"), PACK),
    Place("pack, a file replaced and no next version", _pack("stuck"), PACK),
    Place("pack, terms first", _pack("strict"), PACK),
    Place("pack, its terms", _pack("strict", "terms/"), ("pages/pack_terms.html",)),
    Place("pack, without terms", _pack("pack", "terms/"), ("pages/pack_terms.html",)),
    Place("pack, being prepared", _pack("coming"), ("pages/pack_coming.html", "pages/pack_progress.html")),
    Place("pack, withdrawn", _pack("closed_pack"), ("pages/pack_closed.html",), status=410),
    # Channels
    Place("channels", _company("shop", "settings/channels/"), ("pages/channels.html",)),
    Place(
        "channels, to read only",
        _company("shop", "settings/channels/"),
        ("pages/channels.html",),
        reader="courier",
    ),
    Place(
        "channels, none yet",
        _company("waiting", "settings/channels/"),
        ("pages/channels.html",),
        reader="newcomer",
    ),
    Place(
        "channel", _channel("amazon"), ("pages/channel.html", "pages/rules.html", "pages/verdict_lines.html")
    ),
    Place("channel without rules", _channel("leaflet"), ("pages/channel.html",)),
    Place("channel, add", _company("shop", "settings/channels/add/"), ("pages/channel_edit.html",)),
    Place("channel, change", _channel("amazon", "edit/"), ("pages/channel_edit.html",)),
    Place(
        "specifications",
        _company("shop", "settings/specifications/"),
        ("pages/specifications.html", "pages/specification_rows.html"),
    ),
    Place(
        "specifications, none of their own",
        _company("waiting", "settings/specifications/"),
        ("pages/specifications.html",),
        reader="newcomer",
    ),
    Place(
        "specification",
        lambda house: f"/o/{house.shop.slug}/settings/specifications/amazon-main/",
        ("pages/specification.html", "pages/rules.html"),
    ),
    Place(
        "specification, bring",
        _company("shop", "settings/specifications/add/"),
        ("pages/specification_edit.html", "pages/bound.html"),
    ),
    Place(
        "specification, change",
        lambda house: f"/o/{house.shop.slug}/settings/specifications/{house.own_rules.public_id}/edit/",
        ("pages/specification_edit.html",),
    ),
    Place(
        "report",
        lambda house: f"/o/{house.shop.slug}/settings/reports/{house.report.public_id}/",
        ("pages/report.html",),
    ),
    Place(
        "responsive set",
        lambda house: f"/o/{house.shop.slug}/assets/{house.muesli.public_id}/responsive/?language=de",
        ("pages/responsive.html",),
    ),
    Place(
        "responsive set, with a file that cannot be made",
        lambda house: f"/o/{house.shop.slug}/assets/{house.back.public_id}/responsive/?wanted=1",
        ("pages/responsive.html",),
    ),
    Place(
        "own size",
        lambda house: f"/o/{house.shop.slug}/assets/{house.muesli.public_id}/own-size/?language=de",
        ("pages/own_size.html",),
    ),
    Place("verdict, failed", _verdict("web-1200"), ("pages/verdict.html", "pages/verdict_lines.html")),
    Place("verdict, being checked", _verdict("marketplace"), ("pages/verdict.html",)),
    # Requests
    Place("requests", _company("shop", "requests/"), ("pages/requests.html",)),
    Place(
        "requests, mine, closed",
        _company("shop", "requests/?state=closed&whose=mine"),
        ("pages/requests.html",),
    ),
    Place(
        "requests, none yet", _company("waiting", "requests/"), ("pages/requests.html",), reader="newcomer"
    ),
    Place(
        "requests, none mine",
        _company("shop", "requests/?whose=mine"),
        ("pages/requests.html",),
        reader="courier",
    ),
    Place(
        "requests, none closed",
        _company("archive", "requests/"),
        ("pages/requests.html",),
        reader="archivist",
    ),
    Place(
        "requests, unreadable",
        _company("shop", "requests/?cursor=broken"),
        ("pages/requests.html",),
        status=400,
    ),
    Place("request, new", _company("shop", "requests/new/"), ("pages/request_new.html",)),
    Place(
        "request, new, there already",
        lambda house: (
            f"/o/{house.shop.slug}/requests/new/?"
            + urlencode(
                {"reason": "missing_size", "asset": house.muesli.public_id, "width": 600, "format": "png"}
            )
        ),
        ("pages/request_new.html", "pages/request_offers.html", "pages/request_subject.html"),
    ),
    Place(
        "request, new, asked already",
        lambda house: (
            f"/o/{house.shop.slug}/requests/new/?"
            + urlencode({"reason": "missing_size", "asset": house.muesli.public_id, "width": 9001})
        ),
        ("pages/request_new.html",),
    ),
    Place(
        "request, new, only looking",
        _company("shop", "requests/new/"),
        ("pages/request_new.html",),
        "watcher",
        403,
    ),
    Place("request, in progress", _request("open"), (*REQUEST, "pages/request_subject.html")),
    Place("request, only looking", _request("open"), REQUEST, reader="watcher"),
    Place("request, waiting", _request("waiting"), REQUEST),
    Place("request, solved", _request("solved"), (*REQUEST, "pages/request_solved.html")),
    Place("request, confirmed by silence", _request("confirmed"), (*REQUEST, "pages/request_solved.html")),
    Place("request, rejected", _request("rejected"), REQUEST),
    Place("request, duplicate", _request("duplicate"), REQUEST),
    # Embed links
    Place("embed links", _company("shop", "embeds/"), ("pages/embeds.html",)),
    Place(
        "embed links, of a picture",
        lambda house: f"/o/{house.shop.slug}/embeds/?asset={house.back.public_id}",
        ("pages/embeds.html",),
    ),
    Place(
        "embed links, not allowed",
        lambda house: f"/o/{house.shop.slug}/embeds/?asset={house.scheduled.public_id}",
        ("pages/embeds.html",),
    ),
    Place("embed links, only looking", _company("shop", "embeds/"), ("pages/embeds.html",), reader="watcher"),
    Place(
        "embed links, cannot be read",
        _company("shop", "embeds/?cursor=x"),
        ("pages/embeds.html",),
        status=400,
    ),
    Place("embed links, none", _company("waiting", "embeds/"), ("pages/embeds.html",), reader="newcomer"),
    # Share links
    Place("share links", _company("shop", "shares/"), ("pages/shares.html",)),
    Place("share links, none", _company("waiting", "shares/"), ("pages/shares.html",), reader="newcomer"),
    Place("shared files", lambda house: f"/s/{house.shared}/", ("pages/shared.html",), reader=""),
    Place("shared, locked", lambda house: f"/s/{house.locked}/", ("pages/shared_locked.html",), reader=""),
    # The reader
    Place("companies", _at("/"), ("pages/companies.html",), reader="agent"),
    Place("companies, none", _at("/"), ("pages/companies.html",), reader="nobody"),
    Place(
        "company, access paused",
        _company("closed"),
        ("partners/suspended.html",),
        reader="shut_out",
        status=403,
    ),
    Place("account", _at("/account/"), ("pages/account.html",)),
    Place("sign out", _at("/accounts/logout/"), ("account/logout.html",)),
    Place("password", _at("/accounts/password/change/"), ()),
    Place("passkeys and second step", _at("/accounts/2fa/"), ()),
    Place("sessions", _at("/accounts/sessions/"), ("usersessions/usersession_list.html",)),
    # Errors
    Place("not there", _at("/o/nobody/"), ("404.html",), status=404),
    *(
        Place(f"error {status}", _at(f"/errors/{status}/"), (f"{status}.html",), status=status)
        for status in (400, 403, 409, 429, 500, 503)
    ),
    # For programmers
    Place(
        "what a problem means",
        _at("/api/problems/withdrawn"),
        ("api/problems.html",),
        reader="",
        is_english=True,
    ),
]

#: Templates that no address shows, and why.
ELSEWHERE = {
    "skeleton.html": "a frame",
    "base.html": "a frame",
    "alone.html": "a frame",
    "door.html": "a frame",
    "account/email/": "mails; their words are tested where they are sent",
    "emails/": "mails; their words are tested where they are sent",
    "allauth/": "frames and elements of allauth's pages",
    "partials/": "parts of pages",
    "pages/pack_moved.html": "the answer to a form; read by tests/browser/test_packs.py",
    "admin/": "staff pages; read by tests/portal/admin, without a browser so far",
    "api/docs.html": "Swagger's page, in its own words and colours",
}
