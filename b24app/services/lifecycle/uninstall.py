"""Find out whether a portal really uninstalled the app, and erase what it leaves behind.

The event's only proof travels through every user's browser, and erasing is final. So the stored
pairs are tried first: a working one contradicts the event (api-reference/common/system/
app-uninstallation, safe event handlers).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from b24app.services.deps import Deps
from b24app.services.lifecycle import liveness
from b24app.services.lifecycle.liveness import Verdict
from b24app.services.lifecycle.rebinding import rebind_soon
from b24app.services.lifecycle.tasks import Again, Task
from b24app.storage import installations, jobs, portals
from b24app.storage.models import PortalState
from b24app.storage.session import Session

log = logging.getLogger(__name__)

PROBE = "uninstall_probe"
"""The kind of work that asks the portal once and, if need be, again later."""

FORMER = "uninstall_former"
"""The kind of work that erases the remains of an installation that has been replaced."""

AFTER_ALIVE = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=24))
"""When a portal that contradicted the event is asked again, counted from the event."""

BEFORE_CLOSING = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""When a silent portal is asked again before its people are shut out, from the first silence."""

AFTER_CLOSING = timedelta(hours=1)
FOR_THE_GENUINE_ONE = timedelta(hours=1)
"""How long an unproven report of an installation that is gone waits for one that can be believed
about `CLEAN`: anybody who knows a member_id sends one a moment before the portal does."""

ERASED_AFTER = timedelta(hours=72)
BUSY_PAUSE = timedelta(minutes=1)
PACE = timedelta(seconds=10)
"""A portal is not asked more often than this, however many events come."""


@dataclass(frozen=True, slots=True)
class UninstallReport:
    """A reported uninstallation that is not settled. `is_clean`: with all data.

    `silent_since`: since when there was no answer about the installation. `contradicted_at`: when
    the portal was found alive after the report. `dead_since`: since when it is known to be gone.
    Without `is_proven`, the report came with a token that could not be checked: it is looked into,
    but shuts nobody out, and what lives loses nothing by it.
    """

    reported_at: datetime
    is_clean: bool
    silent_since: datetime | None = None
    contradicted_at: datetime | None = None
    is_proven: bool = True
    dead_since: datetime | None = None

    @classmethod
    def of(cls, payload: dict[str, Any]) -> UninstallReport:
        """Read a job's payload."""
        return cls(
            datetime.fromisoformat(payload["reported_at"]),
            payload["is_clean"],
            _moment(payload.get("silent_since")),
            _moment(payload.get("contradicted_at")),
            payload.get("is_proven", True),
            _moment(payload.get("dead_since")),
        )

    @property
    def payload(self) -> dict[str, Any]:
        """Return the job's payload."""
        return {
            "reported_at": self.reported_at.isoformat(),
            "is_clean": self.is_clean,
            "silent_since": self.silent_since and self.silent_since.isoformat(),
            "contradicted_at": self.contradicted_at and self.contradicted_at.isoformat(),
            "is_proven": self.is_proven,
            "dead_since": self.dead_since and self.dead_since.isoformat(),
        }

    def is_over(self, now: datetime) -> bool:
        """Return whether the silence is so long that the installation counts as gone."""
        return self.silent_since is not None and now - self.silent_since >= ERASED_AFTER


