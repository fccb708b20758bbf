"""CRM cards, their product rows and deliveries: crm.item.*, crm.enum.ownertype.

https://apidocs.bitrix24.com, section crm/universal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.object_types import short_code_of
from b24app.bitrix.wire.decoding import Record, entries, record, rows, unexpected
from b24app.domain import INVOICE, Card, Delivery, EntityRef, ListedRow, Listing, Money
from b24app.errors import BareRefusalError

RawItem = Mapping[str, object]
"""A CRM item with the portal's own field names, as it came."""


@dataclass(frozen=True, slots=True)
class OwnerType:
    """An object type of the portal. `title` is localized by the portal."""

    entity_type_id: int
    title: str
    code: str

    @property
    def is_smart_process(self) -> bool:
        """Return whether it is a kind of cards that the portal has made itself."""
        return self.code == f"DYNAMIC_{self.entity_type_id}"


def get_card(ref: EntityRef) -> Command[Card]:
    """Read the card whose tab is open. Missing: NotFoundError; hidden: RightsRefusedError."""
    raw = get_raw_item(ref)
    return GET_ITEM.command(raw.params, lambda value: card_of(ref, raw.decode(value)))


GET_ITEM = Method(name="crm.item.get", scope="crm", page="crm-item-get")


def get_raw_item(ref: EntityRef) -> Command[RawItem]:
    """Read a whole item: for the `parentId<type>` fields that name what it is linked to."""
    params = {"entityTypeId": ref.entity_type_id, "id": ref.entity_id}

    def decode(value: object) -> RawItem:
        return _raw(GET_ITEM.name, record(GET_ITEM.name, value).get("item"))

    return GET_ITEM.command(params, decode)


LIST_ITEMS = Method(name="crm.item.list", scope="crm", page="crm-item-list")


def list_items_of(
    entity_type_id: int,
    filters: Mapping[str, object],
    select: Sequence[str] = (),
    start: int = 0,
) -> Command[tuple[RawItem, ...]]:
    """List the items the acting user may see, newest first; others are left out without an error.

    50 a page; `start` is the offset of the page.

    A filter by `parentId<type>` is BusinessRefusalError `INVALID_ARG_VALUE` where the portal has
    not linked the two types (quirk 25).
    """
    params: dict[str, object] = {"entityTypeId": entity_type_id, "order": {"id": "DESC"}}
    if filters:
        params["filter"] = dict(filters)
    if select:
        params["select"] = list(select)
    if start:
        params["start"] = start

    def decode(value: object) -> tuple[RawItem, ...]:
        items = record(LIST_ITEMS.name, value).get("items")
        if items is None:
            raise unexpected(LIST_ITEMS.name, "no items")
        return tuple(item for item in entries(LIST_ITEMS.name, items) if isinstance(item, Mapping))

    return LIST_ITEMS.command(params, decode)


LIST_PRODUCT_ROWS = Method(
    name="crm.item.productrow.list",
    scope="crm",
    page="crm-item-productrow-list",
    is_paged=True,
)


def list_product_rows(ref: EntityRef, start: int = 0) -> Command[Listing[ListedRow]]:
    """List the product rows of a card, 50 a page; `start` is the offset of the page."""
    # These two keys are literal: the sign belongs to their names (quirk 24).
    owner = {"=ownerType": short_code_of(ref.entity_type_id), "=ownerId": ref.entity_id}
    # Without an order the portal cuts its pages out of rows that stand in none (quirk 98).
    params: dict[str, object] = {"filter": owner, "order": {"id": "asc"}}
    if start:
        params["start"] = start
    return LIST_PRODUCT_ROWS.command(
        params, lambda value: _product_rows(LIST_PRODUCT_ROWS.name, value)
    )


AVAILABLE_ROWS = Method(
    name="crm.item.productrow.getAvailableForPayment",
    scope="crm",
    page="crm-item-productrow-get-available-for-payment",
)


