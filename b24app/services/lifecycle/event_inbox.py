"""Receive the portal's events: check the proof, enqueue a job, answer at once.

Slow handlers are called less often and an unanswered event is not sent again, so no portal is
called here (api-reference/events, safe event handlers). The work itself: `event_jobs.py`.
"""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from b24app.bitrix.payloads import EventCall
from b24app.errors import AccessError, TooManyRequestsError, UnknownPortalError
from b24app.services.auth import grant as portal_grant
from b24app.services.auth import throttle
from b24app.services.auth.throttle import Sender
from b24app.services.deps import Deps
from b24app.services.lifecycle import event_claims, event_tokens, subscriptions, uninstall
from b24app.services.lifecycle.event_claims import Claim
from b24app.services.lifecycle.rebinding import rebind_soon
from b24app.storage import cached_lists, installations, portals, refusals
from b24app.storage.models import PortalState
from b24app.storage.session import Session

log = logging.getLogger(__name__)

INSTALL = event_tokens.INSTALL
UPDATE = event_tokens.UPDATE
PAYMENT = "ONAPPPAYMENT"
RENEWAL = "ONSUBSCRIPTIONRENEW"
UNINSTALL = "ONAPPUNINSTALL"
CONFIRMATION = "ONAPPMETHODCONFIRM"

WITH_TOKENS = frozenset({INSTALL, UPDATE})
"""Events that bring a refresh token, which may prove them where `application_token` cannot."""

STRANGERS = "events:unknown"
METHOD = re.compile(r"[\w.]{1,64}\Z", re.ASCII)


class Received(StrEnum):
    """The result of an accepted event. `REPEATED`: the same work is already waiting."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    IGNORED = "ignored"


class Proof(StrEnum):
    """The proof that an event brings."""

    TOKEN = "token"  # noqa: S105 - a name, not a secret.
    """The portal's application_token."""

    FORMER = "former"
    """The application_token of a replaced installation whose end was not reported yet."""

    OCCASION = "occasion"
    """No proof, and none is needed: nothing it says is used."""

    PAIR = "pair"
    """Tokens that may prove it once they are used."""

    AWAITED = "awaited"
    """A token from another event that still waits to be proven itself."""

    UNCHECKED = "unchecked"
    """A token that can be compared with none: older portals tell theirs by ONAPPINSTALL alone."""

    NONE = "none"


MAY_BE_TRUE = frozenset({Proof.PAIR, Proof.FORMER, Proof.AWAITED, Proof.UNCHECKED})


def receive(deps: Deps, form: Mapping[str, str], address: str = "") -> Received:
    """Accept an event. Calls no server. `address` is where it came from.

    Raises MalformedRequestError, UnknownPortalError, AccessError (the application_token is not
    the stored one) and TooManyRequestsError; nothing is kept then. The portal sends an event once:
    a connection to our database that breaks just now is tried again. Raises DatabaseAwayError.
    """
    call = EventCall.from_form(form)
    came_at = deps.clock()
    is_known, proof = deps.store(lambda _is_again: _judged(deps, call))
    if proof is not Proof.TOKEN:
        deps.store(lambda _is_again: _count_unproven(deps, call, proof, is_known=is_known))
    if proof is Proof.PAIR:
        claim = Claim.of(call, came_at, Sender(address).network)
        return deps.store(lambda _is_again: _put_claim(deps, claim, is_known=is_known))
    react = REACTIONS.get(call.event)
    if react is None:
        log.info("event %s of %s is not one of ours", call.event, call.auth.member_id)
        return Received.IGNORED
    return deps.store(lambda _is_again: _react(deps, call, proof, react))


def _judged(deps: Deps, call: EventCall) -> tuple[bool, Proof]:
    """Return whether the portal is known, and what proves the event."""
    member_id = call.auth.member_id
    with deps.db.of(member_id).reading() as session:
        is_known = portals.find(session, member_id) is not None
        proof = _proof_of(session, deps, call, is_known=is_known)
    if proof is Proof.NONE and is_known and call.event == UNINSTALL:
        with deps.db.of(member_id).transaction() as session:
            if event_claims.holds_token(session, deps, member_id, call.auth.application_token):
                proof = Proof.AWAITED
    return is_known, proof


def _put_claim(deps: Deps, claim: Claim, *, is_known: bool) -> Received:
    with deps.db.of(event_claims.list_of(claim, is_known=is_known)).transaction() as session:
        return _said(event_claims.enqueue(session, deps, claim, is_known=is_known))


def _react(deps: Deps, call: EventCall, proof: Proof, react: Reaction) -> Received:
    with deps.db.of(call.auth.member_id).transaction() as session:
        return react(session, deps, call, proof)


