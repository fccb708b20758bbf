"""Whether a new payment came into being: what the portal said, and what its list shows.

`crm.item.payment.add` is not idempotent, so it is sent once; a lost or untrue answer is settled by
comparing the card's payments before and after (crm-item-payment-add.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.errors import AppError, PortalError, PortalSilentError
from b24app.services import afterwards, portal_writes
from b24app.services.acting import Acting
from b24app.services.deps import Deps
from b24app.services.tab import Read
from b24app.services.unbilled import Before
from b24app.services.writes import StepFailedError


@dataclass(frozen=True)
class Made:
    """What a creation led to. `payment_id` None: none was made, or nobody knows (`read` None)."""

    payment_id: int | None
    read: Read | None
    error: AppError | None = None
    is_lost: bool = False


def settled(deps: Deps, acting: Acting, before: Before) -> Made:
    """Find out after a lost answer. Exactly one new payment is taken for the one that was asked."""
    read = portal_writes.settle(deps, acting, [])
    if read is None:
        return Made(None, None, is_lost=True)
    fresh = _fresh(before, read)
    if len(fresh) != 1:
        return Made(None, read, is_lost=True)
    again = portal_writes.settle(deps, acting, fresh) or read
    return Made(fresh[0], again, is_lost=True)


def denied(before: Before, read: Read | None, error: PortalError) -> Made:
    """After a refusal. A bare no is believed only as far as no new payment is listed.

    One that is listed may be somebody else's, whom nothing was refused: nobody knows.
    """
    if read is not None and afterwards.is_bare(error) and _fresh(before, read):
        unknown = PortalSilentError("denied, and yet there is a new payment", code=error.code)
        return Made(None, read, unknown)
    return Made(None, read, error)


def _fresh(before: Before, read: Read) -> list[int]:
    """The payments that are new on the card."""
    return [one.id for one in read.core.payments if one.id not in before.payment_ids]


def made_id(made: Made) -> int:
    """The new payment's id. Raises StepFailedError where none was made or nobody knows."""
    if made.payment_id is not None:
        return made.payment_id
    if made.error is not None:
        raise StepFailedError(made.error, made.read)
    if made.read is None:
        raise StepFailedError(PortalSilentError("nobody knows whether a payment was created"))
    error = PortalSilentError("no new payment is listed after a lost answer", code="not_created")
    raise StepFailedError(error, made.read)
