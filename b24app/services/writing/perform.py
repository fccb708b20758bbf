"""Run every write with its rule, idempotency key, activity record and re-read.

A write is never repeated unless the portal certainly did not execute it. After a lost answer the
card is read back: the person is told what the portal shows, or that the result is not known yet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NoReturn, Protocol

from b24app.errors import (
    AppError,
    DatabaseAwayError,
    Executed,
    GoneError,
    InputCode,
    InputError,
    MethodRefusedError,
    OrderCanceledError,
    PortalMovedError,
    PortalSilentError,
    RightsRefusedError,
    UnknownPortalError,
    UnrecordedError,
)
from b24app.services.actions import PUT_BACK, Action, OutcomeCode, OutcomeKind
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import canceled
from b24app.services.card.card_view import OF_AN_OPEN_ORDER
from b24app.services.card.readings import Reading
from b24app.services.writing import error_names, record
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, WriteFailedError
from b24app.services.writing.record import Ending
from b24app.storage import refusals
from b24app.storage.idempotency import Begun
from b24app.storage.session import Session

log = logging.getLogger(__name__)


class Beside(Protocol):
    """What a write does beside its key and its record, in their transactions."""

    def begin(self, session: Session) -> None:
        """Do it where the key is taken, if the write is to run."""

    def end(self, session: Session) -> None:
        """Do it where the outcome is recorded; again if that has to be tried again."""


def perform(
    card: CardSession,
    asked: WriteRequest,
    deed: Deed,
    run: Callable[[], Outcome],
    beside: Beside | None = None,
) -> Outcome:
    """Run a write once for its key and record it before the answer leaves.

    Raises RuleRefusedError, StillRunningError, KeyReusedError, InputError (no key) and errors of
    proving the opener; everything that happens in `run` becomes an Outcome, unless our database is
    away: UnrecordedError.
    """
    require_allowed(card, asked, deed.action)
    begun, is_canceled = _begin(card, asked, deed, beside)
    deed = replace(deed, is_second=begun.outcome == "abandoned", is_in_log=begun.is_in_log)
    if (before := _begun_before(card, asked, deed, begun)) is not None:
        return before
    keep = partial(record.write, card, asked, deed, also=beside.end if beside else None)
    work = _refuse_canceled if is_canceled else run
    with record.unrecorded_if_away():
        ending = _end_of(lambda: _carry_out(card, asked, deed, work), keep)
        keep(ending)
    return ending.outcome


def require_allowed(card: CardSession, asked: WriteRequest, action: Action) -> None:
    """Require a key, a proven person and the rule of an action. Raises like `perform`."""
    if not 8 <= len(asked.key) <= 100 or not asked.key.isascii():
        raise InputError("a write needs an Idempotency-Key", code=InputCode.NO_KEY)
    launches.prove_now(card)
    card.require_rule(action)


def _end_of(carry_out: Callable[[], Ending], keep: Callable[[Ending], None]) -> Ending:
    try:
        return carry_out()
    except DatabaseAwayError:
        raise
    except Exception:
        # A bug in our code: the response says so, and the log records an unknown outcome.
        keep(Ending(Outcome(OutcomeKind.UNKNOWN, ErrorName.APP)))
        raise


def _carry_out(
    card: CardSession, asked: WriteRequest, deed: Deed, run: Callable[[], Outcome]
) -> Ending:
    try:
        with card.one_action():
            outcome = run()
    except DatabaseAwayError as error:
        return _failed(card, asked, deed, WriteFailedError(UnrecordedError(str(error))))
    except UnknownPortalError as error:
        # Uninstalled meanwhile. What could not be kept may be about a write that was sent.
        unclear = PortalSilentError(str(error))
        return _failed(card, asked, deed, WriteFailedError(unclear))
    except WriteFailedError as failure:
        return _failed(card, asked, deed, failure, is_harmless=deed.is_repeatable)
    except AppError as error:
        # A plain error means that nothing was written.
        return _failed(card, asked, deed, WriteFailedError(error))
    return Ending(honest(ended(outcome, asked, deed), deed))


def honest(outcome: Outcome, deed: Deed) -> Outcome:
    """Return an outcome that claims nothing about a first run whose end nobody knows.

    That the second one was refused may be because of the first: what was deleted is not there.
    """
    if not deed.is_second or outcome.kind not in {OutcomeKind.REFUSED, OutcomeKind.FAILED}:
        return outcome
    return replace(outcome, kind=OutcomeKind.UNKNOWN, code=OutcomeCode.ABANDONED)


def ended(outcome: Outcome, asked: WriteRequest, deed: Deed) -> Outcome:
    """Return an outcome with what its sentence and the log need of the deed."""
    if asked.is_undo:
        code = PUT_BACK.get(outcome.code, outcome.code)
        outcome = replace(outcome, code=code, undo=None)
    return replace(
        outcome,
        values={"number": outcome.number, **outcome.values},
        payment_id=outcome.payment_id or deed.payment_id,
        is_creation=deed.action is Action.CREATE,
    )


def _begin(
    card: CardSession,
    asked: WriteRequest,
    deed: Deed,
    beside: Beside | None,
) -> tuple[Begun, bool]:
    """Take the key; return what it stands for, and whether the order is known to be canceled."""
    with card.db.transaction() as session:
        begun = record.take_key(session, card, asked, record.intent_of(card, asked, [deed]))
        is_canceled = _is_known_canceled(session, card, deed)
        if beside is not None and _is_to_run(begun, deed):
            beside.begin(session)
    return begun, is_canceled


def _is_known_canceled(session: Session, card: CardSession, deed: Deed) -> bool:
    """Return whether a deed is known to fail, because its payment's order is canceled."""
    payment_id = deed.payment_id
    if payment_id is None:
        # A new payment goes to the newest one's order.
        payment_id = max(card.listed, default=None)
    elif deed.action not in OF_AN_OPEN_ORDER | {Action.CREATE}:
        return False
    return payment_id in canceled.closed(session, card)


