"""Say what is asked for many payments: the action, and each payment as the person saw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from b24app.domain import Money, Payment
from b24app.services.actions import Action, DeedName
from b24app.services.auth.card_session import CardSession
from b24app.services.card import canceled
from b24app.services.card.card_view import OF_AN_OPEN_ORDER
from b24app.services.payments import deletion, marking
from b24app.services.payments.marking import Seen
from b24app.services.writing import ownership
from b24app.services.writing.change import Change, Verified
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.timeline import Words


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chosen payment as the person saw it. The number is only good for being said.

    `stamp` as in `Seen`.
    """

    id: int
    is_paid: bool
    sum: Money
    number: str = ""
    stamp: str = ""
    is_returned: bool = False

    @property
    def as_text(self) -> str:
        """Return it as its row says it and the act sends it: id, state, number."""
        payment = Payment(self.id, self.number, self.is_paid, None, None, None, "", self.sum)
        payment = replace(payment, is_returned=self.is_returned)
        return f"{self.id} {payment.state} {self.number}"

    @property
    def seen(self) -> Seen:
        """Return the amount that the person saw; a zero one was named in the question."""
        return Seen(self.sum.amount if self.sum.is_readable else None, stamp=self.stamp)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done with each payment. `marks`: the state after it, None if it is gone then."""

    name: DeedName
    change: Callable[[CardSession, Chosen], Change[Any]]
    verified: Callable[[Payment], Verified]
    marks: bool | None = None


KINDS: Mapping[Action, Kind] = {
    Action.PAY: Kind(
        DeedName.PAY,
        lambda card, picked: marking.change_to(marking.PAID, card, picked.id, picked.seen),
        marking.Found,
        marks=True,
    ),
    Action.UNPAY: Kind(
        DeedName.UNPAY,
        lambda card, picked: marking.change_to(marking.UNPAID, card, picked.id, picked.seen),
        marking.Found,
        marks=False,
    ),
    Action.DELETE: Kind(
        DeedName.DELETE,
        lambda _, picked: deletion.change_to_gone(picked.id, picked.seen.expected_amount),
        ownership.Present,
    ),
}


@dataclass(frozen=True)
class Wish:
    """The act that is asked for. `words` are for the card's timeline.

    `notes` are what is written to single payments, by their ids.
    """

    action: Action
    chosen: Sequence[Chosen]
    words: Words | None = None
    notes: Mapping[int, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Return what is done with each of them."""
        return KINDS[self.action]

    def noted(self, asked: WriteRequest, payment_id: int) -> WriteRequest:
        """Return the request with the note of one of them, where it has its own."""
        return replace(asked, note=self.notes.get(payment_id, asked.note))

    def deed(self, payment_id: int) -> Deed:
        """Return what is done with one of them."""
        return Deed(self.action, self.kind.name, payment_id)


class LeftOut(StrEnum):
    """Why a chosen payment is left out of an act, as the question tells it."""

    PAID = "paid"
    UNPAID = "unpaid"
    LOCKED = "locked"
    RETURNED = "returned"
    CANCELED = "canceled"


def kept_out(card: CardSession, action: Action, chosen: Sequence[Chosen]) -> dict[int, LeftOut]:
    """Return which of the chosen payments an act leaves out and why, as far as the page can know.

    The portal is not asked: the act proves each of them anyway.
    """
    with card.db.reading() as session:
        closed = canceled.closed(session, card) if action in OF_AN_OPEN_ORDER else frozenset()
    # Of what this opening was not shown nothing is said: its card may not be theirs to see.
    shown = [picked for picked in chosen if picked.id in card.shown]
    out = {picked.id: LeftOut.CANCELED for picked in shown if picked.id in closed}
    reasons = {
        Action.PAY: (True, LeftOut.PAID),
        Action.UNPAY: (False, LeftOut.UNPAID),
        Action.DELETE: (True, LeftOut.LOCKED),
    }
    is_paid, reason = reasons[action]
    out |= {picked.id: reason for picked in chosen if picked.is_paid is is_paid}
    if action is Action.PAY:
        # Of each it has to be asked by itself whether its money has come in again.
        out |= {picked.id: LeftOut.RETURNED for picked in chosen if picked.is_returned}
    return out
