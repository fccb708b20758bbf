"""crm.activity.badge.list, get, add, delete: labels on kanban cards. Source: REST contract e.26."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.simulator.portal_state.timeline import Badge

from ..errors import BusinessError, InvalidParameterError, PortalError, access_denied
from ..php import to_text
from .call import Call, Method, Page

TYPES = ("success", "failure", "warning", "primary", "secondary")
_LONGEST_CODE = 30


def list_badges(call: Call) -> object:
    """Return the badges of all applications, to anybody; the total is new servers' alone."""
    rows = [_row(badge) for badge in call.state.badges.values()]
    return Page({"badges": rows}, len(rows) if call.is_new else None)


def get(call: Call) -> object:
    """Answer one badge, to anybody."""
    return {"badge": _row(_find(call))}


def add(call: Call) -> object:
    """Make a badge; administrators of the portal only."""
    code, type_name = call.text_param("code"), call.text_param("type")
    texts = [_given(call, name) for name in ("title", "value")]
    _demand_admin(call)
    for name, text in zip(("title", "value"), texts, strict=True):
        _check_text(call, name, text)
    if type_name not in TYPES:
        raise PortalError("WRONG_TYPE_VALUE", "Wrong value of field `type`")
    if len(code) > _LONGEST_CODE:
        raise BusinessError("The length of the `code` field must not exceed 30 characters")
    if code in call.state.badges:
        raise BusinessError(f"Badge with code `{code}` already exists")
    badge = Badge(code, texts[0], texts[1], type_name)
    call.state.badges[code] = badge
    return {"badge": _row(badge)}


def delete(call: Call) -> object:
    """Remove a badge of any application; administrators of the portal only."""
    call.text_param("code")
    _demand_admin(call)
    del call.state.badges[_find(call).code]
    return True


def _demand_admin(call: Call) -> None:
    if not call.user.is_admin:
        raise access_denied()


def _find(call: Call) -> Badge:
    code = call.text_param("code")
    badge = call.state.badges.get(code)
    if badge is None:
        raise PortalError("NOT_FOUND", f"Badge not found for code `{code}`")
    return badge


def _given(call: Call, name: str) -> object:
    if name not in call.params:
        raise InvalidParameterError.missing(name)
    return call.params[name]


def _check_text(call: Call, name: str, text: object) -> None:
    if not isinstance(text, Mapping):
        if isinstance(text, str) and text:
            return
        raise PortalError("REQUIRED_ARG_MISSING", f"Required argument missing: {name}")
    for language, inner in text.items():
        if language not in call.state.switches.languages:
            raise BusinessError(f"Language `{language}` was not found")
        if not isinstance(inner, str) or not inner:
            raise BusinessError(f"Wrong value of field `{name}` for language {to_text(language)}")


def _row(badge: Badge) -> dict[str, object]:
    return {
        "code": badge.code, "title": badge.title, "value": badge.value, "type": badge.type,
    }  # fmt: skip


METHODS = tuple(
    Method(f"crm.activity.badge.{name}", handler, ("crm",), is_intranet=True, is_controller=True)
    for name, handler in (("list", list_badges), ("get", get), ("add", add), ("delete", delete))
)
