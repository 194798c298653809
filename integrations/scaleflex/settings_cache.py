"""A project's metadata model, read rarely: it changes with the project's set-up, not with its files."""

import threading
from datetime import datetime, timedelta

from integrations.errors import Refused
from integrations.scaleflex import client
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import MetadataModel

KEPT_FOR = timedelta(minutes=10)

_lock = threading.Lock()
_models: dict[tuple[int, str, str], tuple[datetime, MetadataModel]] = {}


def metadata_model(account: Account, *, now: datetime) -> MetadataModel:
    """
    Return the project's metadata model, at most ten minutes old.

    A key that may not read the settings gets an empty one: then the configured keys are all we know.

    :raises Retryable, BadPayload: it cannot be read now; without it the end of rights might be overlooked
    """
    place = (account.connection.pk, account.options.api_url, account.options.token)
    with _lock:
        found = _models.get(place)
    if found is not None and timedelta() <= now - found[0] < KEPT_FOR:
        return found[1]
    try:
        model = client.get_metadata_model(account)
    except Refused:
        model = MetadataModel(values={}, variants={})
    with _lock:
        _models[place] = (now, model)
    return model


def forget() -> None:
    """Read every model anew at its next use."""
    with _lock:
        _models.clear()
