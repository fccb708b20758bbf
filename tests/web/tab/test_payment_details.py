"""Details of one payment: what the portal says of it by itself, and what was done with it here."""

from __future__ import annotations

import html
import re

import pytest

from tests.support.stage import ADMIN

GET = "crm.item.payment.get"
NO_RIGHTS = "takes rights on the order"
NO_MORE = "says nothing more"


def words(tab, payment_id):
    answer = tab.get(f"/payments/{payment_id}/details")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_all_fields_of_a_paid_payment_are_told(stage):
    told = words(stage.tab(), 1037)

    payment = stage.portal.crm.payments[1037]
    for name, value in {
        "Number": payment.account_number,
        "ID": "1037",
        "Status": "paid",
        "Amount": "€4,940.00",
        "Currency": "euros",
        "Payment system": f"Bank transfer (ID {payment.pay_system_id})",
        "By": "Marta Lindqvist",
    }.items():
        assert f"{name} {value}" in told
    assert "Date paid" in told
    assert NO_RIGHTS not in told
    assert NO_MORE not in told


def test_what_can_be_copied_is_what_the_portal_said(stage):
    answer = stage.tab().get("/payments/1037/details").text

    copied = re.findall(r'data-copy-text="([^"]*)"', answer)
    assert {"3653/2", "1037", "4940", "EUR", "Bank transfer"} <= set(copied)


def test_an_unpaid_payment_was_paid_by_nobody(stage):
    told = words(stage.tab(), 1039)

    assert "Status unpaid" in told
    assert "Date paid" not in told
    assert "By" not in told


def test_it_costs_one_call(stage):
    tab = stage.tab()
    stage.forget_calls()

    tab.get("/payments/1037/details")

    assert len(stage.http_calls) == 1


@pytest.mark.parametrize("kind", ["denied", "false", "null"])
def test_where_the_portal_refuses_it_the_listed_fields_are_shown_and_why(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(GET, kind, times=5)

    told = words(tab, 1037)

    assert NO_RIGHTS in told
    assert "Number 3653/2" in told
    assert "Amount €4,940.00" in told


def test_any_other_trouble_with_it_hides_nothing_either(stage):
    tab = stage.tab()
    stage.portal.faults.add(GET, "unexpected", times=5)

    told = words(tab, 1037)

    assert NO_MORE in told
    assert "Number 3653/2" in told


def test_the_history_tells_who_did_what(stage):
    tab = stage.tab()
    tab.post("/payments/1039/pay")
    stage.tab(ADMIN).post("/payments/1039/unpay")

    told = words(tab, 1039)

    first, second = told.index("Marked as unpaid"), told.index("Marked as paid")
    assert first < second, "The newest comes first."
    assert "Anna Berger" in told[first:second]
    assert "Marta Lindqvist" in told[second:]


def test_a_payment_of_another_card_tells_nothing(stage):
    tab = stage.tab()
    foreign = next(one for one in stage.portal.crm.payments if one not in {1036, 1037, 1038, 1039})

    assert tab.get(f"/payments/{foreign}/details").status_code == 404
    asked = [one.params for one in stage.portal.recorder.commands() if one.method == GET]
    assert all(one != {"id": str(foreign)} for one in asked)


def test_a_payment_that_is_gone_is_said_to_be_gone(stage):
    tab = stage.tab()
    del stage.portal.crm.payments[1039]

    assert tab.get("/payments/1039/details").status_code == 409
