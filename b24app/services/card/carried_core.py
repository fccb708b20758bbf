"""Carry a card that was just read to the request that reads what is in its payments.

A card that nobody has seen before takes two requests of the page: one for the list, and one for
what is in the payments of the first screen, whose ids were not known before. The second needs the
card, too: its rows, its delivery documents, what no payment bills yet. Read again, these are five
commands that the portal carries out and the person waits for, and they may be of another moment
than the sums on the page. So the page brings them back: packed and sealed, for it is believed what
they say.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Any

from b24app.bitrix.wire import carried
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.cipher import DecryptionError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads
from b24app.services.card.card_reads import CardSnapshot, CoreRequest

MOST_AGE = timedelta(seconds=30)
"""The page asks at once. Later than that the card is read again."""

SEPARATOR = "\n"
"""JSON has none outside of its texts, and writes those inside otherwise."""

MOST_LETTERS = 40_000
"""Of the sealed text: as long as a card of 500 payments makes it, and no longer."""


def sealed(card: CardSession, asked: CoreRequest, answer: BatchResult, core: CardSnapshot) -> str:
    """Return what the portal answered about a card that was just listed, for this opening alone.

    "" where it is not all that is to be known of it, or too long to travel twice.
    """
    answers = None if core.read_rows.has_more else carried.written(answer, _handles(asked))
    if answers is None or card.listed_at is None:
        return ""
    whole = SEPARATOR.join([*_opening(card), answers])
    found = card.deps.cipher.encrypt_bytes(zlib.compress(whole.encode(), 1))
    return found if len(found) <= MOST_LETTERS else ""


def opened(card: CardSession, text: str) -> CardSnapshot | None:
    """Return the card of a text that `sealed` made for this opening.

    None where there is none, it is too old, or this opening has listed the payments since: after a
    write of its own, the card is not what it was.
    """
    if not text or len(text) > MOST_LETTERS or card.listed_at is None:
        return None
    asked = card_reads.ask_core(Batch(), card.ref)
    try:
        whole = zlib.decompress(card.deps.cipher.decrypt_bytes(text)).decode()
        *opening, answers = whole.split(SEPARATOR, 3)
        result = carried.read(answers, _handles(asked))
    except (DecryptionError, zlib.error, ValueError):
        # Of somebody else's making, or of another version of the application.
        return None
    is_old = abs(card.clock() - card.listed_at) > MOST_AGE
    return None if is_old or opening != _opening(card) else card_reads.take_core(result, asked)


def _opening(card: CardSession) -> list[str]:
    """Return what names this opening and its last list."""
    return [card.launch_id, str(card.user_id), str(card.listed_at)]


def _handles(asked: CoreRequest) -> tuple[Handle[Any], ...]:
    """Return those of the card itself, in the order in which they are asked for."""
    return (asked.card, asked.payments, asked.deliveries, *asked.rows, asked.free)
