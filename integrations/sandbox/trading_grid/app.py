"""The Trading Grid part of the sandbox: one WSGI callable for its API, its verbs and its console."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.credentials import Credentials
from integrations.sandbox.faults import Faults
from integrations.sandbox.trading_grid import console, hub_verbs, partner_verbs, switch_verbs, verbs
from integrations.sandbox.trading_grid.api import OTHER_SERVICES, Api
from integrations.sandbox.trading_grid.background import Background
from integrations.sandbox.trading_grid.grid import Grid

API_PREFIXES = (
    "/v1/oauth2/",
    "/tenants/",
    "/TGCommunityServices/",
    "/TGCommunityWorkspace/",
    "/visibility_transaction_search",
    "/acme-grid/",
    *OTHER_SERVICES,
)
CONSOLE_PREFIXES = (console.HOME, "/console/trading-grid")


# Importing them declares their verbs.
VERB_MODULES = (hub_verbs, partner_verbs, switch_verbs)


class TradingGridPart:
    """
    One simulated grid.

    :param folder: where its state lives; it survives restarts
    :param base_url: how clients are told to reach the sandbox; links name the host a client really used
    """

    def __init__(self, folder: Path, base_url: str, credentials: Credentials):
        self.grid = Grid.open(Path(folder), credentials)
        self.api = Api(self.grid)
        self.background = Background(self.grid, Faults(Path(folder)))
        self.background.resume()

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        # Closing it closes the uploads it holds; answers never read from it later.
        with Request(environ) as request:
            response = self._answer(request)
        if request.method not in ("GET", "HEAD"):
            self.background.wake()
        return response(environ, start_response)

    def handles(self, path: str) -> bool:
        """Whether an address is one of this part's."""
        own = (verbs.PREFIX, *CONSOLE_PREFIXES)
        return path.startswith(API_PREFIXES) or path.startswith(tuple(f"{p}/" for p in own)) or path in own

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(verbs.PREFIX):
            return verbs.answer(self.grid, request)
        if request.path.startswith(CONSOLE_PREFIXES):
            return console.show(self.grid, request)
        return self.api.answer(request)

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
        """Every verb as ``{"method", "path", "body", "meaning"}``."""
        return verbs.index()

    def stop(self) -> None:
        """End the background thread."""
        self.background.stop()
