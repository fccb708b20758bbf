"""Activities in a card's timeline that remind people of a payment, and their badge.

https://apidocs.bitrix24.com, section crm/timeline/activities. Ours carry our own keys: ORIGINATOR,
and the payment's id as `originId`. People complete, move and delete them without us.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.outcomes import done
from b24app.bitrix.wire.decoding import Record, record, rows, unexpected
from b24app.domain import Drawing, EntityRef, Listing, Reminder
from b24app.errors import MethodRefusedError

ORIGINATOR = "deal_payments"
TODO = "CRM_TODO"
YEARS = range(2, 9999)
"""Those of a deadline: the last year stands for none (rest-contract e.27), as may the first one.

In another zone both can be outside of the calendar."""

ActivityId = int | Reference


LIST_ACTIVITIES = Method(
    name="crm.activity.list", scope="crm", page="crm-activity-list", is_paged=True
)


def list_reminders(ref: EntityRef, payment_id: int | None = None) -> Command[Listing[Reminder]]:
    """List our open reminders on a card, or those about one payment; 50 a page, oldest first.

    Only those that the acting user may see.
    """
    filters: dict[str, object] = {
        # One pair: several would repeat rows (rest-contract e.27).
        "BINDINGS": [{"OWNER_TYPE_ID": ref.entity_type_id, "OWNER_ID": ref.entity_id}],
        "ORIGINATOR_ID": ORIGINATOR,
        "COMPLETED": "N",
    }
    if payment_id is not None:
        filters["ORIGIN_ID"] = payment_id
    params = {
        "filter": filters,
        "select": ["ID", "PROVIDER_ID", "DEADLINE", "ORIGINATOR_ID", "ORIGIN_ID"],
        "order": {"ID": "ASC"},
    }
    return LIST_ACTIVITIES.command(
        params, lambda value: rows(LIST_ACTIVITIES.name, value, _reminder)
    )


ADD_CONFIGURABLE = Method(
    name="crm.activity.configurable.add",
    scope="crm",
    page="crm-activity-configurable-add",
    is_write=True,
)


def add_configurable(
    ref: EntityRef, payment_id: int, deadline: datetime, drawing: Drawing, badge: str = ""
) -> Command[int]:
    """Plan an activity that our application draws; answers its id. Writes.

    Not idempotent: after a lost answer look for it by our keys. Its button opens the application
    with the payment's id. An unknown `badge` is ValueRefusedError.
    """
    fields: dict[str, object] = {
        "deadline": _iso(deadline),
        "pingOffsets": [0],
        "originatorId": ORIGINATOR,
        "originId": str(payment_id),
    }
    if badge:
        fields["badgeCode"] = badge
    params = {
        "ownerTypeId": ref.entity_type_id,
        "ownerId": ref.entity_id,
        "fields": fields,
        "layout": _layout(payment_id, drawing),
    }
    return ADD_CONFIGURABLE.command(params, _activity_id)


UPDATE_CONFIGURABLE = Method(
    name="crm.activity.configurable.update",
    scope="crm",
    page="crm-activity-configurable-update",
    is_write=True,
    is_repeatable=True,
)


def move_configurable(activity_id: ActivityId, deadline: datetime) -> Command[int]:
    """Give an activity of ours another date; nothing else is touched. Writes."""
    return _update({"deadline": _iso(deadline)}, activity_id)


def complete_configurable(activity_id: ActivityId) -> Command[int]:
    """Complete an activity of ours; its badge goes with it. Writes. Deleted: NotFoundError."""
    return _update({"completed": "Y"}, activity_id)


ADD_TODO = Method(
    name="crm.activity.todo.add", scope="crm", page="crm-activity-todo-add", is_write=True
)


def add_todo(ref: EntityRef, deadline: datetime, drawing: Drawing) -> Command[int]:
    """Plan a to-do for the acting user; answers its id. Writes, and is not idempotent.

    It has no keys of ours until `mark_todo` has written them (quirk 82).
    """
    params = {
        "ownerTypeId": ref.entity_type_id,
        "ownerId": ref.entity_id,
        "deadline": _iso(deadline),
        "title": drawing.title,
        "description": drawing.text,
        "pingOffsets": [0],
    }

    def decode(value: object) -> int:
        return record(ADD_TODO.name, value).id()

    return ADD_TODO.command(params, decode)


MOVE_TODO = Method(
    name="crm.activity.todo.updateDeadline",
    scope="crm",
    page="crm-activity-todo-update-deadline",
    is_write=True,
    is_repeatable=True,
)


def move_todo(ref: EntityRef, activity_id: int, deadline: datetime) -> Command[int]:
    """Give a to-do another date, and nothing else: `update` empties what is left out (quirk 81)."""
    params = {
        "ownerTypeId": ref.entity_type_id,
        "ownerId": ref.entity_id,
        "id": activity_id,
        "value": _iso(deadline),
    }

    def decode(value: object) -> int:
        return record(MOVE_TODO.name, value).id()

    return MOVE_TODO.command(params, decode)


UPDATE_ACTIVITY = Method(
    name="crm.activity.update",
    scope="crm",
    page="crm-activity-update",
    is_write=True,
    is_repeatable=True,
)


def mark_todo(activity_id: ActivityId, payment_id: int) -> Command[bool]:
    """Write our keys into a to-do, so that it is found again. Writes."""
    fields = {"ORIGINATOR_ID": ORIGINATOR, "ORIGIN_ID": str(payment_id)}
    return _update_todo(activity_id, fields)


def complete_todo(activity_id: ActivityId) -> Command[bool]:
    """Complete a to-do: no other documented method does (quirk 82). Writes."""
    return _update_todo(activity_id, {"COMPLETED": "Y"})


LIST_BADGES = Method(name="crm.activity.badge.list", scope="crm", page="crm-activity-badge-list")


def list_badges() -> Command[frozenset[str]]:
    """List the codes of the badges of all applications. For any user."""

    def decode(value: object) -> frozenset[str]:
        found = record(LIST_BADGES.name, value).get("badges")
        if found is None:
            raise unexpected(LIST_BADGES.name, "no badges")
        return frozenset(rows(LIST_BADGES.name, found, lambda row: row.text("code")))

    return LIST_BADGES.command({}, decode)


ADD_BADGE = Method(
    name="crm.activity.badge.add",
    scope="crm",
    page="crm-activity-badge-add",
    is_write=True,
    is_repeatable=True,
    # It says nothing of whose grant it is: tabs and events need other rights (quirk 86).
    codes={"ACCESS_DENIED": MethodRefusedError},
)


def add_badge(code: str, label: str, kind: str) -> Command[str]:
    """Make a badge, `label` being its text on the kanban card. For administrators (quirk 86).

    A code that exists is BusinessRefusalError "0": compare with `list_badges`.
    """

    def decode(value: object) -> str:
        found = record(ADD_BADGE.name, value).get("badge")
        return Record(ADD_BADGE.name, found).text("code")

    params = {"code": code, "title": label, "value": label, "type": kind}
    return ADD_BADGE.command(params, decode)


def _update(fields: Mapping[str, object], activity_id: ActivityId) -> Command[int]:
    return UPDATE_CONFIGURABLE.command(
        {"id": activity_id, "fields": dict(fields)},
        lambda value: _activity_id(value, UPDATE_CONFIGURABLE),
    )


def _update_todo(activity_id: ActivityId, fields: Mapping[str, object]) -> Command[bool]:
    return UPDATE_ACTIVITY.command(
        {"id": activity_id, "fields": dict(fields)}, done(UPDATE_ACTIVITY.name)
    )


def _activity_id(value: object, method: Method = ADD_CONFIGURABLE) -> int:
    found = record(method.name, value).get("activity")
    return Record(method.name, found).id()


def _layout(payment_id: int, drawing: Drawing) -> dict[str, object]:
    opens = {"type": "openRestApp", "actionParams": {"paymentId": str(payment_id)}}
    return {
        "icon": {"code": "clock"},
        "header": {"title": drawing.title},
        "body": {
            "logo": {"code": "bank-card"},
            "blocks": {"text": {"type": "text", "properties": {"value": drawing.text}}},
        },
        "footer": {
            "buttons": {"open": {"title": drawing.button, "type": "primary", "action": opens}}
        },
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _reminder(row: Record) -> Reminder:
    deadline = row.time("DEADLINE")
    if row.text("ORIGINATOR_ID") != ORIGINATOR:
        raise unexpected(LIST_ACTIVITIES.name, "an activity of somebody else")
    return Reminder(
        activity_id=row.id("ID"),
        payment_id=row.id("ORIGIN_ID"),
        deadline=deadline if deadline is not None and deadline.year in YEARS else None,
        is_todo=row.text("PROVIDER_ID") == TODO,
    )
