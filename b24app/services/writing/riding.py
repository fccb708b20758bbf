"""Let a line for the timeline travel in the batch of the mark that it tells of.

It comes last in a batch that ends at the first error, behind two reads: `confirm` lists the payment
if it has the state, number, amount and payer that the line names, and `gate` takes its id from
there. Not listed means no id, which an `int` parameter refuses: the batch ends, and the line was
not written (rest-contract d.3). So it is not written if the mark was refused, in whatever way, or
if a word of it is not true; and what happens to it changes nothing of the mark.

A portal that ignores filters, or goes on after an error, would write it nevertheless. So each has
to show first that it does not: `confirm` then asks for the state that the payment no longer has,
and behind the gate is a read that must not be answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payment_items
from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Told
from b24app.errors import ParameterRefusedError, PortalError
from b24app.services.auth.card_session import CardSession


class Fate(StrEnum):
    """What became of a line. Only one that was NOT_SENT may be sent again."""

    NOT_SENT = "not_sent"
    WRITTEN = "written"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Passenger:
    """What travels: `line`, which says `told`; None only finds out whether the portal stops."""

    line: Command[Any] | None
    told: Told | None


@dataclass(frozen=True, slots=True)
class Seat:
    """The handles of a passenger in its batch."""

    gate: Handle[Any]
    last: Handle[Any]
    is_line: bool


@dataclass(frozen=True, slots=True)
class Ride:
    """What became of a passenger. `stops`: what the batch has shown of the portal, if anything."""

    fate: Fate = Fate.NOT_SENT
    error: PortalError | None = None
    stops: bool | None = None


NO_RIDE = Ride()


def board(
    batch: Batch, card: CardSession, payment_id: int, passenger: Passenger, *, was_paid: bool
) -> Seat:
    """Add a passenger at the end of a batch that marks a payment which `was_paid` before."""
    is_line = passenger.line is not None
    state = not was_paid if is_line else was_paid
    told = passenger.told if is_line else None
    # Who marks as unpaid is kept nowhere (e.5).
    payer_id = card.user_id if is_line and not was_paid else None
    confirm = batch.add(
        list_payments(card.ref, payment_ids=[payment_id], paid=state, told=told, payer_id=payer_id)
    )
    gate = batch.add(payment_items.list_items(confirm.reference(0, "id")))
    last = batch.add(passenger.line or list_payments(card.ref, payment_ids=[payment_id]))
    return Seat(gate, last, is_line)


def arrived(result: BatchResult, seat: Seat) -> Ride:
    """Return what became of a passenger, by the answer to its batch."""
    gate_error, is_answered = result.error(seat.gate), result.is_answered(seat.last)
    if not seat.is_line:
        return Ride(stops=_has_stopped(gate_error, is_answered=is_answered))
    error = result.error(seat.last)
    if error is not None:
        return Ride(Fate.REFUSED, error)
    if is_answered:
        return Ride(Fate.WRITTEN, stops=False if gate_error is not None else None)
    # Nothing is behind the first error of such a batch. Without one, nobody knows.
    return Ride(Fate.NOT_SENT if result.errors else Fate.UNKNOWN)


def lost(passenger: Passenger | None) -> Ride:
    """Return what is known of a passenger if no answer to its batch came."""
    has_line = passenger is not None and passenger.line is not None
    return Ride(Fate.UNKNOWN) if has_line else NO_RIDE


def _has_stopped(gate_error: PortalError | None, *, is_answered: bool) -> bool | None:
    if is_answered:
        return False
    return True if isinstance(gate_error, ParameterRefusedError) else None
