"""Token sources: whose token a call carries and how it is renewed after `expired_token`.

Refresh tokens rotate, and of two parallel refreshes one pair is lost. So a refresh runs under a
lease in the database, which works across processes and machines, and the new pair is committed
before it is used (settings/oauth/auto-renewal). The answer also gives the portal's address: it is
the only trusted source of it.

A frame's post may hold one person's access token and another's refresh token, and only the first is
proven when the tab opens. So a renewal asks who owns the new pair: if that is not the person it was
kept for, or if it is of another portal, nothing is kept and nothing is sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.oauth.server import ServerAppInfo
from b24app.bitrix.wire.shares import Share
from b24app.domain import TokenPair, TokenResponse
from b24app.errors import (
    GrantLostError,
    PortalBusyError,
    SessionExpiredError,
    TokenExpiredError,
    UnprovenError,
)
from b24app.services.deps import Deps
from b24app.storage import leases, portals, user_tokens
from b24app.storage.session import Session

LEASE_SECONDS = 20
WAIT_SECONDS = 6.0
PAUSE_SECONDS = 0.05


class PostedTokens:
    """A token from a frame post that is not proven yet.

    It is never refreshed: the frame brings a fresh one (decisions 3 and 5).
    """

    def __init__(self, endpoint: str, access_token: str, share: Share) -> None:
        self.endpoint = endpoint
        self.share = share
        self._access_token = access_token

    def current(self) -> str:
        """Return the posted token."""
        return self._access_token

    def renew(self, rejected: str) -> str:
        """Raise SessionExpiredError: only the frame has a newer token than `rejected`."""
        del rejected
        raise SessionExpiredError("the posted token has expired")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a pair is kept, and its owner. `lease` prevents two renewals at once.

    The owner cannot change until the transaction that has read `owner` ends.
    """

    lease: leases.Key
    owner: Callable[[Session], int | None]
    load: Callable[[Session], TokenPair | None]
    save: Callable[[Session, TokenResponse], None]
    forget: Callable[[Session], None]


