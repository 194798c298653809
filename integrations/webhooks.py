"""Where vendors call us: authenticate, store, commit, answer 202, work later. A stranger's call leaves no row."""

import logging

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import connections, tasks
from integrations.errors import BadOptions, BadPayload
from integrations.models import Connection
from integrations.scaleflex import inbound as scaleflex_inbound
from integrations.scaleflex import webhook_auth
from integrations.trading_grid import inbound as grid_inbound
from integrations.trading_grid import signature

logger = logging.getLogger(__name__)

MAX_BYTES = 1_000_000


class _Refusal(Exception):
    """The call is not taken: ``status`` and a sentence for the caller."""

    def __init__(self, status: int, detail: str):
        super().__init__(detail)
        self.status = status


@csrf_exempt
@require_POST
def scaleflex(request: HttpRequest, key: str) -> HttpResponse:
    """Take a hint from the DAM that files may have changed."""

    def take(connection: Connection, body: bytes) -> None:
        if not webhook_auth.is_authentic(connection, request.headers):
            raise _unknown_caller()
        uuids = webhook_auth.uuids_in(body)
        # What it says about one file is kept for staff; of several, only their names.
        scaleflex_inbound.hint(connection, uuids, now=timezone.now(), raw=body if len(uuids) == 1 else None)

    return _receive(request, key, Connection.Vendor.SCALEFLEX, take)


@csrf_exempt
@require_POST
def trading_grid(request: HttpRequest, key: str) -> HttpResponse:
    """Take an event from the grid."""

    def take(connection: Connection, body: bytes) -> None:
        now = timezone.now()
        if not signature.is_authentic(connection, request.headers, body, now=now):
            raise _unknown_caller()
        grid_inbound.store_events(connection, [grid_inbound.event_of(body)], now=now)

    return _receive(request, key, Connection.Vendor.TRADING_GRID, take)


def _receive(request: HttpRequest, key: str, vendor: str, take) -> HttpResponse:
    try:
        body = _body(request)
        connection = connections.get(key)
        if connection is None or connection.vendor != vendor:
            raise _unknown_caller()
        with transaction.atomic():
            take(connection, body)
            transaction.on_commit(lambda: tasks.wake("process"), robust=True)
    except _Refusal as refusal:
        response = JsonResponse({"detail": str(refusal)}, status=refusal.status)
        if refusal.status == 401:
            response["WWW-Authenticate"] = 'Basic realm="webhook", charset="UTF-8"'
        return response
    except BadPayload as error:
        return JsonResponse({"detail": str(error)}, status=400)
    except BadOptions as error:
        logger.error("webhook of connection %s: %s", key, error)
        return _later("This connection is not set up properly.")
    except DatabaseError as error:
        logger.error("webhook of connection %s could not be stored: %s", key, type(error).__name__)
        return _later("We cannot store this right now.")
    return HttpResponse(status=202)


def _unknown_caller() -> _Refusal:
    # The same for an unknown connection and a wrong secret: an answer must not tell which connections exist.
    return _Refusal(401, "We do not know the caller.")


def _later(detail: str) -> HttpResponse:
    response = JsonResponse({"detail": detail}, status=503)
    response["Retry-After"] = "10"
    return response


def _body(request: HttpRequest) -> bytes:
    announced = request.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        raise _Refusal(413, f"A call may have {MAX_BYTES:,} bytes at most.")
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise _Refusal(413, f"A call may have {MAX_BYTES:,} bytes at most.")
    return body
