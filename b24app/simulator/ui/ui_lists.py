"""Lists of CRM items: the portal's home page and the CRM chooser of a frame."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from b24app.simulator.portal_state.people import User, area_of
from b24app.simulator.portal_state.records import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LEAD,
    Card,
    CrmType,
)
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.ui_placements import MenuItem, list_menu
from b24app.simulator.ui.ui_text import money

_DETAIL_PATHS = {LEAD: "lead", DEAL: "deal", CONTACT: "contact", COMPANY: "company"}
_GROUP_NAMES = {
    DEAL: "Deals", INVOICE: "Invoices", LEAD: "Leads", CONTACT: "Contacts", COMPANY: "Companies",
}  # fmt: skip
_SHOWN_FIRST = (DEAL, INVOICE)


@dataclass(frozen=True)
class Line:
    """One item of a list. `amount` is empty for types without a sum."""

    title: str
    number: str
    href: str
    amount: str
    client: str
    payments: int
    menu: tuple[MenuItem, ...] = ()


@dataclass(frozen=True)
class Group:
    """All items of one CRM type. `is_readable` is false where the user has no rights."""

    name: str
    is_readable: bool
    lines: tuple[Line, ...]
    href: str = ""


def card_path(entity_type_id: int, entity_id: int) -> str:
    """Return the path of a card, as the portal's own links have it."""
    name = _DETAIL_PATHS.get(entity_type_id, f"type/{entity_type_id}")
    return f"/crm/{name}/details/{entity_id}/"


def list_path(entity_type_id: int) -> str:
    """Return the path of a type's list."""
    name = _DETAIL_PATHS.get(entity_type_id)
    return f"/crm/{name}/list/" if name else f"/crm/type/{entity_type_id}/list/category/0/"


def may_read(user: User, entity_type_id: int) -> bool:
    """Return whether the portal shows cards of this type to a user."""
    return user.may("read", area_of(entity_type_id))


def groups(state: PortalState, user: User) -> list[Group]:
    """Return the home page's groups, those with payments first."""
    with state.lock:
        kinds = sorted(state.crm.types(), key=_order)
        return [_group(state, user, kind) for kind in kinds if state.crm.cards_of(kind.id)]


def group(state: PortalState, user: User, kind: CrmType) -> Group:
    """Return the list of one type."""
    with state.lock:
        return _group(state, user, kind)


def _order(kind: CrmType) -> tuple[int, int]:
    # Smart processes (numbers from 128) come before the people and companies.
    rank = 0 if kind.id in _SHOWN_FIRST else 1 if kind.id > INVOICE else 2
    return rank, kind.id


def _group(state: PortalState, user: User, kind: CrmType) -> Group:
    is_readable = may_read(user, kind.id)
    cards = state.crm.cards_of(kind.id) if is_readable else []
    lines = tuple(_line(state, user, kind, card) for card in cards)
    return Group(_GROUP_NAMES.get(kind.id, kind.name), is_readable, lines, list_path(kind.id))


def _line(state: PortalState, user: User, kind: CrmType, card: Card) -> Line:
    return Line(
        title=card.shown_title,
        number=card.account_number or str(card.id),
        href=card_path(card.entity_type_id, card.id),
        amount=money(card.opportunity, card.currency) if card.opportunity else "",
        client=", ".join(other.shown_title for other in clients(state, card)),
        payments=len(state.crm.payments_of(card.entity_type_id, card.id)),
        menu=tuple(list_menu(state, user, kind, card.id)),
    )


def clients(state: PortalState, card: Card) -> list[Card]:
    """Return the company and the contacts of a card, as far as they exist."""
    wanted = [
        (COMPANY, card.company_id),
        *((CONTACT, contact_id) for contact_id in card.contact_ids),
    ]
    return [found for key in wanted if (found := state.crm.cards.get(key))]


def crm_items(state: PortalState, user: User, wanted: Collection[str]) -> list[dict[str, str]]:
    """Return what selectCRM offers: items of the wanted types in the shape a frame receives."""
    with state.lock:
        kinds = [kind for kind in state.crm.types() if kind.symbol.lower() in wanted]
        return list(_choices(state, user, kinds))


def _choices(state: PortalState, user: User, kinds: Iterable[CrmType]) -> Iterable[dict[str, str]]:
    for kind in kinds:
        if not may_read(user, kind.id):
            continue
        name = kind.symbol.lower()
        for card in state.crm.cards_of(kind.id):
            yield {
                "id": f"{kind.short_code}_{card.id}",
                "type": name,
                "place": name,
                "title": card.shown_title,
                "desc": "",
                "url": card_path(kind.id, card.id),
            }
