"""The Scaleflex part: addresses to functions, failures to error bodies."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from integrations.sandbox.credentials import Credentials


class ScaleflexPart:
    """One Scaleflex project."""

    def __init__(self, folder: Path, base_url: str, credentials: Credentials, seed: Path | None = None):
        self.credentials = credentials

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        return Response(status=501)(environ, start_response)

    def handles(self, path: str) -> bool:
        token = self.credentials.scaleflex.token
        return path.startswith(
            (f"/{token}/", "/cdn/", "/store/", "/_sandbox/scaleflex/", "/console/scaleflex")
        )

    def reset(self) -> None:
        pass

    def summary(self) -> dict[str, Any]:
        return {}

    def index(self) -> list[dict[str, Any]]:
        return []
