"""Remember how a portal takes what is written into the timeline, and how the last line ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from b24app.storage import cached_lists
from b24app.storage.session import Session

KIND = "timeline"
KNOWN_FOR = timedelta(days=30)
"""A portal gets new versions: what it could not do it may do by now."""


class Last(StrEnum):
    """How the last line ended, as diagnostics show it. The values are stored."""

    NOTHING = ""
    LINE = "line"
    COMMENT = "comment"
    NO_RIGHTS = "no_rights"
    BUSY = "busy"
    SILENT = "silent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a portal. `lacks_lines`: it is too old for them and gets comments.

    `stops`: whether it was seen to end a batch at an error and to keep to a filter, so that a line
    can travel with the mark that it tells of; None if that was not tried.
    """

    last: Last = Last.NOTHING
    lacks_lines: bool = False
    stops: bool | None = None
    at: datetime | None = None


def load(session: Session, member_id: str, now: datetime) -> Known:
    """Return what is known, nothing if it was learned too long ago."""
    kept = cached_lists.load(session, member_id, KIND)
    if kept is None or kept.fetched_at <= now - KNOWN_FOR:
        return Known()
    last = kept.data["last"]
    return Known(
        # Values stored by a later version are not known here.
        Last(last) if last in set(Last) else Last.NOTHING,
        kept.data["lacks_lines"],
        kept.data["stops"],
        kept.fetched_at,
    )


def save(session: Session, member_id: str, known: Known, now: datetime) -> None:
    """Keep what was learned. Raises UnknownPortalError."""
    data = {"last": known.last, "lacks_lines": known.lacks_lines, "stops": known.stops}
    cached_lists.save(session, member_id, KIND, data, now)


def forget(session: Session, member_id: str) -> None:
    """Forget everything, so that the next line tries again."""
    cached_lists.forget(session, member_id, KIND)
