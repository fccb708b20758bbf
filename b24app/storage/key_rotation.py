"""Encrypt everything stored with the newest key, so that an old one can be removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
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

Key = tuple[Any, ...]


@dataclass(slots=True)
class Resealed:
    """How many secrets were sealed again, and how many no present key could open."""

    renewed: int = 0
    unreadable: int = 0


def reseal(database: Database, cipher: Cipher) -> Resealed:
    """Encrypt every stored secret with the first of `TOKEN_KEYS`; repeatable, while the app runs.

    Works in short transactions, each on one portal. Run it when every process has the new key in
    the first place: one that has not would go on sealing with the old one.
    """
    total = Resealed()
    for model in SEALED:
        after: Key | None = ()
        while after is not None:
            with database.of_all().reading() as session:
                rows = _page(session, model, after)
            old = [key for key, secrets in rows if not all(map(cipher.is_newest, secrets))]
            for member_id, keys in groupby(old, key=lambda key: key[0]):
                with database.of(member_id).transaction() as session:
                    _reseal_rows(session, cipher, model, keys, total)
            after = rows[-1][0] if len(rows) == PAGE else None
    return total


def _page(session: Session, model: type[Base], after: Key) -> list[tuple[Key, list[str]]]:
    """Return the next keys, which all begin with the portal, with what is sealed there."""
    key = inspect(model).primary_key
    columns = [getattr(model, name) for name in SEALED[model]]
    query = select(*key, *columns).order_by(*key).limit(PAGE)
    if after:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = [tuple(row) for row in session.execute(query)]
    return [(row[: len(key)], [secret for secret in row[len(key) :] if secret]) for row in rows]


def _reseal_rows(
    session: Session, cipher: Cipher, model: type[Base], keys: Iterable[Key], total: Resealed
) -> None:
    for key in keys:
        # Locked, so that a pair refreshed in the meantime is not overwritten by the old one.
        row = session.get(model, key, with_for_update=True)
        if row is not None:
            _reseal_row(cipher, row, SEALED[model], total)


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
