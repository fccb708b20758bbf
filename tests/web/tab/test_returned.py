"""A payment whose money was given back is not one that was never paid (quirk 107)."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest

from b24app.simulator.portal_state import sale, seed
from tests.support.many import Asked, states
from tests.support.odd_answers import LIST
from tests.support.stage import SMART, Tab

BACK, OPEN = 1037, 1039


def payment(stage, payment_id=BACK):
    return stage.portal.crm.payments[payment_id]


@pytest.fixture
def refunded(stage):
    """The card, one payment of which was paid and given back before it was opened."""
    found = payment(stage)
    sale.mark_paid(found, stage.portal.clock.now(), 7)
    assert sale.give_back(found)
    return stage


def figures(tab):
    found = re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", tab.answer.text)
    return {name: re.sub("<[^>]+>", "", text) for name, text in found[:3]}


def row_of(tab, payment_id=BACK):
    pattern = rf'<article[^>]*data-payment-id="{payment_id}".*?</article>'
    (row,) = re.findall(pattern, tab.answer.text, re.DOTALL)
    return row


def counts(tab):
    return re.findall(r'id="count-(\w+)">(\d+)<', tab.answer.text)


def test_it_is_named_and_neither_paid_nor_waited_for(stage):
    found = payment(stage)
    sale.mark_paid(found, stage.portal.clock.now(), 7)
    before = stage.tab()
    assert sale.give_back(found)

    tab = stage.tab()

    assert states(tab)[BACK].startswith("R ")
    row = row_of(tab)
    assert '<span class="badge">Refunded</span>' in row
    assert 'data-paid="N"' in row
    assert 'data-confirm="dlg-returned"' in row
    assert f'id="send-{BACK}"' not in row
    assert f'id="remind-{BACK}"' not in tab.answer.text
    assert figures(tab)["Outstanding"] == figures(before)["Outstanding"]
    shown = dict(counts(before))
    assert dict(counts(tab)) == {**shown, "paid": str(int(shown["paid"]) - 1)}
    assert "Refunded, 1 payment" in tab.get("/payments/how", rows=11).text + tab.answer.text


def test_what_is_read_later_tells_it_too(refunded):
    tab = refunded.tab()

    details = tab.get(f"/payments/{BACK}/details")
    assert "refunded" in details.text
    reminder = tab.get(f"/payments/{BACK}/reminder")
    assert "nobody should be reminded" in reminder.text
    assert 'name="day"' not in reminder.text
    assert ">Refunded</span>" in tab.get(f"/payments/{BACK}/link").text
    menu = tab.get(f"/payments/{BACK}/send").text
    assert "given back" in menu
    assert "mailto:" not in menu


def test_it_leaves_the_app_as_refunded(refunded):
    tab = refunded.tab()

    rows = list(csv.reader(io.StringIO(tab.get("/payments/export.csv").text.lstrip("\ufeff"))))
    status = {row[2]: row[4] for row in rows[1:] if row[0] == "payment"}
    assert status[str(BACK)] == "refunded"
    assert ", Refunded" in tab.get("/payments/many/list.txt", ids=str(BACK)).text


def test_of_many_it_is_left_out_and_asked_by_itself(refunded):
    tab = refunded.tab()
    asked = Asked(tab, "pay", [BACK, OPEN])

    text = tab.get("/payments/many/question", action="pay", chosen=asked.data["chosen"]).text

    assert f"come in again: {payment(refunded).account_number}." in text
    assert f'value="{BACK} ' not in text
    assert f'value="{OPEN} ' in text


def test_the_sums_of_what_is_selected_add_up_with_it(refunded):
    tab = refunded.tab()
    shown = states(tab)
    paid = next(one for one, state in shown.items() if state.startswith("Y "))
    sums = {one: money_of(tab, one) for one in (BACK, OPEN, paid)}

    def told(*ids):
        chosen = Asked(tab, "pay", ids, shown).data["chosen"]
        text = tab.get("/payments/many/selected", chosen=chosen).text.replace("<small>", " ")
        return " ".join(re.sub("<[^>]+>", "", text).split())

    assert told(BACK, OPEN).endswith(f" {sums[BACK]} refunded")
    assert told(BACK, OPEN, paid).endswith(
        f" {sums[OPEN]} unpaid, {sums[paid]} paid, {sums[BACK]} refunded"
    )
    assert told(OPEN, paid).endswith(f" {sums[OPEN]} unpaid, {sums[paid]} paid")
    assert "refunded" not in told(BACK)


def money_of(tab, payment_id):
    (text,) = re.findall(r'id="amount-\d+">(.*?)</p>', row_of(tab, payment_id), re.DOTALL)
    return re.sub("<[^>]+>", "", text).strip()


def test_a_page_that_is_older_than_the_refund_does_not_mark_it_among_many(stage):
    older = stage.tab()
    shown = states(older)
    found = payment(stage)
    sale.mark_paid(found, stage.portal.clock.now(), 7)
    assert sale.give_back(found)
    stage.tab()

    asked = Asked(older, "pay", [BACK, OPEN], shown)
    asked.send_all()

    assert not found.is_paid
    assert payment(stage, OPEN).is_paid
    assert asked.told == {
        found.account_number: "Refused",
        payment(stage, OPEN).account_number: "Done",
    }


def pay_as_shown(tab, payment_id=OPEN):
    """Press the button of the row, with what it says."""
    address = f"/payments/{payment_id}/pay"
    found = re.search(rf'hx-post="{address}".*?hx-vals=\'(.*?)\'', tab.answer.text, re.DOTALL)
    assert found
    return tab.post(address, json.loads(html.unescape(found[1])))


@pytest.mark.parametrize("minutes", [0, 6])
def test_a_page_that_is_older_than_the_refund_does_not_mark_it(stage, minutes):
    """Its question said nothing of it; within five minutes the list would be proof enough."""
    older = stage.tab()
    found = payment(stage, OPEN)
    sale.mark_paid(found, stage.portal.clock.now(), 7)
    assert sale.give_back(found)
    newer = stage.tab()
    stage.portal.clock.advance(60 * minutes)

    answer = pay_as_shown(older)

    assert not found.is_paid
    assert "changed" in answer.text
    # Who was asked about it marks it.
    pay_as_shown(newer)
    assert found.is_paid


@pytest.mark.parametrize("knows", ["the deal", "the linked card"])
def test_a_page_of_linked_cards_that_is_older_does_not_mark_it_either(stage, knows):
    """Within five minutes the list of this page would be proof enough."""
    linked = {"entity_id": 11, "placement": SMART}
    older = stage.tab(**linked)
    of_the_deal = re.findall(r"Bearer ([\w.-]+)", older.answer.text)[0]
    group = Tab(stage, of_the_deal)
    group.answer = older.answer
    found = payment(stage, OPEN)
    sale.mark_paid(found, stage.portal.clock.now(), 7)
    assert sale.give_back(found)
    for _ in range(2):
        stage.tab() if knows == "the deal" else stage.tab(**linked)
    stage.forget_calls()

    pay_as_shown(group)

    assert not found.is_paid
    assert "changed" in group.said
    assert len(stage.http_calls) <= 2


def test_a_line_of_a_statement_with_its_number_and_amount_is_not_sure(refunded):
    tab = refunded.tab()
    found = payment(refunded)

    line = f"20.11.2026;Payment {found.account_number};{found.sum}"
    text = tab.post("/payments/statement", {"lines": line}).text

    assert "This line may be something else, such as a refund" in text


def test_marked_again_it_is_paid_and_marked_back_it_is_unpaid(refunded):
    tab = refunded.tab()

    assert 'data-paid="Y"' in tab.post(f"/payments/{BACK}/pay").text
    refunded.portal.clock.advance(5)
    assert ">Unpaid</span>" in tab.post(f"/payments/{BACK}/unpay").text
    assert states(refunded.tab())[BACK].startswith("N ")


def asked(stage):
    commands = [one for call in stage.http_calls for one in call.commands]
    return sum("isReturn" in repr(one) for one in commands)


def details_of(tab):
    tab.get("/payments/details", ids=",".join(map(str, states(tab))), rows=11)


def test_it_is_asked_only_where_a_payment_is_unpaid_again(stage):
    """And never in a fourth call: the first of those that follow has room for it."""
    details_of(stage.tab())
    stage.tab()
    assert asked(stage) == 0
    found = payment(stage)
    sale.mark_unpaid(found)
    stage.forget_calls()

    assert states(stage.tab())[BACK].startswith("N ")
    assert (len(stage.http_calls), asked(stage)) == (2, 2)
    stage.forget_calls()
    found.is_return = "P"
    assert states(stage.tab())[BACK].startswith("R ")
    assert (len(stage.http_calls), asked(stage)) == (1, 2)
    assert len(stage.http_calls[0].commands) <= 18


def test_a_first_opening_with_it_takes_three_calls(refunded):
    seed.fill(refunded.portal.crm, payments=8)
    tab = refunded.tab()
    assert states(tab)[BACK].startswith("R ")

    details_of(tab)

    assert len(refunded.http_calls) == 3


def test_a_first_opening_of_twenty_leaves_it_to_the_next(refunded):
    seed.fill(refunded.portal.crm, payments=16)
    tab = refunded.tab()
    details_of(tab)
    assert (len(refunded.http_calls), asked(refunded)) == (3, 0)
    refunded.forget_calls()

    assert states(refunded.tab())[BACK].startswith("R ")
    assert (len(refunded.http_calls), asked(refunded)) == (3, 2)


@pytest.mark.parametrize("kind", ["silent", "html", "denied"])
def test_the_list_is_shown_whatever_becomes_of_the_question(refunded, kind):
    refunded.portal.faults.add("batch", kind, after=1, times=9)

    tab = refunded.tab()

    assert tab.answer.status_code == 200
    assert states(tab)[BACK].startswith("N ")


def test_nothing_is_taken_for_given_back_by_a_portal_that_ignores_this_filter(stage):
    """All that is unpaid was paid once: what was asked for and what was not are the same."""
    for one in stage.portal.crm.payments_of(2, 8061):
        sale.mark_paid(one, stage.portal.clock.now(), 7)
        sale.mark_unpaid(one)
    stage.portal.switches.ignores_filters = True

    for _ in range(2):
        assert {state[0] for state in states(stage.tab()).values()} == {"N"}


def test_a_portal_that_ignores_filters_or_refuses_this_one_tells_nothing(refunded):
    refunded.portal.switches.ignores_filters = True
    assert states(refunded.tab())[BACK].startswith("N ")
    refunded.portal.switches.ignores_filters = False

    assert states(refunded.tab())[BACK].startswith("R ")
    refunded.portal.faults.add(LIST, "denied", after=1)
    # What was told before counts until the portal says something else.
    assert states(refunded.tab())[BACK].startswith("R ")


def test_what_was_billed_anew_is_outstanding(refunded):
    crm = refunded.portal.crm
    found = payment(refunded)
    whole = figures(refunded.tab())["Outstanding"]
    order = crm.orders[found.order_id]
    system = crm.pay_systems[found.pay_system_id]
    again = sale.add_payment(crm, order, system)
    again.sum = found.sum

    assert figures(refunded.tab())["Outstanding"] != whole


def test_a_card_that_shows_it_as_linked_tells_it_the_next_time(refunded):
    refunded.tab(entity_id=11, placement=SMART)
    tab = refunded.tab(entity_id=11, placement=SMART)

    assert states(tab)[BACK].startswith("R ")
    assert dict(counts(tab))["unpaid"] == "2"


def undo_of(tab):
    """Press Undo of the last toast, with what it says."""
    found = re.search(r'hx-post="([^"]*)" hx-vals=\'([^\']*undo[^\']*)\'', tab.answer.text)
    assert found
    return tab.post(found[1], json.loads(html.unescape(found[2])))


def test_undo_of_its_mark_says_that_the_refund_is_forgotten(refunded):
    tab = refunded.tab()
    pay_as_shown(tab, BACK)
    assert "marked as paid" in tab.said

    undo_of(tab)

    assert ">Unpaid</span>" in tab.answer.text
    assert "no longer knows that its money was given back" in tab.said
    # The next mark is that of a payment which waits like any other.
    pay_as_shown(tab, BACK)
    undo_of(tab)
    assert "is marked as unpaid again" in tab.said
