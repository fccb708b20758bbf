"""Encrypt everything stored with the newest key, so that an old one can be removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select, tuple_
from sqlalchemy.orm import Session

from b24app.cipher import Cipher, DecryptionError

from .models import Base, Job, PendingGrant, Portal, UserToken
from .session import Database

SEALED: dict[type[Base], tuple[str, ...]] = {
    Portal: (
        "application_token_sealed",
        "former_token_sealed",
        "grant_access_sealed",
        "grant_refresh_sealed",
    ),
    UserToken: ("access_sealed", "refresh_sealed"),
    Job: ("payload_sealed",),
    PendingGrant: ("content_sealed",),
}
PAGE = 200


@dataclass(slots=True)
class Resealed:
    """How many secrets were sealed again, and how many no present key could open."""

    renewed: int = 0
    unreadable: int = 0


def reseal(database: Database, cipher: Cipher) -> Resealed:
    """Encrypt every stored secret with the first of `TOKEN_KEYS`; repeatable, while the app runs.

    Works in short transactions. Run it when every process has the new key in the first place: one
    that has not would go on sealing with the old one.
    """
    total = Resealed()
    for model in SEALED:
        after: tuple[Any, ...] | None = ()
        while after is not None:
            with database.transaction() as session:
                after = _reseal_page(session, cipher, model, after, total)
    return total


def _reseal_page(
    session: Session, cipher: Cipher, model: type[Base], after: tuple[Any, ...], total: Resealed
) -> tuple[Any, ...] | None:
    """Return the key of the last row, or None after the last page."""
    key = inspect(model).primary_key
    # Lock the rows, so that a pair refreshed in the meantime is not overwritten by the old one.
    query = select(model).order_by(*key).limit(PAGE).with_for_update()
    if after:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = session.scalars(query).all()
    for row in rows:
        _reseal_row(cipher, row, SEALED[model], total)
    if len(rows) < PAGE:
        return None
    return tuple(getattr(rows[-1], column.name) for column in key)


def _reseal_row(cipher: Cipher, row: Base, columns: tuple[str, ...], total: Resealed) -> None:
    for column in columns:
        sealed = getattr(row, column)
        if not sealed or cipher.is_newest(sealed):
            continue
        try:
            setattr(row, column, cipher.rotate(sealed))
        except DecryptionError:
            total.unreadable += 1
        else:
            total.renewed += 1
