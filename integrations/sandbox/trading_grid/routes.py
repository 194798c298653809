"""Which handler answers which endpoint of the path map."""

from integrations.sandbox.trading_grid import community_management, events, lens
from integrations.sandbox.trading_grid.workspace import (
    change_notices,
    communities,
    feedback,
    issue_threads,
    issues,
    launch_tasks,
    onboarding,
    posts,
    receipts,
    subscriptions,
)

ROUTES = {
    **community_management.ROUTES,
    **lens.ROUTES,
    **communities.ROUTES,
    **posts.ROUTES,
    **receipts.ROUTES,
    **issues.ROUTES,
    **issue_threads.ROUTES,
    **onboarding.ROUTES,
    **change_notices.ROUTES,
    **launch_tasks.ROUTES,
    **feedback.ROUTES,
    **subscriptions.ROUTES,
    ("events", "GET"): events.poll,
}
