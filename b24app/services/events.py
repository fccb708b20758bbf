"""The door for the portal's events: check the proof, put the work down for later, answer at once.

Slow handlers are called less often and an unanswered event is not sent again, so no portal is
called here (api-reference/events, safe event handlers). The work itself: `event_work.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from b24app.bitrix.payloads import EventCall
from b24app.errors import AccessError, TooManyRequestsError, UnknownPortalError
from b24app.services import proofs, uninstall
from b24app.services.deps import Deps
from b24app.services.uninstall import Suspicion
from b24app.storage import jobs, portals

log = logging.getLogger(__name__)

INSTALL = "ONAPPINSTALL"
UPDATE = "ONAPPUPDATE"
PAYMENT = "ONAPPPAYMENT"
UNINSTALL = "ONAPPUNINSTALL"
HANDLED = frozenset({INSTALL, UPDATE, PAYMENT, UNINSTALL})

WITH_TOKENS = frozenset({INSTALL, UPDATE})
"""Events that bring a refresh token, which proves them where `application_token` cannot."""

STRANGERS = "events:unknown"
VERSION_LENGTH = 32


class Received(StrEnum):
    """What became of an event that was not refused."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    IGNORED = "ignored"


def receive(deps: Deps, form: Mapping[str, str]) -> Received:
    """Take an event in. Calls nobody.

    Raises MalformedRequestError, UnknownPortalError, AccessError (the application_token is not
    the stored one) and TooManyRequestsError; nothing is kept then.
    """
    call = EventCall.from_form(form)
    with deps.db.reading() as session:
        is_known = portals.find(session, call.auth.member_id) is not None
        expected = portals.application_token(session, deps.seal, call.auth.member_id)
    is_proven = is_known and _is_proven(call, expected)
    if not is_proven:
        _count_unproven(deps, call, is_known=is_known)
    if call.event not in HANDLED:
        log.info("event %s of %s is not one of ours", call.event, call.auth.member_id)
        return Received.IGNORED
    is_new = _put_down(deps, call, is_proven=is_proven)
    return Received.ACCEPTED if is_new else Received.REPEATED


def _is_proven(call: EventCall, expected: str | None) -> bool:
    token = call.auth.application_token
    if call.event == PAYMENT and not token:
        # The documentation shows this event without a token. Nothing it says is believed: it is
        # only the occasion to ask the authorization server.
        return True
    return bool(expected) and hmac.compare_digest(str(expected).encode(), token.encode())


def _count_unproven(deps: Deps, call: EventCall, *, is_known: bool) -> None:
    """Count a proof that failed or is still to come. Raises unless its tokens may yet prove it."""
    name = f"events:{call.auth.member_id}"
    may_prove_itself = call.event in WITH_TOKENS and bool(call.auth.refresh_token)
    if not is_known:
        may_prove_itself = may_prove_itself and call.event == INSTALL
    names = (name,) if is_known or not may_prove_itself else (name, STRANGERS)
    if any(proofs.is_blocked(deps, one) for one in names):
        raise TooManyRequestsError("too many unproven events")
    for one in names:
        proofs.note(deps, one)
    if may_prove_itself:
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


def _put_down(deps: Deps, call: EventCall, *, is_proven: bool) -> bool:
    """Add the event's job; False where the same event came before."""
    now = deps.clock()
    member_id = call.auth.member_id
    dedup_key = _identity(call, is_proven=is_proven)
    with deps.db.transaction() as session:
        if call.event == UNINSTALL:
            suspicion = Suspicion(now, is_clean=call.texts.get("CLEAN") == "1")
            return uninstall.suspect(
                session, deps, member_id, suspicion, run_at=now, dedup_key=dedup_key
            )
        return jobs.add(
            session,
            deps.seal,
            kind=call.event,
            member_id=member_id,
            payload=_payload(call, is_proven=is_proven),
            run_at=now,
            dedup_key=dedup_key,
            now=now,
        )


def _identity(call: EventCall, *, is_proven: bool) -> str:
    """Name an event, so that a repeated delivery is recognised.

    An unproven one is named by its token too: a forged one must not stand in for a genuine one.
    """
    parts = [call.event, call.auth.member_id, str(call.ts), *map(str, call.texts.values())]
    if not is_proven:
        parts.append(call.auth.refresh_token)
    digest = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
    return f"event:{call.event}:{digest[:32]}"


def _payload(call: EventCall, *, is_proven: bool) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "is_proven": is_proven,
        "version": call.texts.get("VERSION", "")[:VERSION_LENGTH],
        "language": call.texts.get("LANGUAGE_ID", "")[:VERSION_LENGTH],
    }
    if call.event in WITH_TOKENS and not is_proven:
        payload |= {
            "refresh_token": call.auth.refresh_token,
            "server_endpoint": call.auth.server_endpoint,
            "application_token": call.auth.application_token,
        }
    return payload
