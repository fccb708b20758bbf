"""Linked cards: what they come to, their filter, and each of them folded or not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.records import Card
from b24app.simulator.portal_state.switches import OddValue
from tests.support.framed_app import bind_tab
from tests.support.looks import SCREENSHOTS, expect_no_scroll_bars, take_picture, violations

CONTRACT, CONTRACTS, DEAL = 21, 1040, 2
CONTRACT_CARD = f"/crm/type/{CONTRACTS}/details/{CONTRACT}/"
SHOWN = """() => [...document.querySelectorAll('[data-payment-id]')]
  .filter((row) => row.checkVisibility()).map((row) => row.dataset.state[0]).join("")"""


@pytest.fixture(autouse=True)
def linked(stage):
    """The demo deal and two of other currencies are linked to a contract, beside its own."""
    bind_tab(stage.portal, f"CRM_DYNAMIC_{CONTRACTS}_DETAIL_TAB", f"{stage.app_url}/placement")
    crm = stage.portal.crm
    created = crm.cards[DEAL, 8061].created_at
    dollars = crm.add_card(Card(DEAL, 9_200, "Overseas", created, Decimal(500), "USD"))
    seed._row(crm, dollars, "Freight", "500", "1")
    for card in (crm.cards[DEAL, 8061], crm.cards[DEAL, 8066], dollars):
        card.parent_ids[CONTRACTS] = CONTRACT


def group(someone, number=8061):
    return someone.frame.locator(f"#of-2-{number}")


def totals(someone):
    return someone.frame.locator("#linked-totals")


def open_card(someone):
    someone.open_tab(CONTRACT_CARD, opens=False)


def fold(someone, number=8061):
    return group(someone, number).locator(".group__fold")


def test_the_total_of_some_cards_stays_that_of_those_shown(stage, person):
    """One of them cannot be read: what the others come to is not all of it."""
    no_list = OddValue("crm.item.payment.list", "*", '{"payments": 5}', row=0)
    odd = stage.portal.switches.odd_values
    stage.portal.faults.before(no_list.method, lambda: odd.append(no_list), after=1)
    stage.portal.faults.before(no_list.method, odd.clear, after=2)
    open_card(person)
    expect(person.frame.get_by_text("1 linked card could not be read")).to_be_visible()
    expect(totals(person)).to_contain_text("linked cards shown")
    figures = totals(person).locator("dd")
    before = figures.all_inner_texts()
    row = person.frame.locator("[data-payment-id][data-paid=N]").first

    person.press(person.button("Mark as paid", row))
    person.press(person.button("Mark as paid", person.dialog))

    expect(figures).not_to_have_text(before)
    expect(totals(person)).to_contain_text("linked cards shown")


def test_the_total_follows_a_write_in_a_group(stage, person):
    open_card(person)
    before = totals(person).inner_text()
    assert "Euros" in before
    assert "US dollars" in before

    person.press(person.button("Mark as paid", person.payment(stage.payments[3])))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(stage.payments[3])).to_have_text("Paid")
    expect(totals(person)).not_to_have_text(before)
    expect(totals(person)).not_to_have_attribute("aria-busy", "true")
    expect(group(person).locator(".figures")).to_contain_text("€14,670.00")


def test_a_link_is_sent_from_a_group_with_the_client_of_its_own_card(stage, person):
    open_card(person)
    payment = person.payment(stage.payments[3])

    person.press(person.button("Send", payment))
    expect(payment.get_by_label("E-mail to")).to_contain_text("ida.holm@northwind.example")
    person.press(payment.get_by_role("button", name="Copy as text"))

    expect(payment.get_by_text("Link taken by")).to_contain_text("Copied as text")


def test_more_linked_cards_are_in_the_total(stage, person):
    first = stage.portal.crm.cards[DEAL, 8064]
    for number in range(12):
        card = Card(DEAL, 9_100 + number, f"Visit {number}", first.created_at, currency="EUR")
        card.parent_ids[CONTRACTS] = CONTRACT
        stage.portal.crm.add_card(card)
    open_card(person)
    expect(totals(person)).to_contain_text("Total of the 10 linked cards shown")
    before = person.frame.locator("#count-all").inner_text()

    person.press(person.frame.locator("#show-more"))

    expect(person.frame.locator("#show-more")).to_have_count(0)
    count = person.frame.locator(".group").count()
    expect(totals(person)).to_contain_text(f"Total of {count} linked cards")
    rows = person.frame.locator("[data-payment-id]").count()
    expect(person.frame.locator("#count-all")).to_have_text(str(rows))
    assert int(before) < rows


def test_the_filter_works_over_all_groups_without_a_request(stage, either):
    open_card(either)
    every = either.frame.evaluate(SHOWN)
    seen = []
    either.page.on("request", lambda one: seen.append(one.url))

    either.press(either.frame.locator("#show-unpaid"))
    assert either.frame.evaluate(SHOWN) == "N" * every.count("N")
    either.press(either.frame.locator("#show-paid"))

    assert either.frame.evaluate(SHOWN) == "Y" * every.count("Y")
    expect(group(either, 8066)).to_contain_text("No paid payments")
    expect(group(either).get_by_text("No paid payments")).to_be_hidden()
    assert [url for url in seen if "/payments" in url] == []
    assert stage.was_installed
    either.press(either.button("Refresh"))
    either.wait_until_loaded()
    assert either.frame.evaluate(SHOWN) == "Y" * every.count("Y")


def test_a_search_shows_the_cards_in_which_it_finds_something(stage, person):
    crm = stage.portal.crm
    seed._more_demo_payments(crm, crm.orders[stage.payments[0].order_id], 20)
    open_card(person)
    every = person.frame.evaluate(SHOWN)
    person.press(fold(person))
    seen = []
    person.page.on("request", lambda one: seen.append(one.url))

    person.frame.get_by_label("Search payments").fill("3653/2")

    expect(person.payment(stage.payments[1])).to_be_visible()
    expect(person.frame.locator(".group:visible")).to_have_count(1)
    found = len(person.frame.evaluate(SHOWN))
    expect(person.frame.locator("#found")).to_contain_text(f"Found: {found} of {len(every)}")
    assert 0 < found < len(every)
    person.frame.get_by_label("Search payments").fill("now in dollars")
    expect(group(person, 8066)).to_be_visible()
    expect(group(person)).to_be_hidden()
    assert [url for url in seen if "/payments" in url] == []
    person.press(person.button("Clear search"))
    expect(person.frame.locator(".group:visible")).to_have_count(5)
    expect(person.payment(stage.payments[1])).to_be_hidden()


def test_a_group_is_folded_and_stays_so_for_the_session_of_the_card(stage, either):
    open_card(either)
    either.press(fold(either))
    expect(fold(either)).to_have_attribute("aria-expanded", "false")
    expect(either.payment(stage.payments[0])).to_be_hidden()
    expect(group(either).locator(".figures")).to_be_visible()
    expect(fold(either)).to_be_focused()

    open_card(either)
    expect(fold(either)).to_have_attribute("aria-expanded", "false")
    expect(either.payment(stage.payments[0])).to_be_hidden()
    either.press(fold(either))

    expect(either.payment(stage.payments[0])).to_be_visible()
    either.press(either.button("Refresh"))
    either.wait_until_loaded()
    expect(fold(either)).to_have_attribute("aria-expanded", "true")


def test_a_payment_made_in_a_folded_group_unfolds_it(stage, person):
    open_card(person)
    person.press(fold(person))

    person.press(person.button("New payment", group(person)))
    person.press(person.dialog.locator("[type=submit]"))

    expect(person.dialog).to_have_count(0)
    # Not by its colour: that is gone a moment later.
    expect(group(person).locator(".pay:visible")).to_have_count(5)
    expect(fold(person)).to_have_attribute("aria-expanded", "true")
    assert len(stage.payments) == 5


GAPS = """() => {
  const box = (one) => one.getBoundingClientRect();
  const [first, second] = document.querySelectorAll(".group");
  const [head, list] = [first.querySelector(".strip"), first.querySelector(".list")];
  return [box(list).top - box(head).bottom, box(second).top - box(first).bottom];
}"""


def test_payments_lie_close_to_the_card_that_its_title_opens(person):
    open_card(person)
    # Few payments need no search.
    expect(person.frame.locator("#count-all")).to_be_visible()
    expect(person.frame.get_by_label("Search payments")).to_have_count(0)
    within, between = person.frame.evaluate(GAPS)
    assert within < between / 2

    link = group(person).get_by_role("link", name="Showroom lighting, phase 2")
    expect(link).to_have_attribute("data-portal-path", "/crm/deal/details/8061/")

    person.press(link)

    expect(person.page.locator("iframe[src*='/crm/deal/details/8061']")).to_have_count(1)


def test_it_fits(person):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    open_card(person)
    person.press(fold(person, 8066))
    person.press(person.frame.locator("#show-unpaid"))

    for width in (1280, 768, 375):
        person.resize(width)
        expect_no_scroll_bars(person.frame)
        take_picture(person.page, f"linked-groups-{width}")
        assert violations(person.frame) == [], width


def test_an_advance_in_a_group_survives_the_end_of_the_session(stage, person):
    person.page.may_fail_to_load = True
    open_card(person)
    person.press(person.button("New payment", group(person)))
    expect(person.dialog.locator("#advance-number")).to_be_attached()
    stage.clock.advance(31 * 60)

    person.press(person.dialog.get_by_label("An advance"))

    expect(person.dialog).to_contain_text("€455.00, 30.9%")
    expect(person.said).to_have_count(0)
    before = len(stage.payments)
    person.press(person.button("Create payment", person.dialog))
    expect(group(person).locator(".pay.is-new")).to_contain_text("€455.00")
    assert len(stage.payments) == before + 1


def test_a_form_of_a_group_can_be_sent_after_the_end_of_the_session(stage, person):
    person.page.may_fail_to_load = True
    open_card(person)
    person.press(person.button("New payment", group(person)))
    create = person.button("Create payment", person.dialog)
    expect(create).to_be_enabled()
    form = person.dialog.locator("form")
    old = form.get_attribute("hx-headers")
    stage.clock.advance(31 * 60)
    person.press(create)
    expect(person.dialog).to_contain_text("Please do it again.")
    expect(form).not_to_have_attribute("hx-headers", old)
    before = len(stage.payments)

    person.press(create)

    expect(group(person).locator(".pay.is-new")).to_contain_text("€1,472.00")
    assert len(stage.payments) == before + 1


def test_a_row_of_a_group_opens_after_the_end_of_the_session(stage, person):
    person.page.may_fail_to_load = True
    open_card(person)
    unpaid = stage.payments[3]
    stage.clock.advance(31 * 60)

    person.press(person.opener(unpaid))

    side = person.payment(unpaid).locator(".pay__side")
    expect(side).to_contain_text("Nothing has been done with this payment here yet.")
    expect(person.said).to_have_count(0)


def test_a_statement_of_a_group_is_compared_with_it_after_the_end_of_the_session(stage, person):
    person.page.may_fail_to_load = True
    open_card(person)
    person.press(person.button("Match a bank statement", group(person)))
    lines = person.dialog.get_by_role("textbox", name="Lines of the statement")
    lines.fill("20.11.2026;ACME, payment 3653/4;7.680,00")
    stage.clock.advance(31 * 60)

    person.press(person.button("Find payments", person.dialog))

    unpaid = stage.payments[3]
    tick = person.dialog.get_by_role("checkbox", name=f"Payment {unpaid.account_number}")
    person.hand.toggle(tick)
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.dialog).to_contain_text("Mark 1 payment as paid?")
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.dialog).to_contain_text("1 payment marked as paid")
    assert unpaid.is_paid


def test_undo_of_a_group_works_after_the_end_of_the_session(stage, person):
    person.page.may_fail_to_load = True
    open_card(person)
    unpaid = stage.payments[3]
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))
    undo = person.button("Undo", person.said)
    old = undo.get_attribute("hx-headers")
    stage.clock.advance(31 * 60)

    person.press(undo)
    expect(undo).not_to_have_attribute("hx-headers", old)
    person.press(undo)

    expect(person.status(unpaid)).to_have_text("Unpaid")
    assert not unpaid.is_paid


def test_the_focus_stays_on_the_page_where_the_payment_of_a_question_is_gone(stage, person):
    open_card(person)
    payment = person.payment(stage.payments[3])
    person.press(person.button("Mark as paid", payment))
    expect(person.dialog).to_be_visible()
    payment.evaluate("(row) => row.remove()")

    person.page.keyboard.press("Escape")

    person.expect_focus_on(person.button("Refresh"))
