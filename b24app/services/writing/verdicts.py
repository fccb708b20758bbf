"""What a write led to, judged by what the portal shows afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from b24app.domain import Payment, is_readable
from b24app.errors import (
    AppError,
    BareRefusalError,
    BusinessRefusalError,
    GoneError,
    NotFoundError,
    OrderCanceledError,
    PaidLockedError,
    PortalBusyError,
    PortalSilentError,
    RightsRefusedError,
)
from b24app.services.card.card_reads import Composition
from b24app.services.card.tab import Read
from b24app.services.writing.codes import OutcomeCode
from b24app.services.writing.outcome import WriteFailedError


@dataclass(frozen=True)
class Written:
    """What came of a write. `read` is None where the portal could not be read afterwards.

    `error`: the write was refused, so it was certainly not carried out.
    `cause`: no usable answer came, and only `read`, which is younger, can tell what happened.
    `is_guarded_off`: the guard listed nothing, so the write did not run.
    """

    read: Read | None
    error: AppError | None = None
    cause: AppError | None = None
    is_guarded_off: bool = False

    @property
    def is_lost(self) -> bool:
        """Whether the portal did not say what became of the write."""
        return self.cause is not None


def listed(written: Written, payment_id: int) -> Payment | None:
    """The payment as the portal lists it after a write, None where it is gone.

    Raises WriteFailedError around what is known about the write, where the portal, or this payment
    in its answer, cannot be read.
    """
    if written.read is None:
        raise WriteFailedError(_unseen(written))
    payment = written.read.core.payment(payment_id)
    if payment is None and not written.read.core.is_gone(payment_id):
        raise WriteFailedError(_unseen(written), written.read)
    return payment


def shown_payment(written: Written, payment_id: int) -> Payment:
    """As `listed`. Raises WriteFailedError around GoneError where the payment is gone."""
    payment = listed(written, payment_id)
    if payment is None:
        raise WriteFailedError(GoneError("the payment was deleted meanwhile"), written.read)
    return payment


def shown_composition(written: Written, payment: Payment) -> Composition:
    """Its items and deliveries. Raises WriteFailedError where they could not be read."""
    found = written.read.compositions.get(payment.id) if written.read else None
    if found is None:
        raise WriteFailedError(_unseen(written), written.read, payment.number)
    return found


def is_certain(composition: Composition, *numbers: Decimal | None) -> bool:
    """Whether everything that would tell of a write was read: all lines, and these numbers.

    One odd value in the answer must not turn a write that was carried out into one that was not.
    """
    are_readable = all(one is None or is_readable(one) for one in numbers)
    return composition.is_whole and are_readable


def unseen(written: Written, payment: Payment) -> WriteFailedError:
    """The failure to see what became of a write, with what is known of it all the same."""
    return WriteFailedError(_unseen(written), written.read, payment.number)


def refusal(
    written: Written, error: AppError, payment: Payment, reason: AppError | None = None
) -> WriteFailedError:
    """The failure of an edit that needs an unpaid payment, explained by what is shown now.

    A paid payment answers like missing rights (quirk 4), and old portals say no without a reason
    (quirks 1 and 3). `reason` is what the re-read shows to be in the way of the edit.
    """
    if isinstance(error, RightsRefusedError | BusinessRefusalError) and payment.is_paid:
        error = PaidLockedError("the payment is paid", code=error.code)
    elif reason is not None and _names_no_reason(error):
        error = reason
    elif isinstance(error, NotFoundError):
        # What was not found is there: new portals have the same code for other failures.
        error = BusinessRefusalError("refused", code=error.code, method=error.method)
    return WriteFailedError(error, written.read, payment.number)


def _names_no_reason(error: AppError) -> bool:
    """Whether the portal's word for it stands for several reasons."""
    if isinstance(error, OrderCanceledError):
        return False
    return isinstance(error, BareRefusalError | BusinessRefusalError | NotFoundError)


def _unseen(written: Written) -> AppError:
    known = written.error or written.cause
    if isinstance(known, BareRefusalError):
        # Some portals say no to what they did, and what would tell cannot be read.
        return PortalSilentError("denied, and the portal cannot be read", code=known.code)
    if known is not None:
        return known
    if written.is_guarded_off:
        return PortalBusyError("nothing was written, and the portal cannot be read", code="unread")
    return PortalSilentError("written, but the portal cannot be read", code=OutcomeCode.UNSEEN)
