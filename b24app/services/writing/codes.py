"""Name the possible results of a write. Each name has its sentences in `web/words`.

Both enumerations are stored: in the activity log, with idempotency keys and with half-finished
actions. A stored value keeps its meaning for as long as the log is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


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
    ALREADY_UNPAID = "already_unpaid"
    NOT_UNPAID = "not_unpaid"
    NOT_CONFIRMED_UNPAID = "not_confirmed_unpaid"
    SYSTEM_CHANGED = "system_changed"
    SYSTEM_ALREADY = "system_already"
    SYSTEM_NOT_CHANGED = "system_not_changed"
    PAYMENT_DELETED = "payment_deleted"
    PAYMENT_NOT_DELETED = "payment_not_deleted"
    PAYMENT_CREATED = "payment_created"
    PAYMENT_CREATED_PARTLY = "payment_created_partly"
    PAYMENT_CREATED_UNSEEN = "payment_created_unseen"
    REST_BILLED = "rest_billed"
    REST_BILLED_BUT = "rest_billed_but"
    REST_NOT_BILLED = "rest_not_billed"
    REST_PARTLY = "rest_partly"
    FILLING = "filling"
    """A part of longer work that the page goes on with."""
    FILLING_STOPPED = "filling_stopped"
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
    NOT_CONFIRMED = "not_confirmed"
    UNSEEN = "unseen"
    """The portal confirmed it, while its state cannot be read afterwards."""
    UNASKED = "unasked"
    """The portal was silent before anything was asked of it."""
    ABANDONED = "abandoned"
    """The first request with this key died on the way."""


class ErrorName(StrEnum):
    """Which error of the tree ended a write; `error_names` knows the classes."""

    APP = "error:app"
    INPUT = "error:input"
    MALFORMED_REQUEST = "error:malformed_request"
    ACCESS = "error:access"
    UNKNOWN_PORTAL = "error:unknown_portal"
    INSTALLATION_UNPROVEN = "error:installation_unproven"
    HOST_UNUSABLE = "error:host_unusable"
    HOST_INSECURE = "error:host_insecure"
    NOT_ADMIN = "error:not_admin"
    RULE_REFUSED = "error:rule_refused"
    SESSION = "error:session"
    SESSION_MISSING = "error:session_missing"
    SESSION_FORGED = "error:session_forged"
    SESSION_EXPIRED = "error:session_expired"
    UNPROVEN = "error:unproven"
    NOT_ON_THIS_CARD = "error:not_on_this_card"
    CONFLICT = "error:conflict"
    CHANGED_MEANWHILE = "error:changed_meanwhile"
    PAID_LOCKED = "error:paid_locked"
    GONE = "error:gone"
    CARD_BUSY = "error:card_busy"
    STILL_RUNNING = "error:still_running"
    KEY_REUSED = "error:key_reused"
    TOO_MANY_REQUESTS = "error:too_many_requests"
    DATABASE_AWAY = "error:database_away"
    UNRECORDED = "error:unrecorded"
    PORTAL = "error:portal"
    PORTAL_BUSY = "error:portal_busy"
    PORTAL_OVERLOADED = "error:portal_overloaded"
    PORTAL_CROWDED = "error:portal_crowded"
    PORTAL_SILENT = "error:portal_silent"
    UNEXPECTED_ANSWER = "error:unexpected_answer"
    NO_CONNECTION = "error:no_connection"
    TOKEN_EXPIRED = "error:token_expired"  # noqa: S105 - no password
    TOKEN_REJECTED = "error:token_rejected"  # noqa: S105 - no password
    RIGHTS_REFUSED = "error:rights_refused"
    METHOD_REFUSED = "error:method_refused"
    BARE_REFUSAL = "error:bare_refusal"
    NOT_FOUND = "error:not_found"
    BUSINESS_REFUSAL = "error:business_refusal"
    ORDER_CANCELED = "error:order_canceled"
    PARAMETER_REFUSED = "error:parameter_refused"
    HANDLER_REFUSED = "error:handler_refused"
    PLACEMENT_MISSING = "error:placement_missing"
    ALREADY_BOUND = "error:already_bound"
    UNEXPLAINED_REFUSAL = "error:unexplained_refusal"
    BATCH_REFUSED = "error:batch_refused"
    USER_BLOCKED = "error:user_blocked"
    NOT_SIGNED_IN = "error:not_signed_in"
    APP_UNINSTALLED = "error:app_uninstalled"
    MAYBE_UNINSTALLED = "error:maybe_uninstalled"
    SUBSCRIPTION_ENDED = "error:subscription_ended"
    PLAN_WITHOUT_REST = "error:plan_without_rest"
    PORTAL_CLOSED = "error:portal_closed"
    PORTAL_MOVED = "error:portal_moved"
    SCOPE_MISSING = "error:scope_missing"
    METHOD_MISSING = "error:method_missing"
    GRANT = "error:grant"
    GRANT_LOST = "error:grant_lost"
    NOT_INSTALLED = "error:not_installed"
    AUTHORIZATION_SERVER = "error:authorization_server"
    ENDPOINT_INSECURE = "error:endpoint_insecure"
    SERVER_NOT_ALLOWED = "error:server_not_allowed"
    AUTHORIZATION_SERVER_CROWDED = "error:authorization_server_crowded"


class UndoKind(StrEnum):
    """What undoes an action: a mark, or one of the edits of a payment."""

    PAY = "pay"
    UNPAY = "unpay"
    ITEM = "item"
    QUANTITY = "quantity"
    DELIVERY = "delivery"


PUT_BACK: Mapping[OutcomeCode | ErrorName, OutcomeCode] = {
    OutcomeCode.PAID: OutcomeCode.PAID_AGAIN,
    OutcomeCode.PAID_ZERO: OutcomeCode.PAID_AGAIN,
    OutcomeCode.UNPAID: OutcomeCode.UNPAID_AGAIN,
    OutcomeCode.ITEM_ADDED: OutcomeCode.ITEM_PUT_BACK,
    OutcomeCode.QUANTITY_SAVED: OutcomeCode.QUANTITY_PUT_BACK,
    OutcomeCode.DELIVERY_ADDED: OutcomeCode.DELIVERY_PUT_BACK,
}
"""What is said instead if an action undoes another one."""
