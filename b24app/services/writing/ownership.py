"""Verify before a write that the payment is of this card, and read its current state.

The portal's methods take an id and do not check which card it is of, so every payment is verified
before the portal is asked anything about it. A payment listed in this opening is proven; reads
about any other take its id from the list that proves it, in the same call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from b24app.bitrix.command import Command
from b24app.bitrix.methods.payments import PaymentId, list_payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Listing, Payment
from b24app.errors import (
    AppError,
    Executed,
    GoneError,
    NotOnThisCardError,
    ParameterRefusedError,
    PortalError,
    UnreadableRowError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import WRITE_SECONDS

T = TypeVar("T")
B = TypeVar("B")


@contextmanager
def before_writing() -> Iterator[None]:
    """Wrap the reads before a write: if one fails, nothing has been changed."""
    try:
        yield
    except PortalError as error:
        error.executed = Executed.NO
        raise


def not_listed_error(card: CardSession, payment_id: int) -> AppError:
    """Return the error for a payment that the portal does not list on this card.

    GoneError only if this opening was shown it; otherwise it is not revealed whether it exists.
    """
    if payment_id in card.shown:
        return GoneError("the payment was deleted meanwhile", payment_id=payment_id)
    return NotOnThisCardError("the payment is not of this card")


@before_writing()
def fetch_own_payment(card: CardSession, payment_id: int) -> Payment:
    """Prove that the payment is of this card and return its current state. One call.

    Raises NotOnThisCardError, or GoneError if this opening was shown it before.
    """
    command = list_payments(card.ref, payment_ids=[payment_id])
    found = card.api.call(command, WRITE_SECONDS)
    return listed_payment(found, card, payment_id)


@dataclass(frozen=True, slots=True)
class Present:
    """A payment of this card, in its current state."""

    payment: Payment


def verify(card: CardSession, payment_id: int) -> Present:
    """Prove a payment like `fetch_own_payment`, as the first step of a change."""
    return Present(fetch_own_payment(card, payment_id))


def require_listed_or_present(card: CardSession, payment_id: int) -> None:
    """Require that a payment was listed here or prove it now, before asking the portal about it."""
    if payment_id not in card.listed:
        fetch_own_payment(card, payment_id)


@dataclass(frozen=True)
class Found(Generic[T, B]):
    """Payments of this card, the answers about each, and the other answers of the call."""

    payments: Mapping[int, Payment]
    result: BatchResult
    asked: Mapping[int, Handle[T]]
    beside: B

    def about(self, payment_id: int) -> T:
        """Return the answer about a payment. Raises the portal's error."""
        return self.result[self.asked[payment_id]]


def read_about(
    card: CardSession,
    payment_ids: Sequence[int],
    about: Callable[[PaymentId], Command[T]],
    beside: Callable[[Batch], B],
    seconds: float = WRITE_SECONDS,
) -> Found[T, B]:
    """Read payments, what `about` asks about each, and what `beside` asks of the card. One call.

    More calls only if a payment is not listed yet and the portal resolves no references. Raises
    like `fetch_own_payment`; errors of the questions are raised when the answer is taken.
    """
    unlisted = [payment_id for payment_id in payment_ids if payment_id not in card.listed]
    if unlisted:
        found, is_answered = _read_by_reference(card, payment_ids, about, beside, seconds)
        if is_answered:
            return found
    return _read_by_id(card, payment_ids, about, beside, seconds)


def _read_by_id(
    card: CardSession,
    payment_ids: Sequence[int],
    about: Callable[[PaymentId], Command[T]],
    beside: Callable[[Batch], B],
    seconds: float,
) -> Found[T, B]:
    batch = Batch()
    listings = {
        payment_id: batch.add(list_payments(card.ref, payment_ids=[payment_id]))
        for payment_id in payment_ids
    }
    asked = {payment_id: batch.add(about(payment_id)) for payment_id in payment_ids}
    others = beside(batch)
    result = card.api.send(batch, seconds)
    return Found(_take_payments(card, result, listings), result, asked, others)


def _read_by_reference(
    card: CardSession,
    payment_ids: Sequence[int],
    about: Callable[[PaymentId], Command[T]],
    beside: Callable[[Batch], B],
    seconds: float,
) -> tuple[Found[T, B], bool]:
    """Ask only about payments that the portal's own lists of this card name.

    If such a list is empty, the reference becomes an empty array, which an `int` parameter refuses:
    nothing is read about a payment of another card. The second value says whether the answers came
    and are about these payments. They are not on a portal that ignores the filter, whose first row
    is another payment, or on one that resolves no references or spells `id` differently, which
    refuses the parameter. The payments are proven in any case.
    """
    batch = Batch()
    listings = {
        payment_id: batch.add(list_payments(card.ref, payment_ids=[payment_id]))
        for payment_id in payment_ids
    }
    asked = {
        payment_id: batch.add(about(listings[payment_id].reference(0, "id")))
        for payment_id in payment_ids
    }
    others = beside(batch)
    result = card.api.send(batch, seconds)
    found = Found(_take_payments(card, result, listings), result, asked, others)
    errors = [result.error(handle) for handle in asked.values()]
    is_refused = any(isinstance(error, ParameterRefusedError) for error in errors)
    is_first = all(_is_first(result[handle], payment_id) for payment_id, handle in listings.items())
    return found, is_first and not is_refused


def _is_first(listed: Listing[Payment], payment_id: int) -> bool:
    """Return whether the reference named this payment; an unread row may have come before it."""
    return not listed.unread and listed[0].id == payment_id


def _take_payments(
    card: CardSession,
    result: BatchResult,
    listings: Mapping[int, Handle[Listing[Payment]]],
) -> dict[int, Payment]:
    return {
        payment_id: listed_payment(result[handle], card, payment_id)
        for payment_id, handle in listings.items()
    }


def listed_payment(found: Listing[Payment], card: CardSession, payment_id: int) -> Payment:
    """Return the payment of a list of this card. Raises like `fetch_own_payment`."""
    payment = next((listed for listed in found if listed.id == payment_id), None)
    # What was not read may be this payment: then nobody knows that it was deleted.
    may_be_there = found.may_hold(payment_id) and payment_id in card.shown
    if payment is None and (payment_id in found.unread or may_be_there):
        raise UnreadableRowError("the payment cannot be read")
    if payment is None:
        raise not_listed_error(card, payment_id)
    return payment
