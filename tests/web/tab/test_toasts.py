"""What toasts say: which payment, which product, how much of it; the code for support aside."""

from __future__ import annotations

import re

import pytest

from tests.support.acts import (
    ACTS,
    MOVE,
    ON_A_PAYMENT,
    PAID,
    SIGNS,
    SMALL,
    UNPAY,
    payment,
    stage_said,
)

TOAST = re.compile(r'<div class="toast[ "].*', re.DOTALL)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def toast_of(answer):
    return TOAST.search(answer.text).group(0)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_every_success_names_its_payment(stage, act):
    tab = stage.tab()

    answer = act.send(tab, None)

    said = stage_said(answer)
    number = "3653/2" if act is UNPAY else r"3653/\d"
    assert re.search(f"payments? {number}", said, re.IGNORECASE), said
    # A delivery that is elsewhere as well is named, and so are both payments.
    numbers = 2 if act is MOVE else 3 if "more than once" in said else 1
    assert len(re.findall(r"3653/\d", said)) == numbers, said
    assert re.search(r'data-of="3653/\d"', toast_of(answer))


@pytest.mark.parametrize("act", ON_A_PAYMENT, ids=str)
def test_a_failure_names_its_payment_where_it_was_read(stage, act):
    tab = stage.tab()
    # Read before anything is written, and refused then.
    stage.portal.faults.add(act.method, "denied", 5)

    answer = act.send(tab, None)

    assert answer.status_code >= 400
    assert re.search(r"3653/\d", stage_said(answer)), stage_said(answer)


def test_too_much_is_said_with_the_product_and_what_is_left_of_it(stage):
    tab = stage.tab()

    answer = tab.post("/payments/1038/items/1200", {"quantity": 999, "shown": "20"})

    assert answer.status_code == 422
    assert tab.said == "Payment 3653/3: Not saved. Dimmer module D2: at most 20 can be billed."
    assert 'data-field="quantity" data-most="20"' in toast_of(answer)


def test_too_much_in_a_dialog_is_said_of_its_row(stage):
    tab = stage.tab()

    answer = tab.post("/payments", {"row": SIGNS, f"quantity-{SIGNS}": 11})

    assert tab.said == "Not saved. Emergency exit sign E1: at most 10 can be billed."
    assert f'data-field="quantity-{SIGNS}" data-most="10"' in toast_of(answer)


def test_the_code_for_support_is_aside_of_the_sentence(stage):
    tab = stage.tab()
    payment(stage, SMALL).is_paid = True

    answer = tab.delete(f"/payments/{SMALL}")

    toast = toast_of(answer)
    code = answer.headers["X-Request-Id"]
    assert code not in stage_said(answer)
    assert re.search(rf"<summary>Details</summary>\s*<small>Support code {code}</small>", toast)


def test_the_number_of_a_payment_is_text_whatever_it_is_made_of(stage):
    payment(stage, PAID).account_number = '<b title="x">1</b>'
    tab = stage.tab()

    answer = tab.post(f"/payments/{PAID}/unpay")

    assert "<b title" not in answer.text
    assert 'data-of="&lt;b title=' in toast_of(answer)


def test_what_was_so_already_is_told_as_no_success(stage):
    tab = stage.tab()
    chosen = payment(stage, SMALL).pay_system_id

    tab.post(f"/payments/{SMALL}/system", {"pay_system_id": chosen, "shown": chosen})

    said = "Payment 3653/3 already has this payment system. Nothing was changed."
    assert stage_said(tab.answer) == said
    assert "toast--note" in tab.answer.text
    assert "#i-ok" not in tab.answer.text[tab.answer.text.index('id="toast"') :]
