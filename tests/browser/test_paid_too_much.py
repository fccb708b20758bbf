"""Who is about to mark more as paid than there is to pay is told what becomes of the excess."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import expect

from b24app.storage import settings

WORDS = "more is marked as paid than there is to pay in all"
LEFT = Decimal("11410.00")
"""Of the deal, while two of its payments are paid."""


def question(person, payment):
    person.press(person.payment(payment).get_by_role("button", name="Mark as paid"))
    dialog = person.frame.locator("#dlg-paid[open]")
    expect(dialog).to_be_visible()
    return dialog.locator("[data-with=over]")


def test_the_question_says_so_only_where_it_is_so(stage, person):
    exact, more = stage.payments[2:4]
    exact.sum, more.sum = LEFT, LEFT + Decimal("0.01")
    person.open_tab(opens=False)

    expect(question(person, exact)).to_be_hidden()
    person.page.keyboard.press("Escape")
    expect(question(person, more)).to_contain_text(WORDS)
    person.page.keyboard.press("Escape")

    # The strip is read anew with each mark, the other rows are not.
    person.press(person.payment(exact).get_by_role("button", name="Mark as paid"))
    person.press(person.frame.locator("#dlg-paid button[value=ok]"))
    expect(person.status(exact)).to_have_text("Paid")
    expect(question(person, more)).to_contain_text(WORDS)


def test_it_is_asked_where_nothing_else_is(stage, person):
    exact, more = stage.payments[2:4]
    exact.sum, more.sum = LEFT, LEFT + Decimal("0.01")
    with stage.deps.db.transaction() as session:
        settings.save(
            session, stage.portal.member_id, {"confirm_pay": False}, updated_by=1,
            now=stage.deps.clock(),
        )  # fmt: skip
    person.open_tab(opens=False)

    expect(question(person, more)).to_contain_text(WORDS)
    person.page.keyboard.press("Escape")
    person.press(person.payment(exact).get_by_role("button", name="Mark as paid"))
    expect(person.status(exact)).to_have_text("Paid")


def test_of_many_payments_their_sum_counts(stage, person):
    """Each of them alone would be right."""
    for payment, amount in zip(stage.payments[2:4], (LEFT - 10, Decimal("10.01")), strict=True):
        payment.sum = amount
    person.open_tab(opens=False)
    question = person.dialog
    told = question.locator("[data-excess]")

    for payment, count in zip(stage.payments[2:4], (1, 2), strict=True):
        name = f"Select payment {payment.account_number}"
        person.hand.toggle(person.frame.get_by_role("checkbox", name=name, exact=True))
        person.press(person.frame.locator("#many-pay"))
        expect(question.get_by_role("heading")).to_contain_text(f"Mark {count} payment")
        expect(told).to_be_visible(visible=count == 2)
        if count == 1:
            person.page.keyboard.press("Escape")
    expect(told).to_contain_text("With these payments more is marked as paid")


def test_of_many_one_is_left_that_is_too_much(stage, person):
    paid, more = stage.payments[1:3]
    more.sum = LEFT + 1
    person.open_tab(opens=False)

    for payment in (paid, more):
        name = f"Select payment {payment.account_number}"
        person.hand.toggle(person.frame.get_by_role("checkbox", name=name, exact=True))
    person.press(person.frame.locator("#many-pay"))

    expect(person.dialog.locator("[data-excess]")).to_contain_text(f"With it {WORDS}")


SLOW_EYES = """() => {
  const later = setTimeout;
  window.IntersectionObserver = class { observe() {} disconnect() {} };
  window.setTimeout = (work, wait, ...rest) => later(work, wait === 150 ? 2500 : wait, ...rest);
}"""


def test_it_is_said_also_where_the_question_comes_before_its_dialog_opens(stage, person):
    """A busy browser is slow to say where the frame is in sight."""
    payment = stage.payments[2]
    payment.sum = LEFT + 1
    person.open_tab(opens=False)
    name = f"Select payment {payment.account_number}"
    person.hand.toggle(person.frame.get_by_role("checkbox", name=name, exact=True))
    expect(person.frame.locator("#many-pay")).to_be_visible()
    person.frame.locator("body").evaluate(SLOW_EYES)

    person.frame.locator("#many-pay").click()

    expect(person.dialog.locator("[data-excess]")).to_contain_text(WORDS)
    expect(person.dialog.locator("[data-excess]")).to_be_visible()
