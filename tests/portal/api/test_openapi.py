"""The document says what the API does: valid, complete, and held against real answers."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.conf import settings as settings_of_project
from django.core.management import call_command
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, uuids
from jsonschema import Draft202012Validator, FormatChecker

from portal.api import urls
from portal.api.permissions import SCOPES
from portal.api.views import PartnerView
from portal.downloads import jobs, shares
from portal.downloads.choices import Origin, Via
from portal.downloads.models import EmbedLink
from portal.downloads.services import Taker
from portal.downloads.wishes import Wish
from portal.onboarding.choices import StepKind
from portal.partners import channels
from portal.publications import feasibility
from portal.renditions import responsive, rulebooks
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    release,
)
from tests.portal.api.conftest import System
from tests.portal.change_requests.builders import ask
from tests.portal.onboarding.builders import begin, step_of
from tests.portal.packs.builders import issue, make_pack, pick
from tests.portal.renditions.builders import failed_test, failed_verdict

OPERATIONS = {
    f"/api/v1/{re.sub('<str:', '{', str(pattern.pattern)).replace('>', '}')}": pattern.callback.view_class
    for pattern in urls.v1
    if issubclass(pattern.callback.view_class, PartnerView)
}


@pytest.fixture
def document(client) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").json()


def closed(schema: Any, document: dict[str, Any]) -> Any:
    """Return a schema with its references put in and no room for members it does not name."""
    if isinstance(schema, list):
        return [closed(part, document) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        target = document["components"]["schemas"][reference.rpartition("/")[2]]
        return closed({**target, **{k: v for k, v in schema.items() if k != "$ref"}}, document)
    inner = {key: closed(value, document) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if "properties" in schema else inner


def complaints(body: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(closed(schema, document), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def described(document: dict[str, Any], path: str, answer, method: str = "get") -> list[str]:
    """Return what an answer says beside or against its description."""
    responses = document["paths"][path][method]["responses"]
    if (response := responses.get(str(answer.status_code))) is None:
        return [f"status {answer.status_code} is not described"]
    if not (content := response.get("content")):
        return [] if not answer.body else ["a body is not described"]
    media_type = answer["Content-Type"].partition(";")[0]
    if media_type in content and not media_type.endswith("json"):
        return []
    if media_type in content:
        return complaints(answer.json(), content[media_type]["schema"], document)
    return [] if "*/*" in content else [f"{media_type} is not described"]


def test_it_is_valid_openapi_3_1_and_made_without_a_warning(document, tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "openapi.yaml"))

    validate_schema(document)
    assert document["openapi"] == "3.1.1"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_it_is_open_to_everybody_and_kept_by_its_tag(client):
    answer = client.get("/api/v1/openapi.json")

    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": answer["ETag"]})

    assert (answer.status_code, answer["Content-Type"], again.status_code) == (200, "application/json", 304)


def test_every_scope_stands_in_the_table_for_partners():
    text = (settings_of_project.BASE_DIR / "docs" / "partners" / "api.md").read_text()
    table = text.partition("| scope | allows |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z]+:[a-z]+)`", table)) >= set(SCOPES)


def test_every_operation_is_described(document):
    assert set(document["paths"]) == set(OPERATIONS)
    names = []
    for path, view in OPERATIONS.items():
        operation = document["paths"][path]["get" if hasattr(view, "get") else "post"]
        names.append(operation["operationId"])
        assert operation["summary"] and operation["description"], path
        assert operation["security"] == [{"clientCredentials": list(view.required_scopes)}]
        assert set(view.required_scopes) <= set(SCOPES)
        assert {"400", "401", "403", "429", "503"} <= set(operation["responses"])
        if not hasattr(view, "get"):
            continue
        inputs = {p["name"] for p in operation["parameters"] if p["in"] == "query"}
        assert inputs == set(view.query_class().fields)
    assert len(names) == len(set(names))


def test_the_way_to_a_token_is_described(document):
    scheme = document["components"]["securitySchemes"]["clientCredentials"]

    assert scheme["flows"]["clientCredentials"] == {
        "tokenUrl": "http://127.0.0.1:8000/identity/o/api/token",
        "scopes": SCOPES,
    }


def test_every_example_fits_its_schema(document):
    wrong, count = [], 0
    for path, methods in document["paths"].items():
        answers = [item for operation in methods.values() for item in operation["responses"].items()]
        for status, response in answers:
            for media_type, content in response.get("content", {}).items():
                for name, example in content.get("examples", {}).items():
                    count += 1
                    for complaint in complaints(example["value"], content["schema"], document):
                        wrong.append(f"{path} {status} {media_type} {name}: {complaint}")

    assert wrong == []
    assert count > 60


class Shelf:
    """A company with something of every kind."""

    def __init__(self, system):
        partner = make_partner()
        community = make_community(partner, folder="/Pantry")
        self.pim = system(partner)
        asset, *_ = release(
            file_fact(
                "/Pantry/oat.jpg", uuid="u1", gtin=gtin14(4), language="de", markets=["DE"], view="front"
            ),
            file_fact(
                "/Pantry/spot.mp4", medium="video", media_type="video/mp4", kind="video", duration=12.5
            ),
            file_fact(
                "/Pantry/spot.de.vtt",
                medium="document",
                media_type="text/vtt",
                kind="captions",
                language="de",
            ),
            file_fact(
                "/Pantry/guide.pdf",
                medium="document",
                media_type="application/pdf",
                kind="document",
                width=None,
            ),
        )
        rendition = make_rendition(current_version(asset))
        release(file_fact("/Pantry/gone.jpg", uuid="u2"))
        release(file_fact("/Pantry/gone.jpg", uuid="u2", approved=False, modified_at=NOON.replace(hour=13)))
        pack = make_pack(community)
        pick(pack, [asset])
        issue(pack)
        enrolment = begin(partner, *StepKind, pack=pack)
        channel = channels.save_channel(
            partner=partner,
            channel=None,
            name="Shop",
            kind="shop",
            specification=rulebooks.get(partner, "own-shop").specification_id,
            recipes=[rendition.revision.recipe_id],
            now=NOON,
            actor="system",
        )
        rules = rulebooks.get(partner, "own-shop")
        tested = failed_test(channel, rules)
        failed_verdict(rendition, rules)
        report = feasibility.ask(
            partner=partner,
            specification=rulebooks.get(partner, "own-shop"),
            revision=rendition.revision,
            now=NOON,
            actor="system",
        )
        feasibility.work(now=NOON)
        asked = ask(partner, make_user(partner), asset=asset.public_id, width=800)
        for member in responsive.members(current_version(asset)):
            make_rendition(current_version(asset), member.revision.address)
        wishes = [Wish(rendition.version.variant_id, rendition.revision.recipe_id)]
        job = jobs.begin(
            partner=partner, taker=Taker("system", Via.API), wishes=wishes, origin=Origin.API, now=NOON
        )
        assert jobs.prepare(job=job, now=NOON)
        share, _tokens = shares.share(
            by=shares.Sharer(partner, "system"),
            title="Poster",
            emails=["agency@print.example"],
            wishes=wishes,
            expires_at=NOON + timedelta(days=7),
            now=NOON,
        )
        embed = EmbedLink.objects.create(
            partner=partner,
            actor="system",
            version=rendition.version,
            revision=rendition.revision,
            created_at=NOON,
        )
        assert self.pim.get(f"/files/{rendition.sha256}").status_code == 200
        assert self.pim.get(f"/packs/{pack.public_id}/versions/1/archive").status_code == 200
        self.values = {
            "request_id": asked.public_id,
            "archive_id": job.public_id,
            "share_id": share.public_id,
            "recipient_id": share.recipients.get().public_id,
            "embed_id": embed.public_id,
            "step_id": step_of(enrolment, StepKind.TERMS).public_id,
            "pack_id": pack.public_id,
            "number": "1",
            "asset_id": asset.public_id,
            "product_id": asset.product.public_id,
            "sha256": rendition.sha256,
            "recipe": "web-1200",
            "channel_id": channel.public_id,
            "test_id": tested.public_id,
            "specification_id": "own-shop",
            "report_id": report.public_id,
        }


@pytest.fixture(scope="module")
def _shelf(lasting) -> Shelf:
    return Shelf(System)


@pytest.fixture(autouse=True)
def _own_files(lasting, settings):
    """The shelf's files stay where they are from one test to the next."""
    settings.STORAGES = lasting


