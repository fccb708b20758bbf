"""Allow one write at a time on a card, across all processes.

The portal saves an order whole and locks nothing: whatever one write has added is deleted by
another one of the same order that was under way, and a payment that was just paid by its deletion
(quirk 104). Nor does it compare: what is free is read first and billed second, so several people
would bill the same, and an edit would overwrite another one that was made after the line was read.
So every write is alone (decisions 56); but it waits for its turn, since payments are often changed
in a row.

A `Turn` is what most writes take. It costs no transaction of its own where the card is free: it is
taken in the one that takes the request's key, and given back in the one that records the outcome.
Where the answer of a write was lost and the portal does not show it as done, the portal may be at
it still: then the turn is not given back, but ends by itself a little later. Whoever comes next
waits for that, but for the same write with the same choice, where a second run of it has no further
effect: it is what a person tries next.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from b24app.bitrix.wire.shares import Share
from b24app.errors import AppError, CardBusyError, DatabaseAwayError, Executed
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import ACTION_SECONDS
from b24app.services.writing.outcome import Outcome, WriteFailedError
from b24app.storage import leases
from b24app.storage.session import Session

log = logging.getLogger(__name__)

LEASE_SECONDS = 2 * ACTION_SECONDS
"""Longer than any action: how long the card stays locked after a process died in the middle.

The portal may still carry out what that process had sent, so the lease must not end with it.
"""

PAUSE_SECONDS, TURN_SECONDS = 0.1, 6.0
"""Some changes of an ordinary length; what is left of an action is enough for one more."""

KEPT_SECONDS = 5.0
"""How long a portal that did not answer in time may be at a write still. Less than `TURN_SECONDS`:
who comes next waits, and is not refused."""


OPEN_ENDED = frozenset({OutcomeKind.UNKNOWN, OutcomeKind.PARTIAL})
"""Ends of a write that the portal may yet change, where it has not answered."""


class Turn:
    """A write's turn on the card. Make one for each write.

    `recall` reads what the write needs of our database, in the transaction that takes the key.
    `repeats` names a write of which a second run has no further effect, "" any other.
    """

    def __init__(
        self,
        card: CardSession,
        what: str = "create",
        recall: Callable[[Session], None] | None = None,
        repeats: str = "",
    ) -> None:
        ref = card.ref
        self._card = card
        self._lease = leases.Key(card.member_id, f"{what}:{ref.entity_type_id}:{ref.entity_id}")
        self._owner = secrets.token_hex(16)
        self._recall = recall
        self._heir = _heir_of(repeats)
        self._is_taken = False
        self._is_kept = False

    def begin(self, session: Session) -> None:
        """Take it within the transaction that takes the key, if the card is free."""
        self._try(session)
        if self._recall is not None:
            self._recall(session)

    def _try(self, session: Session) -> None:
        now = self._card.clock()
        lease, owner = self._lease, self._owner
        self._is_taken = leases.try_take(session, lease, owner, now, LEASE_SECONDS)
        if not self._is_taken and self._heir:
            until = now + timedelta(seconds=LEASE_SECONDS)
            self._is_taken = leases.take_left(session, lease, owner, self._heir, until)

    def wait(self, patience: float = TURN_SECONDS) -> None:
        """Return when it is taken. Raises CardBusyError where it is not within `patience` seconds.

        A transaction that has tried to take it is over by then. Who waits holds a thread, as who
        asks the portal does, and counts against the portal's share of them: PortalCrowdedError.
        """
        if not self._is_taken:
            with self._card.deps.client.shares.kept_place(Share(self._card.member_id)):
                self._wait(patience)

    def _wait(self, patience: float) -> None:
        card = self._card
        end = card.deps.monotonic() + patience
        may_be_free = True
        while not self._is_taken:
            if may_be_free:
                with card.db.transaction() as session:
                    self._try(session)
            if not self._is_taken:
                if card.deps.monotonic() >= end:
                    raise CardBusyError("another change of this card is under way")
                card.deps.sleep(PAUSE_SECONDS)
                may_be_free = self._may_be_free()

    def _may_be_free(self) -> bool:
        """Look, without writing: SQLite lets one write at a time, and everybody would wait."""
        with self._card.db.reading() as session:
            now = self._card.clock()
            holder = leases.holder(session, self._lease, now, LEASE_SECONDS)
        return holder is None or holder == self._heir

    def run(self, work: Callable[[], Outcome]) -> Outcome:
        """Wait for it and work. Raises CardBusyError, and what the work raises."""
        self.wait()
        try:
            outcome = work()
        except WriteFailedError as failure:
            self.keep_if(is_open=_may_go_on(failure.error))
            raise
        self.keep_if(is_open=outcome.kind in OPEN_ENDED)
        return outcome

    def keep_if(self, *, is_open: bool, repeats: str = "") -> None:
        """Let it end by itself if no answer came to what was sent in it, and its end is open.

        `repeats` is the write that may follow at once, if it is another one than this.
        """
        self._is_kept = is_open and self._card.is_answer_lost
        self._heir = _heir_of(repeats) or self._heir

    def end(self, session: Session) -> None:
        """Give it back within a transaction that is open anyway."""
        if self._is_taken and not self._is_kept:
            leases.release(session, self._lease, self._owner)
        elif self._is_taken:
            until = self._card.clock() + timedelta(seconds=KEPT_SECONDS)
            leases.leave(session, self._lease, self._owner, self._heir or self._owner, until)

    def give_back(self) -> None:
        """Give it back. Never fails: what was done under it is told all the same.

        Without our database the lease ends by itself.
        """
        try:
            with self._card.db.transaction() as session:
                self.end(session)
        except DatabaseAwayError as error:
            log.warning("%s was not given back: %s", self._lease.name, error)


def _heir_of(repeats: str) -> str:
    return f"again {repeats}" if repeats else ""


def _may_go_on(error: AppError) -> bool:
    return error.executed is Executed.UNKNOWN and error.code != OutcomeCode.UNSEEN


def work_alone(card: CardSession, work: Callable[[], Outcome], repeats: str = "") -> Outcome:
    """Work in a turn of its own, like `Turn.run`."""
    turn = Turn(card, repeats=repeats)
    try:
        return turn.run(work)
    finally:
        turn.give_back()


@contextmanager
def alone(
    card: CardSession, what: str = "create", *, patience: float = 0.0, repeats: str = ""
) -> Iterator[Turn]:
    """Lock the card for `what`: "create" is every write of a payment, "begin" a creation alone.

    Raises CardBusyError where somebody else holds it, and still does after `patience` seconds.
    """
    turn = Turn(card, what, repeats=repeats)
    turn.wait(patience)
    try:
        yield turn
    finally:
        turn.give_back()


def in_turn(card: CardSession, repeats: str = "") -> AbstractContextManager[Turn]:
    """Lock the card for a change, which waits for those before. Raises CardBusyError."""
    return alone(card, patience=TURN_SECONDS, repeats=repeats)


def create_alone(card: CardSession, work: Callable[[], Outcome]) -> Outcome:
    """Create in a turn of its own, which waits for changes before it and for no other creation.

    Who creates while somebody else does is to see that payment first. Raises CardBusyError.
    """
    with alone(card, "begin"):
        return work_alone(card, work)
