"""The store: on a disk that fills up, and on a storage without folders."""

import hashlib
import io
from importlib import import_module

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from integrations.metrics import collect
from portal.core import today
from portal.downloads.serving import serve
from portal.releases import collecting, walking
from portal.renditions import services, store, stored
from portal.renditions.models import Rendition, SpecificationRevision, StoredFile, Verdict
from portal.renditions.selectors import revision_for
from portal.renditions.source import get_source
from tests.builders import current_version, make_rendition, make_staff, picture, release_one
from tests.portal.releases.keeping import Cutting, age, collect_to_the_end, is_there

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(settings):
    settings.RENDITION_SOURCE = "tests.portal.releases.keeping.Cutting"
    get_source.cache_clear()
    Cutting.look = Cutting.calls = 0
    version = current_version(release_one("/a.jpg"))
    yield {"version": version, "revision": revision_for(version, "web-1200"), "now": timezone.now()}
    get_source.cache_clear()


@pytest.fixture
def without_folders(settings):
    """Django's own storage that is no folder, as S3 is none: it is asked what the API of storages says."""
    settings.STORAGES = {
        **settings.STORAGES,
        "renditions": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    return storages["renditions"]


# -- A disk that fills up ---------------------------------------------------------------------------------------------
def test_with_too_little_room_nothing_new_is_made_and_what_is_there_is_given(asked, settings, tmp_path):
    made = services.ensure(**asked)
    settings.FILES_LEAST_FREE_BYTES = 10**18
    other = current_version(release_one("/b.jpg"))

    with pytest.raises(store.NoRoom) as refused:
        services.ensure(version=other, revision=asked["revision"], now=timezone.now())

    assert (refused.value.status, refused.value.retry_after) == (503, 300)
    assert services.ensure(**asked).sha256 == made.sha256
    assert Cutting.calls == 1, "nothing is fetched that cannot be kept"
    assert Rendition.objects.get(version=other).claimed_until is None, "the next one may try at once"
    assert len([path for path in (tmp_path / "renditions").rglob("*") if path.is_file()]) == 1
    [said] = [matter for matter in today.collect(now=timezone.now()).matters if "disk" in matter.title]
    assert said.tone == "bad"


def test_a_disk_that_is_full_in_the_middle_leaves_no_half(asked, tmp_path):
    class Full(io.BytesIO):
        def read(self, *args):
            raise OSError(28, "No space left on device")

    with pytest.raises(store.NoRoom):
        store.put("a" * 64, Full(b"half"))

    assert not store.has("a" * 64)
    assert [path for path in (tmp_path / "renditions").rglob("*") if path.is_file()] == []


def test_room_counts_where_the_folder_will_be():
    assert (store.free_bytes() or 0) > 0


# -- A storage without folders ----------------------------------------------------------------------------------------
def test_bytes_are_kept_served_and_asked_for_again(without_folders, asked):
    made = services.ensure(**asked)
    again = services.ensure(**asked)
    request = RequestFactory().get("/", headers={"Range": "bytes=5-9"})
    part = b"".join(serve(request, made, name="a.webp"))

    with store.open_bytes(made.sha256) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == made.sha256 == again.sha256
    assert (part, Cutting.calls, store.free_bytes()) == (content[5:10], 1, None)


def test_the_same_bytes_twice_are_one_file_also_when_nobody_saw_the_first(without_folders):
    content = picture()
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:2]}/{digest[2:4]}/{digest}"
    store.put(digest, io.BytesIO(content))
    store.put(digest, io.BytesIO(content))
    kept = without_folders.listdir(f"{digest[:2]}/{digest[2:4]}")[1]
    # What happens when two put them at the same moment: neither has seen the other's.
    store._save(without_folders, name, io.BytesIO(content))

    assert kept == [digest]
    assert without_folders.listdir(f"{digest[:2]}/{digest[2:4]}")[1] == [digest]


def test_it_is_collected_walked_and_repaired_as_a_folder_is(without_folders, asked):
    made = services.ensure(**asked)
    unused = make_rendition(current_version(release_one("/b.jpg")))
    age(unused)
    collect_to_the_end()
    store.remove(made.sha256)
    age(made)

    with pytest.raises(FileNotFoundError):
        store.open_bytes(made.sha256)
    first = walking.walk(now=timezone.now(), until=float("inf"))
    collecting.collect(now=timezone.now(), walk=False)

    assert not is_there(unused) and Rendition.objects.get(pk=unused.pk).state == "away"
    assert (first.places, first.missing) == (256, 1)
    assert StoredFile.objects.get().missing_since is not None, "nothing names it: it is let go, not fetched"
    assert services.ensure(**asked).sha256 == made.sha256 and is_there(made)


# -- What was there before rows were ----------------------------------------------------------------------------------
def test_the_migration_gives_everything_in_the_store_a_row_and_its_whole_time():
    row = make_rendition(current_version(release_one("/b.jpg")))
    overlay = "ab" * 32
    rules = SpecificationRevision.objects.order_by("pk")[0]
    Verdict.objects.create(version=row.version, revision=row.revision, specification=rules, overlay=overlay)
    StoredFile.objects.all().delete()
    migration = import_module("portal.migrations.0022_kept_files")

    with connection.cursor() as cursor:
        cursor.execute(migration.WHAT_IS_THERE)

    kept = dict(StoredFile.objects.values_list("sha256", "size"))
    assert kept == {row.sha256: row.size, overlay: None}
    assert set(StoredFile.objects.values_list("used_on", flat=True)) == {stored.today()}


# -- What operators see -----------------------------------------------------------------------------------------------
def test_the_store_in_figures_on_the_health_page_and_for_prometheus(client):
    row = make_rendition(current_version(release_one("/b.jpg")))
    age()
    collecting.collect(now=timezone.now(), walk=False)
    client.force_login(make_staff())

    page = client.get("/admin/health/").content.decode()
    samples = {
        (sample.name, sample.labels.get("state", "")): sample.value
        for metric in collect()
        for sample in metric.samples
        if sample.name.startswith("portal_store")
    }

    assert "Files kept" in page and "Room for files" in page
    assert samples["portal_store_bytes", "kept"] == samples["portal_store_bytes", "condemned"] == row.size
    assert samples["portal_store_files", "named"] == samples["portal_store_collected_files_total", ""] == 0
    assert samples["portal_store_free_bytes", ""] > 0


def test_a_full_store_stands_on_the_first_page_of_staff(settings):
    make_rendition(current_version(release_one("/b.jpg")))
    settings.FILES_MOST_BYTES = 1

    collecting.collect(now=timezone.now(), walk=False)

    titles = [matter.title for matter in today.collect(now=timezone.now()).matters]
    assert [title for title in titles if title.startswith("The store is full")]
