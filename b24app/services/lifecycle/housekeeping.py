"""Do the hourly work: event work and probes, interrupted writes, retention, grants, changed keys.

Safe from two machines: jobs are claimed one by one, everything else runs under a lease. A failure
for one portal is logged and does not stop the others.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from b24app.errors import AppError, DatabaseAwayError, NotInstalledError
from b24app.services.auth import grant
from b24app.services.deps import Deps
from b24app.services.directories import pay_systems, user_names
from b24app.services.lifecycle import event_jobs, interrupted, rebinding, uninstall
from b24app.services.settings import load_rules
from b24app.storage import (
    activity,
    cached_lists,
    canceled_orders,
    card_memory,
    failed_proofs,
    idempotency,
    jobs,
    launches,
    leases,
    partial_actions,
    pending_grants,
    portals,
    refusals,
    reminders,
    user_tokens,
)
from b24app.storage.deletion import SLICE
from b24app.storage.key_rotation import reseal
from b24app.storage.session import Database, Session

log = logging.getLogger(__name__)

LEASE = leases.Key("", "housekeeping")
LEASE_SECONDS = 1800
LEFT = "left to another run, which ends or is given up within half an hour"
"""Said for the operator who waits for a figure that is not there, as in a change of keys."""

PAGE = 500
SLICE_PAUSE = 0.05
"""Seconds that others have to write, between two slices of what is deleted."""

MEMORY_KEPT = timedelta(days=90)
"""How long the payments of a card are remembered."""

REFRESH_TOKEN_LIVES = timedelta(days=180)
PARTIAL_KEPT = timedelta(days=365)
DONE_KEPT = timedelta(days=7)
"""How long the last time of a portal's work is kept, by which portals take turns."""

REMINDERS_KEPT = timedelta(days=400)
"""Longer than a reminder can be away; each change of it counts anew."""

NAMES_KEPT = timedelta(days=2)
GRANT_IDLE = timedelta(days=150)
"""A grant's refresh token expires after 180 days; the hours between two sweeps do not matter."""

TRIED, TRIED_KEPT = "grant_tried", timedelta(days=1)
"""A grant that could not be renewed is not tried again for a day: else those of portals that have
not paid for months would be asked about every hour, and before all others."""

Counts = dict[str, int]


def run(deps: Deps) -> Counts:
    """Do what is due now; return how much of each kind, in the order of the work."""
    worked = event_jobs.run_due_jobs(deps)
    counts = {
        "jobs done": worked.done,
        "jobs given up": worked.given_up,
        "jobs put off": worked.put_off,
    }
    owner = secrets.token_hex(8)
    with deps.db.transaction() as session:
        is_ours = leases.try_take(session, LEASE, owner, deps.clock(), LEASE_SECONDS)
    if not is_ours:
        log.info("another machine is keeping house")
        return counts | {LEFT: 1}
    try:
        counts |= _keep_house(deps)
    finally:
        deps.give_back(LEASE, owner)
    return counts


def _keep_house(deps: Deps) -> Counts:
    """Do each step, whatever became of those before it; then raise what went wrong first.

    The command fails then, as an operator's timer has to see; what was not done is due again in an
    hour.
    """
    counts: Counts = {}
    failures: list[Exception] = []
    for step in STEPS:
        try:
            counts |= step(deps)
        except DatabaseAwayError:
            raise
        except Exception as error:
            log.exception("a step of housekeeping failed: %s", step.__name__)
            failures.append(error)
    if failures:
        raise failures[0]
    return counts


def record_interrupted(deps: Deps) -> Counts:
    """Record interrupted writes; return how many."""
    return {"interrupted writes recorded": interrupted.record(deps)}


def delete_rest_log(deps: Deps) -> Counts:
    """Delete old files of the REST log; return how many."""
    return {"REST log files deleted": deps.rest_log.delete_old()}


def empty_journal(deps: Deps) -> Counts:
    """Give back the room of SQLite's journal. Nothing is counted."""
    deps.db.empty_journal()
    return {}


def seal_anew(deps: Deps) -> Counts:
    """Seal with the current key what older ones sealed; return how much, and what none opens."""
    if not deps.cipher.has_old_keys:
        return {}
    resealed = reseal(deps.db, deps.cipher)
    return {
        "secrets sealed anew": resealed.renewed,
        "secrets no key opens": resealed.unreadable,
    }


def delete_old_activity(deps: Deps) -> Counts:
    """Delete lines older than each portal's settings allow, also of uninstalled portals."""

    def delete(member_id: str) -> int:
        portal = deps.db.of(member_id)
        with portal.reading() as session:
            days = load_rules(session, member_id).retention_days
        before = deps.clock() - timedelta(days=days)
        return _in_slices(
            deps, portal, lambda session: activity.delete_older(session, member_id, before)
        )

    return {"activity lines deleted": sum(_each(_with_activity(deps), delete))}


def _with_activity(deps: Deps) -> Iterator[str]:
    last = ""
    while True:
        with deps.db.of_all().reading() as session:
            page = activity.member_ids(session, last, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1]


