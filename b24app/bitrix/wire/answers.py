"""Answers of the portal as values: one call's, and a batch's by command key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast
from urllib.parse import urljoin, urlsplit

from b24app.bitrix.command import BATCH, Command
from b24app.bitrix.wire import batch, json_text
from b24app.bitrix.wire.decoding import MAX_ROWS, count, unexpected
from b24app.bitrix.wire.error_codes import error_for
from b24app.bitrix.wire.transport import Lost, Received
from b24app.domain import Listing
from b24app.errors import (
    Executed,
    LedElsewhereError,
    NoConnectionError,
    PortalError,
    PortalMovedError,
    PortalSilentError,
    UnexpectedAnswerError,
)

T = TypeVar("T")

NOT_RUN = "not_run"
FIRST_REDIRECT, LAST_REDIRECT = 300, 399
APPLICATION_HEADER = "X-Bitrix-Rest-Application"
ROWS_PER_PAGE = 50
LARGE = 64 * 1024
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer. `application` is the client id of the token, where the portal says it.

    `next` and `total` exist for paged methods only.
    """

    result: object
    total: int | None = None
    next: int | None = None
    application: str | None = None
    held: object = field(default=None, repr=False, compare=False)
    """The room that `result` takes: kept as long as that is."""


@dataclass(frozen=True)
class BatchAnswer:
    """What each command of a batch came to. Take results with the command that asked for them."""

    results: Mapping[str, object] = field(default_factory=dict)
    errors: Mapping[str, PortalError] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    nexts: Mapping[str, int] = field(default_factory=dict)
    application: str | None = None
    is_halted: bool = False
    held: object = field(default=None, repr=False, compare=False)
    """The room that the results take: kept as long as they are."""

    def take(self, key: str, command: Command[T]) -> T:
        """Return what the command came to, or raise its error.

        A key in neither part raises UnexpectedAnswerError; after a halt with the code "not_run",
        and then it certainly was not executed.
        """
        if key in self.errors:
            raise self.errors[key]
        if key in self.results:
            return decoded(command, self.results[key], self.totals.get(key), self.nexts.get(key))
        if self.is_halted and self.errors:
            raise not_run_error(command.method)
        raise unexpected(command.method, "no answer to this command of the batch")


def decoded(command: Command[T], result: object, total: int | None, following: int | None) -> T:
    """Return what the command makes of its result.

    Should a portal page a list that has no pages, what did not come counts as unread: nothing may
    be added up, or billed, as if it were all. `following` is what the answer names as `next`.
    """
    value = command.decode(result)
    if command.is_paged or not isinstance(value, Listing):
        return value
    missing = (total or 0) - len(value) - len(value.unread) - value.repeated
    if following is None and missing <= 0:
        return value
    # What a portal says of its rows must not cost more than rows would.
    unread = [None] * min(max(1, missing), MAX_ROWS)
    return cast("T", Listing.of(value, [*value.unread, *unread], value.repeated))


def not_run_error(method: str) -> PortalError:
    """Return the exception for a command that was never sent or reached."""
    error = unexpected(method, "the commands before it ended the batch")
    error.code = NOT_RUN
    error.executed = Executed.NO
    return error


def parse(body: bytes) -> Mapping[str, object] | None:
    """Return the JSON object of an answer, with values that are safe to work with, else None."""
    try:
        # One large body at a time: what it takes while it is read is more than what it becomes.
        with ONE_AT_A_TIME if len(body) > LARGE else nullcontext():
            value = json_text.read(body)
    except json_text.JsonError:
        return None
    return value if isinstance(value, dict) else None


