"""Edit the delivery lines of a payment: link to another document, add, remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payment_deliveries
from b24app.domain import Delivery
from b24app.errors import AppError, ChangedMeanwhileError, InputCode, InputError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind, UndoKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import PaymentLines
from b24app.services.payments.delivery_lines import (
    Among,
    EditContext,
    place,
    place_among,
    require_expected,
)
from b24app.services.payments.delivery_places import Holder
from b24app.services.writing.change import After, Change, Edit, Verdict, change
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import Outcome, Undo

MOST_SHOWN = 5
"""Payments that one refusal names and reads again."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A delivery of this card to be put into a payment. None: nothing was chosen.

    If another payment bills it, the client would be asked for it twice. So it is refused, unless
    that payment is in `seen_in`, those the person was told about. `expected_document_id` is what
    they saw in the line to be changed: a different one now means that somebody else was faster, and
    so does another price than `seen_price`.
    """

    document_id: int | None
    seen_in: frozenset[int]
    expected_document_id: int | None = None
    seen_price: Decimal | None = None

    def require(self) -> int:
        """Return the document. Raises InputError without one."""
        if self.document_id is None:
            code, field = InputCode.NO_DELIVERY, "delivery_id"
            raise InputError("no delivery was chosen", code=code, field=field)
        return self.document_id


def reassign(
    card: CardSession, asked: WriteRequest, payment_id: int, item_id: int, choice: Choice
) -> Outcome:
    """Link a delivery line to another delivery document of this card.

    `setDelivery` stores any number, even of another card (with the price 0), so payment, line and
    document are proven first (crm-item-payment-delivery-set-delivery.md).
    """

    def plan(found: Among) -> Edit | Verdict:
        at, link = found.at, found.at.link(item_id)
        document_id = choice.require()
        at.document(document_id)
        before, after_it = at.label(link.document_id), at.label(document_id)
        if link.document_id == document_id:
            return Verdict(OutcomeKind.ALREADY, OutcomeCode.DELIVERY_ALREADY, before, after_it)
        require_expected(link, choice.expected_document_id)
        if document_id in at.document_ids:
            # Two lines of one document would ask the client for its price twice.
            raise InputError("there already", code=InputCode.DELIVERY_THERE, field="delivery_id")
        _require_as_offered(found, document_id, choice)
        holders = found.holders(document_id)
        if not _are_seen(holders, choice):
            return _in_another(at, document_id, holders)
        once, twice = OutcomeCode.DELIVERY_REASSIGNED, OutcomeCode.DELIVERY_REASSIGNED_TWICE
        code = twice if holders else once
        values = told_twice(payment_id, at.documents[document_id], holders)
        unconfirmed = Verdict(OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_CONFIRMED, before)
        return Edit(
            commands=[payment_deliveries.set_link(item_id, document_id)],
            is_done=lambda after: after.has(_document_of(after, item_id) == document_id),
            done=lambda _: Verdict(OutcomeKind.DONE, code, before, after_it, values),
            not_done=lambda _: unconfirmed,
            why_not=lambda after: _gone(after, document_id, item_id),
            contents=at.contents,
            take_back=lambda _: [payment_deliveries.set_link(item_id, link.document_id)],
        )

    name = DeedName.REASSIGN_DELIVERY
    return change(card, asked, Change(Action.DELIVERIES, name, payment_id, place_among, plan))


def _document_of(after: After, item_id: int) -> int | None:
    links = after.composition.links
    return next((link.document_id for link in links if link.id == item_id), None)


def add(card: CardSession, asked: WriteRequest, payment_id: int, choice: Choice) -> Outcome:
    """Add a delivery of this card to a payment; adding it twice has no second effect.

    Page: crm-item-payment-delivery-add.md.
    """

    def plan(found: Among) -> Edit | Verdict:
        at, document_id = found.at, choice.require()
        document = at.document(document_id)
        label = at.label(document_id)
        if document_id in at.document_ids:
            return Verdict(OutcomeKind.ALREADY, OutcomeCode.DELIVERY_THERE, label, label)
        _require_as_offered(found, document_id, choice)
        holders = found.holders(document_id)
        if not _are_seen(holders, choice):
            return _in_another(at, document_id, holders)
        code = OutcomeCode.DELIVERY_ADDED_TWICE if holders else OutcomeCode.DELIVERY_ADDED
        values = told_twice(payment_id, document, holders)
        return Edit(
            commands=[payment_deliveries.add_link(payment_id, document_id)],
            is_done=lambda after: after.has(document_id in documents_of(after.composition)),
            done=lambda _: Verdict(OutcomeKind.DONE, code, "", label, values),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_ADDED),
            why_not=lambda after: _gone(after, document_id),
            contents=at.contents,
            take_back=lambda after: _taking_out(after, document_id),
        )

    name = DeedName.ADD_DELIVERY
    return change(card, asked, Change(Action.DELIVERIES, name, payment_id, place_among, plan))


def _require_as_offered(found: Among, document_id: int, choice: Choice) -> None:
    """Raise ChangedMeanwhileError for another price than was seen, or another order."""
    found.at.require_price(document_id, choice.seen_price)
    found.at.require_fitting(document_id, found.places.order_numbers)


def _taking_out(after: After, document_id: int) -> list[Command[bool]]:
    links = [link for link in after.composition.links if link.document_id == document_id]
    return [payment_deliveries.delete_link(link.id) for link in links]


def _are_seen(holders: Sequence[Holder], choice: Choice) -> bool:
    return all(holder.payment.id in choice.seen_in for holder in holders)


def _in_another(at: EditContext, document_id: int, holders: Sequence[Holder]) -> Verdict:
    """Refuse to ask the client twice, and show where the delivery is."""
    is_paid = any(holder.payment.is_paid for holder in holders)
    return Verdict(
        OutcomeKind.REFUSED,
        OutcomeCode.DELIVERY_IN_PAID if is_paid else OutcomeCode.DELIVERY_IN_ANOTHER,
        "",
        at.label(document_id),
        {"delivery": at.documents[document_id].number, "other": _numbers(holders)},
        shows=tuple(holder.payment.id for holder in holders[: MOST_SHOWN - 1]),
    )


def told_twice(payment_id: int, document: Delivery, holders: Sequence[Holder]) -> dict[str, str]:
    """Return the notice of a delivery that several payments now bill, and when it is settled."""
    if not holders:
        return {}
    ids = (payment_id, *(holder.payment.id for holder in holders))
    return {
        "delivery": document.number,
        "other": _numbers(holders),
        "document": str(document.id),
        "among": " ".join(str(holder_id) for holder_id in ids),
    }


def _numbers(holders: Sequence[Holder]) -> str:
    return ", ".join(holder.payment.number for holder in holders[:MOST_SHOWN])


def remove(
    card: CardSession,
    asked: WriteRequest,
    payment_id: int,
    item_id: int,
    expected_document_id: int | None = None,
) -> Outcome:
    """Remove a delivery line from a payment; `expected_document_id` as in `Choice`.

    Page: crm-item-payment-delivery-delete.md.
    """

    def plan(at: EditContext) -> Edit:
        link = at.link(item_id)
        require_expected(link, expected_document_id)
        label = at.label(link.document_id)
        undo, back = None, []
        if link.document_id in at.documents:
            undo = Undo(UndoKind.DELIVERY, payment_id, link.document_id)
            back = [payment_deliveries.add_link(payment_id, link.document_id)]
        return Edit(
            commands=[payment_deliveries.delete_link(item_id)],
            is_done=lambda after: after.lacks(_document_of(after, item_id) is not None),
            done=lambda after: Verdict(
                OutcomeKind.DONE,
                OutcomeCode.DELIVERY_REMOVED,
                label,
                # Refused but gone: somebody else may have removed it.
                undo=undo if after.error is None else None,
            ),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_REMOVED, label),
            contents=at.contents,
            take_back=lambda _: back,
        )

    name = DeedName.REMOVE_DELIVERY
    return change(card, asked, Change(Action.DELIVERIES, name, payment_id, place, plan))


def _gone(after: After, document_id: int, item_id: int | None = None) -> AppError | None:
    """Return the likely cause of a refusal without a reason: line or document is gone."""
    read = after.written.read
    if after.error is None:
        return None
    is_there = item_id is None or _document_of(after, item_id) is not None
    is_known = read is None or document_id in read.core.deliveries_by_id
    return None if is_there and is_known else ChangedMeanwhileError("gone meanwhile")


def documents_of(composition: PaymentLines) -> frozenset[int]:
    """Return the documents that a payment's delivery lines are linked to."""
    return frozenset(link.document_id for link in composition.links)
