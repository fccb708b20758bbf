"""Change a payment: a `Change` says what is special about the action, the rest is done here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from b24app.bitrix.command import Command
from b24app.domain import Payment
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    Executed,
    InputCode,
    PaidLockedError,
)
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import PaymentLines
from b24app.services.card.readings import Reading
from b24app.services.writing import conditional, follow, reminder_end, sending, verdicts
from b24app.services.writing.card_lease import Turn
from b24app.services.writing.conditional import State
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.follow import Before
from b24app.services.writing.outcome import Outcome, Undo, WriteFailedError
from b24app.services.writing.perform import perform
from b24app.services.writing.riding import Passenger
from b24app.services.writing.timeline import Teller
from b24app.services.writing.verdicts import WriteResult


class Verified(Protocol):
    """What was read before a write to prove that the payment is of this card."""

    @property
    def payment(self) -> Payment | None:
        """Return the payment; None if this opening listed it: the write brings its state."""


P = TypeVar("P", bound=Verified)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a change ends, as it is shown and logged. `undo` is offered if it was carried out.

    `shows` are other payments to read again if nothing is written.
    """

    kind: OutcomeKind
    code: OutcomeCode
    before: str = ""
    after: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    undo: Undo | None = None
    shows: tuple[int, ...] = ()


@dataclass(frozen=True)
class After:
    """What the portal shows after a write.

    What cannot be read is raised as an error that says so, with what is known.
    """

    written: WriteResult
    payment_id: int

    @cached_property
    def listed(self) -> Payment | None:
        """Return the payment as it is listed, None if it is gone."""
        return verdicts.listed(self.written, self.payment_id)

    @property
    def is_gone(self) -> bool:
        """Return whether the payment is no longer listed."""
        return self.listed is None

    @property
    def payment(self) -> Payment:
        """Return the payment; raise an error if it is gone."""
        return verdicts.require_listed(self.written, self.listed, self.payment_id)

    @property
    def composition(self) -> PaymentLines:
        """Return what is in the payment."""
        return verdicts.shown_composition(self.written, self.payment)

    @property
    def error(self) -> AppError | None:
        """Return the error with which the portal refused the write."""
        return self.written.error

    def has(self, is_there: bool, *numbers: Decimal | None) -> bool | None:
        """Return whether the expected line is there. None: it may be one that could not be read."""
        if is_there or self.error is not None or self.written.was_skipped:
            return is_there
        return False if verdicts.is_certain(self.composition, *numbers) else None

    def lacks(self, is_there: bool) -> bool | None:
        """Return whether the removed line is gone. None: it may be one that could not be read."""
        if is_there:
            return False
        return True if verdicts.is_certain(self.composition) else None


def _nothing(_after: After) -> None:
    """Return None: no further reason is known."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What to send, and how to judge the result from the re-read.

    `is_done` tells whether the portal shows what was requested, None if that is unclear.
    """

    commands: Sequence[Command[Any]]
    """Empty: it already is as requested, which the re-read has to confirm."""

    is_done: Callable[[After], bool | None]
    done: Callable[[After], Verdict]
    not_done: Callable[[After], Verdict]
    unconfirmed: OutcomeCode = OutcomeCode.NOT_CONFIRMED
    """Used instead of `not_done` after a lost answer: the portal may still be working on it."""

    partly: Callable[[After], Verdict | None] = _nothing
    """Only a part was carried out."""

    why_not: Callable[[After], AppError | None] = _nothing
    """The obstacle that the re-read shows, if it was not done or was refused without a reason."""

    only_while: State | None = None
    """Run it only while the payment is in this state."""

    passenger: Passenger | None = None
    """What travels with it in the same batch, if it runs only while it is in a state."""

    is_refusal_final: bool = False
    """A refusal with a reason counts even if the portal shows what was requested: not our doing."""

    contents: Before | None = None
    """What the payment held before, if its sum has to follow the edit."""

    take_back: Callable[[After], Sequence[Command[Any]]] = lambda _after: ()
    """How to undo an edit that the sum did not follow."""


@dataclass(frozen=True)
class Change(Generic[P]):
    """What is special about one action.

    `verify` reads what the change is about and proves that it is of this card. From that, `plan`
    raises an error if something prevents it, returns how it ends without a write, or what to write.
    """

    action: Action
    name: DeedName
    payment_id: int
    verify: Callable[[CardSession, int], P]
    plan: Callable[[P], Edit | Verdict]
    is_repeatable: bool = True
    needs_unpaid: bool = True
    """The portal refuses it for a paid payment."""

    teller: Teller | None = None
    """Tells of it in the card's timeline."""

    ends_reminder: bool = False
    """Afterwards the payment needs no reminder."""


