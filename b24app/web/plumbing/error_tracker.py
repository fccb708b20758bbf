"""Report bugs of ours to an error tracker that speaks Sentry's protocol. Off unless a DSN is set.

What is sent is built from a list of what may be: kinds of exceptions and places in the code, with
the request's id by which the logs tell the rest. No text of an exception, no variable, no address,
no header and nothing of a person or a portal: what a stranger to our logs may read.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request

from b24app.config import ConfigError
from b24app.web.plumbing import security

if TYPE_CHECKING:
    from sentry_sdk import Client

LOGGER = "b24app"
KEPT = frozenset({"event_id", "timestamp", "platform", "level", "release", "logger"})
KEPT_OF_A_PLACE = frozenset({"module", "function", "filename", "lineno", "in_app"})


class Reports(logging.Handler):
    """Sends each logged exception that nobody expected."""

    def __init__(self, client: Client) -> None:
        super().__init__(logging.ERROR)
        self._client = client

    def emit(self, record: logging.LogRecord) -> None:
        """Send where there is an exception; the line itself stays in our log."""
        from sentry_sdk.utils import event_from_exception

        if record.exc_info is None or record.exc_info[0] is None:
            return
        try:
            event, _hint = event_from_exception(record.exc_info, self._client.options)
            self._client.capture_event({**event, "logger": record.name, "tags": _tags()})
        except Exception:  # noqa: BLE001 - a tracker that fails must not fail the request.
            self.handleError(record)


def init(dsn: str, release: str, transport: Any = None) -> Reports:
    """Report from now on. Raise ConfigError where the package or the DSN does not fit."""
    try:
        from sentry_sdk import Client
    except ImportError:
        raise ConfigError(
            "ERROR_TRACKER_DSN needs the package sentry-sdk: .venv/bin/pip install sentry-sdk"
        ) from None
    try:
        client = Client(
            dsn=dsn,
            release=release,
            transport=transport,
            before_send=scrubbed,
            default_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_breadcrumbs=0,
            # The name of a machine may be that of a customer.
            server_name="",
        )
    except ValueError:
        # Its text repeats what was configured.
        raise ConfigError("ERROR_TRACKER_DSN is no DSN such as https://key@host/1.") from None
    reports = Reports(client)
    logger = logging.getLogger(LOGGER)
    for former in [handler for handler in logger.handlers if isinstance(handler, Reports)]:
        logger.removeHandler(former)
    logger.addHandler(reports)
    return reports


def scrubbed(event: Any, _hint: object) -> Any:
    """Return what may be sent of an event."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    kinds = event.get("exception", {}).get("values", [])
    kept["exception"] = {"values": [_exception(raised) for raised in kinds]}
    kept["tags"] = dict(event.get("tags") or {})
    return kept


def _exception(raised: Mapping[str, Any]) -> dict[str, Any]:
    frames = (raised.get("stacktrace") or {}).get("frames", [])
    places = [
        {name: value for name, value in frame.items() if name in KEPT_OF_A_PLACE}
        for frame in frames
    ]
    return {
        "type": raised.get("type"),
        "module": raised.get("module"),
        "stacktrace": {"frames": places},
    }


def _tags() -> dict[str, str]:
    if not has_request_context():
        return {}
    return {"request_id": security.request_id(), "endpoint": request.endpoint or ""}
