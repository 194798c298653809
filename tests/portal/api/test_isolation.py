"""Another company's thing and a thing that never was: the same answer to the byte, at every address."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from portal.api import urls
from portal.api.views import OpenView, PartnerView
from portal.core import rowscope
from portal.downloads import jobs, shares
from portal.downloads.choices import Origin, Via
from portal.downloads.models import Download, EmbedLink
from portal.downloads.services import Taker
from portal.downloads.wishes import Wish
from portal.onboarding.choices import StepKind
from portal.packs import services
from portal.partners import channels
from portal.publications import feasibility
from portal.publications import selectors as publications
from portal.renditions import responsive, rulebooks
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    picture,
    release,
    release_one,
)
from tests.portal.api.conftest import System
from tests.portal.change_requests.builders import ask
from tests.portal.onboarding.builders import begin
from tests.portal.packs.builders import issue, make_pack, pick
from tests.portal.renditions.builders import failed_test, failed_verdict

pytestmark = pytest.mark.django_db

GTIN = gtin14(952_123_450_004)

ROUTES = {str(pattern.pattern): pattern.callback.view_class for pattern in urls.v1}
#: Every operation that names one thing, with what stands for it.
NAMED = [route for route in ROUTES if "<" in route]
LISTS = {
    "assets": "id",
    "products": "id",
    "changes": "asset",
    "packs": "id",
    "packs-in-preparation": "id",
    "onboarding": "id",
    "channels": "id",
    "requests": "id",
    "archives": "id",
    "shares": "id",
    "embeds": "id",
    "downloads": "asset",
    "downloads/packs": "pack",
}
#: Rules of the portal are everybody's; questions about many things answer in the words of ``tests/test_isolation.py``.
FOR_ALL = {"specifications", "recipes", "checks", "product-lookups"}
UNKNOWN = {
    "asset_id": "ast_aaaaaaaaaaaaaaaa",
    "product_id": "pro_aaaaaaaaaaaaaaaa",
    "sha256": "0" * 64,
    "recipe": "web-1200",
    "pack_id": "pck_aaaaaaaaaaaaaaaa",
    "number": "1",
    "step_id": "ost_aaaaaaaaaaaaaaaa",
    "channel_id": "chn_aaaaaaaaaaaaaaaa",
    "test_id": "tst_aaaaaaaaaaaaaaaa",
    "specification_id": "spc_aaaaaaaaaaaaaaaa",
    "report_id": "fea_aaaaaaaaaaaaaaaa",
    "request_id": "req_aaaaaaaaaaaaaaaa",
    "archive_id": "job_aaaaaaaaaaaaaaaa",
    "share_id": "shl_aaaaaaaaaaaaaaaa",
    "recipient_id": "shr_aaaaaaaaaaaaaaaa",
    "embed_id": "emb_aaaaaaaaaaaaaaaa",
}
_RULES = {"key": "own-rules", "title": "Own", "channel": "shop", "rules": [{"measure": "fill", "least": 0.9}]}
_UPLOAD = encode_multipart(BOUNDARY, {"picture": SimpleUploadedFile("front.png", picture(kind="PNG"))})
#: Every operation that changes one thing, with a body that its owner's call succeeds with.
WRITES = {
    ("assets/<str:asset_id>/responsive", "POST"): {},
    ("assets/<str:asset_id>/own-sizes", "POST"): {"width": 100, "height": 100},
    ("archives/<str:archive_id>", "DELETE"): None,
    ("shares/<str:share_id>/revoke", "POST"): None,
    ("shares/<str:share_id>/recipients/<str:recipient_id>/revoke", "POST"): None,
    ("embeds/<str:embed_id>/revoke", "POST"): None,
    ("channels/<str:channel_id>", "PATCH"): {"name": "Other"},
    ("channels/<str:channel_id>", "DELETE"): None,
    ("channels/<str:channel_id>/tests", "POST"): _UPLOAD,
    ("specifications/<str:specification_id>", "PUT"): _RULES,
    ("specifications/<str:specification_id>", "DELETE"): None,
    ("specifications/<str:specification_id>/reports", "POST"): {"recipe": "web-1200"},
    ("packs/<str:pack_id>/confirmations", "POST"): {"answers": [{"sha256": "?", "answer": "received"}]},
    ("onboarding/steps/<str:step_id>", "POST"): {},
    ("requests/<str:request_id>/messages", "POST"): {"text": "x"},
    ("requests/<str:request_id>/confirm", "POST"): {},
    ("requests/<str:request_id>/reopen", "POST"): {"text": "x"},
}
#: Headers that differ from call to call, whatever is asked.
VOLATILE = {"X-Request-ID", "RateLimit"}


class Theirs:
    """Two companies; one of them has an asset with a finished size."""

    def __init__(self, system):
        self.owner, self.stranger = system(make_partner()), system(make_partner())
        community = make_community(self.owner.partner, folder="/Theirs")
        make_community(self.stranger.partner, folder="/Ours")
        self.asset = release_one("/Theirs/a.jpg", uuid="u1", gtin=GTIN)
        self.rendition = make_rendition(current_version(self.asset))
        self.pack = make_pack(community)
        pick(self.pack, [self.asset])
        issue(self.pack)
        self.coming = make_pack(community, title="Coming")
        pick(self.coming, [self.asset])
        services.begin_version(pack=self.coming, now=NOON)
        self.enrolment = begin(self.owner.partner, StepKind.OTHER)
        self._sell()
        person = make_user(self.owner.partner)
        self.request = ask(self.owner.partner, person, asset=self.asset.public_id, width=800)
        self._take()
        self.known = {
            "channel_id": self.channel.public_id,
            "test_id": self.test.public_id,
            "specification_id": self.specification.public_id,
            "report_id": self.report.public_id,
            "request_id": self.request.public_id,
            "step_id": self.enrolment.steps.get().public_id,
            "pack_id": self.pack.public_id,
            "number": "1",
            "asset_id": self.asset.public_id,
            "product_id": self.asset.product.public_id,
            "sha256": self.rendition.sha256,
            "recipe": "web-1200",
            "archive_id": self.job.public_id,
            "share_id": self.share.public_id,
            "recipient_id": self.share.recipients.get().public_id,
            "embed_id": self.embed.public_id,
        }

    def _take(self) -> None:
        """A prepared archive, a share link, and a file and a pack that were taken."""
        partner, variant = self.owner.partner, self.rendition.version.variant_id
        wishes = [Wish(variant, self.rendition.revision.recipe_id)]
        self.job = jobs.begin(
            partner=partner, taker=Taker("system", Via.API), wishes=wishes, origin=Origin.API, now=NOON
        )
        assert jobs.prepare(job=self.job, now=NOON)
        self.share, _tokens = shares.share(
            by=shares.Sharer(partner, "system"),
            title="Poster",
            emails=["agency@print.example"],
            wishes=wishes,
            expires_at=timezone.now() + timedelta(days=7),
            now=timezone.now(),
        )
        self.embed = EmbedLink.objects.create(
            partner=partner,
            actor="system",
            version=self.rendition.version,
            revision=self.rendition.revision,
            created_at=NOON,
        )
        for member in responsive.members(self.rendition.version):
            make_rendition(self.rendition.version, member.revision.address)
        assert self.owner.get(f"/files/{self.rendition.sha256}").status_code == 200
        assert self.owner.get(f"/packs/{self.pack.public_id}/versions/1/archive").status_code == 200

    def _sell(self) -> None:
        """A channel with rules of the company's own, and a report by them."""
        revision = rulebooks.bring(
            partner=self.owner.partner,
            specification=None,
            data={"key": "own-rules", "channel": "shop", "rules": [{"measure": "fill", "least": 0.85}]},
            now=NOON,
            actor="system",
        )
        self.specification = revision.specification
        self.channel = channels.save_channel(
            partner=self.owner.partner,
            channel=None,
            name="Own shop",
            kind="shop",
            specification=self.specification.pk,
            recipes=[self.rendition.revision.recipe_id],
            now=NOON,
            actor="system",
        )
        self.report = feasibility.ask(
            partner=self.owner.partner,
            specification=revision,
            revision=self.rendition.revision,
            now=NOON,
            actor="system",
        )
        feasibility.work(now=NOON)
        self.test = failed_test(self.channel, revision)
        self.verdict = failed_verdict(self.rendition, revision)


