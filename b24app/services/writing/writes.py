"""The frame around every write: rule, idempotency key, activity record, and the truth afterwards.

A write is never repeated unless the portal certainly did not execute it. A lost answer is settled
by reading back: the person is told what the portal shows, or that nobody knows yet.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from b24app.errors import (
    AppError,
    DatabaseAwayError,
    Executed,
    InputError,
    KeyReusedError,
    MethodRefusedError,
    OrderCanceledError,
    PortalMovedError,
    PortalSilentError,
    RightsRefusedError,
    StillRunningError,
    UnrecordedError,
)
from b24app.services.actions import Action
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import canceled
from b24app.services.card.tab import Read
from b24app.storage import activity, idempotency, refusals
from b24app.storage.idempotency import Begun

log = logging.getLogger(__name__)

UNSEEN = "unseen"
"""Code of a write that the portal confirmed, while its state cannot be read afterwards."""

SESSION_REFUSED = 401

GOES_ON = "filling"
"""Code of a part of longer work that the page goes on with."""

UNASKED = "unasked"
"""Code of an announcement: the portal was silent before anything was asked of it."""


class Kind(StrEnum):
    """How a write ended, as the activity log names it."""

    DONE = "done"
    ALREADY = "already"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person asked for. `name` is the activity log's word, such as "pay"."""

    action: Action
    name: str
    key: str
    fingerprint: str
    request_id: str
    payment_id: int | None = None
    is_repeatable: bool = True
    """Running it twice has the effect of once, also at the portal."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said about the outcome; `code` chooses the sentence. JSON-able."""

    code: str
    is_alert: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undo:
    """How an act can be taken back.

    `kind` "item" puts `ref_id`, a row, back with its quantity; "delivery" a document. "quantity"
    gives `ref_id`, an item, its `quantity` again, as long as it is still `now`. "unpay" and "pay"
    mark the payment as it was; `amount` is what the person saw.
    """

    kind: str
    payment_id: int
    ref_id: int = 0
    quantity: int = 1
    now: int = 0
    amount: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """What a use case reports. `read` is what the portal shows now, None where nobody knows."""

    kind: Kind
    code: str
    status: int = 200
    read: Read | None = None
    number: str = ""
    before: str = ""
    after: str = ""
    payment_id: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    undo: Undo | None = None
    also: tuple[int, ...] = ()
    """Other payments that the action touched, shown again too."""


@dataclass(frozen=True)
class Result:
    """The answer to a write. `is_replay` asks the caller to render from a fresh read."""

    status: int
    announcement: Announcement
    read: Read | None = None
    payment_id: int | None = None
    is_replay: bool = False
    error: AppError | None = None
    undo: Undo | None = None
    also: tuple[int, ...] = ()
    is_creation: bool = False


class StepFailedError(AppError):
    """A use case failed but knows what the portal shows now, and about which payment it is."""

    def __init__(self, error: AppError, read: Read | None = None, number: str = "") -> None:
        super().__init__(str(error), code=error.code, method=error.method)
        self.error = error
        self.read = read
        self.number = number


