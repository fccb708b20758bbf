"""Answer an act on many payments: how far it is, or what became of each, with their rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from b24app.errors import AppError
from b24app.services.actions import Action, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads, tab
from b24app.services.card.build_view import view_of
from b24app.services.card.card_view import CardView
from b24app.services.card.readings import Reading
from b24app.services.card.tab import DETAILS_AT_ONCE
from b24app.services.payments.many import Act
from b24app.services.payments.many_progress import Result
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import Outcome
from b24app.web.plumbing import htmx, i18n, security
from b24app.web.tab import outcomes
from b24app.web.words import activity_words
from b24app.web.words.outcome_words import announced

PARTIAL = outcomes.STATUSES[OutcomeKind.PARTIAL]


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one payment."""

    number: str
    badge: str
    tone: str
    reason: str
    is_well: bool


def answer(card: CardSession, asked: WriteRequest, act: Act) -> Response:
    """Render an act. Without a fresh reading the page keeps what it shows."""
    i18n.use_time_zone(card.time_zone)
    read = _fresh(card) if act.is_replay else act.reading
    view = view_of(card, read.core, {}, read.people) if read is not None else None
    body = _going(asked, act) if act.left else _done(act, view)
    if read is not None and view is not None:
        touched = [result.payment_id for result in act.results] if act.is_replay else [*act.touched]
        body += _changed(view, read, touched, is_well=all(result.is_well for result in act.results))
    response = make_response(body)
    response.status_code = _status(act)
    settled = [result.payment_id for result in act.results if result.is_well]
    return htmx.trigger(
        htmx.into(response, "#dlg-form"),
        json.dumps({"payments-changed": "", "payments-settled": {"ids": settled}}),
    )


def _going(asked: WriteRequest, act: Act) -> str:
    done = len(act.results)
    return render_template(
        "payments/_many_going.html",
        action=act.wish.action,
        # Exactly what came: with another body, be it one empty field more, the key is refused.
        fields=list(request.form.items(multi=True)),
        done=done,
        total=done + act.left,
        key=asked.key,
    )


def _done(act: Act, view: CardView | None) -> str:
    numbers = {payment.id: payment.number for payment in act.wish.chosen}
    told = [_told(result, numbers) for result in act.results]
    well = [result for result in act.results if result.is_well and result.kind is OutcomeKind.DONE]
    may_undo = act.wish.action is Action.PAY and view is not None and Action.UNPAY in view.allowed
    return render_template(
        "payments/_many_done.html",
        action=act.wish.action,
        told=sorted(told, key=lambda ending: ending.is_well),
        done=len(well),
        already=sum(result.kind is OutcomeKind.ALREADY for result in act.results),
        undo=[result for result in well if result.state] if may_undo else [],
        is_unread=view is None,
        request_id=security.request_id(),
    )


def _told(result: Result, numbers: Mapping[int, str]) -> Told:
    # Marked, but with another amount than the question named.
    is_as_asked = result.is_well and result.code is not OutcomeCode.PAID_OTHER_AMOUNT
    return Told(
        result.number or numbers[result.payment_id],
        activity_words.outcome(result.kind),
        activity_words.tone(result.kind),
        "" if is_as_asked else announced(result.code, result.values),
        is_as_asked,
    )


def _changed(view: CardView, read: Reading, touched: list[int], *, is_well: bool) -> str:
    found = [shown for payment_id in touched if (shown := view.payment(payment_id)) is not None]
    ids = [shown.payment.id for shown in found]
    groups = card_reads.parts(ids, DETAILS_AT_ONCE)
    return render_template(
        "payments/_many_changed.html",
        view=view,
        also=found,
        groups={group[0]: group for group in groups},
        rows_total=read.core.rows_total,
        reads_again=view.read_only or (view.canceled and not is_well),
        touched=touched,
    )


def _fresh(card: CardSession) -> Reading | None:
    try:
        return tab.read_card(card, [])
    except AppError:
        return None


def _status(act: Act) -> int:
    """Return the status: that of what went wrong, if it is the same for all of them."""
    bad = [Outcome(result.kind, result.code) for result in act.results if not result.is_well]
    failed = set(map(outcomes.status_of, bad))
    if not failed or act.left:
        return 200
    is_all = len(bad) == len(act.results)
    return failed.pop() if is_all and len(failed) == 1 else PARTIAL
