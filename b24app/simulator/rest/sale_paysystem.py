"""sale.paysystem.list and salescenter.payment.getPublicUrl."""

from __future__ import annotations

import base64
import hashlib
import io

import segno

from b24app.simulator.portal_state.records import Payment, PaySystem
from b24app.simulator.portal_state.switches import NEVER_USED, READY, UNPUBLISHED

from ..errors import BusinessError, InvalidParameterError, PortalError, access_denied
from ..php import as_array, is_numeric, to_int, to_text
from .call import Call, Method
from .filters import split_key

_SITE_ID = 10
_NO_LINK = {
    "no_module": 'module "landing" is not installed.',
    "unavailable": "Public url is not available",
    "no_info": "Error retrieving url info",
}
_PREFIXES = "!=@%<>+*"


def list_pay_systems(call: Call) -> object:
    """Answer payment systems; prefixes of filter keys are dropped, a list means any of."""
    if not call.user.is_crm_admin:
        raise access_denied("Access denied!", 403)
    select = [to_text(name) for name in as_array(call.params.get("SELECT")).values()]
    # Asked for as TARIF, answered as TARIFF: so the documentation's own example has it.
    select = ["TARIFF" if name == "TARIF" else name for name in select]
    conditions = {
        split_key(str(key))[1].lstrip(_PREFIXES): value
        for key, value in as_array(call.params.get("FILTER")).items()
    }
    order = as_array(call.params.get("ORDER"))
    rows = [_row(system) for system in call.state.crm.pay_systems.values()]
    _check_names(rows, select, conditions, order)
    found = [
        row for row in rows if all(_fits(row[key], value) for key, value in conditions.items())
    ]
    for name, direction in reversed(list(order.items() or [("ID", "ASC")])):
        found.sort(key=lambda row: _sortable(row[str(name)]),
                   reverse=to_text(direction).upper() == "DESC")  # fmt: skip
    return [{key: value for key, value in row.items() if not select or key in select}
            for row in found]  # fmt: skip


def public_url(call: Call) -> object:
    """Return a payment's public link. Rights on the payment are not checked, by design.

    It is found once for each order and process: of two payments of one order in one batch both
    get the first one's. And it is no pure read: see `_open_shop`.
    """
    if "id" not in call.params:
        text = "build auto wired argument {Bitrix\\Sale\\Payment $payment}"
        raise InvalidParameterError(f"Could not find value for parameter to {text}")
    payment_id = to_int(call.params["id"]) if is_numeric(call.params["id"]) else 0
    payment = call.state.crm.payments.get(payment_id)
    if payment is None:
        raise PortalError("200640400001", "payment is not exists")
    kept = ("link", payment.order_id)
    if kept not in call.kept:
        call.kept[kept] = _find_link(call, payment)
    found = call.kept[kept]
    if isinstance(found, str):
        raise BusinessError(found)
    return found


def _find_link(call: Call, payment: Payment) -> dict[str, object] | str:
    """Return the answer, or the words of a refusal."""
    shop = _open_shop(call)
    if shop in _NO_LINK:
        return _NO_LINK[shop]
    if shop != READY:
        return {"connectedSiteId": 0 if shop == "no_site" else _SITE_ID, "isPhoneConfirmed": False}
    return {"payment": _link(call, payment)}


def _open_shop(call: Call) -> str:
    """Install a missing shop site, or publish one that is not, whoever calls; return its state.

    A site that was just installed serves no link yet: the next call publishes it.
    """
    switches = call.state.switches
    before = switches.shop
    switches.shop = {NEVER_USED: UNPUBLISHED, UNPUBLISHED: READY}.get(before, before)
    return "unavailable" if before == NEVER_USED else switches.shop


def _link(call: Call, payment: Payment) -> dict[str, object]:
    # The order's secret, so that it is the same for all of its payments.
    secret = f"{call.state.member_id}:{payment.order_id}".encode()
    access = hashlib.sha256(secret).hexdigest()[:32]
    url = (
        f"{call.state.origin}/pub/site/{_SITE_ID}/checkout/"
        f"?orderId={payment.order_id}&access={access}&paymentId={payment.id}"
    )
    code = hashlib.sha256(url.encode()).hexdigest()[:5]
    call.state.short_links[code] = url
    short_url = f"{call.state.origin}/~{code}"
    return {"url": url, "shortUrl": short_url, "qr": _qr(short_url)}


def _qr(text: str) -> str:
    png = io.BytesIO()
    segno.make(text, error="m").save(png, kind="png", scale=6)
    return base64.b64encode(png.getvalue()).decode()


def _check_names(
    rows: list[dict[str, object]],
    select: list[str],
    conditions: dict[str, object],
    order: dict[str | int, object],
) -> None:
    known = set(rows[0]) if rows else set()
    for part, names in (("select", select), ("filter", conditions), ("order", order)):
        for name in names:
            if known and name not in known:
                raise PortalError("ERROR_CHECK_FAILURE", f"{name} not allowed for {part}")


def _fits(value: object, wanted: object) -> bool:
    choices = list(as_array(wanted).values()) if isinstance(wanted, dict | list) else [wanted]
    return any(to_text(value) == to_text(choice) for choice in choices)


def _sortable(value: object) -> tuple[int, str]:
    return (value, "") if isinstance(value, int) else (0, to_text(value))


def _row(system: PaySystem) -> dict[str, object]:
    return {
        "NAME": system.name,
        "PSA_NAME": system.name,
        "DESCRIPTION": "",
        "ACTION_FILE": system.action_file,
        "RESULT_FILE": None,
        "NEW_WINDOW": "N",
        "PS_MODE": None,
        "HAVE_PAYMENT": "N",
        "HAVE_ACTION": "N",
        "HAVE_RESULT": "N",
        "HAVE_PREPAY": "N",
        "HAVE_PRICE": "N",
        "HAVE_RESULT_RECEIVE": "Y",
        "ENCODING": None,
        "ACTIVE": "Y" if system.is_active else "N",
        "ALLOW_EDIT_PAYMENT": "Y",
        "IS_CASH": "Y" if system.is_cash else "N",
        "AUTO_CHANGE_1C": "N",
        "CAN_PRINT_CHECK": "N",
        "ENTITY_REGISTRY_TYPE": system.registry_type,
        "XML_ID": f"simulator_{system.id}",
        "ID": system.id,
        "PERSON_TYPE_ID": system.person_type_id,
        "SORT": system.sort,
        "TARIFF": None,
    }


METHODS = (
    Method("sale.paysystem.list", list_pay_systems, ("pay_system",)),
    Method(
        "salescenter.payment.getpublicurl",
        public_url,
        ("salescenter",),
        is_intranet=True,
        is_controller=True,
    ),
)
