"""Record a write: a line of the activity log, and the answer that its key repeats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from b24app import meters
from b24app.services.actions import OutcomeCode
from b24app.services.auth.card_session import CardSession
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, OutcomeKind
from b24app.storage import activity, idempotency


def write(
    card: CardSession,
    asked: WriteRequest,
    deed: Deed,
    outcome: Outcome,
    *,
    frees_key: bool = False,
) -> None:
    """Store the activity and the key's answer, committed together before the answer leaves."""
    now = card.clock()
    who = card.member_id, card.user_id, asked.key
    with card.db.transaction() as session:
        activity.append(session, line_of(card, asked, deed, outcome, now))
        if frees_key:
            idempotency.drop(session, *who)
        else:
            said = _said(deed, outcome)
            idempotency.finish(session, *who, announcement=said)
    meters.WRITES.labels(deed.name, outcome.kind).inc()


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
        _code(said["code"]),
        values=said["values"],
        payment_id=said.get("payment_id") or deed.payment_id,
        is_replay=True,
    )


def _code(text: str) -> OutcomeCode | ErrorName:
    if text in set(OutcomeCode):
        return OutcomeCode(text)
    # Values stored by a later version are not known here.
    return ErrorName(text) if text in set(ErrorName) else ErrorName.APP


def _detail(outcome: Outcome) -> str:
    """Return the reason for the log; an error's own code is added to tell reasons apart."""
    code = outcome.values.get("code", "")
    is_error = isinstance(outcome.code, ErrorName)
    return f"{outcome.code}/{code}" if is_error and code else str(outcome.code)
