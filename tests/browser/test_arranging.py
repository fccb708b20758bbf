"""Filter, order and search of the list: in the browser, without a request."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from tests.support.browser_stage import DEAL_CARD, MANAGER

SHOWN = """() => [...document.querySelectorAll('[data-payment-id]')]
  .filter((row) => row.checkVisibility()).map((row) => Number(row.dataset.paymentId))"""

SYSTEMS = """() => [...document.querySelectorAll('[data-payment-id]')]
  .filter((row) => row.checkVisibility()).map((row) => row.dataset.system)"""

HOLDING = """(product) => [...document.querySelectorAll('[data-payment-id]')]
  .filter((row) => [...row.querySelectorAll('[data-item-id] th')]
    .some((name) => name.textContent.trim() === product))
  .map((row) => Number(row.dataset.paymentId))"""

READ_ALL = """() => {
  for (const one of document.querySelectorAll('.pay__load')) htmx.trigger(one, 'need');
}"""

COUNT_LOOKS = """() => {
  window.looks = {};
  window.answers = 0;
  for (const name of ["querySelector", "querySelectorAll"]) {
    const look = document[name];
    document[name] = (what) => {
      window.looks[what] = (window.looks[what] || 0) + 1;
      return look.call(document, what);
    };
  }
  document.addEventListener("htmx:beforeSwap", () => { window.answers += 1; });
}"""


def shown(person):
    return person.frame.evaluate(SHOWN)


def ids(stage, *places):
    return [stage.payments[place].id for place in places]


ORDERS = {
    "oldest": (0, 1, 2, 3),
    "amount-up": (0, 2, 1, 3),
    "amount-down": (3, 1, 2, 0),
    "paid-date": (1, 0, 3, 2),
    "waiting": (2, 3, 0, 1),
}
"""The places of the demo deal's payments, oldest first, as the server would have them."""

SAID = re.compile(r"^Found: 1 of 60(?: Products of some payments are not read yet\.)?$")
"""Without the name of the button that clears the search."""


@pytest.fixture
def quiet(person, stage):
    """The opened tab; asserts that nothing was asked for while it was arranged."""
    assert stage.was_installed
    person.open_tab(opens=False)
    seen = []
    person.page.on("request", lambda one: seen.append(one.url))
    yield person
    assert [url for url in seen if "/payments" in url] == []


def test_a_filter_and_an_order_show_what_they_say_without_a_request(stage, quiet):
    quiet.press(quiet.frame.locator("#show-unpaid"))
    assert shown(quiet) == ids(stage, 3, 2)
    expect(quiet.frame.locator("#show-unpaid")).to_have_attribute("aria-pressed", "true")
    expect(quiet.frame.locator("#live")).to_have_text("Unpaid 2")

    quiet.press(quiet.frame.locator("#show-paid"))
    assert shown(quiet) == ids(stage, 1, 0)
    quiet.press(quiet.frame.locator("#show-all"))
    assert shown(quiet) == ids(stage, 3, 2, 1, 0)
    for order, places in ORDERS.items():
        quiet.frame.locator("#sort").select_option(order)
        assert shown(quiet) == ids(stage, *places), order


def test_filter_and_order_are_kept_for_the_card_and_its_refresh(stage, person):
    person.open_tab(opens=False)
    # Four payments need no search.
    expect(person.frame.get_by_label("Search payments")).to_have_count(0)
    person.frame.locator("#sort").select_option("oldest")
    person.press(person.frame.locator("#show-unpaid"))

    person.press(person.button("Refresh"))
    person.wait_until_loaded()
    assert shown(person) == ids(stage, 2, 3)

    person.open_tab(opens=False)
    assert shown(person) == ids(stage, 2, 3)
    expect(person.frame.locator("#sort")).to_have_value("oldest")

    person.press(person.frame.locator("#show-all"))
    person.frame.locator("#sort").select_option("waiting")
    before = shown(person)
    assert before == ids(stage, 2, 3, 0, 1)

    with person.page.expect_response(lambda answer: "sort=waiting" in answer.url) as read:
        person.press(person.button("Refresh"))

    assert read.value.status == 200
    person.wait_until_loaded()
    assert shown(person) == before
    expect(person.frame.locator("#sort")).to_have_value("waiting")


