"""crm.timeline.logmessage.add, get, list, delete. Source: REST contract e.23."""

from __future__ import annotations

from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.timeline import LogMessage

from ..errors import PortalError, access_denied
from ..php import is_numeric, to_int, to_text
from .call import Call, Method, Page, start_param

ROWS_A_PAGE = 10
_REQUIRED = ("entityTypeId", "entityId", "title", "text", "iconCode")


def add(call: Call) -> object:
    """Write a line; the object's existence is not asked of those whose rights suffice."""
    fields = call.array_param("fields", is_required=True)
    for name in _REQUIRED:
        if fields.get(name) is None:
            raise PortalError(
                "0",
                f"Missing a required field: {name}",
                old_code="100",
                old_description="Required fields are not provided",
            )
    owner = _number(fields["entityTypeId"]), _number(fields["entityId"])
    if not call.user.may_on("update", owner):
        raise access_denied()
    if owner[1] <= 0 or call.state.crm.type_by_id(owner[0]) is None:
        raise PortalError("OWNER_NOT_FOUND", "Owner was not found")
    crm = call.state.crm
    title, text, icon_code = (to_text(fields[name]) for name in _REQUIRED[2:])
    line = LogMessage(
        crm.next_id("log message"), *owner, call.user.id, title, text, icon_code,
        call.token.client_id, call.state.clock.now(),
    )  # fmt: skip
    crm.log_messages[line.id] = line
    return {"logMessage": _row(line)}


def get(call: Call) -> object:
    """Answer one line of any application; existence is checked before rights."""
    line = _find(call, "Timeline logmessage not found for id `{}`")
    if not call.user.may_on("read", (line.entity_type_id, line.entity_id)):
        raise access_denied()
    return {"logMessage": _row(line)}


def list_lines(call: Call) -> object:
    """Return ten lines of a card. New servers read `offset` alone and always say `next` 10."""
    owner = call.int_param("entityTypeId"), call.int_param("entityId")
    order = {} if call.params.get("order") is None else call.array_param("order")
    if not call.user.may_on("read", owner):
        raise access_denied()
    every = call.state.crm.log_messages.values()
    lines = [line for line in every if (line.entity_type_id, line.entity_id) == owner]
    lines = _sorted(lines, order)
    start = start_param(call.params, "offset" if call.is_new else "start")
    start = max(start, 0)
    rows = [_row(line) for line in lines[start : start + ROWS_A_PAGE]]
    if call.is_new:
        following = ROWS_A_PAGE if len(lines) > ROWS_A_PAGE else None
        return Page({"logMessages": rows}, len(lines), following)
    end = start + ROWS_A_PAGE
    return Page(rows, len(lines), end if end < len(lines) else None)


def delete(call: Call) -> object:
    """Remove a line: for administrators of the portal, through the application that wrote it."""
    line_id = call.int_param("id")
    if not call.user.is_admin:
        raise access_denied()
    line = _find(call, "Log message not found for id `{}`")
    if call.token.client_id is None or line.client_id != call.token.client_id:
        text = "can only be deleted by the application through which it was created"
        raise PortalError("REMOVING_DISABLED", f"This log message {text}")
    del call.state.crm.log_messages[line_id]
    return True


def _find(call: Call, text: str) -> LogMessage:
    line_id = call.int_param("id")
    line = call.state.crm.log_messages.get(line_id)
    if line is None:
        old_text = f"Timeline logmessage not found for id {line_id}"
        raise PortalError("NOT_FOUND", text.format(line_id), old_description=old_text)
    return line


def _number(value: object) -> int:
    return to_int(value) if is_numeric(value) else 0


def _sorted(lines: list[LogMessage], order: dict[str | int, object]) -> list[LogMessage]:
    """Sort by `id` and `created`, in lower case only; anything else is ignored."""
    known = {
        name: direction
        for name, direction in order.items()
        if name in {"id", "created"} and direction in {"asc", "desc"}
    }
    for name, direction in reversed(list(known.items() or [("id", "desc")])):
        lines.sort(
            key=lambda line, name=name: line.id if name == "id" else line.created_at,  # type: ignore[misc] # a lambda's default has no type of its own
            reverse=direction == "desc",
        )
    return lines


def _row(line: LogMessage) -> dict[str, object]:
    return {
        "id": line.id,
        "created": iso(line.created_at),
        "authorId": line.author_id,
        "title": line.title,
        "text": line.text,
        "iconCode": line.icon_code,
    }


METHODS = tuple(
    Method(f"crm.timeline.logmessage.{name}", handler, ("crm",), is_intranet=True,
           is_controller=True)
    for name, handler in (("add", add), ("get", get), ("list", list_lines), ("delete", delete))
)  # fmt: skip
