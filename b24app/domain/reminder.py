"""What reminds people of a payment: an activity in the card's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """An open activity of a card about one payment. `deadline` is None where nobody can tell.

    `is_todo`: a plain to-do, as portals have that lack activities drawn by applications.
    """

    activity_id: int
    payment_id: int
    deadline: datetime | None
    is_todo: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The words of a reminder in the timeline, in the language of who sets it."""

    title: str
    text: str
    button: str
