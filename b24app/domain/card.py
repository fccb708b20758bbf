"""What a card holds: payments, items, deliveries, product rows, money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from b24app.domain.readable import is_readable

DEAL = 2
INVOICE = 31
LEAD, CONTACT, COMPANY = 1, 3, 4

PAYMENT_OWNERS = frozenset({DEAL, INVOICE})
"""Types whose items own payments. A smart process never does (rest-contract e.3)."""


@dataclass(frozen=True, slots=True, order=True)
class EntityRef:
    """One CRM object: `entity_type_id` 2 deal, 31 invoice, 128.. smart process, and its id."""

    entity_type_id: int
    entity_id: int

    @property
    def is_deal(self) -> bool:
        """Return whether this is a deal: sentences about it say so."""
        return self.entity_type_id == DEAL

    @property
    def is_invoice(self) -> bool:
        """Return whether this is an invoice: sentences about it say so."""
        return self.entity_type_id == INVOICE

    @property
    def owns_payments(self) -> bool:
        """Return whether payments hang on this object itself, not on something linked to it."""
        return self.entity_type_id in PAYMENT_OWNERS


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency. Never added across currencies, never a float."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._of_same_currency(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._of_same_currency(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, quantity: Decimal) -> Money:
        return Money(self.amount * quantity, self.currency)

    @property
    def is_readable(self) -> bool:
        """Return whether the amount is known."""
        return is_readable(self.amount)

    def _of_same_currency(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return other.amount


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a payment: its number and its amount. `payment_id` is 0 if not known.

    `note` is what was written to it alone, where several are told of.
    """

    number: str
    amount: Money
    payment_id: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The CRM object whose tab is open. `number` is an invoice's account number, else its id.

    `is_amount_typed`: somebody entered the amount; else the portal worked it out from products and
    deliveries when the card was last saved.
    """

    ref: EntityRef
    title: str
    number: str
    amount: Money
    is_amount_typed: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as the portal lists it. `date_paid`, `payer_id`: only meaningful while paid.

    `number` is its id where the portal has given it none: people have to name it somehow.
    """

    id: int
    number: str
    is_paid: bool
    date_paid: datetime | None
    payer_id: int | None
    pay_system_id: int | None
    pay_system_name: str
    sum: Money
    is_returned: bool = False
    """Unpaid because its money was given back (quirk 107): nobody waits for it."""

    @property
    def is_waiting(self) -> bool:
        """Return whether its money is still to come in."""
        return not self.is_paid and not self.is_returned

    @property
    def is_numbered(self) -> bool:
        """Return whether the portal has given it a number, which is not just its id."""
        return self.number != str(self.id)

    @property
    def order_number(self) -> str:
        """Return the number of its order: what comes before the counter (rest-contract e.2).

        Without a number of its own nothing is known of the order: "".
        """
        if not self.is_numbered:
            return ""
        return self.number.rpartition("/")[0] or self.number

    @property
    def stamp(self) -> str:
        """Return when and by whom it was paid the last time: unpaying keeps both (quirk 33).

        "" where the portal tells no time: nothing can be concluded then.
        """
        if self.date_paid is None:
            return ""
        return f"{int(self.date_paid.timestamp())}-{self.payer_id or 0}"

    @property
    def state(self) -> str:
        """Return what people see of it in the list: two listings with the same one look alike."""
        mark = "Y" if self.is_paid else "R" if self.is_returned else "N"
        return f"{mark} {self.sum.amount.normalize():f} {self.sum.currency}"


@dataclass(frozen=True, slots=True)
class PaymentItem:
    """A product line of a payment. `row_id` is None where the portal names no row (quirk 100)."""

    id: int
    payment_id: int | None
    quantity: Decimal
    row_id: int | None
    basket_id: int | None = None
    product_id: int | None = None
    """What is remembered of a line whose row is gone from the card, 0 for none of the catalog."""

    @property
    def is_whole(self) -> bool:
        """Return whether the quantity can be written back unchanged: the portal cuts fractions."""
        return self.quantity == self.quantity.to_integral_value()


@dataclass(frozen=True, slots=True)
class PaymentDelivery:
    """A delivery line of a payment: `document_id` is the id of a Delivery, not its service."""

    id: int
    payment_id: int | None
    document_id: int
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery document of the card. `is_shipped` is None where the value makes no sense."""

    id: int
    number: str
    is_shipped: bool | None
    service_name: str
    price: Money

    @property
    def order_number(self) -> str:
        """Return the number of its order: what comes before the counter (rest-contract e.10)."""
        return self.number.rpartition("/")[0] or self.number


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A product row as the portal lists it: a row's price is a bare number there.

    It is in the currency of its card, and becomes a ProductRow once that is known.
    """

    id: int
    name: str
    bare_price: Decimal
    quantity: Decimal
    measure: str = ""
    sort: int = 0
    bare_price_without_tax: Decimal | None = None
    """Set where the portal adds the tax on top of the price."""

    is_linked: bool = True
    """Whether it refers to its basket, so that the portal names it in lines (quirk 100)."""

    product_id: int = 0
    """Its product of the catalog, 0 for none: by this the portal finds its basket (quirk 101)."""

    @property
    def bare_billed_price(self) -> Decimal:
        """Return what a payment will ask for one: tax on top is left out of it (quirk 41)."""
        without_tax = self.bare_price_without_tax
        return self.bare_price if without_tax is None else without_tax

    def of(self, card: Card) -> ProductRow:
        """Return the row with its prices in the currency of its card (decisions 38)."""
        without_tax = self.bare_price_without_tax
        return ProductRow(
            id=self.id,
            name=self.name,
            price=Money(self.bare_price, card.amount.currency),
            quantity=self.quantity,
            measure=self.measure,
            sort=self.sort,
            price_without_tax=(
                None if without_tax is None else Money(without_tax, card.amount.currency)
            ),
            is_linked=self.is_linked,
            product_id=self.product_id,
        )


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product row of the card. `price` is per unit, with tax and after discount.

    In an answer of `getAvailableForPayment` the `quantity` is what no payment bills yet.
    """

    id: int
    name: str
    price: Money
    quantity: Decimal
    measure: str = ""
    sort: int = 0
    price_without_tax: Money | None = None
    """Set where the portal adds the tax on top of the price."""

    is_linked: bool = True
    """Whether it refers to its basket, so that the portal names it in lines (quirk 100)."""

    product_id: int = 0
    """Its product of the catalog, 0 for none: by this the portal finds its basket (quirk 101)."""

    @property
    def billed_price(self) -> Money:
        """Return what a payment will ask for one: tax on top is left out of it (quirk 41)."""
        return self.price if self.price_without_tax is None else self.price_without_tax

    @property
    def sum(self) -> Money:
        """Return what the whole quantity comes to."""
        return self.price * self.quantity

    @property
    def is_fractional(self) -> bool:
        """Return whether a part of the quantity cannot be billed: the portal cuts fractions."""
        return is_readable(self.quantity) and self.quantity != self.quantity.to_integral_value()
