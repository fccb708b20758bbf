"""Remember what a portal has for reminders: activities we draw, to-dos, and our badge.

No method tells this beforehand. It is asked at the installation and by the diagnostics, and learned
when a reminder is set. A portal that lacks something is asked again after a day.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from b24app.storage import cached_lists
from b24app.storage.session import Session

KIND = "reminder_means"
KEPT = timedelta(days=1)
"""A portal may be updated, or an administrator may allow what was refused."""


BADGE = "deal_payments_expected"
"""Codes are shared by all applications of a portal, so ours has our name; 30 letters at most."""

MADE, MISSING, REFUSED, UNKNOWN = "made", "missing", "refused", "unknown"
"""What is known of the label: there, not there, not to be made by us, unknown to this portal."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the portal can do, as far as is known. `badge` says why there is one or none."""

    has_configurable: bool = True
    has_todo: bool = True
    badge: str = ""
    lacks_scope: bool = False

    @property
    def is_enough(self) -> bool:
        """Return whether a reminder can be set at all."""
        return self.has_configurable or self.has_todo

    @property
    def has_badge(self) -> bool:
        """Return whether a reminder may name our badge."""
        return self.badge == MADE


def read(session: Session, member_id: str, now: datetime) -> Means:
    """Return what is known of a portal."""
    return means_in(cached_lists.load(session, member_id, KIND), now)


def means_in(kept: cached_lists.Kept | None, now: datetime) -> Means:
    """Return the same of what was just read."""
    if kept is None:
        return Means()
    # A later version may have stored more, an earlier one less.
    known = {field.name for field in fields(Means)} & kept.data.keys()
    means = Means(**{name: kept.data[name] for name in known})
    return means if kept.is_fresh(now, KEPT) else Means(badge=means.badge)


def note(session: Session, member_id: str, now: datetime, **learned: bool | str) -> Means:
    """Remember what was learned of a portal, and return all that is known."""
    means = replace(read(session, member_id, now), **learned)  # type: ignore[arg-type] # by name
    return save(session, member_id, means, now)


def save(session: Session, member_id: str, means: Means, now: datetime) -> Means:
    """Remember what a portal has, and return it."""
    cached_lists.save(session, member_id, KIND, asdict(means), now)
    return means
