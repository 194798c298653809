"""A partner's system: a client with a token from the real token endpoint."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from portal.api.permissions import SCOPES
from portal.catalog.models import AssetVersion
from portal.partners import services
from portal.partners.models import Partner
from portal.renditions.models import RecipeRevision
from portal.renditions.source import Fetched, get_source
from tests.builders import picture

TOKEN_URL = "/identity/o/api/token"


class System:
    """What a partner's program does: ask for a token once, then call."""

    def __init__(self, partner: Partner, scopes=tuple(SCOPES), **defaults: Any):
        self.partner = partner
        self.client, self.secret = services.create_api_client(
            partner=partner, name="PIM", scopes=scopes, now=timezone.now()
        )
        self.http = Client(**defaults)
        self.token = self.new_token()

    def new_token(self, **fields: str) -> str:
        answer = self.http.post(
            TOKEN_URL,
            {
                "grant_type": "client_credentials",
                "client_id": self.client.client_id,
                "client_secret": self.secret,
                **fields,
            },
        )
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    def call(self, method: str, path: str, query: dict[str, Any] | None = None, **headers: str):
        """
        Call ``/api/v1`` + path, and read the answer into ``body``.

        :param headers: names with underscores, as in ``If_None_Match="..."``
        """
        address = path if path.startswith(("/api/", "http")) else f"/api/v1{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.generic(
            method,
            address,
            headers={"Authorization": f"Bearer {self.token}", **named},
            query_params=query,
        )
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer

    def write(
        self, method: str, path: str, body: Any, *, media_type: str = "application/json", **headers: str
    ):
        """Send a body, JSON-ready or as bytes, and read the answer into ``body``."""
        answer = self.http.generic(
            method,
            path if path.startswith("/api/") else f"/api/v1{path}",
            body if isinstance(body, bytes) else orjson.dumps(body),
            content_type=media_type,
            headers={
                "Authorization": f"Bearer {self.token}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        answer.body = answer.content
        return answer

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str):
        return self.call("GET", path, query, **headers)

    def walk(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return the items of all pages."""
        items: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, query)
            assert answer.status_code == 200, answer.content
            items += answer.json()["items"]
            if not (cursor := answer.json()["next"]):
                return items
            query["cursor"] = cursor


@pytest.fixture
def system(db) -> Callable[..., System]:
    """``system(partner)``: a program of that company with a fresh token."""
    return System


class Drawing:
    """A source of renditions that draws its pictures: fills the same port as the media library's adapter."""

    calls = 0
    trouble: Exception | None = None

    def fetch(self, *, version: AssetVersion, revision: RecipeRevision, target: BinaryIO) -> Fetched:
        type(self).calls += 1
        if self.trouble:
            raise self.trouble
        target.write(picture(width=120, height=90, colour="teal"))
        return Fetched(media_type="image/webp", width=120, height=90)


@pytest.fixture
def drawing(settings) -> Iterator[type[Drawing]]:
    """Renditions that do not exist yet can be made."""
    settings.RENDITION_SOURCE = f"{__name__}.Drawing"
    Drawing.calls, Drawing.trouble = 0, None
    get_source.cache_clear()
    yield Drawing
    get_source.cache_clear()
