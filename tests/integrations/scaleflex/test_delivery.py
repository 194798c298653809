"""Addresses of delivery, against the published vectors, and real bytes through each kind of protection."""

import io
from hashlib import sha1

import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.errors import BadOptions
from integrations.scaleflex import config, delivery, polling, renditions
from portal.catalog.models import AssetVersion
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.source import SourceRefused

# The Ruby client's specs and the vendor's page: digests cut to 18 digits unless they are whole.
SIGNED = [
    ("/assets/image.jpg", {"w": 200}, "84c81ef20852013046"),
    ("/assets/image.jpg", {}, "8e71efd440164f3cc8"),
]
SEALED = [
    ("/assets/image.jpg", {"blur": 20, "h": 300, "w": 300}, "salt", "Ymx1cj0yMCZoPTMwMCZ3PTMwMA", "b7b7a8fde707bed4b4"),
    (
        "/sample.li/birds.jpg",
        {"f": "bright:10,contrast:20", "w": 300},
        "test",
        "Zj1icmlnaHQlM0ExMCUyQ2NvbnRyYXN0JTNBMjAmdz0zMDA",
        "67dd8cc44f6ba44ee5",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "digest"), SIGNED)
def test_signature_is_the_ruby_clients(path, query, digest):
    found = delivery.signed(path, query, salt="salt", digits=18, slash=True)

    assert found == f"{path}?{'w=200&' if query else ''}ci_sign={digest}"


@pytest.mark.parametrize(("path", "query", "salt", "content", "digest"), SEALED)
def test_seal_is_the_ruby_clients(path, query, salt, content, digest):
    found = delivery.sealed(path, query, salt=salt, digits=18, slash=True)

    assert found == f"{path}?ci_eqs={content}&ci_seal={digest}"


def test_seal_is_the_documentations():
    content = (
        "d2F0PTEmd2F0X3VybD1odHRwOi8vc2FtcGxlLmxpL2xvdWlzLXZ1aXR0b24tbG9nby13aGl0ZS5wbmcm"
        "d2F0X3NjYWxlPTQ1JndhdF9ncmF2aXR5PXNvdXRod2VzdCZ3YXRfcGFkPTE1"
    )
    # The page prints "salt" for the salt; the digest it prints is that of "test".
    assert delivery.seal("sample.li/birds.jpg", content, "test") == "a355cce069fbfb18a4c39113067bf626ead2ebab"


def test_without_the_slash_the_path_counts_from_its_first_letter():
    path = "/sample.li/birds.jpg"
    found = delivery.sealed(path, {"w": 300}, salt="test", digits=40, slash=False)

    content = found.partition("ci_eqs=")[2].partition("&")[0]
    assert found.endswith(sha1(f"sample.li/birds.jpg{content}test".encode()).hexdigest())
    assert delivery.signed(path, {}, salt="s", digits=40, slash=False).endswith(
        sha1(b"ssample.li/birds.jpg").hexdigest()
    )


def test_parameters_are_written_in_one_order():
    first = delivery.signed("/a", {"w": 1, "h": 2}, salt="s", digits=6, slash=True)

    assert first == delivery.signed("/a", {"h": 2, "w": 1}, salt="s", digits=6, slash=True)
    assert first.startswith("/a?h=2&w=1&ci_sign=")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("link", "version", "path"),
    [
        ("uuid", "", "/11111111-aaaa/a%20%2B%20b.jpg"),
        ("path", "", "/x+y/a+%2B+b.jpg"),
        ("path", "/v7", "/v7/x+y/a+%2B+b.jpg"),
    ],
)
def test_links_by_uuid_and_by_path_are_spelt_as_the_vendor_does(world, link, version, path):
    account = config.account(world.connect_dam(delivery_link=link, delivery_version=version))

    url = delivery.address(
        account, uuid="11111111-aaaa", path="/x y/a + b.jpg", sha1="abcdef0123", query={"w": 5}
    )

    assert url == f"{account.options.cdn_url}{path}?vh=abcdef&w=5"


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["sign", "seal"])
def test_protection_without_a_salt_is_no_connection(world, word):
    with pytest.raises(BadOptions, match="salt"):
        config.account(world.connect_dam(delivery_security=word))


