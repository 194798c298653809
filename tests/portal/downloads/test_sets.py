"""Responsive sets: what the snippet says, and an archive of which every file passes the check."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from portal.catalog.models import AssetVersion
from portal.core.errors import NotReady
from portal.downloads import sets
from portal.downloads.archives import EndedEarly
from portal.downloads.choices import Via
from portal.downloads.models import Download
from portal.downloads.services import Taker
from portal.renditions import responsive, store, stored
from portal.renditions.models import Rendition
from portal.renditions.services import CannotBeMade
from tests.builders import (
    current_version,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    release_one,
)
from tests.portal.pages.reading import words

ALT = {"en": "A box of “oats” & milk", "de": "Eine Packung <Hafer>"}


@pytest.fixture
def partner(db):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return partner


def released(**fields):
    fields = {"width": 1000, "height": 500, "language": "de", "alt_text": ALT, **fields}
    return release_one("/Ours/Hafer Müsli.jpg", **fields)


def grant_of(partner, asset):
    return sets.grant_of_set(partner=partner, asset_id=asset.public_id, now=timezone.now())


def make_all(version) -> None:
    for member in responsive.members(version):
        make_rendition(version, member.revision.address)


def test_set_has_the_widths_the_picture_has_in_every_format(partner):
    _grant, files = grant_of(partner, released())

    assert [(member.width, member.height, member.name) for member in files] == [
        (480, 240, "Hafer_Müsli-v1-480w.avif"),
        (800, 400, "Hafer_Müsli-v1-800w.avif"),
        (480, 240, "Hafer_Müsli-v1-480w.webp"),
        (800, 400, "Hafer_Müsli-v1-800w.webp"),
        (480, 240, "Hafer_Müsli-v1-480w.jpg"),
        (800, 400, "Hafer_Müsli-v1-800w.jpg"),
    ]


def test_small_picture_is_not_enlarged(partner):
    _grant, files = grant_of(partner, released(width=300, height=300))

    assert {(member.width, member.height) for member in files} == {(300, 300)}
    assert len(files) == 3


def test_snippet_names_the_files_and_no_address_of_ours(partner):
    grant, files = grant_of(partner, released())
    alt, language = responsive.alt_for(ALT, grant.variant.language)

    text = responsive.snippet(files, alt)

    assert language == "de"
    assert 'alt="Eine Packung &lt;Hafer&gt;"' in text
    assert 'src="Hafer_M%C3%BCsli-v1-800w.jpg"' in text
    assert text.count("<source") == 2
    assert "http" not in text and "/" not in re.sub(r"</?\w+|image/\w+", "", text)


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("de", ("Eine Packung <Hafer>", "de")),
        ("de-AT", ("Eine Packung <Hafer>", "de")),
        ("fr", (ALT["en"], "en")),
    ],
)
def test_alt_text_says_whose_language_it_is(language, found):
    assert responsive.alt_for(ALT, language) == found
    assert responsive.alt_for({}, language) == ("", "")


def test_set_that_is_not_made_is_asked_for(partner):
    asset = released()
    grant, files = grant_of(partner, asset)

    with pytest.raises(NotReady, match="still being made"):
        sets.archive_of(grant=grant, files=files, snippet="", now=timezone.now())

    assert Rendition.objects.filter(state="wanted").count() == 6


def tried(member, version, *, minutes_ago: int, state: str = "failed", problem: str = "no pixels") -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Rendition.objects.filter(version=version, revision=member.revision).update(
        state=state, problem=problem, made_at=at
    )


def test_set_of_which_a_file_cannot_be_made_says_so_and_which(partner):
    asset = released()
    version = current_version(asset)
    make_all(version)
    _grant, files = grant_of(partner, asset)
    tried(files[1], version, minutes_ago=1)
    tried(files[4], version, minutes_ago=1, state="altered")

    grant, files = grant_of(partner, asset)
    with pytest.raises(CannotBeMade, match="the brand's team has been shown why") as no:
        sets.archive_of(grant=grant, files=files, snippet="", now=timezone.now())

    assert str(no.value).endswith("why: Hafer_Müsli-v1-800w.avif, Hafer_Müsli-v1-480w.jpg")
    assert no.value.extra["files"] == ["Hafer_Müsli-v1-800w.avif", "Hafer_Müsli-v1-480w.jpg"]
    assert [member.cannot_be for member in files] == [False, True, False, False, True, False]
    # A refusal is believed for a while, and lost bytes are for staff to decide on.
    assert set(Rendition.objects.values_list("state", flat=True)) == {"ready", "failed", "altered"}


def test_what_went_to_make_room_or_failed_long_ago_is_made_again(partner):
    asset = released()
    version = current_version(asset)
    make_all(version)
    _grant, files = grant_of(partner, asset)
    tried(files[0], version, minutes_ago=11)
    tried(files[1], version, minutes_ago=1, state="away", problem="")

    grant, files = grant_of(partner, asset)
    with pytest.raises(NotReady, match="still being made"):
        sets.archive_of(grant=grant, files=files, snippet="", now=timezone.now())

    wanted = Rendition.objects.filter(state="wanted")
    assert {row.revision for row in wanted} == {files[0].revision, files[1].revision}
    # What they were is not forgotten: the same bytes may come again.
    assert all(row.sha256 and not row.problem for row in wanted)


def test_page_names_the_file_that_cannot_be_made_and_asks_no_more(partner, client):
    asset = released()
    version = current_version(asset)
    make_all(version)
    _grant, files = grant_of(partner, asset)
    tried(files[1], version, minutes_ago=1)
    client.force_login(make_user(partner))
    address = f"/o/{partner.slug}/assets/{asset.public_id}/responsive/"

    page = client.get(f"{address}?wanted=1")
    archive = client.get(f"{address}archive/")
    tried(files[1], version, minutes_ago=11)
    again = client.post(f"{address}prepare/", follow=True)

    text = words(page)
    assert "These files cannot be made; the brand's team has been shown why:" in text
    assert f"why: {files[1].name} Try again" in text
    assert f"{files[1].name} Cannot be made" in text
    assert "5 of 6 are ready." in text and "data-refresh" not in page.content.decode()
    assert archive.status_code == 409 and files[1].name in words(archive)
    assert "data-refresh" in again.content.decode() and "Cannot be made" not in words(again)


def taker(user) -> Taker:
    return Taker(actor=f"user:{user.public_id}", via=Via.PAGE, user=user)


def test_archive_is_whole_and_every_file_is_recorded_once(partner):
    asset = released()
    make_all(current_version(asset))
    user = make_user(partner)
    grant, files = grant_of(partner, asset)
    archive = sets.archive_of(grant=grant, files=files, snippet="<picture>", now=timezone.now())

    content = b"".join(sets.send(archive, partner=partner, taker=taker(user)))
    again = b"".join(sets.send(archive, partner=partner, taker=taker(user)))

    assert len(content) == archive.layout.length
    assert again == content
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        assert held.testzip() is None
        assert held.namelist() == ["picture.html", *(member.name for member in files)]
    assert Download.objects.count() == 6
    assert archive.name == "Hafer_Müsli-v1-responsive.zip"


def test_file_taken_back_while_it_runs_ends_the_archive(partner):
    asset = released()
    version = current_version(asset)
    make_all(version)
    user = make_user(partner)
    grant, files = grant_of(partner, asset)
    archive = sets.archive_of(grant=grant, files=files, snippet="<picture>", now=timezone.now())
    stream = sets.send(archive, partner=partner, taker=taker(user))
    got = next(stream)

    AssetVersion.objects.filter(pk=version.pk).update(withdrawn_at=timezone.now())

    with pytest.raises(EndedEarly):
        for chunk in stream:
            got += chunk
    assert len(got) < archive.layout.length
    assert not Download.objects.exists()


def lose(member) -> bytes:
    """Take the bytes of a file away behind the store's back; returns them."""
    digest = member.made.sha256
    with store.open_bytes(digest) as source:
        content = source.read()
    storages["renditions"].delete(f"{digest[:2]}/{digest[2:4]}/{digest}")
    return content


