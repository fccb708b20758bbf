"""Find out what a portal has for reminders, and make the label of cards on the kanban board.

Only an administrator of the portal can make a label, and everybody can use it then (rest-contract
e.26). Whatever is refused here keeps nobody from anything: reminders work without it.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.methods import activities, portal
from b24app.bitrix.methods.portal import MethodState
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.errors import AppError, MethodMissingError, RightsRefusedError
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import Deps
from b24app.services.directories import reminder_means
from b24app.services.directories.reminder_means import BADGE, Means
from b24app.storage.session import Session

LABELS = {"de": "Zahlung erwartet", "ru": "Ожидается оплата"}
LABEL = "Payment expected"
KIND = "primary"


@dataclass(frozen=True, slots=True)
class Asked:
    """The handles of what a portal was asked. `made` is None where nothing was to be made."""

    drawn: Handle[MethodState]
    todo: Handle[MethodState]
    made: Handle[str] | None
    listed: Handle[frozenset[str]]


def ask(batch: Batch, language: str | None = None) -> Asked:
    """Ask what the portal has; with its language also make the label, which may be repeated.

    Where the portal refuses a batch, nothing is asked: reminders do without it.
    """
    label = LABELS.get(language or "", LABEL)
    return Asked(
        batch.add(portal.method_state(activities.ADD_CONFIGURABLE.name), is_optional=True),
        batch.add(portal.method_state(activities.ADD_TODO.name), is_optional=True),
        batch.add(activities.add_badge(BADGE, label, KIND), is_optional=True)
        if language is not None
        else None,
        batch.add(activities.list_badges(), is_optional=True),
    )


def take(session: Session, deps: Deps, member_id: str, result: BatchResult, asked: Asked) -> Means:
    """Remember what the portal answered, and return it. What it did not tell stays as it was."""
    known = reminder_means.read(session, member_id, deps.clock())
    drawn, todo = _state(result, asked.drawn), _state(result, asked.todo)
    return reminder_means.save(
        session,
        member_id,
        Means(
            has_configurable=known.has_configurable if drawn is None else drawn.is_usable,
            has_todo=known.has_todo if todo is None else todo.is_usable,
            badge=_badge(result, asked) or known.badge,
            lacks_scope=MethodState.NO_SCOPE in {drawn, todo},
        ),
        deps.clock(),
    )


def look(card: CardSession, result: BatchResult | AppError, asked: Asked) -> tuple[bool, str]:
    """Return whether reminders can be set, and the code of what there is for them.

    What the portal answered is remembered. Raises why it answered nothing.
    """
    if isinstance(result, AppError):
        raise result
    with card.db.transaction() as session:
        means = take(session, card.deps, card.member_id, result, asked)
    if means.has_configurable:
        return True, f"drawn_{means.badge or reminder_means.UNKNOWN}"
    if means.has_todo:
        return True, "todo"
    return False, "no_scope" if means.lacks_scope else "none"


def _state(result: BatchResult, asked: Handle[MethodState]) -> MethodState | None:
    try:
        return result[asked]
    except AppError:
        return None


def _badge(result: BatchResult, asked: Asked) -> str:
    """Return what became of the label: the list decides, since a second one of a code is refused.

    "" where the portal does not tell.
    """
    try:
        if BADGE in result[asked.listed]:
            return reminder_means.MADE
    except AppError as error:
        return reminder_means.UNKNOWN if isinstance(error, MethodMissingError) else ""
    is_refused = asked.made is not None and isinstance(result.error(asked.made), RightsRefusedError)
    return reminder_means.REFUSED if is_refused else reminder_means.MISSING
