"""Print: the payments that are shown, with what they are made of, ink only, under their card."""

from __future__ import annotations

from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from tests.support.browser_stage import LINKED_CARD
from tests.support.framed_app import bind_tab
from tests.support.looks import SCREENSHOTS, violations

GET = "crm.item.payment.get"
PRINTS = """() => {
  window.prints = [];
  window.print = () => {
    dispatchEvent(new Event("beforeprint"));
    window.prints.push({
      open: document.querySelectorAll(".pay__more[open]").length,
      waiting: document.querySelectorAll(".pay__more[data-waits]").length,
      head: document.querySelector(".print-head").textContent,
    });
  };
}"""
CAN_BE_PRESSED = """() => [...document.querySelectorAll("button, select, [role=button]")]
  .filter((one) => one.checkVisibility() && !one.matches(".pay__open, .flag"))
  .map((one) => one.outerHTML)"""


def print_list(someone, look_at_menu=lambda _someone: None):
    """Press Print, and answer what was on the page when the browser was asked to print."""
    someone.frame.evaluate(PRINTS)
    someone.press(someone.button("More for this list"))
    look_at_menu(someone)
    someone.press(someone.button("Print"))
    someone.frame.wait_for_function("() => window.prints.length")
    return someone.frame.evaluate("() => window.prints")[0]


def on_paper(someone):
    someone.page.set_viewport_size({"width": 794, "height": 1123})
    someone.page.emulate_media(media="print")


def after_printing(someone):
    someone.page.emulate_media(media="screen")
    someone.frame.evaluate("() => dispatchEvent(new Event('afterprint'))")


def test_all_payments_are_opened_for_the_paper_and_closed_after_it(stage, either):
    either.open_tab(opens=False)
    either.press(either.opener(stage.payments[2]))
    either.wait_until_opened()
    stage.portal.recorder.clear()

    printed = print_list(either)

    assert (printed["open"], printed["waiting"]) == (4, 0)
    assert "Payments of deal 8061: Showroom lighting, phase 2" in printed["head"]
    assert "by Marta Lindqvist." in printed["head"]
    after_printing(either)
    expect(either.frame.locator(".pay__more[open]")).to_have_count(1)
    expect(either.opener(stage.payments[0])).to_have_attribute("aria-expanded", "false")
    assert [one for one in stage.portal.recorder.commands() if one.method == GET] == []


def test_the_paper_has_every_line_and_nothing_to_press(stage, person):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    person.open_tab(opens=False)
    print_list(person, expect_menu_is_right_for_axe)
    on_paper(person)

    assert person.frame.evaluate(CAN_BE_PRESSED) == []
    expect(person.frame.locator("#on-paper")).to_be_hidden()
    for payment in stage.payments:
        place = person.payment(payment)
        expect(place.get_by_text(f"Payment {payment.account_number}").first).to_be_visible()
        expect(place.locator("tbody tr:visible")).not_to_have_count(0)
        expect(place.locator(".grid--sum")).to_be_visible()
        expect(place.locator(".pay__side")).to_be_hidden()
    expect(person.frame.locator(".figures")).to_be_visible()
    expect(person.frame.get_by_text("Amounts as Bitrix24 gave them on")).to_be_visible()
    assert person.frame.evaluate("() => document.scrollingElement.scrollWidth - innerWidth") <= 0
    person.page.screenshot(path=SCREENSHOTS / "print.png", full_page=True)
    expect_page_ends_between_payments(person.payment(stage.payments[1]))
    expect_no_focus_shown(person.payment(stage.payments[3]))
    after_printing(person)
    expect(person.frame.get_by_text("Amounts as Bitrix24 gave them on")).to_be_hidden()


def expect_menu_is_right_for_axe(someone):
    expect(someone.button("Print")).to_be_visible()
    assert violations(someone.frame) == []


def expect_page_ends_between_payments(payment):
    """And never before a total."""
    assert payment.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"
    total = payment.locator(".grid--sum")
    assert total.evaluate("(one) => getComputedStyle(one).breakBefore") == "avoid"
    assert total.evaluate("(one) => getComputedStyle(one).breakInside") == "avoid"