@pytest.mark.django_db
def test_secrets_do_not_show(world):
    account = config.account(world.connect_dam(secrets={"delivery_salt": "pepper"}, delivery_security="sign"))

    assert "pepper" not in repr(account) and account.key not in repr(account)


# -- Real bytes ---------------------------------------------------------------------------------------------
NAME = "/Süß & scharf/a + b (1).jpg"


def revision(**facts):
    facts = {"format": "jpeg", "width": 60, "fit": "bound", **facts}
    recipe = Recipe.objects.create(key=f"r{Recipe.objects.count()}")
    return RecipeRevision.objects.create(recipe=recipe, number=1, created_at="2026-09-01T00:00Z", **facts)


def mirrored(world, connection, path=NAME):
    uuid = world.add_file(path, approval="APPROVED")["uuid"]
    polling.start_full_walk(connection)
    while polling.poll(connection, seconds=20) or inbox.process_next(
        routing.inbound_handler, now=timezone.now()
    ):
        pass
    return AssetVersion.objects.get(source_uuid=uuid)


def fetch(version, cut):
    target = io.BytesIO()
    return renditions.ScaleflexSource().fetch(version=version, revision=cut, target=target), target


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["uuid", "path"])
@pytest.mark.parametrize("slash", [True, False])
@pytest.mark.parametrize("security", ["sign", "seal"])
def test_renditions_come_through_a_protected_delivery(world, security, slash, link):
    world.verb("PATCH", "/scaleflex/switches", {"cdn_security": security, "cdn_salt": "pepper"})
    options = {"delivery_leading_slash": slash, "delivery_link": link}
    connection = world.connect_dam(secrets={"delivery_salt": "pepper"}, delivery_security=security, **options)
    version = mirrored(world, connection)

    found, _ = fetch(version, revision())
    original, target = fetch(version, revision(format="original", width=None))

    assert (found.media_type, found.width) == ("image/jpeg", 60)
    assert sha1(target.getvalue()).hexdigest() == version.sha1
    assert original.media_type == version.media_type


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "secrets"),
    [({}, {}), ({"delivery_security": "sign"}, {"delivery_salt": "wrong"}),
     ({"delivery_security": "sign", "delivery_digest_digits": 6}, {"delivery_salt": "pepper"})],
    ids=["unsigned", "wrong salt", "too few digits"],
)  # fmt: skip
def test_a_protected_delivery_refuses_anything_else(world, options, secrets):
    world.verb("PATCH", "/scaleflex/switches", {"cdn_security": "sign", "cdn_salt": "pepper"})
    version = mirrored(world, world.connect_dam(secrets=secrets, **options))

    with pytest.raises(SourceRefused, match="403"):
        fetch(version, revision())


@pytest.mark.django_db
def test_a_link_by_path_never_delivers_the_wrong_version(world):
    connection = world.connect_dam(delivery_link="path")
    version = mirrored(world, connection)
    world.file("replace", version.source_uuid)

    with pytest.raises(SourceRefused, match="another version"):
        fetch(version, revision())


@pytest.mark.django_db
def test_a_link_by_uuid_keeps_delivering_the_old_version(world):
    version = mirrored(world, world.connect_dam())
    world.file("replace", version.source_uuid)

    _, target = fetch(version, revision(format="original", width=None))

    assert sha1(target.getvalue()).hexdigest() == version.sha1


@pytest.mark.django_db
def test_larger_than_delivery_makes_is_refused_by_us(world):
    version = mirrored(world, world.connect_dam(delivery_most_pixels=50))

    with pytest.raises(SourceRefused, match="at most 50 pixels"):
        fetch(version, revision())


@pytest.mark.django_db
def test_quality_of_the_connection_counts_where_the_recipe_has_none(world):
    connection = world.connect_dam(delivery_quality=5)
    version = mirrored(world, connection)

    _, low = fetch(version, revision(width=300))
    _, high = fetch(version, revision(width=300, quality=95))

    assert len(low.getvalue()) < len(high.getvalue())
