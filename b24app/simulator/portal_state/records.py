"""What the portal stores: cards, product rows, orders, baskets, payments, items, deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

LEAD, DEAL, CONTACT, COMPANY, OLD_INVOICE, QUOTE, INVOICE = 1, 2, 3, 4, 5, 7, 31
PAYMENT_TYPES = (DEAL, INVOICE)


@dataclass(frozen=True)
class CrmType:
    """A CRM object type. `short_code` is the `ownerType` of product rows."""

    id: int
    name: str
    symbol: str
    short_code: str

    @property
    def tab_placement(self) -> str:
        """Return the placement code of this type's card tab."""
        return f"CRM_{self.symbol}_DETAIL_TAB"

    @property
    def toolbar_placement(self) -> str:
        """Return the placement code of the menu in the card's toolbar."""
        return f"CRM_{self.symbol}_DETAIL_TOOLBAR"

    @property
    def list_placement(self) -> str:
        """Return the placement code of the row menu in the type's list."""
        return f"CRM_{self.symbol}_LIST_MENU"


@dataclass
class SmartProcess:
    """A type made by the administrator; `id` is not `entity_type_id`."""

    id: int
    entity_type_id: int
    title: str

    @property
    def crm_type(self) -> CrmType:
        """Return the type as the portal lists it: codes made of its number."""
        number = self.entity_type_id
        return CrmType(number, self.title, f"DYNAMIC_{number}", f"T{number:x}")


@dataclass(frozen=True)
class ClientAddress:
    """A phone or an e-mail of a contact or company, as somebody typed it."""

    id: int
    type_id: str
    value_type: str
    value: str


@dataclass
class Card:
    """One CRM item. `parent_ids` maps the parent's entityTypeId to its id."""

    entity_type_id: int
    id: int
    title: str
    created_at: datetime
    opportunity: Decimal = Decimal(0)
    currency: str = "EUR"
    stage_id: str = "NEW"
    category_id: int = 0
    assigned_by_id: int = 7
    is_manual_opportunity: bool = False
    company_id: int = 0
    contact_ids: list[int] = field(default_factory=list)
    lead_id: int = 0
    parent_ids: dict[int, int] = field(default_factory=dict)
    account_number: str = ""
    name: str = ""
    last_name: str = ""
    addresses: list[ClientAddress] = field(default_factory=list)

    @property
    def contact_id(self) -> int:
        """Return the main contact, 0 for none."""
        return self.contact_ids[0] if self.contact_ids else 0

    @property
    def shown_title(self) -> str:
        """Return what a person reads: contacts have names instead of a title."""
        return self.title or f"{self.name} {self.last_name}".strip()


@dataclass
class ProductRow:
    """A product row of a card. `price` is with tax and after discount, as the portal says."""

    id: int
    owner_type_id: int
    owner_id: int
    product_id: int
    product_name: str
    price: Decimal
    quantity: Decimal
    measure_code: int = 796
    measure_name: str = "pcs"
    tax_rate: Decimal | None = None
    is_tax_included: bool = True
    discount_rate: Decimal = Decimal(0)
    sort: int = 10
    basket_id: int | None = None
    store_id: int = 1
    is_linked: bool = True
    """Whether it refers to its basket, once it is in one."""

    @property
    def price_exclusive(self) -> Decimal:
        """Return the price without tax, rounded to cents."""
        rate = (self.tax_rate or Decimal(0)) / 100
        return (self.price / (1 + rate)).quantize(Decimal("0.01"))

    @property
    def basket_price(self) -> Decimal:
        """Return what a payment counts: tax is not added to prices without tax."""
        return self.price if self.is_tax_included else self.price_exclusive


@dataclass
class Order:
    """The order behind payments and deliveries. `owner` is None when bound to nothing."""

    id: int
    account_number: str
    owner: tuple[int, int] | None
    currency: str
    is_canceled: bool = False
    payment_counter: int = 0
    shipment_counter: int = 1


@dataclass
class Basket:
    """A row of an order. Its quantity may lag behind the CRM row, which can be gone."""

    id: int
    order_id: int
    price: Decimal
    quantity: Decimal
    product_id: int = 0


@dataclass
class Payment:
    """A payment. `date_paid` and `emp_paid_id` stay filled after it is marked unpaid.

    `more` are fields that one method alone keeps, by the name under which a row has them.
    """

    id: int
    order_id: int
    account_number: str
    pay_system_id: int
    pay_system_name: str
    currency: str
    sum: Decimal = Decimal(0)
    is_paid: bool = False
    date_paid: datetime | None = None
    emp_paid_id: int | None = None
    is_return: str = "N"
    """Y: given back to the buyer's internal account, P: by the payment system."""
    more: dict[str, object] = field(default_factory=dict)


@dataclass
class PayableItem:
    """A line of a payment: of a basket row ("product") or of a shipment ("delivery")."""

    id: int
    payment_id: int
    kind: str
    entity_id: int
    quantity: Decimal = Decimal(1)


@dataclass
class Shipment:
    """A delivery document; `service_id` is what delivery rows call `deliveryId`."""

    id: int
    order_id: int
    account_number: str
    service_id: int
    service_name: str
    price: Decimal
    currency: str
    is_deducted: bool = False
    date_deducted: datetime | None = None
    is_system: bool = False


@dataclass
class PaySystem:
    """A payment system. `currencies` empty means: fits every order."""

    id: int
    name: str
    action_file: str
    is_active: bool = True
    registry_type: str = "ORDER"
    person_type_id: int = 3
    sort: int = 100
    currencies: tuple[str, ...] = ()

    @property
    def is_cash(self) -> bool:
        """Return whether the portal prefers it for new payments."""
        return self.action_file == "cash"

    @property
    def is_account(self) -> bool:
        """Return whether it is the client's own account in the shop."""
        return self.action_file == "inner"

    def fits(self, currency: str) -> bool:
        """Return whether the portal would pick it itself for an order in this currency."""
        return (
            self.is_active
            and self.registry_type == "ORDER"
            and (not self.currencies or currency in self.currencies)
        )


@dataclass
class TimelineComment:
    """A comment an application or person left on a card."""

    id: int
    entity_type_id: int
    entity_id: int
    author_id: int
    text: str
    created_at: datetime
