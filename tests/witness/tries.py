"""How to provoke every documented error on the simulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from b24app.simulator.portal_state.timeline import CONFIGURABLE

from .test_examples import (
    BIND,
    COLLEAGUES_TODO,
    DEAL,
    EVENT,
    LINE,
    REMINDER,
    bind_event,
    bind_uri,
    body_of,
    make_badge,
    remind,
    write_line,
)  # fmt: skip
from .test_examples import bind as bind_tab

MANAGER, READ_ONLY, OUTSIDER, EXTRANET = 7, 9, 12, 20
MISSING = 13123000
READS = ("list", "get")
# Documented, and left out of the simulator: docs/simulator.md says the same.
NOT_SIMULATED = {
    ("placement.get", "Https required"): "only webhooks over http get it",
    ("crm.item.payment.product.delete", "Internal delete error"): "a fault of the database",
    ("crm.item.payment.delivery.delete", "Internal delete error"): "a fault of the database",
    ("crm.timeline.logmessage.add", "Required fields are not provided"): "a meaning, not a text",
}


@dataclass
class Try:
    """One way to provoke an error: parameters, caller, and what happens before."""

    params: dict[str, Any] | None = None
    user_id: int = 1
    before: Callable[[Any], object] | None = None
    is_webhook: bool = False
    token: str | None = None


def fault(kind):
    return Try(before=lambda w: w.state.faults.add("crm.item.payment.list", kind))


def switch(**values):
    def change(witness):
        for name, value in values.items():
            setattr(witness.state.switches, name, value)

    return Try(before=change)


def shop(value):
    return switch(shop=value)


def cut_binding(witness):
    order_id = witness.state.crm.payments[1038].order_id
    witness.state.crm.orders[order_id].owner = None


def bind_to_contact(witness):
    order_id = witness.state.crm.payments[1038].order_id
    witness.state.crm.orders[order_id].owner = (3, 301)


def lose_basket(witness):
    witness.state.crm.baskets.pop(witness.state.crm.items[1200].entity_id)


def use_up(witness):
    witness.state.limits.add_operating("crm.item.payment.list", 10_000)


def fill_bucket(witness):
    witness.state.limits.is_rate_limited = True
    witness.state.limits.burst = 0


def reinstall(witness):
    # The caller's token was issued before.
    witness.token = witness.state.issue_tokens(1).access_token
    witness.state.uninstall(clean=False)


def take_scopes(witness):
    witness.state.grant_scope(("placement",))


def dismiss(witness):
    witness.state.users[1].is_active = False


def invite(witness):
    witness.state.users[1].has_signed_in = False


def close_app(witness):
    witness.state.switches.denied_app_users.add(1)


def expire(witness):
    witness.token = witness.state.issue_tokens(1).access_token
    witness.state.tokens.expire_access()


def clear_pay_systems(witness):
    witness.state.crm.pay_systems.clear()


def pay_from_account(witness):
    witness.state.crm.payments[1038].pay_system_id = 12


def draw_it(witness):
    witness.state.crm.activities[COLLEAGUES_TODO].provider_id = CONFIGURABLE


def complete_it(witness):
    witness.state.crm.activities[COLLEAGUES_TODO].is_completed = True


def remind_of_another(witness):
    remind(witness)
    witness.state.crm.activities[1000].client_id = "another application"


BADGE = body_of("crm.activity.badge.add")
TODO = {"id": COLLEAGUES_TODO, "ownerTypeId": 2, "ownerId": 8061,
        "deadline": "2026-02-03T15:00:00+02:00", "value": "2026-02-03T15:00:00+02:00"}  # fmt: skip
WRONG_REMINDERS: dict[str, dict[str, Any]] = {
    "WRONG_FIELD_VALUE": {"fields": {"completed": "maybe"}},
    "WRONG_DATETIME_FORMAT": {"fields": {"deadline": "soon"}},
    "INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE": {
        "fields": {"deadline": "2026-02-03T15:00:00+02:00", "isIncomingChannel": "Y"}
    },
    "FIELD_IS_REQUIRED": {"layout": {"icon": {"code": "clock"}}},
    "TOO_MANY_ITEMS": {
        "layout": {**REMINDER["layout"], "footer": {"buttons": {str(n): {} for n in range(3)}}}
    },
}


def write_others_line(witness):
    write_line(witness)
    witness.state.crm.log_messages[42073].client_id = "another application"


NO_RIGHTS_PARAMS: dict[str, dict[str, Any]] = {
    "crm.item.get": {"entityTypeId": 2, "id": 8061},
    "crm.item.productrow.list": {"filter": {"=ownerType": "D", "=ownerId": 8061}},
}
ROWS = {"paymentId": 1038, "rowId": 17610}
SCOPES_GONE = Try({"halt": 0, "cmd": {"get_user": "user.current",
                                      "get_department": "department.get"}},
                  before=take_scopes)  # fmt: skip
# By example file ("" for all), then by code or description, whichever tells the errors apart.
TRIES: dict[tuple[str, str], Try] = {
    ("", "Payment has not been found"): Try({"id": 1, "paymentId": 1, "deliveryId": 1, "rowId": 1,
                                             "quantity": 1, "fields": {"paid": "Y"}}),
    ("", "Payable item has not been found"): Try({"id": 1, "quantity": 1, "deliveryId": 1}),
    ("", "Delivery has not been found"): Try({"id": 1}),
    ("", "Payment system has not been found"): Try({"id": 1038, "fields": {"paySystemId": 999}}),
    ("", "Empty fields"): Try({"id": 1038, "fields": {"PAID": "Y"}}),
    ("", "allowed_only_intranet_user"): Try(user_id=EXTRANET),
    ("", "WRONG_AUTH_TYPE"): Try(is_webhook=True),
    ("", "Owner was not found"): Try({"ownerType": "D", "ownerId": MISSING,
                                      "fields": {"ENTITY_TYPE": "deal", "ENTITY_ID": MISSING}}),
    ("", "Cannot paid a canceled order."): Try(
        before=lambda w: setattr(w.state.crm.orders[3653], "is_canceled", True)
    ),
    ("", "SALE_PAYMENT_DELETE_EXIST_PAID"): Try({"id": 1037}),
    ("crm.item.payment.add", "no id"): Try(before=clear_pay_systems),
    ("crm.item.payment.pay", "BX_ERROR"): Try({"id": 1038}, before=pay_from_account),
    ("", "Entity with identifier №13123000 does not exist"): Try({**DEAL, "entityId": MISSING}),
    ("", "Entity ID #13123000 does not exist."): Try({**DEAL, "entityId": MISSING}),
    ("", "Cannot create payment for this entity."): Try({"entityTypeId": 1036, "entityId": 11}),
    ("", "Unknown entity type: 9999."): Try({"entityTypeId": 9999, "entityId": 1}),
    ("", "You cannot create more payments on your current plan."): switch(payments_left=0),
    ("", "Shipment was not found"): Try({"paymentId": 1038, "deliveryId": MISSING}),
    ("", "Product quantity must be greater than zero."): Try({**ROWS, "id": 1200, "quantity": 0}),
    ("", "Product was not found."): Try({**ROWS, "rowId": MISSING, "quantity": 1}),
    ("", "Insufficient product stock."): Try({**ROWS, "id": 1200, "quantity": 999}),
    ("", "Order binding has not been found"): Try(before=cut_binding),
    ("", "Entity does not support links with catalog products"): Try(before=bind_to_contact),
    ("", "Set quantity internal error"): Try(before=lose_basket),
    ("", "Could not find value for parameter {id}"): Try({}),
    ("", "Could not find value for parameter {entityId}"): Try({"entityTypeId": 2}),
    ("", "Could not find value for parameter {paymentId}"): Try({}),
    ("", "Could not find value for parameter {quantity}"): Try(ROWS),
    ("", "Could not find value for parameter {fields}"): Try({"id": 1038}),
    ("", "Could not find value for parameter {ownerType}"): Try({"ownerId": 8061}),
    ("", "Could not find value for parameter to build auto wired argument"
         " {Bitrix\\Sale\\Payment $payment}"): Try({}),
    ("", "Invalid value {Array} to match with parameter {id}. Should be value of type int."):
        Try({"id": [1]}),
    ("", "Invalid value {deal} to match with parameter {entityTypeId}."
         " Should be value of type int."): Try({"entityId": 8061, "entityTypeId": "deal"}),
    ("", "Invalid value {} to match with parameter {filter}. Should be value of type array."):
        Try({**DEAL, "filter": None}),
    ("", "Unknown field definition `P_AI_D` (P_AI_D) for Payment Entity."):
        Try({**DEAL, "filter": {"PAID": "Y"}}),
    ("", "Element not found"): Try({"entityTypeId": 2, "id": MISSING}),
    ("", "Item was not found."): Try({"entityTypeId": 2, "id": MISSING}),
    ("", "SPA not found"): Try({"entityTypeId": 4711, "id": 1}),
    ("", "Invalid filter: field 'FIELD' is not allowed in filter"):
        Try({"entityTypeId": 2, "filter": {"field": 1}}),
    ("", "Invalid filter: field 'PARENT_ID_1046' is not allowed in filter"):
        Try({"entityTypeId": 2, "filter": {"parentId1046": 1}}),
    ("", "Invalid order: allowed sort directions are `ASC, DESC`. But got 'UP' for field 'ID'"):
        Try({"entityTypeId": 2, "order": {"id": "UP"}}),
    ("", "Argument '=ownerType' is required"): Try({"filter": {"=ownerId": 8061}}),
    ("", "Argument '=ownerId' is required"): Try({"filter": {"=ownerType": "D"}}),
    ("", "Value for filter key '>PRICE' should be either string or number"):
        Try({"filter": {"=ownerType": "D", "=ownerId": 8061, ">price": [1]}}),
    ("", "This method does not support multiple orders."): Try({"ownerType": "D",
                                                                "ownerId": 8065}),
    ("", "Not found"): Try({"id": "XXX"}),
    ("", "Access denied."): Try(user_id=OUTSIDER),
    ("", "Not found."): Try({"fields": {"ENTITY_TYPE": "deal", "ENTITY_ID": MISSING}}),
    ("", "Empty comment message"): Try({"fields": {"ENTITY_TYPE": "deal", "ENTITY_ID": 8061}}),
    ("", "Argument 'PLACEMENT' is null or empty"): Try({"HANDLER": BIND["HANDLER"]}),
    ("", "Unable to set placement handler: Handler already binded"): Try(before=bind_tab),
    ("placement.bind.app-uri", "Placement max count: 1"): Try(before=bind_uri),
    ("placement.bind.app-uri", "User mode is not available."):
        Try({**body_of("placement.bind.app-uri"), "USER_ID": 7}),
    ("", "Unable to set event handler: Handler already binded"): Try(before=bind_event),
    ("", "ERROR_PLACEMENT_NOT_FOUND"): Try({**BIND, "PLACEMENT": "CRM_ODD_DETAIL_TAB"}),
    ("", "ERROR_WRONG_HANDLER_URL"): Try({**BIND, "HANDLER": "https://localhost/x"}),
    ("", "ERROR_EVENT_NOT_FOUND"): Try({**EVENT, "event": "ONNOTHING"}),
    ("", "Access denied! Offline events unbinding requires administrator access rights"):
        Try({**EVENT, "event_type": "offline"}, user_id=MANAGER),
    ("", "FOO not allowed for select"): Try({"SELECT": ["FOO"]}),
    ("", "payment is not exists"): Try({"id": MISSING}),
    ("", "Public url is not available"): shop("unavailable"),
    ("", "Error retrieving url info"): shop("no_info"),
    ("", 'module "landing" is not installed.'): shop("no_module"),
    ("", "Access denied! Application context required"): Try(is_webhook=True),
    ("", "Application context required"): Try(is_webhook=True),
    ("", "Access denied! Administrator authorization required"): Try(user_id=MANAGER),
    ("", "options is empty"): Try({}),
    ("", "QUERY_LIMIT_EXCEEDED"): Try(before=fill_bucket),
    ("", "OPERATION_TIME_LIMIT"): Try(before=use_up),
    ("", "expired_token"): Try(before=expire),
    ("", "NO_AUTH_FOUND"): Try(token="odd"),
    ("", "invalid_token"): fault("invalid_token"),
    ("", "CONNECTION_ERROR"): fault("no_oauth"),
    ("", "APPLICATION_NOT_FOUND"): Try(before=reinstall),
    ("", "authorization_error"): Try(before=dismiss),
    ("", "Current user can't be authorized in this context"): Try(before=invite),
    ("", "user_access_error"): Try(before=close_app),
    ("", "insufficient_scope"): Try(before=take_scopes),
    ("", "REST API is available only on commercial plans"): switch(has_rest_plan=False),
    ("", "PAYMENT_REQUIRED"): Try(before=lambda w: w.state.set_payment_expired(True)),
    ("", "INTERNAL_SERVER_ERROR"): fault("error_500"),
    ("", "ERROR_UNEXPECTED_ANSWER"): fault("unexpected"),
    ("", "OVERLOAD_LIMIT"): switch(is_overloaded=True),
    ("", "PORTAL_DELETED"): switch(is_closed=True),
    ("errors.system", "ERROR_METHOD_NOT_FOUND"): Try(
        before=lambda w: w.state.switches.missing_methods.add("crm.item.payment.list")
    ),
    ("errors.system", "302"): Try(before=lambda w: w.state.move("renamed.bitrix24.com")),
    ("batch", "halt=0"): SCOPES_GONE,
    ("batch", "halt=1"): Try({**(SCOPES_GONE.params or {}), "halt": 1}, before=take_scopes),
    ("batch.payments", "cmd sent as a list of one failed command"):
        Try({"cmd": ["crm.item.payment.pay?id=1038"]}, user_id=READ_ONLY),
    ("batch.payments", "51 commands (only c0 shown)"): Try(
        {"cmd": {f"c{n}": "crm.item.payment.pay?id=1038" for n in range(51)}}
    ),
    ("batch.payments", "inner"): Try({"cmd": {"inner": "batch?cmd[a]=profile"}}),
    ("crm.timeline.logmessage.add", "Owner was not found"):
        Try({"fields": {**LINE, "entityTypeId": 9999}}),
    ("crm.timeline.logmessage.add", "Missing a required field: title"):
        Try({"fields": {**LINE, "title": None}}),
    ("crm.timeline.logmessage.get", "Access denied"):
        Try({"id": 42073}, user_id=OUTSIDER, before=write_line),
    ("crm.timeline.logmessage.delete", "REMOVING_DISABLED"):
        Try({"id": 42073}, before=write_others_line),
    ("crm.activity.badge.add", "WRONG_TYPE_VALUE"): Try({**BADGE, "type": "danger"}),
    ("crm.activity.badge.add", "Language `xx` was not found"):
        Try({**BADGE, "title": {"xx": "Payment"}}),
    ("crm.activity.configurable.add", "Access denied"): Try(user_id=READ_ONLY, before=make_badge),
    ("crm.activity.configurable.update", "Access denied"):
        Try(user_id=READ_ONLY, before=remind),
    ("crm.activity.configurable.update", "ERROR_WRONG_APPLICATION"): Try(before=remind_of_another),
    **{
        (f"crm.activity.configurable.{method}", code): Try({**params, **wrong}, before=remind)
        for method, params in (("add", REMINDER), ("update", {"id": 1000}))
        for code, wrong in WRONG_REMINDERS.items()
    },
    ("", "ERROR_WRONG_CONTEXT"): Try(before=remind, is_webhook=True),
    ("", "ERROR_EMPTY_LAYOUT"): Try({**REMINDER, "layout": {}}, before=make_badge),
    ("", "Could not find value for parameter {layout}"):
        Try({"ownerTypeId": 2, "ownerId": 8061, "fields": {}}),
    ("crm.activity.configurable.get", "Not found."): Try({"id": MISSING}),
    ("crm.activity.configurable.update", "Not found."): Try({"id": MISSING}),
    ("crm.activity.todo.add", "Not found."): Try({**TODO, "ownerTypeId": 9999}),
    ("crm.activity.todo.update", "Not found."): Try({**TODO, "id": MISSING}),
    ("crm.activity.todo.updateDeadline", "Not found."): Try({**TODO, "id": MISSING}),
    ("", "WRONG_DATETIME_FORMAT"): Try({**TODO, "deadline": "soon", "value": "soon"}),
    ("crm.activity.todo.add", "ERROR_PARENT_ACTIVITY_RESTRICT"):
        Try({**TODO, "parentActivityId": COLLEAGUES_TODO}, before=complete_it),
    ("", "CAN_NOT_UPDATE_COMPLETED_TODO"): Try(TODO, before=complete_it),
    ("crm.activity.todo.update", "0"): Try(TODO, before=complete_it),
    ("crm.item.get.contact", "You don't have permission to view this item."):
        Try(user_id=OUTSIDER),
    ("", "Could not find value for parameter {deadline}"): Try({"ownerTypeId": 2, "ownerId": 8061}),
    ("crm.activity.get", ""): Try({"id": MISSING}),
    ("", "Activity is not found."): Try({"id": MISSING}),
    ("", "ID is not defined or invalid."): Try({"id": 0}),
    ("", "Use crm.activity.configurable.get for this activity provider"):
        Try({"id": COLLEAGUES_TODO}, before=draw_it),
    ("", "Use crm.activity.configurable.update for this activity provider"):
        Try({"id": COLLEAGUES_TODO}, before=draw_it),
    ("", "Timeline logmessage not found for id `1`"): Try({"id": 1}),
    ("", "Timeline logmessage not found for id 1"): Try({"id": 1}),
    ("", "Log message not found for id `1`"): Try({"id": 1}),
    ("", "Could not find value for parameter {entityTypeId}"): Try({"entityId": 8061}),
    ("crm.item.payment.update", "false"): Try({"id": 1038, "fields": {"PAID": "Y"}}),
    ("crm.item.payment.delete", "false"): Try({"id": 1037}),
    ("crm.item.payment.delivery.setDelivery", "false"): Try(user_id=MANAGER),
    ("", "false"): Try(user_id=READ_ONLY),
    ("crm.item.payment.product.add", "null"): Try({"paymentId": 1038, "rowId": 0, "quantity": 1}),
}  # fmt: skip
