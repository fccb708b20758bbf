"""Show half-finished actions on the card until they are settled, also after reloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from b24app.errors import NotOnThisCardError
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import CardSnapshot, Compositions
from b24app.services.card.card_view import Notice
from b24app.storage import partial_actions
from b24app.storage.models import PartialAction


class HalfDone(StrEnum):
    """What was left half done. The names are stored."""

    DELIVERY_TWICE = "delivery_twice"
    DELIVERY_NOWHERE = "delivery_nowhere"
    REST_PARTLY = "rest_partly"
    FILLING = "filling"
    """A payment that gets its products in parts."""


OF_ONE_PAYMENT = frozenset({HalfDone.REST_PARTLY, HalfDone.FILLING})


def notices(
    card: CardSession,
    present: Sequence[PartialAction],
    core: CardSnapshot,
    compositions: Compositions,
) -> tuple[Notice, ...]:
    """Return what is still half done. Delete what the portal shows as settled."""
    settled = [action for action in present if _is_settled(action, core, compositions)]
    if settled:
        with card.db.transaction() as session:
            for action in settled:
                partial_actions.settle(session, card.member_id, action.id)
    return tuple(_notice(action, core) for action in present if action not in settled)


def _notice(action: PartialAction, core: CardSnapshot) -> Notice:
    if action.kind != HalfDone.FILLING:
        return Notice(action.id, action.kind, _texts(action.data))
    payment = core.payments_by_id.get(int(action.data["payment_id"]))
    values = {"done": str(action.data["done"]), "total": str(len(action.data["rows"]))}
    # What is paid is frozen.
    may_go_on = payment is not None and not payment.is_paid
    return Notice(action.id, action.kind, {**_texts(action.data), **values}, may_go_on=may_go_on)


def remember(card: CardSession, kind: HalfDone, data: dict[str, Any]) -> PartialAction:
    """Name a state on the card until the portal shows it settled, also after reloads.

    Nothing else tells of it, so it is stored as the record of a write is.
    """

    def keep(is_again: bool) -> PartialAction:
        with card.db.transaction() as session:
            present = partial_actions.of_card(session, card.member_id, card.ref) if is_again else ()
            for action in present:
                if (action.kind, action.data) == (kind, data):
                    # Only the answer of its commit was lost.
                    return action
            return partial_actions.add(
                session,
                card.member_id,
                card.ref,
                user_id=card.user_id,
                kind=str(kind),
                data=data,
                now=card.clock(),
            )

    return card.deps.store(keep)


def require_shown(card: CardSession, payment_ids: Iterable[int], code: str = "") -> None:
    """Require that this opening was shown one of these payments of a half-done action.

    Anybody at the portal can open a card that they may not see: the portal shows them nothing of
    it, and neither may our own memory. Raises NotOnThisCardError, as if there were no such action.
    """
    if card.shown.isdisjoint(payment_ids):
        raise NotOnThisCardError("nothing of this was shown here", code=code)


def dismiss(card: CardSession, notice_id: int) -> None:
    """Delete a state that a person has dealt with, who was shown it. Raises NotOnThisCardError."""
    with card.db.transaction() as session:
        present = partial_actions.of_card(session, card.member_id, card.ref)
        noticed = [action for action in present if action.id == notice_id]
        if not noticed:
            raise NotOnThisCardError("no such notice on this card")
        require_shown(card, _payment_ids(noticed[0]))
        partial_actions.settle(session, card.member_id, notice_id)


def _is_settled(action: PartialAction, core: CardSnapshot, compositions: Compositions) -> bool:
    listed = [payment_id for payment_id in _payment_ids(action) if not core.is_gone(payment_id)]
    if action.kind in OF_ONE_PAYMENT:
        return not listed
    if any(
        payment_id in compositions and not compositions[payment_id].is_whole
        for payment_id in listed
    ):
        return False
    holding = [
        payment_id
        for payment_id in listed
        if payment_id in compositions
        and any(
            link.document_id == action.data["document_id"]
            for link in compositions[payment_id].links
        )
    ]
    if action.kind == HalfDone.DELIVERY_NOWHERE:
        return bool(holding) or not listed
    return all(payment_id in compositions for payment_id in listed) and len(holding) <= 1


def _payment_ids(action: PartialAction) -> list[int]:
    data = action.data
    ids = [data["payment_id"]] if action.kind in OF_ONE_PAYMENT else data["payment_ids"]
    return [int(payment_id) for payment_id in ids]


def _texts(data: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in data.items() if isinstance(value, str)}
