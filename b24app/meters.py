"""What the app counts about itself, for Prometheus. Lowest layer: every room may count.

No label names a portal, a person or an address: figures are read by others than the data is, and
each value of a label is a time series of its own. Values of labels come from short lists here or
from enumerations that are stored.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0)

OPENINGS = Counter(
    "deal_payments_openings",
    "Openings of the tab: part is shell (the frame's post) or content (the first payments).",
    ["part", "outcome"],
)
ANSWERS = Histogram(
    "deal_payments_answer_seconds",
    "Seconds until an answer left, portals included. status is 2xx, 3xx, 4xx or 5xx.",
    ["route", "status"],
    buckets=SECONDS,
)
WRITES = Counter(
    "deal_payments_writes",
    "Writes as the activity log has them: what was done, and how it ended.",
    ["action", "outcome"],
)
CALLS = Histogram(
    "deal_payments_portal_call_seconds",
    "Seconds of one request to a portal, or to the authorization server.",
    ["kind", "outcome"],
    buckets=SECONDS,
)
RETRIES = Counter(
    "deal_payments_portal_retries",
    "Requests to a portal that were repeated, and why.",
    ["reason"],
)
REFRESHES = Counter(
    "deal_payments_token_refreshes",
    "Refresh tokens sent to the authorization server, and what came of it.",
    ["outcome"],
)
CROWDED = Counter(
    "deal_payments_crowded",
    "Requests refused before anything was sent: a portal held its whole share of the process.",
    ["server"],
)
LOST_LOG_LINES = Counter(
    "deal_payments_rest_log_lines_lost",
    "Lines of the REST log that the disk did not take.",
)
