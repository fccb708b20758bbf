"""Numbers and lists of a portal, some of which nobody can read."""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

R = TypeVar("R")

EXACT_DIGITS = 100
"""Sums and products of what can be read are exact with so many digits. Python rounds at 28."""

# Of this thread, and of every thread that starts later.
decimal.getcontext().prec = decimal.DefaultContext.prec = EXACT_DIGITS


class Unreadable(Decimal):
    """A number of the portal that nobody can read or show: there is one, `UNREADABLE`.

    What is computed from it is unreadable too. It is neither more nor less than anything, nor equal
    to anything. Nothing done with it raises, so one odd value cannot break a page; code that takes
    the greater of two numbers asks `is_readable` first.
    """

    __slots__ = ()

    def __new__(cls) -> Unreadable:
        """Return the only one."""
        return super().__new__(cls, "NaN")

    def _stays(self, *_others: object, **_options: object) -> Unreadable:
        return self

    def _never(self, _other: object) -> bool:
        return False

    def _nothing(self, *_others: object) -> int:
        return 0

    def __str__(self) -> str:
        """Answer nothing: what a form sends of it says nothing about the number."""
        return ""

    def __format__(self, _spec: str, /, *_more: object) -> str:
        """As `str`, whatever is asked for."""
        return ""

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _stays
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _stays
    __neg__ = __pos__ = __abs__ = __copy__ = __deepcopy__ = _stays
    normalize = quantize = to_integral_value = _stays
    __lt__ = __le__ = __gt__ = __ge__ = _never
    __int__ = __trunc__ = __floor__ = __ceil__ = _nothing
    __round__ = _nothing  # type: ignore[assignment] # With digits or without.


UNREADABLE = Unreadable()


def is_readable(number: Decimal) -> bool:
    """Return whether this is a number at all."""
    return number.is_finite()


class Listing(tuple[R, ...]):
    """What a list was read into.

    `unread` has an entry for every row that could not be read: its id, or None where even that
    makes no sense. Code that relies on a missing row has to look here first.
    """

    unread: tuple[int | None, ...] = ()
    repeated: int = 0
    """How many rows came again and were left out."""

    @classmethod
    def of(
        cls, found: Iterable[R], unread: Iterable[int | None] = (), repeated: int = 0
    ) -> Listing[R]:
        """Make a list of what was read and of what was not."""
        listing = cls(found)
        listing.unread = tuple(unread)
        listing.repeated = repeated
        return listing

    def may_hold(self, row_id: int) -> bool:
        """Return whether one of the unread rows is, or may be, this one."""
        return any(unread_id is None or unread_id == row_id for unread_id in self.unread)


def is_whole(listed: Iterable[object]) -> bool:
    """Return whether every row of a list of the portal was read."""
    return not (isinstance(listed, Listing) and listed.unread)
