"""What a payment that is filled in parts should hold, how far it is, and how that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b24app.services.payments.quantities import RowQuantity

IN_A_PART = 40
"""Rows of one request: with the re-read they must fit into one batch and its time."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a payment should hold, and the progress.

    `refused` are rows that the portal did not accept, as long as nobody puts them in. `part` is how
    many are sent at once: fewer after an answer that did not come in time. `is_apart`: a product of
    theirs is in the payment, and the portal takes no other one of it. `left_over` are the names of
    rows with an unbilled fraction. `added` are rows that were seen in the payment: one that is
    there no more was taken out by somebody, and stays out. `currency` is the card's as it was seen
    with the prices in `wanted`, "" where nobody said. `on_card` is how many rows the card had.
    """

    id: int
    payment_id: int
    number: str
    wanted: tuple[RowQuantity, ...]
    names: Mapping[int, str]
    done: int
    refused: frozenset[int] = frozenset()
    part: int = IN_A_PART
    is_rest: bool = False
    is_new: bool = True
    is_apart: bool = False
    left_over: tuple[str, ...] = ()
    added: frozenset[int] = frozenset()
    currency: str = ""
    on_card: int = 0

    @property
    def total(self) -> int:
        """Return how many rows the payment should have in the end."""
        return len(self.wanted)


def data_of(filling: Filling) -> dict[str, Any]:
    """Return what is stored with the card."""
    prices = ((row.row_id, row.seen_price) for row in filling.wanted)
    return {
        "payment_id": filling.payment_id,
        "number": filling.number,
        "rows": [[row.row_id, row.quantity, filling.names[row.row_id]] for row in filling.wanted],
        "done": filling.done,
        "refused": sorted(filling.refused),
        "part": filling.part,
        "is_rest": filling.is_rest,
        "is_new": filling.is_new,
        "is_apart": filling.is_apart,
        "left_over": list(filling.left_over),
        "added": sorted(filling.added),
        "prices": {str(row_id): f"{price:f}" for row_id, price in prices if price is not None},
        "currency": filling.currency,
        "on_card": filling.on_card,
    }


def read(filling_id: int, data: Mapping[str, Any]) -> Filling:
    """Return what was stored. Processes of the versions before keep less, and may still run."""
    prices = data.get("prices", {})
    return Filling(
        id=filling_id,
        payment_id=int(data["payment_id"]),
        number=data["number"],
        wanted=tuple(
            RowQuantity(row_id, quantity, _price(prices.get(str(row_id))))
            for row_id, quantity, _name in data["rows"]
        ),
        names={row_id: name for row_id, _quantity, name in data["rows"]},
        done=data["done"],
        refused=frozenset(data["refused"]),
        part=data["part"],
        is_rest=data["is_rest"],
        is_new=data["is_new"],
        is_apart=data.get("is_apart", False),
        left_over=tuple(data["left_over"]),
        added=frozenset(data.get("added", ())),
        currency=data.get("currency", ""),
        on_card=data.get("on_card", 0),
    )


def _price(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
