"""A bare HTTP client for the Trading Grid sandbox, as a stranger with the vendor's documents would write it."""

import base64
import itertools

from werkzeug.test import Client, TestResponse

WORKSPACE = "/TGCommunityWorkspace/v1/companies/GC00000000AA"
ACME = "/acme-grid/collab/v2/tenants/GC00000000AA"
SERVICES = "/TGCommunityServices/v1"
VERBS = "/_sandbox/trading_grid"
DACH = f"{WORKSPACE}/communities/com-retail-dach"
BERGMANN, ALPKORN, DONAUHOF = "GC00000101BR", "GC00000102AK", "GC00000103DH"


class GridClient:
    """Has a token and sends it; ``part`` is there for what no client can do."""

    def __init__(self, part, credentials):
        self.part = part
        self.keys = credentials.trading_grid
        self.http = Client(part)
        self._numbers = itertools.count(1)
        self.sign_in()

    def basic(self, secret: str | None = None) -> str:
        pair = f"{self.keys.consumer_key}:{secret or self.keys.consumer_secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def sign_in(self) -> None:
        answer = self.http.post(
            "/v1/oauth2/tokens?grant_type=client_credentials", headers={"Authorization": self.basic()}
        )
        self.token = answer.json["access_token"]

    def call(self, method: str, path: str, body=None, headers=None, **more) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if method == "POST":
            sent.setdefault("Idempotency-Key", f"key-{next(self._numbers)}")
        if body is not None:
            more["json"] = body
        return self.http.open(path, method=method, headers=sent, **more)

    def get(self, path: str, **more) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, body=None, **more) -> TestResponse:
        return self.call("POST", path, body, **more)

    def put(self, path: str, body=None, **more) -> TestResponse:
        return self.call("PUT", path, body, **more)

    def move(self, path: str, action: str, **more) -> TestResponse:
        return self.call("PATCH", f"{path}/state", {"action": action, **more})

    def verb(self, method: str, path: str, body=None) -> dict:
        answer = self.http.open(f"{VERBS}{path}", method=method, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def events(self) -> list[dict]:
        return self.get(f"{WORKSPACE}/events").json["response"]

    def event_types(self) -> list[str]:
        return [event["type"] for event in self.events()]


def asset(**changes) -> dict:
    """A valid asset reference."""
    return {
        "assetId": "ast-1001",
        "assetVersion": 1,
        "action": "ADD",
        "gtin": "09521234500049",
        "targetMarkets": ["DE", "AT"],
        "referencedFileTypeCode": "PRODUCT_IMAGE",
        "uniformResourceIdentifier": "https://media.example/p/1001.jpg?vh=ab12",
        "fileName": "09521234500049_A1C1.jpg",
        "fileFormatName": "JPEG",
        "fileLanguageCode": "de",
        **changes,
    }


def post(reference: str = "publication-1", **changes) -> dict:
    """A valid post that is published at once."""
    return {
        "externalReference": reference,
        "kind": "MEDIA",
        "status": "PUBLISHED",
        "title": {"de": "Neue Vorderansicht", "en": "New front view"},
        "assets": [asset()],
        "requiresReceipt": True,
        **changes,
    }


def issue(reference: str = "request-1", **changes) -> dict:
    """A valid issue."""
    return {
        "externalReference": reference,
        "reason": "OUTDATED_MEDIA",
        "subject": "The label is old",
        "partnerCompanyId": BERGMANN,
        **changes,
    }


def names(answer: TestResponse) -> list[str]:
    """The fields a 400 complains about."""
    assert answer.status_code == 400, answer.text
    return [field["name"] for field in answer.json["fields"]]
