"""A smart process shows the payments of its deals and invoices, with the same actions."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state.records import Card
from tests.support.browser_stage import ADMIN, LINKED_CARD, MANAGER, READER
from tests.support.story import look_at_both_widths, open_settings, save_settings, seat

DEAL, INVOICE, CONTRACTS = 2, 31, 1040
CONTRACT_CARD = "/crm/type/1040/details/21/"
MORE_DEALS = range(9101, 9113)


@pytest.fixture
def manager(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin)
    frame.get_by_role("checkbox", name="Installation projects").check()
    frame.get_by_role("checkbox", name="Service contracts").check()
    save_settings(admin)
    return seat(admin.page, stage, MANAGER)


def pay(someone, payment):
    someone.press(someone.button("Mark as paid", someone.payment(payment)))
    someone.press(someone.button("Mark as paid", someone.dialog))
    expect(someone.status(payment)).to_have_text("Paid")


def refresh(someone):
    # By key: details that arrive make the frame grow, and a button that moves is missed.
    with someone.page.expect_response(lambda answer: "refresh=1" in answer.url):
        someone.button("Refresh").press("Enter")
    expect(someone.frame.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    someone.wait_until_loaded()


def groups(someone):
    return someone.frame.locator("#payments > section")


def test_actions_on_linked_payments_work_also_after_refresh(stage, manager, new_page):
    stage.portal.recorder.clear()
    manager.open_tab(LINKED_CARD, opens=False)
    expect(manager.frame.locator("[data-payment-id]")).to_have_count(4)
    assert len(stage.http_calls) <= 3

    stage.portal.recorder.clear()
    pay(manager, stage.payments[2])
    assert len(stage.http_calls) <= 2
    expect(groups(manager).first.locator(".strip")).to_contain_text("€9,152.00")
    stage.portal.recorder.clear()
    refresh(manager)
    assert len(stage.http_calls) <= 3
    pay(manager, stage.payments[3])
    manager.press(manager.button("New payment"))
    expect(manager.dialog).to_be_visible()
    manager.hand.leave(manager.dialog)
    assert all(payment.is_paid for payment in stage.payments)
    look_at_both_widths(manager, "linked")

    reader = seat(new_page(), stage, READER)
    reader.page.may_fail_to_load = True
    reader.open_tab(LINKED_CARD)
    reader.press(reader.button("Mark as unpaid", reader.payment(stage.payments[3])))
    reader.press(reader.button("Mark as unpaid", reader.dialog))
    reader.expect_words(reader.said.get_by_role("alert"))
    expect(reader.button("View only")).to_be_visible()
    expect(reader.button("Mark as unpaid")).to_have_count(0)
    expect(reader.button("Copy public link").first).to_be_visible()
    assert stage.payments[3].is_paid


def test_more_than_ten_linked_cards_come_on_demand(stage, manager):
    for number in MORE_DEALS:
        deal = Card(DEAL, number, f"Visit {number}", stage.portal.clock.now())
        deal.parent_ids[CONTRACTS] = 21
        stage.portal.crm.add_card(deal)
    stage.portal.recorder.clear()

    manager.open_tab(CONTRACT_CARD, opens=False)

    expect(groups(manager)).to_have_count(10)
    expect(groups(manager).first).to_contain_text("Visit 9112")
    assert len(stage.http_calls) <= 3
    look_at_both_widths(manager, "linked-many")
    for _ in range(2):
        stage.portal.recorder.clear()
        manager.press(manager.button("Show 4 more linked cards"))
        expect(groups(manager)).to_have_count(14)
        manager.wait_until_loaded()
        expect(manager.frame.locator("#show-more")).to_have_count(0)
        assert len(stage.http_calls) <= 3
        [payment] = stage.portal.crm.payments_of(INVOICE, 513)
        if not payment.is_paid:
            pay(manager, payment)
        refresh(manager)
        expect(groups(manager)).to_have_count(10)
    assert payment.is_paid
