"""One portal and whose token speaks to it: single calls, and batches with typed handles.

`send` hides whether the portal serves these methods inside `batch`. Where it does not, the same
commands are sent alone, in the order and under the conditions a batch would give them, and nobody
else needs to know (decisions 11).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.wire import batch as wire
from b24app.bitrix.wire.alone import Commands, SingleCalls, still_to_run
from b24app.bitrix.wire.answers import ROWS_PER_PAGE, BatchAnswer
from b24app.bitrix.wire.client import BitrixClient, TokenSource
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.parts import may_be_parted, send_in_parts
from b24app.errors import AppError, BatchRefusedError, PortalError, PortalSilentError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

READ_SECONDS = 12.0
"""All calls of one reading request together: the page gives up after 15 seconds."""

WITH_READS = 1.7
"""What the request of some writes takes with its reads and its way, of the time of these writes."""

PARALLEL_PARTS, WORTH_A_CALL = 3, 8
"""How many calls may share long reading, and how many commands each has to have then."""


@dataclass(frozen=True, slots=True, eq=False)
class Handle(Generic[T_co]):
    """One command of a batch: what its answer is asked for with."""

    key: str
    command: Command[T_co]

    def reference(self, *path: str | int) -> Reference:
        """Return a value of this command's answer, for a later command of the same batch."""
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

    def parts(self, most: int = wire.MAX_COMMANDS) -> list[Batch]:
        """Return the same commands, in their order, in batches of at most so many commands."""
        keys = list(self.commands)
        return [
            Batch({key: self.commands[key] for key in part}, self.optional.intersection(part))
            for start in range(0, len(keys), most)
            if (part := keys[start : start + most])
        ]


@dataclass(frozen=True)
class BatchResult:
    """What each command of a batch came to, by its handle."""

    answer: BatchAnswer

    @classmethod
    def joined(cls, results: Sequence[BatchResult]) -> BatchResult:
        """Return what the parts of one batch came to together."""
        answers = [result.answer for result in results]
        if len(answers) == 1:
            return results[0]
        return cls(
            BatchAnswer(
                results={key: one for part in answers for key, one in part.results.items()},
                errors={key: one for part in answers for key, one in part.errors.items()},
                totals={key: one for part in answers for key, one in part.totals.items()},
                nexts={key: one for part in answers for key, one in part.nexts.items()},
                held=[part.held for part in answers],
            )
        )

    def __getitem__(self, handle: Handle[T]) -> T:
        """Return what the command came to, or raise its error.

        A command that was not answered raises UnexpectedAnswerError; after a batch that ended at
        an error it certainly was not executed, and the error says so.
        """
        return self.answer.take(handle.key, handle.command)

    def error(self, handle: Handle[Any]) -> PortalError | None:
        """Return the error the portal gave for a command, if any."""
        return self.answer.errors.get(handle.key)

    @property
    def errors(self) -> Collection[PortalError]:
        """Return every error the portal gave for a command."""
        return self.answer.errors.values()

    def is_answered(self, handle: Handle[Any]) -> bool:
        """Return whether the portal came to this command at all: with a result or with an error."""
        return handle.key in self.answer.results or handle.key in self.answer.errors

    def total(self, handle: Handle[Any]) -> int | None:
        """Return the number of rows on all pages of a paged command."""
        return self.answer.totals.get(handle.key)

    def next(self, handle: Handle[Any]) -> int | None:
        """Return the offset of the next page of a paged command; None on the last one."""
        return self.answer.nexts.get(handle.key)

    def goes_on(self, handle: Handle[Any], rows: int) -> bool:
        """Return whether there may be a page after this one, of which `rows` came.

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
        """Return the client id of the token, where the portal tells it."""
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

    def read(self, batch: Batch, within: float = READ_SECONDS) -> BatchResult:
        """Send reads that do not refer to each other; many of them in calls at the same time.

        The portal runs the commands of one call one after another. Raises the error of any call.
        """
        parts = max(1, min(PARALLEL_PARTS, len(batch) // WORTH_A_CALL))
        most = min(-(-len(batch) // parts), wire.MAX_COMMANDS)
        answers = self.send_all(batch.parts(most), within)
        for answer in answers:
            if isinstance(answer, AppError):
                raise answer
        return BatchResult.joined([one for one in answers if isinstance(one, BatchResult)])

    def writes_within(self, seconds: float, most: int) -> int:
        """Return how many writes the portal is likely to carry out in this time: 1 to `most`.

        In less time where its action has less left, as after waiting for others.
        """
        left = self._start_deadline(seconds * WITH_READS).remaining()
        seconds = min(seconds, left / WITH_READS)
        of_one = self._client.pace.seconds_of_write(self.tokens.share.portal)
        return max(1, min(most, int(seconds / of_one))) if of_one > 0 else most

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
        singly = SingleCalls(self._client, self.tokens, deadline, stop_on_error)
        if self.refuses_batch:
            wanted, left = _without(commands, batch.optional)
            answer = singly.send(wanted)
            return replace(answer, errors={**answer.errors, **left})
        try:
            answer = self._send_batch(commands, deadline, stop_on_error=stop_on_error)
        except wire.UnsayableError:
            # Found before anything was sent.
            return singly.send(commands)
        refused = [
            key for key, error in answer.errors.items() if isinstance(error, BatchRefusedError)
        ]
        if not refused:
            return answer
        self._note_refusal()
        if stop_on_error and len(refused) < len(answer.errors):
            return answer
        undone = still_to_run(answer, commands, refused)
        return singly.send_rest(
            answer, commands, [key for key in undone if key not in batch.optional]
        )

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
