"""One request: who acts on which card of which portal, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from b24app.bitrix.wire.portal_api import PortalApi
from b24app.domain import EntityRef, PortalUser, TokenPair
from b24app.errors import RuleRefusedError, UnprovenError
from b24app.services.actions import Action
from b24app.services.deps import Deps
from b24app.services.settings import PortalRules, rules_from
from b24app.storage.session import Database


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


@dataclass(eq=False)
class CardSession:
    """Who acts on which card, and everything this takes. Made once a request.

    The portal, the card and its settings stay what they were when the request began. What may
    change is what a proof brings: the user, and with them the token that `api` speaks with. It
    changes on the request's own thread, never while others of it run.
    """

    deps: Final[Deps]
    ticket: Final[Ticket]
    client_endpoint: Final[str]
    app_code: Final[str]
    settings: Final[Mapping[str, Any]]
    """As the portal's administrators saved them; `rules` says what they mean."""

    api: PortalApi
    user: PortalUser | None = None
    """None until the portal has confirmed the opener."""

    listed: frozenset[int] = frozenset()
    shown: frozenset[int] = frozenset()
    """Every payment this opening was ever shown; one that is not `listed` any more is gone."""
    is_listing_fresh: bool = False
    seen_before: frozenset[int] = frozenset()
    """The payments last seen on this card, by anybody."""
    posted: TokenPair | None = None
    named_owner: int | None = None
    """Whose the authorization server says `posted` is; None where it was not asked."""

    @property
    def member_id(self) -> str:
        """The portal's id."""
        return self.ticket.member_id

    @property
    def ref(self) -> EntityRef:
        """The object whose card it is."""
        return self.ticket.ref

    @property
    def launch_id(self) -> str:
        """The opening that the request belongs to."""
        return self.ticket.launch_id

    @property
    def language(self) -> str:
        """The frame's LANG, as it was posted."""
        return self.ticket.language

    @property
    def is_grouped(self) -> bool:
        """Whether the object is one of several on a card that owns no payments."""
        return self.ticket.is_grouped

    @property
    def user_id(self) -> int:
        """The acting user's id. Raises UnprovenError before the proof."""
        if self.user is None:
            raise UnprovenError("the opener is not proven yet")
        return self.user.id

    @property
    def user_name(self) -> str:
        """The acting user's name, "" before the proof."""
        return self.user.name if self.user is not None else ""

    @property
    def time_zone(self) -> str:
        """The acting user's time zone as the portal names it, "" before the proof."""
        return self.user.time_zone if self.user is not None else ""

    @cached_property
    def rules(self) -> PortalRules:
        """What the portal's settings allow and ask for."""
        return rules_from(self.settings)

    @property
    def db(self) -> Database:
        """Our database."""
        return self.deps.db

    @property
    def clock(self) -> Callable[[], datetime]:
        """Answers aware UTC."""
        return self.deps.clock

    def one_action(self) -> AbstractContextManager[None]:
        """Bound the steps of one write, as `Deps.one_action` does."""
        return self.deps.one_action()

    def require_rule(self, action: Action) -> None:
        """Raises RuleRefusedError where the portal's settings keep the action from this user."""
        if self.user is None or action not in self.rules.allowed(self.user):
            raise RuleRefusedError("the portal's rules forbid this action", code=action)

    def on_linked(self, ticket: Ticket) -> CardSession:
        """The same person on the card of another object, with its own launch."""
        return replace(self, ticket=ticket, seen_before=frozenset())
