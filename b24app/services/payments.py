"""What concerns a payment as a whole: paid and unpaid, its payment system, its deletion."""

from __future__ import annotations

from decimal import Decimal

from b24app.bitrix import payments
from b24app.domain import Payment, PaySystem
from b24app.errors import ChangedMeanwhileError, GoneError, PaidLockedError
from b24app.services import afterwards, portal_writes
from b24app.services.afterwards import Written
from b24app.services.deps import Deps
from b24app.services.launches import Acting
from b24app.services.writes import Kind, Step, StepFailedError


def mark(
    deps: Deps, acting: Acting, payment_id: int, *, paid: bool, shown: Decimal | None = None
) -> Step:
    """Mark a payment paid or unpaid. Already in that state is success without a write.

    `shown` is the amount the person saw. Where the state has to be read before anyway, another
    amount stops the write; where it is written in one call, it is said afterwards.
    Raises NotOnThisCardError, GoneError, RightsRefusedError and the portal's refusals.
    Method pages: crm-item-payment-pay.md, crm-item-payment-unpay.md.
    """
    present = portal_writes.require_member(deps, acting, payment_id)
    if present is not None and shown is not None and present.sum.amount != shown:
        raise StepFailedError(
            ChangedMeanwhileError("the amount changed"),
            portal_writes.settle(deps, acting, [payment_id]),
            present.number,
        )
    written = portal_writes.write_guarded(
        deps,
        acting,
        payment_id,
        while_paid=not paid,
        make=payments.pay if paid else payments.unpay,
    )
    payment = afterwards.shown_payment(written, payment_id)
    if written.error is not None:
        raise StepFailedError(written.error, written.read, payment.number)
    return _marked(written, payment, shown, paid=paid)


def _marked(written: Written, payment: Payment, shown: Decimal | None, *, paid: bool) -> Step:
    word = "paid" if paid else "unpaid"
    if payment.is_paid is not paid:
        code = f"not_confirmed_{word}" if written.is_lost else f"not_{word}"
        kind = Kind.UNKNOWN if written.is_lost else Kind.FAILED
        return Step(kind, code, 502, written.read, payment.number)
    if written.is_guarded_off:
        return Step(Kind.ALREADY, f"already_{word}", 200, written.read, payment.number, word, word)
    before = "unpaid" if paid else "paid"
    code = word
    if shown is not None and payment.sum.amount != shown:
        code = f"{word}_other_amount"
    return Step(Kind.DONE, code, 200, written.read, payment.number, before, word)


def change_system(deps: Deps, acting: Acting, payment_id: int, system: PaySystem) -> Step:
    """Let an unpaid payment be paid another way. Page: crm-item-payment-update.md.

    `system` is one of the portal's directory. Old portals keep the previous name beside the new
    id, so the id decides.
    """
    before = portal_writes.present(deps, acting, payment_id)
    if before.is_paid:
        raise StepFailedError(PaidLockedError("the payment is paid"), None, before.number)
    if before.pay_system_id == system.id:
        read = portal_writes.settle(deps, acting, [payment_id])
        name = before.pay_system_name
        return Step(Kind.ALREADY, "system_already", 200, read, before.number, name, name)
    written = portal_writes.write_guarded(
        deps,
        acting,
        payment_id,
        while_paid=False,
        make=lambda target: payments.update_payment(target, pay_system_id=system.id),
    )
    payment = afterwards.shown_payment(written, payment_id)
    if payment.pay_system_id == system.id:
        return Step(
            Kind.DONE,
            "system_changed",
            200,
            written.read,
            payment.number,
            before.pay_system_name,
            system.name,
        )
    if written.error is not None:
        raise afterwards.refusal(written, written.error, payment)
    if written.is_guarded_off:
        raise StepFailedError(PaidLockedError("paid meanwhile"), written.read, payment.number)
    return afterwards.not_as_asked(written, "system_not_changed", payment.number)


def delete(deps: Deps, acting: Acting, payment_id: int, shown: Decimal | None = None) -> Step:
    """Delete an unpaid payment; its products can be billed again. Page: crm-item-payment-delete.md.

    A paid one is refused before the portal is asked. Not listed afterwards is what proves it.
    """
    before = portal_writes.present(deps, acting, payment_id)
    if before.is_paid:
        raise StepFailedError(PaidLockedError("the payment is paid"), None, before.number)
    if shown is not None and before.sum.amount != shown:
        raise StepFailedError(
            ChangedMeanwhileError("the amount changed"),
            portal_writes.settle(deps, acting, [payment_id]),
            before.number,
        )
    written = portal_writes.write_guarded(
        deps, acting, payment_id, while_paid=False, make=payments.delete_payment
    )
    try:
        payment = afterwards.shown_payment(written, payment_id)
    except StepFailedError as gone:
        if not isinstance(gone.error, GoneError):
            raise
        kind = Kind.ALREADY if written.is_guarded_off else Kind.DONE
        amount = f"{before.sum.amount} {before.sum.currency}"
        return Step(kind, "payment_deleted", 200, written.read, before.number, amount, "deleted")
    if written.error is not None:
        raise afterwards.refusal(written, written.error, payment)
    if payment.is_paid:
        raise StepFailedError(PaidLockedError("paid meanwhile"), written.read, payment.number)
    return afterwards.not_as_asked(written, "payment_not_deleted", before.number)
