"""Keep the events that wait to be proven by their own tokens.

Anybody can send such an event, so the lists are short: one for each portal, and one for all unknown
portals. Addresses take turns, and one that fills a list pushes out only its own events.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from b24app.bitrix.payloads import EventCall
from b24app.domain import TokenResponse
from b24app.errors import InstallationUnprovenError
from b24app.services.deps import Deps
from b24app.services.lifecycle.tasks import PAUSES
from b24app.storage import grants_as_json, jobs
from b24app.storage.session import Session

PROOF = "event_tokens"
"""The kind of work that proves events by their tokens."""

STRANGERS = "*"
"""In place of a member_id: the list of all unproven portals."""

PACE = timedelta(seconds=6)
"""The time between two tries: ten in a minute."""

LISTED = 40
MAX_TOKEN = 512
MAX_TEXT = 32

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """What one event says, until its tokens are used.

    `ts` is the portal's time of sending, 0 if it is missing; `came_at` is ours. `grant`: what the
    authorization server gave for the refresh token, which is then used up. After a failed try it
    waits until `not_before`. `address` is the network the event came from.
    """

    event: str
    member_id: str
    refresh_token: str
    server_endpoint: str
    application_token: str
    version: str
    language: str
    ts: int
    came_at: datetime
    address: str
    grant: Payload | None = None
    tries: int = 0
    not_before: datetime | None = None

    @classmethod
    def of(cls, call: EventCall, came_at: datetime, address: str) -> Claim:
        """Read an event."""
        return cls(
            event=call.event,
            member_id=call.auth.member_id,
            refresh_token=call.auth.refresh_token,
            server_endpoint=call.auth.server_endpoint,
            application_token=call.auth.application_token,
            version=call.texts.get("VERSION", "")[:MAX_TEXT],
            language=call.texts.get("LANGUAGE_ID", "")[:MAX_TEXT],
            ts=call.ts,
            came_at=came_at,
            address=address,
        )

    @classmethod
    def load(cls, saved: Payload) -> Claim:
        """Read a claim from the list."""
        not_before = saved["not_before"]
        moments = {
            "came_at": datetime.fromisoformat(saved["came_at"]),
            "not_before": datetime.fromisoformat(not_before) if not_before else None,
        }
        return cls(**{**saved, **moments})

    @property
    def saved(self) -> Payload:
        """Return the claim as the list stores it."""
        not_before = self.not_before and self.not_before.isoformat()
        return {**asdict(self), "came_at": self.came_at.isoformat(), "not_before": not_before}

    @property
    def key(self) -> str:
        """Return what tells claims apart. The same event, delivered twice, is one claim."""
        parts = (self.event, self.member_id, self.refresh_token, self.application_token)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def with_grant(self, grant: TokenResponse) -> Claim:
        """Return the claim with a proven pair."""
        return replace(self, grant=grants_as_json.written(grant))

    def later(self, now: datetime) -> Claim | None:
        """Return the claim after a failed try; None if it was tried often enough."""
        if self.tries >= len(PAUSES):
            return None
        return replace(self, tries=self.tries + 1, not_before=now + PAUSES[self.tries])


def read(payload: Payload) -> list[Claim]:
    """Return the claims of a list, the oldest first."""
    return [Claim.load(saved) for saved in payload["claims"]]


def written(claims: list[Claim]) -> Payload:
    """Return a list of claims as a payload."""
    return {"claims": [claim.saved for claim in claims]}


def enqueue(session: Session, deps: Deps, claim: Claim, *, is_known: bool) -> bool:
    """Enqueue the event to have its tokens tried. False if its list is already being processed.

    Raises InstallationUnprovenError for what cannot be a token.
    """
    if max(len(claim.refresh_token), len(claim.application_token)) > MAX_TOKEN:
        raise InstallationUnprovenError("no token is as long as this")
    now = deps.clock()
    return jobs.put(
        session,
        deps.cipher,
        kind=PROOF,
        member_id=list_of(claim, is_known=is_known),
        payload=written([claim]),
        run_at=now,
        now=now,
        pace=PACE,
        merge=merged,
    )


def list_of(claim: Claim, *, is_known: bool) -> str:
    """Return the member_id under which the event waits: its own, or that of all strangers."""
    return claim.member_id if is_known else STRANGERS


def holds_token(session: Session, deps: Deps, member_id: str, application_token: str) -> bool:
    """Return whether an event that waits to be proven brings this application_token."""
    payload = jobs.waiting(session, deps.cipher, PROOF, member_id)
    tokens = [claim.application_token for claim in read(payload)] if payload else []
    given = application_token.encode()
    return any(hmac.compare_digest(token.encode(), given) for token in tokens if token)


def merged(waiting: Payload, given: Payload) -> Payload:
    """Merge two lists. A long one loses the oldest claim of the address that fills it most."""
    claims = read(waiting)
    known = {claim.key for claim in claims}
    claims += [claim for claim in read(given) if claim.key not in known]
    while len(claims) > LISTED:
        held = Counter(claim.address for claim in claims if claim.grant is None)
        if not held:
            break
        fullest = held.most_common(1)[0][0]
        claims.remove(
            next(claim for claim in claims if claim.address == fullest and not claim.grant)
        )
    return written(claims)


def next_of(claims: list[Claim], now: datetime, may_try: Callable[[Claim], bool]) -> Claim | None:
    """Return whose turn it is: proven ones first, then the newest of the rarest address."""
    held = Counter(claim.address for claim in claims)
    ready = [
        claim for claim in reversed(claims) if claim.not_before is None or claim.not_before <= now
    ]
    ready.sort(key=lambda claim: (claim.grant is None, held[claim.address]))
    return next((claim for claim in ready if claim.grant is not None or may_try(claim)), None)


def replaced(claim: Claim, by: Claim | None) -> jobs.Change:
    """Return a change of the list that replaces `claim` with `by`, or removes it."""

    def new(payload: Payload) -> Payload:
        claims = [by if waiting.key == claim.key else waiting for waiting in read(payload)]
        return written([kept for kept in claims if kept is not None])

    return new
