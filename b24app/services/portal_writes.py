"""One write to the portal with its re-read, and the settling of lost answers.

The write and everything the page needs afterwards travel in one batch. Where the state matters,
the write takes its id from a guard, a list of the card's payments filtered by id and state, so
that it cannot run when somebody was faster: a reference into an empty list becomes an array,
which an `int` parameter refuses with code 100 (rest-contract d.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
    PortalError,
)
from b24app.services import card_reads, names
from b24app.services.afterwards import Written
from b24app.services.deps import SETTLE_SECONDS, WRITE_SECONDS, Deps
from b24app.services.launches import Acting
from b24app.services.tab import Read, note_listing, remember_batch_refused

PARAMETER_REFUSED = "100"
GUARDED_ID = Reference("$result[guard][0][id]")


@contextmanager
def before_writing() -> Iterator[None]:
    """Around the reads before a write: what fails there leaves everything as it was."""
    try:
        yield
    except PortalError as error:
        error.executed = Executed.NO
        raise


@before_writing()
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
    if isinstance(answer, PortalError):
        return _lost(deps, acting, answer, [payment_id])
    if card_reads.is_batch_refusal(answer, "write") or card_reads.is_batch_refusal(answer, "guard"):
        acting = remember_batch_refused(deps, acting)
        return _guarded_singly(deps, acting, payment_id, guard, make)
    # Without a guard's answer the write was refused with the code 100, so raising says the truth.
    with before_writing():
        listed = answer.take("guard", guard)
    if not listed:
        read = _read_after(deps, acting, answer, [payment_id])
        return Written(acting, read, is_guarded_off=True)
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
    if isinstance(answer, PortalError):
        return _lost(deps, acting, answer, payment_ids)
    if card_reads.is_batch_refusal(answer, "write"):
        return _singly(deps, remember_batch_refused(deps, acting), command, payment_ids)
    return _written(deps, acting, answer, command, payment_ids)


def write_several(
    deps: Deps, acting: Acting, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> Written:
    """Run several writes, one after another, and re-read. `error` is the first one's that failed.

    There is no transaction: what succeeded stays. The caller compares the re-read with its aim.
    """
    if acting.batch_refused:
        return _several_singly(deps, acting, commands, payment_ids)
    numbered = {f"write{number}": command for number, command in enumerate(commands)}
    answer = _batch(deps, acting, {**numbered, **_reread(acting, payment_ids)})
    if isinstance(answer, PortalError):
        return _lost(deps, acting, answer, payment_ids)
    refused = [one for key, one in numbered.items() if card_reads.is_batch_refusal(answer, key)]
    if refused:
        # Those that the portal did serve have run and are not repeated.
        acting = remember_batch_refused(deps, acting)
        return _several_singly(deps, acting, refused, payment_ids)
    read = _read_after(deps, acting, answer, payment_ids)
    error = _first_error(answer, numbered)
    if error is not None and error.executed is Executed.UNKNOWN:
        return Written(acting, read, cause=error)
    return Written(acting, read, error=error)


def after_others(
    deps: Deps, acting: Acting, payment_ids: Sequence[int], run: Callable[[], Written]
) -> Written:
    """Run a later write of one action: whatever keeps it from being sent is in `error`.

    Raised, it would read as if nothing at all had been changed.
    """
    try:
        return run()
    except AppError as error:
        return Written(acting, settle(deps, acting, payment_ids), error=error)


def _first_error(answer: BatchAnswer, commands: card_reads.Commands) -> PortalError | None:
    for key, command in commands.items():
        try:
            answer.take(key, command)
        except PortalError as error:
            return error
    return None


def _several_singly(
    deps: Deps, acting: Acting, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> Written:
    deadline = deps.deadline(WRITE_SECONDS)
    for command in commands:
        try:
            deps.client.call(acting.tokens, command, deadline)
        except AppError as error:
            return _failed(deps, acting, error, payment_ids)
    return Written(acting, settle(deps, acting, payment_ids))


def _failed(deps: Deps, acting: Acting, error: AppError, payment_ids: Sequence[int]) -> Written:
    if isinstance(error, PortalError) and error.executed is Executed.UNKNOWN:
        return _lost(deps, acting, error, payment_ids)
    return Written(acting, settle(deps, acting, payment_ids), error=error)


def _lost(deps: Deps, acting: Acting, cause: PortalError, payment_ids: Sequence[int]) -> Written:
    return Written(acting, settle(deps, acting, payment_ids), cause=cause)


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


def _batch(deps: Deps, acting: Acting, commands: card_reads.Commands) -> BatchAnswer | PortalError:
    """One batch with a write in it. An error that is returned leaves open what has run."""
    try:
        return deps.client.batch(acting.tokens, commands, deps.deadline(WRITE_SECONDS))
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return error
        raise


def _written(
    deps: Deps,
    acting: Acting,
    answer: BatchAnswer,
    command: Command[Any],
    payment_ids: Sequence[int],
) -> Written:
    read = _read_after(deps, acting, answer, payment_ids)
    try:
        return Written(acting, read, result=answer.take("write", command))
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return Written(acting, read, cause=error)
        return Written(acting, read, error=error)


def _read_after(
    deps: Deps, acting: Acting, answer: BatchAnswer, payment_ids: Sequence[int]
) -> Read | None:
    """The re-read of a write's own batch; read once more where something is missing in it."""
    read = _take(deps, acting, answer, payment_ids)
    listed = [one for one in payment_ids if read is not None and read.core.payment(one)]
    if read is not None and read.compositions.keys() >= set(listed):
        return read
    if any(card_reads.is_batch_refusal(answer, key) for key in _reread(acting, payment_ids)):
        acting = remember_batch_refused(deps, acting)
    return settle(deps, acting, payment_ids) or read


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
    with before_writing():
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
        return _failed(deps, acting, error, payment_ids)
    return Written(acting, settle(deps, acting, payment_ids), result=result)
