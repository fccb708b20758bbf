"""crm.activity.list, get, update, delete: the older methods. Source: REST contract e.27.

Upper-case names, strings throughout, and an error code that is always empty.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from b24app.simulator.portal_state import events
from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.timeline import Activity

from ..errors import PortalError
from ..php import as_array, is_numeric, to_int, to_text
from .activity_values import moment_of, shown_text
from .call import Call, Method, page_of, start_param
from .filters import compare, split_key
from .generations import yes_no

# How the database stores "no deadline".
LAST_DATE = datetime(9999, 12, 31, tzinfo=UTC)
_NOT_FOUND = "Activity is not found."


def list_activities(call: Call) -> object:
    """Return the activities that the user may see, 50 a page, a row for each binding that fits.

    A name that is no field is passed over in a filter and in an order, as by the portal.
    """
    conditions = as_array(call.params.get("filter"))
    seen = [
        activity
        for activity in call.state.crm.activities.values()
        if call.user.may_on("read", activity.owner)
    ]
    rows = [
        activity
        for activity in seen
        for _ in range(_bindings_that_fit(activity, conditions))
        if _fits(activity, conditions)
    ]
    select = [to_text(name) for name in as_array(call.params.get("select")).values()]
    found = [
        _chosen(_row(call, activity), select)
        for activity in _sorted(rows, call.params.get("order"))
    ]
    return page_of([*found], start_param(call.params))


def get_activity(call: Call) -> object:
    """Answer one activity that no application draws; one that may not be read is missing."""
    activity = call.state.crm.activities.get(_id(call))
    if activity is None or not call.user.may_on("read", activity.owner):
        raise PortalError("", "", old_description=_NOT_FOUND)
    if activity.is_configurable:
        raise _use_other_method("get")
    return _row(call, activity)


def update_activity(call: Call) -> object:
    """Change an activity; it takes `COMPLETED`, which its page does not list."""
    activity = _find(call, "update")
    if activity.is_configurable:
        raise _use_other_method("update")
    fields = as_array(call.params.get("fields"))
    if "COMPLETED" in fields:
        activity.is_completed = to_text(fields["COMPLETED"]).upper() == "Y"
    if "RESPONSIBLE_ID" in fields and is_numeric(fields["RESPONSIBLE_ID"]):
        activity.responsible_id = to_int(fields["RESPONSIBLE_ID"])
    deadline = moment_of(fields.get("DEADLINE"))
    activity.deadline = deadline or activity.deadline
    for name in ("SUBJECT", "DESCRIPTION", "ORIGINATOR_ID", "ORIGIN_ID"):
        if name in fields:
            setattr(activity, name.lower(), to_text(fields[name]))
    activity.updated_at = call.state.clock.now()
    events.queue_activity(call.state, "UPDATE", activity.id, call.user.id)
    return True


def delete_activity(call: Call) -> object:
    """Delete an activity of any kind, whoever made it: only the right on its owner is asked."""
    activity = _find(call, "delete")
    del call.state.crm.activities[activity.id]
    events.queue_activity(call.state, "DELETE", activity.id, call.user.id)
    return True


def _id(call: Call) -> int:
    value = call.params.get("id")
    activity_id = to_int(value) if is_numeric(value) else 0
    if activity_id <= 0:
        raise PortalError("", "ID is not defined or invalid.")
    return activity_id


def _find(call: Call, level: str) -> Activity:
    activity = call.state.crm.activities.get(_id(call))
    if activity is None:
        raise PortalError("", _NOT_FOUND)
    if not call.user.may_on(level, activity.owner):
        raise PortalError("", "Access denied.")
    return activity


def _use_other_method(name: str) -> PortalError:
    return PortalError("", f"Use crm.activity.configurable.{name} for this activity provider")


_COLUMNS: dict[str, Callable[[Activity], object]] = {
    "ID": lambda activity: activity.id,
    "OWNER_TYPE_ID": lambda activity: activity.owner[0],
    "OWNER_ID": lambda activity: activity.owner[1],
    "PROVIDER_ID": lambda activity: activity.provider_id,
    "PROVIDER_TYPE_ID": lambda activity: activity.provider_type_id,
    "SUBJECT": lambda activity: activity.subject,
    "CREATED": lambda activity: activity.created_at,
    "LAST_UPDATED": lambda activity: activity.updated_at,
    "START_TIME": lambda activity: activity.deadline or activity.created_at,
    "END_TIME": lambda activity: activity.deadline or activity.created_at,
    "DEADLINE": lambda activity: activity.deadline or LAST_DATE,
    "COMPLETED": lambda activity: yes_no(activity.is_completed),
    "RESPONSIBLE_ID": lambda activity: activity.responsible_id,
    "AUTHOR_ID": lambda activity: activity.author_id,
    "ORIGINATOR_ID": lambda activity: activity.originator_id,
    "ORIGIN_ID": lambda activity: activity.origin_id,
}


def _fits(activity: Activity, conditions: dict[str | int, object]) -> bool:
    for key, wanted in conditions.items():
        prefix, name = split_key(str(key))
        if name in _COLUMNS and not compare(prefix, _COLUMNS[name](activity), wanted):
            return False
    return True


def _bindings_that_fit(activity: Activity, conditions: dict[str | int, object]) -> int:
    """Count the pairs of `BINDINGS` that name the owner; without any the activity is one row."""
    if "BINDINGS" not in conditions:
        return 1
    pairs = [as_array(pair) for pair in as_array(conditions["BINDINGS"]).values()]
    return sum(
        all(
            name not in pair or compare("", value, pair[name])
            for name, value in zip(("OWNER_TYPE_ID", "OWNER_ID"), activity.owner, strict=True)
        )
        for pair in pairs
        if pair
    )


def _sorted(rows: list[Activity], order: object) -> list[Activity]:
    asked = {
        str(name): to_text(direction).lower()
        for name, direction in as_array(order).items()
        if name in _COLUMNS
    }
    for name, direction in reversed(list(asked.items() or [("START_TIME", "asc")])):
        rows = sorted(rows, key=_COLUMNS[name], reverse=direction == "desc")  # type: ignore[arg-type] # every column has values of one kind
    return rows


def _chosen(row: dict[str, object], select: list[str]) -> dict[str, object]:
    if not select or "*" in select:
        return row
    return {name: value for name, value in row.items() if name in {"ID", *select}}


def _row(call: Call, activity: Activity) -> dict[str, object]:
    deadline = iso(activity.deadline)
    params = {"clientId": activity.client_id, "badgeCode": activity.badge_code or None}
    return {
        "ID": str(activity.id),
        "OWNER_ID": str(activity.owner[1]),
        "OWNER_TYPE_ID": str(activity.owner[0]),
        "TYPE_ID": "6",
        "PROVIDER_ID": activity.provider_id,
        "PROVIDER_TYPE_ID": activity.provider_type_id,
        "PROVIDER_GROUP_ID": None,
        "ASSOCIATED_ENTITY_ID": str(activity.parent_id),
        "SUBJECT": shown_text(activity.subject, call.user.language),
        "CREATED": iso(activity.created_at),
        "LAST_UPDATED": iso(activity.updated_at),
        "START_TIME": deadline or iso(activity.created_at),
        "END_TIME": deadline or iso(activity.created_at),
        "DEADLINE": deadline or ("9999-12-31T00:00:00+02:00" if call.is_new else ""),
        "COMPLETED": yes_no(activity.is_completed),
        "STATUS": "2" if activity.is_completed else "1",
        "RESPONSIBLE_ID": str(activity.responsible_id),
        "PRIORITY": "2",
        "NOTIFY_TYPE": "0",
        "NOTIFY_VALUE": "0",
        "DESCRIPTION": activity.description,
        "DESCRIPTION_TYPE": "2",
        "DIRECTION": "0",
        "LOCATION": "",
        "SETTINGS": [],
        "ORIGINATOR_ID": activity.originator_id or None,
        "ORIGIN_ID": activity.origin_id or None,
        "AUTHOR_ID": str(activity.author_id),
        "EDITOR_ID": str(activity.author_id),
        "PROVIDER_PARAMS": params if activity.is_configurable else [],
        "PROVIDER_DATA": None,
        **{f"RESULT_{name}": "0" for name in ("MARK", "STATUS", "STREAM")},
        **{f"RESULT_{name}": None for name in ("VALUE", "SUM", "CURRENCY_ID", "SOURCE_ID")},
        "AUTOCOMPLETE_RULE": "0",
    }


METHODS = tuple(
    Method(f"crm.activity.{name}", handler, ("crm",))
    for name, handler in (
        ("list", list_activities),
        ("get", get_activity),
        ("update", update_activity),
        ("delete", delete_activity),
    )
)
