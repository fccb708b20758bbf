"""Mark or delete many payments: each by the rules of its own button, with an outcome for each.

The page sends the same request, with the same key, until all of them are dealt with. The first part
proves in one call that all are of this card and writes a few, which shows how fast the portal is;
the next one writes the others, as many as it can take in time. Each part proves in a call of its
own what it writes, because colleagues have their turn between two of them: fifty take four calls.
After a lost answer nothing more is sent, and each payment is told as the portal shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app import meters
from b24app.errors import (
    AppError,
    DatabaseAwayError,
    InputCode,
    InputError,
    RuleRefusedError,
    UnrecordedError,
)
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.card import canceled
from b24app.services.card.card_view import OF_AN_OPEN_ORDER
from b24app.services.card.readings import Reading
from b24app.services.payments import many_part, many_progress
from b24app.services.payments.many_part import Part
from b24app.services.payments.many_progress import Result
from b24app.services.payments.many_wish import Wish
from b24app.services.writing import perform, record, reminder_end, timeline
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import WriteFailedError
from b24app.storage import idempotency
from b24app.storage.idempotency import Begun
from b24app.storage.session import Session

MOST = 50
"""Payments of one act."""

ENDS_REMINDER = frozenset({Action.PAY, Action.DELETE})
"""What leaves nothing to be reminded of."""


@dataclass(frozen=True)
class Act:
    """What has become of the chosen payments so far; `left` are not dealt with yet.

    `reading` is what the portal shows now, None if unknown; `touched` whom this part was about.
    """

    wish: Wish
    results: tuple[Result, ...]
    left: int = 0
    reading: Reading | None = None
    touched: tuple[int, ...] = ()
    is_replay: bool = False


def carry_out(card: CardSession, asked: WriteRequest, wish: Wish) -> Act:
    """Do the next part of an act, and record it before the answer leaves.

    Raises like `perform`; NotOnThisCardError if one of the payments is of another card: then none
    is changed. Whoever's session ended goes on with the same request and key.
    """
    ids = {picked.id for picked in wish.chosen}
    if not 0 < len(wish.chosen) <= MOST or len(ids) < len(wish.chosen):
        code = InputCode.TOO_MANY_PAYMENTS if len(ids) > MOST else InputCode.CHOICE_GONE
        raise InputError("not 1 to 50 different payments", code=code, field="chosen")
    refusal = _refusal(card, asked, wish)
    begun, closed = _begin(card, asked, wish)
    before = many_progress.read(begun.announcement)
    if begun.outcome == "done":
        return Act(wish, before.results, is_replay=True)
    is_second = begun.outcome == "abandoned"
    part = Part(card, asked, wish, before, closed, is_second=is_second, is_in_log=begun.is_in_log)
    if refusal is None:
        _run(part)
    elif begun.outcome == "new":
        _give_back(part)
        raise refusal
    else:
        # The rule was changed between two parts: what became of those before it is told.
        failure = WriteFailedError(refusal)
        part.end_all(lambda deed: part.failed(deed, failure))
    for payment_id, outcome in part.outcomes.items():
        part.outcomes[payment_id] = perform.honest(outcome, part.deed(payment_id))
    return _keep(part)


def _refusal(card: CardSession, asked: WriteRequest, wish: Wish) -> RuleRefusedError | None:
    """Return the error of a rule that does not allow the act. Raises the others of `perform`."""
    try:
        perform.require_allowed(card, asked, wish.action)
    except RuleRefusedError as error:
        return error
    return None


def _begin(card: CardSession, asked: WriteRequest, wish: Wish) -> tuple[Begun, frozenset[int]]:
    """Take the key; return also the payments whose orders are known to be canceled."""
    with card.db.transaction() as session:
        deeds = [wish.deed(picked.id) for picked in wish.chosen]
        intent = record.intent_of(card, asked, deeds, wish.notes)
        begun = record.take_key(session, card, asked, intent)
        is_hindered = wish.action in OF_AN_OPEN_ORDER
        closed = canceled.closed(session, card) if is_hindered else frozenset()
    return begun, closed


def _run(part: Part) -> None:
    try:
        with part.card.one_action():
            part.run()
    except DatabaseAwayError as error:
        raise UnrecordedError(str(error)) from error
    except AppError:
        if not part.is_second:
            _give_back(part)
            raise
        # This run changed nothing. What the one that died did, nobody can tell any more.
        part.end_all(part.abandoned)
    except Exception:
        # A bug in our code: the response says so, and the log records unknown outcomes.
        part.end_all(part.unknown)
        _keep(part)
        raise


def _give_back(part: Part) -> None:
    """Free the key, or leave it where the part before this one ended: nothing was written."""
    who = part.card.member_id, part.card.user_id, part.asked.key
    with part.card.db.transaction() as session:
        if part.before.results:
            idempotency.pause(session, *who, announcement=part.before.data())
        else:
            idempotency.drop(session, *who)


def _keep(part: Part) -> Act:
    """Store the activity of a part and how far the act is, committed together."""
    card, asked, wish = part.card, part.asked, part.wish
    left = part.left
    progress = part.before.after(part.outcomes, part.seconds)
    who = card.member_id, card.user_id, asked.key
    now = card.clock()
    data = progress.data()

    def leave(session: Session) -> bool:
        if left:
            return idempotency.pause(session, *who, announcement=data)
        return idempotency.finish(session, *who, announcement=data)

    outcomes = part.outcomes.items()
    lines = [
        record.line_of(card, wish.noted(asked, payment_id), wish.deed(payment_id), outcome, now)
        for payment_id, outcome in outcomes
        if not record.is_in_log(part.deed(payment_id), outcome)
    ]
    with record.unrecorded_if_away():
        record.store(card, lines, leave)
    for payment_id, outcome in outcomes:
        meters.WRITES.labels(wish.deed(payment_id).name, outcome.kind).inc()
    if wish.action in ENDS_REMINDER:
        reminder_end.close(card, many_part.ids_well(part.outcomes))
    teller = timeline.teller(card, wish.words, asked.note) if wish.words else None
    if teller is not None:
        # One line for all of them: one each would take longer than the writes.
        teller.tell(many_part.told(part.outcomes, wish.notes))
    return Act(wish, progress.results, len(left), part.reading, tuple(part.outcomes))
