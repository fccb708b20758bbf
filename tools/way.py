"""`python -m tools.way`: through which rooms a payment's id goes, to the portal and back.

A room is a folder of b24app. A function is on the way if it is given the id itself, also by a
function around it; one that is given a record with the id in it, such as a `Change`, is not. What
serves any value is left out: the wire and its log, the lists of the domain, and how pages are
written.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

from tools.figures import APP, is_ours, stack, staged

FOR_ANYTHING = ("bitrix/wire", "bitrix/log", "domain", "web/plumbing")
FIT_TO_SEND = "check_id"
"""Looks at any id before it becomes a parameter: here the way to the wire ends."""

FLOORS = ("web", "services/payments", "services/writing", "services/card", "bitrix", "storage")


@dataclass(frozen=True)
class Button:
    """A click in the tab, on a payment of the simulated portal that was just listed."""

    payment_id: int
    method: str
    path: str
    fields: Mapping[str, object] = field(default_factory=dict)


_SHOWN = {"shown": "2258.00", "number": "3653/3", "currency": "EUR"}
BUTTONS = {
    "Mark as paid": Button(1038, "POST", "/pay", _SHOWN),
    "Mark as unpaid": Button(1038, "POST", "/unpay", _SHOWN),
    "Change payment system": Button(1038, "POST", "/system", {"pay_system_id": 7}),
    "Quantity": Button(1038, "POST", "/items/1200", {"quantity": 5, "shown": "20"}),
    "Reassign delivery": Button(
        1039, "POST", "/deliveries/1205", {"delivery_id": 4073, "shown": 4074, "holders-4073": 1037}
    ),
    "Copy public link": Button(1038, "GET", "/link"),
    "Delete payment": Button(1038, "DELETE", ""),
}
"""In an order in which they can be pressed one after the other."""


@dataclass(frozen=True)
class Step:
    """A function on the way, and what it calls the id. `is_up`: it is called from a floor below."""

    room: str
    module: str
    function: str
    names: frozenset[str]
    is_up: bool


@dataclass
class Way:
    """The steps of one id, in their order."""

    payment_id: int
    steps: list[Step] = field(default_factory=list)

    @property
    def rooms(self) -> list[str]:
        """Return the rooms in their order, each as often as it is entered."""
        return [room for room, _steps in groupby(step.room for step in self.steps)]

    @property
    def returns(self) -> dict[str, int]:
        """Return how often each room is entered again."""
        return {room: times - 1 for room, times in Counter(self.rooms).items()}

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take a call into account, as a profiler is told of it."""
        if event != "call" or not is_ours(frame):
            return
        names = self._names(frame)
        room = _room(frame)
        code = frame.f_code
        if names and not room.startswith(FOR_ANYTHING) and code.co_name != FIT_TO_SEND:
            module = Path(code.co_filename).name
            self.steps.append(Step(room, module, code.co_name, names, _is_up(frame)))

    def _names(self, frame: FrameType) -> frozenset[str]:
        code = frame.f_code
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = frame.f_locals
        names = [*parameters, *code.co_freevars]
        return frozenset(name for name in names if name in given and self._is_id(given[name]))

    def _is_id(self, value: object) -> bool:
        """Return whether a value is the id, or a collection of nothing else."""
        if isinstance(value, list | tuple | set | frozenset):
            return len(value) == 1 and self._is_id(*value)
        return type(value) is int and value == self.payment_id


def _room(frame: FrameType) -> str:
    return Path(frame.f_code.co_filename).relative_to(APP).parent.as_posix()


def _is_up(frame: FrameType) -> bool:
    """Return whether a function stands above the last one that stands on any floor."""
    floors = [
        floor for outer in stack(frame) if is_ours(outer) and (floor := _floor(outer)) is not None
    ]
    return len(floors) > 1 and floors[0] < floors[1]


def _floor(frame: FrameType) -> int | None:
    room = _room(frame)
    return next((at for at, floor in enumerate(FLOORS) if room.startswith(floor)), None)


def ways() -> dict[str, Way]:
    """Press all buttons and return the way of each. Raises RuntimeError if one fails."""
    found = {}
    with staged() as stage:
        # The first opening of a card reads more than the others.
        stage.tab()
        for name, button in BUTTONS.items():
            tab = stage.tab()
            found[name] = Way(button.payment_id)
            before = sys.getprofile()
            sys.setprofile(found[name].note)
            try:
                _press(tab, button)
            finally:
                sys.setprofile(before)
            if tab.answer.status_code != 200:
                raise RuntimeError(tab.answer.text)
    return found


def _press(tab: Any, button: Button) -> None:
    path = f"/payments/{button.payment_id}{button.path}"
    if button.method == "GET":
        tab.get(path)
    else:
        tab.send(button.method, path, dict(button.fields))


def main(names: Sequence[str]) -> int:
    """Print the rooms of each button; every step of those that are named."""
    found = ways()
    for name in names or found:
        way = found[name]
        print(f"{name}: {' > '.join(way.rooms)}")
        for step in way.steps if names else ():
            up = "  (up)" if step.is_up else ""
            print(f"  {step.room}/{step.module} {step.function} {' '.join(sorted(step.names))}{up}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
