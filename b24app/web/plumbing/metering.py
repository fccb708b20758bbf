"""Count answers, and write the figures down for Prometheus."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from flask import Flask, Response, g, request
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from b24app import meters
from b24app.errors import DatabaseAwayError
from b24app.services.actions import DeedName, OutcomeKind
from b24app.services.deps import Deps
from b24app.services.lifecycle import health
from b24app.web.plumbing.wiring import deps

log = logging.getLogger(__name__)

SHELL, CONTENT = "placement.open_tab", "payments.show"
BUSY = 503


class WaitingWork(Collector):
    """How late the work is that the database holds: the same figure, whichever process answers."""

    def __init__(self, present: Deps) -> None:
        self._deps = present

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield the figures; none where the database is away, which `up` and `/readyz` tell."""
        try:
            late = health.oldest_due(self._deps)
        except DatabaseAwayError as error:
            log.warning("%s", error)
            return
        yield GaugeMetricFamily(
            "deal_payments_queue_age_seconds",
            "How long the oldest event, probe or other job has been due.",
            value=max(late, timedelta()).total_seconds(),
        )


def exposition() -> bytes:
    """Return all figures in Prometheus's text format: those of every process of this server."""
    shared = CollectorRegistry()
    shared.register(WaitingWork(deps()))
    if values.ValueClass._multiprocess:  # noqa: SLF001 - nothing else tells how they are kept.
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)
    return generate_latest(REGISTRY) + generate_latest(shared)


def _begin() -> None:
    g.begun = deps().monotonic()


def _count(response: Response) -> Response:
    if "begun" not in g or request.endpoint is None:
        # Nobody's route: addresses that strangers invent are no series of ours.
        return response
    status = response.status_code
    seconds = deps().monotonic() - g.begun
    meters.ANSWERS.labels(request.endpoint.partition(".")[0], f"{status // 100}xx").observe(seconds)
    if request.endpoint == SHELL:
        meters.OPENINGS.labels("shell", _outcome(status)).inc()
    elif request.endpoint == CONTENT and not request.args.keys() & {"refresh", "more"}:
        meters.OPENINGS.labels("content", _outcome(status)).inc()
    return response


def _outcome(status: int) -> str:
    if status < 400:
        return "shown"
    if status < 500:
        return "refused"
    return "busy" if status == BUSY else "failed"


def init_app(app: Flask) -> None:
    """Count every answer."""
    # An alert counts these one by one, and Prometheus counts from the second value of a series on:
    # where the first were a 1, that write would be missing.
    for deed in DeedName:
        meters.WRITES.labels(deed, OutcomeKind.UNKNOWN)
    app.before_request(_begin)
    app.after_request(_count)
