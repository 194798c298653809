"""The mirrored library, download sizes, renditions, publications and the activity record."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal import signals
from portal.activity import services as activity
from portal.activity.models import Activity
from portal.catalog.models import AssetVersion, Variant
from portal.publications.models import Publication
from portal.publications.services import mark_posted
from portal.releases import services as releases
from portal.renditions import judging, source
from portal.renditions import services as renditions
from portal.renditions.choices import RenditionState
from portal.renditions.models import Recipe, Rendition, Specification, Verdict
from portal.renditions.selectors import revision_for
from portal.renditions.source import Fetched, SourceUnavailable
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release,
    release_one,
)
from tests.portal.admin.reading import rows, words

pytestmark = pytest.mark.django_db


def listed(desk, model: str, query: str = "") -> list[str]:
    return rows(desk.get(f"/admin/portal/{model}/{query}"))


def on(asset) -> str:
    return reverse("admin:portal_asset_change", args=[asset.pk])


def test_an_assets_page_shows_versions_publications_and_what_happened(desk):
    make_community(make_partner(), name="DACH", folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg", uuid="one", title={"en": "Oats"})
    release(
        file_fact(
            "/Pantry/oats.jpg",
            uuid="two",
            previous_uuids=["one"],
            title={"en": "Oats"},
            modified_at=timezone.now(),
        ),
        now=timezone.now(),
    )
    publication = Publication.objects.get()
    mark_posted(publication_id=publication.pk, revision=1, now=NOON)

    said = words(desk.get(on(asset)))

    for expected in (
        "Oats",
        "v1",
        "v2",
        "Replaced",
        "Current",
        "DACH",
        "Newer one waits",
        "New version released",
    ):
        assert expected in said
    assert "revision 2, posted 1" in said


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ("published", ["there"]),
        ("unpublished", ["nowhere"]),
        ("unapproved", ["pending"]),
        ("gone", ["gone"]),
        ("", ["gone", "nowhere", "pending", "there"]),
    ],
)
def test_assets_are_told_apart_by_how_they_stand(desk, standing, found):
    make_community(make_partner(), folder="/Pantry")
    release_one("/Pantry/there.jpg")
    release_one("/Elsewhere/nowhere.jpg")
    release_one("/Pantry/pending.jpg", approved=False)
    release_one("/Pantry/gone.jpg", uuid="gone")
    releases.file_is_gone(source="dam", uuid="gone", now=NOON)

    assert sorted(name.split()[0] for name in listed(desk, "asset", f"?standing={standing}")) == found


def test_assets_are_searched_by_name_number_path_and_id(desk):
    asset = release_one("/Pantry/a.jpg", uuid="in-the-dam", title={"en": "Oats"}, gtin=gtin14(952123400001))
    release_one("/Home/b.jpg", title={"en": "Soap"})

    for words_ in ("oats", asset.product.gtin, "/Pantry", "in-the-dam", "a.jpg", asset.public_id):
        assert [name.split()[0] for name in listed(desk, "asset", f"?q={words_}")] == ["Oats"], words_
    assert len(listed(desk, "variant", "?q=/Pantry")) == 1
    assert len(listed(desk, "assetversion", f"?q={current_version(asset).sha1}")) == 1
    assert len(listed(desk, "product", f"?q={asset.product.gtin}")) == 1


def test_reading_again_is_offered_only_while_somebody_listens(desk, monkeypatch):
    asset = release_one("/Pantry/oats.jpg", uuid="one")
    verb = reverse("admin:portal_asset_read_again", args=[asset.pk])
    heard = []

    def listen(sender, source, uuids, now, **kwargs):
        heard.append((source, uuids))

    monkeypatch.setattr(signals.files_to_reread, "receivers", [])
    signals.files_to_reread.sender_receivers_cache.clear() if signals.files_to_reread.use_caching else None
    assert "Read again" not in words(desk.get(on(asset)))

    signals.files_to_reread.connect(listen, sender=Variant)
    assert "Read again from the media library" in words(desk.get(on(asset)))
    assert desk.get(verb).status_code == 405
    answer = desk.post(verb, follow=True)
    signals.files_to_reread.disconnect(listen, sender=Variant)

    assert heard == [("dam", ["one"])]
    assert "1 file is read again from the media library." in words(answer)


def test_files_versions_and_renditions_lead_to_their_asset(desk):
    make_community(make_partner(), folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg")
    version = current_version(asset)
    rendition = make_rendition(version)
    publication = Publication.objects.get()

    for model, row in (
        ("variant", version.variant),
        ("assetversion", version),
        ("rendition", rendition),
        ("publication", publication),
    ):
        answer = desk.get(reverse(f"admin:portal_{model}_change", args=[row.pk]))
        assert answer["Location"].startswith(on(asset)), model


def test_previews_are_for_staff_and_a_missing_one_is_a_quiet_picture(desk, client):
    asset = release_one("/Pantry/oats.jpg")
    version = current_version(asset)
    make_rendition(version, "preview-480")
    address = reverse("admin:preview", args=[version.public_id, "480"])

    shown = desk.get(address)
    assert shown["Content-Type"] == "image/webp" and len(b"".join(shown.streaming_content)) > 20
    assert client.get(address).status_code == 302
    assert desk.get(reverse("admin:preview", args=["ver_unknown", "480"])).status_code == 404

    Rendition.objects.create(
        version=version,
        revision=revision_for(version, "preview-1200"),
        state=RenditionState.FAILED,
        made_at=timezone.now(),
    )
    missing = desk.get(reverse("admin:preview", args=[version.public_id, "1200"]))
    assert (missing.status_code, missing["Content-Type"]) == (404, "image/svg+xml")


def revise(desk, recipe, **fields):
    data = {
        "width": "1600",
        "height": "1600",
        "fit": "bound",
        "format": "webp",
        "quality": "80",
        "background": "",
    }
    return desk.post(reverse("admin:portal_recipe_change", args=[recipe.pk]), {**data, **fields}, follow=True)


def test_a_change_of_a_download_size_is_a_new_revision_and_the_same_again_is_none(desk, staff):
    recipe = Recipe.objects.get(key="web-1200")
    before = recipe.revisions.get()

    answer = revise(desk, recipe)
    again = revise(desk, recipe)

    assert "Revision 2 counts from now on." in words(answer)
    assert "Revision 2 says exactly this already." in words(again)
    assert list(recipe.revisions.order_by("number").values_list("number", "width")) == [(1, 1200), (2, 1600)]
    assert before == recipe.revisions.get(number=1)
    entry = Activity.objects.get(verb="recipe.revised")
    assert (entry.subject, entry.actor) == ("recipe:web-1200", f"user:{staff.public_id}")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"fit": "crop", "height": ""}, "To cut or to pad to an exact size, both width and height are needed."),
        ({"format": "original"}, "A file as delivered keeps its size and quality. Choose a format, or empty them."),
        ({"background": "white"}, "Write the colour as six hex digits, for example ffffff."),
        ({"quality": "101"}, "Ensure this value is less than or equal to 100."),
        ({"format": "mp4"}, "Select a valid choice. mp4 is not one of the available choices."),
        ({"width": "-1"}, "Ensure this value is greater than or equal to 1."),
        ({"naming": "{gtin}/{view}"}, "“/” is not safe in file names."),
        ({"naming": "{view}"}, "Name {gtin} or {name}, or every file would be called the same."),
        ({"naming": "{gtin}_{size}"}, "There is no field {size}."),
        ({"dpi": "300"}, "Only JPEG and PNG tell a printer how large they are."),
    ],
)  # fmt: skip
def test_a_download_size_that_cannot_be_cut_is_refused_with_a_sentence(desk, fields, sentence):
    recipe = Recipe.objects.get(key="web-1200")

    answer = revise(desk, recipe, **fields)

    assert sentence in words(answer)
    assert recipe.revisions.count() == 1


def test_a_download_size_says_its_weight_colours_and_name(desk):
    recipe = Recipe.objects.get(key="web-1200")
    fields = {"format": "jpeg", "max_bytes": "500000", "colour_space": "srgb", "dpi": "300"}
    fields["naming"] = "{gtin}_A{facing}C1"

    answer = revise(desk, recipe, **fields)

    assert " · sRGB, with its profile · 300 dpi · {gtin}_A{facing}C1" in words(answer)
    assert "{gtin}_A{facing}C1 makes 09521234500049_A1C1.jpg" in words(answer)
    assert recipe.revisions.get(number=2).max_bytes == 500_000
    assert recipe.revisions.get(number=2).carries_rights


def test_a_download_size_is_offered_no_longer_and_again(desk):
    recipe = Recipe.objects.get(key="print")
    offer = reverse("admin:portal_recipe_offer", args=[recipe.pk])

    assert desk.get(offer).status_code == 405
    desk.post(offer, {"offered": "no"})
    assert not Recipe.objects.get(key="print").is_active
    desk.post(offer, {"offered": "no"})
    desk.post(offer, {"offered": "yes"})
    assert Recipe.objects.get(key="print").is_active
    verbs = Activity.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["recipe.withdrawn", "recipe.offered"]


class Source:
    """A source that does what the test says."""

    answer: Exception | None = None
    asked = 0

    def fetch(self, *, version, revision, target):
        type(self).asked += 1
        if self.answer:
            raise self.answer
        target.write(picture(kind=revision.format.upper()))
        return Fetched(media_type=f"image/{revision.format}", width=64, height=64)


@pytest.fixture
def dam(monkeypatch):
    class Here(Source):
        pass

    monkeypatch.setattr(renditions, "get_source", lambda: Here())
    assert source.get_source
    return Here


def test_failed_renditions_are_tried_again_and_only_they(desk, dam):
    asset = release_one("/Pantry/oats.jpg")
    version = current_version(asset)
    ready = make_rendition(version, "preview-480")
    failed = Rendition.objects.create(
        version=version,
        revision=revision_for(version, "print"),
        state=RenditionState.FAILED,
        problem="no pixels",
        made_at=timezone.now(),
    )
    assert "no pixels" in words(desk.get("/admin/portal/rendition/?state__exact=failed"))

    answer = desk.post(
        "/admin/portal/rendition/",
        {"action": "try_again", "index": 0, "_selected_action": [ready.pk, failed.pk]},
        follow=True,
    )

    assert "1 rendition is tried again." in words(answer)
    assert Rendition.objects.get(pk=failed.pk).state == RenditionState.WANTED
    assert renditions.make_wanted(now=timezone.now()) == 1
    assert Rendition.objects.get(pk=failed.pk).state == RenditionState.READY
    assert Rendition.objects.get(pk=ready.pk) == ready and dam.asked == 1
    nothing = desk.post(
        "/admin/portal/rendition/",
        {"action": "try_again", "index": 0, "_selected_action": [ready.pk]},
        follow=True,
    )
    assert "None of them had failed" in words(nothing)


def test_wanted_renditions_wait_while_the_source_is_away(dam):
    versions = [current_version(release_one(f"/Pantry/{n}.jpg")) for n in range(3)]
    for version in versions:
        Rendition.objects.create(version=version, revision=revision_for(version, "web-1200"))

    dam.answer = SourceUnavailable("no answer")
    assert renditions.make_wanted(now=timezone.now()) == 0
    assert dam.asked == 1
    dam.answer = None
    assert renditions.make_wanted(now=timezone.now()) == 3
    assert renditions.make_wanted(now=timezone.now()) == 0


def test_staff_read_why_a_file_could_not_be_checked_and_have_it_checked_again(desk):
    version = current_version(release_one("/Pantry/oats.jpg"))
    older = current_version(release_one("/Pantry/old.jpg"))
    AssetVersion.objects.filter(pk=older.pk).update(replaced_at=NOON)
    rules = Specification.objects.get(key="own-shop", partner=None).revisions.get()
    for one in (version, older):
        judging.want([(one.pk, revision_for(one, "web-1200").pk, rules.pk)])
    Verdict.objects.update(
        state="impossible", problem="40000 x 40000 pixels are too many to measure", made_at=NOON
    )
    row = Verdict.objects.get(version=version)

    matter = next(one for one in desk.get("/admin/").context["today"].matters if "verdict" in one.url)
    page = desk.get(matter.url)
    answer = desk.post(
        "/admin/portal/verdict/", {"action": "check_again", "_selected_action": [row.pk]}, follow=True
    )
    again = Verdict.objects.get(pk=row.pk)

    assert matter.title == "1 file could not be checked against a channel's rules"
    assert len(rows(page)) == 1
    assert "oats.jpg" in words(page) and "40000 x 40000 pixels are too many to measure" in words(page)
    assert "Own web shop" in words(page)
    assert "1 file is checked again." in words(answer)
    assert (again.state, again.problem) == ("wanted", "")
    assert "verdict" not in "".join(one.url for one in desk.get("/admin/").context["today"].matters)
    moved = desk.get(reverse("admin:portal_verdict_change", args=[row.pk]))
    assert moved["Location"].startswith(on(version.variant.asset))


def test_publications_are_told_apart_by_whether_they_were_posted(desk):
    make_community(make_partner(), name="DACH", folder="/Pantry")
    release_one("/Pantry/posted.jpg", title={"en": "Posted"})
    mark_posted(publication_id=Publication.objects.get().pk, revision=1, now=NOON)
    release_one("/Pantry/waiting.jpg", title={"en": "Waiting"})

    assert listed(desk, "publication", "?post=waiting") == ["Waiting"]
    assert listed(desk, "publication", "?post=posted") == ["Posted"]
    community = Publication.objects.first().community
    page = words(desk.get(reverse("admin:portal_community_change", args=[community.pk])))
    assert "2 assets published 1 posted as they are 1 waiting to be posted" in page
    assert "1 waiting" in words(desk.get("/admin/portal/community/"))


def test_the_chain_of_activities_is_verified_and_a_changed_entry_is_found(desk):
    for number in range(3):
        make_partner(f"Company {number}")
    activity.seal()
    verify = reverse("admin:portal_activity_verify")
    assert desk.get(verify).status_code == 405
    assert "The chain holds" in words(desk.post(verify, follow=True))

    # The table refuses changes; somebody with the keys of the database could switch that off.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE portal_activity DISABLE TRIGGER USER")
        cursor.execute("UPDATE portal_activity SET verb = 'partner.left' WHERE position = 2")
        cursor.execute("ALTER TABLE portal_activity ENABLE TRIGGER USER")

    assert "The chain breaks at place 2" in words(desk.post(verify, follow=True))


def test_activities_are_read_by_company_subject_and_kind_with_names(desk, staff):
    partner, other = make_partner("Bergmann"), make_partner("Other")
    make_community(partner, name="DACH")

    mine = words(desk.get(f"/admin/portal/activity/?partner={partner.pk}"))
    assert "Company joined a community" in mine and "Bergmann" in mine
    assert "Other" not in mine.split("Nothing")[0].replace("Another", "")
    assert len(listed(desk, "activity", f"?subject={other.public_id}")) == 1
    assert len(listed(desk, "activity", "?verb=partner.joined")) == 1
