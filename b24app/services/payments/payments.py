"""What concerns a payment as a whole: paid and unpaid, its payment system, its deletion."""

from __future__ import annotations

from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payments
from b24app.domain import Payment, PaySystem
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    GoneError,
    InputError,
    PaidLockedError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.directories import pay_systems
from b24app.services.writing import afterwards, guarded_writes, membership, portal_writes
from b24app.services.writing.afterwards import Written
from b24app.services.writing.writes import Kind, Step, StepFailedError, Undo


def mark(
    card: CardSession,
    payment_id: int,
    *,
    paid: bool,
    shown: Decimal | None = None,
    may_be_zero: bool = False,
) -> Step:
    """Mark a payment paid or unpaid. Already in that state is success without a write.

    `shown` is the amount the person saw. Where the state has to be read before anyway, another
    amount stops the write; where it is written in one call, it is said afterwards. One of nothing
    is marked paid only where `may_be_zero` says that the person was asked.
    Raises NotOnThisCardError, GoneError, RightsRefusedError and the portal's refusals.
    Method pages: crm-item-payment-pay.md, crm-item-payment-unpay.md.
    """
    asks_for_nothing = InputError("the payment asks for nothing", code="zero_asks")
    if paid and not may_be_zero and shown == 0:
        raise asks_for_nothing
    if card.is_listing_fresh and payment_id in card.listed:
        command = _marking(payment_id, paid=paid)
        written = guarded_writes.write_guarded(card, payment_id, command, while_paid=not paid)
    else:
        before = membership.present(card, payment_id)
        if paid and not may_be_zero and not (before.sum.amount or before.is_paid):
            raise StepFailedError(asks_for_nothing, None, before.number)
        written = _proven(card, before, shown, paid=paid)
    payment = afterwards.shown_payment(written, payment_id)
    is_denied = written.error is not None and afterwards.is_bare(written.error)
    # A bare no is believed only as far as the state that is read afterwards bears it out.
    if written.error is not None and not (is_denied and payment.is_paid is paid):
        raise StepFailedError(written.error, written.read, payment.number)
    return _marked(written, payment, shown, paid=paid)


def _marking(payment_id: int, *, paid: bool) -> Command[bool]:
    return payments.pay(payment_id) if paid else payments.unpay(payment_id)


def _proven(card: CardSession, before: Payment, shown: Decimal | None, *, paid: bool) -> Written:
    """Mark after a call that proved membership and state. Marking twice has no second effect."""
    payment_id = before.id
    if shown is not None and before.sum.amount != shown:
        raise StepFailedError(
            ChangedMeanwhileError("the amount changed"),
            portal_writes.settle(card, [payment_id]),
            before.number,
        )
    if before.is_paid is paid:
        read = portal_writes.settle(card, [payment_id])
        return Written(read, is_guarded_off=True)
    return portal_writes.write(card, _marking(payment_id, paid=paid), [payment_id])


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
    if shown is not None and payment.sum.is_readable and payment.sum.amount != shown:
        code = f"{word}_other_amount"
    elif paid and shown is None and not payment.sum.amount:
        code = "paid_zero"
    undo = Undo("unpay" if paid else "pay", payment.id, amount=payment.sum.amount)
    return Step(Kind.DONE, code, 200, written.read, payment.number, before, word, undo=undo)


def change_system(
    card: CardSession, payment_id: int, system: PaySystem, shown: int | None = None
) -> Step:
    """Let an unpaid payment be paid another way. Page: crm-item-payment-update.md.

    `system` is one of the portal's directory; `shown` the id that the person saw, 0 for none, and
    another one in its place stops the write. Old portals keep the previous name beside the new id,
    so the id decides.
    """
    before = membership.present(card, payment_id)
    if before.is_paid:
        raise StepFailedError(PaidLockedError("the payment is paid"), None, before.number)
    if before.pay_system_id == system.id:
        read = portal_writes.settle(card, [payment_id])
        name = before.pay_system_name
        return Step(Kind.ALREADY, "system_already", 200, read, before.number, name, name)
    if shown is not None and shown != (before.pay_system_id or 0):
        raise StepFailedError(
            ChangedMeanwhileError("the payment system changed"),
            portal_writes.settle(card, [payment_id]),
            before.number,
        )
    # The portal would change a paid payment's system too, should it be paid at this moment.
    command = payments.update_payment(payment_id, pay_system_id=system.id)
    written = guarded_writes.write_guarded(card, payment_id, command, while_paid=False)
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
        reason = _missing_system(card, system)
        raise afterwards.refusal(written, written.error, payment, reason)
    if written.is_guarded_off:
        raise StepFailedError(PaidLockedError("paid meanwhile"), written.read, payment.number)
    if payment.pay_system_id is None:
        raise afterwards.unseen(written, payment)
    return afterwards.not_as_asked(written, "system_not_changed", payment.number)


def _missing_system(card: CardSession, system: PaySystem) -> AppError | None:
    """Whether the system left the directory since that was read. Unreadable: nobody knows."""
    try:
        present = pay_systems.read(card)
    except AppError:
        return None
    if any(one.id == system.id for one in present):
        return None
    return InputError("removed meanwhile", code="no_system", field="pay_system_id")


def delete(card: CardSession, payment_id: int, shown: Decimal | None = None) -> Step:
    """Delete an unpaid payment; its products can be billed again. Page: crm-item-payment-delete.md.

    A paid one is refused before the portal is asked. Not listed afterwards is what proves it.
    """
    before = membership.present(card, payment_id)
    if before.is_paid:
        raise StepFailedError(PaidLockedError("the payment is paid"), None, before.number)
    if shown is not None and before.sum.amount != shown:
        raise StepFailedError(
            ChangedMeanwhileError("the amount changed"),
            portal_writes.settle(card, [payment_id]),
            before.number,
        )
    # Should it be paid at this moment, the portal refuses.
    command = payments.delete_payment(payment_id)
    written = portal_writes.write(card, command, [payment_id])
    try:
        payment = afterwards.shown_payment(written, payment_id)
    except StepFailedError as gone:
        if not isinstance(gone.error, GoneError):
            raise
        # Refused and yet not there: somebody else deleted it at this moment.
        kind = Kind.ALREADY if written.error is not None else Kind.DONE
        amount = f"{before.sum.amount} {before.sum.currency}".strip()
        return Step(kind, "payment_deleted", 200, written.read, before.number, amount, "deleted")
    if written.error is not None:
        raise afterwards.refusal(written, written.error, payment)
    if payment.is_paid:
        raise StepFailedError(PaidLockedError("paid meanwhile"), written.read, payment.number)
    return afterwards.not_as_asked(written, "payment_not_deleted", before.number)
