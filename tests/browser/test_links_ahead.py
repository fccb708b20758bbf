"""A pointer or the focus on the button asks for no link where that might set up a shop."""

from __future__ import annotations

from playwright.sync_api import expect

LINK = "salescenter.payment.getpublicurl"
LONGER_THAN_A_DWELL = 400


def asked(stage):
    return [one for one in stage.portal.recorder.commands() if one.method == LINK]


def point_at_everything(person, payment):
    for name in ("Copy public link", "Send"):
        button = person.button(name, payment)
        button.hover()
        person.page.wait_for_timeout(LONGER_THAN_A_DWELL)
        button.focus()
        person.page.wait_for_timeout(LONGER_THAN_A_DWELL)


def test_pointing_sets_up_no_shop_and_a_click_may(stage, person):
    stage.portal.switches.shop = "never_used"
    person.page.may_fail_to_load = True
    person.open_tab()
    payment = person.payment(stage.payments[2])

    point_at_everything(person, payment)
    assert asked(stage) == []
    assert stage.portal.switches.shop == "never_used"

    person.press(person.button("Copy public link", payment))
    expect(person.alert).to_contain_text("It may be setting one up")
    point_at_everything(person, person.payment(stage.payments[3]))
    assert len(asked(stage)) == 1

    person.press(person.button("Try again"))
    expect(payment.get_by_role("textbox", name="Public link")).to_be_visible()
    assert len(asked(stage)) == 2


def test_pointing_asks_where_a_link_came_before_until_one_does_not(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    person.press(person.button("Copy public link", person.payment(stage.payments[2])))
    expect(person.frame.locator("#live")).to_have_text("Public link copied")
    person.press(person.button("Refresh"))
    person.wait_until_loaded()
    stage.portal.recorder.clear()

    person.button("Copy public link", person.payment(stage.payments[3])).hover()
    person.page.wait_for_timeout(LONGER_THAN_A_DWELL)
    assert len(asked(stage)) == 1

    stage.portal.switches.shop = "unavailable"
    person.press(person.button("Copy public link", person.payment(stage.payments[1])))
    expect(person.alert).to_contain_text("There is no link")
    # One, or two where the hand dwelled there before it pressed: that one may still be under way.
    person.page.wait_for_timeout(LONGER_THAN_A_DWELL)
    so_far = asked(stage)
    person.button("Copy public link", person.payment(stage.payments[0])).hover()
    person.page.wait_for_timeout(LONGER_THAN_A_DWELL)
    assert asked(stage) == so_far


def test_a_kept_link_tells_of_the_payment_as_it_is_now(stage, person):
    person.open_tab()
    unpaid = stage.payments[3]
    item = stage.items(unpaid)[0]
    row = person.payment(unpaid)
    person.press(person.button("Copy public link", row))
    expect(person.frame.locator("#live")).to_have_text("Public link copied")
    person.hand.write(row.locator(f"#qty-{item.id}"), "2")
    person.page.keyboard.press("Enter")
    expect(row.locator(f"#qty-{item.id}[value='2']")).to_be_visible()
    person.press(person.button("Mark as paid", row))
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.status(unpaid)).to_have_text("Paid")

    person.press(person.button("Show QR code", row))

    told = row.locator(".share[data-loaded] .share__what")
    expect(told).to_contain_text("Paid")
    expect(told).to_contain_text(row.locator(".pay__amount > *").first.inner_text())
    assert len(asked(stage)) == 1
