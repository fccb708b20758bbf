"""The timeline of a card: what is planned, and what was written, paid and done, by day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.records import Card
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.timeline import Activity
from b24app.simulator.ui.ui_activity import ActivityView, activity_view
from b24app.simulator.ui.ui_text import day, money, time_of_day

_TAGS = re.compile(
    r"\[URL=(?P<href>(?:[^\[\]]|\[[^\[\]]*\])+)\](?P<text>.*?)\[/URL\]|\[URL\](?P<bare>.*?)\[/URL\]"
    r"|(?P<path>/marketplace/view/\S+)|\[/?[BIU]\]",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Part:
    """A piece of a text; with `href` a link, which opens in a panel when it `is_local`."""

    text: str
    href: str = ""
    is_local: bool = True


@dataclass(frozen=True)
class Entry:
    """One entry of the timeline. `kind` chooses the icon and the looks."""

    kind: str
    title: str
    parts: tuple[Part, ...]
    author: str
    moment: datetime
    activity: ActivityView | None = None

    @property
    def day(self) -> str:
        """Return the date, printed."""
        return day(self.moment)

    @property
    def time(self) -> str:
        """Return the time of day, printed."""
        return time_of_day(self.moment)


def planned(state: PortalState, user: User, card: Card) -> list[ActivityView]:
    """Return the open activities of a card, the next deadline first."""
    found = [activity for activity in _activities(state, card) if not activity.is_completed]
    found.sort(
        key=lambda activity: (
            activity.deadline is None,
            activity.deadline or activity.created_at,
            activity.id,
        )
    )
    return [activity_view(state, user, activity) for activity in found]


def history(state: PortalState, user: User, card: Card) -> list[tuple[str, list[Entry]]]:
    """Return everything else by the reader's day, newest first."""
    found = [*_entries(state, card), *_done(state, user, card)]
    entries = [replace(entry, moment=user.local(entry.moment)) for entry in found]
    entries.sort(key=lambda entry: entry.moment, reverse=True)
    return [(date, list(same)) for date, same in groupby(entries, key=lambda entry: entry.day)]


def parts_of(text: str, origin: str) -> tuple[Part, ...]:
    """Return a comment as it is shown: BB codes of links, and addresses of the application."""
    parts, start = [], 0
    for tag in _TAGS.finditer(text):
        parts.append(Part(text[start : tag.start()]))
        href = tag["href"] or tag["bare"] or tag["path"]
        if href:
            parts.append(_link(href, tag["text"] or href, origin))
        start = tag.end()
    parts.append(Part(text[start:]))
    return tuple(part for part in parts if part.text)


def _link(href: str, text: str, origin: str) -> Part:
    local = href.removeprefix(origin)
    if local.startswith("/") and not local.startswith("//"):
        return Part(text, local)
    is_web = urlsplit(href).scheme in {"http", "https"}
    return Part(text, href, is_local=False) if is_web else Part(text)


def _activities(state: PortalState, card: Card) -> list[Activity]:
    owner = (card.entity_type_id, card.id)
    return [activity for activity in state.crm.activities.values() if activity.owner == owner]


def _done(state: PortalState, user: User, card: Card) -> Iterator[Entry]:
    for activity in _activities(state, card):
        if activity.is_completed:
            shown = activity_view(state, user, activity)
            yield Entry("done", shown.title, (), shown.responsible, activity.updated_at, shown)


def _entries(state: PortalState, card: Card) -> Iterator[Entry]:
    owner = (card.entity_type_id, card.id)
    title, author = (Part(card.shown_title),), _name(state, card.assigned_by_id)
    yield Entry("created", "Item created", title, author, card.created_at)
    for payment in state.crm.payments_of(*owner):
        if payment.is_paid and payment.date_paid:
            payer = state.users.get(payment.emp_paid_id or 0)
            text = f"Payment {payment.account_number} for {money(payment.sum, payment.currency)}"
            author = payer.full_name if payer else "Automatically"
            yield Entry("paid", "Payment received", (Part(text),), author, payment.date_paid)
    for comment in state.crm.comments:
        if (comment.entity_type_id, comment.entity_id) == owner:
            parts, author = parts_of(comment.text, state.origin), _name(state, comment.author_id)
            yield Entry("comment", "Comment", parts, author, comment.created_at)
    for line in state.crm.log_messages.values():
        if (line.entity_type_id, line.entity_id) == owner:
            author = _name(state, line.author_id)
            yield Entry("log", line.title, (Part(line.text),), author, line.created_at)


def _name(state: PortalState, user_id: int) -> str:
    user = state.users.get(user_id)
    return user.full_name if user else "Former employee"
