"""crm.activity.todo.add, update and the update of one field. Source: REST contract e.24."""

from __future__ import annotations

from collections.abc import Callable

from b24app.simulator.portal_state import events
from b24app.simulator.portal_state.timeline import TODO, Activity

from ..errors import BusinessError, PortalError, access_denied
from ..php import to_int
from .activity_values import demand_moment, minutes_of
from .call import Call, Method

COLORS = frozenset("1234567")


def add(call: Call) -> object:
    """Plan a to-do, which completes its parent; the order of checks is the portal's."""
    owner = call.int_param("ownerTypeId"), call.int_param("ownerId")
    call.text_param("deadline")
    now = call.state.clock.now()
    todo = Activity(0, owner, TODO, call.user.id, call.user.id, now, now)
    if owner[1] <= 0 or call.state.crm.type_by_id(owner[0]) is None:
        raise _not_found()
    _read(call, todo)
    parent = _open_parent(call)
    _demand_update(call, todo)
    todo.id = call.state.crm.next_id("activity")
    call.state.crm.activities[todo.id] = todo
    events.queue_activity(call.state, "ADD", todo.id, call.user.id)
    if parent is not None:
        todo.parent_id, todo.owner = parent.id, parent.owner
        parent.is_completed = True
        events.queue_activity(call.state, "UPDATE", parent.id, call.user.id)
    return {"id": todo.id}


def update(call: Call) -> object:
    """Replace a to-do: title, description and reminders that are left out become empty."""
    todo = _find(call)
    call.text_param("deadline")
    _demand_open(todo, call)
    changed = Activity(**vars(todo))
    _read(call, changed)
    _open_parent(call)
    return _saved(call, changed)


def update_deadline(call: Call) -> object:
    """Move a to-do, and nothing else."""
    value = call.text_param("value")
    todo = _find(call)
    changed = Activity(**vars(todo))
    changed.deadline = demand_moment(value)
    return _saved(call, changed)


def update_description(call: Call) -> object:
    """Change the text, and nothing else."""
    value = call.text_param("value")
    changed = Activity(**vars(_find(call)))
    changed.description = value
    return _saved(call, changed)


def update_responsible(call: Call) -> object:
    """Give a to-do to somebody else, who is told so by the portal."""
    responsible_id = call.int_param("responsibleId")
    todo = _find(call)
    _demand_open(todo, call)
    if responsible_id <= 0:
        raise BusinessError('Parameter "responsibleId" must be greater than 0')
    changed = Activity(**vars(todo))
    changed.responsible_id = responsible_id
    return _saved(call, changed)


def update_color(call: Call) -> object:
    """Give a to-do one of seven colours."""
    color_id = call.text_param("colorId")
    todo = _find(call)
    _demand_open(todo, call)
    if color_id not in COLORS:
        raise BusinessError("Unknown color")
    changed = Activity(**vars(todo))
    changed.color_id = color_id
    return _saved(call, changed)


def _not_found() -> PortalError:
    return PortalError("NOT_FOUND", "Not found.")


def _find(call: Call) -> Activity:
    """Return the to-do of this owner that the user may read; all else is missing."""
    owner = call.int_param("ownerTypeId"), call.int_param("ownerId")
    todo = call.state.crm.activities.get(call.int_param("id"))
    is_todo = todo is not None and (todo.provider_id, todo.owner) == (TODO, owner)
    if todo is None or not is_todo or not call.user.may_on("read", owner):
        raise _not_found()
    return todo


def _demand_update(call: Call, todo: Activity) -> None:
    if not call.user.may_on("update", todo.owner):
        raise access_denied()


def _demand_open(todo: Activity, call: Call) -> None:
    """Refuse a completed to-do as the methods do that ask for it before they save."""
    if todo.is_completed:
        text = "Completed activity cannot be modified"
        code = "0" if call.is_new else "CAN_NOT_UPDATE_COMPLETED_TODO"
        raise PortalError(code, text)


def _saved(call: Call, changed: Activity) -> object:
    _demand_update(call, changed)
    if changed.is_completed:
        text = "Completed activity cannot be modified"
        raise PortalError("CAN_NOT_UPDATE_COMPLETED_TODO", text)
    changed.updated_at = call.state.clock.now()
    call.state.crm.activities[changed.id] = changed
    events.queue_activity(call.state, "UPDATE", changed.id, call.user.id)
    return {"id": changed.id}


def _read(call: Call, todo: Activity) -> None:
    for name, attribute in (("title", "subject"), ("description", "description")):
        setattr(todo, attribute, call.text_param(name) if name in call.params else "")
    todo.deadline = demand_moment(call.params["deadline"])
    if call.params.get("responsibleId") is not None:
        todo.responsible_id = call.int_param("responsibleId") or todo.responsible_id
    offsets = call.array_param("pingOffsets")
    todo.ping_offsets = [
        to_int(value) for value in offsets.values() if minutes_of([value]) is not None
    ]
    if call.params.get("colorId") is not None and call.text_param("colorId") in COLORS:
        todo.color_id = call.text_param("colorId")


def _open_parent(call: Call) -> Activity | None:
    """Return the parent that is named, None when it does not exist; refuse a completed one."""
    if call.params.get("parentActivityId") is None:
        return None
    parent = call.state.crm.activities.get(call.int_param("parentActivityId"))
    if parent is not None and parent.is_completed:
        text = "Cannot schedule a deal for a closed deal"
        raise PortalError("ERROR_PARENT_ACTIVITY_RESTRICT", text)
    return parent


_HANDLERS: dict[str, Callable[[Call], object]] = {
    "add": add,
    "update": update,
    "updatedeadline": update_deadline,
    "updatedescription": update_description,
    "updateresponsibleuser": update_responsible,
    "updatecolor": update_color,
}
METHODS = tuple(
    Method(f"crm.activity.todo.{name}", handler, ("crm",), is_intranet=True, is_controller=True)
    for name, handler in _HANDLERS.items()
)
