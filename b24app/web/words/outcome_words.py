"""The sentences about writes: what became of one, chosen by the code the service recorded."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from b24app import errors
from b24app.services.card.card_view import Notice
from b24app.services.writing import error_names
from b24app.services.writing.codes import ErrorName, OutcomeCode, UndoKind
from b24app.web.words.words import words_of

BILLED_TWICE = _l(
    "Delivery %(delivery)s is now in payments %(number)s and %(other)s: the client is billed for "
    "it more than once."
)

OUTCOMES: Mapping[OutcomeCode, LazyString] = {
    OutcomeCode.PAID: _l("Payment %(number)s marked as paid"),
    OutcomeCode.ALREADY_PAID: _l("Payment %(number)s was already marked as paid"),
    OutcomeCode.NOT_PAID: _l(
        "Payment %(number)s was not marked as paid. Bitrix24 shows it as unpaid."
    ),
    OutcomeCode.NOT_CONFIRMED_PAID: _l(
        "Bitrix24 did not confirm it: payment %(number)s is shown as unpaid now. "
        "Press Refresh in a moment before you try again."
    ),
    OutcomeCode.PAID_AGAIN: _l("Payment %(number)s is marked as paid again"),
    OutcomeCode.UNPAID: _l("Payment %(number)s marked as unpaid"),
    OutcomeCode.UNPAID_AGAIN: _l("Payment %(number)s is marked as unpaid again"),
    OutcomeCode.ALREADY_UNPAID: _l("Payment %(number)s was already unpaid"),
    OutcomeCode.NOT_UNPAID: _l(
        "Payment %(number)s was not marked as unpaid. Bitrix24 shows it as paid."
    ),
    OutcomeCode.NOT_CONFIRMED_UNPAID: _l(
        "Bitrix24 did not confirm it: payment %(number)s is shown as paid now. "
        "Press Refresh in a moment before you try again."
    ),
    OutcomeCode.DELIVERY_REASSIGNED: _l("Delivery reassigned in payment %(number)s"),
    OutcomeCode.DELIVERY_ALREADY: _l("The delivery was already linked to this payment"),
    OutcomeCode.DELIVERY_NOT_CONFIRMED: _l(
        "The delivery was not reassigned as asked. What you see now is current."
    ),
    OutcomeCode.PAID_ZERO: _l(
        "Payment %(number)s marked as paid. It asks for nothing: its amount is zero."
    ),
    OutcomeCode.PAID_OTHER_AMOUNT: _l(
        "Payment %(number)s marked as paid. Someone else had changed its amount: check what you "
        "see now."
    ),
    OutcomeCode.SYSTEM_CHANGED: _l("Payment system changed for payment %(number)s"),
    OutcomeCode.SYSTEM_ALREADY: _l(
        "Payment %(number)s already has this payment system. Nothing was changed."
    ),
    OutcomeCode.SYSTEM_NOT_CHANGED: _l(
        "The payment system was not changed. What you see now is current."
    ),
    OutcomeCode.PAYMENT_DELETED: _l("Payment %(number)s deleted"),
    OutcomeCode.PAYMENT_NOT_DELETED: _l(
        "Payment %(number)s was not deleted. What you see now is current."
    ),
    OutcomeCode.PAYMENT_CREATED: _l("Payment %(number)s created"),
    OutcomeCode.PAYMENT_CREATED_PARTLY: _l(
        "Payment %(number)s was created, but without: %(names)s. Add them, or delete the payment."
    ),
    OutcomeCode.PAYMENT_CREATED_UNSEEN: _l(
        "Payment %(number)s was created, but what is in it could not be read. Press Refresh."
    ),
    OutcomeCode.REST_BILLED: _l("Payment %(number)s created with everything that was unbilled"),
    OutcomeCode.REST_BILLED_BUT: _l(
        "Payment %(number)s created. Only whole quantities can be billed here, so a part is "
        "left of: %(names)s"
    ),
    OutcomeCode.REST_NOT_BILLED: _l(
        "Nothing was billed: Bitrix24 did not take %(names)s, so the new payment was deleted again."
    ),
    OutcomeCode.REST_PARTLY: _l(
        "Payment %(number)s was left half done: %(names)s may be missing in it. Check it, then "
        "complete it or delete it."
    ),
    OutcomeCode.FILLING: _l(
        "Payment %(number)s is not complete yet: %(done)s of %(total)s products are in it. "
        "Continue, unless someone else is adding them right now, or delete the payment."
    ),
    OutcomeCode.FILLING_STOPPED: _l(
        "Bitrix24 did not answer in time, so this stopped at %(done)s of %(total)s products. "
        "Wait a moment, then press Continue: nothing is added twice."
    ),
    OutcomeCode.ITEM_ADDED: _l("Item added to payment %(number)s"),
    OutcomeCode.ITEMS_ADDED: _l("Items added to payment %(number)s"),
    OutcomeCode.ITEM_PUT_BACK: _l("Item put back into payment %(number)s"),
    OutcomeCode.ITEMS_THERE: _l("This was in the payment already, with this quantity"),
    OutcomeCode.ITEMS_NOT_ADDED: _l("Nothing was added. What you see now is current."),
    OutcomeCode.ITEMS_PARTLY: _l("Not added: %(names)s. The other items were added."),
    OutcomeCode.ITEM_REMOVED: _l("Item removed from payment %(number)s"),
    OutcomeCode.ITEM_NOT_REMOVED: _l("The item was not removed. What you see now is current."),
    OutcomeCode.QUANTITY_SAVED: _l("Quantity saved in payment %(number)s"),
    OutcomeCode.QUANTITY_PUT_BACK: _l("Quantity put back in payment %(number)s"),
    OutcomeCode.QUANTITY_DIFFERS: _l(
        "Bitrix24 did not save this quantity; it shows %(stored)s now. What you see is current."
    ),
    OutcomeCode.SUM_STAYS: _l(
        "The order of payment %(number)s is canceled in Bitrix24: the change was saved, but the "
        "amount stayed as it was, and the change could not be taken back. Look at it in Bitrix24."
    ),
    OutcomeCode.DELIVERY_THERE: _l("This delivery was already in the payment"),
    OutcomeCode.DELIVERY_ADDED: _l("Delivery added to payment %(number)s"),
    OutcomeCode.DELIVERY_PUT_BACK: _l("Delivery put back into payment %(number)s"),
    OutcomeCode.DELIVERY_ADDED_TWICE: BILLED_TWICE,
    OutcomeCode.DELIVERY_REASSIGNED_TWICE: BILLED_TWICE,
    OutcomeCode.DELIVERY_MOVED_TWICE: BILLED_TWICE,
    OutcomeCode.DELIVERY_IN_ANOTHER: _l(
        "Nothing was changed: delivery %(delivery)s is already in payment %(other)s. Move it from "
        "there, or choose it again to bill the client twice."
    ),
    OutcomeCode.DELIVERY_IN_PAID: _l(
        "Nothing was changed: delivery %(delivery)s is already in payment %(other)s, which is "
        "paid. Choose it again only if the client is to be billed twice."
    ),
    OutcomeCode.DELIVERY_NOT_ADDED: _l("The delivery was not added. What you see now is current."),
    OutcomeCode.DELIVERY_REMOVED: _l("Delivery removed from payment %(number)s"),
    OutcomeCode.DELIVERY_NOT_REMOVED: _l(
        "The delivery was not removed. What you see now is current."
    ),
    OutcomeCode.DELIVERY_MOVED: _l("Delivery moved from payment %(number)s to payment %(other)s"),
    OutcomeCode.DELIVERY_NOT_MOVED: _l("The delivery was not moved. What you see now is current."),
    OutcomeCode.DELIVERY_TWICE: _l(
        "Delivery %(delivery)s may be in payments %(number)s and %(other)s now. "
        "Remove it from one of them."
    ),
    OutcomeCode.DELIVERY_NOWHERE: _l(
        "Delivery %(delivery)s may be in neither payment %(number)s nor %(other)s now. "
        "Add it to one of them."
    ),
    OutcomeCode.NOT_CONFIRMED: _l(
        "Bitrix24 did not confirm it, and what you see now is how it was a moment ago. "
        "Press Refresh in a moment before you try again."
    ),
    OutcomeCode.UNSEEN: _l(
        "Bitrix24 has carried this out, but the present state could not be read. Press Refresh."
    ),
    OutcomeCode.UNASKED: _l("Bitrix24 did not answer. Nothing was changed. Try again in a moment."),
    OutcomeCode.ABANDONED: _l(
        "The first attempt was interrupted, and it is not known whether it was carried out. "
        "What you see now is current; check it before you try again."
    ),
}

NOTHING_TO_DO = frozenset(
    {
        OutcomeCode.ALREADY_PAID,
        OutcomeCode.ALREADY_UNPAID,
        OutcomeCode.DELIVERY_ALREADY,
        OutcomeCode.DELIVERY_THERE,
        OutcomeCode.ITEMS_THERE,
        OutcomeCode.SYSTEM_ALREADY,
    }
)
"""Outcomes of acts that changed nothing, as everything was so already: told, but no success."""

UNDOES: Mapping[UndoKind, LazyString] = {
    UndoKind.UNPAY: _l(
        "Undo takes back the stock and the delivery too, but no automation, receipt or message to "
        "the client."
    ),
    UndoKind.PAY: _l(
        "Undo marks it as paid again, by you and as of now. Automation, a receipt and messages to "
        "the client may be repeated."
    ),
}
"""What taking back a mark does not take back (the portal's own limits), by what Undo would do."""

BAD_INPUT = {
    "fraction": _l("Enter a whole number: Bitrix24 would drop the fraction."),
    "fraction_asks": _l(
        "This item has a fraction now, which cannot be saved from here. Change its quantity first."
    ),
    "quantity": _l("Enter a whole number from 1."),
    "too_many": _l("There is not that much left to bill."),
    "too_many_rows": _l("These are too many products at once. Choose fewer."),
    "nothing_chosen": _l("Choose at least one product."),
    "no_delivery": _l("Choose a delivery."),
    "delivery_there": _l("This delivery is in the payment already. Choose another one."),
    "zero_asks": _l(
        "This payment asks for nothing: its amount is zero. Press Refresh, then mark it again."
    ),
    "no_amount": _l(
        "A payment has to ask for money: what you chose comes to zero or less. Choose a product "
        "with a price."
    ),
    "rest_changed": _l("Somebody else has changed what is left to bill. Check the new amount."),
    "nothing_to_bill": _l("Everything that can be billed here is in a payment already."),
    "no_estimate": _l(
        "This card has several orders and too many payments to tell what is left. Use New payment "
        "and choose the products."
    ),
    "no_system": _l("This payment system is not available any more. Choose another one."),
    "choice_gone": _l("What you chose is not on this card any more. Press Refresh."),
    "line_gone": _l("This line is not in the payment any more. What you see now is current."),
    "same_payment": _l("The delivery is in this payment already."),
    "number": _l("A number was expected."),
    "no_key": _l("The page is out of date. Reload the card and try again."),
}

TOO_MANY = _l("%(product)s: at most %(most)s can be billed.")
NONE_LEFT = _l("%(product)s: none is left to bill.")

MAY_BE_RIGHTS = _l(
    "Bitrix24 refused this, and nothing was changed. Either your rights do not allow it, or it was "
    "changed in Bitrix24 in the meantime. Press Refresh to see the present state."
)
CANCELED = _l(
    "Nothing was changed: the order of this payment is canceled in Bitrix24. To go on, reopen it "
    "there."
)
REFUSALS = {
    "SALE_ORDER_PAID_ORDER_CANCELED": CANCELED,
    "order_canceled_taken_back": _l(
        "Not saved: the order of this payment is canceled in Bitrix24, so the amount would have "
        "stayed as it is. What was changed was taken back."
    ),
    "order_canceled_not_created": _l(
        "No payment was created: the order of this card is canceled in Bitrix24. To go on, reopen "
        "it there."
    ),
    "order_canceled": CANCELED,
    "SALE_ORDER_PAYMENT_NOT_ENOUGH_USER_BUDGET": _l(
        "Nothing was changed: the client’s account in Bitrix24 does not hold that much."
    ),
    "SALE_PAYMENT_DELETE_EXIST_PAID": _l(
        "Nothing was changed: a paid payment cannot be deleted. Mark it as unpaid first."
    ),
    "SALE_PAYMENT_PAYMENT_SERVICE_EMPTY": _l(
        "No payment was created: this Bitrix24 has no payment system for this card. "
        "An administrator can add one."
    ),
    "unreadable_row": _l(
        "Nothing was changed: Bitrix24 sent data about this payment that cannot be read. Look at "
        "it there."
    ),
    "systems_unread": _l(
        "Nothing was changed: the payment systems of this Bitrix24 cannot be read now. Try again "
        "in a moment; if it stays so, ask an administrator to open this app."
    ),
    "SALE_PAYMENT_WRONG_PAYMENT_SERVICE": _l(
        "Nothing was changed: this payment system cannot be used here. Choose another one."
    ),
}
"""Refusals of the portal by what its code starts with."""

NOT_CREATED = _l(
    "No payment was created. Either your rights do not allow it, or your Bitrix24 plan allows no "
    "more payments. Ask an administrator."
)

LOST = _l(
    "Bitrix24 did not answer, so it is not known whether this was carried out. "
    "Press Refresh and check before you try again."
)

REFUSED_WRITE = _l(
    "Nothing was changed: Bitrix24 does not let you do this. "
    "Ask the responsible person or an administrator."
)


def announced(code: OutcomeCode | ErrorName, values: Mapping[str, str]) -> str:
    """The sentence for how a write ended."""
    if isinstance(code, OutcomeCode):
        return str(OUTCOMES[code] % _named(values))
    if values.get("code") == "0" and values.get("name") in {"create", "bill_rest"}:
        return str(NOT_CREATED)
    return refused(code, values.get("code", ""), values)


def names_payment(code: OutcomeCode | ErrorName) -> bool:
    """Whether the sentence for an outcome says which payment it is about."""
    return isinstance(code, OutcomeCode) and "%(number)s" in str(OUTCOMES[code])


def noticed(notice: Notice) -> str:
    """The sentence for a half-finished action that is still shown on the card."""
    return str(OUTCOMES[OutcomeCode(notice.code)] % _named(notice.values))


def _named(values: Mapping[str, str]) -> dict[str, str]:
    """The values of a sentence; of many rows only some are named, and the others counted."""
    more = int(values.get("more") or 0)
    if not more:
        return dict(values)
    names = ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, **values)
    return {**values, "names": names}


def bad_input(code: str, values: Mapping[str, str]) -> str:
    """The sentence for bad input, with the product and what is left of it where that is known."""
    if code == "too_many" and values.get("product"):
        words = TOO_MANY if values["most"] != "0" else NONE_LEFT
        return str(words % dict(values))
    return str(BAD_INPUT[code])


def refused(name: ErrorName, code: str = "", values: Mapping[str, str] | None = None) -> str:
    """The sentence for a write that ended in an error of the tree."""
    if code in BAD_INPUT:
        return f"{_l('Not saved.')} {bad_input(code, values or {})}"
    kind = error_names.CLASSES[name]
    if issubclass(kind, errors.PortalSilentError):
        return str(LOST)
    if issubclass(kind, errors.RightsRefusedError):
        return str(REFUSED_WRITE)
    if issubclass(kind, errors.BusinessRefusalError):
        said = next((words for start, words in REFUSALS.items() if code.startswith(start)), None)
        if said is not None:
            return str(said)
    if issubclass(kind, errors.UnexplainedRefusalError):
        return str(MAY_BE_RIGHTS)
    words = words_of(kind)
    return f"{words.title}. {words.text}"
