"""crm.contact.get, crm.contact.list, crm.company.get, crm.company.list: the older methods.

Upper-case names, strings throughout, `PHONE` and `EMAIL` as lists, error codes that are empty.
Source: REST contract e.29.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.records import COMPANY, CONTACT, Card

from ..errors import PortalError
from ..php import as_array, is_numeric, to_int, to_text
from .call import Call, Method, page_of, start_param
from .filters import compare, split_key
from .generations import yes_no

_LISTS = ("PHONE", "EMAIL")


def get_client(entity_type_id: int, call: Call) -> object:
    """Answer one contact or company with its phones and e-mails."""
    value = call.params.get("id")
    card = call.state.card(entity_type_id, to_int(value) if is_numeric(value) else 0)
    if card is None:
        raise PortalError("", "Not found")
    if not call.user.may_on("read", (entity_type_id, card.id)):
        raise PortalError("", "Access denied.")
    return _row(card) | {name: found for name in _LISTS if (found := _addresses(card, name))}


def list_clients(entity_type_id: int, call: Call) -> object:
    """Return those the user may see, 50 a page; phones and e-mails where `select` names them."""
    conditions = as_array(call.params.get("filter"))
    select = [to_text(name) for name in as_array(call.params.get("select")).values()]
    cards = [
        card
        for card in call.state.crm.cards_of(entity_type_id)
        if call.user.may_on("read", (entity_type_id, card.id)) and _fits(card, conditions)
    ]
    return page_of([_chosen(card, select) for card in cards], start_param(call.params))


def _fits(card: Card, conditions: dict[str | int, object]) -> bool:
    row = _row(card)
    for key, wanted in conditions.items():
        prefix, name = split_key(str(key))
        if name in row and not compare(prefix, row[name], wanted):
            return False
    return True


def _chosen(card: Card, select: list[str]) -> dict[str, object]:
    row = _row(card)
    if select and "*" not in select:
        row = {name: value for name, value in row.items() if name in {"ID", *select}}
    lists = {name: _addresses(card, name) for name in _LISTS if name in select}
    return row | {name: found for name, found in lists.items() if found}


def _row(card: Card) -> dict[str, object]:
    names: dict[str, object] = {"TITLE": card.title}
    if card.entity_type_id == CONTACT:
        names = {"NAME": card.name, "SECOND_NAME": None, "LAST_NAME": card.last_name,
                 "COMPANY_ID": str(card.company_id or "") or None}  # fmt: skip
    return {
        "ID": str(card.id),
        **names,
        "ASSIGNED_BY_ID": str(card.assigned_by_id),
        "HAS_PHONE": yes_no(bool(_addresses(card, "PHONE"))),
        "HAS_EMAIL": yes_no(bool(_addresses(card, "EMAIL"))),
        "DATE_CREATE": iso(card.created_at),
        "OPENED": "Y",
    }


def _addresses(card: Card, name: str) -> list[dict[str, object]]:
    return [
        {
            "ID": str(address.id),
            "VALUE_TYPE": address.value_type,
            "VALUE": address.value,
            "TYPE_ID": name,
        }
        for address in card.addresses
        if address.type_id == name
    ]


_HANDLERS: dict[str, Callable[[int, Call], object]] = {"get": get_client, "list": list_clients}
METHODS = tuple(
    Method(f"crm.{name}.{deed}", partial(handler, entity_type_id), ("crm",))
    for name, entity_type_id in (("contact", CONTACT), ("company", COMPANY))
    for deed, handler in _HANDLERS.items()
)
