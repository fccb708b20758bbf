"""One request: who acts on which card of which portal, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any, Final

from b24app.bitrix.wire.portal_api import PortalApi
from b24app.domain import EntityRef, PortalUser, TokenPair
from b24app.errors import RuleRefusedError, UnprovenError
from b24app.services import time_zones
from b24app.services.actions import Action
from b24app.services.deps import Deps
from b24app.services.settings import PortalRules, rules_from
from b24app.storage.session import Database


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """What the signed session token carries. `sealed` holds the posted, unproven tokens.

    A pair exchanged for them never travels: it waits on the server under `launch_id`.
    `is_grouped`: the object is one of several on a card that owns no payments. `is_vouched`: the
    frame's post held the portal's application_token, so it does not come from a stranger. `told`:
    the sealed one of the post where none is known, see `launches.prove`.
    """

    launch_id: str
    member_id: str
    ref: EntityRef
    language: str
    sealed: str
    is_grouped: bool = False
    is_vouched: bool = False
    told: str = ""


@dataclass(eq=False)
class CardSession:
    """Who acts on which card, and everything needed for it. Made once per request.

    The portal, the card and its settings do not change during the request. A proof may change the
    user, and with them the token that `api` uses. This happens on the request's own thread, never
    while its other threads run.
    """

    deps: Final[Deps]
    ticket: Final[SessionClaims]
    client_endpoint: Final[str]
    app_code: Final[str]
    settings: Final[Mapping[str, Any]]
    """The settings as the administrators saved them; `rules` gives their meaning."""

    api: PortalApi
    user: PortalUser | None = None
    """None until the portal has confirmed the opener."""

    listed: frozenset[int] = frozenset()
    shown: frozenset[int] = frozenset()
    """Every payment this opening was ever shown; one that is no longer `listed` is gone."""
    listed_at: datetime | None = None
    """When the portal last listed this opening's payments; None before it did."""
    is_listing_fresh: bool = False
    seen_before: frozenset[int] = frozenset()
    """The payments last seen on this card, by anybody."""
    has_lapsed: bool = False
    """Whether one of them was paid once and was unpaid again: it may have been given back."""
    nameless: frozenset[int] = frozenset()
    """The people of this portal whose names are yet to be read."""
    posted: TokenPair | None = None
    named_owner: int | None = None
    """The owner of `posted` according to the authorization server; None if it was not asked."""
    browser_zone: str = ""
    """The time zone of the opener's browser, as it says."""
    is_answer_lost: bool = False
    """No answer came to writes of this request: the portal may be at them still."""

    @property
    def member_id(self) -> str:
        """Return the portal's id."""
        return self.ticket.member_id

    @property
    def ref(self) -> EntityRef:
        """Return the object whose card this is."""
        return self.ticket.ref

    @property
    def launch_id(self) -> str:
        """Return the id of the opening that the request belongs to."""
        return self.ticket.launch_id

    @property
    def language(self) -> str:
        """Return the frame's LANG as posted."""
        return self.ticket.language

    @property
    def is_grouped(self) -> bool:
        """Return whether the object is one of several on a card that owns no payments."""
        return self.ticket.is_grouped

    @property
    def user_id(self) -> int:
        """Return the acting user's id. Raises UnprovenError before the proof."""
        if self.user is None:
            raise UnprovenError("the opener is not proven yet")
        return self.user.id

    @property
    def user_name(self) -> str:
        """Return the acting user's name, "" before the proof."""
        return self.user.name if self.user is not None else ""

    @property
    def time_zone(self) -> str:
        """Return the acting user's time zone as the portal names it, else their browser's.

        The profile of most people names none: Bitrix24 itself goes by their browser then.
        """
        named = self.user.time_zone if self.user is not None else ""
        return named if time_zones.load(named) else self.browser_zone

    @property
    def zone(self) -> tzinfo:
        """Return the acting user's time zone, UTC where none is known."""
        return time_zones.load(self.time_zone) or UTC

    @cached_property
    def rules(self) -> PortalRules:
        """Return the rules from the portal's settings."""
        return rules_from(self.settings)

    @cached_property
    def db(self) -> Database:
        """Return our database as the portal sees it."""
        return self.deps.db.of(self.member_id)

    @property
    def clock(self) -> Callable[[], datetime]:
        """Return the clock, which answers aware UTC."""
        return self.deps.clock

    def one_action(self) -> AbstractContextManager[None]:
        """Limit the time of all steps of one write, as `Deps.one_action` does."""
        return self.deps.one_action()

    def require_rule(self, action: Action) -> None:
        """Raise RuleRefusedError if the portal's settings forbid this user the action."""
        if self.user is None or action not in self.rules.allowed(self.user):
            raise RuleRefusedError("the portal's rules forbid this action", code=action)

    def on_linked(self, ticket: SessionClaims) -> CardSession:
        """Return a session of the same person on another object's card, with its own launch."""
        return replace(self, ticket=ticket, seen_before=frozenset(), has_lapsed=False)
