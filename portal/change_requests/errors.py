"""What can be wrong with a request, as every interface understands it."""

from portal.change_requests.models import ChangeRequest
from portal.core.errors import DomainError


class AlreadyAsked(DomainError):
    """The company asks for exactly this already; the open request is named and handed along as ``known``."""

    code = "already_asked"

    def __init__(self, message: str, known: ChangeRequest):
        super().__init__(message, request=known.public_id, number=known.name)
        self.known = known


class NotInThisState(DomainError):
    """What was to be done does not fit how far the request is."""

    code = "request_not_in_state"

    def __init__(self, message: str, request: ChangeRequest):
        super().__init__(message, state=request.state)
