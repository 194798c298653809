"""The Trading Grid part of the sandbox: one WSGI callable for its API, its verbs and its console."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request

from integrations.sandbox.credentials import Credentials
from integrations.sandbox.faults import Faults
from integrations.sandbox.trading_grid.api import Api
from integrations.sandbox.trading_grid.background import Background
from integrations.sandbox.trading_grid.grid import Grid

API_PREFIXES = (
    "/v1/oauth2/",
    "/tenants/",
    "/TGCommunityServices/",
    "/TGCommunityWorkspace/",
    "/visibility_transaction_search",
    "/acme-grid/",
)
VERBS_PREFIX = "/_sandbox/trading_grid"
CONSOLE_PREFIX = "/console/trading_grid"


class TradingGridPart:
    """
    One simulated grid.

    :param folder: where its state lives; it survives restarts
    :param base_url: how clients reach the sandbox, without a trailing slash
    """

    def __init__(self, folder: Path, base_url: str, credentials: Credentials):
        self.grid = Grid.open(Path(folder), credentials)
        self.base_url = base_url
        self.api = Api(self.grid)
        self.background = Background(self.grid, Faults(Path(folder)))
        self.background.resume()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        request = Request(environ)
        response = self.api.answer(request)
        if request.method not in ("GET", "HEAD"):
            self.background.wake()
        return response(environ, start_response)

    def handles(self, path: str) -> bool:
        """Whether an address is one of this part's."""
        own = (VERBS_PREFIX, CONSOLE_PREFIX)
        return path.startswith(API_PREFIXES) or path.startswith(tuple(f"{p}/" for p in own)) or path in own

    def reset(self) -> None:
        self.grid.reset()

    def summary(self) -> dict[str, Any]:
        """Counts for the sandbox's first page."""
        store = self.grid.store
        return {
            "Partners": store.count("partner"),
            "Communities": store.count("community"),
            "Posts": store.count("post"),
            "Issues": store.count("issue"),
        }

    def index(self) -> list[dict[str, Any]]:
        return []
