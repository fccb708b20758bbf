"""Hold the words of actions on the deliveries of a payment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from b24app.services.actions import Action, DeedName, OutcomeCode
from b24app.web.words.actions.action_words import NOT_AS_ASKED, ActionWords, Said

BILLED_TWICE = _l(
    "Delivery %(delivery)s is now in payments %(number)s and %(other)s: the client is billed for "
    "it more than once."
)

TWO_PLACES = _l("The delivery may be in two payments or in none")

DELIVERIES = ActionWords(
    rules={
        Action.DELIVERIES: (_l("Edit deliveries"), _l("Add, remove, reassign, move")),
    },
    log={
        DeedName.ADD_DELIVERY: _l("Delivery added"),
        DeedName.REMOVE_DELIVERY: _l("Delivery removed"),
        DeedName.REASSIGN_DELIVERY: _l("Delivery reassigned"),
        DeedName.MOVE_DELIVERY: _l("Delivery moved"),
    },
    outcomes={
        OutcomeCode.DELIVERY_REASSIGNED: Said(_l("Delivery reassigned in payment %(number)s")),
        OutcomeCode.DELIVERY_ALREADY: Said(
            _l("The delivery was already linked to this payment"), is_note=True
        ),
        OutcomeCode.DELIVERY_NOT_CONFIRMED: Said(
            _l("The delivery was not reassigned as asked. What you see now is current."),
            NOT_AS_ASKED,
        ),
        OutcomeCode.DELIVERY_THERE: Said(
            _l("This delivery was already in the payment"), is_note=True
        ),
        OutcomeCode.DELIVERY_ADDED: Said(_l("Delivery added to payment %(number)s")),
        OutcomeCode.DELIVERY_PUT_BACK: Said(_l("Delivery put back into payment %(number)s")),
        OutcomeCode.DELIVERY_ADDED_TWICE: Said(BILLED_TWICE),
        OutcomeCode.DELIVERY_REASSIGNED_TWICE: Said(BILLED_TWICE),
        OutcomeCode.DELIVERY_MOVED_TWICE: Said(BILLED_TWICE),
        OutcomeCode.DELIVERY_IN_ANOTHER: Said(
            _l(
                "Nothing was changed: delivery %(delivery)s is already in payment %(other)s. Move "
                "it from there, or choose it again to bill the client twice."
            ),
            _l("The delivery was in another payment already"),
        ),
        OutcomeCode.DELIVERY_IN_PAID: Said(
            _l(
                "Nothing was changed: delivery %(delivery)s is already in payment %(other)s, which "
                "is paid. Choose it again only if the client is to be billed twice."
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
    },
)

WORDS = (DELIVERIES,)
