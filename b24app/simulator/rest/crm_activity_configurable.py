"""crm.activity.configurable.add, update, get: activities an application draws. Contract e.25."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.simulator.portal_state import events
from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.timeline import CONFIGURABLE, Activity

from ..errors import PortalError, access_denied
from ..php import as_array, is_numeric, to_int, to_text
from .activity_layout import check_layout
from .activity_values import demand_moment, minutes_of
from .call import Call, Method

_YES, _NO = ("Y", "y", True, 1, "1", "true"), ("N", "n", False, 0, "0", "false")


def add(call: Call) -> object:
    """Plan an activity on a card of which the user may change something."""
    owner = call.int_param("ownerTypeId"), call.int_param("ownerId")
    fields = call.array_param("fields", is_required=True)
    layout = call.array_param("layout", is_required=True)
    _demand_application(call)
    if owner[1] <= 0 or call.state.crm.type_by_id(owner[0]) is None:
        raise _not_found()
    if not call.user.may_on("update", owner):
        raise access_denied()
    now = call.state.clock.now()
    activity = Activity(
        0, owner, CONFIGURABLE, call.user.id, call.user.id, now, now,
        client_id=call.token.client_id,
    )  # fmt: skip
    _read_fields(call, activity, fields)
    _read_layout(call, activity, layout)
    activity.id = call.state.crm.next_id("activity")
    call.state.crm.activities[activity.id] = activity
    events.queue_activity(call.state, "ADD", activity.id, call.user.id)
    return {"activity": {"id": activity.id}}


def update(call: Call) -> object:
    """Change what is given; a layout is replaced as a whole. Nothing changes when one part fails.

    The application that made it is asked before the rights of the user.
    """
    activity = _find(call)
    if not call.user.may_on("update", activity.owner):
        raise access_denied()
    changed = Activity(**vars(activity))
    if call.params.get("fields") is not None:
        _read_fields(call, changed, call.array_param("fields"))
    if call.params.get("layout") is not None:
        _read_layout(call, changed, call.array_param("layout"))
    changed.updated_at = call.state.clock.now()
    call.state.crm.activities[activity.id] = changed
    events.queue_activity(call.state, "UPDATE", activity.id, call.user.id)
    return {"activity": {"id": activity.id}}


def get(call: Call) -> object:
    """Answer one activity of this application, with the layout as it was sent."""
    activity = _find(call)
    return {
        "activity": {
            "id": activity.id,
            "ownerTypeId": activity.owner[0],
            "ownerId": activity.owner[1],
            "fields": {
                "typeId": activity.provider_type_id,
                "completed": activity.is_completed,
                "deadline": iso(activity.deadline),
                "pingOffsets": list(activity.ping_offsets),
                "isIncomingChannel": activity.is_incoming,
                "responsibleId": activity.responsible_id,
                "badgeCode": activity.badge_code or None,
                "originatorId": activity.originator_id or None,
                "originId": activity.origin_id or None,
            },
            "layout": activity.layout,
        }
    }


def _demand_application(call: Call) -> None:
    if call.token.client_id is None:
        text = "Method call is only possible in the context of an application"
        raise PortalError("ERROR_WRONG_CONTEXT", text)


def _not_found() -> PortalError:
    return PortalError("NOT_FOUND", "Not found.")


def _find(call: Call) -> Activity:
    activity_id = call.int_param("id")
    _demand_application(call)
    activity = call.state.crm.activities.get(activity_id)
    if activity is None or not activity.is_configurable:
        raise _not_found()
    if not call.user.may_on("read", activity.owner):
        raise _not_found()
    if activity.client_id != call.token.client_id:
        text = "The activity can only be updated by the application that created it"
        raise PortalError("ERROR_WRONG_APPLICATION", text)
    return activity


def _read_fields(call: Call, activity: Activity, fields: Mapping[str | int, object]) -> None:
    """Take the fields over, or raise what is said about the first one that does not fit."""
    _check_type(activity, fields)
    if "completed" in fields:
        activity.is_completed = _flag(fields["completed"])
    if "isIncomingChannel" in fields:
        activity.is_incoming = _flag(fields["isIncomingChannel"])
    if "responsibleId" in fields:
        activity.responsible_id = _employee(call, fields["responsibleId"])
    _read_times(activity, fields)
    _read_marks(call, activity, fields)


def _check_type(activity: Activity, fields: Mapping[str | int, object]) -> None:
    """Refuse kinds of its own: this portal's applications have made none."""
    if to_text(fields.get("typeId") or "CONFIGURABLE") == "CONFIGURABLE":
        return
    if activity.id:
        raise PortalError("CANT_CHANGE_PROVIDER_TYPE_ID", "The type cannot be changed")
    raise _wrong_value()


def _read_times(activity: Activity, fields: Mapping[str | int, object]) -> None:
    """Take deadline and reminders over; an empty deadline does not remove the one there is."""
    if to_text(fields.get("deadline")):
        activity.deadline = demand_moment(fields["deadline"])
    if fields.get("pingOffsets") is not None:
        minutes = minutes_of(fields["pingOffsets"])
        if minutes is None:
            raise _wrong_value()
        activity.ping_offsets = minutes
    if activity.is_incoming and activity.deadline:
        text = "Incoming activity cannot have a deadline"
        raise PortalError("INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE", text)


def _read_marks(call: Call, activity: Activity, fields: Mapping[str | int, object]) -> None:
    if "badgeCode" in fields:
        code = to_text(fields["badgeCode"])
        if code and code not in call.state.badges:
            raise _wrong_value()
        activity.badge_code = code
    for name, attribute in (("originatorId", "originator_id"), ("originId", "origin_id")):
        if name in fields:
            setattr(activity, attribute, to_text(fields[name]))


def _read_layout(call: Call, activity: Activity, layout: dict[str | int, object]) -> None:
    check_layout(layout, call.state.switches.languages)
    activity.layout = {str(name): part for name, part in layout.items()}
    activity.subject = as_array(layout["header"])["title"]


def _flag(value: object) -> bool:
    """Read exactly the documented forms: `1.0` and `yes` are no values."""
    for choices, answer in ((_YES, True), (_NO, False)):
        if any(type(value) is type(choice) and value == choice for choice in choices):
            return answer
    raise _wrong_value()


def _employee(call: Call, value: object) -> int:
    user = call.state.users.get(to_int(value)) if is_numeric(value) else None
    if user is None:
        raise _wrong_value()
    return user.id


def _wrong_value() -> PortalError:
    return PortalError("WRONG_FIELD_VALUE", "Incorrect field value")


METHODS = tuple(
    Method(f"crm.activity.configurable.{name}", handler, ("crm",), is_intranet=True,
           is_controller=True)
    for name, handler in (("add", add), ("update", update), ("get", get))
)  # fmt: skip
