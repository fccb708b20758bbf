"""Who acts, where, and with which tokens: what every use case is told about its request."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.portal_api import PortalApi
from b24app.domain import EntityRef, PortalUser, TokenPair
from b24app.errors import UnprovenError


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the signed session token carries. `sealed` holds the posted, unproven tokens.

    A pair that was exchanged for them never travels: it waits on the server under `launch_id`.
    `is_grouped`: the object is one of several on a card that owns no payments. `is_vouched`: the
    frame's post held the portal's application_token, so a stranger did not make it up.
    """

    launch_id: str
    member_id: str
    ref: EntityRef
    language: str
    sealed: str
    is_grouped: bool = False
    is_vouched: bool = False


@dataclass(frozen=True)
class Acting:
    """Who acts on which card. `user` is None until the portal has confirmed the opener."""

    member_id: str
    client_endpoint: str
    app_code: str
    ref: EntityRef
    launch_id: str
    language: str
    api: PortalApi
    user: PortalUser | None = None
    listed: frozenset[int] = frozenset()
    shown: frozenset[int] = frozenset()
    """Every payment this opening was ever shown; one that is not `listed` any more is gone."""
    is_listing_fresh: bool = False
    posted: TokenPair | None = None
    named_owner: int | None = None
    """Whose the authorization server says `posted` is; None where it was not asked."""
    is_grouped: bool = False

    @property
    def user_id(self) -> int:
        """The acting user's id. Raises UnprovenError before the proof."""
        if self.user is None:
            raise UnprovenError("the opener is not proven yet")
        return self.user.id
