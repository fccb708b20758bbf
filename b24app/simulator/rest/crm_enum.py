"""crm.enum.ownertype, crm.enum.getorderownertypes, crm.currency.*, crm.timeline.comment.add."""

from __future__ import annotations

from decimal import Decimal

from b24app.simulator.portal_state.people import area_of
from b24app.simulator.portal_state.records import DEAL

from ..errors import PortalError, access_denied
from ..php import as_array, is_numeric, to_int, to_text
from .call import Call, Method, Page

_CURRENCIES = (
    ("EUR", "1.0000", "Y", "Euro", "# €", "100"),
    ("USD", "0.9200", "N", "US Dollar", "$#", "200"),
    ("PLN", "0.2300", "N", "Polish Zloty", "# zł", "300"),
)


def list_owner_types(call: Call) -> object:
    """Answer all CRM types with the smart processes; any user."""
    return [
        {
            "ID": kind.id,
            "NAME": kind.name,
            "SYMBOL_CODE": kind.symbol,
            "SYMBOL_CODE_SHORT": kind.short_code,
        }
        for kind in call.state.crm.types()
    ]


def list_order_owner_types(call: Call) -> object:
    """Return what the documentation shows: the deal alone."""
    kind = call.state.crm.type_by_id(DEAL)
    return [{"attribute": "DYN", "code": "DEAL", "id": DEAL, "name": kind.name if kind else ""}]


def list_currencies(call: Call) -> object:
    """Return the currencies: strings throughout, and `total` is always 0."""
    _demand_product_right(call)
    rows = [_currency(entry) for entry in _CURRENCIES]
    for name, direction in reversed(list(as_array(call.params.get("order")).items())):
        column = str(name).upper()
        rows.sort(
            key=lambda row, column=column: _place(row.get(column)),  # type: ignore[misc] # a lambda's default has no type of its own
            reverse=to_text(direction).lower() == "desc",
        )
    return Page(rows, total=0)


def _place(value: object) -> tuple[Decimal, str]:
    return (Decimal(str(value)), "") if is_numeric(value) else (Decimal(0), to_text(value))


def get_currency(call: Call) -> object:
    """Answer one currency with its formats by language."""
    _demand_product_right(call)
    wanted = to_text(call.params.get("id"))
    entry = next((entry for entry in _CURRENCIES if entry[0] == wanted), None)
    if entry is None:
        raise PortalError("", "Not found")
    formats = {
        "FORMAT_STRING": entry[4],
        "FULL_NAME": entry[3],
        "DEC_POINT": ".",
        "THOUSANDS_SEP": None,
        "DECIMALS": "2",
        "THOUSANDS_VARIANT": "C",
        "HIDE_ZERO": "Y",
    }
    german = {**formats, "DEC_POINT": ",", "THOUSANDS_SEP": "&nbsp;", "THOUSANDS_VARIANT": "B"}
    return {**_currency(entry), "LANG": {"en": formats, "de": german}}


def base_currency(call: Call) -> object:
    """Return the code of the base currency."""
    return call.state.crm.base_currency


def add_comment(call: Call) -> object:
    """Store a comment of the acting user on a card's timeline."""
    fields = call.array_param("fields", is_required=True)
    entity_type_id = _comment_type(call, fields)
    entity_id = to_int(fields["ENTITY_ID"]) if is_numeric(fields.get("ENTITY_ID")) else 0
    if call.state.card(entity_type_id, entity_id) is None:
        raise PortalError(
            "OWNER_NOT_FOUND",
            "Owner was not found",
            old_code="NOT_FOUND",
            old_description="Not found.",
        )
    if not call.may("update", area_of(entity_type_id)):
        raise access_denied()
    text = to_text(fields.get("COMMENT"))
    if not text:
        raise PortalError("INVALID_ARG_VALUE", "Empty comment message")
    owner = (entity_type_id, entity_id)
    now = call.state.clock.now()
    comment = call.state.crm.write_comment(owner, call.user.id, text, now)
    return comment.id


def _comment_type(call: Call, fields: dict[str | int, object]) -> int:
    if is_numeric(fields.get("ENTITY_TYPE_ID")):
        return to_int(fields["ENTITY_TYPE_ID"])
    symbol = to_text(fields.get("ENTITY_TYPE")).upper()
    return next((kind.id for kind in call.state.crm.types() if kind.symbol == symbol), 0)


def _demand_product_right(call: Call) -> None:
    if not call.may("read", "crm"):
        raise PortalError("", "Access denied.")


def _currency(entry: tuple[str, ...]) -> dict[str, object]:
    code, amount, base, name, pattern, sort = entry
    return {
        "CURRENCY": code,
        "AMOUNT_CNT": "1",
        "AMOUNT": amount,
        "SORT": sort,
        "BASE": base,
        "FULL_NAME": name,
        "LID": "en",
        "FORMAT_STRING": pattern,
        "DEC_POINT": ".",
        "THOUSANDS_SEP": "&nbsp;" if base == "Y" else None,
        "DECIMALS": "2",
        "DATE_UPDATE": "2026-01-29T12:28:40+02:00",
    }


METHODS = (
    Method("crm.enum.ownertype", list_owner_types, ("crm",)),
    Method("crm.enum.getorderownertypes", list_order_owner_types, ("crm",)),
    Method("crm.currency.list", list_currencies, ("crm",)),
    Method("crm.currency.get", get_currency, ("crm",)),
    Method("crm.currency.base.get", base_currency, ("crm",)),
    Method("crm.timeline.comment.add", add_comment, ("crm",), is_intranet=True, is_controller=True),
)
