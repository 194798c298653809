"""What the integrations tell Prometheus: the figures of ``health``, one set per connection."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from integrations import health
from integrations.health import Health
from portal.core import metrics
from portal.renditions import library as renditions
from portal.renditions import store, stored

#: name -> (what it is, how to read it; ``None`` leaves the connection out)
_FIGURES: dict[str, tuple[str, Callable[[Health], float | None]]] = {
    "last_event_age_seconds": ("Age of the newest news.", lambda h: _age(h.last_event_at, h.now)),
    "lag_seconds": ("How far the portal may be behind.", lambda h: h.lag.total_seconds() if h.lag else None),
    "circuit_open": (
        "1 while nothing is sent because the vendor is in trouble.",
        lambda h: h.state == "open",
    ),
    "paused": ("1 while staff stopped it.", lambda h: h.state == "paused"),
    "failures_in_a_row": (
        "Calls in a row that found the vendor in trouble.",
        lambda h: h.connection.failures,
    ),
    "token_seconds_left": ("Until the token is renewed.", lambda h: _ahead(h.token_until, h.now)),
    "compared_age_seconds": ("Age of the last comparison.", lambda h: _age(h.compared_at, h.now)),
    "equal": (
        "1 when nothing differed at the last look.",
        lambda h: h.compared.get("equal") if h.compared else None,
    ),
    "silent_walks": (
        "Walks that should go on and do not.",
        lambda h: sum(walk.is_silent for walk in h.walks),
    ),
}


def _age(at: datetime | None, now: datetime) -> float | None:
    return (now - at).total_seconds() if at is not None else None


def _ahead(at: datetime | None, now: datetime) -> float | None:
    return (at - now).total_seconds() if at is not None else None


@metrics.register
def collect() -> Iterator[Metric]:
    """Read everything once: nine queries, whatever the number of rows."""
    now = timezone.now()
    found = [each for each in health.overview(now=now) if each.connection.is_active]
    for name, (meaning, read) in _FIGURES.items():
        gauge = GaugeMetricFamily(f"portal_connection_{name}", meaning, labels=["connection", "vendor"])
        for each in found:
            if (value := read(each)) is not None:
                gauge.add_metric(_names(each), float(value))
        yield gauge
    yield from _boxes(found)
    yield from _outcomes(found)
    yield _drift(found)
    counts = renditions.unfinished(now=now, limit=health.MOST + 1)
    gauge = GaugeMetricFamily("portal_renditions", f"Not ready, counted to {health.MOST}.", labels=["state"])
    for state in ("wanted", "lost", "failed"):
        gauge.add_metric([state], getattr(counts, state))
    yield gauge
    yield from _store()


def _store() -> Iterator[Metric]:
    """The store of renditions as last counted: one row, whatever it holds."""
    figures = stored.figures()
    counts = GaugeMetricFamily(
        "portal_store_files", "Files in the store when last counted.", labels=["state"]
    )
    sizes = GaugeMetricFamily("portal_store_bytes", "Bytes in the store when last counted.", labels=["state"])
    for state in ("kept", "named", "condemned"):
        counts.add_metric([state], getattr(figures, f"{state}_count"))
        sizes.add_metric([state], getattr(figures, f"{state}_bytes"))
    counts.add_metric(["missing"], figures.missing_count)
    yield counts
    yield sizes
    yield CounterMetricFamily("portal_store_collected_files", "Files removed.", figures.collected_count)
    yield CounterMetricFamily("portal_store_collected_bytes", "Bytes removed.", figures.collected_bytes)
    yield GaugeMetricFamily(
        "portal_store_full", "1 while nothing may go and it is above its bound.", figures.full
    )
    if (free := store.free_bytes()) is not None:
        yield GaugeMetricFamily("portal_store_free_bytes", "Left on the disk of the store.", free)


def _names(each: Health) -> list[str]:
    return [each.connection.key, each.connection.vendor]


def _boxes(found: list[Health]) -> Iterator[Metric]:
    labels = ["connection", "vendor", "box"]
    rows = GaugeMetricFamily(
        "portal_rows", f"Unfinished, counted to {health.MOST}.", labels=[*labels, "state"]
    )
    oldest = GaugeMetricFamily(
        "portal_oldest_waiting_seconds", "Age of the oldest that waits.", labels=labels
    )
    for each in found:
        for name, box in (("inbox", each.inbox), ("outbox", each.outbox)):
            for state, number in (
                ("waiting", box.waiting.number),
                ("parked", box.parked.number),
                ("stuck", box.stuck),
            ):
                rows.add_metric([*_names(each), name, state], number)
            oldest.add_metric([*_names(each), name], _age(box.oldest_at, each.now) or 0.0)
    yield rows
    yield oldest


def _outcomes(found: list[Health]) -> Iterator[Metric]:
    labels = ["connection", "vendor", "outcome"]
    deliveries = GaugeMetricFamily("portal_deliveries_last_hour", "Attempts of the last hour.", labels=labels)
    news = GaugeMetricFamily(
        "portal_news_last_hour", "Inbox events of the last hour by state.", labels=labels
    )
    for each in found:
        for gauge, rate in ((deliveries, each.deliveries), (news, each.news)):
            for outcome, number in rate.outcomes.items():
                gauge.add_metric([*_names(each), outcome], number)
    yield deliveries
    yield news


def _drift(found: list[Health]) -> Metric:
    gauge = GaugeMetricFamily(
        "portal_drift", "Things that differed at the last look.", labels=["connection", "vendor", "kind"]
    )
    for each in found:
        for kind, counts in each.compared.get("kinds", {}).items():
            gauge.add_metric([*_names(each), kind], counts["left"])
    return gauge
