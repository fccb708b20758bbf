"""A payment that was left half done: nothing is beside the hand that would bill it twice."""

from __future__ import annotations

from playwright.sync_api import expect

ADD = "crm.item.payment.product.add"


def made(stage, before):
    return set(stage.portal.crm.payments) - before


def bill(someone, opener, verb):
    someone.press(someone.button(opener))
    someone.press(someone.button(verb, someone.dialog))


def test_bill_the_rest_leaves_the_question_and_tells_in_the_page(stage, either):
    someone, before = either, set(stage.portal.crm.payments)
    someone.open_tab()
    someone.page.may_fail_to_load = True
    stage.fail(ADD, "lost")

    bill(someone, "Bill the rest", "Bill the rest")

    note = someone.frame.locator(".note--err")
    expect(note).to_contain_text("left half done")
    expect(someone.dialog).to_have_count(0)
    assert len(made(stage, before)) == 1
    someone.press(someone.button("Bill the rest"))
    expect(someone.dialog.locator(".note--warn").first).to_contain_text("left half done")
    verb = someone.button("Bill the rest", someone.dialog)
    expect(verb).not_to_be_focused()
    expect(someone.button("Close", someone.dialog)).to_be_focused()


def test_a_new_payment_that_lacks_something_leaves_its_dialog_too(stage, either):
    someone, before = either, set(stage.portal.crm.payments)
    someone.open_tab()
    someone.page.may_fail_to_load = True
    stage.fail(ADD, "denied", times=1)

    bill(someone, "New payment", "Create payment")

    expect(someone.frame.get_by_role("alert").first).to_contain_text("without")
    expect(someone.dialog).to_have_count(0)
    assert len(made(stage, before)) == 1


def test_what_was_not_done_at_all_stays_in_its_dialog(stage, either):
    someone, before = either, set(stage.portal.crm.payments)
    someone.open_tab()
    someone.page.may_fail_to_load = True
    stage.fail("crm.item.payment.add", "denied")

    bill(someone, "New payment", "Create payment")

    expect(someone.frame.get_by_role("alert").first).to_be_visible()
    expect(someone.dialog).to_be_visible()
    assert made(stage, before) == set()