def test_archive_of_which_bytes_were_lost_is_none_and_they_are_made_again(partner, client):
    """It used to begin, and to break off at the file that is not there."""
    asset = released()
    version = current_version(asset)
    make_all(version)
    _grant, files = grant_of(partner, asset)
    client.force_login(make_user(partner))
    address = f"/o/{partner.slug}/assets/{asset.public_id}/responsive/"
    content = lose(files[3])

    archive = client.get(f"{address}archive/")
    missing = [row.sha256 for row in stored.missing(limit=9)]
    page = client.get(address)
    again = client.get(f"{address}archive/")
    wanted = list(Rendition.objects.filter(state="wanted"))

    assert archive.status_code == 409
    assert f"{files[3].name} was lost from our store and is being made again." in words(archive)
    assert "5 of 6 are ready." in words(page)
    assert again.status_code == 503
    assert [(row.revision, row.sha256) for row in wanted] == [(files[3].revision, files[3].made.sha256)]
    assert missing == [files[3].made.sha256]

    store.put(files[3].made.sha256, io.BytesIO(content))
    Rendition.objects.filter(pk=wanted[0].pk).update(state="ready")
    whole = client.get(f"{address}archive/")

    assert whole.status_code == 200
    assert len(b"".join(whole.streaming_content)) == int(whole["Content-Length"])
    assert stored.missing(limit=9) == []


