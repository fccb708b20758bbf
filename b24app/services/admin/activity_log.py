"""Show the activity log to administrators: by pages, or as rows for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from b24app.bitrix.wire.portal_api import Batch
from b24app.domain import number_in
from b24app.errors import InputCode, InputError
from b24app.services.actions import OutcomeKind
from b24app.services.auth import admins
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import Deps
from b24app.services.directories import type_titles
from b24app.services.directories.type_titles import Titles
from b24app.services.lifecycle import tab_bindings
from b24app.services.writing import error_names
from b24app.storage import activity
from b24app.storage.activity import Filter
from b24app.storage.models import Activity
from b24app.storage.session import Session

A_PAGE = 50
AT_ONCE = 500
MAX_ROWS = 20_000
MAX_TEXT = 100
MAX_ACTION = 40

Line = Activity
"""One line of the log, as it is kept."""


@dataclass(frozen=True)
class Asked:
    """A filter as it was typed; the form shows it again unchanged."""

    query: str = ""
    action: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""

    @property
    def is_anything(self) -> bool:
        """Return whether the filter limits what is shown."""
        return any((self.query, self.action, self.outcome, self.since, self.until))

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Asked:
        """Read the filter from a query string."""
        return cls(
            query=fields.get("query", "").strip()[:MAX_TEXT],
            action=fields.get("action", "")[:MAX_ACTION],
            outcome=fields.get("outcome", ""),
            since=fields.get("since", "").strip(),
            until=fields.get("until", "").strip(),
        )


@dataclass(frozen=True)
class ActivityPage:
    """Lines, newest first. `older` is where the next page begins, None on the last page."""

    asked: Asked
    lines: Sequence[Line]
    older: int | None
    is_newest: bool
    titles: Titles


def show(card: CardSession, asked: Asked, before: str = "") -> ActivityPage:
    """Read one page. Raises NotAdminError, InputError naming the field, the portal's errors."""
    batch = Batch()
    types = type_titles.ask(batch)
    result = admins.check(card, batch)
    wanted = _filter(card, asked)
    before_id = _id(before)
    with card.db.reading() as session:
        lines = activity.page(
            session, card.member_id, wanted, before_id=before_id, limit=A_PAGE + 1
        )
    shown = lines[:A_PAGE]
    older = shown[-1].id if len(lines) > A_PAGE else None
    titles = type_titles.read(result, types)
    return ActivityPage(asked, shown, older, before_id is None, titles)


def export(card: CardSession, asked: Asked) -> Iterator[Line | None]:
    """Read every matching line, newest first, at most MAX_ROWS, while they are written out.

    A None behind them says that there are older ones. Raises like `show`, before the first line is
    asked for.
    """
    admins.check(card)
    return _lines(card.deps, card.member_id, _filter(card, asked))


def _lines(deps: Deps, member_id: str, wanted: Filter) -> Iterator[Line | None]:
    before_id: int | None = None
    for _ in range(MAX_ROWS // AT_ONCE):
        with deps.db.of(member_id).reading() as session:
            lines = activity.page(session, member_id, wanted, before_id=before_id, limit=AT_ONCE)
        yield from lines
        if len(lines) < AT_ONCE:
            return
        before_id = lines[-1].id
    with deps.db.of(member_id).reading() as session:
        if activity.page(session, member_id, wanted, before_id=before_id, limit=1):
            yield None


def _filter(card: CardSession, asked: Asked) -> Filter:
    zone = card.zone
    until = _day(asked.until, "until")
    since = _day(asked.since, "since")
    if since and until and until < since:
        raise InputError("it ends before it begins", code=InputCode.UNTIL, field="until")
    return Filter(
        action=asked.action or None,
        outcomes=frozenset({OutcomeKind(asked.outcome)})
        if asked.outcome in set(OutcomeKind)
        else None,
        since=_start(since, zone) if since else None,
        until=_start(until + timedelta(days=1), zone) if until else None,
        text=asked.query or None,
    )


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError("not a date", code=InputCode.DATE, field=name) from None
    # Adding a day or changing the zone must still give a valid date.
    if not date(1970, 1, 2) <= day <= date(9998, 12, 30):
        raise InputError("not a date of ours", code=InputCode.DATE, field=name)
    return day


def _start(day: date, zone: tzinfo) -> datetime:
    """Return the start of a day in the acting user's time zone."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _id(text: str) -> int | None:
    if not text:
        return None
    number = number_in(text)
    if number is None:
        raise InputError("not an id", code=InputCode.NUMBER, field="before")
    return number


def store(
    card: CardSession, line: activity.Record, more: Callable[[Session], None] = lambda _: None
) -> None:
    """Store the line of a change that the portal has carried out, and `more` of it with it.

    A connection that breaks just now is tried again. Raises DatabaseAwayError.
    """

    def keep(is_again: bool) -> None:
        with card.db.transaction() as session:
            if is_again and _is_stored(session, line):
                # Only the answer of its commit was lost.
                return
            more(session)
            activity.append(session, line)

    card.deps.store(keep)


def _is_stored(session: Session, line: activity.Record) -> bool:
    newest = activity.page(session, line.member_id, limit=A_PAGE)
    return line.request_id in {one.request_id for one in newest if one.action == line.action}


def not_done(outcomes: Sequence[tab_bindings.Outcome]) -> list[str]:
    """Return the places that are not as they were asked to be, each with the reason for the log."""
    left = [outcome for outcome in outcomes if not outcome.is_done]
    return [f"{outcome.placement}: {_reason(outcome)}" for outcome in left]


def _reason(outcome: tab_bindings.Outcome) -> str:
    return error_names.name_of(outcome.trouble) if outcome.trouble else outcome.error
