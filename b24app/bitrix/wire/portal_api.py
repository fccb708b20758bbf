"""One portal and whose token speaks to it: single calls, and batches with typed handles.

`send` hides whether the portal serves these methods inside `batch`. Where it does not, the same
commands are sent alone, in the order and under the conditions a batch would give them, and nobody
else needs to know (decisions 11).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from b24app.bitrix.command import Command, Reference, UnresolvedReferenceError
from b24app.bitrix.wire import batch as wire
from b24app.bitrix.wire.answers import (
    ROWS_PER_PAGE,
    Answer,
    BatchAnswer,
    as_batch_answer,
    not_run_error,
)
from b24app.bitrix.wire.client import BitrixClient, TokenSource
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.error_codes import PARAMETER_REFUSED, error_for
from b24app.bitrix.wire.parts import may_be_parted, send_in_parts
from b24app.errors import AppError, BatchRefusedError, PortalError, PortalSilentError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

READ_SECONDS = 12.0
"""All calls of one reading request together: the page gives up after 15 seconds."""

Commands = Mapping[str, Command[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Handle(Generic[T_co]):
    """One command of a batch: what its answer is asked for with."""

    key: str
    command: Command[T_co]

    def reference(self, *path: str | int) -> Reference:
        """A value of this command's answer, for a later command of the same batch."""
        return Reference.to(self.key, *path)


@dataclass(slots=True)
class Batch:
    """Commands that travel together and run in their order."""

    commands: dict[str, Command[Any]] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)

    def add(self, command: Command[T], *, is_optional: bool = False) -> Handle[T]:
        """Append a command and return the handle of its answer.

        `is_optional`: not worth a call of its own. Where the portal refuses a batch, it is not
        asked and its error is BatchRefusedError.
        """
        handle = Handle(f"c{len(self.commands)}", command)
        self.commands[handle.key] = command
        if is_optional:
            self.optional.add(handle.key)
        return handle

    def __len__(self) -> int:
        return len(self.commands)


@dataclass(frozen=True)
class BatchResult:
    """What each command of a batch came to, by its handle."""

    answer: BatchAnswer

    def __getitem__(self, handle: Handle[T]) -> T:
        """Return what the command came to, or raise its error.

        A command that was not answered raises UnexpectedAnswerError; after a batch that ended at
        an error it certainly was not executed, and the error says so.
        """
        return self.answer.take(handle.key, handle.command)

    def error(self, handle: Handle[Any]) -> PortalError | None:
        """Return the error the portal gave for a command, if any."""
        return self.answer.errors.get(handle.key)

    def is_answered(self, handle: Handle[Any]) -> bool:
        """Say whether the portal came to this command at all: with a result or with an error."""
        return handle.key in self.answer.results or handle.key in self.answer.errors

    def total(self, handle: Handle[Any]) -> int | None:
        """Return the number of rows on all pages of a paged command."""
        return self.answer.totals.get(handle.key)

    def next(self, handle: Handle[Any]) -> int | None:
        """Return the offset of the next page of a paged command; None on the last one."""
        return self.answer.nexts.get(handle.key)

    def goes_on(self, handle: Handle[Any], rows: int) -> bool:
        """Say whether there may be a page after this one, of which `rows` came.

        `next` says so, and so does a larger total; on some portals the total stops at 50, and
        where there is none a full page may not be the last (decisions 40).
        """
        if self.next(handle) is not None:
            return True
        total = self.total(handle)
        start = handle.command.params.get("start", 0)
        end = ROWS_PER_PAGE + (start if isinstance(start, int) else 0)
        return rows >= ROWS_PER_PAGE if total is None else total > end

    @property
    def application(self) -> str | None:
        """The client id of the token, where the portal tells it."""
        return self.answer.application


