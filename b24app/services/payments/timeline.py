"""A comment in the card's timeline on paid and unpaid, where the settings ask for it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from b24app.bitrix.methods import portal as portal_api
from b24app.errors import AppError
from b24app.services.auth.card_session import CardSession
from b24app.services.writing.writes import Kind, Step

log = logging.getLogger(__name__)

SECONDS = 3.0
"""The payment is changed already; a comment is not worth a long wait."""


def noted(card: CardSession, step: Step, comment: Callable[[str], str]) -> Step:
    """Comment on a change that was really made. A refused comment changes nothing about it.

    `comment` makes the text from the payment's number. Adding is not idempotent, so a comment
    without an answer is not sent again (crm-timeline-comment-add.md).
    """
    if step.kind is not Kind.DONE or not card.rules.comment_in_timeline:
        return step
    command = portal_api.timeline_comment(card.ref, comment(step.number))
    try:
        card.api.call(command, SECONDS)
    except AppError as error:
        log.warning("no timeline comment: %s", error)
    return step
