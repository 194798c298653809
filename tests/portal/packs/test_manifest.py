"""The manifest is one text; who holds it can tell whose it is, also after the key was changed."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import IntegrityError

from portal.core import rowscope, sealed
from portal.packs import services, signing
from portal.packs.manifest import canonical
from portal.packs.models import PackVersion, SigningKey
from tests.builders import NOON, make_community, make_partner
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

LATER = NOON + timedelta(hours=1)


def test_canonical_json_has_one_spelling():
    assert canonical({"b": [1, "ü\n"], "a": None}) == '{"a":null,"b":[1,"ü\\n"]}'
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


@pytest.mark.parametrize("value", [1.0, {"a": [{"b": 0.5}]}])
def test_floats_are_refused(value):
    with pytest.raises(TypeError, match="no floats"):
        canonical(value)


@pytest.fixture
def pack(db):
    pack = make_pack(make_community(make_partner(), folder="/P"))
    pick(pack, shelf("/P", ["b.jpg", "a.jpg"]))
    return pack


def published(client) -> dict[str, Ed25519PublicKey]:
    keys = client.get("/.well-known/portal-keys.json").json()["keys"]
    return {
        k["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(k["x"] + "=")) for k in keys
    }


def verify(client, version: PackVersion) -> None:
    published(client)[version.signed_by].verify(bytes(version.signature), version.manifest.encode())


def test_manifest_names_every_file_and_is_signed_with_a_published_key(pack, client):
    version = issue(pack)
    manifest = json.loads(version.manifest)

    assert canonical(manifest) == version.manifest
    assert [file["name"] for file in manifest["files"]] == ["a-web-1200.webp", "b-web-1200.webp"]
    file = version.files.get(name="a-web-1200.webp")
    assert manifest["files"][0] == {
        "name": "a-web-1200.webp",
        "sha256": file.sha256,
        "size": file.size,
        "crc32": f"{file.crc32:08x}",
        "media_type": "image/webp",
        "asset": file.variant.asset.public_id,
        "variant": file.variant.public_id,
        "language": "",
        "version": 1,
        "recipe": "web-1200",
        "recipe_revision": 1,
    }
    verify(client, version)
    with pytest.raises(InvalidSignature):
        published(client)[version.signed_by].verify(
            bytes(version.signature), version.manifest.encode() + b" "
        )


def test_manifest_names_the_one_before(pack):
    first = issue(pack)
    replace("/P", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    second = PackVersion.objects.get(number=2)
    assert json.loads(first.manifest)["previous"] is None
    assert json.loads(second.manifest)["previous"] == {"version": 1, "sha256": first.sha256}


def test_new_key_signs_from_now_on_and_the_old_packs_stay_valid(pack, client):
    first = issue(pack)
    new = signing.rotate(now=LATER)
    replace("/P", "a.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    second = PackVersion.objects.get(number=2)
    assert second.signed_by == new.key_id != first.signed_by
    verify(client, PackVersion.objects.get(number=1))
    verify(client, second)
    keys = client.get("/.well-known/portal-keys.json").json()["keys"]
    assert [(key["kid"], key["retired_at"] is None) for key in keys] == [
        (new.key_id, True),
        (first.signed_by, False),
    ]


def test_only_one_key_signs_at_a_time(pack):
    issue(pack)

    with pytest.raises(IntegrityError):
        signing._make(NOON)


def test_private_keys_lie_encrypted_and_move_to_a_new_secret(pack, client, settings):
    settings.CREDENTIAL_KEYS = [old := Fernet.generate_key().decode()]
    version = issue(pack)
    settings.CREDENTIAL_KEYS = [new := Fernet.generate_key().decode(), old]
    moved = signing.reseal_all()
    settings.CREDENTIAL_KEYS = [new]

    assert moved == 1
    assert len(sealed.unseal(bytes(SigningKey.objects.get().sealed))) == 32
    verify(client, version)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(sealed.CannotOpen, match="earlier key"):
        signing.sign(SigningKey.objects.get(), b"x")


def test_companies_do_not_see_the_keys_even_when_a_selector_forgot(pack):
    issue(pack)

    with rowscope.limited_to(make_partner().pk):
        assert not SigningKey.objects.exists()
    assert SigningKey.objects.exists()
