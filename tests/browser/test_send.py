"""Sending a payment's link with one's own programs, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
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


@pytest.fixture
def opened(either):
    """What the browser would hand to another program: it has none to hand it to."""
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


@pytest.mark.parametrize("way", ["E-mail", "SMS", "WhatsApp", "Telegram"])
def test_a_way_opens_the_program_and_the_history_says_so(stage, either, opened, way):
    unpaid = stage.payments[3]
    menu = menu_of(either, unpaid)

    either.press(menu.get_by_role("link", name=way))

    note = f"Link taken by {stage.portal.users[7].name}"
    expect(menu.get_by_role("status").filter(has_text=note)).to_contain_text(way)
    expect(either.payment(unpaid).get_by_role("listitem").first).to_contain_text(
        f"Link taken: {way}"
    )
    [handed] = opened()
    assert handed.startswith("_blank ")
    assert "3653%2F4" in handed or "3653/4" in handed
    assert taken(stage) == [way.lower().replace("-", "")]


def test_copy_as_text_copies_the_message(stage, either):
    menu = menu_of(either, stage.payments[3])

    either.press(menu.get_by_role("button", name="Copy as text"))

    expect(either.frame.locator("#live")).to_have_text("Message copied")
    expect(menu.get_by_text("Link taken by")).to_contain_text("Copied as text")
    assert taken(stage) == ["text"]


def test_another_address_is_in_the_link_as_soon_as_it_is_chosen(stage, either):
    menu = menu_of(either, stage.payments[3])
    mail = menu.get_by_role("link", name="E-mail")
    expect(mail).to_have_attribute("href", re.compile(f"^mailto:{re.escape(ADDRESS)}\\?subject="))

    menu.get_by_label("E-mail to").select_option(label="Ida Holm, ida@holm.example")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:ida@holm\.example\?subject="))
    menu.get_by_label("E-mail to").select_option(label="Nobody yet")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:\?subject="))
    expect(menu.get_by_role("link", name="SMS")).to_have_attribute(
        "href", re.compile(r"^sms:\+491705550123\?")
    )


def test_addresses_leave_the_page_with_the_menu_and_are_asked_for_again(stage, either):
    unpaid = stage.payments[3]
    menu = menu_of(either, unpaid)
    assert ADDRESS in either.frame.content()

    either.page.keyboard.press("Escape")

    expect(either.frame.locator(".menu--send > *")).to_have_count(0)
    expect(either.button("Send", either.payment(unpaid))).to_be_focused()
    assert ADDRESS not in either.frame.content()
    stage.portal.users[7].hidden_cards.update({(3, 301), (4, 401)})
    menu = menu_of(either, unpaid)
    expect(menu).to_contain_text("does not show you this client’s addresses")
    expect(menu.get_by_role("link", name="E-mail")).to_have_attribute(
        "href", re.compile(r"^mailto:\?subject=")
    )


def test_the_qr_code_is_in_the_menu(stage, either):
    menu = menu_of(either, stage.payments[3])

    either.press(menu.get_by_role("button", name="Show QR code"))

    expect(menu.get_by_role("img", name="QR code of the public link")).to_be_in_viewport()
    assert violations(either.frame) == []


def test_what_could_not_be_noted_is_said_and_noted_by_trying_again(stage, either, opened):
    either.page.may_fail_to_load = True
    menu = menu_of(either, stage.payments[3])
    stage.fail("*", "html", times=50)

    either.press(menu.get_by_role("link", name="E-mail"))

    either.expect_words(either.alert)
    assert len(opened()) == 1
    assert taken(stage) == [""]


def test_a_mail_link_leaves_the_tab_as_it_is(stage, either):
    """No program stands behind it here: the frame must not be what tries to open it."""
    menu = menu_of(either, stage.payments[3])

    either.press(menu.get_by_role("link", name="E-mail"))

    expect(menu.get_by_text("Link taken by")).to_contain_text("E-mail")
    expect(either.button("Send", either.payment(stage.payments[3]))).to_be_visible()


def test_it_is_noted_though_the_menu_was_closed_at_once(stage, either, opened):
    menu = menu_of(either, stage.payments[2])

    with either.page.expect_response(lambda answer: "/taken?" in answer.url) as answered:
        either.press(menu.get_by_role("link", name="SMS"))
        either.page.keyboard.press("Escape")

    assert answered.value.status == 200
    expect(menu).to_be_hidden()
    assert len(opened()) == 1
    assert taken(stage) == ["sms"]


def test_the_button_stays_where_the_session_is_renewed_meanwhile(stage, either, opened):
    """Sent again, the answer takes no other place than it would have taken at once."""
    either.page.may_fail_to_load = True
    small = stage.payments[2]
    menu = menu_of(either, small)
    stage.clock.advance(31 * 60)

    either.press(menu.get_by_role("link", name="E-mail"))

    expect(menu.get_by_role("status").filter(has_text="Link taken")).to_contain_text("E-mail")
    assert taken(stage) == ["email"]
    assert len(opened()) == 1
    expect(either.button("Send", either.payment(small))).to_be_visible()
