"""Create payments: with chosen rows, or with everything that no payment bills yet.

A payment without an amount is never created, because it could still be marked as paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from b24app.bitrix.methods import payments
from b24app.errors import CanceledNotCreatedError, ChangedMeanwhileError, InputCode, InputError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import canceled, half_done
from b24app.services.card.readings import Reading, payment_in
from b24app.services.directories import pay_systems
from b24app.services.payments import filling, unbilled
from b24app.services.payments.aim import Aim, ExpectedRest, at_once
from b24app.services.payments.creation_outcome import (
    Made,
    made_id,
    make,
    missing,
    priced_first,
    why_no_sum,
    with_apart,
)
from b24app.services.payments.filling_state import Filling
from b24app.services.payments.quantities import (
    RowQuantity,
    below_zero,
    billable,
    left_over,
    require_amount,
    require_free,
    require_together,
)
from b24app.services.payments.row_names import few
from b24app.services.payments.unbilled import BillableRows
from b24app.services.writing import card_lease, follow, sending
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.outcome import Outcome, WriteFailedError
from b24app.services.writing.perform import perform


def create(
    card: CardSession,
    asked: WriteRequest,
    choice: int | None,
    wanted: Sequence[RowQuantity],
    currency: str = "",
) -> Outcome:
    """Create a payment with the chosen rows. For `choice` see `pay_systems.chosen_id`.

    `currency` is the card's as it was seen. If some rows could not be added, that is reported and
    the payment stays; if none could, it is deleted again. `filling` adds those beyond one request.
    """

    def run() -> Outcome:
        pay_system_id = pay_systems.chosen_id(card, choice)
        aim = Aim(wanted, pay_system_id, currency=currency)
        return card_lease.create_alone(card, lambda: _create(card, aim))

    return perform(card, asked, Deed(Action.CREATE, DeedName.CREATE, is_repeatable=False), run)


def _create(card: CardSession, aim: Aim) -> Outcome:
    before = unbilled.read(card, aim.currency)
    told = before.told
    is_unread = any(one.row_id not in before.rows for one in aim.wanted)
    if told.problem and (is_unread or told.is_ambiguous):
        # It may be a row that was not read, or one that is billed.
        raise told.problem
    free = before.rows
    if told.free is not None and not told.problem:
        free = {row.id: row for row in told.free}
    require_free(aim.wanted, free, set(before.rows))
    require_amount(aim.wanted, free, before.like)
    require_together(card.ref, aim.wanted, free, told.withheld)
    return _make(card, aim, before)


def bill_remaining(
    card: CardSession,
    asked: WriteRequest,
    choice: int | None,
    expected: ExpectedRest,
) -> Outcome:
    """Create a payment with every unbilled row, or none at all. `choice` as in `create`.

    `expected` is what the person agreed to: something else now means that somebody has billed a
    part of it, or changed it. If a row fails, the new payment is deleted again, or else named on
    the card until a person has dealt with it. `filling` is as in `create`; what it has added stays.
    """

    def run() -> Outcome:
        pay_system_id = pay_systems.chosen_id(card, choice)
        return card_lease.create_alone(card, lambda: _bill_remaining(card, pay_system_id, expected))

    return perform(card, asked, Deed(Action.CREATE, DeedName.BILL_REST, is_repeatable=False), run)


def _bill_remaining(card: CardSession, system_id: int | None, expected: ExpectedRest) -> Outcome:
    before = unbilled.read(card, expected.currency)
    free, problem = before.told.free, before.told.problem
    if free is None or problem is not None:
        raise problem or InputError("too many payments to compare", code=InputCode.NO_ESTIMATE)
    wanted = billable(free)
    _require_rest(card, wanted, before, expected)
    names = [row.name for row in (*left_over(free), *below_zero(before.rows.values()))]
    aim = Aim(wanted, system_id, is_rest=True, left_over=names, currency=expected.currency)
    return _make(card, aim, before)


def _require_rest(
    card: CardSession,
    wanted: Sequence[RowQuantity],
    before: BillableRows,
    expected: ExpectedRest,
) -> None:
    """Raise why the rest cannot be billed, with the card's current state."""
    rows = {row.id: row for row in before.told.free or ()}
    if not wanted:
        # The page shows an older state: somebody else has billed the rest.
        nothing = InputError("nothing is left to bill", code=InputCode.NOTHING_TO_BILL)
        raise WriteFailedError(nothing, sending.settle(card, []))
    if not expected.is_met_by(wanted, rows):
        changed = ChangedMeanwhileError("another rest to bill", code=InputCode.REST_CHANGED)
        raise WriteFailedError(changed, sending.settle(card, []))
    require_amount(wanted, rows, before.like)
    require_together(card.ref, wanted, rows, before.told.withheld)


