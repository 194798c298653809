"""What a file of captions belongs to: said by its name, or by the group it shares with its video."""

from datetime import timedelta

import pytest

from portal.catalog import captions
from portal.catalog.models import Asset, Variant
from portal.publications import selectors as publications
from portal.releases import services
from tests.builders import NOON, file_fact, make_community, make_partner, release

VTT = {"media_type": "text/vtt", "medium": "document", "kind": "captions", "width": None, "height": None}
FILM = {"media_type": "video/mp4", "medium": "video", "kind": "video", "duration": 12.0}


@pytest.mark.parametrize(
    ("path", "owner", "language"),
    [
        ("/Video/A day.de.vtt", "/Video/A day", "de"),
        ("/Video/A day.pt-BR.vtt", "/Video/A day", "pt-BR"),
        ("/Video/A day.pt_BR.srt", "/Video/A day", "pt_BR"),
        ("/Video/A day.vtt", "/Video/A day", ""),
        ("/Video/A day.final.vtt", "/Video/A day.final", ""),
        ("/Video/A.day/film.vtt", "/Video/A.day/film", ""),
        ("/de.vtt", "/de", ""),
        ("/.de.vtt", "/.de", ""),
        ("/Video/no ending", "/Video/no ending", ""),
    ],
)
def test_the_name_says_the_video_and_the_language(path, owner, language):
    assert captions.split(path) == (owner, language)


@pytest.mark.parametrize(
    ("media_type", "extension", "form"),
    [
        ("text/vtt", "vtt", "vtt"),
        ("text/plain", "vtt", "vtt"),
        ("application/x-subrip", "srt", "srt"),
        ("application/octet-stream", "srt", "srt"),
        ("text/plain", "txt", ""),
        ("video/mp4", "mp4", ""),
    ],
)
def test_captions_are_known_by_type_or_ending(media_type, extension, form):
    assert captions.format_of(media_type=media_type, extension=extension) == form


def beside(partner, film: Asset) -> list[str]:
    card = publications.get_asset(partner, film.public_id, at=NOON)
    found = publications.captions_of(partner, card, card.variants, at=NOON)
    return [one.lead.version.file_name for one in found]


@pytest.fixture
def partner(db):
    partner = make_partner()
    make_community(partner, folder="/Video")
    return partner


def test_captions_stand_beside_the_video_of_their_name_and_no_other(partner):
    film, *_ = release(
        file_fact("/Video/A day.mp4", **FILM),
        file_fact("/Video/Another.mp4", **FILM),
        file_fact("/Video/A day.de.vtt", language="de", **VTT),
        file_fact("/Video/A DAY.ar.vtt", language="ar", **VTT),
        file_fact("/Video/Another.de.vtt", language="de", **VTT),
        file_fact("/Video/Deep/A day.fr.vtt", language="fr", **VTT),
        file_fact("/Elsewhere/A day.es.vtt", language="es", **VTT),
        now=NOON,
    )

    assert beside(partner, film) == ["A DAY.ar.vtt", "A day.de.vtt"]


def test_a_shared_group_goes_before_names_and_makes_no_variant_of_the_video(partner):
    film, words, *_ = release(
        file_fact("/Video/a.mp4", group="day", language="en", **FILM),
        file_fact("/Video/subtitles 17.vtt", group="day", language="de", **VTT),
        file_fact("/Video/a.fr.vtt", group="another", language="fr", **VTT),
        now=NOON,
    )

    assert film != words and Variant.objects.filter(asset=film).count() == 1
    assert beside(partner, film) == ["subtitles 17.vtt"]


@pytest.mark.parametrize("group", ["", "day"], ids=["by name", "by group"])
def test_captions_moved_while_their_next_version_waits_stand_where_they_lie(partner, group):
    """Where a file lies is the file's, not a version's: they used to stay beside the video they had left."""
    films = [
        file_fact(f"/Video/{name}.mp4", group=group if name == "a" else "", **FILM) for name in ("a", "b")
    ]
    words = file_fact("/Video/a.de.vtt", uuid="w1", language="de", group=group, **VTT)
    film, other, _ = release(*films, words, now=NOON)
    at_first = (beside(partner, film), beside(partner, other))

    waiting = file_fact(
        "/Video/b.de.vtt", uuid="w2", sha1="f" * 40, previous_uuids=("w1",), language="de", group=group,
        once_approved=(), approved=False, approval_word="PENDING", modified_at=NOON + timedelta(minutes=1), **VTT,
    )  # fmt: skip
    services.apply_files(facts=[waiting], now=NOON)

    assert at_first == (["a.de.vtt"], [])
    assert (beside(partner, film), beside(partner, other)) == (
        (["a.de.vtt"], []) if group else ([], ["a.de.vtt"])
    )


def test_captions_follow_when_both_are_moved(partner):
    fact, words = file_fact("/Video/a.mp4", **FILM), file_fact("/Video/a.de.vtt", language="de", **VTT)
    film, before = release(fact, words, now=NOON)
    moved = [
        file_fact(one.path.replace("/Video", "/Video/Deep"), uuid=one.uuid, sha1=one.sha1, **more)
        for one, more in ((fact, FILM), (words, {"language": "de", **VTT}))
    ]
    release(moved[0], now=NOON)
    assert beside(partner, film) == []

    _, after = release(*moved, now=NOON)

    assert beside(partner, film) == ["a.de.vtt"]
    assert after == before, "it stays the asset it was"
