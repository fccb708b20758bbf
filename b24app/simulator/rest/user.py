"""profile, user.current, user.get, user.admin, department.get."""

from __future__ import annotations

from b24app.simulator.portal_state.people import User

from ..php import EmptyObject, as_array, is_numeric, to_int, to_text
from .call import Call, Method, page_of, start_param
from .filters import compare, split_key

_USER_SCOPES = ("user_brief", "user_basic", "user")
# What user_brief shows; wider scopes add contacts, dates and departments.
_BRIEF = frozenset({
    "ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "PERSONAL_PHOTO", "PERSONAL_GENDER",
    "WORK_POSITION", "USER_TYPE",
})  # fmt: skip
_DEPARTMENTS: tuple[dict[str, object], ...] = (
    {"ID": "1", "NAME": "Northwind Lighting", "SORT": 500},
    {"ID": "2", "NAME": "Warehouse", "SORT": 500, "PARENT": "1"},
    {"ID": "3", "NAME": "Sales", "SORT": 500, "PARENT": "1", "UF_HEAD": "7"},
)
_DEPARTMENT_FIELDS = ("ID", "NAME", "PARENT", "UF_HEAD")
_CONTROL_KEYS = frozenset({
    "SORT", "ORDER", "SELECT", "start", "FILTER", "ADMIN_MODE", "IMAGE_RESIZE",
})  # fmt: skip


def profile(call: Call) -> object:
    """Answer who owns the token; needs no user scope."""
    user = call.user
    return {
        "ID": str(user.id),
        "ADMIN": user.is_admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": user.gender,
        "TIME_ZONE": user.time_zone,
    }


def is_admin(call: Call) -> object:
    """Return whether the user administers the portal."""
    return call.user.is_admin


def current_user(call: Call) -> object:
    """Return the acting user."""
    fields = _fields(call.user)
    fields["LAST_ACTIVITY_DATE"] = "2026-07-23 08:08:50"
    for name in ("SECOND_NAME", "TIMESTAMP_X", "USER_TYPE"):
        del fields[name]
    return _within_scope(call, fields)


def list_users(call: Call) -> object:
    """Answer employees, 50 a page; [] without `total` when there is none.

    Conditions stand beside the other parameters or in FILTER, which then replaces them. Unknown
    fields are ignored. `sort` counts only together with `order`.
    """
    conditions: dict[str | int, object] = {
        key: value for key, value in call.params.items() if key not in _CONTROL_KEYS
    }
    if isinstance(call.params.get("FILTER"), dict | list):
        inner = as_array(call.params["FILTER"])
        conditions = {str(key).upper(): value for key, value in inner.items()}
    found = [user for user in call.state.users.values() if not user.is_extranet]
    found = _sorted(call, [user for user in found if _matches(user, conditions)])
    if not found:
        return []
    select = {to_text(name) for name in as_array(call.params.get("SELECT")).values()}
    rows: list[object] = [_selected(_within_scope(call, _fields(user)), select) for user in found]
    return page_of(rows, start_param(call.params))


def list_departments(call: Call) -> object:
    """Answer departments by ID, NAME, PARENT or UF_HEAD, sorted by any of their fields."""
    wanted = {name: call.params[name] for name in _DEPARTMENT_FIELDS if name in call.params}
    found = [
        entry
        for entry in _DEPARTMENTS
        if all(_has(entry.get(name), value) for name, value in wanted.items())
    ]
    column = to_text(call.params.get("SORT")).upper() or "ID"
    is_down = to_text(call.params.get("ORDER")).upper() == "DESC"
    found.sort(key=lambda entry: _place(entry.get(column)), reverse=is_down)
    name = "START" if "START" in call.params else "start"
    return page_of([dict(entry) for entry in found], start_param(call.params, name))


def _has(held: object, wanted: object) -> bool:
    choices = as_array(wanted).values() if isinstance(wanted, dict | list) else (wanted,)
    return to_text(held) in {to_text(choice) for choice in choices}


def _place(value: object) -> tuple[int, str]:
    return (to_int(value), "") if is_numeric(value) else (0, to_text(value).lower())


def _sorted(call: Call, users: list[User]) -> list[User]:
    column, direction = (to_text(call.params.get(name)).upper() for name in ("SORT", "ORDER"))
    if not column or not direction:
        column, direction = "ID", "ASC"
    return sorted(
        users, key=lambda user: _place(_fields(user).get(column)), reverse=direction == "DESC"
    )


def _selected(fields: dict[str, object], select: set[str]) -> dict[str, object]:
    if not select or "*" in select:
        return fields
    return {
        name: value
        for name, value in fields.items()
        if name in select or ("UF_*" in select and name.startswith("UF_"))
    }


def _matches(user: User, conditions: dict[str | int, object]) -> bool:
    fields = _fields(user)
    for key, wanted in conditions.items():
        prefix, name = split_key(str(key))
        if name not in fields:
            continue
        held = fields[name]
        if not compare(prefix, _comparable(held), _wanted(held, wanted)):
            return False
    return True


def _comparable(held: object) -> object:
    if isinstance(held, bool):
        return "Y" if held else "N"
    if isinstance(held, str):
        return to_int(held) if is_numeric(held) else held.lower()
    return held


def _wanted(held: object, wanted: object) -> object:
    """Return a condition's value as the database compares it: flags Y or N, texts in any case."""
    if isinstance(held, bool):
        return "N" if to_text(wanted).upper() in {"", "0", "N"} else "Y"
    if isinstance(wanted, dict | list):
        return [_wanted(held, inner) for inner in as_array(wanted).values()]
    return wanted.lower() if isinstance(wanted, str) else wanted


def _within_scope(call: Call, fields: dict[str, object]) -> dict[str, object]:
    if {"user", "user_basic"} & set(call.token.scope):
        return fields
    return {name: value for name, value in fields.items() if name in _BRIEF}


def _fields(user: User) -> dict[str, object]:
    return {
        "ID": str(user.id),
        "ACTIVE": user.is_active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "EMAIL": user.email,
        "LAST_LOGIN": "2026-07-25T13:06:54+02:00",
        "DATE_REGISTER": "2025-07-15T00:00:00+02:00",
        "IS_ONLINE": "Y",
        "TIMESTAMP_X": EmptyObject(),
        "LAST_ACTIVITY_DATE": EmptyObject(),
        "PERSONAL_GENDER": user.gender,
        "PERSONAL_BIRTHDAY": "",
        "WORK_POSITION": user.position,
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": list(user.departments),
        "USER_TYPE": "extranet" if user.is_extranet else "employee",
    }


METHODS = (
    Method("profile", profile),
    Method("user.admin", is_admin),
    Method("user.current", current_user, _USER_SCOPES),
    Method("user.get", list_users, _USER_SCOPES, is_intranet=True, is_any_case=True),
    Method("department.get", list_departments, ("department",), is_intranet=True, is_any_case=True),
)
