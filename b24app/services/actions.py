"""Name what a person can do with payments: the rule over it, the action, and each way it can end.

All names are stored: in the settings, in the activity log, with idempotency keys and with
half-finished actions. A stored value keeps its meaning for as long as the log is kept. Each name
has its words in `web/words/actions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Action(StrEnum):
    """What a rule can allow or forbid (decisions 23)."""

    PAY = "pay"
    UNPAY = "unpay"
    CREATE = "create"
    SYSTEM = "system"
    ITEMS = "items"
    DELIVERIES = "deliveries"
    LINK = "link"
    DELETE = "delete"
    REMIND = "remind"


class DeedName(StrEnum):
    """What a person does, as the activity log keeps it."""

    PAY = "pay"
    UNPAY = "unpay"
    CREATE = "create"
    BILL_REST = "bill_rest"
    FILL = "fill"
    CHANGE_SYSTEM = "change_system"
    DELETE = "delete"
    ADD_ITEMS = "add_items"
    SET_QUANTITY = "set_quantity"
    REMOVE_ITEM = "remove_item"
    ADD_DELIVERY = "add_delivery"
    REMOVE_DELIVERY = "remove_delivery"
    REASSIGN_DELIVERY = "reassign_delivery"
    MOVE_DELIVERY = "move_delivery"
    REMIND = "remind"
    CANCEL_REMINDER = "cancel_reminder"
    TAKE_LINK = "take_link"


class SettingsDeed(StrEnum):
    """What an administrator does on the application's own page, as the activity log keeps it."""

    SETTINGS = "settings"
    REPAIR = "repair"


