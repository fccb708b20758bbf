"""Comment on paid and unpaid in the card's timeline, if the settings ask for it."""

from __future__ import annotations

import logging

from b24app.bitrix.methods import portal as portal_api
from b24app.errors import AppError
from b24app.services.auth.card_session import CardSession
from b24app.services.writing.outcome import Outcome, OutcomeKind

log = logging.getLogger(__name__)

SECONDS = 3.0
"""The payment is already changed; a comment is not worth a long wait."""


def note(card: CardSession, outcome: Outcome, comment: str) -> None:
    """Comment on a change that was really made. A refused comment does not affect the change.

    `comment` has a place for the payment's number. Adding is not idempotent, so a comment without
    an answer is not sent again (crm-timeline-comment-add.md).
    """
    if outcome.kind is not OutcomeKind.DONE or not card.rules.comment_in_timeline:
        return
    text = comment % {"number": outcome.number}
    try:
        card.api.call(portal_api.timeline_comment(card.ref, text), SECONDS)
    except AppError as error:
        log.warning("no timeline comment: %s", error)
