"""One REST method call as a value: what to send and how to read the answer. Pure.

A command says nothing about how it travels: the client sends it alone or inside a batch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

REFERENCE = re.compile(r"\$result\[[A-Za-z_][\w.:-]*\](\[\w+\])*\Z")

RESERVED_PARAMS = frozenset({"auth", "access_token", "state", "token"})
"""Top-level request keys the portal keeps for itself (rest-contract a.6)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A value of an earlier command of the same batch, such as `$result[add]`.

    Standing alone as a value it keeps the type of what it names. Never reach into something that
    may be missing or a scalar: the portal then substitutes the nearest value that does exist.
    """

    text: str

    def __post_init__(self) -> None:
        if not REFERENCE.match(self.text):
            raise ValueError("a reference looks like $result[key] or $result[key][0][id]")

    @classmethod
    def to(cls, key: str, *path: str | int) -> Reference:
        """`Reference.to("list", 0, "id")` is `$result[list][0][id]`."""
        return cls("$result" + "".join(f"[{step}]" for step in (key, *path)))


@dataclass(frozen=True, slots=True)
class Command(Generic[T_co]):
    """A REST call. `decode` turns `result` into a value or raises the typed error of the method.

    `is_write` decides whether a request that got no usable answer may be repeated.
    """

    method: str
    params: Mapping[str, object]
    decode: Callable[[object], T_co]
    is_write: bool = False

    def __post_init__(self) -> None:
        if not RESERVED_PARAMS.isdisjoint(self.params):
            raise ValueError(f"{self.method}: a parameter has a reserved name")