class OutcomeKind(StrEnum):
    """How a write ended, as the activity log names it."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PARTIAL = "partial"

    @property
    def is_well(self) -> bool:
        """Return whether it is as it was asked to be, by this write or before."""
        return self in {OutcomeKind.DONE, OutcomeKind.ALREADY}


class OutcomeCode(StrEnum):
    """How a write ended; it chooses the sentence."""

    PAID = "paid"
    PAID_ZERO = "paid_zero"
    PAID_OTHER_AMOUNT = "paid_other_amount"
    PAID_AGAIN = "paid_again"
    ALREADY_PAID = "already_paid"
    NOT_PAID = "not_paid"
    NOT_CONFIRMED_PAID = "not_confirmed_paid"
    UNPAID = "unpaid"
    UNPAID_AGAIN = "unpaid_again"
    UNPAID_NOT_RETURNED = "unpaid_not_returned"
    """As before a mark, but for the refund, which the portal forgets with it (quirk 107)."""
    ALREADY_UNPAID = "already_unpaid"
    NOT_UNPAID = "not_unpaid"
    NOT_CONFIRMED_UNPAID = "not_confirmed_unpaid"
    SYSTEM_CHANGED = "system_changed"
    SYSTEM_ALREADY = "system_already"
    SYSTEM_NOT_CHANGED = "system_not_changed"
    PAYMENT_DELETED = "payment_deleted"
    PAYMENT_NOT_DELETED = "payment_not_deleted"
    LINK_TAKEN = "link_taken"
    PAYMENT_CREATED = "payment_created"
    PAYMENT_CREATED_PARTLY = "payment_created_partly"
    PAYMENT_CREATED_BUSY = "payment_created_busy"
    """Made, without rows for which the portal had no time."""
    PAYMENT_CREATED_UNSEEN = "payment_created_unseen"
    PAYMENT_MAYBE_CREATED = "payment_maybe_created"
    """The portal said no without a reason, and one payment is new on the card."""
    REST_BILLED = "rest_billed"
    REST_BILLED_BUT = "rest_billed_but"
    BILLED_APART = "billed_apart"
    """Made, without rows that the portal takes into another payment only (quirk 101)."""
    REST_NOT_BILLED = "rest_not_billed"
    REST_NOT_BILLED_BUSY = "rest_not_billed_busy"
    REST_PARTLY = "rest_partly"
    FILLING = "filling"
    """A part of longer work that the page goes on with."""
    FILLING_STOPPED = "filling_stopped"
    FILLING_PRICES = "filling_prices"
    """Ended half-way: rows cost something else than the person saw."""
    FILLING_CURRENCY = "filling_currency"
    ITEM_ADDED = "item_added"
    ITEMS_ADDED = "items_added"
    ITEM_PUT_BACK = "item_put_back"
    ITEMS_THERE = "items_there"
    ITEMS_NOT_ADDED = "items_not_added"
    ITEMS_PARTLY = "items_partly"
    ITEM_REMOVED = "item_removed"
    ITEM_NOT_REMOVED = "item_not_removed"
    QUANTITY_SAVED = "quantity_saved"
    QUANTITY_PUT_BACK = "quantity_put_back"
    QUANTITY_DIFFERS = "quantity_differs"
    SUM_STAYS = "sum_stays"
    SUM_MOVED = "sum_moved"
    """The sum did not follow an edit, and follows what took it back: other prices count there."""
    SUM_STRAYED = "sum_strayed"
    """The same of an edit that was not taken back."""
    DELIVERY_ADDED = "delivery_added"
    DELIVERY_ADDED_TWICE = "delivery_added_twice"
    DELIVERY_PUT_BACK = "delivery_put_back"
    DELIVERY_THERE = "delivery_there"
    DELIVERY_IN_ANOTHER = "delivery_in_another"
    DELIVERY_IN_PAID = "delivery_in_paid"
    DELIVERY_NOT_ADDED = "delivery_not_added"
    DELIVERY_REASSIGNED = "delivery_reassigned"
    DELIVERY_REASSIGNED_TWICE = "delivery_reassigned_twice"
    DELIVERY_ALREADY = "delivery_already"
    DELIVERY_NOT_CONFIRMED = "delivery_not_confirmed"
    DELIVERY_REMOVED = "delivery_removed"
    DELIVERY_NOT_REMOVED = "delivery_not_removed"
    DELIVERY_MOVED = "delivery_moved"
    DELIVERY_MOVED_TWICE = "delivery_moved_twice"
    DELIVERY_NOT_MOVED = "delivery_not_moved"
    DELIVERY_TWICE = "delivery_twice"
    DELIVERY_NOWHERE = "delivery_nowhere"
    REMINDER_SET = "reminder_set"
    REMINDER_MOVED = "reminder_moved"
    REMINDER_ALREADY = "reminder_already"
    REMINDER_NOT_SET = "reminder_not_set"
    REMINDER_NOT_CONFIRMED = "reminder_not_confirmed"
    REMINDER_BUSY = "reminder_busy"
    REMINDER_OF_PAID = "reminder_of_paid"
    REMINDER_ADRIFT = "reminder_adrift"
    """A plain to-do was made, and could not be given the keys by which it is found again."""
    REMINDER_CANCELED = "reminder_canceled"
    REMINDER_NONE = "reminder_none"
    REMINDER_STILL_THERE = "reminder_still_there"
    REMINDER_NOT_CANCELED = "reminder_not_canceled"
    NOT_CONFIRMED = "not_confirmed"
    UNSEEN = "unseen"
    """The portal confirmed it, while its state cannot be read afterwards."""
    UNASKED = "unasked"
    """The portal was silent before anything was asked of it."""
    ABANDONED = "abandoned"
    """The first request with this key died on the way."""


class UndoKind(StrEnum):
    """What undoes an action: a mark, or one of the edits of a payment."""

    PAY = "pay"
    UNPAY = "unpay"
    ITEM = "item"
    QUANTITY = "quantity"
    DELIVERY = "delivery"
    MOVE = "move"


PUT_BACK: Mapping[str, OutcomeCode] = {
    OutcomeCode.PAID: OutcomeCode.PAID_AGAIN,
    OutcomeCode.PAID_ZERO: OutcomeCode.PAID_AGAIN,
    OutcomeCode.UNPAID: OutcomeCode.UNPAID_AGAIN,
    OutcomeCode.ITEM_ADDED: OutcomeCode.ITEM_PUT_BACK,
    OutcomeCode.QUANTITY_SAVED: OutcomeCode.QUANTITY_PUT_BACK,
    OutcomeCode.DELIVERY_ADDED: OutcomeCode.DELIVERY_PUT_BACK,
}
"""What is said instead if an action undoes another one."""