def test_a_payment_that_is_paid_under_the_unpaid_filter_leaves(stage, person):
    person.open_tab(opens=False)
    person.press(person.frame.locator("#show-unpaid"))
    small = stage.payments[2]

    person.press(person.button("Mark as paid", person.payment(small)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.payment(small)).to_be_hidden()
    assert shown(person) == ids(stage, 3)


class TestWhatIsLeftOfASearch:
    """The list that comes may have no field any more for what was typed or chosen before."""

    def open_with(self, stage, person, payments):
        stage.portal.crm = type(stage.portal.crm)()
        seed.fill(stage.portal.crm, payments)
        person.start_tab()
        person.wait_until_loaded()

    def test_a_list_too_short_for_a_search_is_shown_whole(self, stage, person):
        self.open_with(stage, person, 11)
        person.hand.write(person.frame.get_by_label("Search payments"), "no such thing")
        expect(person.frame.get_by_role("heading", name="No payment found")).to_be_visible()

        del stage.portal.crm.payments[stage.payments[-1].id]
        person.press(person.button("Refresh"))

        expect(person.frame.get_by_label("Search payments")).to_have_count(0)
        assert len(shown(person)) == 10

    def test_a_payment_system_that_no_payment_has_any_more_hides_none(self, stage, person):
        self.open_with(stage, person, 12)
        last = stage.payments[-1]
        last.pay_system_name = "Old terminal"
        person.press(person.button("Refresh"))
        choice = person.frame.locator("#of-system")
        choice.select_option("Old terminal")
        assert shown(person) == [last.id]

        last.pay_system_name = "Cash"
        person.press(person.button("Refresh"))

        expect(choice.locator("option:checked")).to_have_text("Any payment system")
        assert len(shown(person)) == 12

    def test_a_search_among_payments_of_one_system_is_cleared(self, stage, person):
        stage.portal.crm = type(stage.portal.crm)()
        seed.fill(stage.portal.crm, 11)
        for payment in stage.payments:
            payment.pay_system_name = "Cash"
        person.start_tab()
        person.wait_until_loaded()
        expect(person.frame.locator("#of-system")).to_have_count(0)
        field = person.frame.get_by_label("Search payments")
        person.hand.write(field, "no such thing")

        person.press(person.button("Clear search").first)

        expect(field).to_be_focused()
        expect(field).to_have_value("")
        assert len(shown(person)) == 11


HEIGHTS = """() => {
  const height = (one) => Math.round(one.getBoundingClientRect().height);
  const head = document.getElementById("toolbar");
  const order = document.getElementById("sort");
  const heads = [...order.options].map(({ value }) => {
    order.value = value;
    return height(head);
  });
  const rows = [...document.querySelectorAll(".pay__row")].map(height);
  return [heads, rows].map((all) => [...new Set(all)]);
}"""

COUNT_SEARCHES = """() => {
  window.searches = 0;
  new MutationObserver((records) => { window.searches += records.length; })
    .observe(document.querySelector("#found [data-fill=total]"), { childList: true });
}"""


class TestManyPayments:
    """Sixty of them: found by number, system, amount, product and delivery."""

    @pytest.fixture
    def many(self, stage, person):
        stage.portal.crm = type(stage.portal.crm)()
        seed.fill(stage.portal.crm, 60)
        person.start_tab()
        expect(person.frame.locator("[data-payment-id]")).to_have_count(60)
        expect(person.frame.locator("[data-item-id]").first).to_be_attached()
        return person

    def test_a_search_looks_into_what_is_not_read_yet_as_well(self, many):
        field = many.frame.get_by_label("Search payments")
        product = many.frame.locator("[data-item-id] th").first.text_content().strip()
        many.hand.write(field, product.upper())

        expect(many.frame.locator(".pay__more[data-waits]")).to_have_count(0)
        holding = set(many.frame.evaluate(HOLDING, product))
        assert 0 < len(holding) < 60
        many.page.wait_for_timeout(300)
        assert set(shown(many)) == holding
        expect(many.frame.locator("#found")).to_contain_text(f"Found: {len(holding)} of 60")

    def test_a_list_that_is_being_read_is_searched_once_an_answer(self, many):
        """Not once for each part of each payment: nobody could type meanwhile."""
        field = many.frame.get_by_label("Search payments")
        expect(many.frame.locator(".pay__more[data-waits]")).not_to_have_count(0)
        many.frame.evaluate(COUNT_SEARCHES)

        field.fill("l")

        expect(many.frame.locator(".pay__more[data-waits]")).to_have_count(0)
        many.page.wait_for_timeout(300)
        assert 1 <= many.frame.evaluate("() => window.searches") <= 8

    def test_what_an_answer_brings_is_looked_at_once(self, many):
        """Not for each of its parts: looking through 300 payments so often took half a minute."""
        expect(many.frame.locator(".pay__more[data-waits]")).not_to_have_count(0)
        many.frame.evaluate(COUNT_LOOKS)

        many.frame.evaluate(READ_ALL)

        expect(many.frame.locator(".pay__more[data-waits]")).to_have_count(0)
        answers, looks = many.frame.evaluate("() => [window.answers, window.looks]")
        assert answers >= 1
        # By their ids htmx finds the parts themselves.
        ours = {what: times for what, times in looks.items() if not what.startswith("#")}
        assert [what for what, times in ours.items() if times > 2 * answers] == []

    def test_a_number_and_digits_of_any_script_are_found(self, stage, many):
        assert many.frame.evaluate("() => document.getElementById('payments').offsetHeight") < 3600
        field = many.frame.get_by_label("Search payments")
        one = stage.payments[3]
        for zero in ("\u0660", "\u06f0", "\u0966", "\u0e50", "\uff10"):
            turned = {ord(str(digit)): chr(ord(zero) + digit) for digit in range(10)}
            typed = f"{one.sum:,.2f}".replace(",", "\u066c").replace(".", "\u066b")
            field.fill(typed.translate(turned))
            expect(many.frame.locator("#found")).to_contain_text("Found: 1 of 60")
            expect(many.frame.locator("#live")).to_have_text(SAID)
            assert shown(many) == [one.id], typed.translate(turned)
            field.fill("")
            expect(many.frame.locator(".pay:visible")).to_have_count(60)

        last = stage.payments[-1]
        many.hand.write(field, last.account_number)
        expect(many.frame.locator("#found")).to_contain_text("of 60")
        assert last.id in shown(many)

        many.hand.write(field, "no such thing")
        expect(many.frame.get_by_role("heading", name="No payment found")).to_be_visible()
        many.press(many.button("Clear search").first)

        assert len(shown(many)) == 60
        expect(field).to_be_focused()
        many.frame.get_by_label("Payment system", exact=True).select_option("Card online")
        names = many.frame.evaluate(SYSTEMS)
        assert set(names) == {"Card online"}
        assert len(names) < 60

    def test_amounts_however_written_and_letters_without_accents_are_found(self, stage, person):
        crm = stage.portal.crm = type(stage.portal.crm)()
        seed.fill(crm, 60)
        ids = [one.id for one in crm.payments_of(2, 8061)]
        crm.payments[ids[20]].sum = Decimal("1850.0")
        crm.payments[ids[30]].sum = Decimal("21850.5")
        crm.payments[ids[3]].pay_system_name = "Zażółć Łódź, Ærø Straße"
        person.start_tab()
        expect(person.frame.locator("[data-payment-id]")).to_have_count(60)
        field = person.frame.locator("#find")

        for typed in (
            "1850.00",
            "1850,00",
            "1 850,00",
            "1,850.00",
            "1.850,00",
            "1’850.00",
            "€1850.00",
        ):
            field.fill(typed)
            assert shown(person) == [ids[20]], typed
        for typed in ("1850", "1 850", "1.850", "1,850"):
            field.fill(typed)
            assert shown(person) == [ids[30], ids[20]], typed
        field.fill("21850,50")
        assert shown(person) == [ids[30]]
        field.fill("zazolc lodz, aero STRASSE")
        expect(person.frame.locator("#found")).to_contain_text("Found: 1 of 60")
        assert shown(person) == [ids[3]]

    def test_no_order_and_no_state_moves_the_list(self, stage, person):
        """The head has one line, whatever is chosen, and a paid payment is no higher."""
        stage.portal.crm = type(stage.portal.crm)()
        seed.fill(stage.portal.crm, 12)
        found = {}
        for language in ("en", "de", "la", "fr", "it", "pl", "ru", "ms"):
            stage.portal.users[MANAGER].language = language
            person.go(DEAL_CARD + "?active_tab=app")
            person.enter_frame()
            expect(person.frame.locator("[data-payment-id]")).to_have_count(12)
            expect(person.frame.locator("[data-item-id]").first).to_be_attached()
            found[language] = person.frame.evaluate(HEIGHTS)

        assert {one: now for one, now in found.items() if now != [[50], [56]]} == {}

    def test_the_head_stays_in_sight_while_somebody_scrolls(self, many):
        head = many.frame.locator("#toolbar")
        many.page.mouse.move(640, 700)
        many.page.mouse.wheel(0, 1800)

        expect(head).to_have_class(re.compile("is-stuck"))
        expect(head).to_be_in_viewport()
        box = head.bounding_box()
        assert 0 <= box["y"] < 200
        many.page.mouse.wheel(0, -5000)
        expect(head).not_to_have_class(re.compile("is-stuck"))
