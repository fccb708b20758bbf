"""Writes to the portal with their re-read, and the settling of lost answers.

A write and everything the page needs afterwards travel in one batch. The id that is written is the
one that was asked for, in every call: no list of the portal's is trusted to name it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command
from b24app.errors import AppError, Executed, PortalError
from b24app.services import card_reads, names
from b24app.services.acting import Acting
from b24app.services.afterwards import Written
from b24app.services.deps import SETTLE_SECONDS, WRITE_SECONDS, Deps
from b24app.services.tab import Read, note_listing, remember_batch_refused


def write(deps: Deps, acting: Acting, command: Command[Any], payment_ids: Sequence[int]) -> Written:
    """Run a write whose conditions were proven by an earlier call, and re-read."""
    if acting.batch_refused:
        return _singly(deps, acting, command, payment_ids)
    answer = send(deps, acting, {"write": command}, payment_ids)
    if isinstance(answer, PortalError):
        return lost(deps, acting, answer, payment_ids)
    if card_reads.is_batch_refusal(answer, "write"):
        return _singly(deps, remember_batch_refused(deps, acting), command, payment_ids)
    return written(deps, acting, answer, command, payment_ids)


def write_several(
    deps: Deps, acting: Acting, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> Written:
    """Run several writes, one after another, and re-read. `error` is the first one's that failed.

    There is no transaction: what succeeded stays. The caller compares the re-read with its aim.
    """
    if acting.batch_refused:
        return _several_singly(deps, acting, commands, payment_ids)
    numbered = {f"write{number}": command for number, command in enumerate(commands)}
    answer = send(deps, acting, numbered, payment_ids)
    if isinstance(answer, PortalError):
        return lost(deps, acting, answer, payment_ids)
    refused = [one for key, one in numbered.items() if card_reads.is_batch_refusal(answer, key)]
    if refused:
        # Those that the portal did serve have run and are not repeated.
        acting = remember_batch_refused(deps, acting)
        return _several_singly(deps, acting, refused, payment_ids)
    read = read_after(deps, acting, answer, payment_ids)
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
        return lost(deps, acting, error, payment_ids)
    return Written(acting, settle(deps, acting, payment_ids), error=error)


def lost(deps: Deps, acting: Acting, cause: PortalError, payment_ids: Sequence[int]) -> Written:
    """What is left to be known of a write that got no usable answer."""
    return Written(acting, settle(deps, acting, payment_ids), cause=cause)


def settle(deps: Deps, acting: Acting, payment_ids: Sequence[int]) -> Read | None:
    """Read back after a lost answer, in the time that is left. None: nobody knows."""
    commands = _reread(acting, payment_ids)
    reading = deps.client.singles if acting.batch_refused else deps.client.read
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


def send(
    deps: Deps,
    acting: Acting,
    commands: card_reads.Commands,
    payment_ids: Sequence[int],
    *,
    halt: bool = False,
) -> BatchAnswer | PortalError:
    """Send writes, and what their conditions need, with the re-read, in one batch.

    An error that is returned leaves open what has run; what is raised was certainly not executed.
    With `halt` the first error ends the batch, and the re-read is missing in its answer.
    """
    whole = {**commands, **_reread(acting, payment_ids)}
    try:
        return deps.client.batch(acting.tokens, whole, deps.deadline(WRITE_SECONDS), halt=halt)
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return error
        raise


def written(
    deps: Deps,
    acting: Acting,
    answer: BatchAnswer,
    command: Command[Any],
    payment_ids: Sequence[int],
    key: str = "write",
) -> Written:
    """What became of one write of a batch, with the re-read."""
    read = read_after(deps, acting, answer, payment_ids)
    try:
        return Written(acting, read, result=answer.take(key, command))
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return Written(acting, read, cause=error)
        return Written(acting, read, error=error)


def read_after(
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


def _singly(
    deps: Deps, acting: Acting, command: Command[Any], payment_ids: Sequence[int]
) -> Written:
    try:
        result = deps.client.call(acting.tokens, command, deps.deadline(WRITE_SECONDS))
    except PortalError as error:
        return _failed(deps, acting, error, payment_ids)
    return Written(acting, settle(deps, acting, payment_ids), result=result)