@pytest.fixture(scope="module")
def _theirs(lasting) -> Theirs:
    return Theirs(System)


@pytest.fixture(autouse=True)
def _own_files(lasting, settings):
    """Their files stay where they are from one test to the next."""
    settings.STORAGES = lasting


@pytest.fixture
def theirs(_theirs, db) -> Theirs:
    return _theirs


def address(route: str, values: dict[str, str]) -> str:
    return "/" + re.sub(r"<str:(\w+)>", lambda match: values[match[1]], route)


def told(answer) -> tuple:
    """Everything an answer tells."""
    return answer.status_code, answer.body, {k: v for k, v in answer.headers.items() if k not in VOLATILE}


def test_every_operation_is_known_to_this_test():
    open_ones = {route for route, view in ROUTES.items() if issubclass(view, OpenView)}

    assert open_ones == {"openapi.json", "docs"}
    assert all(issubclass(view, PartnerView) for route, view in ROUTES.items() if route not in open_ones)
    assert set(ROUTES) == {*NAMED, *LISTS, *FOR_ALL, *open_ones, "me"}
    changing = {"post", "put", "patch", "delete"}
    assert set(WRITES) == {
        (route, method.upper()) for route in NAMED for method in changing & vars(ROUTES[route]).keys()
    }


@pytest.mark.parametrize("route", [route for route, view in ROUTES.items() if issubclass(view, PartnerView)])
def test_no_operation_answers_without_a_token(theirs, client, route):
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
        answer = client.generic(method, f"/api/v1{address(route, theirs.known)}")

        assert answer.status_code == 401, method
        assert answer["WWW-Authenticate"] == 'Bearer realm="portal"'


