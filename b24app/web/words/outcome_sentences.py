"""Hold the sentences about how writes end: a row for each code, a column for each place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app.services.actions import OutcomeCode


@dataclass(frozen=True, slots=True)
class Said:
    """`card` is shown next to the payments, `log` is the reason in the activity log.

    What ended well, or is still running, has no reason there.
    """

    card: LazyString
    log: LazyString | None = None


BILLED_TWICE = _l(
    "Delivery %(delivery)s is now in payments %(number)s and %(other)s: the client is billed for "
    "it more than once."
)

NOT_AS_ASKED = _l("Bitrix24 took it, but did not show it afterwards")
TWO_PLACES = _l("The delivery may be in two payments or in none")
LEFT_OUT = _l("Not everything could be put into the payment")

OUTCOMES: Mapping[OutcomeCode, Said] = {
    OutcomeCode.PAID: Said(_l("Payment %(number)s marked as paid")),
    OutcomeCode.ALREADY_PAID: Said(_l("Payment %(number)s was already marked as paid")),
    OutcomeCode.NOT_PAID: Said(
        _l("Payment %(number)s was not marked as paid. Bitrix24 shows it as unpaid."), NOT_AS_ASKED
    ),
    OutcomeCode.NOT_CONFIRMED_PAID: Said(
        _l(
            "Bitrix24 did not confirm it: payment %(number)s is shown as unpaid now. "
            "Press Refresh in a moment before you try again."
        ),
        NOT_AS_ASKED,
    ),
    OutcomeCode.PAID_AGAIN: Said(_l("Payment %(number)s is marked as paid again")),
    OutcomeCode.UNPAID: Said(_l("Payment %(number)s marked as unpaid")),
    OutcomeCode.UNPAID_AGAIN: Said(_l("Payment %(number)s is marked as unpaid again")),
    OutcomeCode.ALREADY_UNPAID: Said(_l("Payment %(number)s was already unpaid")),
    OutcomeCode.NOT_UNPAID: Said(
        _l("Payment %(number)s was not marked as unpaid. Bitrix24 shows it as paid."), NOT_AS_ASKED
    ),
    OutcomeCode.NOT_CONFIRMED_UNPAID: Said(
        _l(
            "Bitrix24 did not confirm it: payment %(number)s is shown as paid now. "
            "Press Refresh in a moment before you try again."
        ),
        NOT_AS_ASKED,
    ),
    OutcomeCode.DELIVERY_REASSIGNED: Said(_l("Delivery reassigned in payment %(number)s")),
    OutcomeCode.DELIVERY_ALREADY: Said(_l("The delivery was already linked to this payment")),
    OutcomeCode.DELIVERY_NOT_CONFIRMED: Said(
        _l("The delivery was not reassigned as asked. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.PAID_ZERO: Said(
        _l("Payment %(number)s marked as paid. It asks for nothing: its amount is zero.")
    ),
    OutcomeCode.PAID_OTHER_AMOUNT: Said(
        _l(
            "Payment %(number)s marked as paid. Someone else had changed its amount: check what "
            "you see now."
        ),
        _l("Its amount was changed by someone else at the same time"),
    ),
    OutcomeCode.SYSTEM_CHANGED: Said(_l("Payment system changed for payment %(number)s")),
    OutcomeCode.SYSTEM_ALREADY: Said(
        _l("Payment %(number)s already has this payment system. Nothing was changed.")
    ),
    OutcomeCode.SYSTEM_NOT_CHANGED: Said(
        _l("The payment system was not changed. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.PAYMENT_DELETED: Said(_l("Payment %(number)s deleted")),
    OutcomeCode.PAYMENT_NOT_DELETED: Said(
        _l("Payment %(number)s was not deleted. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.PAYMENT_CREATED: Said(_l("Payment %(number)s created")),
    OutcomeCode.PAYMENT_CREATED_PARTLY: Said(
        _l(
            "Payment %(number)s was created, but without: %(names)s. Add them, or delete the "
            "payment."
        ),
        LEFT_OUT,
    ),
    OutcomeCode.PAYMENT_CREATED_UNSEEN: Said(
        _l("Payment %(number)s was created, but what is in it could not be read. Press Refresh."),
        _l("What is in the new payment could not be read"),
    ),
    OutcomeCode.REST_BILLED: Said(
        _l("Payment %(number)s created with everything that was unbilled")
    ),
    OutcomeCode.REST_BILLED_BUT: Said(
        _l(
            "Payment %(number)s created. Only whole quantities can be billed here, so a part is "
            "left of: %(names)s"
        )
    ),
    OutcomeCode.REST_NOT_BILLED: Said(
        _l(
            "Nothing was billed: Bitrix24 did not take %(names)s, so the new payment was deleted "
            "again."
        ),
        _l("Bitrix24 did not take the products, so the payment was deleted again"),
    ),
    OutcomeCode.REST_PARTLY: Said(
        _l(
            "Payment %(number)s was left half done: %(names)s may be missing in it. Check it, then "
            "complete it or delete it."
        ),
        LEFT_OUT,
    ),
    OutcomeCode.FILLING: Said(
        _l(
            "Payment %(number)s is not complete yet: %(done)s of %(total)s products are in it. "
            "Continue, unless someone else is adding them right now, or delete the payment."
        )
    ),
    OutcomeCode.FILLING_STOPPED: Said(
        _l(
            "Bitrix24 did not answer in time, so this stopped at %(done)s of %(total)s products. "
            "Wait a moment, then press Continue: nothing is added twice."
        ),
        _l("It stopped half-way, and the rest could be added later"),
    ),
    OutcomeCode.ITEM_ADDED: Said(_l("Item added to payment %(number)s")),
    OutcomeCode.ITEMS_ADDED: Said(_l("Items added to payment %(number)s")),
    OutcomeCode.ITEM_PUT_BACK: Said(_l("Item put back into payment %(number)s")),
    OutcomeCode.ITEMS_THERE: Said(_l("This was in the payment already, with this quantity")),
    OutcomeCode.ITEMS_NOT_ADDED: Said(
        _l("Nothing was added. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.ITEMS_PARTLY: Said(
        _l("Not added: %(names)s. The other items were added."), LEFT_OUT
    ),
    OutcomeCode.ITEM_REMOVED: Said(_l("Item removed from payment %(number)s")),
    OutcomeCode.ITEM_NOT_REMOVED: Said(
        _l("The item was not removed. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.QUANTITY_SAVED: Said(_l("Quantity saved in payment %(number)s")),
    OutcomeCode.QUANTITY_PUT_BACK: Said(_l("Quantity put back in payment %(number)s")),
    OutcomeCode.QUANTITY_DIFFERS: Said(
        _l(
            "Bitrix24 did not save this quantity; it shows %(stored)s now. What you see is current."
        ),
        NOT_AS_ASKED,
    ),
    OutcomeCode.SUM_STAYS: Said(
        _l(
            "The order of payment %(number)s is canceled in Bitrix24: the change was saved, but "
            "the amount stayed as it was, and the change could not be taken back. Look at it in "
            "Bitrix24."
        ),
        _l("The order is canceled, so the amount stayed as it was"),
    ),
    OutcomeCode.DELIVERY_THERE: Said(_l("This delivery was already in the payment")),
    OutcomeCode.DELIVERY_ADDED: Said(_l("Delivery added to payment %(number)s")),
    OutcomeCode.DELIVERY_PUT_BACK: Said(_l("Delivery put back into payment %(number)s")),
    OutcomeCode.DELIVERY_ADDED_TWICE: Said(BILLED_TWICE),
    OutcomeCode.DELIVERY_REASSIGNED_TWICE: Said(BILLED_TWICE),
    OutcomeCode.DELIVERY_MOVED_TWICE: Said(BILLED_TWICE),
    OutcomeCode.DELIVERY_IN_ANOTHER: Said(
        _l(
            "Nothing was changed: delivery %(delivery)s is already in payment %(other)s. Move it "
            "from there, or choose it again to bill the client twice."
        ),
        _l("The delivery was in another payment already"),
    ),
    OutcomeCode.DELIVERY_IN_PAID: Said(
        _l(
            "Nothing was changed: delivery %(delivery)s is already in payment %(other)s, which is "
            "paid. Choose it again only if the client is to be billed twice."
        ),
        _l("The delivery was in another payment already, which is paid"),
    ),
    OutcomeCode.DELIVERY_NOT_ADDED: Said(
        _l("The delivery was not added. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.DELIVERY_REMOVED: Said(_l("Delivery removed from payment %(number)s")),
    OutcomeCode.DELIVERY_NOT_REMOVED: Said(
        _l("The delivery was not removed. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.DELIVERY_MOVED: Said(
        _l("Delivery moved from payment %(number)s to payment %(other)s")
    ),
    OutcomeCode.DELIVERY_NOT_MOVED: Said(
        _l("The delivery was not moved. What you see now is current."), NOT_AS_ASKED
    ),
    OutcomeCode.DELIVERY_TWICE: Said(
        _l(
            "Delivery %(delivery)s may be in payments %(number)s and %(other)s now. "
            "Remove it from one of them."
        ),
        TWO_PLACES,
    ),
    OutcomeCode.DELIVERY_NOWHERE: Said(
        _l(
            "Delivery %(delivery)s may be in neither payment %(number)s nor %(other)s now. "
            "Add it to one of them."
        ),
        TWO_PLACES,
    ),
    OutcomeCode.NOT_CONFIRMED: Said(
        _l(
            "Bitrix24 did not confirm it, and what you see now is how it was a moment ago. "
            "Press Refresh in a moment before you try again."
        ),
        NOT_AS_ASKED,
    ),
    OutcomeCode.UNSEEN: Said(
        _l(
            "Bitrix24 has carried this out, but the present state could not be read. Press Refresh."
        ),
        _l("Carried out, but the state afterwards could not be read"),
    ),
    OutcomeCode.UNASKED: Said(
        _l("Bitrix24 did not answer. Nothing was changed. Try again in a moment."),
        _l("Bitrix24 did not answer before anything was sent"),
    ),
    OutcomeCode.ABANDONED: Said(
        _l(
            "The first attempt was interrupted, and it is not known whether it was carried out. "
            "What you see now is current; check it before you try again."
        ),
        _l("The first attempt was interrupted"),
    ),
}
