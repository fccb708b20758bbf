"""Add rows to a payment, in one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payment_items
from b24app.domain import PaymentItem
from b24app.errors import (
    AppError,
    BareRefusalError,
    ChangedMeanwhileError,
    Executed,
    InputCode,
    InputError,
    UnexplainedRefusalError,
)
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.payments.item_lines import EditContext, place_to_add
from b24app.services.payments.items import quantities_by_row, setting, too_much
from b24app.services.payments.quantities import RowQuantity, require_free
from b24app.services.payments.row_names import few, times
from b24app.services.writing.change import After, Change, Edit, Verdict

AT_ONCE = 30
"""The most rows of one action: the write and its re-read must fit into one batch."""


def change_to(
    payment_id: int, wanted: Sequence[RowQuantity], *, may_raise: bool, currency: str = ""
) -> Change[EditContext]:
    """Return what is special about adding rows to a payment.

    A row it already has is raised: adding it again saves nothing. Not where it may not be raised:
    undoing a removal adds nothing to a row that somebody else has put back in the meantime.
    `currency` is the card's as it was seen.
    Page: crm-item-payment-product-add.md.
    """

    def plan(at: EditContext) -> Edit:
        if not wanted:
            raise InputError("no row was chosen", code=InputCode.NOTHING_CHOSEN, field="row")
        if len(wanted) > AT_ONCE:
            raise InputError("too many rows at once", code=InputCode.TOO_MANY_ROWS, field="row")
        addition = _addition(at, wanted, may_raise=may_raise)
        return Edit(
            commands=addition.commands,
            is_done=lambda after: _is_added(after, addition),
            done=lambda after: _added(after, addition),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.ITEMS_NOT_ADDED),
            partly=lambda after: _partly_added(after, addition),
            why_not=lambda after: _why_not_added(after, addition),
            contents=at.contents,
            take_back=lambda after: _removing(after, at),
        )

    return Change(
        Action.ITEMS,
        DeedName.ADD_ITEMS,
        payment_id,
        partial(place_to_add, currency=currency),
        plan,
        is_repeatable=False,
    )


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to a payment, and what it should hold of each row then.

    `present` are the items already there, by row.
    """

    at: EditContext
    present: Mapping[int, PaymentItem]
    expected: Mapping[int, Decimal | int]
    commands: Sequence[Command[Any]]

    def failed(self, now: Mapping[int, Decimal]) -> list[int]:
        """Return the rows of which the payment does not hold what was requested."""
        return [row for row, quantity in self.expected.items() if now.get(row) != quantity]

    def are_apart(self, row_ids: Sequence[int]) -> bool:
        """Return whether the payment had a product of each, which bars others (quirk 101)."""
        rows = self.at.rows
        products = {rows[one].product_id for one in self.present if one in rows}
        return all(
            row_id not in self.present and rows[row_id].product_id in products for row_id in row_ids
        )

    def was(self, row_id: int) -> Decimal | None:
        """Return what the payment held of a row."""
        item = self.present.get(row_id)
        return item.quantity if item else None


def _addition(at: EditContext, wanted: Sequence[RowQuantity], *, may_raise: bool) -> Addition:
    present = {item.row_id: item for item in at.items if item.row_id is not None}
    if not may_raise and any(chosen.row_id in present for chosen in wanted):
        raise ChangedMeanwhileError("the row is there again")
    require_free(wanted, at.rows if at.free is None else at.free, set(at.rows))
    if any(not present[chosen.row_id].is_whole for chosen in wanted if chosen.row_id in present):
        raise InputError("a fraction", code=InputCode.FRACTION_ASKS)
    commands = [_adding(at.payment.id, chosen, present.get(chosen.row_id)) for chosen in wanted]
    expected = {
        chosen.row_id: chosen.quantity
        + (present[chosen.row_id].quantity if chosen.row_id in present else 0)
        for chosen in wanted
    }
    return Addition(at, present, expected, commands)


def _adding(
    payment_id: int, chosen: RowQuantity, there: PaymentItem | None
) -> Command[int] | Command[bool]:
    if there is None:
        return payment_items.add_item(payment_id, chosen.row_id, chosen.quantity)
    return payment_items.set_quantity(there.id, int(there.quantity) + chosen.quantity)


def _is_added(after: After, addition: Addition) -> bool | None:
    now = quantities_by_row(after.composition)
    failed = addition.failed(now)
    return after.has(not failed, *(now.get(row_id) for row_id in failed))


def _added(after: After, addition: Addition) -> Verdict:
    expected = addition.expected
    if len(expected) == 1 and _is_of_somebody_else(after, addition):
        return Verdict(OutcomeKind.ALREADY, OutcomeCode.ITEMS_THERE)
    now = quantities_by_row(after.composition)
    code = OutcomeCode.ITEMS_ADDED if len(expected) > 1 else OutcomeCode.ITEM_ADDED
    # What was added, not what is there now: that of a row which the payment had before is more.
    text = ", ".join(
        times(addition.at.rows[row_id].name, int(now[row_id] - (addition.was(row_id) or 0)))
        for row_id in expected
    )
    return Verdict(OutcomeKind.DONE, code, "", text[:200])


def _is_of_somebody_else(after: After, addition: Addition) -> bool:
    """Return whether the portal took nothing from us: somebody else added the same just then.

    `null` for a row that is there now saves nothing (quirk 2). Other doubtful errors may come from
    what follows when all is stored (quirk 102).
    """
    if isinstance(after.error, BareRefusalError):
        return not any(row_id in addition.present for row_id in addition.expected)
    return after.error is not None and after.error.executed is not Executed.DOUBTFUL


def _partly_added(after: After, addition: Addition) -> Verdict | None:
    now = quantities_by_row(after.composition)
    failed = addition.failed(now)
    unchanged = [row for row in failed if now.get(row) == addition.was(row)]
    if len(unchanged) == len(addition.expected):
        return None
    values = few([addition.at.rows[row_id].name for row_id in failed])
    return Verdict(OutcomeKind.PARTIAL, OutcomeCode.ITEMS_PARTLY, values=values)


def _why_not_added(after: After, addition: Addition) -> AppError | None:
    if after.error is None:
        return None
    now = quantities_by_row(after.composition)
    failed = addition.failed(now)
    if isinstance(after.error, UnexplainedRefusalError) and addition.are_apart(failed):
        return InputError("beside another of its product", code=InputCode.APART)
    return too_much(
        after, [(row, addition.expected[row] - now.get(row, Decimal(0))) for row in failed]
    )


def _removing(after: After, at: EditContext) -> list[Command[bool]]:
    """Return how to undo an addition: restore raised quantities, remove new items."""
    before = {item.id: item for item in at.items}
    back: list[Command[bool]] = []
    for item in after.composition.items:
        if item.id not in before:
            back.append(payment_items.delete_item(item.id))
        elif before[item.id].quantity != item.quantity:
            back += setting(before[item.id], int(before[item.id].quantity))
    return back
