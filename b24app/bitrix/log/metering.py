"""Count and log the exchanges with portals and the authorization server."""

from __future__ import annotations

from collections.abc import Mapping

from b24app import meters
from b24app.bitrix.log.rest_log import Exchanged, RestLog

LIMITED = frozenset({"query_limit_exceeded", "operation_time_limit", "overload_limit"})
TOKEN = "oauth/token"  # noqa: S105 - a method's name.


def keep(rest_log: RestLog | None, exchanged: Exchanged) -> None:
    """Count one exchange, by its kind, how it ended and its seconds, and write it down."""
    _count(exchanged)
    if rest_log is not None:
        rest_log.write(exchanged)


def _count(exchanged: Exchanged) -> None:
    outcome = _outcome(exchanged)
    meters.CALLS.labels(_kind(exchanged.method), outcome).observe(exchanged.seconds)
    if exchanged.method == TOKEN and exchanged.params.get("grant_type") == "refresh_token":
        meters.REFRESHES.labels(outcome).inc()


def _kind(method: str) -> str:
    if method.startswith("oauth/"):
        return "authorization"
    return "batch" if method == "batch" else "single"


def _outcome(exchanged: Exchanged) -> str:
    """Return ok, refused, expired or limited for an answer; else in our words why there is none."""
    if exchanged.trouble:
        return exchanged.trouble
    answer: Mapping[str, object] = exchanged.answer or {}
    if "error" not in answer:
        return "ok"
    code = str(answer["error"]).lower()
    if code == "expired_token":
        return "expired"
    return "limited" if code in LIMITED else "refused"
