"""How a write ended: one class, from the use case to the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from b24app.errors import AppError
from b24app.services.card.tab import Read
from b24app.services.writing.codes import ErrorName, OutcomeCode, UndoKind


class Kind(StrEnum):
    """How a write ended, as the activity log names it."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Undo:
    """How an act can be taken back.

    ITEM puts `ref_id`, a row, back with its quantity; DELIVERY a document. QUANTITY gives `ref_id`,
    an item, its `quantity` again, as long as it is still `now`. UNPAY and PAY mark the payment as
    it was; `amount` is what the person saw.
    """

    kind: UndoKind
    payment_id: int
    ref_id: int = 0
    quantity: int = 1
    now: int = 0
    amount: Decimal | None = None


@dataclass(frozen=True)
class Outcome:
    """How a write ended. `code` and `values` choose the sentence, `before` and `after` are logged.

    `reading` is what the portal shows now, None where nobody knows. `error` is why it failed.
    """

    kind: Kind
    code: OutcomeCode | ErrorName
    reading: Read | None = None
    number: str = ""
    before: str = ""
    after: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    payment_id: int | None = None
    undo: Undo | None = None
    also: tuple[int, ...] = ()
    """Other payments that the action touched, shown again too."""
    error: AppError | None = None
    is_creation: bool = False
    is_replay: bool = False
    """Said before: what is shown has to be read again."""

    @property
    def is_alert(self) -> bool:
        """Whether it is told as trouble."""
        is_well = self.kind in {Kind.DONE, Kind.ALREADY}
        return not is_well or self.code is OutcomeCode.UNSEEN


class WriteFailedError(Exception):
    """A use case failed but knows what the portal shows now, and about which payment it is."""

    def __init__(self, error: AppError, reading: Read | None = None, number: str = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.reading = reading
        self.number = number