def _refuse_canceled() -> NoReturn:
    """Refuse a write that cannot work, without asking the portal."""
    raise OrderCanceledError("the order is known to be canceled")


def _is_to_run(begun: Begun, deed: Deed) -> bool:
    return begun.outcome == "new" or (begun.outcome == "abandoned" and deed.is_repeatable)


def _begun_before(
    card: CardSession, asked: WriteRequest, deed: Deed, begun: Begun
) -> Outcome | None:
    if _is_to_run(begun, deed):
        return None
    if begun.outcome == "done":
        return record.read(begun.announcement or {}, deed)
    abandoned = Outcome(
        OutcomeKind.UNKNOWN, OutcomeCode.ABANDONED, payment_id=deed.payment_id, is_replay=True
    )
    record.write(card, asked, deed, Ending(abandoned))
    return abandoned


def _failed(
    card: CardSession,
    asked: WriteRequest,
    deed: Deed,
    failure: WriteFailedError,
    *,
    is_harmless: bool = True,
) -> Ending:
    outcome = honest(failed(card, asked, deed, failure), deed)
    # The page then renews its session and sends the same request again with the same key.
    is_sent_again = error_names.is_session_refused(failure.error) and is_harmless
    is_sent_again = is_sent_again and not deed.is_second
    return Ending(outcome, frees_key=is_sent_again)


def failed(
    card: CardSession, asked: WriteRequest, deed: Deed, failure: WriteFailedError
) -> Outcome:
    """Return the outcome of a failed write; remember what it says of the card and its orders."""
    error, reading, number = failure.error, failure.reading, failure.number
    if _is_of_the_card(error, reading):
        with card.db.transaction() as session:
            refusals.refuse(session, card.member_id, card.user_id, card.ref, card.clock())
    if isinstance(error, OrderCanceledError) and reading is not None:
        canceled.note(card, number, reading.core.payments)
    values = {"number": number}
    if isinstance(error.code, InputCode):
        values["code"] = error.code
    if isinstance(error, InputError):
        values.update(error.values)
    if isinstance(error, GoneError) and error.payment_id is not None:
        values["gone"] = str(error.payment_id)
    log.warning("write failed: %s %s", deed.name, error, extra={"request_id": asked.request_id})
    kind, code = _ending(error)
    return Outcome(
        kind, code, reading, number, values=values, payment_id=deed.payment_id, error=error
    )


def _is_of_the_card(error: AppError, reading: Reading | None) -> bool:
    """Return whether a refusal means that this person may change nothing on this card.

    The portal has just shown the card with the same token. So it refused neither the token nor the
    portal's plan, for which some portals answer the same code and status.
    """
    is_refused = isinstance(error, RightsRefusedError)
    return is_refused and not isinstance(error, MethodRefusedError) and reading is not None


def _ending(error: AppError) -> tuple[OutcomeKind, OutcomeCode | ErrorName]:
    """Return the kind of a failure for the activity log, and the code of its sentence."""
    name = error_names.name_of(type(error))
    if isinstance(error, UnrecordedError):
        return OutcomeKind.UNKNOWN, name
    if not isinstance(error, PortalSilentError | PortalMovedError):
        # It was refused for a reason, or something did not work.
        return OutcomeKind.REFUSED if error_names.is_refusal(error) else OutcomeKind.FAILED, name
    if error.code == OutcomeCode.UNSEEN:
        return OutcomeKind.DONE, OutcomeCode.UNSEEN
    if error.executed is Executed.UNKNOWN:
        return OutcomeKind.UNKNOWN, name
    return OutcomeKind.FAILED, OutcomeCode.UNASKED if isinstance(error, PortalSilentError) else name
