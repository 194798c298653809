"""What recipes ask of delivery and what we do afterwards, over HTTP with the simulated DAM."""

import hashlib
import io
import json
from urllib.request import Request, urlopen

import av
import pytest
from django.utils import timezone
from PIL import Image

from portal.catalog.models import AssetVersion
from portal.renditions import metadata, services, store
from portal.renditions.models import Recipe
from portal.renditions.selectors import revision_for
from tests.builders import current_version, release_one
from tests.integrations.sandbox.test_scaleflex_video import film

pytestmark = pytest.mark.django_db


def released(world, path: str, **fields) -> AssetVersion:
    """A file of the DAM, known to the portal."""
    world.connect_dam()
    file = world.add_file(path)
    fields = {"uuid": file["uuid"], "sha1": file["sha1"], "size": file["size"], **fields}
    return current_version(release_one(path, **fields))


def released_film(world, content: bytes) -> AssetVersion:
    keys = world.connect_dam() and world.keys["scaleflex"]
    request = Request(
        f"{world.url}/{keys['token']}/v5/files?folder=/A&name=Film.mp4",
        data=content,
        method="PUT",
        headers={"X-Filerobot-Key": keys["key"], "Content-Type": "application/octet-stream"},
    )
    with urlopen(request, timeout=60) as answer:
        file = json.load(answer)["file"]
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    fields = {"uuid": file["uuid"], "sha1": digest, "size": len(content), "media_type": "video/mp4"}
    return current_version(release_one("/A/Film.mp4", medium="video", width=320, height=180, **fields))


def made(version: AssetVersion, recipe: str) -> bytes:
    revision = revision_for(version, recipe)
    rendition = services.ensure(version=version, revision=revision, now=timezone.now())
    with store.open_bytes(rendition.sha256) as file:
        return file.read()


def revise(recipe: str, **facts) -> None:
    recipe = Recipe.objects.get(key=recipe)
    last = {
        name: getattr(recipe.revisions.order_by("-number").first(), name) for name in services.REVISION_FIELDS
    }
    services.revise(recipe=recipe, facts={**last, **facts}, now=timezone.now(), actor="test")


def test_picture_comes_once_without_loss_and_is_made_as_light_as_the_recipe_says(world):
    version = released(world, "/A/Muesli.jpg")
    revise("marketplace", width=400, height=400, max_bytes=9_000, colour_space="srgb")

    content = made(version, "marketplace")

    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size, len(content) <= 9_000) == ("JPEG", (400, 400), True)
    assert image.info["xmp"] == metadata.xmp(services.rights_of(version))
    assert made(version, "marketplace") == content


@pytest.mark.slow
def test_film_comes_square_as_a_beginning_and_as_a_poster(world):
    version = released_film(world, film(2))
    revise("video-square", width=120, height=120)
    revise("video-15s", width=160, height=120, seconds=1)
    revise("video-poster", width=160, height=120)

    with av.open(io.BytesIO(made(version, "video-square"))) as square:
        size = (square.streams.video[0].width, square.streams.video[0].height)
    with av.open(io.BytesIO(made(version, "video-15s"))) as beginning:
        last = max(float(frame.time) for frame in beginning.decode(video=0))
    poster = Image.open(io.BytesIO(made(version, "video-poster")))

    assert size == (120, 120)
    assert last <= 1.3
    assert (poster.format, poster.width) == ("JPEG", 160)
    assert poster.info["xmp"] == metadata.xmp(services.rights_of(version))
