"""The seed: fictional cards, payments and deliveries that every new portal starts with.

Deal 8061 is the demo card. The other cards exist for one awkward case each; `docs/simulator.md`
lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.people import MANAGER_ID
from b24app.simulator.portal_state.records import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LEAD,
    Basket,
    Card,
    ClientAddress,
    Order,
    PayableItem,
    Payment,
    PaySystem,
    ProductRow,
    SmartProcess,
)
from b24app.simulator.portal_state.timeline import TODO, Activity

DEMO_DEAL = 8061
MAX_PAYMENTS = 500
PROJECTS, CONTRACTS = 1036, 1040
CASH, BANK, CARD = 6, 7, 8
OWN_FLEET, COURIER = (228, "Own fleet"), (229, "Courier with unloading")
# A user id that no longer resolves: the employee was deleted long ago.
GONE_USER_ID = 44

_CREATED = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
_PIECES, _HOURS, _METRES, _SETS = (796, "pcs"), (356, "h"), (6, "m"), (839, "set")
# Values as people type them; contact 302 and company 402 have none.
_ADDRESSES = {
    (CONTACT, 301): (
        ("PHONE", "FAX", "+49 30 5550 199"),
        ("PHONE", "WORK", "(030) 5550-188 ext. 4"),
        ("PHONE", "MOBILE", "+49 170 555 01 23"),
        ("EMAIL", "WORK", "ida.holm@northwind.example"),
        ("EMAIL", "HOME", "ida@holm.example"),
    ),
    (COMPANY, 401): (("EMAIL", "WORK", "office@northwind.example"),),
}
_DEMO_ROWS = (
    ("Design consultation", "1200", "1", _PIECES),
    ("Lighting plan", "850", "1", _PIECES),
    ("Wall light Nova", "210", "18", _PIECES),
    ("Installation", "65", "16", _HOURS),
    ("Dimmer module D2", "92.5", "20", _PIECES),
    ("Spare driver 60 W", "68", "6", _PIECES),
    ("Pendant lamp Aria 40", "285", "12", _PIECES),
    ("LED track system, 2 m", "348", "10", _SETS),
    ("On-site commissioning", "75", "8", _HOURS),
    ("Emergency exit sign E1", "118", "10", _PIECES),
    ("Cable set, 5 m", "36.5", "8", _PIECES),
)


@dataclass(frozen=True)
class _PaymentPlan:
    pay_system_id: int
    rows: tuple[int, ...]
    delivery: int | None = None
    paid_at: datetime | None = None
    paid_by: int | None = None


_DEMO_PAYMENTS = (
    # Paid by the client online: the portal knows no employee (empPaidId null).
    _PaymentPlan(CARD, (0, 1), paid_at=datetime(2026, 4, 28, 7, 5, tzinfo=UTC)),
    _PaymentPlan(BANK, (2, 3), 0, datetime(2026, 5, 14, 14, 42, tzinfo=UTC), MANAGER_ID),
    _PaymentPlan(CARD, (4, 5)),
    _PaymentPlan(BANK, (6, 7, 8), 1),
)


def fill(crm: CrmData, payments: int = 4) -> None:
    """Fill empty tables. `payments` is the number of payments of deal 8061, 1 to 500."""
    if not 1 <= payments <= MAX_PAYMENTS:
        message = f"payments must be 1 to {MAX_PAYMENTS}, not {payments}"
        raise ValueError(message)
    _pay_systems(crm)
    _types(crm)
    _people(crm)
    order = _demo_deal(crm, payments)
    _other_deals(crm)
    _awkward_deals(crm)
    _invoices(crm)
    _smart_process_items(crm)
    _more_demo_payments(crm, order, payments - len(_DEMO_PAYMENTS))
    _colleagues_activity(crm)


def _pay_systems(crm: CrmData) -> None:
    systems = (
        PaySystem(CASH, "Cash", "cash", sort=300),
        PaySystem(BANK, "Bank transfer", "bill", sort=100),
        PaySystem(CARD, "Card online", "resthandlerform", sort=200),
        PaySystem(9, "Old card terminal", "resthandlerform", is_active=False, sort=400),
        PaySystem(10, "Wire in US dollars", "bill", sort=500, currencies=("USD",)),
        PaySystem(11, "Invoice by post", "bill", registry_type="CRM_INVOICE", sort=600),
        # Every portal's shop has it, whether somebody asked for it or not.
        PaySystem(12, "Internal account", "inner"),
    )
    crm.pay_systems.update({system.id: system for system in systems})


def _types(crm: CrmData) -> None:
    crm.smart_processes[PROJECTS] = SmartProcess(12, PROJECTS, "Installation projects")
    crm.smart_processes[CONTRACTS] = SmartProcess(13, CONTRACTS, "Service contracts")
    crm.type_links.update(
        {(DEAL, INVOICE), (DEAL, PROJECTS), (CONTRACTS, DEAL), (CONTRACTS, INVOICE)}
    )


def _people(crm: CrmData) -> None:
    cards = (
        Card(LEAD, 101, "Request from the trade fair", _CREATED, name="Ida", last_name="Holm"),
        Card(CONTACT, 301, "", _CREATED, name="Ida", last_name="Holm", company_id=401),
        Card(CONTACT, 302, "", _CREATED, name="Otto", last_name="Brandt"),
        Card(COMPANY, 401, "Northwind Showrooms", _CREATED),
        Card(COMPANY, 402, "Quiet Library Trust", _CREATED),
    )
    for card in cards:
        crm.add_card(card)
    for key, typed in _ADDRESSES.items():
        crm.cards[key].addresses = [
            ClientAddress(crm.next_id("client address"), *address) for address in typed
        ]


def _deal(
    crm: CrmData, entity_id: int, title: str, opportunity: str, currency: str = "EUR",
    *, is_manual: bool = False,
) -> Card:  # fmt: skip
    """Add a deal. An amount nobody typed is that of its products and deliveries, as in a portal."""
    card = Card(DEAL, entity_id, title, _CREATED, Decimal(opportunity), currency, "EXECUTING")
    card.is_manual_opportunity = is_manual
    return crm.add_card(card)


def _row(
    crm: CrmData, card: Card, name: str, price: str, quantity: str,
    measure: tuple[int, str] = _PIECES,
) -> ProductRow:  # fmt: skip
    row_id = crm.next_id("row")
    row = ProductRow(
        row_id, card.entity_type_id, card.id, row_id - 8000, name, Decimal(price),
        Decimal(quantity), *measure, sort=10 * (1 + len(crm.rows_of(card.entity_type_id, card.id))),
    )  # fmt: skip
    crm.product_rows[row_id] = row
    return row


def _payment(crm: CrmData, order: Order, pay_system_id: int, *rows: ProductRow) -> Payment:
    payment = sale.add_payment(crm, order, crm.pay_systems[pay_system_id])
    for row in rows:
        sale.add_product(crm, payment, row, row.quantity)
    return payment


def _demo_deal(crm: CrmData, payments: int) -> Order:
    deal = _deal(crm, DEMO_DEAL, "Showroom lighting, phase 2", "18400")
    deal.contact_ids, deal.company_id = [301], 401
    rows = [_row(crm, deal, *row) for row in _DEMO_ROWS]
    order = sale.open_order(crm, (DEAL, deal.id), "EUR")
    deliveries = (
        sale.add_shipment(
            crm, order, OWN_FLEET, Decimal(120), datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
        ),
        sale.add_shipment(crm, order, COURIER, Decimal(180)),
    )
    for plan in _DEMO_PAYMENTS[:payments]:
        payment = _payment(crm, order, plan.pay_system_id, *(rows[index] for index in plan.rows))
        if plan.delivery is not None:
            sale.add_delivery(crm, payment, deliveries[plan.delivery])
        if plan.paid_at is not None:
            sale.mark_paid(payment, plan.paid_at, plan.paid_by)
    return order


def _more_demo_payments(crm: CrmData, order: Order, number: int) -> None:
    """Add small payments, every third one paid, each with one or two items."""
    if number <= 0:
        return
    deal = crm.cards[DEAL, DEMO_DEAL]
    spots = _row(crm, deal, "LED spot Lux 7 W", "19.9", str(2 * number))
    lenses = _row(crm, deal, "Spare lens", "4.5", str(number))
    deal.opportunity += spots.price * spots.quantity + lenses.price * lenses.quantity
    for index in range(number):
        payment = sale.add_payment(crm, order, crm.pay_systems[(CASH, BANK, CARD)[index % 3]])
        sale.add_product(crm, payment, spots, Decimal(1 + index % 2))
        if index % 2:
            sale.add_product(crm, payment, lenses, Decimal(1))
        if index % 3 == 0:
            sale.mark_paid(payment, datetime(2026, 6, 1, 10, index % 60, tzinfo=UTC), MANAGER_ID)


def _other_deals(crm: CrmData) -> None:
    refit = _deal(crm, 8062, "Office refit, second floor", "5400", is_manual=True)
    refit.contact_ids, refit.company_id, refit.lead_id = [302, 301], 401, 101
    desks = _row(crm, refit, "Desk lamp Pico", "90", "40")
    panels = _row(crm, refit, "Ceiling panel Plano", "180", "10")
    order = sale.open_order(crm, (DEAL, refit.id), "EUR")
    paid = _payment(crm, order, BANK, desks)
    sale.mark_paid(paid, datetime(2026, 4, 2, 8, 0, tzinfo=UTC), GONE_USER_ID)
    unpaid = _payment(crm, order, CASH, panels)
    sale.add_delivery(crm, unpaid, sale.add_shipment(crm, order, COURIER, Decimal(95)))
    warehouse = _deal(crm, 8063, "Warehouse lights", "2600")
    _row(crm, warehouse, "High bay light 150 W", "260", "10")
    _deal(crm, 8067, "Just an idea", "0")


def _awkward_deals(crm: CrmData) -> None:
    metres = _deal(crm, 8064, "Cable by the metre", "620", is_manual=True)
    metres.parent_ids[CONTRACTS] = 21
    strip = _row(crm, metres, "LED strip", "16", "12.5", _METRES)
    taxed = _row(crm, metres, "Mounting rail", "119", "3")
    taxed.tax_rate, taxed.is_tax_included = Decimal(19), False
    order = sale.open_order(crm, (DEAL, metres.id), "EUR")
    fractional = sale.add_payment(crm, order, crm.pay_systems[BANK])
    sale.add_product(crm, fractional, strip, Decimal("2.5"))
    sale.add_product(crm, fractional, taxed, Decimal(2))
    _orphan_item(crm, fractional, Decimal("33.5"))

    double = _deal(crm, 8065, "Two orders on one deal", "900")
    for name in ("Bollard light", "Path light"):
        order = sale.open_order(crm, (DEAL, double.id), "EUR")
        _payment(crm, order, CASH, _row(crm, double, name, "75", "6"))

    moved = _deal(crm, 8066, "Now in dollars", "1300", "USD", is_manual=True)
    order = sale.open_order(crm, (DEAL, moved.id), "EUR")
    _payment(crm, order, BANK, _row(crm, moved, "Street light", "600", "2"))

    canceled = _deal(crm, 8068, "Canceled order", "300")
    order = sale.open_order(crm, (DEAL, canceled.id), "EUR")
    _payment(crm, order, CASH, _row(crm, canceled, "Garden spike", "30", "10"))
    order.is_canceled = True

    long_list = _deal(crm, 8069, "Sixty product rows", "600")
    for number in range(1, 61):
        _row(crm, long_list, f"Switch frame {number:02}", "10", "1")


def _orphan_item(crm: CrmData, payment: Payment, price: Decimal) -> None:
    """Bill a basket row whose CRM row was deleted: the list names it by `entityId`."""
    basket = Basket(crm.next_id("basket"), payment.order_id, price, Decimal(2))
    crm.baskets[basket.id] = basket
    item = PayableItem(crm.next_id("item"), payment.id, sale.PRODUCT, basket.id, Decimal(2))
    crm.items[item.id] = item
    sale.recalculate(crm, payment)


def _invoices(crm: CrmData) -> None:
    invoice = Card(INVOICE, 512, "Invoice for phase 2", _CREATED, Decimal(2400))
    invoice.account_number, invoice.contact_ids, invoice.company_id = "2026-0512", [301], 401
    invoice.parent_ids[DEAL] = DEMO_DEAL
    crm.add_card(invoice)
    design = _row(crm, invoice, "Design revision", "1200", "1")
    visit = _row(crm, invoice, "Site visit", "400", "3")
    order = sale.open_order(crm, (INVOICE, invoice.id), "EUR")
    paid = _payment(crm, order, BANK, design)
    sale.mark_paid(paid, datetime(2026, 6, 3, 12, 0, tzinfo=UTC), MANAGER_ID)
    _payment(crm, order, CARD, visit)
    contract = Card(INVOICE, 513, "Quarterly service", _CREATED, Decimal(300))
    contract.account_number = "2026-0513"
    contract.parent_ids[CONTRACTS] = 21
    crm.add_card(contract)
    order = sale.open_order(crm, (INVOICE, contract.id), "EUR")
    _payment(crm, order, CASH, _row(crm, contract, "Service, one quarter", "300", "1"))


def _smart_process_items(crm: CrmData) -> None:
    linked = Card(PROJECTS, 11, "Showroom installation", _CREATED)
    linked.parent_ids[DEAL] = DEMO_DEAL
    crm.add_card(linked)
    crm.add_card(Card(PROJECTS, 12, "Storage room", _CREATED))
    crm.add_card(Card(CONTRACTS, 21, "Service contract Northwind", _CREATED))


def _colleagues_activity(crm: CrmData) -> None:
    """Add a to-do that a colleague planned by hand: no application has made it."""
    todo = Activity(
        crm.next_id("activity"), (DEAL, DEMO_DEAL), TODO, MANAGER_ID, MANAGER_ID, _CREATED,
        _CREATED, "Agree on the day of delivery", "Unloading needs two people.",
        datetime(2026, 9, 1, 8, 0, tzinfo=UTC),
    )  # fmt: skip
    crm.activities[todo.id] = todo
