"""Delete a payment."""

from __future__ import annotations

import re
from decimal import Decimal

from b24app.bitrix.methods import payments
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    Executed,
    PaidLockedError,
    PortalError,
)
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.writing import ownership
from b24app.services.writing.change import After, Change, Edit, Verdict, change
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import Outcome
from b24app.services.writing.ownership import Present

NOT_THERE = re.compile(r"not (?:been )?found|(?:does not|doesn't) exist|no such", re.IGNORECASE)


def delete(
    card: CardSession, asked: WriteRequest, payment_id: int, expected_amount: Decimal | None
) -> Outcome:
    """Delete an unpaid payment; its products can be billed again. Page: crm-item-payment-delete.md.

    `expected_amount` is what the person saw. A paid payment is refused before the portal is asked.
    The deletion is proven when the payment is no longer listed.
    """
    return change(card, asked, change_to_gone(payment_id, expected_amount))


def change_to_gone(payment_id: int, expected_amount: Decimal | None) -> Change[Present]:
    """Return what is special about deleting a payment."""

    def plan(found: Present) -> Edit:
        amount = found.payment.sum
        if expected_amount is not None and amount.amount != expected_amount:
            raise ChangedMeanwhileError("the amount changed")
        before = f"{amount.amount} {amount.currency}".strip()
        return Edit(
            # If it is paid at this moment, the portal refuses.
            commands=[payments.delete_payment(payment_id)],
            is_done=lambda after: after.is_gone,
            # Refused for being gone: somebody else deleted it at the same time.
            done=lambda after: Verdict(
                OutcomeKind.ALREADY if _was_gone(after.error) else OutcomeKind.DONE,
                OutcomeCode.PAYMENT_DELETED,
                before,
                "deleted",
            ),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.PAYMENT_NOT_DELETED),
            why_not=_paid_meanwhile,
        )

    return Change(
        Action.DELETE,
        DeedName.DELETE,
        payment_id,
        ownership.verify,
        plan,
        ends_reminder=True,
    )


def _paid_meanwhile(after: After) -> AppError | None:
    is_paid = after.payment.is_paid and after.error is None
    return PaidLockedError("paid meanwhile") if is_paid else None


def _was_gone(error: AppError | None) -> bool:
    """Return whether the portal refused to delete what was not there any more.

    The code says nothing: what is thrown after the deletion has it too (quirk 102), and nobody else
    would be named as who deleted it. The sentence does, where the portal speaks English.
    """
    if error is None:
        return False
    if not isinstance(error, PortalError) or error.executed is Executed.NO:
        return True
    return bool(NOT_THERE.search(error.description))