class PortalApi:
    """Speaks to one portal with one person's token.

    `start_deadline` answers a Deadline for so many seconds. `refuses_batch` is what is known of the
    portal already; `on_batch_refused` is called once when it turns out now. It may be used from
    several threads.
    """

    def __init__(
        self,
        client: BitrixClient,
        tokens: TokenSource,
        start_deadline: Callable[[float], Deadline],
        *,
        refuses_batch: bool = False,
        on_batch_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self.tokens = tokens
        self.refuses_batch = refuses_batch
        self._client = client
        self._start_deadline = start_deadline
        self._on_batch_refused = on_batch_refused

    def call(self, command: Command[T], within: float = READ_SECONDS) -> T:
        """Call one method and return what its command decodes, or raise its typed error.

        `within` is how many seconds it may take.
        """
        return self._client.call(self.tokens, command, self._start_deadline(within))

    def send(
        self, batch: Batch, within: float = READ_SECONDS, *, stop_on_error: bool = False
    ) -> BatchResult:
        """Send 1 to 50 commands, in one request where the portal allows it.

        Errors of single commands are in the answer. What concerns all of them is raised, and then
        nothing was executed, unless the error's `executed` says that nobody knows. There is no
        transaction: what ran before an error stays. With `stop_on_error` the first one ends it.
        """
        deadline = self._start_deadline(within)
        return BatchResult(self._send(batch, deadline, stop_on_error=stop_on_error))

    def send_all(
        self, batches: Sequence[Batch], within: float = READ_SECONDS
    ) -> list[BatchResult | AppError]:
        """Send several batches of reads at the same time. One that fails is an AppError."""
        deadline = self._start_deadline(within)

        def send_one(batch: Batch) -> BatchResult | AppError:
            try:
                return BatchResult(self._send(batch, deadline, stop_on_error=False))
            except AppError as error:
                return error

        if self.refuses_batch:
            # Each of them sends its commands in parallel already.
            return [send_one(batch) for batch in batches]
        return self._client.in_parallel(self.tokens, send_one, batches)

    def speaking_with(self, tokens: TokenSource) -> PortalApi:
        """Return the same portal with another token."""
        return PortalApi(
            self._client,
            tokens,
            self._start_deadline,
            refuses_batch=self.refuses_batch,
            on_batch_refused=self._on_batch_refused,
        )

    def _send(self, batch: Batch, deadline: Deadline, *, stop_on_error: bool) -> BatchAnswer:
        commands = batch.commands
        if self.refuses_batch:
            wanted, left = _without(commands, batch.optional)
            answer = self._send_alone(wanted, deadline, stop_on_error=stop_on_error)
            return replace(answer, errors={**answer.errors, **left})
        if not all(map(wire.is_encodable, commands.values())):
            return self._send_alone(commands, deadline, stop_on_error=stop_on_error)
        answer = self._send_batch(commands, deadline, stop_on_error=stop_on_error)
        refused = [
            key for key, error in answer.errors.items() if isinstance(error, BatchRefusedError)
        ]
        if not refused:
            return answer
        self._note_refusal()
        if stop_on_error and len(refused) < len(answer.errors):
            return answer
        again = [
            key for key in _still_to_run(answer, commands, refused) if key not in batch.optional
        ]
        return self._send_rest_alone(answer, commands, again, deadline, stop_on_error=stop_on_error)

    def _send_batch(
        self, commands: Commands, deadline: Deadline, *, stop_on_error: bool
    ) -> BatchAnswer:
        try:
            return self._client.batch(self.tokens, commands, deadline, halt=stop_on_error)
        except PortalSilentError as error:
            if not may_be_parted(error, commands):
                raise
            return send_in_parts(
                lambda part: self._client.batch(self.tokens, part, deadline), commands, error
            )

    def _note_refusal(self) -> None:
        if not self.refuses_batch:
            self.refuses_batch = True
            self._on_batch_refused()

    def _send_rest_alone(
        self,
        answer: BatchAnswer,
        commands: Commands,
        again: Sequence[str],
        deadline: Deadline,
        *,
        stop_on_error: bool,
    ) -> BatchAnswer:
        """Finish a batch of which the portal served only a part.

        Writes that were served have run and are not repeated. Reads after the first refused write
        are, since they show the state before it.
        """
        earlier: dict[str, Answer | PortalError] = {
            key: Answer(result, answer.totals.get(key), answer.nexts.get(key), held=answer.held)
            for key, result in answer.results.items()
            if key not in again
        }
        earlier.update((key, one) for key, one in answer.errors.items() if key not in again)
        rest = {key: commands[key] for key in again}
        found = self._send_alone(rest, deadline, earlier, stop_on_error=stop_on_error)
        return replace(found, application=answer.application or found.application)

    def _send_alone(
        self,
        commands: Commands,
        deadline: Deadline,
        earlier: Mapping[str, Answer | PortalError] | None = None,
        *,
        stop_on_error: bool,
    ) -> BatchAnswer:
        """Send the commands as single calls: reads side by side, writes in their order.

        Where no command got a result, the first error is raised, as that of a batch would be.
        """
        outcomes: dict[str, Answer | PortalError] = dict(earlier or {})
        is_stopped = False
        for step in _steps(commands):
            for key, outcome in self._run_step(step, outcomes, deadline).items():
                outcomes[key] = outcome
                is_stopped = stop_on_error and isinstance(outcome, PortalError)
                if is_stopped:
                    break
            if is_stopped:
                break
        errors = [one for one in outcomes.values() if isinstance(one, PortalError)]
        if errors and len(errors) == len(outcomes):
            raise next((one for one in errors if not isinstance(one, BatchRefusedError)), errors[0])
        return as_batch_answer(outcomes, is_halted=is_stopped)

    def _run_step(
        self,
        step: Commands,
        outcomes: Mapping[str, Answer | PortalError],
        deadline: Deadline,
    ) -> dict[str, Answer | PortalError]:
        """Send commands that need no order among themselves.

        What keeps calls from being made at all, such as a session that ended, is raised only while
        nothing was answered: what is known of earlier commands has to be told.
        """
        results = {key: one.result for key, one in outcomes.items() if isinstance(one, Answer)}
        found: dict[str, Answer | PortalError] = {}
        ready: dict[str, Command[Any]] = {}
        for key, command in step.items():
            try:
                ready[key] = command.resolved(results)
            except UnresolvedReferenceError:
                # As the portal answers it inside a batch (rest-contract d.3).
                found[key] = error_for(command.method, PARAMETER_REFUSED)
        try:
            found.update(self._client.side_by_side(self.tokens, ready, deadline))
        except AppError:
            if not outcomes:
                raise
            found.update((key, not_run_error(one.method)) for key, one in ready.items())
        return {key: found[key] for key in step}


def _without(
    commands: Commands, optional: Container[str]
) -> tuple[Commands, dict[str, PortalError]]:
    """Return the commands that have to run, and the errors of those that are left out."""
    wanted = {key: command for key, command in commands.items() if key not in optional}
    left: dict[str, PortalError] = {
        key: BatchRefusedError(method=command.method)
        for key, command in commands.items()
        if key in optional
    }
    return wanted, left


def _still_to_run(answer: BatchAnswer, commands: Commands, refused: Sequence[str]) -> list[str]:
    """Return the keys, in order, of what a batch that was served in part has left undone."""
    again: list[str] = []
    is_write_due = False
    for key, command in commands.items():
        is_unserved = key in refused or not (key in answer.results or key in answer.errors)
        is_stale = is_write_due and not command.is_write
        has_failed = key in answer.errors
        lacked_reference = has_failed and any(one in again for one in command.referenced_keys())
        if is_unserved or is_stale or lacked_reference:
            again.append(key)
            is_write_due = is_write_due or command.is_write
    return again


def _steps(commands: Commands) -> Iterator[dict[str, Command[Any]]]:
    """Cut commands where order matters: around each write, and before a reference is used."""
    step: dict[str, Command[Any]] = {}
    for key, command in commands.items():
        if step and (command.is_write or any(one in step for one in command.referenced_keys())):
            yield step
            step = {}
        step[key] = command
        if command.is_write:
            yield step
            step = {}
    if step:
        yield step