READ = [route for route in NAMED if hasattr(ROUTES[route], "get")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("route", READ)
def test_anothers_and_the_unknown_look_the_same(theirs, route, method):
    hidden = theirs.stranger.call(method, address(route, theirs.known))
    unknown = theirs.stranger.call(method, address(route, UNKNOWN))
    nowhere = theirs.stranger.call(method, "/no/such/address")

    assert theirs.owner.call(method, address(route, theirs.known)).status_code in {200, 302}
    assert told(hidden) == told(unknown)
    assert hidden.status_code == 404
    assert (nowhere.status_code, nowhere.body) == (404, unknown.body)


@pytest.mark.parametrize(("route", "method"), WRITES)
def test_nobody_changes_what_is_anothers(theirs, route, method):
    def write(system, values):
        body = WRITES[route, method]
        if isinstance(body, dict) and "answers" in body:
            body = {"answers": [{**body["answers"][0], "sha256": theirs.rendition.sha256}]}
        content = b"" if body is None else body
        media_type = MULTIPART_CONTENT if body is _UPLOAD else "application/json"
        return system.write(
            method, address(route, values), content, media_type=media_type, Idempotency_Key=f"k{len(values)}"
        )

    hidden = write(theirs.stranger, theirs.known)
    unknown = write(theirs.stranger, {**UNKNOWN, "one_more": ""})

    assert told(hidden) == told(unknown)
    assert hidden.status_code == 404
    # A request that is open can be neither confirmed nor opened again: its owner is told so.
    assert write(theirs.owner, theirs.known).status_code in {200, 201, 202, 204, 409}


@pytest.mark.parametrize("route", READ)
def test_withdrawn_from_another_looks_unknown_too(theirs, route):
    later = NOON + timedelta(hours=1)
    release(file_fact("/Theirs/a.jpg", uuid="u1", gtin=GTIN, approved=False, modified_at=later))

    hidden = theirs.stranger.get(address(route, theirs.known))
    unknown = theirs.stranger.get(address(route, UNKNOWN))

    assert theirs.owner.get(address(route, theirs.known)).status_code in {200, 410}
    assert told(hidden) == told(unknown)


@pytest.mark.parametrize("typed", [GTIN, GTIN[1:]])
def test_product_of_another_by_its_number_looks_like_a_number_nobody_has(theirs, typed):
    never = gtin14(1)[-len(typed) :]

    hidden, unknown = (theirs.stranger.get(f"/products/{number}") for number in (typed, never))

    assert theirs.owner.get(f"/products/{typed}").json()["id"] == theirs.known["product_id"]
    assert told(hidden) == told(unknown)
    assert hidden.status_code == 404


def test_conditional_and_partial_requests_tell_no_more(theirs):
    headers = {"If_None_Match": f'"{theirs.rendition.sha256}"', "Range": "bytes=0-1"}

    hidden = theirs.stranger.get(f"/files/{theirs.rendition.sha256}", **headers)

    assert told(hidden) == told(theirs.stranger.get(f"/files/{UNKNOWN['sha256']}", **headers))
    assert not Download.objects.filter(partner=theirs.stranger.partner).exists()


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_ones_own_alone(theirs, path):
    field = LISTS[path]
    things = {
        "products": theirs.asset.product,
        "packs": theirs.pack,
        "packs-in-preparation": theirs.coming,
        "onboarding": theirs.enrolment,
        "channels": theirs.channel,
        "requests": theirs.request,
        "archives": theirs.job,
        "shares": theirs.share,
        "embeds": theirs.embed,
        "downloads/packs": theirs.pack,
    }
    own = things.get(path, theirs.asset).public_id

    assert own in [item[field] for item in theirs.owner.walk(f"/{path}")]
    assert [item[field] for item in theirs.stranger.walk(f"/{path}") if item[field]] == []


def test_the_database_alone_would_hold(theirs, monkeypatch):
    """The second wall: with a selector that forgot its filter, PostgreSQL still shows nothing of another's."""
    monkeypatch.setattr(publications, "community_ids", lambda partner: [c.pk for c in everything()])
    monkeypatch.setattr(
        "portal.publications.visibility.community_ids", lambda partner: [c.pk for c in everything()]
    )

    monkeypatch.setattr(
        "portal.publications.products.community_ids", lambda partner: [c.pk for c in everything()]
    )
    monkeypatch.setattr("portal.packs.selectors.community_ids", lambda partner: [c.pk for c in everything()])

    assert len(theirs.owner.walk("/assets")) == 1
    assert len(theirs.owner.walk("/products")) == 1
    assert len(theirs.owner.walk("/packs")) == 1
    assert theirs.stranger.walk("/products") == []
    assert theirs.stranger.walk("/packs") == []
    assert theirs.stranger.walk("/assets") == []
    assert theirs.stranger.get(f"/assets/{theirs.asset.public_id}").status_code == 404


def everything():
    with rowscope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM portal_community")
        ids = [row[0] for row in cursor.fetchall()]
    return [type("Row", (), {"pk": pk}) for pk in ids]
