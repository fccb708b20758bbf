"""One REST method call as a value: what to send and how to read the answer. Pure.

A command says nothing about how it travels: the client sends it alone or inside a batch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from b24app.bitrix.wire.decoding import whole
from b24app.errors import PlanWithoutRestError, PortalError

T_co = TypeVar("T_co", covariant=True)

REFERENCE = re.compile(r"\$result\[[A-Za-z_][\w.:-]*\](\[\w+\])*\Z")

RESERVED_PARAMS = frozenset({"auth", "access_token", "state", "token"})
"""Top-level request keys the portal keeps for itself (rest-contract a.6)."""

NEEDS_NO_RIGHTS: Mapping[str | int, type[PortalError]] = {"ACCESS_DENIED": PlanWithoutRestError}
"""Refusals of what nobody needs rights for: only the plan can be what is denied."""

REFERENCE_STEP = re.compile(r"\[([^\]]*)\]")


class UnresolvedReferenceError(LookupError):
    """A reference names something that an earlier answer does not have."""


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
        """Return a reference: `Reference.to("list", 0, "id")` is `$result[list][0][id]`."""
        return cls("$result" + "".join(f"[{step}]" for step in (key, *path)))

    @property
    def key(self) -> str:
        """Return the command it refers to."""
        return self.text.split("[", 1)[1].split("]", 1)[0]

    def resolve(self, results: Mapping[str, object]) -> object:
        """Return the text or whole number it names in the results by key.

        Raises UnresolvedReferenceError where there is nothing, or something that is no id. Stricter
        than the portal, which takes the nearest value that exists.
        """
        value: object = results
        for step in REFERENCE_STEP.findall(self.text):
            value = _step_into(value, step)
        # A number with a point or an exponent was read as a Decimal, which no JSON can say.
        found = value if isinstance(value, str) else whole(value)
        if found is None:
            raise UnresolvedReferenceError(f"{self.text} names no id")
        return found


@dataclass(frozen=True, slots=True)
class Command(Generic[T_co]):
    """A REST call. `decode` turns `result` into a value or raises the typed error of the method.

    `is_paged`: what it lists comes in pages, and whoever asks looks whether there are more.
    `is_write` decides whether a request that got no usable answer may be repeated. One that
    `is_repeatable` comes to the same when it is carried out again, which it is where a write before
    it was refused inside a batch and follows alone. `refusals` are the codes that mean something
    else than in other methods: "0" is the text, and 0 the number.
    """

    method: str
    params: Mapping[str, object]
    decode: Callable[[object], T_co]
    is_write: bool = False
    is_repeatable: bool = False
    is_paged: bool = False
    refusals: Mapping[str | int, type[PortalError]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not RESERVED_PARAMS.isdisjoint(self.params):
            raise ValueError(f"{self.method}: a parameter has a reserved name")

    def referenced_keys(self) -> frozenset[str]:
        """Return the commands of the same batch whose answers this one needs."""
        return frozenset(reference.key for reference in _references(self.params))

    def resolved(self, results: Mapping[str, object]) -> Command[T_co]:
        """Return the command with its references replaced, for a call outside of a batch.

        Raises UnresolvedReferenceError.
        """
        if not self.referenced_keys():
            return self
        return replace(self, params=_resolve_mapping(self.params, results))


BATCH: Command[object] = Command("batch", {}, lambda value: value, refusals=NEEDS_NO_RIGHTS)
"""The call that carries others, without them."""


def _step_into(value: object, step: str) -> object:
    if isinstance(value, Mapping) and step in value:
        return value[step]
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    raise UnresolvedReferenceError(f"nothing at [{step}]")


def _references(value: object) -> Iterator[Reference]:
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _references(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _references(entry)


def _resolve_mapping(
    params: Mapping[str, object], results: Mapping[str, object]
) -> dict[str, object]:
    return {name: _resolve(entry, results) for name, entry in params.items()}


def _resolve(value: object, results: Mapping[str, object]) -> object:
    if isinstance(value, Reference):
        return value.resolve(results)
    if isinstance(value, Mapping):
        return _resolve_mapping(value, results)
    if isinstance(value, list | tuple):
        return [_resolve(entry, results) for entry in value]
    return value
