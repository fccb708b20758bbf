"""Change the payment system of a payment."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.methods import payments
from b24app.domain import Payment, PaySystem
from b24app.errors import AppError, ChangedMeanwhileError, InputCode, InputError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.directories import pay_systems
from b24app.services.writing import ownership
from b24app.services.writing.change import After, Change, Edit, Verdict, change
from b24app.services.writing.conditional import State
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """The payment, and the system it should get."""

    payment: Payment
    system: PaySystem


def change_system(
    card: CardSession,
    asked: WriteRequest,
    payment_id: int,
    system_id: int,
    expected_system_id: int | None = None,
) -> Outcome:
    """Change an unpaid payment's system. Page: crm-item-payment-update.md.

    The system must be in the portal's directory. `expected_system_id` is what the person saw, 0 for
    none; a different one now stops the write. Old portals keep the previous name with the new id,
    so the id decides.
    """

    def verify(card: CardSession, payment_id: int) -> Found:
        # First: of a payment that is gone nothing else matters.
        payment = ownership.fetch_own_payment(card, payment_id)
        return Found(payment, pay_systems.known(card, system_id))

    def plan(found: Found) -> Edit | Verdict:
        before, system = found.payment, found.system
        name = before.pay_system_name
        if before.pay_system_id == system.id:
            return Verdict(OutcomeKind.ALREADY, OutcomeCode.SYSTEM_ALREADY, name, name)
        if expected_system_id is not None and expected_system_id != (before.pay_system_id or 0):
            raise ChangedMeanwhileError("the payment system changed")
        return Edit(
            commands=[payments.update_payment(payment_id, pay_system_id=system.id)],
            # The portal would also change the system of a payment that is paid at this moment.
            only_while=State(is_paid=False),
            is_done=lambda after: _is_of(after, system),
            done=lambda _: Verdict(OutcomeKind.DONE, OutcomeCode.SYSTEM_CHANGED, name, system.name),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.SYSTEM_NOT_CHANGED),
            why_not=lambda after: _missing(card, system) if after.error else None,
        )

    name = DeedName.CHANGE_SYSTEM
    return change(card, asked, Change(Action.SYSTEM, name, payment_id, verify, plan))


def _is_of(after: After, system: PaySystem) -> bool | None:
    now = after.payment.pay_system_id
    is_unread = now is None and after.error is None and not after.written.was_skipped
    return None if is_unread else now == system.id


def _missing(card: CardSession, system: PaySystem) -> AppError | None:
    """Return whether the system has left the directory since. Unreadable: unknown."""
    try:
        present = pay_systems.read(card)
    except AppError:
        return None
    if any(known.id == system.id for known in present):
        return None
    return InputError("removed meanwhile", code=InputCode.NO_SYSTEM, field="pay_system_id")