def expect_no_focus_shown(payment):
    field = payment.get_by_label("Quantity", exact=True).first
    field.focus()
    assert field.evaluate("(one) => getComputedStyle(one).outlineStyle") == "none"


def test_the_paper_has_what_the_filter_shows_and_says_that_there_is_more(stage, person):
    person.open_tab(opens=False)
    person.press(person.frame.locator("#show-paid"))

    printed = print_list(person)
    on_paper(person)

    assert "Payments on this paper: 2 of 4 (Paid)" in " ".join(printed["head"].split())
    expect(person.frame.locator("#on-paper")).to_be_visible()
    expect(person.payment(stage.payments[0])).to_be_visible()
    expect(person.payment(stage.payments[3])).to_be_hidden()
    after_printing(person)
    person.page.set_viewport_size({"width": 1280, "height": 900})
    person.press(person.frame.locator("#show-all"))
    person.frame.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(person.frame.locator("#on-paper")).to_have_attribute("hidden", "")


def test_the_paper_of_a_search_has_what_it_finds_once_all_is_read(stage, person):
    stage.portal.crm = type(stage.portal.crm)()
    seed.fill(stage.portal.crm, 60)
    person.start_tab()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(60)
    person.press(person.frame.locator("#show-unpaid"))
    person.frame.get_by_label("Search payments").fill("aria")

    printed = print_list(person)
    on_paper(person)

    found = person.frame.locator("[data-payment-id]:not([hidden])").count()
    assert found
    head = " ".join(printed["head"].split())
    assert f"Payments on this paper: {found} of 60 (Unpaid, aria)" in head
    expect(person.frame.locator("[data-payment-id]:visible")).to_have_count(found)


def test_what_waits_is_read_before_it_is_printed(stage, person):
    stage.portal.crm = type(stage.portal.crm)()
    seed.fill(stage.portal.crm, 60)
    person.start_tab()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(60)
    assert person.frame.locator(".pay__more[data-waits]").count()

    printed = print_list(person)

    assert (printed["open"], printed["waiting"]) == (60, 0)


def test_what_cannot_be_read_is_called_so_on_the_paper_after_one_more_try(stage, person):
    person.page.may_fail_to_load = True
    asked = []
    person.page.route("**/payments/details*", lambda route: asked.append(route.abort()))
    person.start_tab()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(4)
    waiting = person.frame.locator(".pay__more[data-waits]")
    expect(waiting).to_have_count(4)
    person.frame.wait_for_function("() => !document.querySelector('.htmx-request')")
    before = len(asked)

    printed = print_list(person)

    assert printed["waiting"] == 4
    # The group of the first payment reads by itself only once; then one payment is asked for.
    assert len(asked) - before <= 2
    on_paper(person)
    expect(person.payment(stage.payments[0])).to_contain_text("are not on this paper")
    expect(waiting.locator(".print-only:visible")).to_have_count(4)


def test_linked_cards_are_printed_with_all_their_payments(stage, person):
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(LINKED_CARD, opens=False)
    person.press(person.frame.locator(".group__fold").first)

    printed = print_list(person)

    assert (printed["open"], printed["waiting"]) == (4, 0)
    on_paper(person)
    expect(person.payment(stage.payments[0]).locator(".grid--sum")).to_be_visible()
    assert person.frame.evaluate(CAN_BE_PRESSED) == []
    after_printing(person)
    expect(person.payment(stage.payments[0])).to_be_hidden()


def test_the_paper_says_how_a_payment_is_paid_whose_link_was_copied(stage, person):
    unpaid = stage.payments[2]
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.open_tab()
    person.press(person.button("Copy public link", person.payment(unpaid)))
    expect(person.payment(unpaid).locator(".pay__url")).to_be_visible()

    on_paper(person)

    expect(person.payment(unpaid).locator(".pay__system")).to_be_visible()
    expect(person.payment(unpaid).locator(".pay__count")).to_be_visible()
    for payment in stage.payments:
        expect(person.payment(payment).locator(".pay__system")).to_be_visible()
