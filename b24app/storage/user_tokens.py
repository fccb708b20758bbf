"""Store the acting users' own tokens, by portal and user."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from b24app.cipher import Cipher
from b24app.domain import TokenPair

from .deletion import delete_some, delete_where
from .models import UserToken
from .sealed import open_pair
from .upsert import insert_into

_PAIRS = UserToken.__table__.c
_FIND = select(_PAIRS.access_sealed, _PAIRS.refresh_sealed, _PAIRS.expires_at).where(
    _PAIRS.member_id == bindparam("member_id"), _PAIRS.user_id == bindparam("user_id")
)


def find(session: Session, cipher: Cipher, member_id: str, user_id: int) -> TokenPair | None:
    """Return the user's pair; None where there is none or no key opens it."""
    row = session.execute(_FIND, {"member_id": member_id, "user_id": user_id}).one_or_none()
    return None if row is None else open_pair(cipher, *row)


def is_kept(session: Session, member_id: str, user_id: int) -> bool:
    """Return whether a pair of the user is kept, readable or not."""
    query = select(UserToken.user_id).where(*_of(member_id, user_id))
    return session.scalar(query) is not None


def newest(session: Session, member_id: str, limit: int) -> list[int]:
    """Return the users whose pairs were renewed or posted last, newest first."""
    query = select(UserToken.user_id).where(UserToken.member_id == member_id)
    return list(session.scalars(query.order_by(UserToken.updated_at.desc()).limit(limit)))


def save(
    session: Session,
    cipher: Cipher,
    member_id: str,
    user_id: int,
    tokens: TokenPair,
    *,
    is_admin: bool | None,
    now: datetime,
) -> None:
    """Replace the user's pair. `is_admin` None keeps what is known; nothing known means no.

    Raises UnknownPortalError at the latest when the transaction ends.
    """
    values = {
        "access_sealed": cipher.encrypt(tokens.access_token),
        "refresh_sealed": cipher.encrypt(tokens.refresh_token) if tokens.refresh_token else "",
        "expires_at": tokens.expires_at,
        "updated_at": now,
    }
    known = {} if is_admin is None else {"is_admin": is_admin}
    statement = insert_into(
        session,
        UserToken,
        member_id=member_id,
        user_id=user_id,
        is_admin=bool(is_admin),
        **values,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "user_id"], set_=values | known
        )
    )


def forget(session: Session, member_id: str, user_id: int) -> None:
    """Delete the user's pair."""
    delete_where(session, UserToken, *_of(member_id, user_id))


def delete_older(session: Session, before: datetime) -> int:
    """Delete pairs not renewed since `before`; a refresh token lives 180 days. Returns how many."""
    return delete_some(session, UserToken, UserToken.updated_at < before)


def _of(member_id: str, user_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return UserToken.member_id == member_id, UserToken.user_id == user_id
