"""crm.item.get, crm.item.list, crm.type.list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import itemgetter

from b24app.simulator.portal_state.records import OLD_INVOICE, Card, CrmType, SmartProcess

from ..errors import PortalError, access_denied
from ..php import to_text, to_upper_snake
from .call import Call, Method, page_of, start_param
from .card_fields import card_fields
from .filters import UnknownField, select_rows, sort_rows
from .generations import money_for

# Types that the universal methods do not serve.
_UNSUPPORTED = (OLD_INVOICE, 8)
_DIRECTIONS = ("asc", "desc")
_TYPE_FLAGS = (
    "isCategoriesEnabled", "isStagesEnabled", "isBeginCloseDatesEnabled", "isClientEnabled",
    "isUseInUserfieldEnabled", "isLinkWithProductsEnabled", "isMycompanyEnabled",
    "isDocumentsEnabled", "isSourceEnabled", "isObserversEnabled", "isRecyclebinEnabled",
    "isAutomationEnabled", "isBizProcEnabled", "isSetOpenPermissions", "isPaymentsEnabled",
    "isCountersEnabled",
)  # fmt: skip
_SET_FLAGS = ("isStagesEnabled", "isClientEnabled", "isLinkWithProductsEnabled")


def get_item(call: Call) -> object:
    """Answer one card with all its fields; existence is checked before rights."""
    entity_type_id, entity_id = call.int_param("entityTypeId"), call.int_param("id")
    _find_type(call, entity_type_id)
    card = call.state.card(entity_type_id, entity_id)
    if card is None:
        raise PortalError("NOT_FOUND", "Item was not found.", old_description="Element not found")
    if not call.user.may_on("read", (entity_type_id, entity_id)):
        raise access_denied("You don't have permission to view this item.")
    return {"item": _shown(call, card)}


def list_items(call: Call) -> object:
    """Return the cards that the user may see, 50 a page, without an error for the rest."""
    entity_type_id = call.int_param("entityTypeId")
    conditions, order = call.array_param("filter"), call.array_param("order")
    select = [to_text(name) for name in call.array_param("select").values()]
    crm_type = _find_type(call, entity_type_id)
    columns = _columns(call, crm_type)
    _check_order(order)
    cards = [
        card
        for card in call.state.crm.cards_of(crm_type.id)
        if call.user.may_on("read", (crm_type.id, card.id))
    ]
    found = select_rows(cards, conditions, columns, _not_allowed("filter"))
    found = sort_rows(found, order, columns, _not_allowed("order"))
    page = page_of([_chosen(_shown(call, card), select) for card in found],
                   start_param(call.params))  # fmt: skip
    page.value = {"items": page.value}
    return page


def list_types(call: Call) -> object:
    """Return the smart processes; CRM administrators only."""
    conditions, order = call.array_param("filter"), call.array_param("order")
    if not call.user.is_crm_admin:
        raise access_denied()
    rows = [_type_row(spa) for spa in call.state.crm.smart_processes.values()]
    columns: dict[str, Callable[[dict[str, object]], object]] = {
        to_upper_snake(name): itemgetter(name) for row in rows for name in row
    }
    found = select_rows(rows, conditions, columns, _not_allowed("filter"))
    found = sort_rows(found, order, columns, _not_allowed("order"))
    page = page_of([*found], start_param(call.params))
    page.value = {"types": page.value}
    return page


def _find_type(call: Call, entity_type_id: int) -> CrmType:
    crm_type = call.state.crm.type_by_id(entity_type_id)
    if crm_type is None:
        raise PortalError("NOT_FOUND", "SPA not found")
    if entity_type_id in _UNSUPPORTED:
        text = f"Entity type '{entity_type_id}' is not supported in current context."
        raise PortalError("ENTITY_TYPE_NOT_SUPPORTED", text)
    return crm_type


def _shown(call: Call, card: Card) -> dict[str, object]:
    return money_for(call.generation, card_fields(card, call.state.crm.type_links))


def _chosen(fields: dict[str, object], select: list[str]) -> dict[str, object]:
    if "*" in select:
        return fields
    # Phones and e-mails come with `*` alone, even where their field is asked for.
    chosen = {"id", *select} if select else fields.keys()
    return {name: value for name, value in fields.items() if name in chosen and name != "fm"}


def _columns(call: Call, crm_type: CrmType) -> dict[str, Callable[[Card], object]]:
    """Return what may stand in filter and order: every field that a card of the type shows."""
    links = call.state.crm.type_links
    blank = Card(crm_type.id, 0, "", call.state.clock.now())
    columns = {
        to_upper_snake(name): _field_getter(name, links)
        for name in card_fields(blank, links)
        if name != "entityTypeId"
    }
    for parent, child in links:
        if child == crm_type.id:
            # camelCase has no capital before the number: parentId2 becomes PARENT_ID2.
            columns[f"PARENT_ID{parent}"] = _parent_getter(parent)
    return columns


def _field_getter(name: str, links: set[tuple[int, int]]) -> Callable[[Card], object]:
    """Return a field as crm.item.get shows it; dates are moments, so that they compare."""

    def value_of(card: Card) -> object:
        value = card_fields(card, links).get(name)
        if isinstance(value, str) and name.endswith(("Time", "date")):
            return datetime.fromisoformat(value)
        return value

    return value_of


def _parent_getter(parent: int) -> Callable[[Card], object]:
    return lambda card: card.parent_ids.get(parent, 0)


def _not_allowed(part: str) -> UnknownField:
    def error(column: str) -> PortalError:
        # The portal's own names have an underscore before the number of a parent.
        shown = column.replace("PARENT_ID", "PARENT_ID_") if column[-1:].isdigit() else column
        return PortalError(
            "INVALID_ARG_VALUE", f"Invalid {part}: field '{shown}' is not allowed in {part}"
        )

    return error


def _check_order(order: dict[str | int, object]) -> None:
    for name, direction in order.items():
        if to_text(direction).lower() not in _DIRECTIONS:
            text = (
                "Invalid order: allowed sort directions are `ASC, DESC`. "
                f"But got '{to_text(direction)}' for field '{to_upper_snake(str(name))}'"
            )
            raise PortalError("INVALID_ARG_VALUE", text)


def _type_row(spa: SmartProcess) -> dict[str, object]:
    created = "2024-07-08T17:24:55+02:00"
    return {
        "id": spa.id,
        "title": spa.title,
        "code": "",
        "createdBy": 1,
        "entityTypeId": spa.entity_type_id,
        "customSectionId": None,
        **{flag: "Y" if flag in _SET_FLAGS else "N" for flag in _TYPE_FLAGS},
        "createdTime": created,
        "updatedTime": created,
        "updatedBy": 1,
    }


METHODS = tuple(
    Method(name, handler, ("crm",), is_intranet=True, is_controller=True)
    for name, handler in (
        ("crm.item.get", get_item),
        ("crm.item.list", list_items),
        ("crm.type.list", list_types),
    )
)
