"""A bank statement from the pasted lines to payments that are marked, each with its own line."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from b24app.storage.models import Activity, Base
from tests.support.acts import FOREIGN, LARGE, SMALL, books, writes_asked
from tests.support.many import Asked, fields, prepare, states
from tests.support.odd_answers import LIST, put
from tests.support.stage import INVOICE, SMART, Tab

OFFERED = re.compile(
    r'name="chosen"\s+value="(\d+) [^"]*"\s+aria-describedby="line-(\d+)"( checked)?'
)
OF_DEAL = re.compile(r'id="of-2-8061".*?Bearer ([\w.\-]+)', re.DOTALL)
ENTRY = 'hx-get="/payments/statement"'
LINES = """Date;Purpose;Amount
20.11.2026;ACME, payment 3653/4;7.680,00
21.11.2026;Northwind;2.258,00
22.11.2026;Payment 3653/2;4.940,00
23.11.2026;Bank fee;-12,00"""


def match(tab, lines, **more):
    return tab.post("/payments/statement", {"lines": lines, **more})


def offered(answer):
    """What can be ticked: payment to line, and whether it is ticked."""
    found = OFFERED.findall(answer.text)
    assert len(found) == answer.text.count('name="chosen"')
    return {int(one): (int(line), bool(ticked)) for one, line, ticked in found}


def chosen(tab, lines, ids):
    """Ask before the act, as the dialog does with what is ticked."""
    shown = states(tab)
    numbers = {one: tab.stage.portal.crm.payments[one].account_number for one in ids}
    answer = match(tab, lines)
    at = {f"line-{one}": line for one, (line, _ticked) in offered(answer).items()}
    picked = [f"{one} {shown[one]} {numbers[one]}" for one in ids]
    return tab.post("/payments/statement/chosen", {"chosen": picked, "matched": lines, **at})


def test_lines_are_matched_with_one_reading_of_the_list_and_kept_nowhere(stage):
    tab = stage.tab()
    before = books(stage)
    stage.forget_calls()

    answer = match(tab, LINES)

    assert offered(answer) == {LARGE: (2, False), SMALL: (3, False)}
    assert "an unpaid payment: 1 of 5" in answer.text
    assert "Payment 3653/2 is already paid and stays as it is." in answer.text
    assert "No money came in." in answer.text
    (call,) = stage.http_calls
    assert [one.method for one in call.commands] == ["crm.item.payment.list"]
    assert books(stage) == before
    with stage.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            assert "ACME" not in str(session.execute(select(table)).all())
    logs = [path.read_text() for path in stage.rest_log_dir.rglob("*") if path.is_file()]
    assert logs
    assert not any("ACME" in one for one in logs)


def test_each_payment_gets_its_own_line_as_its_note(stage):
    tab, ids = prepare(stage, "pay", payments=20)
    act = Asked(tab, "pay", ids[:14])
    numbers = [stage.portal.crm.payments[one].account_number for one in ids[:14]]
    money = [stage.portal.crm.payments[one].sum for one in ids[:14]]
    rows = [f"{name} {total:.2f} EUR" for name, total in zip(numbers, money, strict=True)]
    lines = "\n".join(f"client {at}  {row}" for at, row in enumerate(rows))
    act.data = asked = fields(chosen(tab, lines, ids[:14]))

    first = act.send()
    again = fields(first)
    answer = act.send_all()

    assert again == asked
    assert set(act.told.values()) == {"Done"}, answer.text
    with stage.database.reading() as session:
        notes = {one.payment_id: one.note for one in session.scalars(select(Activity))}
    assert notes == {one: f"client {at} {rows[at]}" for at, one in enumerate(ids[:14])}
    told = " ".join(str(one.params) for one in stage.executed("crm.timeline.logmessage.add"))
    assert all(f"(client {at} {row})" in told for at, row in enumerate(rows))


def test_a_long_line_is_cut_and_one_payment_has_all_of_its_note_in_the_timeline(stage):
    tab = stage.tab()
    line = f"3653/4 7680.00 {'x' * 400}"
    tab.post("/payments/many/pay", fields(chosen(tab, line, [LARGE])))

    with stage.database.reading() as session:
        (kept,) = session.scalars(select(Activity)).all()
    assert kept.note == line[:300]
    (told,) = stage.executed("crm.timeline.logmessage.add")
    assert f"Note: {line[:300]}" in str(told.params)


def test_an_account_number_is_not_kept(stage):
    tab = stage.tab()
    line = "DE89 3704 0044 0532 0130 00 ACME 3653/4 7680.00"

    question = chosen(tab, line, [LARGE])
    tab.post("/payments/many/pay", fields(question))

    kept = "DE89…3000 ACME 3653/4 7680.00"
    assert kept in question.text
    with stage.database.reading() as session:
        assert [one.note for one in session.scalars(select(Activity))] == [kept]
    (told,) = stage.executed("crm.timeline.logmessage.add")
    assert kept in str(told.params)


def test_going_back_leaves_the_ticks_as_they_were(stage):
    tab = stage.tab()
    question = chosen(tab, LINES, [SMALL])

    assert "Mark 1 payment as paid?" in question.text
    back = match(tab, LINES, back=1, chosen=f"{SMALL} N 2258 EUR 3653/3")

    assert offered(back) == {LARGE: (2, False), SMALL: (3, True)}


def test_the_note_is_the_line_that_was_shown_whatever_is_in_the_field_by_then(stage):
    tab = stage.tab()
    shown = match(tab, LINES)
    data = {
        **fields(shown),
        "chosen": f"{LARGE} N 7680 EUR 3653/4",
        "lines": "20.11.2026;somebody else;1,00\n" + LINES,
    }

    question = tab.post("/payments/statement/chosen", data)

    assert fields(shown)["matched"] == [LINES]
    assert fields(question)[f"note-{LARGE}"] == ["20.11.2026;ACME, payment 3653/4;7.680,00"]


def test_the_field_travels_to_be_matched_and_what_was_matched_to_be_chosen_from(stage):
    shown = match(stage.tab(), LINES).text

    assert re.search(r'<form id="statement"[^>]*statement/chosen"[^>]*hx-params="not lines"', shown)
    assert re.search(r'<button[^>]*"/payments/statement"[^>]*hx-params="not matched"', shown)


def test_two_hundred_lines_are_not_too_many_with_a_line_break_after_the_last(stage):
    assert match(stage.tab(), "x 3653/4 7680.00\n" * 200).status_code == 200


@pytest.mark.parametrize(("field", "is_left_out"), [("id", True), ("sum", False)])
def test_what_could_not_be_read_of_the_payments_is_told(stage, field, is_left_out):
    tab = stage.tab()
    lines = "Northwind 2258.00\nSomebody 1.00"
    answer = match(tab, lines)
    assert "whole" in fields(answer)
    whole = answer.text
    assert "Only this payment has this amount" in whole
    assert "No unpaid payment of this card." in whole
    assert "could be read" not in whole
    listed = [one.id for one in stage.portal.crm.payments_of(2, 8061)]
    put(stage, LIST, field, "null", row=listed.index(LARGE) + 1)

    told = match(tab, lines).text

    assert ("1 payment of this card could not be read" in told) is is_left_out
    assert "Of the payments that could be read, only this one has this amount" in told
    assert "No unpaid payment of this card that could be read." in told
    assert "whole" not in fields(match(tab, lines))


def test_a_refund_is_offered_with_its_reason_and_never_ticked(stage):
    found = match(stage.tab(), "Kundenerstattung 3653/4 7680.00")

    assert offered(found) == {LARGE: (1, False)}
    assert "This line may be something else" in found.text


def test_a_line_that_fits_better_names_the_one_that_has_the_number(stage):
    found = match(stage.tab(), "x 3653/4 60.00\nSmith 7680.00")

    assert offered(found) == {LARGE: (2, False)}
    assert "Line 1 is about 3653/4 too." in found.text
    assert "Line 2 is about 3653/4 too." in found.text


def test_nothing_is_ticked_by_itself_and_all_that_fits_can_be_at_once(stage):
    tab = stage.tab()

    one = match(tab, "x 3653/4 +7680.00")
    both = match(tab, "x 3653/4 7680.00\nx 3653/3 +2258.00\nx 3653/2 4940.00")

    assert offered(one) == {LARGE: (1, False)}
    assert "data-ticks-matches" not in one.text
    assert offered(both) == {LARGE: (1, False), SMALL: (2, False)}
    assert "tick the payments that you have received" in both.text
    (within,) = re.findall('data-ticks-matches="(.*?)"', both.text)
    assert f'id="{within}"' in both.text


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(" \n\n", "Paste the lines", id="none"),
        pytest.param("x\n" * 201, "at most 200 lines", id="lines"),
        *(
            pytest.param(sign.join("x" * 201), "at most 200 lines", id=f"lines parted by {sign!r}")
            for sign in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
        ),
        pytest.param("x" * 24_001, "24,000 characters", id="characters"),
    ],
)
def test_too_much_and_nothing_are_told_at_the_field(stage, lines, words):
    tab = stage.tab()
    stage.forget_calls()

    answer = match(tab, lines)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'data-field="lines"' in answer.text
    assert stage.http_calls == []


def test_nothing_ticked_is_told(stage):
    answer = stage.tab().post("/payments/statement/chosen", {"matched": LINES})

    assert answer.status_code == 422
    assert "Choose at least one payment." in answer.text
    assert "cannot be shown" not in answer.text


@pytest.mark.parametrize("at", ["0", "9", "-1", "x"])
def test_a_line_that_is_not_there_is_no_note(stage, at):
    data = {"chosen": f"{LARGE} N 7680 EUR 3653/4", f"line-{LARGE}": at, "matched": LINES}
    answer = stage.tab().post("/payments/statement/chosen", data)

    assert answer.status_code == (200 if at.isdigit() else 422)
    assert f"note-{LARGE}" not in answer.text


def test_a_note_of_a_payment_of_another_card_changes_nothing(stage):
    tab = stage.tab()
    before = books(stage)
    data = {
        "chosen": [f"{LARGE} N 7680 EUR 3653/4", f"{FOREIGN} N 1 EUR"],
        f"note-{LARGE}": "a",
        f"note-{FOREIGN}": "b",
    }

    assert tab.post("/payments/many/pay", data).status_code == 404
    assert writes_asked(stage) == []
    assert books(stage) == before


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('\ufeff<?xml version="1.0"?>\n<Document><Ntry><Amt>7680.00</Amt></Ntry></Document>', 422),
        ("  <Ntry>\n<Amt Ccy='EUR'>7680.00</Amt>\n</Ntry>", 422),
        ("<unknown> paid 3653/4 7.680,00 EUR", 200),
    ],
)
def test_it_says_that_xml_cannot_be_read(stage, text, status):
    answer = match(stage.tab(), text)

    assert answer.status_code == status
    assert status == 200 or "This is an XML file (CAMT)" in answer.text


def test_a_note_that_is_too_long_is_refused(stage):
    data = {"chosen": f"{LARGE} N 7680 EUR 3653/4", f"note-{LARGE}": "x" * 301}

    assert stage.tab().post("/payments/many/pay", data).status_code == 422
    assert writes_asked(stage) == []


def test_it_is_offered_where_several_wait_for_money(stage):
    assert ENTRY in stage.tab().answer.text
    stage.portal.crm.payments[SMALL].is_paid = True
    assert ENTRY not in stage.tab().answer.text


def test_an_invoice_has_it_too(stage):
    for one in stage.portal.crm.payments_of(31, 512):
        one.is_paid = False
    tab = stage.tab(entity_id=512, placement=INVOICE)
    ids = [one.id for one in stage.portal.crm.payments_of(31, 512)]
    numbers = [stage.portal.crm.payments[one].account_number for one in ids]
    lines = "\n".join(f"x {number} 1.00" for number in numbers)

    assert ids
    assert (ENTRY in tab.answer.text) is (len(ids) > 1)
    assert set(offered(match(tab, lines))) == set(ids)


def test_the_question_repeats_what_has_to_be_checked_first(stage):
    tab = stage.tab()
    lines = "x 3653/4 7680.00\nx 3653/3 2200.00"
    data = fields(match(tab, lines)) | {
        "chosen": [f"{LARGE} N 7680 EUR 3653/4", f"{SMALL} N 2258 EUR 3653/3"],
        f"line-{LARGE}": 1,
        f"line-{SMALL}": 2,
        f"verdict-{LARGE}": "sure",
        f"verdict-{SMALL}": "differs",
    }

    question = tab.post("/payments/statement/chosen", data).text

    assert question.count("<em>") == 1
    assert question.count("The number is there, but not the amount.") == 1
    assert question.index("Payment 3653/3") < question.index("Payment 3653/4")
    # The question has not read the list: what was read of it is what the dialog has said.
    data[f"verdict-{SMALL}"] = "likely"
    likely = tab.post("/payments/statement/chosen", data).text
    assert "Only this payment has this amount" in likely
    assert "could be read" not in likely
    partly = tab.post("/payments/statement/chosen", data | {"whole": ""}).text
    assert "Of the payments that could be read, only this one has this amount" in partly
    forged = tab.post("/payments/statement/chosen", data | {f"verdict-{SMALL}": "<b>x"}).text
    assert "<em>" not in forged
    assert "<b>x" not in forged


@pytest.mark.parametrize(
    "line",
    [
        "WIRE OUT 3653/3 2,258.00 EUR",
        "ZELLE TO HOLM 3653/3 2,258.00",
        "Scheduled 12/01/2026 3653/3 2,258.00",
        "Rechnung 3653/3 fällig 01.12.2026 2.258,00 EUR",
        "Mahnung 3653/3 2.258,00 EUR",
        "PRZELEW WYCHODZĄCY 3653/3 2 258,00 EUR",
        "Отказано: оплата 3653/3 2 258,00 EUR",
        "12.11.2026;x 3653/3;REVERTED;2.258,00",
    ],
)
def test_what_is_sent_planned_or_owed_is_to_be_checked(stage, line):
    answer = match(stage.tab(), line)

    assert "an unpaid payment: 0 of 1" in answer.text
    assert "Please check" in answer.text


def test_on_a_linked_card_it_is_of_the_deal_that_it_was_opened_for(stage):
    shown = stage.tab(entity_id=11, placement=SMART).answer.text
    tab = Tab(stage, OF_DEAL.findall(shown)[0])
    token = f'{{"Authorization":"Bearer {tab.token}"}}'

    assert ENTRY in shown
    assert token in tab.get("/payments/statement").text
    found = match(tab, LINES)
    assert offered(found) == {LARGE: (2, False), SMALL: (3, False)}
    assert token in found.text
    data = {"chosen": f"{LARGE} N 7680 EUR 3653/4", f"line-{LARGE}": 2, "matched": LINES}
    question = tab.post("/payments/statement/chosen", data)
    assert question.text.count(token) == 2
    answer = tab.post("/payments/many/pay", fields(question))

    assert stage.portal.crm.payments[LARGE].is_paid
    assert 'id="group-2-8061" hx-swap-oob="true"' in answer.text
    assert 'id="listed-2-8061"' in answer.text
    assert 'id="strip"' not in answer.text
    # Undo is an act of the same deal.
    assert token in answer.text
