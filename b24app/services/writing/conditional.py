"""Run a write only while a payment is paid, or only while it is unpaid, and has the same amount.

`precondition` lists the payment with the state it must have. The written id is always the requested
one: taken from its answer, it would be another payment's if a portal, or one version of it, ignores
the filter. The precondition stops the write in another way. Between the two is `gate`, a read that
takes its id from the precondition, in a batch that ends at the first error:

- listed: the gate is read, the write runs;
- not listed: `$result[precondition][0][id]` is the nearest value that exists, the empty list, which
  an `int` parameter refuses with code 100. The batch ends, and the write was not run (rest-contract
  d.3; the same with `null` and `false`, which old portals answer for a refusal);
- filter ignored: the gate reads another payment of this card, and the write runs on the requested
  one, as it would without a precondition: it was proven to be of this card before, and marking a
  payment with the state it already has does nothing at the portal (rest-contract e.5);
- halt ignored: the same;
- amounts compared in another way than ours: not listed, though the payment read after it is as it
  must be. Then the write runs by what was just read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payment_items
from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Listing, Payment
from b24app.errors import PortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads
from b24app.services.card.readings import payment_in
from b24app.services.writing import riding, sending
from b24app.services.writing.ownership import before_writing
from b24app.services.writing.riding import NO_RIDE, Passenger
from b24app.services.writing.verdicts import WriteResult


@dataclass(frozen=True, slots=True)
class State:
    """What a payment must be for a write to run. `amount`: None where it does not matter."""

    is_paid: bool
    amount: Decimal | None = None

    def is_of(self, payment: Payment) -> bool:
        """Return whether the payment is so."""
        return payment.is_paid is self.is_paid and self.amount in {None, payment.sum.amount}


def write_while(
    card: CardSession,
    payment_id: int,
    command: Command[Any],
    passenger: Passenger | None,
    state: State,
) -> WriteResult:
    """Run a write on a payment proven to be of this card, while it is as given.

    `was_skipped` says that it was not. One call; one more to read if the write did not run.
    `passenger` travels with it, and `ride` says what became of it.
    """
    batch = Batch()
    precondition = batch.add(
        list_payments(card.ref, payment_ids=[payment_id], paid=state.is_paid, amount=state.amount)
    )
    gate = batch.add(payment_items.list_items(precondition.reference(0, "id")))
    write = batch.add(command)
    reread = card_reads.ask_reading(batch, card.ref, [payment_id])
    seat = None
    if passenger is not None:
        seat = riding.board(batch, card, payment_id, passenger, was_paid=state.is_paid)
    sent = sending.send_whole(card, batch, reread, stop_on_error=True)
    if isinstance(sent, PortalError):
        return replace(
            sending.outcome_unknown(card, sent, [payment_id]), ride=riding.lost(passenger)
        )
    if not (sent.result.is_answered(write) or sent.result.errors):
        # Without an error nothing has ended the batch: the write may have run.
        return replace(sending.written(card, sent, write), ride=riding.lost(passenger))
    is_open = _is_open(sent.result, precondition, write, payment_id, is_paid=state.is_paid)
    has_stopped = sent.result.error(gate) is not None and not sent.result.is_answered(write)
    if has_stopped:
        return _after_stop(card, payment_id, command, None if is_open else state)
    written = sending.written(card, sent, write)
    ride = riding.arrived(sent.result, seat) if seat is not None else NO_RIDE
    return replace(written, was_skipped=not is_open, ride=ride)


def _after_stop(
    card: CardSession, payment_id: int, command: Command[Any], missed: State | None
) -> WriteResult:
    """Go on after the batch ended before the write. `missed`: the state that was not found."""
    if missed is None:
        # The precondition's id did not arrive: the portal resolves no references, or spells it
        # differently. Nothing ran, and the state was just proven.
        return sending.write(card, [command], [payment_id])
    reading = sending.settle(card, [payment_id])
    now = payment_in(reading, payment_id)
    if now is not None and missed.amount is not None and missed.is_of(now):
        return sending.write(card, [command], [payment_id])
    return WriteResult(reading, was_skipped=True)


def _is_open(
    result: BatchResult,
    precondition: Handle[Listing[Payment]],
    write: Handle[Any],
    payment_id: int,
    *,
    is_paid: bool,
) -> bool:
    """Return whether the state was as given. Raises the portal's error if nothing was written.

    A portal that answers a read with `false` goes on with the batch. Then the write's own answer
    and the re-read count, and a list that cannot be read says nothing.
    """
    try:
        listed = result[precondition]
    except PortalError:
        if result.is_answered(write):
            return True
        with before_writing():
            raise
    return any(payment.id == payment_id and payment.is_paid is is_paid for payment in listed)
