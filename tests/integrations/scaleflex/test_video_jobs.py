"""Videos by processing jobs: begun once, looked after, fetched whole, given up in time."""

import base64
import io
from datetime import timedelta

import av
import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.errors import Refused
from integrations.models import ExternalReference
from integrations.scaleflex import client, config, polling, renditions, video_jobs, video_renditions
from integrations.scaleflex.file_details import links, playback, video
from integrations.scaleflex.video_jobs import Job, JobFailed
from portal.catalog.models import AssetVersion
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.source import SourceRefused, SourceUnavailable
from tests.integrations.scaleflex.pictures import film

pytestmark = pytest.mark.django_db


def revision(**facts):
    facts = {"format": "mp4", "width": None, "height": 240, **facts}
    recipe = Recipe.objects.create(key=f"v{Recipe.objects.count()}", medium="video")
    return RecipeRevision.objects.create(recipe=recipe, number=1, created_at="2026-09-01T00:00Z", **facts)


def mirrored(world, connection, content):
    body = {"folder": "/Films", "name": "Clip é.mp4", "data": base64.b64encode(content).decode()}
    uuid = world.verb("POST", "/scaleflex/files", {**body, "approval": "APPROVED"})["file"]["uuid"]
    polling.start_full_walk(connection)
    while polling.poll(connection, seconds=20) or inbox.process_next(
        routing.inbound_handler, now=timezone.now()
    ):
        pass
    return AssetVersion.objects.get(source_uuid=uuid)


def fetch(version, cut):
    target = io.BytesIO()
    return renditions.ScaleflexSource().fetch(version=version, revision=cut, target=target), target


def fetch_when_ready(version, cut):
    """Ask again and again, as a waiting rendition does."""
    for _ in range(300):
        try:
            return fetch(version, cut)
        except SourceUnavailable:
            continue
    raise AssertionError("The video was never ready.")


def seconds(target):
    target.seek(0)
    with av.open(target, "r") as container:
        return container.duration / 1_000_000


@pytest.fixture(scope="module")
def clip():
    return film(2)


def test_a_video_is_made_by_a_job_and_fetched(world, clip):
    world.verb("PATCH", "/scaleflex/switches", {"bulk_delay_seconds": 0.5})
    version = mirrored(world, world.connect_dam(video_renditions="job", video_bitrate="200K"), clip)
    cut = revision()

    with pytest.raises(SourceUnavailable, match="being made") as caught:
        fetch(version, cut)
    found, target = fetch_when_ready(version, cut)

    assert caught.value.retry_after == 5
    assert (found.media_type, found.height) == ("video/mp4", 180)
    assert seconds(target) > 1.5
    assert not ExternalReference.objects.filter(resource="video_job").exists()
    begun = [call for call in world.calls("scaleflex") if call["path"].endswith("/compress/url")]
    assert len(begun) == 1


def test_a_job_makes_a_webm_of_the_same_size(world, clip):
    version = mirrored(world, world.connect_dam(video_renditions="job"), clip)

    found, _ = fetch_when_ready(version, revision(format="webm", height=180, width=320))

    assert (found.media_type, found.width) == ("video/webm", 320)
    with pytest.raises(SourceRefused, match="own size only"):
        fetch(version, revision(format="webm", height=90))


def test_what_delivery_would_cut_short_is_made_by_a_job(world):
    version = mirrored(world, world.connect_dam(video_bitrate="100K"), film(63, 160, 120, 2))
    cut = revision(height=240)

    _, target = fetch_when_ready(version, cut)

    assert seconds(target) > 61


def test_what_delivery_would_cut_short_is_refused_when_jobs_are_not_wanted(world):
    version = mirrored(world, world.connect_dam(video_renditions="url"), film(63, 160, 120, 2))

    with pytest.raises(SourceRefused, match="at most 60 seconds"):
        fetch(version, revision())


def test_a_video_that_came_out_short_is_refused(world, clip):
    version = mirrored(world, world.connect_dam(video_renditions="url"), clip)
    version.duration = 59.0

    with pytest.raises(SourceRefused, match="of 59 seconds"):
        fetch(version, revision())


