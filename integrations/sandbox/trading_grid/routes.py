"""Which handler answers which endpoint of the path map."""

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.workspace import communities, posts, receipts

ROUTES = {
    **communities.ROUTES,
    **posts.ROUTES,
    **receipts.ROUTES,
    ("events", "GET"): events.poll,
}
