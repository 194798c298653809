"""
``/metrics`` for Prometheus.

Two kinds of figures. What stands in the database is read when somebody asks (any app registers a collector), so it is
the same whichever process answers. Requests are counted by each process; with several of them set
``PROMETHEUS_MULTIPROC_DIR`` to an empty folder, and whichever answers adds all of them up.
"""

import hmac
import os
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from portal.core import health, rowscope

Collect = Callable[[], Iterable[Metric]]
_collectors: list[Collect] = []
_own = CollectorRegistry()
REQUESTS = Counter(
    "portal_requests", "Requests answered.", ["method", "view", "status"], registry=_own
)  # fmt: skip
SECONDS = Histogram(
    "portal_request_seconds", "Seconds until the answer began.", ["view"], registry=_own,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def register(collect: Collect) -> Collect:
    """Ask this function for figures at every scrape. What it does must not grow with the data."""
    _collectors.append(collect)
    return collect


class RequestMetricsMiddleware:
    """Counts answers by the name of their view, never by address: names are few, addresses are not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        view = found.view_name if found is not None and found.view_name else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(method, view, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures, to whoever has the token; in the demo also to this machine."""
    if not _may_see(request):
        # Whether there is anything here is nobody's business.
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Collected())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        body = generate_latest(registry)
    else:
        body = generate_latest(registry) + generate_latest(_own)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_see(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    return settings.LOCAL and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}


class _Collected:
    """Everything that is read when somebody asks. A part that cannot be read is left out and said to be missing."""

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily(
            "portal_part_up", "Whether a part of the portal answers, as /readyz.", labels=["part"]
        )
        states = health.states()
        for name, state in states.items():
            if isinstance(state, str):
                up.add_metric([name], float(state == health.OK))
        yield up
        if states["database"] != health.OK:
            return
        # Figures of the whole portal, for the brand's own monitoring.
        with rowscope.everything():
            for collect in _collectors:
                yield from collect()
