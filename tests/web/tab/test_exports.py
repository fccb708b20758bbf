"""Lists that leave the app: the file of a card, and the lines of chosen payments."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from decimal import Decimal

import pytest

from b24app.domain import Money
from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.languages import LANGUAGES
from b24app.web.plumbing import i18n
from tests.support.acts import FOREIGN, LARGE, PAID, SMALL, books
from tests.support.stage import DEAL, READER, SMART, Tab, token_in

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "x;=1", "x,=1")


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.text.startswith("\ufeff")
    text = answer.text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def number(cell):
    return Decimal(cell or "0")


def sums(rows):
    """What a payment's rows come to, and its amount, by number."""
    lines, amounts = defaultdict(Decimal), {}
    for row in rows:
        if row["row"] == "payment":
            amounts[row["payment"]] = number(row["payment_amount"])
        lines[row["payment"]] += number(row["line_sum"])
    return lines, amounts


def test_a_card_that_only_shows_linked_payments_has_no_file_of_its_own(stage):
    tab = stage.tab(entity_id=11, placement=SMART)
    stage.forget_calls()

    answer = tab.get("/payments/export.csv")

    assert answer.status_code == 404
    assert stage.http_calls == []
    of_the_deal = re.findall(r"Bearer ([\w.-]+)", tab.show().text)[0]
    assert len(rows_of(Tab(stage, of_the_deal).get("/payments/export.csv"))) > 3


def test_the_file_has_every_payment_with_its_lines_and_adds_up_to_the_page(stage):
    tab = stage.tab()

    rows = rows_of(tab.get("/payments/export.csv"))

    crm = stage.portal.crm
    payments = crm.payments_of(2, 8061)
    lines, amounts = sums(rows)
    assert [row["payment"] for row in rows if row["row"] == "payment"] == [
        one.account_number for one in payments
    ]
    assert amounts == {one.account_number: one.sum for one in payments}
    assert lines == amounts
    assert sum(amounts.values()) == Decimal("16928")
    kinds = [row["row"] for row in rows]
    assert kinds.count("item") == sum(len(crm.items_of(one.id, "product")) for one in payments)
    assert kinds.count("delivery") == sum(len(crm.items_of(one.id, "delivery")) for one in payments)
    assert sum(number(row["payment_amount"]) for row in rows if row["status"] == "paid") == 6990


def test_every_row_says_what_its_payment_is(stage):
    rows = rows_of(stage.tab().get("/payments/export.csv"))

    for row in rows:
        assert row["card"] == "/crm/deal/details/8061/"
        assert row["status"] in {"paid", "unpaid"}
        assert row["currency"] == "EUR"
        assert row["paid_at"].endswith("+00:00") if row["status"] == "paid" else not row["paid_at"]
    assert {row["paid_by"] for row in rows if row["payment"] == "3653/2"} == {"Marta Lindqvist"}


def test_amounts_have_the_decimals_of_their_currency_and_quantities_none_too_many(stage):
    tab = stage.tab()
    stage.portal.crm.payments[SMALL].sum = Decimal("1850.0")

    file = rows_of(tab.get("/payments/export.csv"))
    chosen = rows_of(tab.get("/payments/many/list.csv", ids=f"{SMALL},{LARGE}"))

    names = ("payment_amount", "price", "line_sum")
    amounts = [row.get(name) for row in (*file, *chosen) for name in names]
    assert {len(one.partition(".")[2]) for one in amounts if one} == {2}
    assert not [row["quantity"] for row in file if re.search(r"\.\d*0$", row["quantity"])]


@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "1850.00"), ("JPY", "1850"), ("KWD", "1850.000")]
)
def test_an_amount_is_written_alike_however_it_came(currency, amount):
    for given in ("1850", "1850.0", "1.85E+3"):
        assert str(i18n.money_number(Money(Decimal(given), currency))) == amount


def test_digits_beyond_those_of_the_currency_are_kept(stage):
    tab = stage.tab()
    stage.portal.crm.payments[SMALL].sum += Decimal("0.005")

    (row,) = rows_of(tab.get("/payments/many/list.csv", ids=SMALL))

    assert row["payment_amount"] == "2258.005"


def test_a_difference_has_a_row_of_its_own(stage):
    tab = stage.tab()
    stage.portal.crm.payments[SMALL].sum += Decimal("0.5")

    lines, amounts = sums(rows_of(tab.get("/payments/export.csv")))

    assert lines == amounts


