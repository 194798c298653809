"""Archives are whole or they fail: the same bytes every time, from anywhere, and nothing that was withdrawn."""

import hashlib
import io
import time
import tracemalloc
import zipfile
from dataclasses import replace as replace_fields
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.catalog.models import AssetVersion
from portal.core import rowscope
from portal.core.errors import DomainError, Gone, NotFound
from portal.downloads import archives, services
from portal.downloads.choices import Via
from portal.downloads.models import Download
from portal.downloads.services import NotYet, Taker
from portal.downloads.serving import serve_archive
from portal.packs import bag, selectors
from portal.packs import services as packs
from portal.packs.bag import Archive
from portal.releases import services as releases
from portal.renditions import protection, store
from portal.renditions.cropping import Box
from portal.renditions.models import Rendition
from tests.builders import (
    NOON,
    file_fact,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release,
    release_one,
)
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf
from tests.portal.renditions.test_protection import draw, square

pytestmark = pytest.mark.django_db
NAMES = ["a.jpg", "b.jpg", "c.jpg"]
LATER = NOON + timedelta(hours=1)


class Shop:
    def __init__(self, content=None, *, made: bool = True):
        self.partner = make_partner()
        self.community = make_community(self.partner, folder="/P")
        self.pack = make_pack(self.community)
        assets = (
            shelf("/P", NAMES, content=content) if made else [release_one(f"/P/{name}") for name in NAMES]
        )
        pick(self.pack, assets)
        issue(self.pack)
        self.taker = Taker(actor="client:cli_x", via=Via.API)

    def archive(self, **part) -> Archive:
        version = selectors.get_version(self.partner, self.pack.public_id, at=NOON)
        return bag.full(version, selectors.items_of(version), **part)

    def send(self, start=0, end=None, archive=None) -> bytes:
        sending = archives.Sending(
            archive or self.archive(), partner=self.partner, taker=self.taker, start=start, end=end
        )
        return b"".join(sending)

    def withdraw(self, name: str, now=NOON) -> None:
        at = NOON + timedelta(minutes=1)
        release(file_fact(f"/P/{name}", uuid=f"uuid-/P-{name}", approved=False, modified_at=at), now=now)


def content(item) -> bytes:
    with store.open_bytes(item.sha256) as source:
        return source.read()


@pytest.fixture
def shop():
    return Shop()


def test_archive_has_its_announced_length_and_is_the_same_every_time(shop):
    first, second = shop.send(), shop.send()

    assert len(first) == shop.archive().layout.length
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"onboarding-pack-v1/{name}"
            for name in (
                "bagit.txt",
                "bag-info.txt",
                "manifest-sha256.txt",
                "pack-manifest.json",
                "pack-signature.json",
                "tagmanifest-sha256.txt",
                "data/a-web-1200.webp",
                "data/b-web-1200.webp",
                "data/c-web-1200.webp",
            )
        ]


def test_resumed_anywhere_it_becomes_the_same_archive(shop):
    whole = shop.send()

    for place in range(0, len(whole), 97):
        assert whole[:place] + shop.send(start=place) == whole


def test_parts_share_the_files_and_each_has_a_tag_of_its_own(shop):
    parts = [shop.archive(part=number, parts=3) for number in (1, 2, 3)]

    held = [[item.name for item in part.items] for part in parts]
    assert sorted(name for names in held for name in names) == [f"{name}-web-1200.webp" for name in "abc"]
    assert len({part.tag for part in [*parts, shop.archive()]}) == 4
    assert parts[0].name == "onboarding-pack-v1-part-1-of-3.zip"
    for part in parts:
        with zipfile.ZipFile(io.BytesIO(shop.send(archive=part))) as archive:
            assert archive.testzip() is None


@pytest.mark.parametrize(("part", "parts"), [(0, 1), (2, 1), (1, 0), (1, 4), (1, 100)])
def test_there_is_no_other_part(shop, part, parts):
    with pytest.raises(DomainError, match="There is no part"):
        shop.archive(part=part, parts=parts)


def test_stream_ends_before_a_file_that_was_withdrawn_while_it_ran(shop):
    archive = shop.archive()
    sending = archives.Sending(archive, partner=shop.partner, taker=shop.taker)
    got = [next(sending) for _ in range(14)]
    with rowscope.everything():
        first_done = [chunk for chunk in got if chunk.startswith(b"RIFF")]
        shop.withdraw("c.jpg")
    time.sleep(archives.CHECKED_FOR)

    with pytest.raises(archives.EndedEarly):
        got += sending

    assert first_done
    sent = b"".join(got)
    assert len(sent) < archive.layout.length
    withdrawn = archive.items[2]
    assert content(withdrawn) not in sent
    with pytest.raises(Gone, match=r"c-web-1200\.webp") as caught:
        archives.check(partner=shop.partner, archive=archive, now=timezone.now())
    assert caught.value.extra == {"reason": "approval_withdrawn", "files": ["c-web-1200.webp"]}


