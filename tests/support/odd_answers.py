"""Where in a portal's answers an odd value can stand, and what such a value is."""

from __future__ import annotations

from b24app.simulator.portal_state.switches import OddValue

LIST = "crm.item.payment.list"
ITEMS = "crm.item.payment.product.list"
LINKS = "crm.item.payment.delivery.list"
DELIVERIES = "crm.item.delivery.list"
ROWS = "crm.item.productrow.list"
FREE = "crm.item.productrow.getavailableforpayment"
CARD = "crm.item.get"
REMINDERS = "crm.activity.list"

FIELDS = {
    LIST: ("sum", "currency", "accountNumber", "datePaid", "empPaidId", "paySystemId",
           "paySystemName"),
    ITEMS: ("paymentId", "quantity", "rowId"),
    LINKS: ("paymentId", "quantity"),
    DELIVERIES: ("accountNumber", "deducted", "dateDeducted", "deliveryId", "deliveryName",
                 "priceDelivery", "currency"),
    ROWS: ("productName", "price", "quantity", "measureName", "sort", "xmlId"),
    FREE: ("productName", "price", "quantity", "measureName", "sort", "xmlId"),
    REMINDERS: ("PROVIDER_ID", "DEADLINE"),
    CARD: ("id", "title", "opportunity", "currencyId", "stageId"),
    "profile": ("NAME", "LAST_NAME", "ADMIN", "TIME_ZONE"),
    "user.get": ("NAME", "LAST_NAME"),
}  # fmt: skip
"""Fields without which a row is still a row."""

ROW_FIELDS = {
    LIST: ("id", "paid", "*"),
    ITEMS: ("id", "*"),
    LINKS: ("id", "deliveryId", "*"),
    DELIVERIES: ("id", "*"),
    ROWS: ("id", "*"),
    FREE: ("id", "*"),
    REMINDERS: ("ID", "ORIGINATOR_ID", "ORIGIN_ID", "*"),
    "user.get": ("ID", "*"),
}
"""Fields without which it is none: it is left out, and that is said."""

TEXTS = (
    "1e27", "NaN", "-Infinity", "null", "true", "[]", "{}", "[[1]]", '"\\ud83d"', '"nul\\u0000"',
    '"99999999999999999999999999999.99"', '"1e400"', "1e400", str(2**70), "9" * 5000, "-0.0",
    '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"-0001-11-30T00:00:00+02:30"',
    '"Europe"', '"../../etc/passwd"', f'"{"x" * 300}"', '"<script>alert(1)</script>"',
    "3.552713678800501e-15", "-10.55", "0.0000005", '""', '"\\"\'"',
)  # fmt: skip

PLACES = [(method, field) for method, fields in FIELDS.items() for field in fields]
ROW_PLACES = [(method, field) for method, fields in ROW_FIELDS.items() for field in fields]


def put(stage, method, field, text, row=None):
    stage.portal.switches.odd_values.append(OddValue(method, field, text, row))