def _proof_of(session: Session, deps: Deps, call: EventCall, *, is_known: bool) -> Proof:
    member_id, given = call.auth.member_id, call.auth.application_token
    if not is_known:
        is_first = call.event == INSTALL and bool(call.auth.refresh_token)
        return Proof.PAIR if is_first else Proof.NONE
    stored = portals.application_token(session, deps.cipher, member_id)
    if _same(stored, given):
        return Proof.TOKEN
    if call.event == UNINSTALL:
        former = installations.former_token(session, deps.cipher, member_id, deps.clock())
        if _same(former, given):
            return Proof.FORMER
        # A lost ONAPPINSTALL must not keep data for ever. It is only a reason to ask the portal.
        return Proof.UNCHECKED if given and not stored else Proof.NONE
    if call.event == PAYMENT and not given:
        # The documentation shows this event without a token. Nothing it says is believed: it is
        # only a reason to ask the authorization server, at a limited pace.
        return Proof.OCCASION
    can_prove = call.event in WITH_TOKENS and bool(call.auth.refresh_token)
    return Proof.PAIR if can_prove else Proof.NONE


def _same(expected: str | None, given: str) -> bool:
    return bool(expected) and hmac.compare_digest(str(expected).encode(), given.encode())


def _count_unproven(deps: Deps, call: EventCall, proof: Proof, *, is_known: bool) -> None:
    """Count an event without the right token. Raises unless there is another proof.

    An event that may be true is never refused because of others: its list is short instead, or it
    is merged into what waits.
    """
    name = f"events:{call.auth.member_id}" if is_known else STRANGERS
    if proof not in MAY_BE_TRUE and throttle.is_blocked(deps, name):
        raise TooManyRequestsError("too many unproven events")
    throttle.note(deps, name)
    if proof is not Proof.NONE:
        return
    log.warning(
        "event %s of %s refused: %s",
        call.event,
        call.auth.member_id,
        "the application_token is not the stored one" if is_known else "the portal is unknown",
    )
    if not is_known:
        raise UnknownPortalError("no installation of this member_id is proven")
    raise AccessError("the application_token does not match", code="invalid_application_token")


Reaction = Callable[[Session, Deps, EventCall, Proof], Received]


def _installed(session: Session, deps: Deps, call: EventCall, _proof: Proof) -> Received:
    """Handle a finished installation.

    A portal that was shut out stays so: it needs more than a token that browsers know.
    """
    member_id = call.auth.member_id
    portal = portals.lock(session, member_id)
    if portal is None or portal.state != PortalState.INSTALLING:
        return Received.REPEATED
    portals.activate(session, member_id, deps.clock())
    return Received.ACCEPTED


def _updated(session: Session, deps: Deps, call: EventCall, _proof: Proof) -> Received:
    """Handle a new version: event handlers are gone, so everything is bound again."""
    is_new = rebind_soon(session, deps, call.auth.member_id)
    if call.auth.refresh_token and portal_grant.is_lost(session, deps, call.auth.member_id):
        # Its pair may replace the grant, which binding needs.
        claim = Claim.of(call, deps.clock(), "")
        is_new |= event_claims.enqueue(session, deps, claim, is_known=True)
    return _said(is_new)


def _paid(session: Session, deps: Deps, call: EventCall, proof: Proof) -> Received:
    """Handle a changed subscription: ask the authorization server for the truth."""
    is_proven = proof is Proof.TOKEN
    return _said(subscriptions.ask_soon(session, deps, call.auth.member_id, is_proven=is_proven))


def _uninstalled(session: Session, deps: Deps, call: EventCall, proof: Proof) -> Received:
    """Handle a claim that the app was uninstalled; `uninstall.py` finds out."""
    member_id = call.auth.member_id
    is_clean = call.texts.get("CLEAN") == "1"
    if proof is Proof.FORMER:
        return _said(uninstall.report_former(session, deps, member_id, is_clean=is_clean))
    is_proven = proof is Proof.TOKEN
    return _said(
        uninstall.schedule_probe(session, deps, member_id, is_clean=is_clean, is_proven=is_proven)
    )


def _confirmed(session: Session, _deps: Deps, call: EventCall, _proof: Proof) -> Received:
    """Handle an administrator's decision about a method: try again what was refused before."""
    method = call.texts.get("METHOD", "")
    is_allowed = call.texts.get("CONFIRMED") == "1"
    log.info(
        "%s: %s was %s",
        call.auth.member_id,
        method if METHOD.match(method) else "a method",
        "confirmed" if is_allowed else "refused",
    )
    if is_allowed:
        refusals.forget_all(session, call.auth.member_id)
        cached_lists.forget(session, call.auth.member_id, portal_grant.REFUSED)
    return Received.ACCEPTED


REACTIONS: Mapping[str, Reaction] = {
    INSTALL: _installed,
    UPDATE: _updated,
    PAYMENT: _paid,
    RENEWAL: _paid,
    UNINSTALL: _uninstalled,
    CONFIRMATION: _confirmed,
}
"""ONAPPTEST and unknown events only need an answer."""


def _said(is_new: bool) -> Received:
    return Received.ACCEPTED if is_new else Received.REPEATED
