"""Keep pairs that the authorization server confirmed until the portal confirms their owner.

The posted refresh token is used up by then, so the new pair has to be kept somewhere until the
portal answers. It waits here, for one session, and never travels through a browser.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.cipher import Cipher
from b24app.domain import TokenResponse

from .deletion import delete_some, delete_where
from .grants_as_json import read, written
from .models import PendingGrant
from .sealed import open_or_none
from .upsert import put


@dataclass(frozen=True, slots=True)
class Pending:
    """`application_token` is what the installer was posted, None for the opening of a page."""

    grant: TokenResponse
    application_token: str | None


def save(
    session: Session,
    cipher: Cipher,
    launch_id: str,
    pending: Pending,
    *,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a pair for one launch, and delete what is over of this portal."""
    member_id = pending.grant.member_id
    is_over = PendingGrant.expires_at <= now
    delete_where(session, PendingGrant, PendingGrant.member_id == member_id, is_over)
    put(
        session,
        PendingGrant,
        member_id=member_id,
        launch_id=launch_id,
        content_sealed=cipher.encrypt(_written(pending)),
        expires_at=expires_at,
    )


def find(
    session: Session, cipher: Cipher, launch_id: str, member_id: str, now: datetime
) -> Pending | None:
    """Return what waits for this launch of this portal; None where it is over or unreadable."""
    row = session.get(PendingGrant, (member_id, launch_id))
    if row is None or row.expires_at <= now:
        return None
    content = open_or_none(cipher, row.content_sealed)
    return None if content is None else _read(content)


def delete(session: Session, member_id: str, launch_id: str) -> bool:
    """Forget the pair: it was confirmed and kept elsewhere, or is of no use.

    Returns whether it was there. Of two transactions that ask at once, the second waits and reads
    what the first has made of it.
    """
    which = (PendingGrant.member_id == member_id, PendingGrant.launch_id == launch_id)
    return delete_where(session, PendingGrant, *which) > 0


def delete_expired(session: Session, now: datetime) -> int:
    """Delete pairs that were never claimed. Returns how many."""
    return delete_some(session, PendingGrant, PendingGrant.expires_at <= now)


def _written(pending: Pending) -> str:
    return json.dumps({**written(pending.grant), "application_token": pending.application_token})


def _read(text: str) -> Pending:
    content = json.loads(text)
    return Pending(read(content), content["application_token"])
