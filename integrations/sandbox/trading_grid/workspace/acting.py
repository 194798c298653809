"""
For whom a call acts.

The client is always the hub. What only a partner may do (confirm an issue, give information) the
hub may pass on in the partner's name, when the partner did it outside the community:
``"onBehalfOf": {"partnerCompanyId": "...", "userId": "...", "name": "..."}``.
"""

from typing import Any

from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.workspace.checks import Checker


def on_behalf_of(check: Checker, grid: Grid) -> dict[str, Any] | None:
    """Return ``{"partnerCompanyId", "id", "name"}`` of the partner a body speaks for, or ``None``."""
    partner = check.object("onBehalfOf")
    if not partner.data:
        return None
    company_id = partner.text("partnerCompanyId", required=True)
    user_id, name = partner.text("userId"), partner.text("name")
    found = grid.store.find("partner", company_id) if company_id else None
    if found is None:
        partner.fail("partnerCompanyId", "is not a partner of this company")
        return None
    return {"partnerCompanyId": company_id, "id": user_id or company_id, "name": name or found.body["name"]}


def partner_company(check: Checker, grid: Grid, name: str = "partnerCompanyId") -> str | None:
    """Return the partner company a body must name."""
    company_id = check.text(name, required=True)
    if company_id is not None and grid.store.find("partner", company_id) is None:
        check.fail(name, "is not a partner of this company")
        return None
    return company_id


def user_of(check: Checker, name: str) -> dict[str, Any] | None:
    """Return a nested ``{"id", "name"}``, or ``None``."""
    user = check.object(name)
    return {"id": user.text("id"), "name": user.text("name")} if user.data else None
