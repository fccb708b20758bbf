"""Keep how far an act on many payments is, and what became of each that was dealt with.

It is stored with the act's key, between its parts and afterwards, so that the same request goes on
with it, or repeats its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.card.readings import payment_in
from b24app.services.deps import PART_SECONDS
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, code_of

FIRST = 10
"""Writes of the first part at most, which shows how fast the portal is."""

MOST_IN_A_PART = 40
"""With the list before them and the re-read after them they must fit into one batch."""


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
        return self.kind.is_well and self.code is not OutcomeCode.UNSEEN


def result_of(payment_id: int, outcome: Outcome) -> Result:
    """Return what is kept of a payment's outcome."""
    payment = payment_in(outcome.reading, payment_id)
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
    """How far an act is. `seconds` is how long one write of the last part took, None before it."""

    results: tuple[Result, ...] = ()
    seconds: float | None = None

    @property
    def size(self) -> int:
        """Return how many writes the next part may have."""
        if self.seconds is None:
            return FIRST
        fitting = int(PART_SECONDS / self.seconds) if self.seconds > 0 else MOST_IN_A_PART
        return max(1, min(MOST_IN_A_PART, fitting))

    def after(self, outcomes: Mapping[int, Outcome], seconds: float | None) -> Progress:
        """Return how far the act is after a part."""
        new = tuple(result_of(payment_id, outcome) for payment_id, outcome in outcomes.items())
        return Progress((*self.results, *new), self.seconds if seconds is None else seconds)

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "results": [_result_data(result) for result in self.results],
            "seconds": self.seconds,
            # For a process of the previous version, which may still be running.
            "known": [],
            "read_at": None,
        }


def read(data: Mapping[str, Any] | None) -> Progress:
    """Return the progress that was stored with a key; nothing was: the beginning."""
    if not data:
        return Progress()
    return Progress(tuple(_result(saved) for saved in data["results"]), data["seconds"])


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
    return Result(
        data["id"],
        OutcomeKind(data["kind"]),
        code_of(data["code"]),
        data["number"],
        data["values"],
        data["state"],
        data.get("stamp", ""),
    )