@pytest.fixture
def shelf(_shelf, db) -> Shelf:
    return _shelf


#: What can be read; the others take a body.
READS = [path for path, view in OPERATIONS.items() if hasattr(view, "get")]


@pytest.mark.parametrize("path", READS)
def test_real_answers_fit_the_document(document, shelf, path):
    address = path.format(**shelf.values)

    for query in (None, {"limit": 1}, {"colour": "red"}):
        answer = shelf.pim.get(address, query)
        assert described(document, path, answer) == [], answer.body
    assert described(document, path, shelf.pim.get(path)) == []


@pytest.mark.parametrize("path", READS)
def test_any_input_the_document_allows_gets_an_answer_it_describes(document, shelf, path):
    """Made-up calls after the document: real ids among them, never a 500."""
    operation = schemathesis.openapi.from_dict(document)[path]["GET"]

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), is_real=booleans())
    def call(case, is_real):
        address = path.format(**(shelf.values if is_real else case.path_parameters or {}))
        answer = shelf.pim.get(address, case.query or None)
        assert answer.status_code < 500
        assert described(document, path, answer) == [], (address, case.query, answer.body)

    call()


WRITES = {
    (path, method): operation
    for path, view in OPERATIONS.items()
    for method, operation in vars(view).items()
    if method in {"post", "put", "patch", "delete"}
}


@pytest.mark.parametrize(("path", "method"), WRITES)
def test_whatever_is_written_gets_an_answer_the_document_describes(document, shelf, path, method):
    """Made-up bodies after the document and beside it: never a 500."""
    operation = schemathesis.openapi.from_dict(document)[path][method.upper()]
    address = path.format(**shelf.values)
    assert document["paths"][path][method]["operationId"]

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), key=uuids(), is_whole=booleans())
    def call(case, key, is_whole):
        # Numbers of any length and halves of characters too: the standard library writes what orjson will not.
        body = (
            json.dumps(case.body, default=str).encode()
            if is_whole and isinstance(case.body, dict)
            else b'{"all": '
        )
        answer = shelf.pim.write(method.upper(), address, body, Idempotency_Key=str(key))
        assert answer.status_code < 500
        assert described(document, path, answer, method) == [], (case.body, answer.body)

    call()
