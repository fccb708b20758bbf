"""Describe a finding of the diagnostics, and find what the last requests of people have shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from b24app.errors import AppError
from b24app.services.auth.card_session import CardSession
from b24app.services.directories import shop_site, timeline_lines
from b24app.services.directories.timeline_lines import Last


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    ERR = "err"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list. `name` and `code` choose the words, `items` are what they name.

    `trouble` is the kind of error where the portal did not answer.
    """

    name: str
    state: State
    code: str
    items: tuple[str, ...] = ()
    at: datetime | None = None
    trouble: type[AppError] | None = None


def shop(card: CardSession) -> Check:
    """Look at the outcome of the last request for a public link.

    That nobody has asked for one yet is no fault, and nothing that anybody could do about. It is
    not called fine either: whether there is a shop site, only such a request shows.
    """
    with card.db.reading() as session:
        last = shop_site.last_outcome(session, card.member_id)
    if last is None:
        return Check("shop", State.UNKNOWN, "not_asked")
    outcome = str(last.data.get("outcome", ""))
    state = State.OK if outcome == shop_site.FOUND else State.ERR
    return Check("shop", state, outcome, at=last.fetched_at)


def timeline(card: CardSession, *, is_fresh: bool) -> Check:
    """Look at the outcome of the last line; `is_fresh` lets the next one try everything again."""
    if not card.rules.comment_in_timeline:
        return Check("timeline", State.OK, "off")
    with card.db.transaction() as session:
        known = timeline_lines.load(session, card.member_id, card.clock())
        if is_fresh:
            timeline_lines.forget(session, card.member_id)
    if known.lacks_lines:
        code = "comment" if known.last in {Last.NOTHING, Last.LINE, Last.COMMENT} else known.last
        return Check("timeline", State.WARN, code, at=known.at)
    if known.last == Last.NOTHING:
        return Check("timeline", State.UNKNOWN, "not_asked")
    if known.last == Last.LINE:
        return Check("timeline", State.OK, known.last, at=known.at)
    return Check("timeline", State.WARN, known.last, at=known.at)
