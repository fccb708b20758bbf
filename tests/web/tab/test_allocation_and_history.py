"""Product rows against payments, and what was done with one payment."""

from __future__ import annotations

import re

from tests.support.acts import SIGNS
from tests.support.stage import ADMIN


def test_the_allocation_shows_what_is_billed_where_and_what_is_left(stage):
    tab = stage.tab()
    stage.forget_calls()

    tab.get("/payments/allocation")

    text = re.sub(r"<[^>]+>", " ", tab.answer.text)
    assert tab.answer.status_code == 200
    assert "Pendant lamp Aria 40" in text
    assert "Payment 3653/4" in text
    assert "Emergency exit sign E1" in text
    assert len(stage.http_calls) == 1


def test_a_quantity_is_editable_in_the_allocation_only_while_unpaid(stage):
    tab = stage.tab()

    text = tab.get("/payments/allocation").text

    unpaid = {
        item.id for item in stage.portal.crm.items.values() if item.payment_id in {1038, 1039}
    }
    editable = {int(one) for one in re.findall(r'id="all-(\d+)"', text)}
    assert editable
    assert editable <= unpaid


def test_the_history_tells_who_did_what(stage):
    tab = stage.tab()
    tab.post("/payments/1039/pay")
    stage.tab(ADMIN).post("/payments/1039/unpay")

    text = re.sub(r"<[^>]+>", " ", tab.get("/payments/1039/history").text)

    assert tab.answer.status_code == 200
    assert "Marked as paid" in text
    assert "Marta Lindqvist" in text
    assert "Marked as unpaid" in text
    assert "Anna Berger" in text


def test_the_history_says_of_a_mark_that_was_there_already_that_nothing_was_done(stage):
    tab = stage.tab()
    stage.portal.crm.payments[1039].is_paid = True
    tab.post("/payments/1039/pay")

    text = re.sub(r"<[^>]+>", " ", tab.get("/payments/1039/history").text)

    assert re.search(r"Marked as paid\s*:\s+paid → paid\s+Nothing to do", text)


def test_the_history_tells_how_much_of_an_item_was_added(stage):
    tab = stage.tab()
    for count in (3, 2):
        tab.post("/payments/1038/items", {"row": SIGNS, f"quantity-{SIGNS}": count})

    text = re.sub(r"<[^>]+>", " ", tab.get("/payments/1038/history").text)

    assert "Emergency exit sign E1 ×\u00a03" in text
    assert "Emergency exit sign E1 ×\u00a02" in text
    assert "Emergency exit sign E1 ×\u00a05" not in text


def test_the_history_of_another_cards_payment_stays_closed(stage):
    tab = stage.tab()
    foreign = next(one for one in stage.portal.crm.payments if one not in {1036, 1037, 1038, 1039})

    assert tab.get(f"/payments/{foreign}/history").status_code == 404


def test_a_dialog_with_nothing_to_do_is_closed_and_one_of_work_is_done(stage):
    stage.portal.crm.pay_systems.clear()
    tab = stage.tab()

    system = tab.get("/payments/1039/system").text
    allocation = tab.get("/payments/allocation").text

    last_words = [text.rsplit("</button>", 1)[0].rsplit(">", 1)[1] for text in (system, allocation)]
    assert "No payment systems were found." in system
    assert last_words == ["Close", "Done"]
