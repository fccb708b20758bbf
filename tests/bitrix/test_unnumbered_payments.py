"""A payment to which the portal has given no number is called by its id, and by nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.bitrix.methods.payments import list_payments
from b24app.domain.card import EntityRef, Money, Payment, Told
from b24app.domain.statement.matching import Verdict, match

DEAL = EntityRef(2, 8061)
TEN = Money(Decimal(10), "USD")


def read(number: str | None) -> Payment:
    row = {"id": 1037, "accountNumber": number, "paid": "N", "sum": 10, "currency": "USD"}
    return next(iter(list_payments(DEAL).decode([row])))


@pytest.mark.parametrize("number", [None, ""])
def test_it_is_called_by_its_id(number):
    assert read(number).number == "1037"


def test_its_order_is_not_known():
    assert read(None).order_number == ""
    assert read("3653/2").order_number == "3653"


def test_no_such_number_is_asked_of_the_portal():
    filters = list_payments(DEAL, payment_ids=[1037], told=Told("1037", TEN)).params["filter"]

    assert filters == {"@id": [1037], "=sum": "10", "=currency": "USD"}


def test_its_id_in_a_statement_names_no_payment():
    (line,) = match("Invoice 1037 42.00 USD", [read(None)])

    assert line.verdict is Verdict.NOTHING