def test_a_job_that_does_not_end_is_given_up(world, clip):
    world.verb("PATCH", "/scaleflex/switches", {"bulk_delay_seconds": 300})
    connection = world.connect_dam(video_renditions="job", video_give_up_seconds=60.0)
    version, cut = mirrored(world, connection, clip), revision()
    account, now = config.account(connection), timezone.now()

    with pytest.raises(SourceUnavailable):
        video_renditions.made_by_job(account, version, cut, now=now)
    with pytest.raises(SourceUnavailable):
        video_renditions.made_by_job(account, version, cut, now=now + timedelta(seconds=59))
    with pytest.raises(JobFailed, match="did not come to an end"):
        video_renditions.made_by_job(account, version, cut, now=now + timedelta(seconds=61))

    assert not ExternalReference.objects.filter(resource="video_job").exists()


@pytest.mark.parametrize("verb", ["cancel", "forget"])
def test_a_job_that_was_ended_over_there_is_begun_anew_by_the_next_who_asks(world, clip, verb):
    world.verb("PATCH", "/scaleflex/switches", {"bulk_delay_seconds": 300})
    connection = world.connect_dam(video_renditions="job")
    version, cut = mirrored(world, connection, clip), revision()
    with pytest.raises(SourceUnavailable):
        fetch(version, cut)
    row = ExternalReference.objects.get(resource="video_job")
    if verb == "cancel":
        account = config.account(connection)
        from integrations.scaleflex.calls import ask

        task = row.data["progress"].rsplit("/", 1)[1]
        ask(account, "POST", f"cancel/{task}", base=account.video_jobs_url, operation="cancel")
    else:
        row.data["progress"] += "0"
        row.save()

    with pytest.raises(SourceRefused, match=r"cancelled|forgotten"):
        fetch(version, cut)
    world.verb("PATCH", "/scaleflex/switches", {"bulk_delay_seconds": 0})
    found, _ = fetch_when_ready(version, cut)

    assert found.height == 180


def test_trouble_with_the_key_is_not_the_jobs(world, clip):
    account = config.account(world.connect_dam())
    job = Job(f"{account.video_jobs_url}/status/x", ())
    world.fault("scaleflex", "status", status=403, body={"status": "error", "code": "PERMISSION_DENIED"})

    with pytest.raises(Refused) as caught:
        video_jobs.percent(account, job)

    assert not isinstance(caught.value, JobFailed)


def test_a_stream_is_made_and_found_as_the_best_to_play(world, clip):
    connection = world.connect_dam()
    account, version = config.account(connection), mirrored(world, connection, clip)
    file = client.get_file(account, version.source_uuid)
    assert playback(file) == links(file).cdn

    job = video_jobs.transcode(account, links(file).public, folder="/Films")
    while video_jobs.percent(account, job) < 100:
        pass

    file = client.get_file(account, version.source_uuid)
    assert playback(file) == job.results[0]
    assert video(file).playlists == job.results


def test_a_still_of_a_video_too_large_for_delivery_is_the_dams_own(world, clip):
    version = mirrored(world, world.connect_dam(), clip)
    version.width, version.height = 7680, 4320

    found, _ = fetch(version, revision(format="webp", width=100, height=None))

    assert (found.media_type, found.width) == ("image/webp", 100)


@pytest.mark.parametrize(
    ("bounds", "of", "name"),
    [
        ((None, None), (1920, 1080), "1080p"),
        ((1280, None), (1920, 1080), "720p"),
        ((None, 500), (1920, 1080), "480p"),
        ((1000, 1080), (1920, 1080), "480p"),
        ((None, None), (320, 180), "240p"),
        ((None, 100), (320, 180), None),
        ((None, None), (3840, 2160), "1080p"),
    ],
)
def test_the_largest_named_resolution_within_bounds_is_asked_for(bounds, of, name):
    assert video_jobs.resolution_for(*bounds, of=of) == name
