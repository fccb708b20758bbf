"""Record a write: a line of the activity log, and the answer that its key repeats.

By then the portal has carried it out. So a database connection that breaks just now, as in a
restart, is tried again for a moment before a person is told that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app import meters
from b24app.errors import DatabaseAwayError, KeyReusedError, StillRunningError, UnrecordedError
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, code_of
from b24app.storage import activity, idempotency
from b24app.storage.idempotency import Begun
from b24app.storage.session import Session


@dataclass(frozen=True, slots=True)
class Ending:
    """How a write ended; `frees_key` if the same request may be sent again with its key."""

    outcome: Outcome
    frees_key: bool = False


def take_key(
    session: Session,
    card: CardSession,
    asked: WriteRequest,
    intent: Mapping[str, Any] | None = None,
) -> Begun:
    """Take the key of a request, and return what became of the first one with it.

    `intent` is what `intent_of` makes. Raises StillRunningError, KeyReusedError.
    """
    who = card.member_id, card.user_id, asked.key
    begun = idempotency.begin(session, *who, asked.fingerprint, card.clock(), intent)
    if begun.outcome == "running":
        raise StillRunningError("the first request with this key has not ended")
    if begun.outcome == "other_body":
        raise KeyReusedError("this key was used for something else")
    return begun


@contextmanager
def unrecorded_if_away() -> Iterator[None]:
    """Wrap what comes after a write: without our database nobody can say how it ended.

    Raises UnrecordedError in place of DatabaseAwayError: the page keeps the key and asks again.
    """
    try:
        yield
    except DatabaseAwayError as error:
        raise UnrecordedError(str(error)) from error


def write(
    card: CardSession,
    asked: WriteRequest,
    deed: Deed,
    ending: Ending,
    also: Callable[[Session], None] | None = None,
) -> None:
    """Store the activity and the key's answer, committed together before the answer leaves.

    `also` is done in the same transaction; more than once if that has to be tried again.
    """
    now, outcome = card.clock(), ending.outcome
    who = card.member_id, card.user_id, asked.key

    def leave(session: Session) -> bool:
        if ending.frees_key:
            was_running = idempotency.drop(session, *who)
        else:
            was_running = idempotency.finish(session, *who, announcement=_said(deed, outcome))
        if also is not None:
            # After the key, as where it was taken: the other way round two could wait in a ring.
            also(session)
        return was_running

    line = line_of(card, asked, deed, outcome, now)
    lines = [] if is_in_log(deed, outcome) else [line]
    store(card, lines, leave)
    meters.WRITES.labels(deed.name, outcome.kind).inc()


def is_in_log(deed: Deed, outcome: Outcome) -> bool:
    """Return whether housekeeping has written all that an outcome says: it is not known."""
    return deed.is_in_log and outcome.code is OutcomeCode.ABANDONED


def store(
    card: CardSession, lines: Sequence[activity.Record], leave: Callable[[Session], bool]
) -> None:
    """Store lines and what `leave` does with the key, committed together.

    `leave` returns whether the key was still running. Raises DatabaseAwayError.
    """

    def keep(is_again: bool) -> None:
        with card.db.transaction() as session:
            for line in lines:
                activity.append(session, line)
            if not leave(session) and is_again:
                # A commit whose answer was lost has left the key, and has the lines with it.
                session.rollback()

    card.deps.store(keep)


def intent_of(
    card: CardSession,
    asked: WriteRequest,
    deeds: Sequence[Deed],
    notes: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """Return what is kept of a write while it runs, for `lifecycle.interrupted`.

    `deeds` do the same to different payments; `notes` are those of single ones, by their ids.
    """
    return {
        "card": [card.ref.entity_type_id, card.ref.entity_id],
        "action": deeds[0].name,
        "payment_ids": [deed.payment_id for deed in deeds],
        "user_name": card.user_name,
        "request_id": asked.request_id,
        "note": asked.note,
        "notes": {str(payment_id): note for payment_id, note in (notes or {}).items()},
    }


def _said(deed: Deed, outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "code": outcome.code,
        # For a process of the previous version, which may still be running.
        "is_alert": outcome.is_alert,
        "values": dict(outcome.values),
        "payment_id": outcome.payment_id or deed.payment_id,
    }


def line_of(
    card: CardSession, asked: WriteRequest, deed: Deed, outcome: Outcome, now: datetime
) -> activity.Record:
    """Return the line of the activity log about a write."""
    return activity.Record(
        member_id=card.member_id,
        at=now,
        user_id=card.user_id,
        user_name=card.user_name,
        ref=card.ref,
        payment_id=outcome.payment_id or deed.payment_id,
        payment_number=outcome.number,
        action=deed.name,
        before=outcome.before,
        after=outcome.after,
        outcome=outcome.kind,
        detail=_detail(outcome),
        request_id=asked.request_id,
        note=asked.note,
    )


def read(said: Mapping[str, Any], deed: Deed) -> Outcome:
    """Return the outcome that was stored for a key, to be repeated."""
    # The previous version stored no kind, and may still be running somewhere.
    kind = said.get("kind") or (OutcomeKind.FAILED if said["is_alert"] else OutcomeKind.DONE)
    return Outcome(
        OutcomeKind(kind),
        code_of(said["code"]),
        values=said["values"],
        payment_id=said.get("payment_id") or deed.payment_id,
        is_replay=True,
    )


def _detail(outcome: Outcome) -> str:
    """Return the reason for the log; an error's own code is added to tell reasons apart."""
    code = outcome.values.get("code", "")
    is_error = isinstance(outcome.code, ErrorName)
    return f"{outcome.code}/{code}" if is_error and code else str(outcome.code)
