"""Send a batch's commands as single calls: reads in parallel, writes in their order.

What a batch does for its commands is done here: references are resolved from the answers before,
and an error ends the rest where the batch was to stop at one (rest-contract d.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix.command import Command, UnresolvedReferenceError
from b24app.bitrix.wire.answers import Answer, BatchAnswer, as_batch_answer, not_run_error
from b24app.bitrix.wire.client import BitrixClient, TokenSource
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.error_codes import PARAMETER_REFUSED, error_for
from b24app.errors import (
    AppError,
    BatchRefusedError,
    BusinessRefusalError,
    Executed,
    PortalError,
)

Commands = Mapping[str, Command[Any]]
Outcomes = Mapping[str, Answer | PortalError]


@dataclass(frozen=True, slots=True)
class SingleCalls:
    """Carries commands out without a batch, with one token and within one deadline."""

    client: BitrixClient
    tokens: TokenSource
    deadline: Deadline
    stop_on_error: bool = False

    def send(self, commands: Commands, earlier: Outcomes | None = None) -> BatchAnswer:
        """Return what the commands came to, beside what is known of `earlier` ones.

        Where no command got a result, the first error is raised, as that of a batch would be; that
        of a write of which nobody knows whether it ran comes before all others. Nothing is raised
        where some were refused by their methods: then each has an error of its own.
        """
        outcomes = dict(earlier or {})
        is_stopped = False
        for step in _steps(commands):
            for key, outcome in self._run_step(step, outcomes).items():
                outcomes[key] = outcome
                is_stopped = self.stop_on_error and isinstance(outcome, PortalError)
                if is_stopped:
                    break
            if is_stopped:
                break
        errors = [outcome for outcome in outcomes.values() if isinstance(outcome, PortalError)]
        if errors and len(errors) == len(outcomes):
            told = [error for error in errors if not isinstance(error, BatchRefusedError)] or errors
            if len({isinstance(error, BusinessRefusalError) for error in told}) == 1:
                raise _unclear_write(commands, outcomes) or told[0]
        return as_batch_answer(outcomes, is_halted=is_stopped)

    def send_rest(
        self, answer: BatchAnswer, commands: Commands, again: Sequence[str]
    ) -> BatchAnswer:
        """Finish a batch of which the portal served only a part: send the keys of `again`."""
        earlier: dict[str, Answer | PortalError] = {
            key: Answer(result, answer.totals.get(key), answer.nexts.get(key), held=answer.held)
            for key, result in answer.results.items()
            if key not in again
        }
        earlier.update((key, error) for key, error in answer.errors.items() if key not in again)
        found = self.send({key: commands[key] for key in again}, earlier)
        return replace(found, application=answer.application or found.application)

    def _run_step(self, step: Commands, outcomes: Outcomes) -> dict[str, Answer | PortalError]:
        """Send commands that need no order among themselves.

        What keeps calls from being made at all, such as a session that ended, is raised only while
        nothing was answered: what is known of earlier commands has to be told. Afterwards it is the
        cause of the errors of what was not sent.
        """
        results = {
            key: outcome.result for key, outcome in outcomes.items() if isinstance(outcome, Answer)
        }
        found: dict[str, Answer | PortalError] = {}
        ready: dict[str, Command[Any]] = {}
        for key, command in step.items():
            try:
                ready[key] = command.resolved(results)
            except UnresolvedReferenceError:
                # As the portal answers it inside a batch (rest-contract d.3).
                refused = error_for(command, PARAMETER_REFUSED)
                refused.executed = Executed.NO
                found[key] = refused
        try:
            found.update(self.client.side_by_side(self.tokens, ready, self.deadline))
        except AppError as error:
            if not outcomes:
                raise
            for key, command in ready.items():
                not_run = not_run_error(command.method)
                not_run.__cause__ = error
                found[key] = not_run
        return {key: found[key] for key in step}


def _unclear_write(commands: Commands, outcomes: Outcomes) -> PortalError | None:
    """Return the error of the first write that may have run, None if there is none."""
    for key, command in commands.items():
        error = outcomes.get(key)
        if not (command.is_write and isinstance(error, PortalError)):
            continue
        if error.executed is not Executed.NO:
            return error
    return None


def still_to_run(answer: BatchAnswer, commands: Commands, refused: Sequence[str]) -> list[str]:
    """Return the keys, in order, of what a batch that was served in part has left undone.

    Writes that were served have run and are not repeated, unless they may be: binding after an
    unbind that comes only now. Reads after the first refused write are, since they show the state
    before it. A write of which the answer says nothing may have run, except behind the error that
    ended the batch.
    """
    again: list[str] = []
    is_write_due = is_over = False
    for key, command in commands.items():
        has_failed = key in answer.errors
        is_untold = not (has_failed or key in answer.results)
        is_unserved = key in refused or (is_untold and (is_over or not command.is_write))
        is_over = is_over or (has_failed and answer.is_halted)
        is_stale = is_write_due and (command.is_repeatable or not command.is_write)
        lacked_reference = has_failed and any(
            needed in again for needed in command.referenced_keys()
        )
        if is_unserved or is_stale or lacked_reference:
            again.append(key)
            is_write_due = is_write_due or command.is_write
    return again


def _steps(commands: Commands) -> Iterator[dict[str, Command[Any]]]:
    """Cut commands where order matters: around each write, and before a reference is used."""
    step: dict[str, Command[Any]] = {}
    for key, command in commands.items():
        if step and (
            command.is_write or any(needed in step for needed in command.referenced_keys())
        ):
            yield step
            step = {}
        step[key] = command
        if command.is_write:
            yield step
            step = {}
    if step:
        yield step
