"""
The cross-partner matrix: every page, asked by the company it belongs to and by another. Operations of the API have a
matrix of their own, ``tests/portal/api/test_isolation.py``.

The other company gets 404, byte for byte the 404 of a thing that never was. A new address that takes part of a company
is walked by itself; a new part of an address needs a value in ``Side.named``.
"""

import base64
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from portal.api.permissions import SCOPES
from portal.change_requests import services as change_requests
from portal.core import rowscope
from portal.downloads import baskets, jobs, shares
from portal.downloads.choices import Origin, Via
from portal.downloads.models import EmbedLink
from portal.downloads.services import Taker
from portal.downloads.wishes import Wish
from portal.onboarding import services
from portal.onboarding.choices import StepKind
from portal.packs import confirming
from portal.packs.choices import Answer
from portal.packs.selectors import By
from portal.partners import channels
from portal.partners import services as partners
from portal.partners.choices import ChannelKind, Role
from portal.partners.models import Membership
from portal.publications import feasibility
from portal.renditions import picture_tests, responsive, rulebooks
from portal.renditions.models import Measurement, PictureTest, Rendition, Verdict
from tests.builders import (
    current_version,
    make_community,
    make_partner,
    make_rendition,
    make_staff,
    make_user,
    picture,
    release_one,
)
from tests.portal.change_requests.builders import by as by_person
from tests.portal.change_requests.builders import by_staff, wish_of
from tests.portal.onboarding.builders import begin, step_of
from tests.portal.packs.builders import issue, make_pack, pick

pytestmark = pytest.mark.django_db


class World:
    """Two companies with a community, a person, a system and one published file each."""

    def __init__(self, client_class):
        self.ours, self.theirs = Side(client_class, "Ours"), Side(client_class, "Theirs")


class Side:
    def __init__(self, client_class, name: str):
        now = timezone.now()
        self.partner = make_partner(name)
        self.user = make_user(self.partner, role=Role.MANAGER)
        community = make_community(self.partner, folder=f"/{name}")
        self.asset = release_one(f"/{name}/picture.jpg", uuid=f"uuid-{name}", width=480, height=480, now=now)
        version = current_version(self.asset)
        self.rendition = make_rendition(version)
        for preview in ("preview-480", "preview-1200"):
            make_rendition(version, preview)
        for member in responsive.members(version):
            make_rendition(version, member.revision.address)
        self.pack = make_pack(community, title=f"Pack of {name}", now=now)
        pick(self.pack, [self.asset], now=now)
        issue(self.pack, now=now)
        given = confirming.Given(self.rendition.sha256, Answer.RECEIVED)
        by = By(self.partner, "system")
        self.pack.refresh_from_db()
        confirming.confirm(pack=self.pack, by=by, given=[given], now=now)
        self.enrolment = begin(self.partner, *StepKind, pack=self.pack, now=now, key=f"-{self.partner.pk}")
        self.step = step_of(self.enrolment, StepKind.TERMS)
        services.accept_document(
            step=self.step, revision=1, language="en", by=services.By(services.Origin.PORTAL), now=now
        )
        baskets.add(
            partner=self.partner,
            user=self.user,
            variants=[version.variant.public_id],
            recipe="web-1200",
            now=now,
        )
        self.job = jobs.begin(
            partner=self.partner,
            taker=Taker(f"user:{self.user.public_id}", Via.PAGE, self.user),
            wishes=[Wish(version.variant_id, self.rendition.revision.recipe_id)],
            origin=Origin.BASKET,
            now=now,
        )
        assert jobs.prepare(job=self.job, now=now)
        self._sell(now)
        self.link, tokens = shares.share(
            by=shares.Sharer.person(Membership.objects.get(user=self.user)),
            title="Poster",
            emails=["agency@print.example"],
            wishes=[Wish(version.variant_id, self.rendition.revision.recipe_id)],
            expires_at=now + timedelta(days=7),
            now=now,
        )
        self.embed = EmbedLink.objects.create(
            partner=self.partner, actor="x", version=version, revision=self.rendition.revision, created_at=now
        )
        self.recipient = self.link.recipients.get()
        self.token_of_link = tokens["agency@print.example"]
        self.request = change_requests.raise_request(
            partner=self.partner,
            wish=wish_of(self.partner, now=now, asset=self.asset.public_id, width=800),
            by=by_person(self.user),
            now=now,
        )
        # There is a mail about it too, and it can be confirmed and opened again.
        change_requests.resolve(request=self.request, text="There", by=by_staff(make_staff()), now=now)
        self.browser = client_class()
        self.browser.force_login(self.user)
        oauth, secret = partners.create_api_client(
            partner=self.partner, name="PIM", scopes=list(SCOPES), now=now
        )
        basic = base64.b64encode(f"{oauth.client_id}:{secret}".encode()).decode()
        answer = client_class().post(
            "/identity/o/api/token",
            {"grant_type": "client_credentials", "scope": " ".join(SCOPES)},
            headers={"Authorization": f"Basic {basic}"},
        )
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["access_token"]

    def _sell(self, now) -> None:
        """A channel with rules of the company's own that its files and a test picture do not keep."""
        rule = {"measure": "fill", "least": 0.85}
        data = {"key": "own-rules", "channel": "shop", "rules": [rule]}
        revision = rulebooks.bring(
            partner=self.partner, specification=None, data=data, now=now, actor="system"
        )
        self.specification = revision.specification
        self.channel = channels.save_channel(
            partner=self.partner,
            channel=None,
            name="Own shop",
            kind=ChannelKind.SHOP,
            specification=self.specification.pk,
            recipes=[self.rendition.revision.recipe_id],
            now=now,
            actor="system",
        )
        pale = picture(colour="white", kind="PNG")
        self.test = picture_tests.run(
            channel=self.channel, content=pale, file_name="a.png", now=now, actor="system"
        )
        PictureTest.objects.update(overlay=self.rendition.sha256)
        Verdict.objects.create(
            version=self.rendition.version,
            revision=self.rendition.revision,
            specification=revision,
            state="failed",
            sha256=self.rendition.sha256,
            lines=[{"rule": "fill", "value": 0.5, "state": "failed"}],
            overlay=self.rendition.sha256,
        )
        self.report = feasibility.ask(
            partner=self.partner,
            specification=revision,
            revision=self.rendition.revision,
            now=now,
            actor="system",
        )
        feasibility.work(now=now)
        Measurement.objects.get_or_create(
            sha256=self.rendition.sha256, defaults={"algorithm": 1, "made_at": now}
        )

    def named(self, name: str) -> str:
        """Fill in one part of an address with something of this company."""
        values = {
            "company": self.partner.slug,
            "asset": self.asset.public_id,
            "recipe": "web-1200",
            "size": "480",
            "version": "1",
            "number": "1",
            "pack": self.pack.slug,
            "step": self.step.public_id,
            "job": self.job.public_id,
            "channel": self.channel.public_id,
            "test": self.test.public_id,
            "specification": self.specification.public_id,
            "report": self.report.public_id,
            "link": self.link.public_id,
            "recipient": self.recipient.public_id,
            "embed": self.embed.public_id,
            "change_request": self.request.name,
        }
        return values[name]


