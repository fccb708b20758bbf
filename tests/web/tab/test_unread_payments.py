"""What could not be read has a sum that nobody knows: no figure counts it as nothing."""

from __future__ import annotations

import csv
import io
import re

import pytest

from b24app.simulator.control.control_somebody import do_order
from tests.support.odd_answers import FREE, LIST, put
from tests.support.stage import SMART


def figures(text):
    """All Amount, Paid and Outstanding of a page, as they are read."""
    found = re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", text)
    return [(name, re.sub("<[^>]+>", "", value)) for name, value in found]


def words(text):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text))


@pytest.mark.parametrize("row", [None, 1])
def test_what_depends_on_them_is_unreadable_where_it_stands(stage, row):
    put(stage, LIST, "paid", "null", row)

    text = stage.tab().answer.text

    assert figures(text) == [
        ("Amount", "€18,400.00"), ("Paid", "unreadable"), ("Outstanding", "unreadable"),
    ]  # fmt: skip
    assert not re.search('class="(bar3|is-paid|is-due)"', text)
    assert "%" not in words(text.split('class="split3"')[1].split("</section>")[0])
    assert words(text).count("of this card could not be read") == 1
    how = words(stage.tab().get("/payments/how").text)
    assert "Payments that could not be read unreadable" in how
    assert ("Paid, 0 payments €0.00" in how) is (row is None)
    assert ("Paid, 1 payment €4,940.00 Waiting, 2 payments" in how) is (row == 1)


def test_linked_cards_together_are_unreadable_too(stage):
    put(stage, LIST, "paid", "null", 1)

    text = stage.tab(entity_id=11, placement=SMART).answer.text

    together, of_the_deal = figures(text)[:3], figures(text)[3:]
    assert dict(together)["Paid"] == dict(of_the_deal)["Paid"] == "unreadable"
    assert dict(together)["Outstanding"] == "unreadable"
    assert re.findall(r'data-sums="([^"]*)"', text) == ["EUR~18400.0~"]


def test_a_payment_that_no_list_holds_is_not_called_in_none(stage):
    text = stage.tab().get("/payments/allocation").text
    assert 'data-label="In payments">none<' in text
    put(stage, LIST, "paid", "null", 1)

    text = stage.tab().get("/payments/allocation").text

    assert 'data-label="In payments">none<' not in text
    assert 'data-label="In payments">unknown<' in text


def test_the_file_says_how_many_payments_it_lacks(stage):
    put(stage, LIST, "paid", "null", 1)
    tab = stage.tab()

    text = tab.get("/payments/export.csv").text.lstrip("\ufeff")

    rows = list(csv.DictReader(io.StringIO(text)))

    assert [row["note"] for row in rows if row["row"] == "unread"] == [
        "payments that could not be read: 1"
    ]
    assert None not in rows[-1]


def test_not_all_payments_are_called_unpaid_where_one_could_not_be_read(stage):
    text = stage.tab().answer.text
    assert "payments of this card are unpaid" in text
    put(stage, LIST, "paid", "null", 1)

    assert "payments of this card are" not in stage.tab().answer.text


def test_a_part_of_what_can_be_billed_is_not_called_all_of_it(stage):
    assert 'id="bill-rest"' in stage.tab().answer.text
    put(stage, FREE, "id", "null", 1)

    tab = stage.tab()

    assert 'id="bill-rest"' not in tab.answer.text
    assert "The unbilled products could not be read just now" in tab.answer.text
    new = tab.get("/payments/new").text
    assert "Everything left" not in new
    assert 'id="advance"' not in new
    for dialog in (new, tab.get("/payments/1039/items").text):
        assert "so only these are offered" in dialog
        assert 'name="row"' in dialog


def test_the_allocation_of_several_orders_is_not_said_to_show_what_it_cannot(stage):
    do_order(stage.portal, {"do": "second", "entityId": "8061"})
    assert "Allocation shows them" in words(stage.tab().answer.text)
    put(stage, LIST, "paid", "null", 1)

    tab = stage.tab()

    assert "Allocation shows them" not in words(tab.answer.text)
    assert "The unbilled products could not be read just now" in tab.answer.text
    allocation = tab.get("/payments/allocation").text
    assert set(re.findall(r'data-label="Not billed">([^<]*)<', allocation)) == {"unreadable"}
