"""placement.bind, unbind, get, list."""

from __future__ import annotations

from urllib.parse import urlsplit

from b24app.simulator.portal_state.application import Installation, Placement
from b24app.simulator.portal_state.languages import PORTAL_LANGUAGE

from ..errors import PortalError, access_denied, empty_argument
from ..php import as_array, is_numeric, to_int, to_text
from .call import Call, Method

_SCOPE = ("placement",)
APP_URI = "REST_APP_URI"
_OTHER_CODES = ("CRM_DEAL_LIST_TOOLBAR", "CRM_LEAD_LIST_TOOLBAR", "CRM_ACTIVITY_LIST_MENU")
# The document types have no card tab, no toolbar and no list.
_TAB_TYPES = frozenset({1, 2, 3, 4, 7, 31})
# Codes that one application may bind once only.
_ONCE = frozenset({APP_URI})
MAX_LANGUAGE = 2
MAX_TITLE = 255
_TEXTS = ("TITLE", "DESCRIPTION", "GROUP_NAME")


def bind(call: Call) -> object:
    """Bind a handler to a placement; binding the same again is ERROR_CORE.

    Another address is another binding. Options are dropped; none of these codes is one user's.
    """
    installation = _administrators_installation(call)
    code = to_text(call.params.get("PLACEMENT")).upper()
    handler = to_text(call.params.get("HANDLER"))
    for name, value in (("PLACEMENT", code), ("HANDLER", handler)):
        if not value:
            raise empty_argument(name)
    if code == "DEFAULT":
        raise empty_argument("The placement code has an incorrect value")
    check_handler_url(handler)
    if code not in available_codes(call):
        raise PortalError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    if is_numeric(call.params.get("USER_ID")) and to_int(call.params["USER_ID"]) > 0:
        raise PortalError("ERROR_PLACEMENT_USER_MODE", "User mode is not available.")
    if code in _ONCE and any(placement.code == code for placement in installation.placements):
        raise PortalError("ERROR_PLACEMENT_MAX_COUNT", "Placement max count: 1")
    if any(
        (placement.code, placement.handler) == (code, handler)
        for placement in installation.placements
    ):
        text = "Unable to set placement handler: Handler already binded"
        raise PortalError("ERROR_CORE", text)
    binding = _binding(call, code, handler)
    installation.placements.append(binding)
    _check_languages(binding)
    return True


def unbind(call: Call) -> object:
    """Remove bindings of a placement; the portal counts 2 for every one."""
    installation = _administrators_installation(call)
    code = to_text(call.params.get("PLACEMENT")).upper()
    handler = to_text(call.params.get("HANDLER"))
    if not code:
        raise empty_argument("PLACEMENT")
    removed = [
        placement
        for placement in installation.placements
        if placement.code == code and (not handler or placement.handler == handler)
    ]
    for placement in removed:
        installation.placements.remove(placement)
    return {"count": 2 * len(removed)}


def get(call: Call) -> object:
    """Return the application's own bindings."""
    installation = _administrators_installation(call)
    return [
        {
            "id": placement.id,
            "placement": placement.code,
            "userId": placement.user_id,
            "handler": placement.handler,
            "options": [],
            "title": placement.title,
            "description": placement.description,
            "langAll": placement.lang_all,
        }
        for placement in installation.placements
    ]


def list_codes(call: Call) -> object:
    """Return the placement codes available now, smart processes included."""
    call.demand_application()
    scope = to_text(call.params.get("SCOPE"))
    codes = available_codes(call)
    if not scope:
        return list(codes)
    return [code for code in codes if (code == APP_URI) == (scope == "placement")
            and scope in {"crm", "placement"}]  # fmt: skip


def available_codes(call: Call) -> tuple[str, ...]:
    """Return the codes this application may bind: CRM ones need the scope crm."""
    codes = (APP_URI, *_crm_codes(call)) if "crm" in call.token.scope else (APP_URI,)
    return tuple(code for code in codes if not call.state.switches.lacks_placement(code))


def _crm_codes(call: Call) -> list[str]:
    spas = call.state.crm.smart_processes
    kinds = [kind for kind in call.state.crm.types() if kind.id in _TAB_TYPES or kind.id in spas]
    return [
        *_OTHER_CODES,
        *(kind.list_placement for kind in kinds),
        *(kind.toolbar_placement for kind in kinds),
        *(kind.tab_placement for kind in kinds),
    ]


def check_handler_url(url: str) -> None:
    """Raise what the portal says about a handler: scheme http(s), and a host with a dot."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise PortalError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    if "." not in (parts.hostname or ""):
        raise PortalError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def _administrators_installation(call: Call) -> Installation:
    installation = call.installation()
    if not call.user.is_admin:
        raise access_denied("Access denied!", 403)
    return installation


def _binding(call: Call, code: str, handler: str) -> Placement:
    """Return a binding as the portal keeps it: its own texts are copies of those by language."""
    lang_all = _texts_by_language(call)
    own = lang_all.get(PORTAL_LANGUAGE) or next(iter(lang_all.values()), {})
    return Placement(
        id=call.state.next_binding_id(),
        code=code,
        handler=handler,
        title=own.get("TITLE", ""),
        description=own.get("DESCRIPTION", ""),
        lang_all=lang_all,
    )


def _check_languages(binding: Placement) -> None:
    """Raise for a language that cannot be kept: it and the later ones are missing in what stays."""
    kept: dict[str, dict[str, str]] = {}
    given, binding.lang_all = binding.lang_all, kept
    for language, texts in given.items():
        if not 0 < len(language) <= MAX_LANGUAGE or not 0 < len(texts["TITLE"]) <= MAX_TITLE:
            text = "Unable to set placements language: " + language
            raise PortalError("ERROR_CORE", text)
        kept[language] = texts


def _texts_by_language(call: Call) -> dict[str, dict[str, str]]:
    """Return LANG_ALL; without it what stands beside it, in the portal's own language."""
    given = as_array(call.params.get("LANG_ALL"))
    if given:
        return {
            str(language): {name: to_text(as_array(texts).get(name)).strip() for name in _TEXTS}
            for language, texts in given.items()
        }
    texts = {name: to_text(call.params.get(name)).strip() for name in _TEXTS}
    return {PORTAL_LANGUAGE: texts} if any(texts.values()) else {}


METHODS = (
    Method("placement.bind", bind, _SCOPE, is_any_case=True),
    Method("placement.unbind", unbind, _SCOPE, is_any_case=True),
    Method("placement.get", get, _SCOPE, is_any_case=True),
    Method("placement.list", list_codes, _SCOPE, is_any_case=True),
)
