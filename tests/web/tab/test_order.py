"""How payments are sorted, and who is named at a paid one."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("sort", "order", "first"),
    [
        ("newest", {"id": "desc"}, "1039"),
        ("oldest", {"id": "asc"}, "1036"),
        ("amount-down", {"sum": "desc"}, "1039"),
        ("amount-up", {"sum": "asc"}, "1036"),
        ("paid-date", {"datePaid": "desc"}, "1037"),
        ("waiting", {"id": "asc"}, "1038"),
    ],
)
def test_sorting_goes_to_the_portal_and_holds_on_the_page(stage, sort, order, first):
    tab = stage.open()

    text = tab.show(sort=sort).text

    listed = [one for one in stage.asked("crm.item.payment.list") if one.outcome == "ok"]
    assert listed[0].params["order"] == order
    assert text.index(f'data-payment-id="{first}"') == text.index("data-payment-id=")


def test_who_marks_a_payment_paid_is_named_at_once(stage):
    tab = stage.tab()

    tab.post("/payments/1039/pay")

    assert "by <bdi>Marta Lindqvist</bdi>" in tab.answer.text
