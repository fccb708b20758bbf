"""Write into the activity log what nobody could record: writes whose process or database went away.

Their outcome is not known. Without a line the log would not show that something may have been
changed, and by whom.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from b24app.domain import EntityRef
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.deps import Deps
from b24app.storage import activity, idempotency
from b24app.storage.idempotency import Interrupted

log = logging.getLogger(__name__)


def record(deps: Deps) -> int:
    """Add a line for each payment of each interrupted write, once. Return how many writes."""
    with deps.db.of_all().transaction() as session:
        found = idempotency.take_interrupted(session, deps.clock())
        for write in found:
            for line in _readable(write):
                activity.append(session, line)
    return len(found)


def _readable(write: Interrupted) -> list[activity.Record]:
    """Return the lines of a write, none if a row is as no version of ours leaves it."""
    try:
        return list(_lines(write))
    except (KeyError, TypeError, ValueError):
        log.exception("what an interrupted write of %s intended is unreadable", write.member_id)
        return []


def _lines(write: Interrupted) -> Iterator[activity.Record]:
    intent = write.intent
    # Parts of longer work that were recorded have their lines.
    recorded = {result["id"] for result in write.announcement.get("results", ())}
    # The version before kept no notes of single payments.
    notes = intent.get("notes", {})
    for payment_id in intent["payment_ids"]:
        if payment_id in recorded:
            continue
        yield activity.Record(
            member_id=write.member_id,
            at=write.started_at,
            user_id=write.user_id,
            user_name=intent["user_name"],
            ref=EntityRef(*intent["card"]),
            action=intent["action"],
            outcome=OutcomeKind.UNKNOWN,
            payment_id=payment_id,
            detail=OutcomeCode.ABANDONED,
            request_id=intent["request_id"],
            note=notes.get(str(payment_id), intent["note"]),
        )