@pytest.fixture(scope="module")
def _world(lasting) -> World:
    return World(Client)


@pytest.fixture(autouse=True)
def _own_files(lasting, settings):
    """The world's files stay where they are from one test to the next."""
    settings.STORAGES = lasting


@pytest.fixture
def world(_world, db) -> World:
    """Each test has browsers that remember nothing of another's."""
    for side in (_world.ours, _world.theirs):
        cookies, side.browser = side.browser.cookies, Client()
        side.browser.cookies.update(cookies)
    return _world


def routes(prefix: str) -> list[str]:
    """Return every route that begins with this prefix."""

    def walk(patterns, before):
        for entry in patterns:
            route = before + str(entry.pattern).removeprefix("^")
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern):
                yield route.replace("$", "").replace("\\Z", "")

    return [route for route in walk(get_resolver().url_patterns, "") if route.startswith(prefix)]


PLACE = re.compile(r"<(?:[a-z_0-9]+:)?([a-z_0-9]+)>")
PAGES = routes("o/<slug:company>/")


def fill(route: str, *sides: Side) -> str:
    """Fill in a route: the company from the first side, everything else from the last."""
    return "/" + PLACE.sub(lambda m: (sides[0] if m[1] == "company" else sides[-1]).named(m[1]), route)


def unknown(address: str, side: Side) -> str:
    """Return the same address with things that never were."""
    things = (
        *(side.asset, side.pack, side.channel, side.specification),
        *(side.test, side.report, side.job, side.step, side.link, side.request),
        side.recipient,
    )
    address = address.replace(f"/{side.request.name}/", "/R-987654321/")
    for known in (side.rendition.sha256, side.pack.slug, *(thing.public_id for thing in things)):
        address = address.replace(
            known, known[:4] + "z" * (len(known) - 4) if "_" in known else "0" * len(known)
        )
    return address


def test_there_is_something_to_walk():
    assert len(PAGES) >= 5


@pytest.mark.parametrize("route", PAGES)
def test_another_companys_pages_are_not_there(route, world):
    own = world.ours.browser.get(fill(route, world.ours))
    foreign_company = world.ours.browser.get(fill(route, world.theirs))
    no_company = world.ours.browser.get(
        fill(route, world.ours).replace(f"/{world.ours.partner.slug}/", "/nobody/", 1)
    )

    # An address that only takes forms is there as well: it answers that it takes no GET.
    assert own.status_code in {200, 302, 303, 405}, fill(route, world.ours)
    # An answer that is cut off would close the connection on which the world stands.
    b"".join(own.streaming_content if own.streaming else [])
    assert (foreign_company.status_code, no_company.status_code) == (404, 404)
    assert foreign_company.content == no_company.content


