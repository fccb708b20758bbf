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


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is for reminders. `is_complete`: nothing is missing that this portal could have.

    `error` is why nothing is known of the label.
    """

    code: str
    is_complete: bool
    error: AppError | None = None


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
            badge=_badge(result, asked, known.badge),
            lacks_scope=MethodState.NO_SCOPE in {drawn, todo},
        ),
        deps.clock(),
    )


def look(card: CardSession, result: BatchResult | AppError, asked: Asked) -> Finding:
    """Return what there is for reminders, and remember it. Raises why nothing was answered."""
    if isinstance(result, AppError):
        raise result
    with card.db.transaction() as session:
        means = take(session, card.deps, card.member_id, result, asked)
    if means.has_configurable:
        known = means.badge or reminder_means.UNKNOWN
        is_complete = known in {reminder_means.MADE, reminder_means.UNKNOWN}
        error = None if means.badge else _trouble(result, asked.listed)
        return Finding(f"drawn_{known}", is_complete=is_complete, error=error)
    if means.has_todo:
        return Finding("todo", is_complete=True)
    return Finding("no_scope" if means.lacks_scope else "none", is_complete=False)


def _trouble(result: BatchResult, asked: Handle[frozenset[str]]) -> AppError | None:
    try:
        result[asked]
    except AppError as error:
        return error
    return None


def _state(result: BatchResult, asked: Handle[MethodState]) -> MethodState | None:
    try:
        return result[asked]
    except AppError:
        return None


def _badge(result: BatchResult, asked: Asked, known: str) -> str:
    """Return what became of the label: the list decides, since a second one of a code is refused.

    `known` stays where the portal does not tell, and where a refused one was not asked for again.
    """
    try:
        if BADGE in result[asked.listed]:
            return reminder_means.MADE
    except AppError as error:
        return reminder_means.UNKNOWN if isinstance(error, MethodMissingError) else known
    is_refused = known == reminder_means.REFUSED
    if asked.made is not None:
        is_refused = isinstance(result.error(asked.made), RightsRefusedError)
    return reminder_means.REFUSED if is_refused else reminder_means.MISSING
