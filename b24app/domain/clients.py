"""Who a payment's link goes to: the contacts and the company of a card."""

from __future__ import annotations

from dataclasses import dataclass, field

from b24app.domain.card import EntityRef


@dataclass(frozen=True, slots=True)
class Client:
    """A contact or company of a card. Personal data: shown once, never stored, never logged.

    `phones` are those that take messages, the most suitable first; all values are as typed.
    """

    ref: EntityRef
    name: str = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BoundClients:
    """The ids of a card's contacts, the main one first, and of its company; None for none."""

    contact_ids: tuple[int, ...]
    company_id: int | None
