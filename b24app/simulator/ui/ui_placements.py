"""Placements beside the tab: row menus of lists, toolbars of cards, links to the application.

Contract e.28 and embedding 2.9. Row menus of the older types open the application as
`openApplication` does, in the top document; everything else is a page of its own in a slider.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, render_template, request

from b24app.simulator.portal_state.application import Placement
from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.records import COMPANY, CONTACT, DEAL, LEAD, QUOTE, CrmType
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.browser_user import user_of
from b24app.simulator.ui.ui_frame import View, lay_out

APP_URI = "REST_APP_URI"
# Types whose list menu opens the application in the page itself.
_OLDER_LISTS = frozenset({LEAD, DEAL, CONTACT, COMPANY, QUOTE})
# Types whose toolbar names the card as `ID`; the others say `ENTITY_ID`.
_TOOLBAR_WITH_ID = frozenset({LEAD, DEAL, CONTACT, COMPANY})


@dataclass(frozen=True)
class MenuItem:
    """One item of the application in a menu: `opens` for a slider in the page, else `href`."""

    title: str
    href: str = ""
    opens: str = ""


def add_routes(ui: Blueprint, state: PortalState) -> None:
    """Add the pages that open in a slider when a menu item or a link is clicked."""

    @ui.get("/devops/placement/<int:binding_id>/")
    def placement_page(binding_id: int) -> str:
        bindings = state.installation.placements if state.installation else []
        binding = next((placement for placement in bindings if placement.id == binding_id), None)
        if binding is None:
            abort(HTTPStatus.NOT_FOUND)
        return _page(state, binding)

    @ui.get("/marketplace/view/<code>/")
    def link_page(code: str) -> str:
        application = state.application
        bound = state.placements_of(APP_URI)
        if code not in {application.code, application.client_id} or not bound:
            abort(HTTPStatus.NOT_FOUND)
        return _page(state, bound[0])


def list_menu(state: PortalState, user: User, kind: CrmType, entity_id: int) -> list[MenuItem]:
    """Return the application's items in the menu at the left of a row."""
    items = []
    for binding in _shown(state, user, kind.list_placement):
        title = _title(state, user, binding)
        if kind.id in _OLDER_LISTS:
            items.append(MenuItem(title, opens=_opening(state, binding, entity_id, title)))
            continue
        # The server source that could be read hands on no id; the documentation shows one.
        named = {"ID": entity_id} if state.switches.has_list_ids else {}
        items.append(MenuItem(title, _placement_path(binding, named)))
    return items


def toolbar_menu(state: PortalState, user: User, kind: CrmType, entity_id: int) -> list[MenuItem]:
    """Return the application's items in the menu of a card's toolbar."""
    name = "ID" if kind.id in _TOOLBAR_WITH_ID else "ENTITY_ID"
    return [
        MenuItem(_title(state, user, binding), _placement_path(binding, {name: entity_id}))
        for binding in _shown(state, user, kind.toolbar_placement)
    ]


def bracketed(form: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the fields `prefix[name]`; deeper ones are left out."""
    start = f"{prefix}["
    return {
        name.removeprefix(start)[:-1]: value
        for name, value in form.items()
        if name.startswith(start) and name.endswith("]") and name.count("[") == 1
    }


def referring_page() -> dict[str, str]:
    """Return `URI`, the page the click was made on: known from the Referer, so maybe absent."""
    parts = urlsplit(request.referrer or "")
    if not parts.path:
        return {}
    return {"URI": f"{parts.path}?{parts.query}" if parts.query else parts.path}


def _shown(state: PortalState, user: User, code: str) -> list[Placement]:
    return state.placements_of(code) if state.has_app_access(user.id) else []


def _title(state: PortalState, user: User, binding: Placement) -> str:
    return binding.title_in(user.language) or state.application.name


def _placement_path(binding: Placement, options: Mapping[str, int]) -> str:
    query = urlencode({f"params[{name}]": value for name, value in options.items()})
    return f"/devops/placement/{binding.id}/" + (f"?{query}" if query else "")


def _opening(state: PortalState, binding: Placement, entity_id: int, title: str) -> str:
    return json.dumps({
        "application": {
            "PLACEMENT": binding.code,
            "PLACEMENT_OPTIONS": {"ID": str(entity_id)},
            "ID": state.application.id,
            "PLACEMENT_ID": binding.id,
            "POPUP": 1,
        },
        "appCode": state.application.code,
        "title": title,
    })  # fmt: skip


def _page(state: PortalState, binding: Placement) -> str:
    # Whoever writes a link chooses its values, its `URI` too.
    given = bracketed(request.args, "params")
    options = {
        **given,
        **{name: uri for name, uri in referring_page().items() if name not in given},
    }
    layout = lay_out(state, user_of(request, state), View(binding.code, binding.handler, options))
    return render_template("portal/application.html", layout=layout)
