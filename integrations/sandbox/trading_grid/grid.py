"""The simulated grid as its handlers see it: what it remembers, its time, whose it is."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sandbox.clock import Clock
from integrations.sandbox.credentials import Credentials, TradingGridKeys
from integrations.sandbox.trading_grid import seeding
from integrations.sandbox.trading_grid.store import Store, timestamp


@dataclass(frozen=True)
class Grid:
    """One hub company with its partners and communities."""

    store: Store
    clock: Clock
    keys: TradingGridKeys

    @classmethod
    def open(cls, folder: Path, credentials: Credentials) -> "Grid":
        """Open the grid of a folder, seeded when it is new."""
        grid = cls(Store(folder), Clock(folder), credentials.trading_grid)
        if grid.store.setting("seeded") is None:
            grid.reset()
        return grid

    @property
    def company_id(self) -> str:
        return self.keys.company_id

    def now(self) -> datetime:
        return self.clock.now()

    def reset(self) -> None:
        """Back to the seed."""
        with self.store.write():
            self.store.clear()
            seeding.fill(self.store, self.keys, now=self.now())
            self.store.set_setting("seeded", True)

    def state_info(self, now: datetime, user: dict[str, str] | None = None) -> dict[str, str]:
        """Who moved something to another state: the portal's service user unless told otherwise."""
        user = user or {"id": self.keys.user_id, "name": "Portal Service"}
        return {"userId": user["id"], "userName": user["name"], "timestamp": timestamp(now)}

    def partner(self, partner_company_id: str) -> dict[str, Any]:
        """
        One company of the directory.

        :raises ApiError: 404
        """
        return self.store.get("partner", partner_company_id, what="partner").body

    def member(self, community_id: str, partner_company_id: str) -> dict[str, Any] | None:
        found = self.store.find("member", f"{community_id}/{partner_company_id}")
        return found.body if found else None
