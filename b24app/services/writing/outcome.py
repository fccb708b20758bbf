"""Describe how a write ended: one class, from the use case to the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from b24app.errors import AppError
from b24app.services.actions import OutcomeCode, OutcomeKind, UndoKind
from b24app.services.card.readings import Reading
from b24app.services.writing.error_names import ErrorName


def code_of(text: str) -> OutcomeCode | ErrorName:
    """Return the code that was stored as `text`; one of a later version is not known here."""
    if text in set(OutcomeCode):
        return OutcomeCode(text)
    return ErrorName(text) if text in set(ErrorName) else ErrorName.APP


@dataclass(frozen=True, slots=True)
class Undo:
    """How an action can be undone.

    ITEM puts the row `ref_id` back with its quantity, DELIVERY a document. QUANTITY sets the item
    `ref_id` back to its `quantity`, as long as it is still `now`. MOVE moves the line `ref_id` back
    to the payment `to_id`, as long as it is of the document `now`. UNPAY and PAY restore the
    payment's mark; `expected_amount` is what the person saw, `stamp` that of the payment then.
    `was_returned`: its money had been given back before the mark.
    """

    kind: UndoKind
    payment_id: int
    ref_id: int = 0
    quantity: int = 1
    now: int = 0
    to_id: int = 0
    expected_amount: Decimal | None = None
    stamp: str = ""
    was_returned: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a write ended. `code` and `values` choose the sentence, `before` and `after` are logged.

    `reading` is what the portal shows now, None if unknown. `error` is why it failed.
    """

    kind: OutcomeKind
    code: OutcomeCode | ErrorName
    reading: Reading | None = None
    number: str = ""
    before: str = ""
    after: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    payment_id: int | None = None
    undo: Undo | None = None
    also: tuple[int, ...] = ()
    """Other payments that the action touched; they are shown again too."""
    error: AppError | None = None
    is_creation: bool = False
    is_replay: bool = False
    """Answered before: what is shown must be read again."""

    @property
    def is_alert(self) -> bool:
        """Return whether it is shown as a problem."""
        return not self.kind.is_well or self.code is OutcomeCode.UNSEEN


class WriteFailedError(Exception):
    """A failed use case with what the portal shows now, and the payment it concerns."""

    def __init__(self, error: AppError, reading: Reading | None = None, number: str = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.reading = reading
        self.number = number