def _moves(received: Received, address: str) -> bool:
    """Return whether a redirect names the portal's new address.

    A renamed portal names the same method there (rest-contract a.5), or nothing but the host; one
    that was moved to another folder names the method below that. Any other page is one to log in,
    of the portal or of a company's own login in front of it, or of a closed portal: opening the
    card again elsewhere helps nobody then.
    """
    try:
        old = urlsplit(address)
        new = urlsplit(urljoin(address, received.headers.get("Location", "")))
    except ValueError:
        return True
    names_host_only = new.path in {"", "/"} and not new.query and old[:2] != new[:2]
    method = old.path[old.path.rfind("/rest/") :]
    return names_host_only or (old[:3] != new[:3] and new.path.endswith(method))


def lost_error(method: str, lost: Lost) -> PortalError:
    """Return the exception for a request that got no answer."""
    if lost is Lost.NOT_SENT:
        return NoConnectionError(f"{method}: no connection", code=lost.value, method=method)
    return PortalSilentError(f"{method}: no answer", code=lost.value, method=method)


def read_envelope(
    command: Command[Any],
    received: Received,
    payload: Mapping[str, object] | None,
    address: str = "",
) -> Answer:
    """Return the result of a parsed answer or raise its error. The status does not decide.

    A refused command can colour a whole batch with 403 although its body is good (quirk 8).
    """
    method = command.method
    status = received.status
    is_redirect = FIRST_REDIRECT <= status <= LAST_REDIRECT
    if is_redirect and _moves(received, address):
        raise PortalMovedError(
            f"{method}: redirected", code="moved", method=method, http_status=status
        )
    if payload is None or not ("error" in payload or "result" in payload):
        if is_redirect:
            raise LedElsewhereError(
                f"{method}: led elsewhere", code="elsewhere", method=method, http_status=status
            )
        raise UnexpectedAnswerError(
            f"{method}: no JSON answer", code="not_json", method=method, http_status=status
        )
    # `"error" in payload`, not its value: 0 and "" are errors too (quirk 5).
    if "error" in payload:
        raise error_for(command, payload["error"], payload.get("error_description"), status)
    return Answer(
        result=payload["result"],
        total=count(payload.get("total")),
        next=_offset(payload.get("next")),
        application=received.headers.get(APPLICATION_HEADER),
        held=received.held,
    )


def batch_answer(
    answer: Answer, commands: Mapping[str, Command[Any]], *, is_halted: bool
) -> BatchAnswer:
    """Read the parts of a batch. Raises UnexpectedAnswerError where there are none."""
    parts = batch.decode(answer.result)
    return BatchAnswer(
        results=parts.results,
        errors={
            key: _error(commands.get(key, BATCH), entry) for key, entry in parts.errors.items()
        },
        totals=_numbers(parts.totals, count),
        nexts=_numbers(parts.nexts, _offset),
        application=answer.application,
        is_halted=is_halted,
        held=answer.held,
    )


def as_batch_answer(
    answers: Mapping[str, Answer | PortalError], *, is_halted: bool = False
) -> BatchAnswer:
    """Return the answers of single calls in the shape of a batch's."""
    good = {key: answer for key, answer in answers.items() if isinstance(answer, Answer)}
    return BatchAnswer(
        results={key: answer.result for key, answer in good.items()},
        errors={key: error for key, error in answers.items() if isinstance(error, PortalError)},
        totals={key: answer.total for key, answer in good.items() if answer.total is not None},
        nexts={key: answer.next for key, answer in good.items() if answer.next is not None},
        application=next(
            (answer.application for answer in good.values() if answer.application), None
        ),
        is_halted=is_halted,
        held=[answer.held for answer in good.values()],
    )


def _error(command: Command[Any], entry: object) -> PortalError:
    if isinstance(entry, Mapping):
        return error_for(command, entry.get("error", ""), entry.get("error_description"))
    return error_for(command, "", entry)


def _offset(value: object) -> int | None:
    """Return where the next page begins; None where there is none: it is never the first one."""
    return count(value) or None


def _numbers(
    part: Mapping[str, object], read_one: Callable[[object], int | None]
) -> dict[str, int]:
    read = {key: read_one(value) for key, value in part.items()}
    return {key: number for key, number in read.items() if number is not None}
