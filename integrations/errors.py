"""How talking to the outside can fail, in the few ways that make us act differently."""


class DeliveryError(Exception):
    """Something outside went wrong. The text is one sentence for staff, without secrets or bodies."""


class Retryable(DeliveryError):
    """
    It may take it later: no answer, 429, 5xx.

    ``retry_after``  seconds the other side asked us to wait, ``None`` when it did not say
    ``status``       HTTP status, ``None`` when there was no answer
    ``outage``       the other side as a whole is in trouble, not this one message
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        outage: bool = True,
    ):
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        self.outage = outage


class Throttled(Retryable):
    """Our own rate at this vendor is used up: nothing was sent, so it counts neither as an attempt nor as trouble."""

    def __init__(self, message: str, *, retry_after: float):
        super().__init__(message, retry_after=retry_after, outage=False)


class Refused(DeliveryError):
    """
    It never will until somebody changes something: other 4xx, or a body that says no.

    ``status``  HTTP status; ``body`` at most 64 kB of the answer, for the vendor's own reason, never logged
    """

    def __init__(self, message: str, *, status: int | None = None, body: bytes = b""):
        super().__init__(message)
        self.status = status
        self.body = body


class BadPayload(DeliveryError):
    """
    An answer or a message we do not understand. ``raw`` holds its bytes so that staff can look at them.

    A few more tries are worth it, because a broken answer is often a passing one; then it is parked.
    """

    def __init__(self, message: str, *, raw: bytes = b""):
        super().__init__(message)
        self.raw = raw


class BadOptions(DeliveryError):
    """A connection is set up wrongly; the text names the option and says what to write."""
