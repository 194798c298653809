"""What the browser tests look at: companies, people and files in every state a page can show."""

import io
from datetime import timedelta
from fractions import Fraction

import av
from django.utils import timezone

from portal.accounts.models import User
from portal.catalog.models import Asset, AssetVersion, Variant
from portal.change_requests import services as requests
from portal.change_requests.models import ChangeRequest
from portal.downloads import archives
from portal.downloads.choices import Via
from portal.downloads.services import Taker
from portal.onboarding import codes
from portal.onboarding import services as onboarding
from portal.onboarding.choices import Approval, StepKind
from portal.packs import bag, confirming, selectors, terms
from portal.packs import services as packs
from portal.packs.choices import Answer
from portal.packs.models import Pack
from portal.packs.selectors import By
from portal.partners import channels
from portal.partners import services as partners
from portal.partners.choices import ChannelKind, PartnerStatus, Role
from portal.partners.models import Membership, Partner
from portal.publications import feasibility
from portal.releases import services as releases
from portal.renditions import made_to_order, picture_tests, responsive, rulebooks
from portal.renditions.choices import RenditionState
from portal.renditions.models import PictureTest, Recipe, Rendition, Verdict
from portal.renditions.selectors import revision_for
from tests.browser import vendors
from tests.browser.taken import Taken
from tests.builders import (
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    make_staff,
    make_user,
    picture,
    release,
    release_one,
)
from tests.portal.change_requests.builders import ask, by, by_staff
from tests.portal.onboarding.builders import begin, step_of
from tests.portal.packs.builders import issue, make_pack, pick, shelf

SHOWN = ("preview-480", "preview-1200", "web-1200")
MANY = 55


