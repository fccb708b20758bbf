"""Mark a payment as paid or as unpaid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payments
from b24app.domain import Payment, Told
from b24app.errors import ChangedMeanwhileError, InputCode, InputError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind, UndoKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import returned
from b24app.services.writing import ownership, timeline
from b24app.services.writing.change import After, Change, Edit, Verdict, change
from b24app.services.writing.conditional import State
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import Outcome, Undo
from b24app.services.writing.timeline import Teller, Words


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the two marks, with the code of each way it can end."""

    action: Action
    name: DeedName
    paid: bool
    word: str
    other: str
    done: OutcomeCode
    already: OutcomeCode
    not_done: OutcomeCode
    unconfirmed: OutcomeCode
    undo: UndoKind

    def command(self, payment_id: int) -> Command[bool]:
        """Return the write that makes it."""
        return payments.pay(payment_id) if self.paid else payments.unpay(payment_id)

    def before(self, seen: Seen) -> State:
        """Return what the payment must be for it, as the person saw it."""
        return State(not self.paid, seen.expected_amount)


PAID = Mark(
    action=Action.PAY,
    name=DeedName.PAY,
    paid=True,
    word="paid",
    other="unpaid",
    done=OutcomeCode.PAID,
    already=OutcomeCode.ALREADY_PAID,
    not_done=OutcomeCode.NOT_PAID,
    unconfirmed=OutcomeCode.NOT_CONFIRMED_PAID,
    undo=UndoKind.UNPAY,
)
UNPAID = Mark(
    action=Action.UNPAY,
    name=DeedName.UNPAY,
    paid=False,
    word="unpaid",
    other="paid",
    done=OutcomeCode.UNPAID,
    already=OutcomeCode.ALREADY_UNPAID,
    not_done=OutcomeCode.NOT_UNPAID,
    unconfirmed=OutcomeCode.NOT_CONFIRMED_UNPAID,
    undo=UndoKind.PAY,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person saw, and whether they were asked about a zero amount.

    `expected_amount` is None if the page did not say; `is_returned`: it called it given back, or
    had done so before the mark that is undone.
    `told` is number and amount as the page has them, which only the portal can confirm. `stamp` is
    that of the payment after the mark that is undone, "" for what undoes none: another one now says
    that somebody has marked it since.
    """

    expected_amount: Decimal | None = None
    may_be_zero: bool = True
    told: Told | None = None
    stamp: str = ""
    is_returned: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The payment if it was read, None if it was just listed here."""

    payment: Payment | None


def pay(
    card: CardSession, asked: WriteRequest, payment_id: int, seen: Seen, words: Words
) -> Outcome:
    """Mark a payment as paid; already paid is success without a write.

    An amount other than the one seen stops the write. One that changes in that very moment, or on a
    portal that ignores filters, is reported afterwards. `words` are for the card's timeline.
    Page: crm-item-payment-pay.md.
    """
    teller = timeline.teller(card, words, asked.note)
    return change(card, asked, change_to(PAID, card, payment_id, seen, teller))


def unpay(
    card: CardSession, asked: WriteRequest, payment_id: int, seen: Seen, words: Words
) -> Outcome:
    """Mark a payment as unpaid, like `pay`. Page: crm-item-payment-unpay.md."""
    teller = timeline.teller(card, words, asked.note)
    return change(card, asked, change_to(UNPAID, card, payment_id, seen, teller))


def change_to(
    mark: Mark, card: CardSession, payment_id: int, seen: Seen, teller: Teller | None = None
) -> Change[Found]:
    """Return what is special about one of the two marks."""

    def verify(card: CardSession, payment_id: int) -> Found:
        _require_amount(seen, seen.expected_amount)
        is_enough = not seen.stamp and _is_proven_by_list(card, payment_id, mark)
        return Found(None if is_enough else _fetch(card, payment_id, mark))

    def plan(found: Found) -> Edit:
        payment = found.payment
        if payment is not None:
            _require_unchanged(payment, mark, seen)
        is_so = payment is not None and payment.is_paid is mark.paid
        return Edit(
            # Marking twice has no second effect, so a payment proven by a call needs no
            # precondition, but telling of it twice has.
            commands=[] if is_so else [mark.command(payment_id)],
            only_while=mark.before(seen) if payment is None or teller else None,
            passenger=teller.passenger(_told(payment, seen)) if teller and not is_so else None,
            is_done=lambda after: after.payment.is_paid is mark.paid,
            done=lambda after: _marked(after, mark, seen, card, payment),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, mark.not_done),
            unconfirmed=mark.unconfirmed,
            why_not=lambda after: _changed_meanwhile(after, seen),
            is_refusal_final=True,
        )

    return Change(
        mark.action,
        mark.name,
        payment_id,
        verify,
        plan,
        needs_unpaid=False,
        teller=teller,
        ends_reminder=mark.paid,
    )


