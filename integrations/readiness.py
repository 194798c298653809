"""What the integrations tell ``/readyz``: each connection in one word. Vendors never make the portal unready."""

from django.utils import timezone

from integrations import health
from integrations.models import Connection
from portal.core import health as core

_WORDS = {"ok": "ok", "new": "not used yet", "paused": "paused", "open": "held back", "trouble": "in trouble"}


@core.register("connections")
def connections() -> dict[str, str]:
    """Return the state of every connection in use by its key: one query."""
    now = timezone.now()
    rows = Connection.objects.filter(is_active=True)
    return {row.key: _WORDS[health.state_of(row, now=now)] for row in rows}