def test_bytes_lost_while_it_runs_end_the_archive(partner):
    asset = released()
    make_all(current_version(asset))
    user = make_user(partner)
    grant, files = grant_of(partner, asset)
    archive = sets.archive_of(grant=grant, files=files, snippet="<picture>", now=timezone.now())
    stream = sets.send(archive, partner=partner, taker=taker(user))
    got = next(stream)

    lose(files[5])

    with pytest.raises(EndedEarly, match="is lost from the store"):
        for chunk in stream:
            got += chunk
    assert len(got) < archive.layout.length


def test_page_prepares_then_gives_out(partner, client):
    asset = released()
    user = make_user(partner)
    client.force_login(user)
    address = f"/o/{partner.slug}/assets/{asset.public_id}/responsive/"

    before = words(client.get(address))
    not_ready = client.get(f"{address}archive/")
    prepared = client.post(f"{address}prepare/")
    Rendition.objects.all().delete()
    make_all(current_version(asset))
    after = client.get(prepared["Location"])
    archive = client.get(f"{address}archive/")
    content = b"".join(archive.streaming_content)

    assert "0 of 6 are ready." in before and "Prepare all files" in before
    assert not_ready.status_code == 503
    assert "data-refresh" not in after.content.decode()
    assert (archive.status_code, archive["Content-Length"]) == (200, str(len(content)))
    assert client.get(f"{address}archive/", headers={"If-None-Match": archive["ETag"]}).status_code == 304


def test_missing_alt_text_and_another_language_are_said(partner, client):
    client.force_login(make_user(partner))
    none = released(alt_text={})
    other = release_one("/Ours/b.jpg", language="fr", alt_text={"en": "A box"})

    said = words(client.get(f"/o/{partner.slug}/assets/{none.public_id}/responsive/"))
    named = words(client.get(f"/o/{partner.slug}/assets/{other.public_id}/responsive/"))

    assert "The brand has written no alt text" in said
    assert "The alt text is in English" in named


def test_document_has_no_set(partner, client):
    client.force_login(make_user(partner))
    guide = release_one(
        "/Ours/guide.pdf", medium="document", media_type="application/pdf", kind="document", width=None
    )

    page = client.get(f"/o/{partner.slug}/assets/{guide.public_id}/")

    assert client.get(f"/o/{partner.slug}/assets/{guide.public_id}/responsive/").status_code == 404
    assert "Responsive set" not in words(page)