def merged(waiting: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Merge two reports: the older keeps its time, and a requested erasure stays.

    A report that the portal has contradicted is replaced by a newer one, and an unproven one by a
    proven one. Of unproven ones that say different things, one is a stranger's: nothing is lost.
    """
    older, newer = UninstallReport.of(waiting), UninstallReport.of(given)
    if older.contradicted_at is not None:
        return newer.payload
    if older.is_proven != newer.is_proven:
        proven = older if older.is_proven else newer
        return replace(proven, dead_since=older.dead_since).payload
    if older.is_proven:
        return replace(older, is_clean=older.is_clean or newer.is_clean).payload
    return replace(older, is_clean=older.is_clean and newer.is_clean).payload


def schedule_probe(
    session: Session, deps: Deps, member_id: str, *, is_clean: bool, is_proven: bool = True
) -> bool:
    """Enqueue a probe of the portal. False if one is already waiting."""
    now = deps.clock()
    return jobs.put(
        session,
        deps.cipher,
        kind=PROBE,
        member_id=member_id,
        payload=UninstallReport(now, is_clean, is_proven=is_proven).payload,
        run_at=now,
        now=now,
        is_urgent=True,
        pace=PACE,
        merge=merged,
    )


def report_former(session: Session, deps: Deps, member_id: str, *, is_clean: bool) -> bool:
    """Enqueue the erasure of what the previous installation left."""
    now = deps.clock()
    return jobs.put(
        session,
        deps.cipher,
        kind=FORMER,
        member_id=member_id,
        payload={"is_clean": is_clean},
        run_at=now,
        now=now,
        is_urgent=True,
    )


def asked(session: Session, deps: Deps, member_id: str) -> UninstallReport | None:
    """Return the unsettled report, if there is one. Lock the portal first."""
    payload = jobs.waiting(session, deps.cipher, PROBE, member_id)
    return UninstallReport.of(payload) if payload else None


def work_off(deps: Deps, task: Task) -> Again | None:
    """Carry out one probe and what follows from it."""
    suspicion = UninstallReport.of(task.payload)
    with deps.db.of(task.member_id).reading() as session:
        if portals.find(session, task.member_id) is None:
            return None
    verdict = liveness.probe(deps, task.member_id)
    now = deps.clock()
    if verdict is Verdict.BUSY and now - suspicion.reported_at >= ERASED_AFTER:
        verdict = liveness.second_opinion(deps, task.member_id)
    log.info("uninstall of %s was reported; the probe says: %s", task.member_id, verdict.value)
    if verdict is Verdict.ALIVE:
        return _refuse(deps, task, suspicion)
    if verdict is Verdict.BUSY:
        return Again(now + BUSY_PAUSE, suspicion.payload)
    if verdict is Verdict.DEAD or suspicion.dead_since is not None:
        return _end(deps, task, replace(suspicion, dead_since=suspicion.dead_since or now))
    suspicion = replace(suspicion, silent_since=suspicion.silent_since or now)
    if not suspicion.is_over(now):
        return _wait(deps, task, suspicion)
    if suspicion.is_proven:
        erase(deps, task)
    return None


def _end(deps: Deps, task: Task, suspicion: UninstallReport) -> Again | None:
    """Erase what is known to be gone, once the report that says what is kept may have come.

    Tokens and names go at once.
    """
    dead_since = suspicion.dead_since or deps.clock()
    until = dead_since if suspicion.is_proven else dead_since + FOR_THE_GENUINE_ONE
    if deps.clock() < until:
        with deps.db.of(task.member_id).transaction() as session:
            if not task.hold(session):
                return None
            portals.erase_people(session, task.member_id)
        return Again(until, suspicion.payload)
    erase(deps, task)
    return None


def erase(deps: Deps, task: Task) -> None:
    """Erase the portal: everything, or all tokens and names, as the report asked.

    Does nothing if the work was canceled by another installation or a sign of life.
    """
    member_id = task.member_id
    with deps.db.of(task.member_id).transaction() as session:
        if not task.hold(session):
            log.warning("%s was not erased: it is in use again", member_id)
            return
        # Read now, so that reports that came while the portal was asked count as well.
        is_clean = (asked(session, deps, member_id) or UninstallReport.of(task.payload)).is_clean
        end_former(session, deps, member_id)
        portals.erase(session, member_id, keep_settings=not is_clean)
    if not deps.db.empty_journal():
        log.info("the database's journal is in use; housekeeping empties it")
    log.info("%s was erased, %s", member_id, "with its data" if is_clean else "its settings kept")


def erase_former(deps: Deps, task: Task) -> None:
    """Carry out a late report about the previous installation."""
    with deps.db.of(task.member_id).transaction() as session:
        if task.hold(session):
            _erase_former(session, deps, task.member_id, is_clean=task.payload["is_clean"])


def end_former(session: Session, deps: Deps, member_id: str) -> None:
    """Carry out what waits of `report_former`: its job goes with the portal's row."""
    waiting = jobs.waiting(session, deps.cipher, FORMER, member_id)
    if waiting is not None:
        installations.erase_former(session, member_id, keep_settings=not waiting["is_clean"])


def contradict(session: Session, deps: Deps, member_id: str) -> None:
    """Open the portal again because it was seen alive, and mark the report as contradicted."""
    now = deps.clock()
    portal = portals.lock(session, member_id)
    if portal is None:
        return
    if portal.state == PortalState.CLOSED:
        portals.activate(session, member_id, now)
    suspicion = asked(session, deps, member_id)
    jobs.cancel(session, PROBE, member_id)
    again = None if suspicion is None else _after_alive(suspicion, now)
    if again is not None and again.payload is not None:
        jobs.put(
            session,
            deps.cipher,
            kind=PROBE,
            member_id=member_id,
            payload=again.payload,
            run_at=again.run_at,
            now=now,
        )


def _refuse(deps: Deps, task: Task, suspicion: UninstallReport) -> Again | None:
    log.warning("uninstall of %s refused: the app is still installed", task.member_id)
    now = deps.clock()
    with deps.db.of(task.member_id).transaction() as session:
        if not task.hold(session):
            return None
        portal = portals.find(session, task.member_id)
        if portal is not None and portal.state == PortalState.CLOSED:
            portals.activate(session, task.member_id, now)
        if suspicion.is_proven and installations.is_former_open(session, task.member_id, now):
            # The current installation is alive, so the previous one was reported.
            _erase_former(session, deps, task.member_id, is_clean=suspicion.is_clean)
    return _after_alive(suspicion, now)


def _after_alive(suspicion: UninstallReport, now: datetime) -> Again | None:
    if not suspicion.is_proven:
        return None
    times = [suspicion.reported_at + delay for delay in AFTER_ALIVE]
    next_time = next((moment for moment in times if moment > now), None)
    contradicted = replace(suspicion, silent_since=None, contradicted_at=now)
    return None if next_time is None else Again(next_time, contradicted.payload)


def _wait(deps: Deps, task: Task, suspicion: UninstallReport) -> Again | None:
    """Ask again soon; after the last of these times, shut everybody out."""
    now = deps.clock()
    since = suspicion.silent_since or now
    soon = next((since + delay for delay in BEFORE_CLOSING if since + delay > now), None)
    if soon is not None:
        return Again(soon, suspicion.payload)
    if suspicion.is_proven:
        with deps.db.of(task.member_id).transaction() as session:
            if not task.hold(session) or portals.find(session, task.member_id) is None:
                return None
            portals.close(session, task.member_id, now)
    return Again(now + AFTER_CLOSING, suspicion.payload)


def _erase_former(session: Session, deps: Deps, member_id: str, *, is_clean: bool) -> None:
    """Erase what is left of earlier installations, with what their settings have bound."""
    had_settings = installations.erase_former(session, member_id, keep_settings=not is_clean)
    installations.settle(session, member_id)
    if had_settings:
        rebind_soon(session, deps, member_id)
    log.info("what the former installation of %s left was erased", member_id)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
