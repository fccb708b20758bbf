"""Tell a new installation from an installer that is run again.

What was requested when the app was uninstalled is carried out before the new installation writes
anything, so that it erases nothing of the new one, and nothing of the old one remains in it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from b24app.bitrix.methods.events import BoundEvent, get_events
from b24app.bitrix.methods.placements import BoundPlacement, get_placements
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import TokenResponse
from b24app.errors import AppError
from b24app.services.deps import Deps
from b24app.services.lifecycle import uninstall
from b24app.services.lifecycle.uninstall import UninstallReport
from b24app.services.settings import tabs_wanted
from b24app.storage import installations, portals
from b24app.storage.models import Portal, PortalState
from b24app.storage.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bound:
    """The handles of what the portal has bound for the app, at any address."""

    events: Handle[tuple[BoundEvent, ...]]
    tabs: Handle[tuple[BoundPlacement, ...]]

    def is_bare(self, result: BatchResult) -> bool | None:
        """Return whether nothing is bound; None if the portal did not say."""
        try:
            return not (bool(result[self.events]) or bool(result[self.tabs]))
        except AppError:
            return None


def ask_bound(batch: Batch) -> Bound:
    """Ask what is bound, together with other questions. For administrators."""
    return Bound(batch.add(get_events()), batch.add(get_placements()))


def make_way(
    session: Session, deps: Deps, grant: TokenResponse, application_token: str, bare: bool | None
) -> None:
    """If the app was uninstalled since, carry out what was requested then.

    An uninstallation that was not reported yet still may be: `uninstall.report_former`.
    """
    member_id = grant.member_id
    portal = portals.lock(session, member_id)
    if portal is None:
        return
    report = uninstall.asked(session, deps, member_id)
    if report is not None and not report.is_proven:
        report = None
    if bare is None:
        stored = portals.application_token(session, deps.cipher, member_id)
        is_new = _is_reported(report) and application_token not in {"", stored}
    else:
        is_new = bare and _had_bindings(session, deps, portal, report)
    if not is_new:
        return
    log.info("%s was uninstalled and is installed again", member_id)
    uninstall.end_former(session, deps, member_id)
    if report is None:
        installations.begin_next(session, grant, deps.clock())
    else:
        portals.erase(session, member_id, keep_settings=not report.is_clean)


def _is_reported(report: UninstallReport | None) -> bool:
    """Return whether a report stands, for portals that do not say what is bound."""
    return report is not None and report.contradicted_at is None


def _had_bindings(
    session: Session, deps: Deps, portal: Portal, report: UninstallReport | None
) -> bool:
    """Return whether there were bindings, which only an uninstallation or an administrator removes.

    The portal removes them by itself (rest-contract g.3).
    """
    was_finished = report is not None or portal.state != PortalState.INSTALLING
    return was_finished and bool(tabs_wanted(session, portal.member_id, deps.manifest))
