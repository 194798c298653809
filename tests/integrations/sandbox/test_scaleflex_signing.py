"""Signed and sealed addresses, against the published vectors."""

import base64
from hashlib import sha1

import pytest

from integrations.sandbox.scaleflex.delivery import signing
from tests.integrations.sandbox.scaleflex_client import Dam, opened


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path)


PATH = "/Pantry/M%C3%BCsli+%2B+Co/Front+100.jpg"


# The Ruby client's specs (cloudimage-rb): its salt word is "salt", digests cut to 18 digits.
@pytest.mark.parametrize(
    ("uri", "digest"),
    [("/assets/image.jpg?w=200", "84c81ef20852013046"), ("/assets/image.jpg", "8e71efd440164f3cc8")],
)
def test_signature_as_the_ruby_client_makes_it(uri, digest):
    assert signing.signature("salt", uri)[:18] == digest


@pytest.mark.parametrize(
    ("path", "sealed", "salt", "digest"),
    [
        ("/assets/image.jpg", "Ymx1cj0yMCZoPTMwMCZ3PTMwMA", "salt", "b7b7a8fde707bed4b4"),
        (
            "/sample.li/birds.jpg",
            "Zj1icmlnaHQlM0ExMCUyQ2NvbnRyYXN0JTNBMjAmdz0zMDA",
            "test",
            "67dd8cc44f6ba44ee5",
        ),
    ],
)
def test_seal_as_the_ruby_client_makes_it(path, sealed, salt, digest):
    assert signing.seal(path, sealed, salt)[:18] == digest


def test_a_sealed_query_is_opened():
    assert signing.open_seal("Ymx1cj0yMCZoPTMwMCZ3PTMwMA") == [("blur", "20"), ("h", "300"), ("w", "300")]


def test_unsigned_addresses_fail_once_signing_is_on(dam):
    dam.switch(cdn_security="sign")

    assert dam.cdn(f"{PATH}?w=20").json["code"] == "ADDRESS_NOT_SIGNED"


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("digits", [18, 40])
def test_a_signature_holds_with_and_without_the_leading_slash(dam, slash, digits):
    dam.switch(cdn_security="sign", cdn_salt="pepper")
    uri = slash + PATH.lstrip("/") + "?h=20&w=20"
    given = sha1(f"pepper{uri}".encode()).hexdigest()[:digits]

    assert dam.cdn(f"{PATH}?h=20&w=20&ci_sign={given}").status_code == 200
    assert dam.cdn(f"{PATH}?h=20&w=30&ci_sign={given}").status_code == 403
    assert dam.cdn(f"{PATH}?w=20&h=20&ci_sign={given}").status_code == 403


@pytest.mark.parametrize("given", ["", "abc", "é" * 20, "0" * 41])
def test_a_signature_of_a_strange_length_is_refused(dam, given):
    dam.switch(cdn_security="either")

    assert dam.cdn(f"{PATH}?ci_sign={given}").status_code == 403


@pytest.mark.parametrize("slash", ["", "/"])
def test_sealed_parameters_cannot_be_overridden_and_others_may_be_added(dam, slash):
    dam.switch(cdn_security="seal", cdn_salt="pepper")
    sealed = base64.urlsafe_b64encode(b"w=20").rstrip(b"=").decode()
    given = sha1(f"{slash}{PATH.lstrip('/')}{sealed}pepper".encode()).hexdigest()[:18]
    response = dam.cdn(f"{PATH}?ci_eqs={sealed}&ci_seal={given}&w=90&format=png")
    image = opened(response.data)

    assert (image.width, response.mimetype) == (20, "image/png")
    other = base64.urlsafe_b64encode(b"w=21").rstrip(b"=").decode()
    assert dam.cdn(f"{PATH}?ci_eqs={other}&ci_seal={given}").status_code == 403
