"""Keep how far an act on many payments is: what became of each, and what was seen of the others.

It is stored with the act's key, between its parts and afterwards, so that the same request goes on
with it, or repeats its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from b24app.domain import Money, Payment
from b24app.services.actions import OutcomeCode
from b24app.services.deps import PART_SECONDS
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, OutcomeKind

FIRST = 10
"""Writes of the first part at most, which shows how fast the portal is."""

MOST_IN_A_PART = 40
"""With the list before them and the re-read after them they must fit into one batch."""

FRESH = timedelta(seconds=30)
"""How long a re-read counts as the proof of the next part."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one payment. `state` is what it is now, "" if it is gone or unknown.

    `stamp` is that of the payment now.
    """

    payment_id: int
    kind: OutcomeKind
    code: OutcomeCode | ErrorName
    number: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    state: str = ""
    stamp: str = ""

    @property
    def as_text(self) -> str:
        """Return it as another act sends it: id, state, number."""
        return f"{self.payment_id} {self.state} {self.number}"

    @property
    def is_well(self) -> bool:
        """Return whether the payment is as it was asked to be."""
        done = {OutcomeKind.DONE, OutcomeKind.ALREADY}
        return self.kind in done and self.code is not OutcomeCode.UNSEEN


def result_of(payment_id: int, outcome: Outcome) -> Result:
    """Return what is kept of a payment's outcome."""
    payment = outcome.reading.core.payments_by_id.get(payment_id) if outcome.reading else None
    return Result(
        payment_id,
        outcome.kind,
        outcome.code,
        outcome.number,
        outcome.values,
        payment.state if payment is not None else "",
        payment.stamp if payment is not None else "",
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an act is. `known` is what the last re-read, at `read_at`, showed of the others.

    `seconds` is how long one write of the last part took, None before the first one.
    """

    results: tuple[Result, ...] = ()
    known: Mapping[int, Payment] = field(default_factory=dict)
    read_at: datetime | None = None
    seconds: float | None = None

    @property
    def size(self) -> int:
        """Return how many writes the next part may have."""
        if self.seconds is None:
            return FIRST
        fitting = int(PART_SECONDS / self.seconds) if self.seconds > 0 else MOST_IN_A_PART
        return max(1, min(MOST_IN_A_PART, fitting))

    def is_fresh(self, now: datetime) -> bool:
        """Return whether `known` was read a moment ago."""
        return self.read_at is not None and abs(now - self.read_at) < FRESH

    def unproven(self) -> Progress:
        """Return the same without what was seen of the others: it may be otherwise by now."""
        return replace(self, known={}, read_at=None)

    def after(
        self,
        outcomes: Mapping[int, Outcome],
        listed: Sequence[Payment],
        now: datetime,
        seconds: float | None,
    ) -> Progress:
        """Return how far the act is after a part."""
        new = tuple(result_of(payment_id, outcome) for payment_id, outcome in outcomes.items())
        known = {payment.id: payment for payment in listed}
        pace = self.seconds if seconds is None else seconds
        return Progress((*self.results, *new), known, now, pace)

    def data(self, left: Sequence[int]) -> dict[str, Any]:
        """Return it as JSON; of what was seen only the payments that are left."""
        return {
            "results": [_result_data(result) for result in self.results],
            "known": [
                _payment_data(self.known[payment_id])
                for payment_id in left
                if payment_id in self.known
            ],
            "read_at": self.read_at.isoformat() if self.read_at else None,
            "seconds": self.seconds,
            # Beside them: a process of the previous version reads the payments as they were.
            "paid": {
                str(payment_id): [known.date_paid.isoformat(), known.payer_id]
                for payment_id in left
                if (known := self.known.get(payment_id)) is not None and known.date_paid
            },
        }


def read(data: Mapping[str, Any] | None) -> Progress:
    """Return the progress that was stored with a key; nothing was: the beginning."""
    if not data:
        return Progress()
    paid = data.get("paid", {})
    payments = [_payment(saved, paid.get(str(saved[0]))) for saved in data["known"]]
    at = data["read_at"]
    return Progress(
        tuple(_result(saved) for saved in data["results"]),
        {payment.id: payment for payment in payments},
        datetime.fromisoformat(at) if at else None,
        data["seconds"],
    )


def _result_data(result: Result) -> dict[str, Any]:
    return {
        "id": result.payment_id,
        "kind": result.kind,
        "code": result.code,
        "number": result.number,
        "values": dict(result.values),
        "state": result.state,
        "stamp": result.stamp,
    }


def _result(data: Mapping[str, Any]) -> Result:
    text = data["code"]
    code = OutcomeCode(text) if text in set(OutcomeCode) else ErrorName(text)
    kind = OutcomeKind(data["kind"])
    stamp = data.get("stamp", "")
    return Result(data["id"], kind, code, data["number"], data["values"], data["state"], stamp)


def _payment_data(payment: Payment) -> list[Any]:
    amount = str(payment.sum.amount)
    return [payment.id, payment.number, payment.is_paid, amount, payment.sum.currency]


def _payment(data: Sequence[Any], paid: Sequence[Any] | None) -> Payment:
    """Return what a plan looks at: the state, the sum, when and by whom it was paid."""
    payment_id, number, is_paid, amount, currency = data
    total = Money(Decimal(amount), currency)
    at, payer_id = paid or (None, None)
    date_paid = datetime.fromisoformat(at) if at else None
    return Payment(payment_id, number, is_paid, date_paid, payer_id, None, "", total)