class House(Taken):
    """
    ==========  ===========================================================================================
    ``shop``    a company with assets in every state, and downloads of which some are right no more
    ``archive`` a company with more assets than one page shows
    ``waiting`` a company in a community without files;  ``alone`` a company in no community
    ``closed``  a company whose access rests
    ``start``   a company in the middle of its onboarding
    ``applied`` one that waits to begin;  ``ready`` one that is through
    ``pack``    of the shop: answered about, then a file was replaced;  ``strict`` has terms, accepted by nobody
    ``coming``  is being prepared for the first time;  ``closed_pack`` is withdrawn;  ``halved`` holds a withdrawn file
    ``later``   holds one whose rights begin later;  ``stuck`` a replaced one, and its next version cannot be prepared
    ==========  ===========================================================================================

    ``request_open``, ``request_waiting``, ``request_solved`` and so on are what the shop asked for.

    Their people are called ``reader``, ``archivist``, ``newcomer``, ``loner`` and ``shut_out``; ``agent`` works for two
    companies of which one rests, ``courier`` for two that do not, ``nobody`` for none, ``staff`` for the brand.
    """

    is_full = False

    def fill(self) -> None:
        """Move everybody in. The second call finds them there."""
        if self.is_full:
            return
        self.now = timezone.now()
        self.staff = make_staff(email="staff@brand.example")
        self._companies()
        self._files()
        self._downloads()
        self._wanted()
        self._embeds()
        self._channels()
        self._invitations()
        self._onboarding()
        self._requests()
        vendors.connect(self.now)
        self.is_full = True

    def person(self, partner: Partner | None, name: str, **fields) -> User:
        user = make_user(partner, email=f"{name.split()[0].lower()}@company.example", name=name, **fields)
        # Somebody who has been here before sees what is new since.
        Membership.objects.filter(user=user).update(
            seen_at=self.now - timedelta(days=2), previous_visit_at=self.now - timedelta(days=9)
        )
        return user

    def _companies(self) -> None:
        self.shop = make_partner("Bergmann Retail", languages=("de", "en"), now=self.now)
        self.archive = make_partner("Librería Ñandú", now=self.now)
        self.waiting = make_partner("شركة الخليج للتوزيع", now=self.now)
        self.alone = make_partner("Alone", now=self.now)
        self.closed = make_partner("Closed", status=PartnerStatus.SUSPENDED, now=self.now)
        make_community(self.shop, folder="/Shop", now=self.now)
        make_community(self.archive, folder="/Archive", now=self.now)
        make_community(self.waiting, folder="/Nothing", now=self.now)
        self.reader = self.person(self.shop, "Jana Kessler", role=Role.MANAGER)
        self.archivist = self.person(self.archive, "Inés Ortega")
        self.newcomer = self.person(self.waiting, "Omar Nasser")
        self.loner = self.person(self.alone, "Lone Holm")
        self.shut_out = self.person(self.closed, "Sam Reed")
        self.agent = self.person(self.shop, "Agnes Agent")
        partners.add_member(partner=self.closed, user=self.agent, role=Role.MEMBER, now=self.now)
        self.courier = self.person(self.shop, "Cleo Courier")
        partners.add_member(partner=self.archive, user=self.courier, role=Role.MEMBER, now=self.now)
        self.nobody = make_user(email="nobody@company.example", name="Nobody")

    def _files(self) -> None:
        day = timedelta(days=1)
        last_month, now = self.now - 30 * day, self.now - 2 * day
        gtin = gtin14(952123450004)
        muesli = {
            "gtin": gtin,
            "product_name": {"en": "Berry muesli", "de": "Beerenmüsli"},
            "net_content": "750 g",
            "brand": "Norrvik Pantry",
            "group": "muesli-front",
            "view": "front",
            "markets": ("DE", "AT"),
            "title": {"en": "Berry muesli, front", "de": "Beerenmüsli, vorn"},
            "alt_text": {"en": "A carton of berry muesli from the front"},
            "usage_rights": "Web shop and print",
        }
        first = file_fact(
            "/Shop/muesli.jpg", uuid="muesli-1", language="de", modified_at=last_month, **muesli
        )
        english = file_fact("/Shop/muesli_en.jpg", language="en", modified_at=last_month, **muesli)
        back = file_fact(
            "/Shop/muesli_back.jpg",
            gtin=gtin,
            view="back",
            title={"en": "Berry muesli, back"},
            alt_text={"en": "A carton of berry muesli from the back"},
            public_use=True,
            rights_end=self.now + 9 * day,
        )
        scheduled = file_fact(
            "/Shop/winter.jpg",
            kind="lifestyle",
            title={"en": "A winter kitchen"},
            gtin=gtin14(952123450005),
            product_name={"en": "Winter porridge"},
            rights_start=self.now + 9 * day,
        )
        film = file_fact(
            "/Shop/film.mp4",
            kind="video",
            medium="video",
            media_type="video/mp4",
            width=64,
            height=64,
            duration=2.0,
            title={"en": "A short film"},
            alt_text={"en": "Snow falls on a kitchen window"},
        )
        guide = file_fact(
            "/Shop/guide.pdf",
            kind="document",
            medium="document",
            media_type="application/pdf",
            width=None,
            height=None,
            title={"en": "How to use our logo"},
        )
        captions = [
            file_fact(
                f"/Shop/film.{language}.{ending}",
                kind="captions",
                medium="document",
                media_type="text/vtt" if ending == "vtt" else "application/x-subrip",
                language=language,
                size=1240,
                width=None,
                height=None,
                title={"en": f"A short film, captions {language}"},
            )
            for language, ending in (("de", "vtt"), ("ar", "vtt"), ("fr", "srt"))
        ]
        gone = file_fact("/Shop/gone.jpg", uuid="gone", title={"en": "Gone"})
        facts = (first, english, back, scheduled, film, guide, gone, *captions)
        found = release(*facts, now=last_month)
        self.muesli, _, self.back, self.scheduled, self.film, self.guide, self.gone, *_ = found
        for asset in {self.muesli, self.back, self.scheduled, self.gone}:
            self._show(asset)
        for size in ("preview-480", "preview-1200"):
            make_rendition(self.film.variants.get().current, size)
        make_rendition(self.film.variants.get().current, "preview-video", content=film_bytes())
        self._take(self.gone, self.back, at=last_month)
        self._take(self.muesli, at=last_month, language="de")

        self._packs(last_month)
        newer = {**muesli, "language": "de", "size": 500_000, "modified_at": now}
        release(
            file_fact("/Shop/muesli.jpg", uuid="muesli-2", previous_uuids=("muesli-1",), **newer), now=now
        )
        self._show(self.muesli)
        packs.work(now=now)
        releases.apply_files(
            facts=[
                file_fact(
                    "/Shop/gone.jpg", uuid="gone", approved=False, approval_word="REJECTED", modified_at=now
                )
            ],
            now=now,
        )
        papers = (
            file_fact(
                f"/Archive/Paper {number:02d}.pdf",
                gtin=gtin14(952123460000 + number),
                product_name={"en": f"Shelf {number:02d}"},
                kind="document",
                medium="document",
                media_type="application/pdf",
                width=None,
                height=None,
                language="es" if number % 2 else "en",
            )
            for number in range(MANY)
        )
        release(*papers, now=now)

    def _packs(self, at) -> None:
        def pack(
            title: str, *assets: Asset, asks: str = "received", size: str = "web-1200", is_issued: bool = True
        ) -> Pack:
            made = make_pack(self.shop.communities.get(), title=title, asks=asks, now=at)
            variants = Variant.objects.filter(asset__in=assets)
            recipe = Recipe.objects.get(key=size)
            packs.set_contents(pack=made, picks=[(v, recipe) for v in variants], now=at, actor="system")
            if is_issued:
                issue(made, now=at)
                made.refresh_from_db()
            return made

        self.pack = pack("Onboarding pack DACH", self.muesli, self.back)
        given = confirming.Given("", Answer.IN_USE, place="bergmann.example shop")
        by = By(self.shop, f"user:{self.reader.public_id}", self.reader)
        confirming.confirm_all(
            pack=self.pack, by=by, manifest_sha256=self.pack.current.sha256, given=given, now=at
        )
        taker = Taker(actor=by.actor, via=Via.PAGE, user=self.reader)
        archive = bag.full(self.pack.current, selectors.items_of(self.pack.current))
        archives.note_archive(archive=archive, partner=self.shop, taker=taker, now=at)
        self.strict = pack("Brand pack", self.back, asks="")
        text = {"en": "Do not crop the logo.\n\nDo not change its colours.", "ar": "لا تقتص الشعار."}
        terms.set_terms(pack=self.strict, text=text, now=at, actor="system")
        self.halved = pack("Spring range", self.back, self.gone, asks="in_use")
        self.later = pack("Winter kitchen", self.back, self.scheduled)
        self.stuck = pack("Sampling days", self.muesli, self.back)
        unpublished = release_one("/Nowhere/stand.jpg", now=at)
        pick(self.stuck, [self.back, unpublished], now=at)
        self.closed_pack = pack("Old range", self.back)
        packs.close(pack=self.closed_pack, now=at, actor="system")
        self.coming = pack("For print", self.back, size="print", is_issued=False)
        packs.begin_version(pack=self.coming, now=at)

    def _show(self, asset: Asset) -> None:
        """Make what the pages show of an asset, as if it had been cut before."""
        for version in AssetVersion.objects.filter(variant__asset=asset):
            for recipe in SHOWN:
                if not version.renditions.filter(revision__recipe__key=recipe).exists():
                    colour = f"#{(version.pk * 2_654_435_761) % 0xFFFFFF:06x}"
                    size = 480 if recipe == "preview-480" else 1200
                    make_rendition(version, recipe, content=picture(width=size, height=size, colour=colour))

    def _channels(self) -> None:
        """Two channels of the shop: one whose rules a file fails, put right and shown where, and one without rules."""
        recipes = list(
            Recipe.objects.filter(key__in=("web-1200", "marketplace")).values_list("pk", flat=True)
        )
        rules = rulebooks.get(self.shop, "amazon-main")
        facts = {"kind": ChannelKind.MARKETPLACE, "recipes": recipes, "now": self.now, "actor": "system"}
        self.amazon = channels.save_channel(
            partner=self.shop, channel=None, name="Amazon DE", specification=rules.specification_id, **facts
        )
        self.leaflet = channels.save_channel(
            partner=self.shop, channel=None, name="Leaflet", specification=None, **facts
        )
        version = self.muesli.variants.get(language="de").current
        revision = revision_for(version, "web-1200")
        content = picture(width=640, height=480, colour="wheat", kind="PNG")
        fix = made_to_order.fitted(version, revision, rules, now=self.now)
        make_rendition(version, fix.address, content=picture(width=1200, height=1200, colour="tan"))
        picture_tests.run(
            channel=self.amazon, content=content, file_name="muesli-front.png", now=self.now, actor="system"
        )
        lines = [
            {"rule": "longest-side", "value": 1200, "state": "passed"},
            {"rule": "format", "value": "webp", "state": "failed"},
            {"rule": "white-background", "value": 1840, "state": "failed"},
            {"rule": "fill", "value": None, "state": "unknown"},
        ]
        overlay = PictureTest.objects.get().overlay
        judged = version.renditions.get(revision=revision)
        Verdict.objects.create(
            version=version,
            revision=revision,
            specification=rules,
            sha256=judged.sha256,
            lines=lines,
            state="failed",
            fix=fix,
            fix_steps=["padded", "format"],
            overlay=overlay,
        )

        # Of one set, a file cannot be made.
        back = self.back.variants.get().current
        Rendition.objects.create(
            version=back,
            revision=responsive.members(back)[0].revision,
            state=RenditionState.FAILED,
            problem="no pixels",
            made_at=self.now,
        )

        own = {
            "key": "leaflet",
            "title": "Leaflet",
            "channel": "print",
            "rules": [{"measure": "dpi", "least": 300}],
        }
        self.own_rules = rulebooks.bring(
            partner=self.shop, specification=None, data=own, now=self.now, actor="system"
        ).specification
        self.report = feasibility.ask(
            partner=self.shop, specification=rules, revision=revision, now=self.now, actor="system"
        )
        feasibility.work(now=self.now)

    def _invitations(self) -> None:
        def invite(email: str) -> str:
            return partners.invite(
                partner=self.shop, email=email, role=Role.MEMBER, invited_by=self.reader, now=self.now
            )[1]

        self.invitation = invite("new@company.example")
        self.invitation_of_known = invite(self.nobody.email)

    def _requests(self) -> None:
        """What the shop asked for, in every state a page shows differently."""
        self.watcher = self.person(self.shop, "Vera Viewer", role=Role.VIEWER)
        jana, brand = by(self.reader), by_staff(self.staff)
        asset, other = self.muesli.public_id, self.back
        note = "For the posters in our shop windows."

        def asked_for(width: int, **more) -> ChangeRequest:
            return ask(self.shop, self.reader, now=self.now, asset=asset, width=width, note=note, **more)

        day = (self.now - timedelta(days=1)).date()
        self.request_open = asked_for(9000, format="png", background="transparent", language="de")
        requests.take(request=self.request_open, by=brand, now=self.now, due_on=day)
        self.request_waiting, self.request_solved, self.request_confirmed, self.request_rejected = (
            asked_for(width) for width in (9001, 9002, 9003, 9004)
        )
        self.request_duplicate = asked_for(9005)
        requests.ask_partner(request=self.request_waiting, text="With the lid?", by=brand, now=self.now)
        requests.resolve(
            request=self.request_solved,
            text="Here.",
            asset=other,
            recipe=Recipe.objects.get(key="web-1200"),
            by=brand,
            now=self.now,
        )
        then = self.now - timedelta(days=30)
        requests.resolve(request=self.request_confirmed, text="There.", by=brand, now=then)
        requests.confirm_silent(now=self.now)
        requests.reject(
            request=self.request_rejected, text="It is not made any more.", by=brand, now=self.now
        )
        requests.mark_duplicate(request=self.request_duplicate, of=self.request_open, by=brand, now=self.now)
        requests.answer(request=self.request_open, text="Rather by Friday.", by=jana, now=self.now)

    def _onboarding(self) -> None:
        self.start, self.applied, self.ready = (
            make_partner(name, languages=("en", "de"), now=self.now)
            for name in ("Fjord Trading", "Applied", "Ready")
        )
        community = make_community(self.start, folder="/Start", now=self.now)
        self.starter = self.person(self.start, "Nora Beck", role=Role.MANAGER)
        self.applicant = self.person(self.applied, "Ada Applicant", role=Role.MANAGER)
        self.graduate = self.person(self.ready, "Gus Graduate", role=Role.MANAGER)
        self.onlooker = self.person(self.start, "Otto Onlooker", role=Role.VIEWER)
        pack = make_pack(community, title="Onboarding pack", now=self.now)
        pick(pack, shelf("/Start", ["front.jpg", "back.jpg"], now=self.now), now=self.now)
        issue(pack, now=self.now)
        for asset in Asset.objects.filter(variants__path__startswith="/Start/"):
            self._show(asset)
        three_weeks_ago = self.now - timedelta(days=21)
        way = begin(
            self.start,
            *StepKind,
            pack=pack,
            optional=[StepKind.API],
            now=three_weeks_ago,
            title="Welcome, distributors",
        )
        self.steps = {StepKind(step.kind).name.lower(): step.public_id for step in way.steps.all()}
        by = onboarding.By(onboarding.Origin.PORTAL, f"user:{self.starter.public_id}", self.starter)
        onboarding.accept_document(
            step=step_of(way, StepKind.GUIDELINES), revision=1, language="en", by=by, now=self.now
        )
        onboarding.waive(step=step_of(way, StepKind.OTHER), reason="Not asked", now=self.now, actor="system")
        partners.invite(
            partner=self.start,
            email="mia@fjord.example",
            role=Role.MEMBER,
            invited_by=self.starter,
            now=self.now,
        )
        partners.create_api_client(
            partner=self.start, name="Webshop PIM", scopes=["assets:read"], now=self.now
        )
        _row, text = codes.make_code(
            approval=Approval.MANUAL, expires_at=self.now + timedelta(days=7), now=self.now, actor="system"
        )
        codes.redeem(partner=self.applied, text=text, now=self.now)
        done = onboarding.enrol(partner=self.ready, now=self.now)
        assert done is not None
        for step in done.steps.all():
            onboarding.waive(step=step, reason="Known", now=self.now, actor="system")


def film_bytes() -> bytes:
    """Return two seconds of a real MP4, 64 pixels wide."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as film:
        stream = film.add_stream("h264", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 5)
        for _ in range(10):
            film.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        film.mux(stream.encode(None))
    return target.getvalue()
