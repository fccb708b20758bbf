"""Remember the outcome of the last request for a link to a portal's payment page."""

from __future__ import annotations

from datetime import datetime, timedelta

from b24app.storage import cached_lists
from b24app.storage.session import Session

OUTCOME = "last_link"
FOUND = "ok"
KNOWN_FOR = timedelta(days=30)


def note(session: Session, member_id: str, outcome: str, now: datetime) -> None:
    """Remember the outcome of a request for a link."""
    cached_lists.save(session, member_id, OUTCOME, {"outcome": outcome}, now)


def last_outcome(session: Session, member_id: str) -> cached_lists.Kept | None:
    """Return the last outcome with its time, or None if no link was requested yet."""
    return cached_lists.load(session, member_id, OUTCOME)


def is_known_to_be_open(last: cached_lists.Kept | None, now: datetime) -> bool:
    """Return whether the last request, not long ago, brought a link; `last` is its outcome.

    Then the next one changes nothing. Otherwise it may install or publish a shop site, so it takes
    a click (decision 31).
    """
    return last is not None and last.data["outcome"] == FOUND and last.is_fresh(now, KNOWN_FOR)
