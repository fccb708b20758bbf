"""Repeat reads whose answers are too large together in halves, and those again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.wire.answers import BatchAnswer
from b24app.bitrix.wire.transport import Lost
from b24app.errors import PortalError, PortalSilentError

Commands = Mapping[str, Command[Any]]


def may_be_parted(error: PortalSilentError, commands: Commands) -> bool:
    """Return whether the answer was too large, and asking again has no effect but a smaller one."""
    is_plain = not any(
        command.is_write or command.referenced_keys() for command in commands.values()
    )
    return _is_too_large(error) and is_plain


def send_in_parts(
    send: Callable[[Commands], BatchAnswer], commands: Commands, error: PortalSilentError
) -> BatchAnswer:
    """Send reads whose answer was too large in two parts, as often as it takes.

    One whose answer alone is too large has `error` in its place. Raises `error` where all have.
    """
    waiting = _halves(commands)
    answers: list[BatchAnswer] = []
    too_large: dict[str, PortalError] = {} if waiting else dict.fromkeys(commands, error)
    while waiting:
        part = waiting.pop(0)
        try:
            answers.append(send(part))
        except PortalSilentError as again:
            if not _is_too_large(again):
                raise
            waiting[:0] = _halves(part)
            if len(part) == 1:
                too_large.update(dict.fromkeys(part, error))
    if len(too_large) == len(commands):
        raise error
    return _joined([*answers, BatchAnswer(errors=too_large)])


def _halves(commands: Commands) -> list[Commands]:
    """Cut commands in two; nothing is left of a single one."""
    if len(commands) == 1:
        return []
    keys = list(commands)
    middle = (len(keys) + 1) // 2
    return [{key: commands[key] for key in half} for half in (keys[:middle], keys[middle:])]


def _is_too_large(error: PortalSilentError) -> bool:
    return error.code == Lost.TOO_LARGE.value


def _joined(answers: list[BatchAnswer]) -> BatchAnswer:
    return BatchAnswer(
        {key: result for answer in answers for key, result in answer.results.items()},
        {key: error for answer in answers for key, error in answer.errors.items()},
        {key: total for answer in answers for key, total in answer.totals.items()},
        {key: start for answer in answers for key, start in answer.nexts.items()},
        next((answer.application for answer in answers if answer.application), None),
        held=[answer.held for answer in answers],
    )
