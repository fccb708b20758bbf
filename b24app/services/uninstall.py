"""Finding out whether a portal really uninstalled the app, and erasing what it leaves behind.

The event's only proof travels through every user's browser, and its loss would be final. So the
stored grant is tried first: a living one contradicts the event (api-reference/common/system/
app-uninstallation, safe event handlers).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from b24app.bitrix import portal as portal_api
from b24app.errors import (
    AppError,
    AppUninstalledError,
    AuthorizationServerError,
    GrantLostError,
    NoConnectionError,
    NotInstalledError,
    PortalBusyError,
    PortalClosedError,
    PortalMovedError,
    PortalSilentError,
    SessionExpiredError,
    TokenRejectedError,
    UnknownPortalError,
)
from b24app.services import grant
from b24app.services.deps import Deps
from b24app.services.grant import Purpose
from b24app.storage import jobs, portals
from b24app.storage.models import PortalState
from b24app.storage.session import Session

log = logging.getLogger(__name__)

PROBE = "uninstall_probe"
"""The kind of job that asks the portal once and, if need be, leaves another one behind."""

AFTER_ALIVE = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=24))
"""When a portal that contradicted the event is asked again, counted from the event."""

AFTER_SILENCE = timedelta(hours=1)
ERASED_AFTER = timedelta(hours=72)
BUSY_PAUSE = timedelta(minutes=1)
PROBE_SECONDS = 12.0
NOT_INSTALLED = "not installed"
REFRESHING = "refreshing"


class Verdict(StrEnum):
    """What a probe says about the installation."""

    DEAD = "dead"
    ALIVE = "alive"
    SILENT = "silent"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An uninstallation that was reported and is not settled. `is_clean`: with all data."""

    reported_at: datetime
    is_clean: bool

    @classmethod
    def of(cls, payload: dict[str, Any]) -> Suspicion:
        """Read a job's payload."""
        return cls(datetime.fromisoformat(payload["reported_at"]), payload["is_clean"])

    @property
    def payload(self) -> dict[str, Any]:
        """What a job carries."""
        return {"reported_at": self.reported_at.isoformat(), "is_clean": self.is_clean}


def suspect(
    session: Session,
    deps: Deps,
    member_id: str,
    suspicion: Suspicion,
    *,
    run_at: datetime,
    dedup_key: str | None = None,
) -> bool:
    """Have the portal probed. False where this was reported before."""
    return jobs.add(
        session,
        deps.seal,
        kind=PROBE,
        member_id=member_id,
        payload=suspicion.payload,
        run_at=run_at,
        dedup_key=dedup_key,
        now=deps.clock(),
    )


def work_off(deps: Deps, member_id: str, payload: dict[str, Any]) -> None:
    """Carry out one probe and what follows from it."""
    suspicion = Suspicion.of(payload)
    with deps.db.reading() as session:
        if portals.find(session, member_id) is None:
            return
    verdict = probe(deps, member_id)
    log.info("uninstall of %s was reported; the probe says: %s", member_id, verdict.value)
    is_over = deps.clock() - suspicion.reported_at >= ERASED_AFTER
    if verdict is Verdict.DEAD or (verdict is not Verdict.ALIVE and is_over):
        erase(deps, member_id, is_clean=suspicion.is_clean)
    elif verdict is Verdict.ALIVE:
        _refuse(deps, member_id, suspicion)
    else:
        _wait(deps, member_id, suspicion, verdict)


def probe(deps: Deps, member_id: str) -> Verdict:
    """Use the stored grant once. Never raises an error of the portal."""
    try:
        grant.call(deps, member_id, Purpose.UNINSTALL_PROBE, portal_api.app_info(), PROBE_SECONDS)
    except (PortalMovedError, TokenRejectedError):
        return _second_opinion(deps, member_id)
    except SessionExpiredError:
        return _without_grant(deps, member_id)
    except AppError as error:
        return verdict_of(error)
    return Verdict.ALIVE


def erase(deps: Deps, member_id: str, *, is_clean: bool) -> None:
    """Erase the portal: everything, or (not `is_clean`) everything that opens or names somebody."""
    with deps.db.transaction() as session:
        portals.erase(session, member_id, keep_settings=not is_clean)
    if not deps.db.empty_journal():
        log.info("the database's journal is in use; housekeeping empties it")
    log.info("%s was erased, %s", member_id, "with its data" if is_clean else "its settings kept")


def verdict_of(error: AppError) -> Verdict:
    """What an error of the probe says about the installation.

    Whoever is refused for rights, plan or subscription is known to the portal: that is alive.
    """
    if isinstance(error, AppUninstalledError):
        # ERROR_OAUTH is also the code of other failures; its words are not translated.
        is_other = error.code.upper() == "ERROR_OAUTH" and (
            NOT_INSTALLED not in error.description.lower()
        )
        return Verdict.SILENT if is_other else Verdict.DEAD
    if isinstance(error, NotInstalledError | GrantLostError | UnknownPortalError):
        return Verdict.DEAD
    if isinstance(error, PortalBusyError) or error.code == REFRESHING:
        return Verdict.BUSY
    if isinstance(
        error,
        PortalSilentError
        | NoConnectionError
        | PortalClosedError
        | PortalMovedError
        | TokenRejectedError
        | AuthorizationServerError,
    ):
        return Verdict.SILENT
    return Verdict.ALIVE


def _second_opinion(deps: Deps, member_id: str) -> Verdict:
    """Ask the authorization server where the portal has moved or does not know the token."""
    try:
        info = grant.server_info(deps, member_id)
    except NotInstalledError:
        return Verdict.DEAD
    except SessionExpiredError:
        return _without_grant(deps, member_id)
    except AppError:
        return Verdict.SILENT
    if not info.is_installed or info.member_id != member_id:
        return Verdict.SILENT
    return Verdict.ALIVE


def _without_grant(deps: Deps, member_id: str) -> Verdict:
    """Tell a grant that the authorization server refused, now or before, from an unreadable one."""
    with deps.db.reading() as session:
        portal = portals.find(session, member_id)
    is_refused = portal is None or portal.grant_access_sealed is None
    return Verdict.DEAD if is_refused else Verdict.SILENT


def _refuse(deps: Deps, member_id: str, suspicion: Suspicion) -> None:
    log.warning("uninstall of %s refused: its grant still works", member_id)
    now = deps.clock()
    times = [suspicion.reported_at + delay for delay in AFTER_ALIVE]
    next_time = next((moment for moment in times if moment > now), None)
    with deps.db.transaction() as session:
        portal = portals.find(session, member_id)
        if portal is None:
            return
        if portal.state == PortalState.CLOSED:
            portals.activate(session, member_id, now)
        if next_time is not None:
            suspect(session, deps, member_id, suspicion, run_at=next_time)


def _wait(deps: Deps, member_id: str, suspicion: Suspicion, verdict: Verdict) -> None:
    now = deps.clock()
    with deps.db.transaction() as session:
        if portals.find(session, member_id) is None:
            return
        if verdict is Verdict.SILENT:
            portals.close(session, member_id, now)
        pause = AFTER_SILENCE if verdict is Verdict.SILENT else BUSY_PAUSE
        suspect(session, deps, member_id, suspicion, run_at=now + pause)