@pytest.mark.parametrize(("good_for", "questions"), [(60, 1), (0, 3)], ids=["a quick reader", "a slow one"])
def test_a_quick_reader_does_not_wait_for_a_question_per_file(shop, monkeypatch, good_for, questions):
    monkeypatch.setattr(archives, "CHECKED_FOR", good_for)
    archive = shop.archive()

    with CaptureQueriesContext(connection) as asked:
        shop.send(archive=archive)

    assert sum('"begins"' in query["sql"] for query in asked) == questions


def test_replaced_version_is_still_given_to_who_asks_for_its_manifest(shop):
    old = shop.archive()
    replace("/P", "a.jpg", uuid="new", now=LATER)
    packs.work(now=LATER)

    archives.check(partner=shop.partner, archive=old, now=LATER)
    assert len(shop.send(archive=old)) == old.layout.length


def cut_through(name: str) -> None:
    """Say that what was made of a file fills its frame, and protect a corner that this cuts off."""
    made = Rendition.objects.get(version__variant__name=name)
    revision = square()
    Rendition.objects.filter(pk=made.pk).update(revision=revision)
    version = made.version
    AssetVersion.objects.filter(pk=version.pk).update(width=3000, height=2000)
    draw(version, Box(0.0, 0.0, 0.1, 0.1))


def situations(shop: Shop):
    """Every way in which a file of a pack is not to be had, by hand."""
    shop.now = NOON

    def left():
        releases.set_members(community=shop.community, partners=[], now=NOON)

    def scheduled():
        release(
            file_fact(
                "/P/b.jpg", uuid="uuid-/P-b.jpg", modified_at=LATER, rights_start=NOON + timedelta(days=9)
            ),
            now=NOON,
        )

    def ended():
        release(
            file_fact(
                "/P/b.jpg", uuid="uuid-/P-b.jpg", modified_at=LATER, rights_end=NOON + timedelta(days=1)
            ),
            now=NOON,
        )
        shop.now = NOON + timedelta(days=2)

    def deleted():
        releases.file_is_gone(source="dam", uuid="uuid-/P-b.jpg", now=NOON)

    def suspended_routing():
        rule = shop.community.routing_rules.get()
        rule.folders = ["/Elsewhere"]
        rule.save()
        release(file_fact("/P/b.jpg", uuid="uuid-/P-b.jpg", modified_at=LATER, tags=["x"]), now=NOON)

    return {
        "withdrawn": lambda: shop.withdraw("b.jpg"),
        "deleted": deleted,
        "scheduled": scheduled,
        "ended": ended,
        "left": left,
        "routing": suspended_routing,
        "zone": lambda: cut_through("b.jpg"),
        "fine": lambda: None,
    }


@pytest.mark.parametrize(
    "what", ["withdrawn", "deleted", "scheduled", "ended", "left", "routing", "zone", "fine"]
)
def test_archive_refuses_a_file_exactly_as_its_own_address_does(shop, what):
    items = {item.name[0]: item for item in shop.archive().items}
    situations(shop)[what]()

    refused = archives.refusals(partner=shop.partner, items=items.values(), now=shop.now)

    for item in items.values():
        try:
            services.find_by_digest(partner=shop.partner, sha256=item.sha256, now=shop.now)
            alone = None
        except DomainError as error:
            alone = (type(error), str(error), error.extra)
        here = refused.get(item.position)
        assert (here and (type(here), str(here), here.extra)) == alone, item.name
    expected = {"left": 3, "fine": 0}.get(what, 1)
    assert len(refused) == expected


def test_archive_with_a_file_that_cuts_a_zone_is_refused_by_name_and_ends_before_it(shop):
    archive = shop.archive()
    whole = shop.send()
    cut_through("b.jpg")

    with pytest.raises(protection.ZoneCut, match=r"b-web-1200\.webp: In this size") as caught:
        archives.check(partner=shop.partner, archive=archive, now=NOON)
    begun = bytearray()
    with pytest.raises(archives.EndedEarly):
        for chunk in archives.Sending(archive, partner=shop.partner, taker=shop.taker):
            begun += chunk

    assert caught.value.extra == {"files": ["b-web-1200.webp"]}
    assert len(begun) < len(whole) and content(archive.items[1]) not in begun


