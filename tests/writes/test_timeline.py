"""The line in the card's timeline: true, written once, and never in the way of the mark."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from b24app.domain import Money, Told
from b24app.services.directories import timeline_lines
from b24app.services.writing.timeline import Teller
from b24app.simulator.portal_state.timeline import LogMessage
from b24app.storage import settings
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.words import timeline_words
from tests.support.acts import (
    LARGE,
    PAID,
    PAY,
    SHOWN,
    SMALL,
    UNPAY,
    forget_listing,
    outcomes,
    payment,
)
from tests.support.stage import ADMIN, MANAGER, SMART, Tab
from tests.support.timeline import (
    COMMENT,
    KEY,
    KNOWN,
    LINE,
    NOTE,
    TEXTS,
    UNKNOWN,
    know_timeline,
    known,
    lines,
    mark,
)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture(params=[KNOWN, UNKNOWN])
def tab(stage, request):
    """A tab on a portal that is known to end a batch at an error, and on one that is not."""
    tab = stage.tab()
    if request.param == KNOWN:
        know_timeline(stage)
    stage.forget_calls()
    return tab


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
@pytest.mark.parametrize("is_fresh", [True, False], ids=["listed", "listed long ago"])
def test_a_line_says_what_was_marked_by_whom_with_amount_and_note(stage, tab, act, is_fresh):
    if not is_fresh:
        forget_listing(stage)

    answer = mark(tab, act, NOTE)

    assert answer.status_code == 200, tab.said
    (line,) = lines(stage)
    title, text = TEXTS[act]
    assert isinstance(line, LogMessage)
    assert (line.title, line.text) == (title, f"{text} · Note: {NOTE}")
    assert (line.entity_type_id, line.entity_id, line.author_id) == (2, 8061, MANAGER)
    assert line.icon_code == ("circle-check" if act is PAY else "circle-crossed")
    assert stage.asked(COMMENT) == []


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_the_first_line_is_a_call_of_its_own_and_the_next_ones_travel_with_the_mark(stage, act):
    tab = stage.tab()
    stage.forget_calls()
    act.send(tab, None)
    assert len(stage.http_calls) == 2
    assert known(stage).stops is True
    other = UNPAY if act is PAY else PAY
    stage.forget_calls()

    other.send(tab, None)

    assert len(stage.http_calls) == 1
    assert [one.title for one in lines(stage)] == [TEXTS[act][0], TEXTS[other][0]]


def test_a_portal_forgets_in_a_month_how_lines_are_taken(stage):
    know_timeline(stage, lacks_lines=True)

    stage.advance(31 * 24 * 3600)

    assert known(stage) == timeline_lines.Known()


def test_a_portal_is_tried_again_after_a_month_however_many_lines_were_written_in_it(stage):
    know_timeline(stage, lacks_lines=True)
    for name in ("pay", "unpay", "pay"):
        stage.advance(8 * 24 * 3600)
        stage.tab().post(f"/payments/{SMALL}/{name}")
    stage.advance(8 * 24 * 3600)

    assert not known(stage).lacks_lines
    assert known(stage).last is timeline_lines.Last.COMMENT
    assert known(stage).at == stage.deps.clock() - timedelta(days=8)


def test_of_many_lines_in_a_minute_one_is_noted(stage, monkeypatch):
    know_timeline(stage)
    tab = stage.tab()
    noted = []
    save = timeline_lines.save

    def noting(*known):
        noted.append(known)
        save(*known)

    monkeypatch.setattr(timeline_lines, "save", noting)

    for name in ("pay", "unpay", "pay", "unpay"):
        tab.post(f"/payments/{SMALL}/{name}")
        stage.advance(30)

    assert len(lines(stage)) == 4
    assert len(noted) == 1


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_nothing_is_written_where_the_settings_say_no(stage, act):
    with stage.database.transaction() as session:
        data = {"comment_in_timeline": False}
        settings.save(
            session, stage.portal.member_id, data, updated_by=ADMIN, now=stage.deps.clock()
        )
    tab = stage.tab()
    stage.forget_calls()

    mark(tab, act, NOTE)

    assert len(stage.http_calls) == 1
    assert lines(stage) == []
    assert stage.asked(COMMENT) == []


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_a_mark_that_is_there_already_is_told_by_nobody(stage, tab, act):
    payment(stage, SMALL if act is PAY else PAID).is_paid = act is PAY

    mark(tab, act)

    assert outcomes(stage) == [(act.name, "already")]
    assert lines(stage) == []


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_a_repeated_request_writes_no_second_line(stage, tab, act):
    mark(tab, act, NOTE, KEY)
    mark(tab, act, NOTE, KEY)

    assert len(lines(stage)) == 1


@pytest.mark.parametrize("false", [{"number": "3653/9"}, {"currency": "USD"}, {"currency": "x"}])
def test_a_page_cannot_put_another_amount_or_number_into_a_line(stage, tab, false):
    tab.post(f"/payments/{SMALL}/pay", {**SHOWN[SMALL], **false})

    (line,) = lines(stage)
    assert (line.title, line.text) == TEXTS[PAY]


def test_a_page_with_another_amount_marks_nothing_and_tells_nothing(stage, tab):
    tab.post(f"/payments/{SMALL}/pay", {**SHOWN[SMALL], "shown": "1.00"})

    assert not payment(stage, SMALL).is_paid
    assert lines(stage) == []


def test_an_amount_that_changed_meanwhile_is_told_as_it_is(stage, tab):
    def change():
        payment(stage, SMALL).sum = Decimal(2000)

    stage.portal.faults.before(PAY.method, change)

    PAY.send(tab, None)

    assert [one.text for one in lines(stage)] == ["€2,000.00 · by Marta Lindqvist"]


def test_of_two_people_at_once_only_the_one_who_marked_is_told(stage, tab):
    def other():
        payment(stage, SMALL).is_paid = True

    stage.portal.faults.before("crm.item.payment.list", other)

    PAY.send(tab, None)

    assert outcomes(stage) == [("pay", "already")]
    assert lines(stage) == []


@pytest.mark.parametrize(
    "note",
    [
        "$result[c0][0][id]", "<script>alert(1)</script>", "' OR 1=1; DROP TABLE x --",
        "union select password from users", "../../etc/passwd", "[URL=http://x]y[/URL]", "5 % & co",
    ],
)  # fmt: skip
def test_a_note_that_a_batch_would_change_arrives_whole(stage, tab, note):
    mark(tab, PAY, note)

    (line,) = lines(stage)
    assert line.text == f"{TEXTS[PAY][1]} · Note: {note}"
    assert len(stage.http_calls) == 2, "the mark, and the line by itself"


def test_a_portal_without_lines_gets_comments_and_is_asked_for_lines_once(stage):
    stage.portal.switches.missing_methods = {"crm.timeline.logmessage.*"}
    tab = stage.tab()

    mark(tab, PAY, "see [USER=1] <b>")
    assert len(stage.executed(COMMENT)) == 1
    assert known(stage).lacks_lines
    stage.forget_calls()
    answer = mark(tab, UNPAY, NOTE)

    assert answer.status_code == 200
    assert stage.asked(LINE) == []
    assert len(stage.http_calls) == 1
    first, second = stage.portal.crm.comments
    assert first.text == (
        "Payment 3653/3 marked as paid\n€2,258.00 · by Marta Lindqvist · Note: see (USER=1) <b>"
    )
    assert second.text == f"{TEXTS[UNPAY][0]}\n{TEXTS[UNPAY][1]} · Note: {NOTE}"


def test_a_portal_that_lost_its_lines_gets_a_comment_at_once(stage):
    tab = stage.tab()
    know_timeline(stage)
    stage.portal.switches.missing_methods = {LINE}

    answer = PAY.send(tab, None)

    assert answer.status_code == 200
    assert len(stage.portal.crm.comments) == 1
    assert lines(stage) == []


def test_a_payment_marked_on_a_linked_card_has_its_line_in_its_own_deal(stage):
    cards = stage.portal.crm.cards.items()
    item = next(one.id for key, one in cards if key[0] == 1036 and one.parent_ids.get(2) == 8061)
    card = stage.tab(MANAGER, item, SMART)
    group = Tab(stage, re.findall(r"Bearer ([\w.\-]+)", card.answer.text)[0])

    group.post(f"/payments/{LARGE}/pay")

    assert [(one.entity_type_id, one.entity_id) for one in lines(stage)] == [(2, 8061)]


def test_an_invoice_has_lines_of_its_own(stage):
    tab = stage.tab(entity_id=512, placement="CRM_SMART_INVOICE_DETAIL_TAB")
    (invoice,) = [one for one in stage.portal.crm.payments_of(31, 512) if not one.is_paid][:1]

    tab.post(f"/payments/{invoice.id}/pay")

    (line,) = lines(stage)
    assert (line.entity_type_id, line.entity_id) == (31, 512)


def test_no_note_and_no_line_is_in_the_rest_log(stage, tab):
    mark(tab, PAY, "paid by Ottilie Sandbach")
    mark(tab, UNPAY, "<of Ottilie Sandbach>")

    log = b"".join(path.read_bytes() for path in Path(stage.config.rest_log_dir).iterdir())
    assert LINE.encode() in log
    assert b"Ottilie" not in log
    assert b"marked as paid" not in log


def test_several_payments_of_a_card_are_told_in_one_line(stage):
    tab = stage.tab()
    told = [
        Told("3653/3", Money(Decimal(2258), "EUR")),
        Told("3653/4", Money(Decimal(7680), "EUR")),
    ]
    stage.forget_calls()

    with stage.app.test_request_context(headers=tab.headers()):
        require_session()
        Teller(proven(), timeline_words.unpaid, NOTE).tell(told)

    (line,) = lines(stage)
    assert line.title == "2 payments marked as unpaid"
    assert line.text == (
        f"3653/3: €2,258.00, 3653/4: €7,680.00 · by Marta Lindqvist · Note: {NOTE}"
    )
    assert len(stage.http_calls) == 1