def available_rows(ref: EntityRef) -> Command[Listing[ListedRow]]:
    """List what no payment bills yet; `quantity` is the free part. All in one answer.

    A card with several orders is BusinessRefusalError "0" (quirk 39).
    """
    params = {"ownerType": short_code_of(ref.entity_type_id), "ownerId": ref.entity_id}
    return AVAILABLE_ROWS.command(params, lambda value: _product_rows(AVAILABLE_ROWS.name, value))


LIST_DELIVERIES = Method(
    name="crm.item.delivery.list",
    scope="crm",
    page="crm-item-delivery-list",
    old_zero=BareRefusalError,
)


def list_deliveries(ref: EntityRef) -> Command[Listing[Delivery]]:
    """List the delivery documents of a card, all in one answer."""
    params = {"entityId": ref.entity_id, "entityTypeId": ref.entity_type_id}
    return LIST_DELIVERIES.command(
        params, lambda value: rows(LIST_DELIVERIES.name, value, _delivery)
    )


OWNER_TYPES = Method(name="crm.enum.ownertype", scope="crm", page="crm-enum-owner-type")


def owner_types() -> Command[Listing[OwnerType]]:
    """List all object types with localized titles, smart processes included. For any user."""
    return OWNER_TYPES.command({}, lambda value: rows(OWNER_TYPES.name, value, _owner_type))


def card_of(ref: EntityRef, item: RawItem) -> Card:
    """Read a card from an item. Contacts and companies have no amount: zero without currency."""
    fields = Record("crm.item.get", item)
    title = fields.text("title").strip()
    if not title:
        title = " ".join(filter(None, (fields.text("name"), fields.text("lastName")))).strip()
    number = fields.text("accountNumber") if ref.entity_type_id == INVOICE else ""
    return Card(
        ref=ref,
        title=title,
        number=number or str(ref.entity_id),
        amount=Money(fields.number("opportunity", Decimal(0)), fields.text("currencyId")),
        is_amount_typed=fields.text("isManualOpportunity") == "Y",
    )


def id_in(item: RawItem, name: str) -> int | None:
    """Return the id that a field of an item names, None where it names none."""
    return Record("crm.item.list", item).id_or_none(name)


def _raw(method: str, item: object) -> RawItem:
    if not isinstance(item, Mapping):
        raise unexpected(method, "no item")
    return item


def _product_rows(method: str, value: object) -> Listing[ListedRow]:
    found = record(method, value).get("productRows")
    if found is None:
        raise unexpected(method, "no productRows")
    return rows(method, found, _product_row)


def _product_row(row: Record) -> ListedRow:
    is_tax_on_top = row.text("taxIncluded") == "N" and row.get("priceExclusive") not in {None, ""}
    row_id, product_id = row.id(), row.id_or_none("productId") or 0
    return ListedRow(
        id=row_id,
        name=row.name("productName", f"#{product_id or row_id}"),
        bare_price=row.number("price"),
        quantity=row.quantity("quantity"),
        measure=row.text("measureName"),
        sort=int(row.number("sort", Decimal(0))),
        bare_price_without_tax=row.number("priceExclusive") if is_tax_on_top else None,
        is_linked=row.text("xmlId").startswith("sale_basket_"),
        product_id=product_id,
    )


def _delivery(row: Record) -> Delivery:
    delivery_id = row.id()
    return Delivery(
        id=delivery_id,
        number=row.name("accountNumber", str(delivery_id)),
        is_shipped=row.flag_or_none("deducted"),
        service_name=row.name("deliveryName", ""),
        price=Money(row.number("priceDelivery"), row.text("currency")),
    )


def _owner_type(row: Record) -> OwnerType:
    return OwnerType(
        entity_type_id=row.id("ID"),
        title=row.name("NAME", ""),
        code=row.text("SYMBOL_CODE"),
    )
