"""The CRM cards: one page for every type, with a lazily loaded tab for each binding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, render_template, request

from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.records import COMPANY, CONTACT, DEAL, LEAD, Card, CrmType
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui import ui_card_view as view
from b24app.simulator.ui.browser_user import user_of
from b24app.simulator.ui.ui_lists import group, may_read
from b24app.simulator.ui.ui_placements import toolbar_menu
from b24app.simulator.ui.ui_timeline import history, planned

_TYPE_NAMES = {"deal": DEAL, "lead": LEAD, "contact": CONTACT, "company": COMPANY}
# A card of an item that is not saved yet: its tabs exist, with ID "0".
UNSAVED = 0


@dataclass(frozen=True)
class AppTab:
    """A tab with the application. `loader` is what its first activation posts."""

    id: str
    title: str
    loader: str
    is_open: bool


def add_routes(ui: Blueprint, state: PortalState) -> None:
    """Add the card pages."""

    @ui.get("/crm/<any(deal, lead, contact, company):name>/details/<int:entity_id>/")
    def card(name: str, entity_id: int) -> tuple[str, HTTPStatus]:
        return _page(state, _TYPE_NAMES[name], entity_id)

    @ui.get("/crm/type/<int:entity_type_id>/details/<int:entity_id>/")
    def smart_card(entity_type_id: int, entity_id: int) -> tuple[str, HTTPStatus]:
        return _page(state, entity_type_id, entity_id)

    @ui.get("/crm/<any(deal, lead, contact, company):name>/list/")
    def listed(name: str) -> tuple[str, HTTPStatus]:
        return _list(state, _TYPE_NAMES[name])

    @ui.get("/crm/type/<int:entity_type_id>/list/category/0/")
    def smart_list(entity_type_id: int) -> tuple[str, HTTPStatus]:
        return _list(state, entity_type_id)


def app_tabs(state: PortalState, user: User, kind: CrmType, entity_id: int) -> list[AppTab]:
    """Return the tabs this user sees: none without access or before the installation is done.

    `?active_tab=<id>` opens a tab with the page, and `app` means the first one.
    """
    if not state.has_app_access(user.id):
        return []
    wanted = request.args.get("active_tab", "")
    tabs: list[AppTab] = []
    for binding in state.placements_of(kind.tab_placement):
        tab_id = f"tab_rest_{binding.id}"
        loader = {
            "PLACEMENT": binding.code,
            "PLACEMENT_OPTIONS": {"ID": str(entity_id)},
            "ID": state.application.id,
            "PLACEMENT_ID": binding.id,
        }
        title = binding.title_in(user.language) or state.application.name
        is_open = wanted == tab_id or (wanted == "app" and not tabs)
        tabs.append(AppTab(tab_id, title, json.dumps(loader), is_open))
    return tabs


def _page(state: PortalState, entity_type_id: int, entity_id: int) -> tuple[str, HTTPStatus]:
    user = user_of(request, state)
    with state.lock:
        kind = state.crm.type_by_id(entity_type_id)
        card = _card(state, kind, entity_id)
        if kind is None or card is None:
            return _notice("Nothing found", "This item does not exist.", HTTPStatus.NOT_FOUND)
        if not may_read(user, entity_type_id):
            text = "You may not view this item. Ask its responsible person or an administrator."
            return _notice("Access denied", text, HTTPStatus.FORBIDDEN)
        page = render_template(
            "portal/card.html",
            kind=kind,
            card=card,
            is_unsaved=entity_id == UNSAVED,
            stages=view.stages(card),
            sections=view.sections(state, user, card),
            rows=view.product_rows(state, card),
            rows_total=view.rows_total(state, card),
            planned=planned(state, user, card),
            timeline=history(state, user, card),
            tabs=app_tabs(state, user, kind, entity_id),
            toolbar=toolbar_menu(state, user, kind, entity_id),
        )
    return page, HTTPStatus.OK


def _list(state: PortalState, entity_type_id: int) -> tuple[str, HTTPStatus]:
    kind = state.crm.type_by_id(entity_type_id)
    if kind is None:
        return _notice("Nothing found", "There is no such list.", HTTPStatus.NOT_FOUND)
    shown = group(state, user_of(request, state), kind)
    return render_template("portal/list.html", group=shown), HTTPStatus.OK


def _card(state: PortalState, kind: CrmType | None, entity_id: int) -> Card | None:
    if kind is None or entity_id != UNSAVED:
        return state.card(kind.id, entity_id) if kind else None
    return Card(kind.id, UNSAVED, f"New {kind.name.lower()}", state.clock.now())


def _notice(title: str, text: str, status: HTTPStatus) -> tuple[str, HTTPStatus]:
    return render_template("portal/notice_page.html", title=title, text=text), status