def _fetch(card: CardSession, payment_id: int, mark: Mark) -> Payment:
    payment = ownership.fetch_own_payment(card, payment_id)
    return returned.known_one(card, payment) if mark.paid else payment


def _is_proven_by_list(card: CardSession, payment_id: int, mark: Mark) -> bool:
    if not card.is_listing_fresh or payment_id not in card.listed:
        return False
    # Of one that was given back, its own mark says whether it still is.
    return not (mark.paid and returned.may_be(card, payment_id))


def _told(payment: Payment | None, seen: Seen) -> Told | None:
    if payment is None:
        return seen.told
    return Told(payment.number, payment.sum, payment.id) if payment.sum.is_readable else None


def _require_unchanged(payment: Payment, mark: Mark, seen: Seen) -> None:
    if payment.is_paid is not mark.paid and seen.stamp not in {"", payment.stamp}:
        raise ChangedMeanwhileError("somebody has marked it since")
    if mark.paid and not payment.is_paid:
        _require_amount(seen, payment.sum.amount)
        if payment.is_returned and not seen.is_returned and seen.expected_amount is not None:
            raise ChangedMeanwhileError("the money was given back")
    if seen.expected_amount is not None and payment.sum.amount != seen.expected_amount:
        raise ChangedMeanwhileError("the amount changed")


def _changed_meanwhile(after: After, seen: Seen) -> ChangedMeanwhileError | None:
    if after.written.was_skipped and seen.expected_amount not in {None, after.payment.sum.amount}:
        return ChangedMeanwhileError("the amount changed")
    return None


def _require_amount(seen: Seen, amount: Decimal | None) -> None:
    if amount == 0 and not seen.may_be_zero:
        raise InputError("the payment asks for nothing", code=InputCode.ZERO_ASKS)


def _is_of_somebody_else(after: After, mark: Mark, card: CardSession) -> bool:
    """Return whether the portal names another person as the author of the mark.

    What the page showed may be minutes old, and between the read before a write and the write a
    portal may take seconds, so a colleague may have marked it before. The portal answers success to
    a mark that was there already, and keeps nothing of who marks as unpaid (e.5). Where it
    confirmed ours and names nobody, it is ours.
    """
    if not mark.paid:
        return False
    is_confirmed = not after.written.is_lost and after.error is None
    payer_id = after.payment.payer_id
    return payer_id != card.user_id and not (is_confirmed and payer_id is None)


def _marked(
    after: After, mark: Mark, seen: Seen, card: CardSession, before: Payment | None
) -> Verdict:
    """Report the mark. It can be undone here if it is certain that it was made here.

    `before` is the payment as it was read just before, None if it was not.
    """
    if after.written.was_skipped or _is_of_somebody_else(after, mark, card):
        return Verdict(OutcomeKind.ALREADY, mark.already, mark.word, mark.word)
    amount = after.payment.sum.amount
    code = mark.done
    if (
        seen.expected_amount is not None
        and after.payment.sum.is_readable
        and amount != seen.expected_amount
    ):
        code = OutcomeCode.PAID_OTHER_AMOUNT
    elif mark.paid and seen.expected_amount is None and not amount:
        code = OutcomeCode.PAID_ZERO
    elif seen.is_returned and not mark.paid:
        code = OutcomeCode.UNPAID_NOT_RETURNED
    undo = Undo(
        mark.undo,
        after.payment_id,
        expected_amount=amount,
        stamp=after.payment.stamp,
        was_returned=mark.paid and seen.is_returned,
    )
    is_certain = mark.paid or before is not None or not after.written.is_lost
    return Verdict(OutcomeKind.DONE, code, mark.other, mark.word, undo=undo if is_certain else None)
