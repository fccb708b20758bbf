"""Encode and decode `batch`. Pure. https://apidocs.bitrix24.com, how-to-call-rest-api/batch.

A command is `method?query`, decoded by PHP's parse_str: encoded once, as http_build_query does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote_plus

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.wire.decoding import unexpected

MAX_COMMANDS = 50

KEY = re.compile(r"[A-Za-z_][\w.:-]*\Z", re.ASCII)
"""Not numeric: the portal turns numbered parts into lists (quirk 45)."""

ONCE_A_BATCH = frozenset({"salescenter.payment.getPublicUrl"})
"""A second one would be answered with the link of the first payment of its order (quirk 67)."""

SUBSTITUTED = re.compile(
    r"\$(result|next|total|time|error|argument|signature)\S*\[", re.IGNORECASE | re.ASCII
)
"""The portal replaces these inside any value, after decoding, and nothing escapes them.

Between the name and its keys may stand anything but white space. The last two are names of the
answer of a failed command.
"""


PROGRAM = r"\.\.|script|select|union|insert|update|delete|drop|alter|create|exec|where|having"
PLAIN = re.compile(
    rf"(?!.*(?:{PROGRAM}))[\w\s.,:;/()#№·–—’+$¢£¤¥\u20a0-\u20bf\u200e\u200f\u061c-]*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""Letters, digits, blanks, currencies and what stands between them, without words of programs."""


class UnsayableError(ValueError):
    """No batch can carry a command unchanged: it must be called alone."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a batch answer by command key. `errors` holds `{error, error_description}`."""

    results: Mapping[str, object] = field(default_factory=dict)
    errors: Mapping[str, object] = field(default_factory=dict)
    totals: Mapping[str, object] = field(default_factory=dict)
    nexts: Mapping[str, object] = field(default_factory=dict)


def encode(command: Command[object]) -> str:
    """Return `method?query`.

    True and False travel as 1 and 0, None and empty objects are left out, as PHP does. An empty
    list cannot be encoded and would change the meaning of a filter: UnsayableError. So is text that
    holds `$result[` and the like: send free text as a call of its own.
    """
    query = "&".join(f"{_quoted(name)}={value}" for name, value in _pairs(command.params))
    return f"{command.method}?{query}" if query else command.method


def arrives_whole(command: Command[object]) -> bool:
    """Return whether all text of a command comes out of a batch as it went in.

    A portal's filter against attacks may change text that looks like one (quirk 68), so signs and
    words of program text count as not safe, whatever they are meant for.
    """
    try:
        encode(command)
    except UnsayableError:
        return False
    return all(map(PLAIN.match, _texts(command.params)))


def encode_all(commands: Mapping[str, Command[object]]) -> dict[str, str]:
    """Return the `cmd` of a batch.

    Raises UnsayableError, and ValueError for no, too many or oddly named commands, and for two that
    a portal answers alike.
    """
    if not 0 < len(commands) <= MAX_COMMANDS:
        raise ValueError(f"a batch has 1 to {MAX_COMMANDS} commands")
    for key in commands:
        if not KEY.match(key):
            raise ValueError("a key of a batch starts with a letter")
    for method in ONCE_A_BATCH:
        if sum(command.method == method for command in commands.values()) > 1:
            raise ValueError(f"{method}: once in a batch, since the portal repeats its answer")
    return {key: encode(command) for key, command in commands.items()}


def decode(result: object) -> Parts:
    """Read the `result` of a batch. Raises UnexpectedAnswerError where it has no parts."""
    if not isinstance(result, Mapping) or not ("result" in result or "result_error" in result):
        raise unexpected("batch", "no parts")
    if not isinstance(result.get("result", []), Mapping | list):
        raise unexpected("batch", "no results")
    return Parts(
        results=_part(result.get("result")),
        errors=_part(result.get("result_error")),
        totals=_part(result.get("result_total")),
        nexts=_part(result.get("result_next")),
    )


def _part(value: object) -> dict[str, object]:
    """Read a part: an object, `[]` when empty, or a list when its keys are 0, 1, 2 ...

    What is neither says nothing: a command that is in no part is asked about as one without an
    answer, and the other parts count.
    """
    if isinstance(value, list):
        return {str(number): entry for number, entry in enumerate(value)}
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    return {}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, str):
        yield value


def _pairs(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    # Most are scalars, and to ask whether one is a mapping takes longer than the rest.
    if isinstance(value, str | int):
        yield name, _scalar(name, value)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _pairs(entry, f"{name}[{_checked(key)}]" if name else _checked(key))
    elif isinstance(value, list | tuple):
        if not value:
            raise UnsayableError(f"{name}: an empty list cannot be said in a batch")
        for number, entry in enumerate(value):
            yield from _pairs(entry, f"{name}[{number}]")
    elif value is not None:
        yield name, _scalar(name, value)


def _scalar(name: str, value: object) -> str:
    if isinstance(value, Reference):
        return value.text
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return quote_plus(_checked(value), errors="replace")
    raise UnsayableError(f"{name}: {type(value).__name__} cannot be said in a batch")


@lru_cache(maxsize=1024)
def _quoted(name: str) -> str:
    """Return the name of a parameter encoded. Our methods have a few hundred."""
    return quote_plus(name)


def _checked(text: object) -> str:
    checked = str(text)
    if SUBSTITUTED.search(checked):
        raise UnsayableError("the portal would substitute this text: send it as a call of its own")
    return checked