def test_zone_stops_the_size_that_cuts_it_and_no_other_of_the_same_file(shop):
    item = shop.archive().items[1]
    cut_through("b.jpg")
    twin = replace_fields(item, position=7, sha256=make_rendition(version_of(item), "print").sha256)

    refused = archives.refusals(partner=shop.partner, items=[item, twin], now=NOON)

    assert refused.keys() == {item.position}


def version_of(item) -> AssetVersion:
    return AssetVersion.objects.get(pk=item.version_id)


def test_nothing_is_sent_before_rights_begin(shop):
    situations(shop)["scheduled"]()

    with pytest.raises(NotYet, match=r"b-web-1200\.webp: You may use this file from"):
        archives.check(partner=shop.partner, archive=shop.archive(), now=NOON)


def test_another_company_gets_no_archive_of_it(shop):
    archive = shop.archive()

    with pytest.raises(NotFound):
        archives.check(partner=make_partner(), archive=archive, now=NOON)


def test_files_are_recorded_when_they_leave_and_a_resumed_archive_is_one_taking(shop):
    whole = shop.archive().layout
    half = whole.length // 2
    shop.send(0, half - 1)
    shop.send(half)
    shop.send()
    names = list(Download.objects.order_by("pk").values_list("file_name", "sha256"))

    assert names == [(item.name, item.sha256) for item in shop.archive().items]
    row = Download.objects.first()
    assert (row.partner, row.via, row.recipe_key, row.version_number) == (shop.partner, "api", "web-1200", 1)


def test_range_that_holds_no_file_records_none(shop):
    shop.send(0, 100)

    assert not Download.objects.exists()


def test_bytes_lost_from_the_store_are_made_again_or_the_archive_ends(source_of, tmp_path):
    source_of.content = picture(colour="teal")
    shop = Shop(made=False)
    archive = shop.archive()
    whole = shop.send()

    def lose():
        for path in (tmp_path / "renditions").rglob(archive.items[1].sha256):
            path.unlink()

    lose()
    assert shop.send() == whole

    lose()
    source_of.content = picture(colour="crimson")
    with pytest.raises(archives.EndedEarly, match="other bytes came in its place"):
        shop.send()


def test_memory_stays_small_whatever_the_size():
    shop = Shop(content=lambda name: name.encode() * 2_000_000)
    archive = shop.archive()
    sending = archives.Sending(archive, partner=shop.partner, taker=shop.taker)
    next(sending)

    tracemalloc.start()
    sent = sum(len(chunk) for chunk in sending)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert sent > 30_000_000
    assert peak < 4_000_000


# -- Over HTTP ---------------------------------------------------------------------------------------------------------
def ask(shop, method="get", **headers):
    request = getattr(RequestFactory(), method)("/archive", headers=headers)
    return serve_archive(request, shop.archive(), partner=shop.partner, taker=shop.taker)


def test_answer_announces_length_tag_and_name(shop):
    answer = ask(shop)

    whole = answer.getvalue()
    assert answer["Content-Length"] == str(len(whole))
    assert (answer["ETag"], answer["Accept-Ranges"]) == (f'"{shop.archive().tag}"', "bytes")
    assert answer["Content-Disposition"] == 'attachment; filename="onboarding-pack-v1.zip"'
    assert ask(shop, "head")["Content-Length"] == str(len(whole))


def test_range_gives_that_part_if_the_tag_is_still_the_same(shop):
    whole = ask(shop).getvalue()
    tag = f'"{shop.archive().tag}"'

    part = ask(shop, Range="bytes=1000-1999", **{"If-Range": tag})
    other = ask(shop, Range="bytes=1000-1999", **{"If-Range": '"old"'})
    beyond = ask(shop, Range=f"bytes={len(whole)}-")

    assert (part.status_code, part.getvalue()) == (206, whole[1000:2000])
    assert part["Content-Range"] == f"bytes 1000-1999/{len(whole)}"
    assert (other.status_code, len(other.getvalue())) == (200, len(whole))
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_who_has_it_gets_nothing(shop):
    assert ask(shop, **{"If-None-Match": f'"{shop.archive().tag}"'}).status_code == 304
    assert not Download.objects.exists()


def test_new_version_has_another_tag(shop):
    before = shop.archive().tag
    replace("/P", "a.jpg", uuid="new", now=LATER)
    packs.work(now=LATER)

    assert shop.archive().tag != before
