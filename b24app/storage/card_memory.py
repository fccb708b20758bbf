"""Remember a card's payment ids, since when each is known, and rows of baskets; no content."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from . import card_rows
from .deletion import delete_some
from .models import CardMemory
from .upsert import insert_into, put

EXACT = timedelta(days=1)
"""A payment that was not there so shortly before has been created since: its age is known."""


LAPSED = "returned"
"""What `first_seen` has only where a payment was paid once and is unpaid again."""

_CARDS = CardMemory.__table__.c
_IS_CARD = card_rows.is_card(CardMemory)
_PAYMENT_IDS = select(_CARDS.payment_ids).where(*_IS_CARD)
_LAPSED = select(_CARDS.first_seen[LAPSED]).where(*_IS_CARD)
_FIRST_SEEN = select(_CARDS.first_seen, _CARDS.seen_at).where(*_IS_CARD)
_LINE_ROWS = select(_CARDS.basket_rows, _CARDS.line_rows).where(*_IS_CARD)
_LINE_ROWS_TO_CHANGE = _LINE_ROWS.with_for_update()

MOST_GONE = 5_000
"""Payments that a list lacks of which a row could not be read: the newest are kept on."""

MOST_LINES = 2_000
"""The newest are remembered: what a card has is written with each addition."""

SEVERAL = 0
"""Noted of a basket that rows share: which one a line of it bills, the basket does not say."""


@dataclass(frozen=True, slots=True)
class FirstSight:
    """When a payment was first listed; `is_exact` where it was created at about that time.

    `returned` is None unless it was paid once and is unpaid again: then its stamp, where the portal
    last said that its money was given back, and else "".
    """

    at: datetime
    is_exact: bool
    returned: str | None = None


@dataclass(frozen=True, slots=True)
class LineRows:
    """The product rows of lines, as far as they were noted: by basket, and by line.

    Of a line its product is known, too, 0 for none of the catalog.
    """

    by_basket: Mapping[int, int]
    by_line: Mapping[int, tuple[int, int]]


def payment_ids(session: Session, member_id: str, ref: EntityRef) -> tuple[int, ...]:
    """Return the payments last seen on this card, empty for a card not seen before."""
    return tuple(session.scalar(_PAYMENT_IDS, card_rows.key(member_id, ref)) or ())


def has_lapsed(session: Session, member_id: str, ref: EntityRef) -> bool:
    """Return whether a payment last seen on this card was paid once and was unpaid again."""
    return session.scalar(_LAPSED, card_rows.key(member_id, ref)) is not None


def first_sights(session: Session, member_id: str, ref: EntityRef) -> dict[int, FirstSight]:
    """Return since when each payment of this card is known, by payment id."""
    return _read(session.scalar(_FIRST_SEEN, card_rows.key(member_id, ref)) or {})


def save_known_payments(
    session: Session,
    member_id: str,
    ref: EntityRef,
    payment_ids: Iterable[int],
    now: datetime,
    *,
    is_whole: bool = True,
    lapsed: Mapping[int, str | None] = MappingProxyType({}),
) -> dict[int, FirstSight]:
    """Keep the payments now seen on this card; return since when each that is known is known.

    Raises UnknownPortalError. `is_whole`: the list had no row that could not be read. Of one that
    had, nothing is concluded. `lapsed` are those that were paid once and are unpaid again, with
    what to keep as `returned`, None where nobody said.
    """
    listed = list(payment_ids)
    row = session.execute(_FIRST_SEEN, card_rows.key(member_id, ref)).one_or_none()
    kept = (row.first_seen if row else None) or {}
    known = _read(kept)
    is_exact = row is not None and bool(kept.get("whole")) and now - row.seen_at <= EXACT
    new = FirstSight(now.replace(microsecond=0), is_exact)
    sights = {payment_id: known.get(payment_id) or new for payment_id in listed}
    for payment_id, sight in sights.items():
        mark = _mark(sight, lapsed[payment_id]) if payment_id in lapsed else None
        if mark != sight.returned:
            sights[payment_id] = replace(sight, returned=mark)
    if not is_whole:
        sights = {**_newest_gone(known, sights), **sights}
    put(
        session,
        CardMemory,
        member_id=member_id,
        entity_type_id=ref.entity_type_id,
        entity_id=ref.entity_id,
        payment_ids=listed,
        first_seen=_written(sights, is_whole=is_whole),
        seen_at=now,
    )
    return sights


def _newest_gone(known: Mapping[int, FirstSight], listed: Container[int]) -> dict[int, FirstSight]:
    gone = sorted(payment_id for payment_id in known if payment_id not in listed)
    return {payment_id: known[payment_id] for payment_id in gone[-MOST_GONE:]}


def _mark(sight: FirstSight, said: str | None) -> str:
    return (sight.returned or "") if said is None else said


def line_rows(session: Session, member_id: str, ref: EntityRef) -> LineRows:
    """Return of which product rows of the card lines and baskets are, as far as it was noted."""
    kept = session.execute(_LINE_ROWS, card_rows.key(member_id, ref)).one_or_none()
    baskets, lines = (kept.basket_rows or {}, kept.line_rows or {}) if kept else ({}, {})
    return LineRows(
        {int(basket_id): row_id for basket_id, row_id in baskets.items()},
        {int(line_id): (row_id, product_id) for line_id, (row_id, product_id) in lines.items()},
    )


def note_line_rows(
    session: Session, member_id: str, ref: EntityRef, noted: LineRows, now: datetime
) -> None:
    """Remember of which product rows these baskets and lines are. Raises UnknownPortalError."""
    # People who bill at once wait here for each other: each adds to what the other has noted.
    session.execute(
        insert_into(
            session,
            CardMemory,
            member_id=member_id,
            entity_type_id=ref.entity_type_id,
            entity_id=ref.entity_id,
            payment_ids=[],
            seen_at=now,
        ).on_conflict_do_nothing()
    )
    known = session.execute(_LINE_ROWS_TO_CHANGE, card_rows.key(member_id, ref)).one()
    baskets = dict(known.basket_rows or {})
    for basket_id, row_id in noted.by_basket.items():
        is_shared = baskets.get(str(basket_id), row_id) != row_id
        baskets[str(basket_id)] = SEVERAL if is_shared else row_id
    lines = {int(line_id): row for line_id, row in (known.line_rows or {}).items()}
    lines |= {line_id: list(row) for line_id, row in noted.by_line.items()}
    newest = {str(line_id): lines[line_id] for line_id in sorted(lines)[-MOST_LINES:]}
    session.execute(
        update(CardMemory)
        .where(*card_rows.of(CardMemory, member_id, ref))
        .values(basket_rows=baskets, line_rows=newest, seen_at=now)
        .execution_options(synchronize_session=False)
    )


def delete_older(session: Session, before: datetime) -> int:
    """Forget cards not seen since `before`. Returns how many."""
    return delete_some(session, CardMemory, CardMemory.seen_at < before)


def _read(kept: Mapping[str, Any]) -> dict[int, FirstSight]:
    lapsed = kept.get(LAPSED, {})
    return {
        int(payment_id): FirstSight(
            datetime.fromtimestamp(seconds, UTC), name == "exact", lapsed.get(payment_id)
        )
        for name in ("exact", "at_least")
        for payment_id, seconds in kept.get(name, {}).items()
    }


def _written(sights: Mapping[int, FirstSight], *, is_whole: bool) -> dict[str, Any]:
    """Write short what a card of 500 payments repeats at every opening."""
    written: dict[str, Any] = {"whole": is_whole, "exact": {}, "at_least": {}}
    for payment_id, sight in sights.items():
        name = "exact" if sight.is_exact else "at_least"
        written[name][str(payment_id)] = int(sight.at.timestamp())
        if sight.returned is not None:
            written.setdefault(LAPSED, {})[str(payment_id)] = sight.returned
    return written