def fingerprint(*parts: str) -> str:
    """Identify the body of a request: the same key with another one is refused."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def perform(card: CardSession, intent: Intent, run: Callable[[CardSession], Step]) -> Result:
    """Run a write once for its key and record it before the answer leaves.

    Raises RuleRefusedError, StillRunningError, KeyReusedError, InputError (no key) and what proves
    the opener; everything that happens in `run` becomes a Result, unless our database is away:
    UnrecordedError.
    """
    if not 8 <= len(intent.key) <= 100 or not intent.key.isascii():
        raise InputError("a write needs an Idempotency-Key", code="no_key")
    launches.prove_now(card)
    card.require_rule(intent.action)
    begun, is_canceled = _begin(card, intent)
    if begun is not None:
        return begun
    try:
        return _carry_out(card, intent, canceled.refuse if is_canceled else run)
    except DatabaseAwayError as error:
        raise UnrecordedError(str(error)) from error


def _carry_out(card: CardSession, intent: Intent, run: Callable[[CardSession], Step]) -> Result:
    try:
        with card.one_action():
            step = run(card)
    except DatabaseAwayError as error:
        return _failed(card, intent, UnrecordedError(str(error)))
    except AppError as error:
        return _failed(card, intent, error)
    except Exception:
        # A mistake of ours: the answer will say so, and the log that nobody knows what was done.
        crash = Announcement("error:AppError", is_alert=True)
        _record(card, intent, Step(Kind.UNKNOWN, crash.code, 500), crash)
        raise
    announcement = Announcement(
        step.code,
        is_alert=step.kind not in {Kind.DONE, Kind.ALREADY},
        values={"number": step.number, **step.values},
    )
    _record(card, intent, step, announcement)
    return Result(
        step.status,
        announcement,
        read=step.read,
        payment_id=step.payment_id or intent.payment_id,
        undo=step.undo,
        also=step.also,
        is_creation=intent.payment_id is None,
    )


def _begin(card: CardSession, intent: Intent) -> tuple[Result | None, bool]:
    """Take the key: what there is to answer already, and whether the order is known as canceled."""
    with card.db.transaction() as session:
        begun = idempotency.begin(
            session,
            card.member_id,
            card.user_id,
            intent.key,
            intent.fingerprint,
            card.clock(),
        )
        is_canceled = canceled.is_known(session, card, intent.action, intent.payment_id)
    return _begun_before(card, intent, begun), is_canceled


def _begun_before(card: CardSession, intent: Intent, begun: Begun) -> Result | None:
    match begun.outcome:
        case "new":
            return None
        case "abandoned" if intent.is_repeatable:
            return None
        case "abandoned":
            announcement = Announcement("abandoned", is_alert=True)
            _record(card, intent, Step(Kind.UNKNOWN, "abandoned", 409), announcement)
            return Result(409, announcement, payment_id=intent.payment_id, is_replay=True)
        case "done":
            said = begun.announcement or {}
            return Result(
                begun.status or 200,
                Announcement(said["code"], is_alert=said["is_alert"], values=said["values"]),
                payment_id=said.get("payment_id") or intent.payment_id,
                is_replay=True,
            )
        case "running":
            raise StillRunningError("the first request with this key has not ended")
    raise KeyReusedError("this key was used for something else")


def _failed(card: CardSession, intent: Intent, error: AppError) -> Result:
    read, number = None, ""
    # What is raised plainly has written nothing.
    is_harmless = intent.is_repeatable or not isinstance(error, StepFailedError)
    if isinstance(error, StepFailedError):
        read, number, error = error.read, error.number, error.error
    kind, code = _ending(error)
    if _is_of_the_card(error, read):
        with card.db.transaction() as session:
            refusals.refuse(session, card.member_id, card.user_id, card.ref, card.clock())
    if isinstance(error, OrderCanceledError) and read is not None:
        canceled.note(card, number, read.core.payments)
    said = {"number": number, "code": error.code, "name": intent.name}
    if isinstance(error, InputError):
        said.update(error.values)
    announcement = Announcement(code, is_alert=True, values=said)
    log.warning("write failed: %s %s", intent.name, error, extra={"request_id": intent.request_id})
    step = Step(kind, code, error.status, read, number)
    # After a 401 the page renews its session and sends the same request with the same key again.
    is_sent_again = error.status == SESSION_REFUSED and is_harmless
    _record(card, intent, step, announcement, frees_key=is_sent_again)
    return Result(
        error.status,
        announcement,
        read=read,
        payment_id=intent.payment_id,
        error=error,
    )


def _is_of_the_card(error: AppError, read: Read | None) -> bool:
    """Whether a refusal says that this person may change nothing on this card.

    With the same token the portal has just shown the card: so it is neither the token that it
    refused, nor the portal's plan, which some portals answer with the same code and status.
    """
    is_refused = isinstance(error, RightsRefusedError)
    return is_refused and not isinstance(error, MethodRefusedError) and read is not None


def _ending(error: AppError) -> tuple[Kind, str]:
    """How the activity log calls a failure, and the code that chooses its sentence."""
    code = f"error:{type(error).__name__}"
    if isinstance(error, UnrecordedError):
        return Kind.UNKNOWN, code
    if not isinstance(error, PortalSilentError | PortalMovedError):
        # Somebody said no for a reason, or something did not work.
        is_refused = 400 <= error.status < 500 and error.status != SESSION_REFUSED
        return Kind.REFUSED if is_refused else Kind.FAILED, code
    if error.code == UNSEEN:
        return Kind.DONE, UNSEEN
    if error.executed is Executed.UNKNOWN:
        return Kind.UNKNOWN, code
    return Kind.FAILED, UNASKED if isinstance(error, PortalSilentError) else code


def _detail(announcement: Announcement) -> str:
    """Why, as the log keeps it: of an error also its own code, which tells reasons apart."""
    code = announcement.values.get("code", "")
    is_error = announcement.code.startswith("error:")
    return f"{announcement.code}/{code}" if is_error and code else announcement.code


def _record(
    card: CardSession,
    intent: Intent,
    step: Step,
    announcement: Announcement,
    *,
    frees_key: bool = False,
) -> None:
    """Activity and the key's answer, committed together before the answer leaves."""
    now = card.clock()
    payment_id = step.payment_id or intent.payment_id
    with card.db.transaction() as session:
        activity.append(
            session,
            activity.Record(
                member_id=card.member_id,
                at=now,
                user_id=card.user_id,
                user_name=card.user_name,
                ref=card.ref,
                payment_id=payment_id,
                payment_number=step.number,
                action=intent.name,
                before=step.before,
                after=step.after,
                outcome=step.kind,
                detail=_detail(announcement),
                request_id=intent.request_id,
            ),
        )
        if frees_key:
            idempotency.drop(session, card.member_id, card.user_id, intent.key)
            return
        idempotency.finish(
            session,
            card.member_id,
            card.user_id,
            intent.key,
            status=step.status,
            announcement={
                "code": announcement.code,
                "is_alert": announcement.is_alert,
                "values": dict(announcement.values),
                "payment_id": payment_id,
            },
            now=now,
        )