def delete_expired(deps: Deps) -> Counts:
    """Delete what was kept for a limited time."""
    now = deps.clock()
    kinds: dict[str, Callable[[Session], int]] = {
        "idempotency keys": lambda session: idempotency.delete_older(session, now),
        "openings": lambda session: launches.delete_expired(session, now),
        "pairs that waited": lambda session: pending_grants.delete_expired(session, now),
        "leases": lambda session: leases.delete_expired(session, now),
        "failed proofs": lambda session: failed_proofs.delete_old(session, now),
        "cards remembered": lambda session: card_memory.delete_older(session, now - MEMORY_KEPT),
        "canceled orders": lambda session: canceled_orders.delete_older(session, now - MEMORY_KEPT),
        "refusals": lambda session: refusals.delete_older(session, now - refusals.KEPT),
        "names": lambda session: cached_lists.delete_older(
            session, user_names.KIND, now - NAMES_KEPT
        ),
        "lists of earlier versions": lambda session: cached_lists.delete_older(
            session, pay_systems.FORMER_KIND, now - pay_systems.FORMER_KEPT
        ),
        "tries of grants": lambda session: cached_lists.delete_older(
            session, TRIED, now - TRIED_KEPT
        ),
        "user tokens": lambda session: user_tokens.delete_older(session, now - REFRESH_TOKEN_LIVES),
        "partial actions": lambda session: partial_actions.delete_older(
            session, now - PARTIAL_KEPT
        ),
        "reminders": lambda session: reminders.delete_older(session, now - REMINDERS_KEPT),
        "notes of old titles": lambda session: rebinding.forget_earlier_titles(session, deps),
        "jobs": lambda session: jobs.delete_idle(session, now - DONE_KEPT),
    }
    everything = deps.db.of_all()
    return {
        f"{name} deleted": _in_slices(deps, everything, delete) for name, delete in kinds.items()
    }


def _in_slices(deps: Deps, db: Database, delete: Callable[[Session], int]) -> int:
    """Delete in transactions of a few rows, with pauses between; return how many.

    SQLite lets one write at a time, and those who wait look only now and then whether it is their
    turn. What was deleted stays so where this is cut off, and the rest is due in an hour.
    """
    count = 0
    while True:
        with db.transaction() as session:
            deleted = delete(session)
        count += deleted
        if deleted < SLICE:
            return count
        deps.sleep(SLICE_PAUSE)


def keep_grants_alive(deps: Deps) -> Counts:
    """Renew grants unused for 150 days; return how many were renewed and how many failed."""
    now = deps.clock()
    unless = TRIED, now - TRIED_KEPT
    with deps.db.of_all().reading() as session:
        idle = portals.with_grant_older(session, now - GRANT_IDLE, PAGE, unless=unless)

    def keep_alive(member_id: str) -> int:
        with deps.db.of(member_id).transaction() as session:
            cached_lists.save(session, member_id, TRIED, {}, deps.clock())
        try:
            grant.keep_alive(deps, member_id)
        except NotInstalledError:
            _suspect(deps, member_id)
            return 0
        return 1

    end = deps.monotonic() + event_jobs.LONGEST
    tried = []

    def in_time() -> Iterator[str]:
        for member_id in idle:
            if deps.monotonic() > end:
                return
            tried.append(member_id)
            yield member_id

    kept = sum(_each(in_time(), keep_alive))
    return {"grants kept alive": kept, "grants that failed": len(tried) - kept}


def rename_tabs(deps: Deps) -> Counts:
    """Have tabs bound anew that have titles of an earlier version; return of how many portals."""
    if not (deps.app_url.startswith("https:") or deps.trust_local_portals):
        # APP_URL is missing, which a command by hand survives: no portal must learn that address.
        return {"portals with tabs to rename": 0}
    with deps.db.of_all().reading() as session:
        found = rebinding.titled_otherwise(session, deps)
    renamed = _each(found, lambda member_id: rebinding.rename_soon(deps, member_id))
    return {"portals with tabs to rename": sum(renamed)}


def _each(member_ids: Iterable[str], work: Callable[[str], int]) -> Iterator[int]:
    """Do the same for every portal; yield the result of each that worked."""
    for member_id in member_ids:
        try:
            result = work(member_id)
        except AppError as error:
            log.warning("housekeeping for %s failed: %s", member_id, error)
        except Exception:
            # A bug in our code, or a bad row of one portal, must not keep the others waiting.
            log.exception("housekeeping for %s failed", member_id)
        else:
            yield result


def _suspect(deps: Deps, member_id: str) -> None:
    """Act as for a lost uninstall event, without deleting settings."""
    log.warning("the authorization server knows no installation of %s any more", member_id)
    with deps.db.of(member_id).transaction() as session:
        if not jobs.is_waiting(session, uninstall.PROBE, member_id):
            uninstall.schedule_probe(session, deps, member_id, is_clean=False)


STEPS: tuple[Callable[[Deps], Counts], ...] = (
    record_interrupted,
    delete_old_activity,
    delete_expired,
    delete_rest_log,
    empty_journal,
    keep_grants_alive,
    rename_tabs,
    seal_anew,
)
"""The work of an hour, in its order. What was interrupted is recorded before its key is deleted."""