@pytest.mark.parametrize("route", [route for route in PAGES if len(PLACE.findall(route)) > 1])
def test_another_companys_things_look_as_if_they_never_were(route, world):
    address = fill(route, world.ours, world.theirs)

    hidden = world.ours.browser.get(address)
    never = world.ours.browser.get(unknown(address, world.theirs))
    if hidden.status_code == 405:
        # It only takes forms.
        hidden = world.ours.browser.post(address)
        never = world.ours.browser.post(unknown(address, world.theirs))

    assert (hidden.status_code, never.status_code) == (404, 404), address
    assert hidden.content == never.content


def test_link_without_company_leads_only_to_companies_of_the_reader(world):
    own = world.ours.browser.get(f"/a/{world.ours.asset.public_id}/")
    hidden = world.ours.browser.get(f"/a/{world.theirs.asset.public_id}/")
    never = world.ours.browser.get("/a/ast_never/")

    assert own["Location"] == f"/o/{world.ours.partner.slug}/assets/{world.ours.asset.public_id}/"
    assert (hidden.status_code, hidden.content) == (404, never.content)


def test_link_inside_a_file_leads_only_to_companies_of_the_reader(world):
    ours, theirs = current_version(world.ours.asset), current_version(world.theirs.asset)

    own = world.ours.browser.get(f"/v/{ours.public_id}/")
    hidden = world.ours.browser.get(f"/v/{theirs.public_id}/")
    never = world.ours.browser.get("/v/ver_never/")

    place = f"/o/{world.ours.partner.slug}/assets/{world.ours.asset.public_id}/"
    assert own["Location"] == f"{place}?variant={ours.variant.public_id}&tab=versions#history"
    assert world.ours.browser.get(own["Location"]).status_code == 200
    assert (hidden.status_code, hidden.content) == (404, never.content)


def test_lists_hold_only_what_is_ours(world, client):
    answer = client.get("/api/v1/assets", headers={"Authorization": f"Bearer {world.ours.token}"}).json()
    page = world.ours.browser.get(f"/o/{world.ours.partner.slug}/assets/").content.decode()

    assert [item["id"] for item in answer["items"]] == [world.ours.asset.public_id]
    assert world.ours.asset.public_id in page
    assert world.theirs.asset.public_id not in page


def test_second_wall_stands_when_a_selector_forgets_to_filter(world):
    """The database itself shows a company's session only its own rows."""
    theirs = {
        model: rows_of(model, world.theirs.partner) for model in apps.get_app_config("portal").get_models()
    }
    walled = {model: rows for model, rows in theirs.items() if rows}

    with rowscope.limited_to(world.ours.partner.pk):
        leaks = {
            model.__name__: model._base_manager.filter(pk__in=rows).count() for model, rows in walled.items()
        }
    with rowscope.limited_to(rowscope.NOTHING):
        without_scope = {model.__name__: model._base_manager.count() for model in walled}

    assert len(walled) >= 28
    assert set(leaks.values()) == {0}, leaks
    assert set(without_scope.values()) == {0}, without_scope


def rows_of(model, partner) -> list[int]:
    """Return the rows of a model that belong to a partner, by whatever way they hang on it."""
    ways = {
        "Partner": {"pk": partner.pk},
        "Asset": {"publications__community__memberships__partner": partner.pk},
        "Variant": {"publication_items__community__memberships__partner": partner.pk},
        "AssetVersion": {"variant__publication_items__community__memberships__partner": partner.pk},
        "Rendition": {"version__variant__publication_items__community__memberships__partner": partner.pk},
        "Publication": {"community__memberships__partner": partner.pk},
        "PublicationItem": {"community__memberships__partner": partner.pk},
        "Community": {"memberships__partner": partner.pk},
        "Pack": {"communities__memberships__partner": partner.pk},
        "PackVersion": {"pack__communities__memberships__partner": partner.pk},
        "PackFile": {"pack_version__pack__communities__memberships__partner": partner.pk},
        "ShareFile": {"link__partner": partner.pk},
        "ShareRecipient": {"link__partner": partner.pk},
        "JobFile": {"job__partner": partner.pk},
        "PackPick": {"pack__communities__memberships__partner": partner.pk},
        "Programme": {"enrolments__partner": partner.pk},
        "ProgrammeStep": {"programme__enrolments__partner": partner.pk},
        "OnboardingDocumentRevision": {"document__key": f"terms-{partner.pk}"},
        # Nobody's but the brand's: no company's session may see any.
        "SigningKey": {},
        "SpecificationRevision": {"specification__partner": partner.pk},
        "Measurement": {
            "sha256__in": Rendition.objects.filter(
                version__variant__publication_items__community__memberships__partner=partner.pk
            ).values("sha256")
        },
        "Verdict": {"specification__specification__partner": partner.pk},
        "FeasibilityRow": {"report__partner": partner.pk},
    }
    fields = {field.name for field in model._meta.get_fields()}
    way = ways.get(model.__name__, {"partner": partner.pk} if "partner" in fields else None)
    return list(model._base_manager.filter(**way).values_list("pk", flat=True)) if way is not None else []
