"""Hold the words of actions on the items of a payment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from b24app.services.actions import Action, DeedName, OutcomeCode
from b24app.web.words.actions.action_words import LEFT_OUT, NOT_AS_ASKED, ActionWords, Said

ITEMS = ActionWords(
    rules={
        Action.ITEMS: (_l("Edit items"), _l("Quantities, add, remove")),
    },
    log={
        DeedName.ADD_ITEMS: _l("Items added"),
        DeedName.SET_QUANTITY: _l("Quantity changed"),
        DeedName.REMOVE_ITEM: _l("Item removed"),
    },
    outcomes={
        OutcomeCode.ITEM_ADDED: Said(_l("Item added to payment %(number)s")),
        OutcomeCode.ITEMS_ADDED: Said(_l("Items added to payment %(number)s")),
        OutcomeCode.ITEM_PUT_BACK: Said(_l("Item put back into payment %(number)s")),
        OutcomeCode.ITEMS_THERE: Said(
            _l("This was in the payment already, with this quantity"), is_note=True
        ),
        OutcomeCode.ITEMS_NOT_ADDED: Said(
            _l("Nothing was added. What you see now is current."), NOT_AS_ASKED
        ),
        OutcomeCode.ITEMS_PARTLY: Said(
            _l("Not added: %(names)s. The other items were added."), LEFT_OUT
        ),
        OutcomeCode.QUANTITY_SAVED: Said(_l("Quantity saved in payment %(number)s")),
        OutcomeCode.QUANTITY_PUT_BACK: Said(_l("Quantity put back in payment %(number)s")),
        OutcomeCode.QUANTITY_DIFFERS: Said(
            _l(
                "Bitrix24 did not save this quantity; it shows %(stored)s now. What you see is "
                "current."
            ),
            NOT_AS_ASKED,
        ),
        OutcomeCode.ITEM_REMOVED: Said(_l("Item removed from payment %(number)s")),
        OutcomeCode.ITEM_NOT_REMOVED: Said(
            _l("The item was not removed. What you see now is current."), NOT_AS_ASKED
        ),
        OutcomeCode.SUM_STAYS: Said(
            _l(
                "The order of payment %(number)s is canceled in Bitrix24: the change was saved, "
                "but the amount stayed as it was, and the change could not be taken back. Look at "
                "it in Bitrix24."
            ),
            _l("The order is canceled, so the amount stayed as it was"),
        ),
        OutcomeCode.SUM_STRAYED: Said(
            _l(
                "The change was saved, but the amount of payment %(number)s did not follow it. "
                "Bitrix24 counts other prices in it than this card shows, and its amount is "
                "another one now. Check it before you ask for it."
            ),
            _l("The amount did not follow the change, and is another one now"),
        ),
        OutcomeCode.SUM_MOVED: Said(
            _l(
                "The amount of payment %(number)s did not follow the change, which was taken back. "
                "Bitrix24 counts other prices in it than this card shows, and its amount is "
                "another one now. Check it before you ask for it."
            ),
            _l("The amount did not follow the change, and is another one now"),
        ),
    },
)

WORDS = (ITEMS,)
