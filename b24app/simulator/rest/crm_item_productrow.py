"""crm.item.productrow.list and getAvailableForPayment."""

from __future__ import annotations

from decimal import Decimal

from b24app.simulator.portal_state import by_product, sale
from b24app.simulator.portal_state.people import area_of
from b24app.simulator.portal_state.records import ProductRow

from ..errors import BusinessError, PortalError, access_denied
from ..php import is_numeric, to_int, to_text, to_upper_snake
from .call import Call, Method, of_one_answer, page_of, start_param
from .filters import Columns, select_rows, sort_rows, split_key
from .generations import money_for, yes_no

_CENT = Decimal("0.01")


def xml_id(row: ProductRow) -> str:
    """Return the link from a row to its order basket, "" while there is none."""
    return f"sale_basket_{row.basket_id}" if row.basket_id is not None and row.is_linked else ""


_COLUMNS: Columns[ProductRow] = {
    "ID": lambda row: row.id,
    "OWNER_ID": lambda row: row.owner_id,
    "PRODUCT_ID": lambda row: row.product_id,
    "PRODUCT_NAME": lambda row: row.product_name,
    "PRICE": lambda row: row.price,
    "QUANTITY": lambda row: row.quantity,
    "SORT": lambda row: row.sort,
    "MEASURE_CODE": lambda row: row.measure_code,
    "MEASURE_NAME": lambda row: row.measure_name,
    "PRICE_EXCLUSIVE": lambda row: row.price_exclusive,
    "DISCOUNT_RATE": lambda row: row.discount_rate,
    "TAX_RATE": lambda row: row.tax_rate,
    "TAX_INCLUDED": lambda row: yes_no(row.is_tax_included),
    "XML_ID": xml_id,
}


def list_rows(call: Call) -> object:
    """Return the product rows of a card, 50 a page. The two owner keys are taken literally."""
    conditions = call.array_param("filter")
    for key in ("=ownerType", "=ownerId"):
        if key not in conditions:
            raise PortalError("REQUIRED_ARG_MISSING", f"Argument '{key}' is required")
    order = call.array_param("order")
    owner_type = call.state.crm.type_by_short_code(to_text(conditions.pop("=ownerType")))
    owner_id = conditions.pop("=ownerId")
    _demand_scalars(conditions)
    if owner_type is None or not call.may("read", area_of(owner_type.id)):
        raise access_denied()
    rows = call.state.crm.rows_of(owner_type.id, to_int(owner_id) if is_numeric(owner_id) else 0)
    start = start_param(call.params)
    found = select_rows(rows, conditions, _COLUMNS, _unknown)
    if order:
        found = sort_rows(found, order, _COLUMNS, _unknown)
    elif start > 0:
        # The query has no order of its own then, so pages need not fit together.
        found.reverse()
    page = page_of([_row(call, row, row.quantity, in_list=True) for row in found], start)
    page.value = {"productRows": page.value}
    return page


def list_available(call: Call) -> object:
    """Return the rows with what no payment holds yet; fully billed rows are absent."""
    code, owner_id = call.text_param("ownerType"), call.int_param("ownerId")
    owner_type = call.state.crm.type_by_short_code(code)
    if owner_type is None:
        text = f"Entity type '{code}' is not supported in current context."
        raise PortalError("ENTITY_TYPE_NOT_SUPPORTED", text)
    if call.state.card(owner_type.id, owner_id) is None:
        raise PortalError("OWNER_NOT_FOUND", "Owner was not found")
    if not call.may("read", area_of(owner_type.id)):
        raise access_denied()
    crm = call.state.crm
    if len(crm.orders_of(owner_type.id, owner_id)) > 1:
        raise BusinessError("This method does not support multiple orders.")
    rows = crm.rows_of(owner_type.id, owner_id)
    if call.state.switches.finds_by_product:
        offers = by_product.offers(crm, sale.newest_order(crm, owner_type.id, owner_id), rows)
        found = [(row, _number(call, offers[row.id].quantity)) for row in rows if row.id in offers]
    else:
        found = [(row, _free(call, row)) for row in rows if sale.free_quantity(crm, row) > 0]
    page = of_one_answer(call, [_row(call, row, free) for row, free in found])
    if isinstance(page, list):
        return {"productRows": page}
    page.value = {"productRows": page.value}
    return page


def _number(call: Call, quantity: Decimal) -> Decimal | float:
    return float(quantity) if call.is_new else quantity


def _free(call: Call, row: ProductRow) -> Decimal | float:
    """Subtract as PHP does, in floats: of 4.1 with 0.1 billed 3.9999999999999996 are left."""
    total, billed = row.quantity, sale.billed(call.state.crm, row.basket_id)
    if not call.is_new:
        return total - billed
    return float(total) - float(billed)


def _demand_scalars(conditions: dict[str | int, object]) -> None:
    for key, value in conditions.items():
        if isinstance(value, dict) or (isinstance(value, list) and split_key(str(key))[0] != "@"):
            text = (
                f"Value for filter key '{to_upper_snake(str(key))}' should be either string"
                " or number"
            )
            raise PortalError("INVALID_ARG_VALUE", text)


def _unknown(column: str) -> PortalError:
    text = f"Invalid filter: field '{column}' is not allowed in filter"
    return PortalError("INVALID_ARG_VALUE", text)


def _row(
    call: Call, row: ProductRow, quantity: Decimal | float, *, in_list: bool = False
) -> object:
    before_discount = (row.price / (1 - row.discount_rate / 100)).quantize(_CENT)
    net = (row.price_exclusive / (1 - row.discount_rate / 100)).quantize(_CENT)
    owner_type = call.state.crm.type_by_id(row.owner_type_id)
    shown: dict[str, object] = {
        "id": row.id,
        "ownerId": row.owner_id,
        "ownerType": owner_type.short_code if owner_type else "",
        "productId": row.product_id,
        "productName": row.product_name,
        "price": row.price,
        "priceAccount": row.price,
        "priceExclusive": row.price_exclusive,
        "priceNetto": net,
        "priceBrutto": before_discount,
        "quantity": quantity,
        "discountTypeId": 2,
        "discountRate": row.discount_rate,
        "discountSum": net - row.price_exclusive,
        "taxRate": row.tax_rate,
        "taxIncluded": yes_no(row.is_tax_included),
        "customized": "Y",
        "measureCode": row.measure_code,
        "measureName": row.measure_name,
        "sort": row.sort,
        "xmlId": xml_id(row),
        "type": 4,
    }
    if in_list:
        shown["storeId"] = row.store_id
    return money_for(call.generation, shown)


METHODS = (
    Method("crm.item.productrow.list", list_rows, ("crm",), is_intranet=True, is_controller=True),
    Method(
        "crm.item.productrow.getavailableforpayment",
        list_available,
        ("crm",),
        is_intranet=True,
        is_controller=True,
    ),
)
