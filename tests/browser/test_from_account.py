"""Who marks what the client's account in the shop pays is told that it takes the amount."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.storage import settings
from tests.support.acts import ACCOUNT

WORDS = "takes the amount from there"


@pytest.fixture
def paid_by_account(stage, person):
    """A payment by the account, after a dialog has read which payment system that is."""
    payment = stage.payments[2]
    payment.pay_system_id = ACCOUNT
    person.open_tab(opens=False)
    person.press(person.button("New payment"))
    expect(person.dialog.get_by_text("Bank transfer")).to_be_attached()
    person.page.keyboard.press("Escape")
    person.press(person.button("Refresh"))
    row = person.payment(payment)
    expect(row).to_have_attribute("data-from-account", "1")
    return payment


def ask(person, payment):
    person.press(person.payment(payment).get_by_role("button", name="Mark as paid"))
    dialog = person.frame.locator("#dlg-paid[open]")
    expect(dialog).to_be_visible()
    return dialog.locator("[data-with=account]")


def test_the_question_says_so_of_that_payment_alone(stage, person, paid_by_account):
    expect(ask(person, paid_by_account)).to_contain_text(WORDS)
    person.page.keyboard.press("Escape")
    expect(ask(person, stage.payments[3])).to_be_hidden()


def test_it_is_asked_where_nothing_else_is(stage, person, paid_by_account):
    with stage.deps.db.transaction() as session:
        settings.save(
            session, stage.portal.member_id, {"confirm_pay": False}, updated_by=1,
            now=stage.deps.clock(),
        )  # fmt: skip
    person.open_tab(opens=False)

    expect(ask(person, paid_by_account)).to_contain_text(WORDS)


@pytest.mark.parametrize(
    ("which", "words"), [((3,), ""), ((2,), f"the mark {WORDS}"), ((2, 3), "Where a payment is")]
)
def test_the_question_before_many_says_it_where_one_is_among_them(
    stage, person, paid_by_account, which, words
):
    assert paid_by_account is stage.payments[2]
    for number in which:
        name = f"Select payment {stage.payments[number].account_number}"
        person.hand.toggle(person.frame.get_by_role("checkbox", name=name, exact=True))
    person.press(person.frame.locator("#many-pay"))
    expect(person.dialog.get_by_role("heading")).to_contain_text(f"Mark {len(which)} payment")

    told = person.dialog.locator("[data-if-from-account]")
    expect(told).to_be_visible(visible=bool(words))
    expect(told).to_contain_text(words)
