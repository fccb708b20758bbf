"""Frozen values of the field: cards, payments, items, deliveries, money. Standard library only."""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

R = TypeVar("R")

EXACT_DIGITS = 100
"""Sums and products of what can be read are exact with so many digits. Python rounds at 28."""

# Of this thread, and of every thread that starts later.
decimal.getcontext().prec = decimal.DefaultContext.prec = EXACT_DIGITS

DEAL = 2
INVOICE = 31
LEAD, CONTACT, COMPANY = 1, 3, 4

PAYMENT_OWNERS = frozenset({DEAL, INVOICE})
"""Types whose items own payments. A smart process never does (rest-contract e.3)."""


class Unreadable(Decimal):
    """A number of the portal that nobody can read or show: there is one, `UNREADABLE`.

    What is computed from it is unreadable too. It is neither more nor less than anything, nor equal
    to anything. Nothing done with it raises, so one odd value cannot take a page down; whoever
    takes the greater of two numbers asks `is_readable` first.
    """

    __slots__ = ()

    def __new__(cls) -> Unreadable:
        """Answer the only one."""
        return super().__new__(cls, "NaN")

    def _stays(self, *_others: object, **_options: object) -> Unreadable:
        return self

    def _never(self, _other: object) -> bool:
        return False

    def _nothing(self, *_others: object) -> int:
        return 0

    def __str__(self) -> str:
        """Answer nothing: what a form sends of it says nothing about the number."""
        return ""

    def __format__(self, _spec: str, /, *_more: object) -> str:
        """As `str`, whatever is asked for."""
        return ""

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _stays
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _stays
    __neg__ = __pos__ = __abs__ = __copy__ = __deepcopy__ = _stays
    normalize = quantize = to_integral_value = _stays
    __lt__ = __le__ = __gt__ = __ge__ = _never
    __int__ = __trunc__ = __floor__ = __ceil__ = _nothing
    __round__ = _nothing  # type: ignore[assignment] # With digits or without.


UNREADABLE = Unreadable()


def is_readable(number: Decimal) -> bool:
    """Say whether this is a number at all."""
    return number.is_finite()


class Listing(tuple[R, ...]):
    """What a list was read into.

    `unread` has an entry for every row that could not be read: its id, or None where even that
    makes no sense. Whoever concludes from a row that is missing has to look here first.
    """

    unread: tuple[int | None, ...] = ()
    repeated: int = 0
    """How many rows came again and were left out."""

    @classmethod
    def of(
        cls, found: Iterable[R], unread: Iterable[int | None] = (), repeated: int = 0
    ) -> Listing[R]:
        """Make a list of what was read and of what was not."""
        listing = cls(found)
        listing.unread = tuple(unread)
        listing.repeated = repeated
        return listing

    def may_hold(self, row_id: int) -> bool:
        """Say whether one of the unread rows is, or may be, this one."""
        return any(one is None or one == row_id for one in self.unread)


def is_whole(listed: Iterable[object]) -> bool:
    """Say whether every row of a list of the portal was read."""
    return not (isinstance(listed, Listing) and listed.unread)


@dataclass(frozen=True, slots=True, order=True)
class EntityRef:
    """One CRM object: `entity_type_id` 2 deal, 31 invoice, 128.. smart process, and its id."""

    entity_type_id: int
    entity_id: int

    @property
    def is_deal(self) -> bool:
        """Whether this is a deal: sentences about it say so."""
        return self.entity_type_id == DEAL

    @property
    def is_invoice(self) -> bool:
        """Whether this is an invoice: sentences about it say so."""
        return self.entity_type_id == INVOICE

    @property
    def owns_payments(self) -> bool:
        """Whether payments hang on this object itself, not on something linked to it."""
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

    def __mul__(self, quantity: Decimal) -> Money:
        return Money(self.amount * quantity, self.currency)

    @property
    def is_readable(self) -> bool:
        """Whether the amount is known."""
        return is_readable(self.amount)

    def _of_same_currency(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return other.amount


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
    stage: str = ""
    is_amount_typed: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as the portal lists it. `date_paid`, `payer_id`: only meaningful while paid."""

    id: int
    number: str
    is_paid: bool
    date_paid: datetime | None
    payer_id: int | None
    pay_system_id: int | None
    pay_system_name: str
    sum: Money

    @property
    def order_number(self) -> str:
        """The number of its order: what comes before the counter (rest-contract e.2)."""
        return self.number.rpartition("/")[0] or self.number

    @property
    def state(self) -> str:
        """What people see of it in the list: two listings with the same one look alike."""
        mark = "Y" if self.is_paid else "N"
        return f"{mark} {self.sum.amount.normalize():f} {self.sum.currency}"


@dataclass(frozen=True, slots=True)
class PaymentItem:
    """A product line of a payment. `row_id` is None where its CRM row was deleted or replaced."""

    id: int
    payment_id: int | None
    quantity: Decimal
    row_id: int | None
    basket_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the quantity can be written back unchanged: the portal cuts fractions."""
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
    """A delivery document of the card. `service_id` is what the portal's rows call `deliveryId`.

    `is_shipped` and `service_id` are None where the portal's value makes no sense.
    """

    id: int
    number: str
    is_shipped: bool | None
    date_shipped: datetime | None
    service_id: int | None
    service_name: str
    price: Money


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
    basket_id: int | None = None
    sort: int = 0

    def of(self, card: Card) -> ProductRow:
        """The row with its price in the currency of the card it was listed for (decisions 38)."""
        return ProductRow(
            id=self.id,
            name=self.name,
            price=Money(self.bare_price, card.amount.currency),
            quantity=self.quantity,
            measure=self.measure,
            basket_id=self.basket_id,
            sort=self.sort,
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
    basket_id: int | None = None
    sort: int = 0

    @property
    def sum(self) -> Money:
        """What the whole quantity comes to."""
        return self.price * self.quantity

    @property
    def is_fractional(self) -> bool:
        """Whether a part of the quantity cannot be billed: the portal cuts fractions."""
        return is_readable(self.quantity) and self.quantity != self.quantity.to_integral_value()


@dataclass(frozen=True, slots=True)
class PaySystem:
    """A payment system of the portal's directory: id and name, nothing else is kept."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class PublicLink:
    """A payment's public page. `qr_png_base64` is empty where the portal sent no picture."""

    url: str = field(repr=False)
    short_url: str = field(repr=False)
    qr_png_base64: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PortalUser:
    """The owner of a token, as `profile` names them."""

    id: int
    name: str
    is_admin: bool
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An OAuth pair. `expires_at` is aware UTC and informative: only the portal decides."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What the authorization server answered: the only trusted source of a portal's address."""

    tokens: TokenPair
    member_id: str
    client_endpoint: str
    server_endpoint: str
    scope: frozenset[str]
    status: str
    user_id: int | None
