"""A portal in trouble during each main action: words, old content, the truth after Refresh."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.errors import DatabaseAwayError
from b24app.services.writing import record
from b24app.simulator.portal_state import sale
from tests.support.browser_stage import DEAL_CARD, MANAGER
from tests.support.person import Mouse

BRIEF = ("close_before", "busy", "html", "lost")


def mark_as_paid(someone, stage, number=2):
    payment = someone.payment(stage.payments[number])
    someone.press(someone.button("Mark as paid", payment))
    someone.press(someone.button("Mark as paid", someone.dialog))


def mark_as_unpaid(someone, stage):
    payment = someone.payment(stage.payments[1])
    someone.press(someone.button("Mark as unpaid", payment))
    someone.press(someone.button("Mark as unpaid", someone.dialog))


def reassign(someone, stage):
    payment = someone.payment(stage.payments[3])
    someone.press(someone.button("Reassign delivery", payment))
    choice = payment.locator(".pop:popover-open").get_by_role("combobox")
    choice.select_option(index=0)
    if choice.evaluate("one => one.selectedOptions[0].defaultSelected"):
        choice.select_option(index=1)
    someone.press(someone.button("Apply", payment.locator(".pop:popover-open")))


def copy_link(someone, stage):
    someone.press(someone.button("Copy public link", someone.payment(stage.payments[2])))


ACTIONS = (mark_as_paid, mark_as_unpaid, reassign, copy_link)


def expect_told(someone, shown):
    """Words instead of a trace, the payments still there, and none of them busy for ever."""
    someone.expect_words(someone.alert.last)
    expect(someone.frame.locator("[data-payment-id]")).to_have_count(shown)
    expect(someone.frame.locator("[aria-busy=true]:visible, .is-busy")).to_have_count(0)
    expect(someone.frame.locator(".pop:popover-open .skel")).to_have_count(0)
    # Within a region that announces what comes, an alert would be read twice.
    expect(someone.frame.locator("[role=status] [role=alert]")).to_have_count(0)


def expect_truth_after_refresh(someone, stage):
    stage.portal.faults.clear()
    if someone.frame.locator(".pop:popover-open").count():
        someone.page.keyboard.press("Escape")
    someone.press(someone.button("Refresh").first)
    someone.wait_until_loaded()
    for payment in stage.payments:
        words = "Paid" if payment.is_paid else "Unpaid"
        expect(someone.status(payment)).to_have_text(words)
        for line in stage.deliveries(payment):
            row = someone.payment(payment).locator(f'[data-delivery-item-id="{line.id}"]')
            number = stage.portal.crm.shipments[line.entity_id].account_number
            expect(row).to_contain_text(number)


@pytest.mark.parametrize("kind", BRIEF)
def test_trouble_is_told_in_words_and_refresh_shows_the_truth(stage, person, kind):
    person.page.may_fail_to_load = True
    person.open_tab()

    for act in ACTIONS:
        stage.fail("*", kind, times=50)
        act(person, stage)
        expect_told(person, 4)
        expect_truth_after_refresh(person, stage)
        dismiss_all(person)


def dismiss_all(person):
    """In one go: what succeeded leaves by itself meanwhile."""
    person.frame.evaluate(
        "() => document.querySelectorAll('[data-dismiss]').forEach((one) => one.click())"
    )


def test_silence_ends_in_words_before_anybody_gives_up(stage, sit):
    people = [sit(Mouse) for _ in range(5)]
    for someone in people:
        someone.page.may_fail_to_load = True
    for someone in people[:-1]:
        someone.open_tab()
    stage.fail("*", "silent", times=500, seconds=20)

    for someone, act in zip(people, ACTIONS, strict=False):
        act(someone, stage)
    people[-1].start_tab(DEAL_CARD)

    for someone in people[:-1]:
        expect(someone.alert.last).to_be_visible()
        expect_told(someone, 4)
    expect(people[-1].alert).to_contain_text("Bitrix24 did not answer")
    people[-1].expect_words(people[-1].alert)
    stage.portal.faults.clear()
    people[-1].press(people[-1].button("Try again"))
    people[-1].wait_until_loaded()
    for someone in people[:-1]:
        expect_truth_after_refresh(someone, stage)


def test_lost_connection_says_that_the_outcome_is_unknown(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    # An answer that the portal loses after the write is read back.
    stage.fail("crm.item.payment.pay", "lost")
    mark_as_paid(person, stage, 3)
    expect(person.status(stage.payments[3])).to_have_text("Paid")
    expect(person.alert).to_have_count(0)

    person.page.route("**/payments/*/pay", lambda route: route.abort())

    mark_as_paid(person, stage)

    expect(person.alert).to_contain_text("may or may not have been saved")
    expect(person.status(stage.payments[2])).to_have_text("Unpaid")
    person.page.unroute("**/payments/*/pay")
    person.press(person.button("Check now"))
    person.wait_until_loaded()
    mark_as_paid(person, stage)
    expect(person.status(stage.payments[2])).to_have_text("Paid")


def test_lost_connection_at_first_offers_to_try_again(stage, person):
    person.page.may_fail_to_load = True
    person.page.route("**/payments?first=1", lambda route: route.abort())

    person.start_tab()

    expect(person.frame.get_by_role("heading", name="No connection")).to_be_visible()
    person.expect_words(person.alert)
    person.page.unroute("**/payments?first=1")
    person.press(person.button("Try again"))
    person.wait_until_loaded()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(len(stage.payments))


def test_a_link_that_failed_is_told_once_and_comes_when_asked_for_again(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    for number, opener, role, what_comes in (
        (0, "Show QR code", "img", "QR code"),
        (2, "Send", "link", "E-mail"),
    ):
        payment = person.payment(stage.payments[number])
        stage.fail("*", "html", times=50)

        person.press(person.button(opener, payment))

        expect(person.alert, opener).to_have_count(1)
        expect(payment.locator(".pop:popover-open")).to_have_count(0)
        person.button("Copy public link", payment).hover()
        person.page.wait_for_timeout(300)
        expect(person.alert, opener).to_have_count(1)
        stage.portal.faults.clear()
        person.press(person.button("Try again"))
        expect(payment.get_by_role(role, name=what_comes)).to_be_visible()
        expect(person.alert, opener).to_have_count(0)
        person.page.keyboard.press("Escape")


WORDS_OF_A_QUANTITY = {
    "offline": "Pendant lamp Aria 40: no connection, so 3 is not saved. The quantity is still 12.",
    "lost": "the answer was lost, so it is not known whether 3 was saved.",
    "unconfirmed": "Pendant lamp Aria 40: Bitrix24 did not confirm it, and what you see",
    "changed": "changed in Bitrix24 by someone else.",
}


def test_a_quantity_that_is_not_saved_stays_as_it_was_typed(stage, person):
    """At its field it is said why, *Try again* saves it, and Escape brings the saved one back."""
    person.page.may_fail_to_load = True
    person.open_tab()
    item = stage.items(stage.payments[3])[0]
    field = person.frame.locator(f"#qty-{item.id}")
    for kind in WORDS_OF_A_QUANTITY:
        expect_kept_as_it_was_typed(stage, person, kind, item, field)
        person.hand.write(field, "12")
        person.page.keyboard.press("Enter")
        expect(person.frame.locator(f"#qty-{item.id}[value='12']"), kind).to_have_count(1)
        expect(person.frame.locator(".is-saving, .htmx-request")).to_have_count(0)
        dismiss_all(person)


def expect_kept_as_it_was_typed(stage, person, kind, item, field):
    stage.portal.recorder.clear()
    expect(person.said, kind).to_have_count(0)
    if kind == "offline":
        person.page.context.set_offline(True)
    elif kind == "lost":
        person.page.route("**/items/*", lambda route: route.abort())
    elif kind == "changed":
        item.quantity = 7
    else:
        stage.fail("crm.item.payment.product.setQuantity", "unexpected", times=50)

    person.hand.write(field, "3")
    person.page.keyboard.press("Enter")

    expect(person.alert, kind).to_have_count(1)
    expect(person.alert).to_contain_text(WORDS_OF_A_QUANTITY[kind])
    expect(person.alert).not_to_contain_text("undefined")
    expect(person.said, kind).to_have_count(0)
    expect(field, kind).to_have_value("3")
    expect(field, kind).to_have_attribute("aria-invalid", "true")
    expect(person.frame.locator(".is-saving"), kind).to_have_count(0)
    # It is not sent again by itself, nor when the field is left.
    field.press("Tab")
    person.page.wait_for_timeout(700)
    assert stage.executed("crm.item.payment.product.setQuantity") == [], kind
    saved = "7" if kind == "changed" else "12"
    if kind in {"unconfirmed", "changed"}:
        expect(person.alert).to_contain_text(f"The quantity is {saved} now.")

    field.press("Escape")
    expect(field, kind).to_have_value(saved)
    expect(person.alert, kind).to_have_count(0)

    person.hand.write(field, "3")
    person.page.keyboard.press("Enter")
    if kind != "changed":
        expect(person.alert, kind).to_have_count(1)
        person.page.context.set_offline(False)
        person.page.unroute("**/items/*")
        stage.portal.faults.clear()
        person.press(person.button("Try again", person.alert))
    expect(person.said).to_contain_text("Quantity saved")
    expect(person.alert, kind).to_have_count(0)
    expect(field, kind).to_have_value("3")
    assert item.quantity == 3, kind


def test_a_write_whose_end_nobody_recorded_keeps_its_key(stage, person, monkeypatch):
    def lose(*_arguments, **_more):
        raise DatabaseAwayError("the connection was cut")

    person.page.may_fail_to_load = True
    person.open_tab()
    payment = stage.payments[2]
    keys = []

    def note(request):
        if request.url.endswith("/pay"):
            keys.append(request.headers["idempotency-key"])

    person.page.on("request", note)
    with monkeypatch.context() as patch:
        patch.setattr(record, "store", lose)
        mark_as_paid(person, stage)
        expect(person.alert).to_contain_text("It may have been saved in Bitrix24")
    if person.dialog.count():
        person.press(person.button("Cancel", person.dialog))

    mark_as_paid(person, stage)

    expect(person.frame.locator("body")).to_contain_text("still being processed")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    asked = [one for one in stage.portal.recorder.commands() if one.method.endswith(".pay")]
    assert len(asked) == 1
    assert payment.is_paid


def test_where_asking_again_cannot_help_a_dialog_does_not_offer_it(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    payment = stage.payments[3]
    rights = stage.portal.users[MANAGER].rights
    before = rights["deal"]
    rights["deal"] = "none"
    expect_dialog_without_another_try(person, payment)
    person.press(person.button("Cancel", person.dialog))
    expect(person.payment(payment)).to_have_count(1)
    rights["deal"] = before

    sale.delete_payment(stage.portal.crm, payment)
    expect_dialog_without_another_try(person, payment)
    person.press(person.button("Refresh", person.dialog))
    expect(person.dialog).to_have_count(0)
    expect(person.payment(payment)).to_have_count(0)


def expect_dialog_without_another_try(person, payment):
    person.press(person.button("Add items", person.payment(payment)))

    person.expect_words(person.dialog.get_by_role("alert"))
    expect(person.button("Try again", person.dialog)).to_have_count(0)
