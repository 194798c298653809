"""Redis as the broker, with one repair: a task that ends after its connection was lost does not end its worker."""

from typing import Any

from kombu.transport import redis


class Channel(redis.Channel):
    """
    A channel that says so when its connection is gone.

    A task at work when Redis goes away is acknowledged on its old channel. kombu 5.7 looks there for the address of a
    connection it has already let go of, and the ``AttributeError`` ends the worker, which would wait for a supervisor
    while everything else recovers by itself. As an error of the connection it is noted, and the message comes again.
    """

    def _connparams(self, *args: Any, **kwargs: Any) -> Any:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The connection to Redis was lost before the task ended.")
        return super()._connparams(*args, **kwargs)


class Transport(redis.Transport):
    """kombu's own, with channels that survive their connection."""

    Channel = Channel
