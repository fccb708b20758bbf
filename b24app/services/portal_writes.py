"""One write to the portal with its re-read, and the settling of lost answers.

The write and everything the page needs afterwards travel in one batch. Where the state matters,
the write takes its id from a guard, a list of the card's payments filtered by id and state, so
that it cannot run when somebody was faster: a reference into an empty list becomes an array,
which an `int` parameter refuses with code 100 (rest-contract d.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command, Reference
from b24app.bitrix.payments import list_payments
from b24app.domain import Payment
from b24app.errors import (
    AppError,
    BusinessRefusalError,
    Executed,
    GoneError,
    NotOnThisCardError,
    PaidLockedError,
    PortalError,
    PortalSilentError,
    RightsRefusedError,
)
from b24app.services import card_reads, names
from b24app.services.deps import SETTLE_SECONDS, WRITE_SECONDS, Deps
from b24app.services.launches import Acting
from b24app.services.tab import Read, note_listing, remember_batch_refused
from b24app.services.writes import StepFailedError

PARAMETER_REFUSED = "100"
GUARDED_ID = Reference("$result[guard][0][id]")


@dataclass(frozen=True)
class Written:
    """What came of a write. `error` is the write's own; `read` None where it cannot be told.

    `is_guarded_off`: the guard listed nothing, so the write did not run.
    `is_lost`: no usable answer came, and `read` was read afterwards, in a call of its own.
    """

    acting: Acting
    read: Read | None
    result: Any = None
    error: AppError | None = None
    is_guarded_off: bool = False
    is_lost: bool = False


def present(deps: Deps, acting: Acting, payment_id: int) -> Payment:
    """Prove that the payment is of this card and return its present state. One call.

    Raises NotOnThisCardError, or GoneError where this session was shown it before.
    """
    command = list_payments(acting.ref, ids=[payment_id])
    found = deps.client.call(acting.tokens, command, deps.deadline(WRITE_SECONDS))
    payment = next((one for one in found if one.id == payment_id), None)
    if payment is not None:
        return payment
    if payment_id in acting.listed:
        raise GoneError("the payment was deleted meanwhile")
    raise NotOnThisCardError("the payment is not of this card")


def require_member(deps: Deps, acting: Acting, payment_id: int) -> Payment | None:
    """Prove membership; None where a listing of the last five minutes has proven it already."""
    if acting.is_listing_fresh and payment_id in acting.listed:
        return None
    return present(deps, acting, payment_id)


def require_known_or_present(deps: Deps, acting: Acting, payment_id: int) -> None:
    """Before asking the portal about a payment: this session was shown it, or it proves it now.

    For steps whose next call reads the payment's state anyway.
    """
    if payment_id not in acting.listed:
        present(deps, acting, payment_id)


def read_batch(
    deps: Deps, acting: Acting, commands: card_reads.Commands, seconds: float
) -> BatchAnswer:
    """Read in one call, or in parallel single calls for portals that refuse the methods in one."""
    if not acting.batch_refused:
        answer = deps.client.batch(acting.tokens, commands, deps.deadline(seconds))
        if not any(card_reads.is_batch_refusal(answer, key) for key in commands):
            return answer
        remember_batch_refused(deps, acting)
    return deps.client.singles(acting.tokens, commands, deps.deadline(seconds))


def shown_payment(written: Written, payment_id: int) -> Payment:
    """The payment as the portal shows it after a write.

    Raises StepFailedError around PortalSilentError when nobody knows what became of the write,
    and around GoneError when the payment is not listed any more.
    """
    if written.read is None:
        raise StepFailedError(
            written.error or PortalSilentError("the portal did not say what became of the write")
        )
    payment = written.read.core.payment(payment_id)
    if payment is None:
        raise StepFailedError(GoneError("the payment was deleted meanwhile"), written.read)
    return payment


def refusal(written: Written, payment: Payment) -> StepFailedError:
    """The failure of an item or delivery edit.

    A paid payment answers like missing rights (quirks 4), so what the re-read shows decides which
    of the two it was.
    """
    error = written.error or PortalSilentError("no answer to the write")
    if isinstance(error, RightsRefusedError) and payment.is_paid:
        error = PaidLockedError("the payment is paid", code=error.code)
    return StepFailedError(error, written.read, payment.number)


def write_guarded(
    deps: Deps,
    acting: Acting,
    payment_id: int,
    *,
    while_paid: bool,
    make: Callable[[int | Reference], Command[Any]],
) -> Written:
    """Run a write on a payment of this card only while its `paid` is as given."""
    guard = list_payments(acting.ref, ids=[payment_id], paid=while_paid)
    if acting.batch_refused:
        return _guarded_singly(deps, acting, payment_id, guard, make)
    commands = {"guard": guard, "write": make(GUARDED_ID), **_reread(acting, [payment_id])}
    answer = _batch(deps, acting, commands)
    if answer is None:
        return Written(acting, settle(deps, acting, [payment_id]), is_lost=True)
    if card_reads.is_batch_refusal(answer, "write") or card_reads.is_batch_refusal(answer, "guard"):
        acting = remember_batch_refused(deps, acting)
        return _guarded_singly(deps, acting, payment_id, guard, make)
    if not answer.take("guard", guard):
        return Written(acting, _take(deps, acting, answer, [payment_id]), is_guarded_off=True)
    written = _written(deps, acting, answer, make(GUARDED_ID), [payment_id])
    if isinstance(written.error, BusinessRefusalError) and written.error.code == PARAMETER_REFUSED:
        # The guard listed the payment and yet its id did not arrive: a portal that does not
        # resolve references. Nothing ran, and the state was proven a moment ago.
        return write(deps, acting, make(payment_id), [payment_id])
    return written


def write(deps: Deps, acting: Acting, command: Command[Any], payment_ids: Sequence[int]) -> Written:
    """Run a write whose conditions were proven by an earlier call, and re-read."""
    if acting.batch_refused:
        return _singly(deps, acting, command, payment_ids)
    answer = _batch(deps, acting, {"write": command, **_reread(acting, payment_ids)})
    if answer is None:
        return Written(acting, settle(deps, acting, payment_ids), is_lost=True)
    if card_reads.is_batch_refusal(answer, "write"):
        return _singly(deps, remember_batch_refused(deps, acting), command, payment_ids)
    return _written(deps, acting, answer, command, payment_ids)


def write_several(
    deps: Deps, acting: Acting, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> Written:
    """Run several writes, one after another, and re-read. `error` is the first one's that failed.

    There is no transaction: what succeeded stays. The caller compares the re-read with its aim.
    """
    numbered = {f"write{number}": command for number, command in enumerate(commands)}
    if acting.batch_refused:
        return _several_singly(deps, acting, commands, payment_ids)
    answer = _batch(deps, acting, {**numbered, **_reread(acting, payment_ids)})
    if answer is None:
        return Written(acting, settle(deps, acting, payment_ids), is_lost=True)
    if any(card_reads.is_batch_refusal(answer, key) for key in numbered):
        acting = remember_batch_refused(deps, acting)
        return _several_singly(deps, acting, commands, payment_ids)
    read = _take(deps, acting, answer, payment_ids)
    return Written(acting, read, error=_first_error(answer, numbered))


def _first_error(answer: BatchAnswer, commands: card_reads.Commands) -> AppError | None:
    for key, command in commands.items():
        try:
            answer.take(key, command)
        except PortalError as error:
            return error
    return None


def _several_singly(
    deps: Deps, acting: Acting, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> Written:
    first: AppError | None = None
    deadline = deps.deadline(WRITE_SECONDS)
    for command in commands:
        try:
            deps.client.call(acting.tokens, command, deadline)
        except PortalError as error:
            read = settle(deps, acting, payment_ids)
            if error.executed is Executed.UNKNOWN:
                return Written(acting, read, is_lost=True)
            first = error
            break
    return Written(acting, settle(deps, acting, payment_ids), error=first)


def settle(deps: Deps, acting: Acting, payment_ids: Sequence[int]) -> Read | None:
    """Read back after a lost answer, in the time that is left. None: nobody knows."""
    commands = _reread(acting, payment_ids)
    reading = deps.client.singles if acting.batch_refused else deps.client.batch
    try:
        answer = reading(acting.tokens, commands, deps.deadline(SETTLE_SECONDS))
        return _take(deps, acting, answer, payment_ids)
    except AppError:
        return None


def _reread(acting: Acting, payment_ids: Sequence[int]) -> dict[str, Command[Any]]:
    return {
        **card_reads.core_commands(acting.ref),
        **card_reads.composition_commands(payment_ids),
    }


def _batch(deps: Deps, acting: Acting, commands: card_reads.Commands) -> BatchAnswer | None:
    """One batch with a write in it; None where it may have run without our knowing."""
    try:
        return deps.client.batch(acting.tokens, commands, deps.deadline(WRITE_SECONDS))
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return None
        raise


def _written(
    deps: Deps,
    acting: Acting,
    answer: BatchAnswer,
    command: Command[Any],
    payment_ids: Sequence[int],
) -> Written:
    read = _take(deps, acting, answer, payment_ids)
    try:
        return Written(acting, read, result=answer.take("write", command))
    except PortalError as error:
        return Written(acting, read, error=error)


def _take(
    deps: Deps, acting: Acting, answer: BatchAnswer, payment_ids: Sequence[int]
) -> Read | None:
    try:
        core = card_reads.take_core(answer, acting.ref)
    except PortalError:
        return None
    note_listing(deps, acting, core)
    found = card_reads.take_compositions(answer, payment_ids)
    people = names.note(deps, acting.member_id, names.payers(core.payments))
    return Read(core, found, people, acting)


def _guarded_singly(
    deps: Deps,
    acting: Acting,
    payment_id: int,
    guard: Command[tuple[Payment, ...]],
    make: Callable[[int | Reference], Command[Any]],
) -> Written:
    """For portals that refuse these methods in a batch: guard, write and re-read one by one."""
    rows = deps.client.call(acting.tokens, guard, deps.deadline(WRITE_SECONDS))
    if not any(row.id == payment_id for row in rows):
        return Written(acting, settle(deps, acting, [payment_id]), is_guarded_off=True)
    return _singly(deps, acting, make(payment_id), [payment_id])


def _singly(
    deps: Deps, acting: Acting, command: Command[Any], payment_ids: Sequence[int]
) -> Written:
    try:
        result = deps.client.call(acting.tokens, command, deps.deadline(WRITE_SECONDS))
    except PortalError as error:
        read = settle(deps, acting, payment_ids)
        if error.executed is Executed.UNKNOWN:
            return Written(acting, read, is_lost=True)
        return Written(acting, read, error=error)
    return Written(acting, settle(deps, acting, payment_ids), result=result)
