"""Find which payments of a card the lines of a bank statement pay. Nothing is written or kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from b24app import texts
from b24app.bitrix.methods.payments import list_payments
from b24app.domain.statement import accounts, lines, matching
from b24app.domain.statement.matching import Match, Verdict
from b24app.errors import InputCode, InputError, NotOnThisCardError
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import returned
from b24app.services.payments.many_wish import Chosen

MOST_LINES = 200
MOST_CHARACTERS = 24_000
NOTE_LENGTH = 300
LOOKED_THROUGH = 2_000
"""Characters of a line that may end up in its note, which is shorter where it has accounts."""
XML = re.compile(r"[\s\ufeff]*<[\s\S]*</")
"""A file of a bank as it is, or a part of it: CAMT."""

SURE, TO_LOOK_AT = frozenset({Verdict.SURE}), frozenset({
    Verdict.LIKELY, Verdict.UNCLEAR, Verdict.DOUBTFUL, Verdict.DIFFERS, Verdict.SEVERAL,
    Verdict.TWICE, Verdict.CURRENCY,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of a statement as somebody pasted them, and what they say.

    `chosen` are ticked: nothing is before a person has done so. An account, a customer's account
    and a list of open invoices look alike, and words that tell them apart are in no list.

    `unread` is the number of the card's payments that could not be read. `is_whole`: all of them
    were, and their amounts.
    """

    text: str
    matches: Sequence[Match]
    chosen: Collection[int] = ()
    unread: int = 0
    is_whole: bool = True

    @property
    def sure(self) -> list[Match]:
        """Return the lines that have the number and the amount of a payment."""
        return [match for match in self.matches if match.verdict in SURE]

    @property
    def to_look_at(self) -> list[Match]:
        """Return the lines that a person has to decide about."""
        return [one for one in self.matches if one.verdict in TO_LOOK_AT]

    @property
    def others(self) -> list[Match]:
        """Return the lines that are about nothing which waits for money here."""
        return [one for one in self.matches if one.verdict not in SURE | TO_LOOK_AT]


def read(card: CardSession, text: str, chosen: Collection[int] = ()) -> Statement:
    """Match a statement with the payments that the portal lists now. One call.

    `chosen` are the ids of payments that stay ticked. Raises InputError for too much text, for
    none, and for XML.
    """
    require_fitting(text)
    launches.prove_now(card)
    if not card.ref.owns_payments:
        # A list by such a card's number would be of some order that happens to have it.
        raise NotOnThisCardError("a card that has no payments of its own")
    listed = returned.known(card, card.api.call(list_payments(card.ref)))
    matches = matching.match(text, listed)
    unread = len(listed.unread)
    is_whole = not unread and all(one.sum.is_readable for one in listed)
    return Statement(text, matches, chosen, unread, is_whole)


def require_fitting(text: str) -> None:
    """Raise InputError for more lines than anybody looks through, for none, and for XML."""
    if not text.strip():
        raise InputError("no lines", code=InputCode.NO_STATEMENT, field="lines")
    if XML.match(text):
        raise InputError("XML", code=InputCode.STATEMENT_IS_XML, field="lines")
    if len(text) > MOST_CHARACTERS or len(lines.rows_of(text)) > MOST_LINES:
        raise InputError("too long", code=InputCode.STATEMENT_TOO_LONG, field="lines")


def notes_of(text: str, chosen: Sequence[tuple[Chosen, int]]) -> dict[int, str]:
    """Return the notes of chosen payments: each the line of the statement that pays it.

    A note is read by all who see the card, so account numbers are shortened in it.
    """
    rows = lines.rows_of(text)
    return {one.id: _note_of(rows[at - 1]) if 0 < at <= len(rows) else "" for one, at in chosen}


def _note_of(line: str) -> str:
    return accounts.shortened(texts.one_line(line)[:LOOKED_THROUGH])[:NOTE_LENGTH]