def change(card: CardSession, asked: WriteRequest, wanted: Change[P]) -> Outcome:
    """Carry out a change, once for the request's key, and return its outcome.

    Nobody else writes on the card from before it is verified until it is recorded.
    """
    deed = Deed(wanted.action, wanted.name, wanted.payment_id, wanted.is_repeatable)
    recall = wanted.teller.recall if wanted.teller is not None else None
    turn = Turn(card, recall=recall, repeats=deed.repeats(asked))

    def run() -> Outcome:
        return turn.run(lambda: carry_out(card, wanted))

    return perform(card, asked, deed, run, turn)


def require_unpaid(payment: Payment) -> None:
    """Raise WriteFailedError around PaidLockedError if paid: the portal freezes paid payments."""
    if payment.is_paid:
        raise WriteFailedError(PaidLockedError("the payment is paid"), None, payment.number)


def carry_out(card: CardSession, wanted: Change[P]) -> Outcome:
    """Carry out a change within what `perform` runs, and within a turn; return its outcome."""
    found = wanted.verify(card, wanted.payment_id)
    number = found.payment.number if found.payment else ""
    edit = _plan(card, wanted, found, number)
    if isinstance(edit, Verdict):
        shown = [wanted.payment_id, *edit.shows]
        return _ended(edit, sending.settle(card, shown), number)
    after = After(_write(card, edit, wanted.payment_id), wanted.payment_id)
    outcome = judge(wanted, edit, after, found.payment)
    if edit.contents is not None and outcome.kind is OutcomeKind.DONE:
        outcome = follow.checked(card, outcome, [edit.contents], edit.take_back(after))
    if wanted.teller is not None:
        # Without an answer nobody knows whose mark it is.
        is_ours = outcome.kind is OutcomeKind.DONE and not after.written.is_lost
        marked = after.listed if is_ours else None
        wanted.teller.after(marked, after.written.ride)
    if wanted.ends_reminder:
        reminder_end.after(card, outcome, wanted.payment_id)
    return outcome


def _plan(card: CardSession, wanted: Change[P], found: P, number: str) -> Edit | Verdict:
    if wanted.needs_unpaid and found.payment is not None:
        require_unpaid(found.payment)
    try:
        return wanted.plan(found)
    except AppError as error:
        # The person sees an older state: the answer brings the current one.
        is_older = isinstance(error, ChangedMeanwhileError) or error.code == InputCode.LINE_GONE
        reading = sending.settle(card, [wanted.payment_id]) if is_older else None
        raise WriteFailedError(error, reading, number) from None


def _write(card: CardSession, edit: Edit, payment_id: int) -> WriteResult:
    if not edit.commands:
        return WriteResult(sending.settle(card, [payment_id]), was_skipped=True)
    if edit.only_while is None:
        return sending.write(card, edit.commands, [payment_id])
    (command,) = edit.commands
    return conditional.write_while(card, payment_id, command, edit.passenger, edit.only_while)


def judge(wanted: Change[P], edit: Edit, after: After, before: Payment | None) -> Outcome:
    """Return how a change ended by what the portal shows. Raises WriteFailedError like `change`."""
    read = after.written.read
    is_done = edit.is_done(after)
    if is_done and not (edit.is_refusal_final and _has_reason(after.error)):
        # A deleted payment keeps the number it had before, if any.
        return _ended(edit.done(after), read, (before or after.payment).number)
    payment = after.payment
    if is_done is None:
        raise verdicts.unseen(after.written, payment)
    partly = edit.partly(after)
    if partly is not None and not after.written.is_lost:
        return _ended(partly, read, payment.number)
    _raise_what_is_known(wanted, edit, after)
    verdict = edit.not_done(after)
    if after.written.is_lost:
        verdict = Verdict(OutcomeKind.UNKNOWN, edit.unconfirmed, verdict.before)
    return _ended(verdict, read, payment.number)


def _raise_what_is_known(wanted: Change[P], edit: Edit, after: After) -> None:
    """Raise why it was not done: the portal's error, or the current obstacle."""
    written, payment = after.written, after.payment
    if after.error is not None and not wanted.needs_unpaid:
        raise WriteFailedError(after.error, written.read, payment.number)
    why_not = edit.why_not(after)
    if after.error is not None:
        raise verdicts.refusal(written, after.error, payment, why_not)
    if written.was_skipped and wanted.needs_unpaid:
        why_not = PaidLockedError("paid meanwhile")
    if why_not is not None:
        raise WriteFailedError(why_not, written.read, payment.number)


def _has_reason(error: AppError | None) -> bool:
    """Return whether a refusal has a reason; one without counts only if the re-read confirms it."""
    return error is not None and error.executed is not Executed.DOUBTFUL


def _ended(verdict: Verdict, reading: Reading | None, number: str) -> Outcome:
    return Outcome(
        verdict.kind,
        verdict.code,
        reading,
        number,
        verdict.before,
        verdict.after,
        verdict.values,
        undo=verdict.undo,
    )
