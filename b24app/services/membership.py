"""Proofs that come before a write: the payment is of this card, and what it looks like now.

The portal's methods take an id and do not ask which card it is of, so every payment is proven
before the portal is asked anything about it. A payment that this opening was listed is
proven; what is read about any other takes its id from the very list that proves it, in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command, Reference
from b24app.bitrix.payments import PaymentId, list_payments
from b24app.domain import Payment
from b24app.errors import AppError, Executed, GoneError, NotOnThisCardError, PortalError
from b24app.services import card_reads
from b24app.services.acting import Acting
from b24app.services.card_reads import Commands
from b24app.services.deps import WRITE_SECONDS, Deps
from b24app.services.tab import remember_batch_refused

PARAMETER_REFUSED = "100"
"""Code of a parameter of a wrong type: the method was not carried out (rest-contract a.3)."""

LINE_GONE = "line_gone"
"""Code of a line that is not in its payment: removed meanwhile, or never there."""


@contextmanager
def before_writing() -> Iterator[None]:
    """Around the reads before a write: what fails there leaves everything as it was."""
    try:
        yield
    except PortalError as error:
        error.executed = Executed.NO
        raise


def absent(acting: Acting, payment_id: int) -> AppError:
    """The error for a payment that the portal does not list on this card.

    GoneError only where this opening was shown it. Of any other it is not said whether it exists.
    """
    if payment_id in acting.shown:
        return GoneError("the payment was deleted meanwhile")
    return NotOnThisCardError("the payment is not of this card")


@before_writing()
def present(deps: Deps, acting: Acting, payment_id: int) -> Payment:
    """Prove that the payment is of this card and return its present state. One call.

    Raises NotOnThisCardError, or GoneError where this opening was shown it before.
    """
    command = list_payments(acting.ref, ids=[payment_id])
    found = deps.client.call(acting.tokens, command, deps.deadline(WRITE_SECONDS))
    return _of(found, acting, payment_id)


def require_listed_or_present(deps: Deps, acting: Acting, payment_id: int) -> None:
    """Before asking the portal about a payment: it was listed here, or is proven now."""
    if payment_id not in acting.listed:
        present(deps, acting, payment_id)


def read_batch(deps: Deps, acting: Acting, commands: Commands, seconds: float) -> BatchAnswer:
    """Read in one call, or in parallel single calls for portals that refuse the methods in one."""
    if not acting.batch_refused:
        answer = deps.client.batch(acting.tokens, commands, deps.deadline(seconds))
        if not any(card_reads.is_batch_refusal(answer, key) for key in commands):
            return answer
        remember_batch_refused(deps, acting)
    return deps.client.singles(acting.tokens, commands, deps.deadline(seconds))


About = Callable[[int, PaymentId], Commands]
"""Commands about a payment: its id for their keys, and the same id or a reference to be sent."""


def read_about(
    deps: Deps,
    acting: Acting,
    payment_ids: Sequence[int],
    about: About,
    beside: Commands,
    seconds: float = WRITE_SECONDS,
) -> tuple[dict[int, Payment], BatchAnswer]:
    """Read payments, what `about` asks of each, and what `beside` asks of the card. One call.

    More only where a payment is not listed yet and the portal resolves no references. Raises as
    `present`; the errors of the single commands are in the answer.
    """
    unlisted = [one for one in payment_ids if one not in acting.listed]
    if unlisted and not acting.batch_refused:
        answer = _read_by_reference(deps, acting, payment_ids, about, beside, seconds)
        if any(card_reads.is_batch_refusal(answer, key) for key in answer.errors):
            acting = remember_batch_refused(deps, acting)
            return read_about(deps, acting, payment_ids, about, beside, seconds)
        found = _take_payments(acting, answer, payment_ids)
        if all(_is_answered(acting, answer, one, about) for one in payment_ids):
            return found, answer
        unlisted = []
    for payment_id in unlisted:
        present(deps, acting, payment_id)
    commands = _commands(acting, {one: one for one in payment_ids}, about, beside)
    answer = read_batch(deps, acting, commands, seconds)
    return _take_payments(acting, answer, payment_ids), answer


def _read_by_reference(
    deps: Deps,
    acting: Acting,
    payment_ids: Sequence[int],
    about: About,
    beside: Commands,
    seconds: float,
) -> BatchAnswer:
    """Name the payments to the portal only as far as its own lists of this card name them.

    Where such a list is empty the reference becomes an empty array, which an `int` parameter
    refuses: nothing is read about a payment of another card.
    """
    named = {one: Reference.to(_key(one), 0, "id") for one in payment_ids}
    commands = _commands(acting, named, about, beside)
    return deps.client.batch(acting.tokens, commands, deps.deadline(seconds))


def _commands(
    acting: Acting, targets: Mapping[int, PaymentId], about: About, beside: Commands
) -> dict[str, Command[Any]]:
    listings = {_key(one): list_payments(acting.ref, ids=[one]) for one in targets}
    asked = {key: one for pair in targets.items() for key, one in about(*pair).items()}
    return {**listings, **asked, **beside}


def _take_payments(
    acting: Acting, answer: BatchAnswer, payment_ids: Sequence[int]
) -> dict[int, Payment]:
    lists = {one: list_payments(acting.ref, ids=[one]) for one in payment_ids}
    return {
        one: _of(answer.take(_key(one), listing), acting, one) for one, listing in lists.items()
    }


def _is_answered(acting: Acting, answer: BatchAnswer, payment_id: int, about: About) -> bool:
    """Whether what came back by reference is about this payment, and came at all.

    Not on a portal that ignores the filter, whose first row is another payment, nor on one that
    resolves no references or spells `id` otherwise, which refuses the parameter.
    """
    listed = answer.take(_key(payment_id), list_payments(acting.ref, ids=[payment_id]))
    errors = [answer.error(key) for key in about(payment_id, payment_id)]
    is_refused = any(one is not None and one.code == PARAMETER_REFUSED for one in errors)
    return listed[0].id == payment_id and not is_refused


def _key(payment_id: int) -> str:
    return f"payment{payment_id}"


def _of(found: Sequence[Payment], acting: Acting, payment_id: int) -> Payment:
    payment = next((one for one in found if one.id == payment_id), None)
    if payment is None:
        raise absent(acting, payment_id)
    return payment
