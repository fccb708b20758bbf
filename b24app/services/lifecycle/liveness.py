"""Find out whether the app is still installed on a portal, by using its stored pairs.

A refused token does not mean that the installation is gone: its owner may have left or changed the
password. So one pair after another is used, the portal's grant first, until the portal or the
authorization server says something about the installation itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.oauth.server import ServerAppInfo
from b24app.errors import (
    AppError,
    AppUninstalledError,
    AuthorizationServerError,
    GrantLostError,
    LedElsewhereError,
    MaybeUninstalledError,
    NotInstalledError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalMovedError,
    PortalOverloadedError,
    RightsRefusedError,
    ScopeMissingError,
    SessionError,
    SessionExpiredError,
    SubscriptionEndedError,
    TokenRejectedError,
    UserBlockedError,
)
from b24app.services.auth import grant
from b24app.services.auth.grant import Purpose
from b24app.services.auth.tokens import user_tokens_of
from b24app.services.deps import Deps
from b24app.storage import portals, user_tokens

log = logging.getLogger(__name__)

SECONDS = 8.0
"""The time limit of one question to the portal."""

WITNESSES = 5
"""The most people's pairs used at a time. Refused ones are deleted, so others follow."""

REFUSED_BY_ALL = 2
"""If the pairs of this many people are refused and none is left, the installation is gone.

The single pair of a person who left proves nothing.
"""

SAYS_NOTHING = (
    TokenRejectedError,
    PortalMovedError,
    LedElsewhereError,
    PlanWithoutRestError,
    PortalOverloadedError,
)
"""Errors that the portal answers before it checks which application asks (rest-contract a.6)."""

IS_KNOWN = (UserBlockedError, ScopeMissingError, SubscriptionEndedError, RightsRefusedError)
"""Errors that the portal answers only for an installed application."""


class Verdict(StrEnum):
    """What a probe says about the installation."""

    DEAD = "dead"
    ALIVE = "alive"
    SILENT = "silent"
    BUSY = "busy"


class Heard(StrEnum):
    """The result of one pair that says nothing about the installation."""

    REFUSED = "refused"
    UNCLEAR = "unclear"


class Witness(Protocol):
    """One stored pair."""

    user_id: int | None

    def ask(self) -> object:
        """Use the pair once at the portal."""
        ...

    def ask_server(self) -> ServerAppInfo:
        """Ask the authorization server about the pair's installation."""
        ...

    def renew(self) -> None:
        """Renew the pair."""
        ...

    def is_stored(self) -> bool:
        """Return whether the pair is still stored: the authorization server has not refused it."""
        ...


def probe(deps: Deps, member_id: str) -> Verdict:
    """Ask with one stored pair after another. Never raise an error of portal or server."""
    refused: set[int | None] = set()
    is_clear = True
    witnesses, is_everybody = _witnesses(deps, member_id)
    for witness in witnesses:
        heard = _hear(witness, member_id)
        if isinstance(heard, Verdict):
            return heard
        if heard is Heard.REFUSED:
            refused.add(witness.user_id)
        else:
            is_clear = False
    log.info("%s: %d stored pairs were refused", member_id, len(refused))
    is_gone = is_clear and is_everybody and len(refused) >= REFUSED_BY_ALL
    return Verdict.DEAD if is_gone else Verdict.SILENT


def second_opinion(deps: Deps, member_id: str) -> Verdict:
    """Ask the authorization server alone."""
    witnesses, _ = _witnesses(deps, member_id)
    heard = (_ask_server(witness, member_id) for witness in witnesses)
    return next((answer for answer in heard if isinstance(answer, Verdict)), Verdict.SILENT)


