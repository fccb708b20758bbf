"""Read in one statement what a request of an opened tab begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, bindparam, case, cast, select
from sqlalchemy.orm import Session

from b24app.cipher import Cipher
from b24app.domain import EntityRef, PortalUser, TokenPair

from . import card_rows
from .cached_lists import USER_NAMES
from .card_memory import LAPSED
from .models import CachedList, CardMemory, Launch, Portal, PortalSettings, UserToken
from .sealed import open_pair

_PORTALS, _SETTINGS, _CARDS, _LAUNCHES, _TOKENS, _NAMES = (
    model.__table__ for model in (Portal, PortalSettings, CardMemory, Launch, UserToken, CachedList)
)
# As a rule there are none, and hundreds of names would travel with each request.
_UNREAD_NAMES = case((cast(_NAMES.c.data, Text).like("%: null%"), _NAMES.c.data))
# A statement of its own for each table costs more than all of their rows, and on PostgreSQL a round
# trip. Each table has one row at most: they are asked for by their whole keys.
_RESUME = (
    select(
        _PORTALS.c.state,
        _PORTALS.c.client_endpoint,
        _PORTALS.c.app_code,
        _PORTALS.c.batch_refused_until,
        _PORTALS.c.grant_user_id,
        _SETTINGS.c.data.label("settings"),
        _CARDS.c.payment_ids,
        _CARDS.c.first_seen[LAPSED].label("lapsed"),
        _LAUNCHES.c.user_id,
        _LAUNCHES.c.user_name,
        _LAUNCHES.c.is_admin,
        _LAUNCHES.c.time_zone,
        _LAUNCHES.c.entity_type_id,
        _LAUNCHES.c.entity_id,
        _LAUNCHES.c.listed,
        _LAUNCHES.c.listed_at,
        _LAUNCHES.c.shown,
        _TOKENS.c.access_sealed,
        _TOKENS.c.refresh_sealed,
        _TOKENS.c.expires_at,
        _UNREAD_NAMES.label("names"),
    )
    .select_from(_PORTALS)
    .outerjoin(_SETTINGS, _SETTINGS.c.member_id == _PORTALS.c.member_id)
    .outerjoin(
        _CARDS,
        and_(
            _CARDS.c.member_id == _PORTALS.c.member_id,
            _CARDS.c.entity_type_id == bindparam("type_id"),
            _CARDS.c.entity_id == bindparam("entity_id"),
        ),
    )
    .outerjoin(
        _LAUNCHES,
        and_(
            _LAUNCHES.c.member_id == _PORTALS.c.member_id,
            _LAUNCHES.c.launch_id == bindparam("launch_id"),
        ),
    )
    .outerjoin(
        _TOKENS,
        and_(
            _TOKENS.c.member_id == _PORTALS.c.member_id,
            _TOKENS.c.user_id == _LAUNCHES.c.user_id,
        ),
    )
    .outerjoin(
        _NAMES, and_(_NAMES.c.member_id == _PORTALS.c.member_id, _NAMES.c.kind == USER_NAMES)
    )
    .where(_PORTALS.c.member_id == bindparam("member_id"))
)


@dataclass(frozen=True, slots=True)
class ProvenLaunch:
    """An opening proven earlier. `tokens` are its user's own, None where no key opens them."""

    user: PortalUser
    ref: EntityRef
    listed: frozenset[int]
    shown: frozenset[int]
    listed_at: datetime | None
    tokens: TokenPair | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """The portal, its settings as saved, the payments last seen on the card, and the launch.

    `launch` is None if nobody was proven for it; `nameless` are people whose names are to be read.
    `has_lapsed`: one of those payments was paid once and was unpaid again.
    """

    member_id: str
    state: str
    client_endpoint: str
    app_code: str | None
    batch_refused_until: datetime | None
    grant_user_id: int | None
    settings: dict[str, Any]
    payment_ids: frozenset[int]
    has_lapsed: bool
    nameless: frozenset[int]
    launch: ProvenLaunch | None


def read(
    session: Session, cipher: Cipher, member_id: str, launch_id: str, ref: EntityRef
) -> Resumed | None:
    """Return it all, or None for a portal that was never proven or is erased."""
    asked = {**card_rows.key(member_id, ref), "launch_id": launch_id}
    row = session.execute(_RESUME, asked).one_or_none()
    if row is None:
        return None
    return Resumed(
        member_id=member_id,
        state=row.state,
        client_endpoint=row.client_endpoint,
        app_code=row.app_code,
        batch_refused_until=row.batch_refused_until,
        grant_user_id=row.grant_user_id,
        settings=dict(row.settings or {}),
        payment_ids=frozenset(row.payment_ids or ()),
        has_lapsed=row.lapsed is not None,
        nameless=frozenset(int(key) for key, name in (row.names or {}).items() if name is None),
        launch=None if row.user_id is None else _launch(cipher, row),
    )


def _launch(cipher: Cipher, row: Any) -> ProvenLaunch:
    sealed = row.access_sealed
    return ProvenLaunch(
        user=PortalUser(row.user_id, row.user_name, row.is_admin, row.time_zone),
        ref=EntityRef(row.entity_type_id, row.entity_id),
        listed=frozenset(row.listed or ()),
        shown=frozenset(row.shown or row.listed or ()),
        listed_at=row.listed_at,
        tokens=sealed and open_pair(cipher, sealed, row.refresh_sealed, row.expires_at),
    )
