"""Marking payments paid and unpaid."""

from __future__ import annotations

from b24app.bitrix import payments
from b24app.domain import Payment
from b24app.services import portal_writes
from b24app.services.deps import Deps
from b24app.services.launches import Acting
from b24app.services.portal_writes import Written
from b24app.services.writes import Kind, Step, StepFailedError


def mark(deps: Deps, acting: Acting, payment_id: int, *, paid: bool) -> Step:
    """Mark a payment paid or unpaid. Already in that state is success without a write.

    Raises NotOnThisCardError, GoneError, RightsRefusedError and the portal's refusals.
    Method pages: crm-item-payment-pay.md, crm-item-payment-unpay.md.
    """
    portal_writes.require_member(deps, acting, payment_id)
    written = portal_writes.write_guarded(
        deps,
        acting,
        payment_id,
        while_paid=not paid,
        make=payments.pay if paid else payments.unpay,
    )
    payment = portal_writes.shown_payment(written, payment_id)
    if written.error is not None:
        raise StepFailedError(written.error, written.read, payment.number)
    return _marked(written, payment, paid=paid)


def _marked(written: Written, payment: Payment, *, paid: bool) -> Step:
    word = "paid" if paid else "unpaid"
    if payment.is_paid is not paid:
        code = f"not_confirmed_{word}" if written.is_lost else f"not_{word}"
        kind = Kind.UNKNOWN if written.is_lost else Kind.FAILED
        return Step(kind, code, 502, written.read, payment.number)
    if written.is_guarded_off:
        return Step(Kind.ALREADY, f"already_{word}", 200, written.read, payment.number, word, word)
    before = "unpaid" if paid else "paid"
    return Step(Kind.DONE, word, 200, written.read, payment.number, before, word)
