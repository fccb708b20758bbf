"""Remember how a portal takes what is written into the timeline, and how the last line ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from b24app.storage import cached_lists
from b24app.storage.session import Session

KIND = "timeline"
KNOWN_FOR = timedelta(days=30)
"""A portal gets new versions: what it could not do it may do by now."""
EXACT_TO = timedelta(minutes=1)
"""How late the time of the last line may be: people need no row written for every line."""


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
    can travel with the mark that it tells of; None if that was not tried. `since`: when that was
    learned, None if nothing was; `at`: when the last line ended, to EXACT_TO.
    """

    last: Last = Last.NOTHING
    lacks_lines: bool = False
    stops: bool | None = None
    at: datetime | None = None
    since: datetime | None = None

    def after(self, before: Known) -> Known | None:
        """Return what is to be kept now that `before` was kept; None if that is still good."""
        if (self.lacks_lines, self.stops) != (before.lacks_lines, before.stops):
            return replace(self, since=None)
        is_newer = self.at is not None and (before.at is None or self.at >= before.at + EXACT_TO)
        return self if is_newer or self.last is not before.last else None


def load(session: Session, member_id: str, now: datetime) -> Known:
    """Return what is known, without what was learned too long ago."""
    kept = cached_lists.load(session, member_id, KIND)
    if kept is None:
        return Known()
    last, at = kept.data["last"], kept.data.get("at")
    ended = Known(
        # Values stored by a later version are not known here.
        Last(last) if last in set(Last) else Last.NOTHING,
        # Earlier versions kept one time for both.
        at=datetime.fromisoformat(at) if at else kept.fetched_at,
    )
    if kept.is_fresh(now, KNOWN_FOR):
        return replace(
            ended,
            lacks_lines=kept.data["lacks_lines"],
            stops=kept.data["stops"],
            since=kept.fetched_at,
        )
    return ended if ended.at and ended.at > now - KNOWN_FOR else Known()


def save(session: Session, member_id: str, known: Known, now: datetime) -> None:
    """Keep what is known; learned now if `since` says nothing else. Raises UnknownPortalError."""
    data = {
        "last": known.last,
        "at": known.at.isoformat() if known.at else "",
        "lacks_lines": known.lacks_lines,
        "stops": known.stops,
    }
    cached_lists.save(session, member_id, KIND, data, known.since or now)


def forget(session: Session, member_id: str) -> None:
    """Forget everything, so that the next line tries again."""
    cached_lists.forget(session, member_id, KIND)
