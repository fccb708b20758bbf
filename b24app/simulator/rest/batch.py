"""`batch`: up to 50 commands one after the other, with $result references between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from .. import errors
from ..errors import PortalError
from ..php import as_array, is_numeric, parse_query, to_text
from .call import upper_names
from .execution import FAULT_ERRORS, Outcome, Session, execute

MAX_COMMANDS = 50
# File methods are refused as well, but this portal has none.
_FORBIDDEN = frozenset({"batch"})
_PARTS = ("result", "error", "total", "next", "time")
# Answers of failed commands have names of their own, which count from the first failure on.
_OF_FAILURES = ("argument", "signature")
_KEY = re.compile(r"\[([^\]]+)\]")

Part = dict[str | int, object]


def run_batch(session: Session, params: Mapping[str, object]) -> dict[str, object]:
    """Run `cmd` and return the `result` of the answer: five parts keyed like the commands.

    A command that is not a string is skipped silently. With `halt` the first error ends it.
    There is no transaction: what ran before an error stays done.
    """
    given = upper_names(params)
    commands = as_array(given.get("CMD"))
    halt = to_text(given.get("HALT")) not in {"", "0"} and not session.state.switches.ignores_halt
    _fail_whole(session, commands)
    parts: dict[str, Part] = {name: {} for name in _PARTS}
    for index, (key, command) in enumerate(commands.items()):
        if not isinstance(command, str):
            continue
        try:
            if index >= MAX_COMMANDS:
                raise errors.batch_too_long()
            _store(parts, key, _run(session, key, command, parts))
        except PortalError as error:
            parts["error"][key] = error.body(session.state.switches.generation)
            if halt:
                break
    return {
        "result": parts["result"],
        "result_error": parts["error"],
        "result_total": parts["total"],
        "result_next": parts["next"],
        "result_time": parts["time"],
    }


def split_command(command: str) -> tuple[str, dict[str, object]]:
    """Split "method?query": `#` cuts the command, the query is decoded once."""
    pieces = urlsplit(f"//portal/{command}")
    return pieces.path[1:].lower(), parse_query(pieces.query)


def substitute(value: object, parts: Mapping[str, Part]) -> object:
    """Replace references in values. A whole value keeps the type of what it refers to.

    A reference reaches to the next white space, whatever stands in it besides its keys.
    """
    if isinstance(value, Mapping):
        return {key: substitute(inner, parts) for key, inner in value.items()}
    if isinstance(value, list):
        return [substitute(inner, parts) for inner in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    names = (*_PARTS, *_OF_FAILURES) if parts["error"] else _PARTS
    reference = re.compile(rf"\$({'|'.join(names)})(\S*)", re.IGNORECASE | re.ASCII)
    whole = reference.fullmatch(value)
    if whole is not None and _KEY.search(whole[2]):
        return _look_up(whole, parts)
    return reference.sub(lambda match: _in_text(match, parts), value)


def _in_text(match: re.Match[str], parts: Mapping[str, Part]) -> str:
    """Return what stands in a text for a reference: only strings and numbers are put in."""
    found = _look_up(match, parts) if _KEY.search(match[2]) else None
    return to_text(found) if isinstance(found, str) or is_numeric(found) else match[0]


def _look_up(match: re.Match[str], parts: Mapping[str, Part]) -> object:
    """Follow the keys as far as they exist: a missing one gives the last value that does.

    The name is found in any case, but what it names is not.
    """
    value: object = parts.get(match[1])
    for key in _KEY.findall(match[2]):
        node = as_array(value) if isinstance(value, Mapping | list) else None
        if node is None:
            break
        found = key if key in node else int(key) if key.isdecimal() and int(key) in node else None
        if found is None or node[found] is None:
            break
        value = node[found]
    return value


def _fail_whole(session: Session, commands: Part) -> None:
    """Fail the whole call, before anything runs, where a fault of a command asks for it."""
    names = {split_command(text)[0] for text in commands.values() if isinstance(text, str)}
    fault = session.state.faults.take_whole_batch(names)
    if fault is not None:
        make_error = FAULT_ERRORS[fault.kind]
        raise make_error()


def _run(session: Session, key: str | int, command: str, parts: Mapping[str, Part]) -> Outcome:
    name, params = split_command(command)
    if name in _FORBIDDEN:
        raise errors.batch_not_allowed()
    if session.state.switches.resolves_references:
        params = {name: substitute(value, parts) for name, value in params.items()}
    return execute(session, name, params, key=str(key))


def _store(parts: Mapping[str, Part], key: str | int, outcome: Outcome) -> None:
    parts["result"][key] = outcome.page.value
    parts["time"][key] = outcome.time
    if outcome.page.total is not None:
        parts["total"][key] = outcome.page.total
    if outcome.page.next is not None:
        parts["next"][key] = outcome.page.next
