"""Sending a payment's link with one's own programs, by mouse and by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import select

from b24app.storage.models import Activity
from tests.support.looks import violations

ADDRESS = "ida.holm@northwind.example"


HAND_OVER = """() => {
  window.handedOver = [];
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-takes]");
    if (!link) return;
    event.preventDefault();
    handedOver.push(`${link.target} ${link.href}`);
  });
}"""


def hand_over(either):
    """Note what the browser would hand to another program, instead: it has none to hand it to."""
    either.frame.evaluate(HAND_OVER)
    return lambda: either.frame.evaluate("() => handedOver")


def menu_of(someone, payment):
    someone.press(someone.button("Send", someone.payment(payment)))
    menu = someone.payment(payment).get_by_role("dialog", name="Send the public link")
    expect(menu.get_by_role("link", name="E-mail")).to_be_visible()
    return menu


def taken(stage):
    with stage.deps.db.reading() as session:
        query = select(Activity.after).where(Activity.action == "take_link").order_by(Activity.id)
        return list(session.scalars(query))


def test_a_way_opens_the_program_and_the_history_says_so(stage, either):
    opened = hand_over(either)
    unpaid = stage.payments[3]
    menu = menu_of(either, unpaid)
    note = f"Link taken by {stage.portal.users[7].name}"
    ways = ("E-mail", "SMS", "WhatsApp", "Telegram")
    for way in ways:
        either.press(menu.get_by_role("link", name=way))

        expect(menu.get_by_role("status").filter(has_text=note)).to_contain_text(way)
        first = either.payment(unpaid).get_by_role("listitem").first
        expect(first).to_contain_text(f"Link taken: {way}")
        handed = opened()[-1]
        assert handed.startswith("_blank "), way
        assert "3653%2F4" in handed or "3653/4" in handed, way
        # What was noted leaves the payment free.
        expect(either.payment(unpaid)).not_to_have_attribute("aria-busy", "true")
    assert len(opened()) == len(ways)
    assert taken(stage) == ["email", "sms", "whatsapp", "telegram"]

    either.press(menu.get_by_role("button", name="Copy as text"))

    expect(either.frame.locator("#live")).to_have_text("Message copied")
    expect(menu.get_by_text("Link taken by")).to_contain_text("Copied as text")
    assert taken(stage)[-1] == "text"

    either.press(menu.get_by_role("button", name="Show QR code"))

    expect(menu.get_by_role("img", name="QR code of the public link")).to_be_in_viewport()
    assert violations(either.frame) == []


def test_addresses_are_chosen_and_leave_the_page_with_the_menu(stage, either):
    unpaid = stage.payments[3]
    menu = menu_of(either, unpaid)
    expect_chosen_address_in_its_link(menu)
    assert ADDRESS in either.frame.content()

    either.page.keyboard.press("Escape")

    expect(either.frame.locator(".menu--send > *")).to_have_count(0)
    expect(either.button("Send", either.payment(unpaid))).to_be_focused()
    assert ADDRESS not in either.frame.content()
    # And are asked for again.
    stage.portal.users[7].hidden_cards.update({(3, 301), (4, 401)})
    menu = menu_of(either, unpaid)
    expect(menu).to_contain_text("does not show you this client’s contact details")
    expect(menu.get_by_role("link", name="E-mail")).to_have_attribute(
        "href", re.compile(r"^mailto:\?subject=")
    )


def expect_chosen_address_in_its_link(menu):
    mail = menu.get_by_role("link", name="E-mail")
    expect(mail).to_have_attribute("href", re.compile(f"^mailto:{re.escape(ADDRESS)}\\?subject="))

    menu.get_by_label("E-mail to").select_option(label="Ida Holm, ida@holm.example")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:ida@holm\.example\?subject="))
    menu.get_by_label("E-mail to").select_option(label="Nobody yet")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:\?subject="))
    expect(menu.get_by_role("link", name="SMS")).to_have_attribute(
        "href", re.compile(r"^sms:\+491705550123\?")
    )


def test_a_mail_link_leaves_the_tab_as_it_is_and_is_noted_in_trouble_too(stage, either):
    """No program stands behind it here: the frame must not be what tries to open it."""
    large, small = stage.payments[3], stage.payments[2]
    menu = menu_of(either, large)

    either.press(menu.get_by_role("link", name="E-mail"))

    expect(menu.get_by_text("Link taken by")).to_contain_text("E-mail")
    expect(either.button("Send", either.payment(large))).to_be_visible()
    either.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    opened = hand_over(either)
    assert taken(stage) == ["email"]
    expect_noted_though_the_menu_was_closed_at_once(either, small)
    assert len(opened()) == 1
    assert taken(stage) == ["email", "sms"]

    # Where the session is renewed meanwhile, the answer takes no other place.
    either.page.may_fail_to_load = True
    menu = menu_of(either, small)
    stage.clock.advance(31 * 60)
    either.press(menu.get_by_role("link", name="E-mail"))
    expect(menu.get_by_role("status").filter(has_text="Link taken")).to_contain_text("E-mail")
    assert len(opened()) == 2
    assert taken(stage) == ["email", "sms", "email"]
    expect(either.button("Send", either.payment(small))).to_be_visible()

    # What could not be noted is said.
    stage.fail("*", "html", times=50)
    either.press(menu.get_by_role("link", name="Telegram"))
    either.expect_words(either.alert)
    assert len(opened()) == 3
    assert taken(stage) == ["email", "sms", "email", ""]


def expect_noted_though_the_menu_was_closed_at_once(either, payment):
    menu = menu_of(either, payment)

    with either.page.expect_response(lambda answer: "/taken?" in answer.url) as answered:
        either.press(menu.get_by_role("link", name="SMS"))
        either.page.keyboard.press("Escape")

    assert answered.value.status == 200
    expect(menu).to_be_hidden()