def _make(card: CardSession, aim: Aim, before: BillableRows) -> Outcome:
    wanted = priced_first(aim.wanted, before.rows)
    aim = replace(aim, wanted=wanted, at_once=at_once(card))
    first = wanted[: aim.at_once]
    made = make(card, aim.pay_system_id, first, before)
    if made.maybe_id is not None:
        return _done(made, made.maybe_id, OutcomeCode.PAYMENT_MAYBE_CREATED, OutcomeKind.UNKNOWN)
    payment_id = made_id(made)
    lacking = missing(made.read, payment_id, first)
    has_no_sum = lacking == [] and follow.has_no_sum(made.read, payment_id)
    if has_no_sum and not made.is_lost:
        return _given_up(card, made, payment_id, aim, before)
    if lacking == [] and not has_no_sum:
        return _made_whole(card, made, payment_id, aim, before)
    names = before.names(lacking or aim.wanted)
    if lacking is None and not aim.is_all_or_nothing:
        return _done(made, payment_id, OutcomeCode.PAYMENT_CREATED_UNSEEN, OutcomeKind.UNKNOWN)
    if lacking is None or made.is_lost:
        # The portal may still be adding rows, or the payment may be somebody else's.
        return _half_done(card, made.read, payment_id, names)
    made = with_apart(made, aim.wanted, len(first), lacking, before.rows)
    if made.apart:
        return _made_whole(card, made, payment_id, aim, before)
    if aim.is_all_or_nothing or len(lacking) == len(aim.wanted):
        return _clean_up(card, payment_id, names, is_busy=_is_busy(made, lacking))
    return _partly(made, payment_id, names, is_busy=_is_busy(made, lacking))


def _is_busy(made: Made, lacking: Sequence[RowQuantity]) -> bool:
    """Return whether nothing but its being busy kept the portal from these rows."""
    return made.busy.issuperset(chosen.row_id for chosen in lacking)


def _given_up(
    card: CardSession, made: Made, payment_id: int, aim: Aim, before: BillableRows
) -> Outcome:
    """Delete a payment that has all rows but no amount: mostly, the order is canceled."""
    payment = payment_in(made.read, payment_id)
    error = why_no_sum(made.read, payment_id)
    if made.read and payment and isinstance(error, CanceledNotCreatedError):
        canceled.note(card, payment.number, made.read.core.payments)
    outcome = _clean_up(card, payment_id, before.names(aim.wanted))
    if outcome.kind is not OutcomeKind.FAILED:
        return outcome
    raise WriteFailedError(error, outcome.reading)


def _clean_up(
    card: CardSession, payment_id: int, names: Sequence[str], *, is_busy: bool = False
) -> Outcome:
    deletion = payments.delete_payment(payment_id)
    written = sending.after_others(card, [deletion], [payment_id])
    if written.read is not None and written.read.core.is_gone(payment_id):
        code = OutcomeCode.REST_NOT_BILLED_BUSY if is_busy else OutcomeCode.REST_NOT_BILLED
        return Outcome(OutcomeKind.FAILED, code, written.read, values=few(names))
    return _half_done(card, written.read, payment_id, names)


def _half_done(
    card: CardSession, read: Reading | None, payment_id: int, names: Sequence[str]
) -> Outcome:
    payment = payment_in(read, payment_id)
    number = payment.number if payment else str(payment_id)
    values = few(names)
    data = {"payment_id": payment_id, "number": number, **values}
    half_done.remember(card, half_done.HalfDone.REST_PARTLY, data)
    return Outcome(
        OutcomeKind.PARTIAL,
        OutcomeCode.REST_PARTLY,
        read,
        number,
        payment_id=payment_id,
        values=values,
    )


def _made_whole(
    card: CardSession, made: Made, payment_id: int, aim: Aim, before: BillableRows
) -> Outcome:
    """Report a payment that holds what was sent: whole, or to be continued by the page.

    What it cannot hold beside a product that is in it stays for another payment.
    """
    if not set(aim.wanted[aim.at_once :]).issubset(made.apart):
        payment = payment_in(made.read, payment_id)
        there = set(aim.wanted[: aim.at_once]).difference(made.apart)
        begun = Filling(
            id=0,
            payment_id=payment_id,
            number=payment.number if payment else str(payment_id),
            wanted=tuple(aim.wanted),
            names={},
            done=len(there),
            refused=frozenset(chosen.row_id for chosen in made.apart),
            is_rest=aim.is_rest,
            is_apart=bool(made.apart),
            left_over=tuple(aim.left_over),
            added=frozenset(chosen.row_id for chosen in there),
            currency=aim.currency,
        )
        return filling.begin(card, begun, before.rows)
    if made.apart:
        names = few(before.names(made.apart))
        return _done(made, payment_id, OutcomeCode.BILLED_APART, OutcomeKind.PARTIAL, names)
    if not aim.is_rest:
        return _done(made, payment_id, OutcomeCode.PAYMENT_CREATED)
    if aim.left_over:
        return _done(made, payment_id, OutcomeCode.REST_BILLED_BUT, values=few(aim.left_over))
    return _done(made, payment_id, OutcomeCode.REST_BILLED)


def _partly(made: Made, payment_id: int, lacking: Sequence[str], *, is_busy: bool) -> Outcome:
    """Report a payment with some of its rows."""
    code = OutcomeCode.PAYMENT_CREATED_BUSY if is_busy else OutcomeCode.PAYMENT_CREATED_PARTLY
    return _done(made, payment_id, code, OutcomeKind.PARTIAL, few(lacking))


def _done(
    made: Made,
    payment_id: int,
    code: OutcomeCode,
    kind: OutcomeKind = OutcomeKind.DONE,
    values: Mapping[str, str] | None = None,
) -> Outcome:
    payment = payment_in(made.read, payment_id)
    return Outcome(
        kind,
        code,
        made.read,
        payment.number if payment else str(payment_id),
        "",
        payment.pay_system_name if payment else "",
        values=values or {},
        payment_id=payment_id,
    )
