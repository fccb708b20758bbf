"""Judge the result of a write by what the portal shows afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from b24app.domain import Payment, is_readable
from b24app.errors import (
    AppError,
    BareRefusalError,
    BusinessRefusalError,
    Executed,
    GoneError,
    NotFoundError,
    OrderCanceledError,
    PaidLockedError,
    PortalBusyError,
    PortalSilentError,
    RightsRefusedError,
)
from b24app.services.actions import OutcomeCode
from b24app.services.card.card_reads import PaymentLines
from b24app.services.card.readings import Reading
from b24app.services.writing.outcome import WriteFailedError
from b24app.services.writing.riding import NO_RIDE, Ride


@dataclass(frozen=True)
class WriteResult:
    """The result of a write. `read` is None if the portal could not be read afterwards.

    `error`: the write was refused; if its `executed` is doubtful, only `read` can confirm it.
    `cause`: no usable answer came, and only `read`, which is newer, can tell what happened.
    `was_skipped`: the precondition listed nothing, so the write did not run.
    `ride` is what became of the line for the timeline that was to travel with it.
    """

    read: Reading | None
    error: AppError | None = None
    cause: AppError | None = None
    was_skipped: bool = False
    ride: Ride = NO_RIDE

    @property
    def is_lost(self) -> bool:
        """Return whether the portal did not report the result of the write."""
        return self.cause is not None


def listed(written: WriteResult, payment_id: int) -> Payment | None:
    """Return the payment as the portal lists it after a write, None if it is gone.

    Raises WriteFailedError around what is known about the write, if the portal, or this payment in
    its answer, cannot be read.
    """
    if written.read is None:
        raise WriteFailedError(_unseen(written))
    core = written.read.core
    payment = core.payments_by_id.get(payment_id)
    if payment is None and core.payments.may_hold(payment_id):
        raise WriteFailedError(_unseen(written), written.read)
    return payment


def shown_payment(written: WriteResult, payment_id: int) -> Payment:
    """Return the payment like `listed`. Raises WriteFailedError around GoneError if it is gone."""
    return require_listed(written, listed(written, payment_id), payment_id)


def require_listed(written: WriteResult, payment: Payment | None, payment_id: int) -> Payment:
    """Return the payment that is `listed`. Raises WriteFailedError around GoneError if none is."""
    if payment is None:
        gone = GoneError("the payment was deleted meanwhile", payment_id=payment_id)
        raise WriteFailedError(gone, written.read)
    return payment


def shown_composition(written: WriteResult, payment: Payment) -> PaymentLines:
    """Return its items and deliveries. Raises WriteFailedError if they could not be read."""
    found = written.read.compositions.get(payment.id) if written.read else None
    if found is None:
        raise WriteFailedError(_unseen(written), written.read, payment.number)
    return found


def is_certain(composition: PaymentLines, *numbers: Decimal | None) -> bool:
    """Return whether everything that shows a write was read: all lines, and these numbers.

    One odd value in the answer must not make a completed write look like a failed one.
    """
    are_readable = all(number is None or is_readable(number) for number in numbers)
    return composition.is_whole and are_readable


def unseen(written: WriteResult, payment: Payment) -> WriteFailedError:
    """Return the error for a write whose result cannot be seen, with what is known of it."""
    return WriteFailedError(_unseen(written), written.read, payment.number)


def refusal(
    written: WriteResult, error: AppError, payment: Payment, reason: AppError | None = None
) -> WriteFailedError:
    """Return the error of an edit that needs an unpaid payment, explained by what is shown now.

    A paid payment answers like missing rights (quirk 4), and old portals refuse without a reason
    (quirks 1 and 3). `reason` is the obstacle that the re-read shows.
    """
    if isinstance(error, RightsRefusedError | BusinessRefusalError) and payment.is_paid:
        error = PaidLockedError("the payment is paid", code=error.code)
    elif reason is not None and _names_no_reason(error):
        error = reason
    elif isinstance(error, NotFoundError):
        # "Not found", but it is there: new portals use the same code for other failures.
        error = BusinessRefusalError("refused", code=error.code, method=error.method)
    return WriteFailedError(error, written.read, payment.number)


def _names_no_reason(error: AppError) -> bool:
    """Return whether the portal's code stands for several reasons."""
    if isinstance(error, OrderCanceledError):
        return False
    return isinstance(error, BareRefusalError | BusinessRefusalError | NotFoundError)


def _unseen(written: WriteResult) -> AppError:
    known = written.error or written.cause
    if known is not None and known.executed is Executed.DOUBTFUL:
        # Some portals refuse although they did it, and what would show it cannot be read.
        return PortalSilentError("denied, and the portal cannot be read", code=known.code)
    if known is not None:
        return known
    if written.was_skipped:
        return PortalBusyError("nothing was written, and the portal cannot be read", code="unread")
    return PortalSilentError("written, but the portal cannot be read", code=OutcomeCode.UNSEEN)
