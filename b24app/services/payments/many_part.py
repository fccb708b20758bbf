"""Do a part of an act on many payments: prove, write, and judge each by what is shown afterwards.

One batch is a list that shows what was so already, the writes, and the re-read. It is sent after a
proof of its own, read in the same turn on the card, so an amount that changed, or a payment that is
gone, stops its own write and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import Listing, Payment, Told
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    DatabaseAwayError,
    Executed,
    NotOnThisCardError,
    OrderCanceledError,
    PortalError,
)
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import returned
from b24app.services.card.readings import Reading, payment_in
from b24app.services.deps import PART_SECONDS, WRITE_SECONDS
from b24app.services.payments.many_progress import Progress, result_of
from b24app.services.payments.many_wish import Chosen, Wish
from b24app.services.writing import card_lease, change, error_names, ownership, perform, sending
from b24app.services.writing.change import After, Change, Edit
from b24app.services.writing.deed import Deed, WriteRequest, fingerprint
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, WriteFailedError
from b24app.services.writing.sending import Sent
from b24app.services.writing.verdicts import WriteResult


@dataclass(frozen=True, slots=True)
class Ready:
    """A payment whose change can be sent."""

    payment: Payment
    change: Change[Any]
    edit: Edit


@dataclass(eq=False)
class Part:
    """One part of an act. What is known of it stays known if it is cut off.

    `closed` are the payments whose orders are known to be canceled. `is_second` and `is_in_log` are
    those of its deeds.
    """

    card: CardSession
    asked: WriteRequest
    wish: Wish
    before: Progress
    closed: Collection[int] = ()
    is_second: bool = False
    is_in_log: bool = False
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    reading: Reading | None = None
    seconds: float | None = None

    @property
    def left(self) -> list[Chosen]:
        """Return the payments that are not dealt with, as they were chosen."""
        done = self.outcomes.keys() | {result.payment_id for result in self.before.results}
        return [picked for picked in self.wish.chosen if picked.id not in done]

    def deed(self, payment_id: int) -> Deed:
        """Return what is done with one of them in this run."""
        deed = self.wish.deed(payment_id)
        return replace(deed, is_second=self.is_second, is_in_log=self.is_in_log)

    def run(self) -> None:
        """Deal with as many payments as fit. Raises if nothing of the part can have an outcome.

        That is if the session ended, if one of them is of another card, or without our database.
        """
        try:
            mine = self._repeats(picked.id for picked in self.left)
            with card_lease.in_turn(self.card, mine) as turn:
                is_lost = self._write(self._plan())
                open_ones = (one.kind is OutcomeKind.UNKNOWN for one in self.outcomes.values())
                turn.keep_if(is_open=any(open_ones), repeats=self._repeats(self._not_well()))
        except AppError as error:
            if _is_for_nobody(error):
                raise
            # What kept this part from being sent keeps the others as well.
            failure = WriteFailedError(error)
            self.end_all(lambda deed: self.failed(deed, failure))
            return
        if is_lost:
            self.end_all(self._unasked)

    def _repeats(self, payment_ids: Iterable[int]) -> str:
        """Return what names the same act on these payments."""
        ids = fingerprint(*map(str, sorted(payment_ids)))
        return f"many:{self.wish.action}:{ids}"

    def _not_well(self) -> list[int]:
        """Return the payments that are not as they should be: the page keeps them chosen."""
        results = (
            *self.before.results,
            *(result_of(payment_id, outcome) for payment_id, outcome in self.outcomes.items()),
        )
        bad = [result.payment_id for result in results if not result.is_well]
        return [*bad, *(picked.id for picked in self.left)]

    def end_all(self, ending: Callable[[Deed], Outcome]) -> None:
        """Give all that are left the same end; nothing was sent of them."""
        for picked in self.left:
            self.outcomes[picked.id] = ending(self.wish.deed(picked.id))

    def unknown(self, deed: Deed) -> Outcome:
        """Return the end of a payment after an error in our own code."""
        return Outcome(OutcomeKind.UNKNOWN, ErrorName.APP, number=self._number(deed))

    def abandoned(self, deed: Deed) -> Outcome:
        """Return the end of a payment after a run that died, if no second one could be made."""
        outcome = Outcome(
            OutcomeKind.UNKNOWN, OutcomeCode.ABANDONED, self.reading, self._number(deed)
        )
        return perform.ended(outcome, self.asked, deed)

    def _unasked(self, deed: Deed) -> Outcome:
        kind, code = OutcomeKind.FAILED, OutcomeCode.UNASKED
        outcome = Outcome(kind, code, self.reading, self._number(deed))
        return perform.ended(outcome, self.asked, deed)

    def failed(self, deed: Deed, failure: WriteFailedError) -> Outcome:
        """Return the end of a payment for which nothing was sent, or whose write was refused."""
        number = failure.number or self._number(deed)
        told = WriteFailedError(failure.error, failure.reading, number)
        return perform.failed(self.card, self.asked, deed, told)

    def _number(self, deed: Deed) -> str:
        """Return a payment's number, "" if the portal has not told it."""
        return self.numbers.get(deed.payment_id or 0, "")

    # Before the writes.

    def _plan(self) -> dict[int, Ready]:
        """Return what can be sent; a payment of which nothing can be sent has its outcome."""
        listed = self._listed()
        if self.wish.kind.marks:
            listed = returned.known(self.card, listed)
        self.numbers = {payment.id: payment.number for payment in listed}
        ready = {}
        for picked in self.left:
            try:
                ready[picked.id] = self._ready(picked, listed)
            except NotOnThisCardError:
                # No page of ours sends such an id, so nothing at all is done.
                raise
            except WriteFailedError as failure:
                self.outcomes[picked.id] = self.failed(self.wish.deed(picked.id), failure)
        return ready

    def _listed(self) -> Listing[Payment]:
        """Return what proves the payments and their state."""
        ids = [picked.id for picked in self.left]
        with ownership.before_writing():
            return self.card.api.call(list_payments(self.card.ref, payment_ids=ids), WRITE_SECONDS)

    def _ready(self, picked: Chosen, listed: Listing[Payment]) -> Ready:
        try:
            payment = ownership.listed_payment(listed, self.card, picked.id)
            if picked.id in self.closed:
                raise OrderCanceledError("the order is known to be canceled")
            if payment.sum.currency != picked.sum.currency:
                raise ChangedMeanwhileError("the currency changed")
            if payment.is_returned:
                # The page is older than that; of each it has to be asked by itself.
                raise ChangedMeanwhileError("the money was given back")
            wanted = self.wish.kind.change(self.card, picked)
            if wanted.needs_unpaid:
                change.require_unpaid(payment)
            edit = wanted.plan(self.wish.kind.verified(payment))
        except NotOnThisCardError:
            raise
        except AppError as error:
            raise WriteFailedError(error) from None
        if not isinstance(edit, Edit):
            raise TypeError("a change of many payments has something to send or to confirm")
        return Ready(payment, wanted, edit)

    # The writes.

    def _write(self, ready: Mapping[int, Ready]) -> bool:
        """Send as many as fit, and judge them. Return whether the answer was lost."""
        sendable = [payment_id for payment_id, plan in ready.items() if plan.edit.commands]
        sent = sendable[: self.card.api.writes_within(PART_SECONDS, self.before.size)]
        written = (
            self._send({payment_id: ready[payment_id].edit for payment_id in sent}) if sent else {}
        )
        if not sent:
            self.reading = sending.settle(self.card, [])
        for payment_id, plan in ready.items():
            if payment_id in written:
                self.outcomes[payment_id] = self._judged(plan, written[payment_id])
            elif not plan.edit.commands:
                so_already = WriteResult(self.reading, was_skipped=True)
                self.outcomes[payment_id] = self._judged(plan, so_already)
        return any(result.is_lost for result in written.values())

    def _send(self, edits: Mapping[int, Edit]) -> dict[int, WriteResult]:
        batch = Batch()
        before = batch.add(list_payments(self.card.ref, payment_ids=list(edits)))
        writes = {payment_id: batch.add(*edit.commands) for payment_id, edit in edits.items()}
        started = self.card.deps.monotonic()
        sent = sending.send(self.card, batch, [])
        self.seconds = (self.card.deps.monotonic() - started) / len(writes)
        if isinstance(sent, PortalError):
            lost = sending.outcome_unknown(self.card, sent, [])
            self.reading = lost.read
            return dict.fromkeys(writes, lost)
        self.reading = sending.read_after(self.card, sent)
        were_so = self._were_so(sent, before)
        return {
            payment_id: self._written(sent, handle, were_so=payment_id in were_so)
            for payment_id, handle in writes.items()
        }

    def _written(self, sent: Sent, handle: Handle[Any], *, were_so: bool) -> WriteResult:
        try:
            sent.result[handle]
        except PortalError as error:
            if error.executed is Executed.UNKNOWN:
                return WriteResult(self.reading, cause=error)
            return WriteResult(self.reading, error)
        return WriteResult(self.reading, was_skipped=were_so)

    def _were_so(self, sent: Sent, before: Handle[Listing[Payment]]) -> set[int]:
        """Return the payments that somebody else had marked just before our write."""
        try:
            listed = sent.result[before]
        except PortalError:
            return set()
        return {payment.id for payment in listed if payment.is_paid is self.wish.kind.marks}

    def _judged(self, plan: Ready, written: WriteResult) -> Outcome:
        deed = self.wish.deed(plan.payment.id)
        after = After(written, plan.payment.id)
        try:
            outcome = change.judge(plan.change, plan.edit, after, plan.payment)
        except WriteFailedError as failure:
            return self.failed(deed, failure)
        return perform.ended(outcome, self.asked, deed)


def _is_for_nobody(error: AppError) -> bool:
    """Return whether an error ends the request without an outcome for any payment."""
    is_ours = isinstance(error, NotOnThisCardError | DatabaseAwayError)
    return is_ours or error_names.is_session_refused(error)


def told(outcomes: Mapping[int, Outcome], notes: Mapping[int, str]) -> list[Told]:
    """Return what the timeline is told: the payments that were really changed, with their notes."""
    read = (
        payment_in(outcome.reading, payment_id)
        for payment_id, outcome in outcomes.items()
        if outcome.kind is OutcomeKind.DONE
    )
    return [
        Told(payment.number, payment.sum, payment.id, notes.get(payment.id, ""))
        for payment in read
        if payment is not None
    ]


def ids_well(outcomes: Mapping[int, Outcome]) -> list[int]:
    """Return the payments that are now as they were asked to be."""
    return [payment_id for payment_id, outcome in outcomes.items() if outcome.kind.is_well]
