"""What a CRM card shows beside the application: stages, fields, products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.records import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LEAD,
    Card,
    ProductRow,
)
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.ui_lists import card_path, clients
from b24app.simulator.ui.ui_text import day, money, quantity

_STAGES = {
    DEAL: (
        ("NEW", "New"), ("PREPARATION", "Proposal"), ("PREPAYMENT_INVOICE", "Invoice"),
        ("EXECUTING", "In progress"), ("FINAL_INVOICE", "Final invoice"), ("WON", "Closed"),
    ),
    INVOICE: (("N", "New"), ("S", "Sent to client"), ("P", "Paid")),
    LEAD: (("NEW", "Unassigned"), ("IN_PROCESS", "In progress"), ("CONVERTED", "Converted")),
}  # fmt: skip
_SMART_STAGES = (
    ("NEW", "Start"), ("PREPARATION", "Preparation"), ("CLIENT", "With the client"),
    ("SUCCESS", "Done"),
)  # fmt: skip
_NO_STAGES = (CONTACT, COMPANY)


@dataclass(frozen=True)
class Value:
    """One value of a field; `href` leads to another card or to an employee."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Field:
    """One field of the card's left column."""

    label: str
    values: tuple[Value, ...]
    is_big: bool = False


@dataclass(frozen=True)
class Section:
    """A titled group of fields."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Stage:
    """One step of the bar above the card; those up to the present one are `is_done`."""

    name: str
    is_done: bool


@dataclass(frozen=True)
class Row:
    """A line of the product tab, printed."""

    name: str
    price: str
    quantity: str
    sum: str


def stages(card: Card) -> list[Stage]:
    """Return the stage bar; contacts and companies have none."""
    if card.entity_type_id in _NO_STAGES:
        return []
    steps = _STAGES.get(card.entity_type_id, _SMART_STAGES)
    codes = [code for code, _ in steps]
    present = card.stage_id.rpartition(":")[2]
    reached = codes.index(present) if present in codes else 0
    return [Stage(name, index <= reached) for index, (_, name) in enumerate(steps)]


def stage_name(card: Card) -> str:
    """Return the present stage's name, "" for types without stages."""
    done = [stage.name for stage in stages(card) if stage.is_done]
    return done[-1] if done else ""


def sections(state: PortalState, user: User, card: Card) -> list[Section]:
    """Return the fields of the general tab."""
    kind = state.crm.type_by_id(card.entity_type_id)
    about = [
        Field("Title", (Value(card.shown_title),)),
        Field("Stage", (Value(stage_name(card)),)),
        Field("Client", tuple(_link(client) for client in clients(state, card))),
        Field("Created", (Value(day(user.local(card.created_at))),)),
        Field("Related items", tuple(_parents(state, card))),
    ]
    if card.opportunity:
        amount = Value(money(card.opportunity, card.currency))
        about.insert(0, Field("Amount and currency", (amount,), is_big=True))
    more = [Field("Responsible person", (_employee(state.users.get(card.assigned_by_id)),))]
    rows = state.crm.rows_of(card.entity_type_id, card.id)
    if rows:
        more.append(Field("Products", (Value(f"{len(rows)} on the Products tab"),)))
    name = kind.name if kind else "Item"
    return [
        Section(f"About the {name.lower()}", _filled(about)),
        Section("More", _filled(more)),
    ]


def product_rows(state: PortalState, card: Card) -> list[Row]:
    """Return the product rows for the Products tab."""
    rows = state.crm.rows_of(card.entity_type_id, card.id)
    return [_row(row, card.currency) for row in rows]


def rows_total(state: PortalState, card: Card) -> str:
    """Return the sum of the product rows."""
    rows = state.crm.rows_of(card.entity_type_id, card.id)
    return money(sum((row.price * row.quantity for row in rows), Decimal(0)), card.currency)


def _row(row: ProductRow, currency: str) -> Row:
    return Row(
        name=row.product_name,
        price=money(row.price, currency),
        quantity=f"{quantity(row.quantity)} {row.measure_name}",
        sum=money(row.price * row.quantity, currency),
    )


def _parents(state: PortalState, card: Card) -> Iterator[Value]:
    keys = [(LEAD, card.lead_id), *card.parent_ids.items()]
    for key in keys:
        parent = state.crm.cards.get(key)
        if parent is not None:
            yield _link(parent)


def _link(card: Card) -> Value:
    return Value(card.shown_title, card_path(card.entity_type_id, card.id))


def _employee(user: User | None) -> Value:
    if user is None:
        return Value("Former employee")
    return Value(user.full_name, f"/company/personal/user/{user.id}/")


def _filled(fields: list[Field]) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.values and field.values[0].text)