def verdict_of(error: AppError) -> Verdict | Heard:
    """Return what an error says about the installation."""
    if isinstance(error, MaybeUninstalledError):
        return Verdict.SILENT
    if isinstance(error, AppUninstalledError | NotInstalledError):
        return Verdict.DEAD
    if isinstance(error, IS_KNOWN):
        return Verdict.ALIVE
    if isinstance(error, PortalBusyError):
        return Verdict.BUSY
    # An error that concerns only this pair, such as its renewal: another may not need one.
    is_of_pair = isinstance(error, AuthorizationServerError | SessionError)
    return Heard.UNCLEAR if is_of_pair else Verdict.SILENT


class _Grant:
    """The portal's grant."""

    def __init__(self, deps: Deps, member_id: str, user_id: int | None) -> None:
        self.user_id = user_id
        self._deps = deps
        self._member_id = member_id

    def ask(self) -> object:
        command = portal_api.app_info()
        return grant.call(self._deps, self._member_id, Purpose.UNINSTALL_PROBE, command, SECONDS)

    def ask_server(self) -> ServerAppInfo:
        return grant.server_info(self._deps, self._member_id)

    def renew(self) -> None:
        grant.keep_alive(self._deps, self._member_id)

    def is_stored(self) -> bool:
        with self._deps.db.of(self._member_id).reading() as session:
            portal = portals.find(session, self._member_id)
        return portal is not None and portal.grant_access_sealed is not None


class _Person:
    """The pair with which a person of the portal last opened the app."""

    def __init__(self, deps: Deps, member_id: str, endpoint: str, user_id: int) -> None:
        self.user_id: int | None = user_id
        self._deps = deps
        self._member_id = member_id
        self._tokens = user_tokens_of(deps, member_id, endpoint, user_id)

    def ask(self) -> object:
        command = portal_api.app_info()
        return self._deps.api_with(self._tokens).call(command, SECONDS)

    def ask_server(self) -> ServerAppInfo:
        return self._tokens.ask_server()

    def renew(self) -> None:
        self._tokens.renew(self._tokens.current())

    def is_stored(self) -> bool:
        with self._deps.db.of(self._member_id).reading() as session:
            return user_tokens.is_kept(session, self._member_id, self.user_id or 0)


def _witnesses(deps: Deps, member_id: str) -> tuple[Iterator[Witness], bool]:
    """Return the stored pairs to ask with, and whether there are no more of them."""
    with deps.db.of(member_id).reading() as session:
        portal = portals.find(session, member_id)
        people = user_tokens.newest(session, member_id, WITNESSES + 1)
    if portal is None:
        return iter(()), False

    def each() -> Iterator[Witness]:
        if portal.grant_access_sealed is not None:
            yield _Grant(deps, member_id, portal.grant_user_id)
        for user_id in people[:WITNESSES]:
            yield _Person(deps, member_id, portal.client_endpoint, user_id)

    return each(), len(people) <= WITNESSES


def _hear(witness: Witness, member_id: str) -> Verdict | Heard:
    try:
        witness.ask()
    except SAYS_NOTHING:
        return _ask_server(witness, member_id)
    except SessionExpiredError:
        return _refused(witness)
    except AppError as error:
        return verdict_of(error)
    return Verdict.ALIVE


def _ask_server(witness: Witness, member_id: str) -> Verdict | Heard:
    try:
        info = witness.ask_server()
    except GrantLostError:
        return _renew(witness)
    except SessionExpiredError:
        return _refused(witness)
    except AppError as error:
        return verdict_of(error)
    is_ours = info.is_installed and info.member_id == member_id
    return Verdict.ALIVE if is_ours else Verdict.SILENT


def _renew(witness: Witness) -> Verdict | Heard:
    """Renew a pair whose access token is unknown: the authorization server decides about it."""
    try:
        witness.renew()
    except SessionExpiredError:
        return _refused(witness)
    except AppError as error:
        return verdict_of(error)
    return Verdict.ALIVE


def _refused(witness: Witness) -> Heard:
    """Return whether the pair was refused, or just could not be used here."""
    return Heard.UNCLEAR if witness.is_stored() else Heard.REFUSED