def test_what_rounding_adds_has_a_row_so_that_the_file_adds_up_exactly(stage):
    tab = stage.tab()
    crm = stage.portal.crm
    item, *_ = crm.items_of(SMALL, "product")
    of_it = next(row for row in crm.product_rows.values() if row.basket_id == item.entity_id)
    of_it.price += Decimal("0.004") / item.quantity

    rows = rows_of(tab.get("/payments/export.csv"))

    lines, amounts = sums(rows)
    assert lines == amounts
    (rest,) = [row for row in rows if row["row"] == "difference"]
    assert (number(rest["line_sum"]), rest["note"]) == (Decimal("-0.004"), "sum rounded")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_a_portal_becomes_a_formula(stage, formula):
    tab = stage.tab()
    crm = stage.portal.crm
    crm.payments[SMALL].pay_system_name = formula
    for row in crm.product_rows.values():
        row.name = formula
    crm.payments[SMALL].account_number = f"3653{formula}"

    answer = tab.get("/payments/export.csv")

    for file in (answer, tab.get("/payments/many/list.csv", ids=SMALL)):
        text = file.text.removeprefix("\ufeff")
        for separator in ",;\t":
            rows = csv.reader(io.StringIO(text), delimiter=separator)
            cells = [cell.strip('" ') for row in rows for cell in row]
            assert not [cell for cell in cells if cell[:1] in "=+@\uff1d" and cell]


@pytest.mark.parametrize("language", sorted(LANGUAGES)[::5])
def test_numbers_and_columns_are_the_same_in_every_language(stage, language):
    english = stage.tab().get("/payments/export.csv").text
    fields = stage.post_fields(7, DEAL, {"ID": "8061"})
    tab = Tab(stage, token_in(stage.frame("/placement", fields, LANG=language)))
    tab.show()

    assert tab.get("/payments/export.csv").text == english


def test_payments_whose_lines_were_not_read_say_so(stage, monkeypatch):
    monkeypatch.setattr("b24app.services.payments.export.MOST_WITH_LINES", 2)
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=4)
    tab = stage.tab()

    rows = rows_of(tab.get("/payments/export.csv"))

    unread = [row["payment"] for row in rows if row["note"].startswith("lines were not read")]
    assert unread == ["3653/1", "3653/2"]
    assert len([row for row in rows if row["row"] == "payment"]) == 4


def test_a_card_with_many_payments_is_whole(stage):
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=60)
    tab = stage.tab()
    stage.forget_calls()

    lines, amounts = sums(rows_of(tab.get("/payments/export.csv")))

    assert len(amounts) == 60
    assert lines == amounts
    assert len(stage.http_calls) == 5


def test_exporting_changes_nothing_and_needs_no_rule(stage):
    before = books(stage)
    tab = stage.tab(READER)

    assert tab.get("/payments/export.csv").status_code == 200
    assert tab.get("/payments/many/list.txt", ids=LARGE).status_code == 200
    assert books(stage) == before


def test_chosen_payments_are_lines_with_their_sum(stage):
    text = stage.tab().get("/payments/many/list.txt", ids=f"{LARGE},{PAID}").text

    assert text == (
        "Payment 3653/4, €7,680.00, Unpaid, Bank transfer\n"
        "Payment 3653/2, €4,940.00, Paid, Bank transfer\n"
        "Total: €12,620.00\n"
    )


def test_chosen_payments_are_rows(stage):
    rows = rows_of(stage.tab().get("/payments/many/list.csv", ids=f"{LARGE},{PAID}"))

    assert [(row["payment"], row["status"], row["payment_amount"]) for row in rows] == [
        ("3653/4", "unpaid", "7680.00"),
        ("3653/2", "paid", "4940.00"),
    ]


@pytest.mark.parametrize("kind", ["txt", "csv"])
def test_a_payment_of_another_card_is_in_no_list(stage, kind):
    tab = stage.tab()

    answer = tab.get(f"/payments/many/list.{kind}", ids=f"{LARGE},{FOREIGN}")

    assert answer.status_code == 404
    assert "3653/" not in answer.text


@pytest.mark.parametrize("ids", ["", "0", "-1", "1e3", "9" * 20, f"{LARGE},{LARGE}", "1,", "a"])
def test_odd_ids_are_refused_before_the_portal_is_asked(stage, ids):
    tab = stage.tab()
    stage.forget_calls()

    assert tab.get("/payments/many/list.csv", ids=ids).status_code == 422
    assert stage.http_calls == []


def test_more_than_fifty_are_refused(stage):
    tab = stage.tab()

    answer = tab.get("/payments/many/list.csv", ids=",".join(map(str, range(1, 52))))

    assert answer.status_code == 422
    assert "At most 50" in answer.text