class StoredTokens:
    """A pair kept in the database: the acting user's, or the portal's grant.

    Build it with `user_tokens_of` or `grant_tokens_of`. `pair` is given if it was just read.
    """

    def __init__(
        self,
        deps: Deps,
        member_id: str,
        endpoint: str,
        keeping: Keeping,
        pair: TokenPair | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.share = Share(member_id)
        self._deps = deps
        self._db = deps.db.of(member_id)
        self._member_id = member_id
        self._keeping = keeping
        self._access_token = pair.access_token if pair is not None else None

    def current(self) -> str:
        """Return the stored access token, read once. Raises SessionExpiredError if there is none.

        If somebody else renews the pair in the meantime, the portal calls this token expired, and
        `renew` finds the new one.
        """
        if self._access_token is None:
            self._access_token = self._pair().access_token
        return self._access_token

    def renew(self, rejected: str) -> str:
        """Return a token that is not `rejected`; refresh once for everyone who waits.

        Raises SessionExpiredError if the authorization server refuses the refresh token (the frame
        has to bring a new one), UnprovenError if it belonged to somebody else, PortalBusyError
        if the wait was too long.
        """
        owner = secrets.token_hex(8)
        deadline = self._deps.monotonic() + WAIT_SECONDS
        while not self._take(owner):
            pair = self._pair()
            if pair.access_token != rejected:
                return self._kept(pair)
            if self._deps.monotonic() > deadline:
                raise PortalBusyError("another process is still refreshing", code="refreshing")
            self._deps.sleep(PAUSE_SECONDS)
        try:
            return self._kept(self._refresh(rejected))
        finally:
            self._deps.give_back(self._keeping.lease, owner)

    def _kept(self, pair: TokenPair) -> str:
        self._access_token = pair.access_token
        return pair.access_token

    def ask_server(self) -> ServerAppInfo:
        """Ask the authorization server about the installation the pair belongs to.

        Raises like `renew`, and GrantError.
        """
        access_token = self.current()
        try:
            return self._deps.authorization.app_info(access_token, share=self.share)
        except TokenExpiredError:
            return self._deps.authorization.app_info(self.renew(access_token), share=self.share)

    def _take(self, owner: str) -> bool:
        with self._db.transaction() as session:
            return leases.try_take(
                session, self._keeping.lease, owner, self._deps.clock(), LEASE_SECONDS
            )

    def _pair(self) -> TokenPair:
        with self._db.reading() as session:
            pair = self._keeping.load(session)
        if pair is None:
            raise SessionExpiredError("no token is stored for this user")
        return pair

    def _refresh(self, rejected: str) -> TokenPair:
        pair = self._pair()
        if pair.access_token != rejected:
            return pair
        if not pair.refresh_token:
            raise SessionExpiredError("the token has expired and came without a refresh token")
        try:
            grant = self._deps.authorization.refresh(pair.refresh_token, share=self.share)
        except GrantLostError:
            self._drop(pair)
            raise SessionExpiredError("the refresh token was refused") from None
        if not (grant.member_id == self._member_id and self._keep(grant)):
            self._drop(pair)
            raise UnprovenError("the refresh token was of somebody else")
        self.endpoint = grant.client_endpoint
        return grant.tokens

    def _keep(self, grant: TokenResponse) -> bool:
        """Keep a new pair if the place is still its owner's. Return False if it is not.

        The owner may change while the servers are asked, so the writing transaction reads it. The
        pair before it is used up: without this one nobody could be asked again.
        """
        owner = owner_of(self._deps, grant)
        member_id, now = self._member_id, self._deps.clock()

        def keep(_is_again: bool) -> bool:
            with self._db.transaction() as session:
                if self._keeping.owner(session) != owner:
                    return False
                self._keeping.save(session, grant)
                if grant.client_endpoint != self.endpoint:
                    portals.move(session, member_id, grant.client_endpoint, now)
            return True

        return self._deps.store(keep)

    def _drop(self, pair: TokenPair) -> None:
        """Delete a pair that cannot be renewed, unless a newer tab has brought another."""
        with self._db.transaction() as session:
            if self._keeping.load(session) == pair:
                self._keeping.forget(session)


def owner_of(deps: Deps, grant: TokenResponse) -> int:
    """Return the owner of an answered pair; ask the portal if the answer does not say.

    Raises the portal's errors.
    """
    if grant.user_id is not None:
        return grant.user_id
    tokens = PostedTokens(grant.client_endpoint, grant.tokens.access_token, Share(grant.member_id))
    return deps.api_with(tokens).call(portal_api.profile()).id


def user_tokens_of(
    deps: Deps, member_id: str, endpoint: str, user_id: int, pair: TokenPair | None = None
) -> StoredTokens:
    """Return the acting user's own pair; `pair` is given if it was just read."""

    def save(session: Session, grant: TokenResponse) -> None:
        user_tokens.save(
            session,
            deps.cipher,
            member_id,
            user_id,
            grant.tokens,
            is_admin=None,
            now=deps.clock(),
        )

    keeping = Keeping(
        lease=leases.Key(member_id, f"refresh:{user_id}"),
        owner=lambda _session: user_id,
        load=lambda session: user_tokens.find(session, deps.cipher, member_id, user_id),
        save=save,
        forget=lambda session: user_tokens.forget(session, member_id, user_id),
    )
    return StoredTokens(deps, member_id, endpoint, keeping, pair)


def grant_tokens_of(
    deps: Deps, member_id: str, endpoint: str, user_id: int | None = None
) -> StoredTokens:
    """Return the portal's grant. Only for `services/auth/grant.py`, which limits its use.

    With `user_id`, only as long as it is this user's: it may pass to another administrator
    during a request.
    """

    def load(session: Session) -> TokenPair | None:
        if user_id not in {None, portals.grant_owner(session, member_id)}:
            return None
        return portals.grant_tokens(session, deps.cipher, member_id)

    def owner(session: Session) -> int | None:
        portal = portals.lock(session, member_id)
        return portal.grant_user_id if portal is not None else None

    def save(session: Session, grant: TokenResponse) -> None:
        portals.save_grant_tokens(
            session, deps.cipher, member_id, grant.tokens, user_id=None, now=deps.clock()
        )

    keeping = Keeping(
        lease=leases.Key(member_id, "refresh:grant"),
        owner=owner,
        load=load,
        save=save,
        forget=lambda session: portals.drop_grant_tokens(session, member_id),
    )
    return StoredTokens(deps, member_id, endpoint, keeping)
