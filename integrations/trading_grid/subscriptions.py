"""Having events pushed to us: one subscription per connection, signed with the secret of the day."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from integrations.models import ExternalReference
from integrations.trading_grid import client
from integrations.trading_grid.calls import Conflict, Missing
from integrations.trading_grid.config import Account
from integrations.trading_grid.reading import identity

RESOURCE = "subscription"
#: A subscription has no row in the portal; its reference stands for the connection itself.
LOCAL = "integrations.connection"


def keep(company: Account, *, url: str, now: datetime) -> bool:
    """
    Have events pushed to an address and signed with the newest of our secrets, unless they are already.

    What the grid was told is remembered by its digest, which gives the secret away to nobody. The new secret is told
    before the old subscription is ended, so that nothing is lost: an event that comes by both is stored once. A tenant
    that allows one subscription per address has it ended first; what happens in between is polled. Done halfway, it is
    done again under the same key.

    :param url: our webhook's address
    :returns: whether the grid was told something
    :raises DeliveryError: it could not be
    """
    row = ExternalReference.objects.filter(
        connection=company.connection, resource=RESOURCE, local_type=LOCAL, local_id=company.connection.pk
    ).first()
    told = row.data if row else {}
    digest = hashlib.sha256(f"{url} {company.webhook_secret}".encode()).hexdigest()[:32]
    found = [
        (identity(each.get("subscriptionId")), each.get("url")) for each in client.subscriptions(company)
    ]
    if told.get("digest") == digest and any(address == url for _, address in found):
        return False
    # The one we made may be of an address that is ours no more.
    former = [
        each for each, address in found if each and (address == url or (row and each == row.external_id))
    ]
    # Each renewal has a key of its own: a secret that comes back must not be answered with what was said then.
    number = told.get("number", 0) + 1
    key = f"subscription:{number}:{digest}{company.connection.era}"
    try:
        made = client.subscribe(company, url=url, secret=company.webhook_secret, key=key)
    except Conflict:
        _end(company, former)
        made = client.subscribe(company, url=url, secret=company.webhook_secret, key=f"{key}:alone")
    _end(company, [each for each in former if each != made])
    ExternalReference.objects.update_or_create(
        connection=company.connection,
        resource=RESOURCE,
        local_type=LOCAL,
        local_id=company.connection.pk,
        defaults={
            "external_id": made,
            "data": {"digest": digest, "number": number, "url": url, "told_at": now.isoformat()},
        },
    )
    return True


def _end(company: Account, subscriptions: Iterable[str]) -> None:
    if not company.options.paths.get("subscription"):
        # It cannot be ended by us: the grid gives it up when its calls are refused.
        return
    for each in subscriptions:
        with suppress(Missing):
            client.unsubscribe(company, each)
