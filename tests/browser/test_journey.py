"""A day with the tab: install it, work with payments as a manager, look as a reader."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN, READER


def test_installs_from_the_marketplace_by_itself(bare_stage, person):
    person.be(ADMIN)
    person.go("/marketplace/")
    bare_stage.portal.switches.request_ms = 600

    person.page.get_by_role("button", name="Install", exact=True).click()
    frame = person.enter_frame()

    expect(frame.get_by_role("heading", level=1, name="Installation", exact=True)).to_be_visible()
    expect(frame.locator(".steps li")).to_have_count(5)
    expect(frame.get_by_text("This takes a few seconds. Keep this page open.")).to_be_visible()
    person.page.wait_for_function("() => document.querySelector('iframe.app-frame') !== null")
    # The portal opens the page of the finished application in the place of the wizard.
    expect(person.page.frame_locator("iframe.app-frame").locator("#settings")).to_be_visible()
    assert bare_stage.portal.installation.is_finished
    codes = {one.code for one in bare_stage.portal.installation.placements}
    assert {"CRM_DEAL_DETAIL_TAB", "CRM_SMART_INVOICE_DETAIL_TAB"} <= codes
    person.open_tab()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(4)


def test_marks_as_paid_after_a_dialog_and_as_unpaid_after_a_warning(stage, either):
    unpaid = stage.payments[2]

    either.press(either.button("Mark as paid", either.payment(unpaid)))
    expect(either.dialog).to_contain_text("as paid?")
    expect(either.button("Mark as paid", either.dialog)).to_be_focused()
    either.press(either.button("Mark as paid", either.dialog))

    expect(either.status(unpaid)).to_have_text("Paid")
    expect(either.payment(unpaid)).to_have_attribute("data-paid", "Y")
    expect(either.said).to_contain_text("marked as paid")
    assert unpaid.is_paid
    either.expect_focus_kept(unpaid)

    paid = stage.payments[1]

    either.press(either.button("Mark as unpaid", either.payment(paid)))
    expect(either.dialog).to_contain_text("This is not a refund")
    either.hand.leave(either.dialog)
    expect(either.dialog).to_have_count(0)
    assert paid.is_paid
    expect(either.button("Mark as unpaid", either.payment(paid))).to_be_focused()
    either.press(either.button("Mark as unpaid", either.payment(paid)))
    either.press(either.button("Mark as unpaid", either.dialog))

    expect(either.status(paid)).to_have_text("Unpaid")
    assert not paid.is_paid
    either.expect_focus_kept(paid)


def test_copies_the_link_where_the_frame_is_refused_the_clipboard(stage, either):
    unpaid = stage.payments[2]
    assert not either.frame.evaluate(
        "() => document.featurePolicy.allowsFeature('clipboard-write')"
    )

    either.press(either.button("Copy public link", either.payment(unpaid)))

    link = either.payment(unpaid).get_by_role("textbox", name="Public link")
    expect(link).to_be_visible()
    expect(either.frame.locator("#live")).to_have_text("Public link copied")
    address = link.input_value()
    assert re.fullmatch(r"https?://\S+", address)
    expect(either.button("Copy public link", either.payment(unpaid))).to_be_focused()
    link.select_text()
    assert either.frame.evaluate("() => getSelection().toString()") == address
    assert pasted(either.page) == address


def pasted(page):
    """Paste into a field of the portal's own page, and read that."""
    page.evaluate(
        """() => {
          const field = document.createElement("textarea");
          field.id = "pasted";
          document.body.prepend(field);
          field.focus();
        }"""
    )
    page.keyboard.press("Control+V")
    return page.locator("#pasted").input_value()


def test_reassigns_a_delivery(stage, either):
    unpaid = stage.payments[3]
    [linked] = stage.deliveries(unpaid)
    other = next(iter(stage.shipments - {linked.entity_id}))
    row = either.payment(unpaid).locator(f'[data-delivery-item-id="{linked.id}"]')

    either.press(either.button("Reassign delivery", row))
    choice = row.get_by_role("combobox")
    label = choice.locator(f'option[value="{other}"]').inner_text()
    warning = row.get_by_text("is already in another payment")
    expect(warning).to_be_hidden()
    either.hand.choose(choice, label)
    expect(warning).to_be_visible()
    either.press(either.button("Apply", row))

    # The other delivery of this deal is in another payment already.
    expect(either.said).to_contain_text("billed for it more than once")
    assert [one.entity_id for one in stage.deliveries(unpaid)] == [other]
    either.expect_focus_kept(unpaid, either.button("Reassign delivery", either.payment(unpaid)))


def test_first_refusal_makes_a_readers_tab_view_only(stage, person):
    person.be(READER)
    person.page.may_fail_to_load = True
    person.open_tab()
    unpaid = stage.payments[2]

    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.button("View only")).to_be_visible()
    person.expect_words(person.said.get_by_role("alert"))
    expect(person.button("Mark as paid")).to_have_count(0)
    expect(person.button("Copy public link").first).to_be_visible()
    assert not unpaid.is_paid


def test_filter_and_sorting_survive_refresh(stage, either):
    either.press(either.button(re.compile("^Unpaid")))
    expect(either.frame.locator("[data-payment-id]:visible")).to_have_count(2)
    expect(either.frame.locator("#live")).to_have_text("Unpaid 2")
    either.wait_until_loaded()
    either.hand.choose(either.frame.get_by_label("Sort"), "Oldest first")
    first = either.frame.locator("[data-payment-id]:visible").first
    expect(first).to_have_attribute("data-payment-id", str(stage.payments[2].id))
    either.wait_until_loaded()

    either.press(either.button("Refresh"))

    either.wait_until_loaded()
    expect(either.frame.locator("[data-payment-id]:visible")).to_have_count(2)
    expect(first).to_have_attribute("data-payment-id", str(stage.payments[2].id))
    expect(either.frame.get_by_label("Sort")).to_have_value("oldest")
    either.expect_focus_on(either.button("Refresh"))
