"""What somebody else does meanwhile: the list, its counts and the figures stay one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.simulator.control.control_somebody import do_payment
from b24app.simulator.portal_state import seed
from tests.support.browser_stage import LINKED_CARD
from tests.support.framed_app import bind_tab

DEAL = {"entityId": "8061"}


def somebody(stage, do, **fields):
    """Act in Bitrix24 behind the tab's back; answers the payment's id."""
    return do_payment(stage.portal, {"do": do, **fields}).get("id")


def require_one_list(person, stage, show="All"):
    """Rows, counts and the portal's books say the same."""
    payments = stage.portal.crm.payments_of(2, 8061)
    counts = {
        "All": len(payments),
        "Unpaid": sum(not one.is_paid for one in payments),
        "Paid": sum(one.is_paid for one in payments),
    }
    for name, count in counts.items():
        chip = person.frame.locator(f"#show-{name.lower()}")
        expect(chip).to_have_text(re.compile(rf"{name}\s+{count}$"))
    rows = person.frame.locator("#payments [data-payment-id]:visible")
    expect(rows).to_have_count(counts[show])
    shown = rows.evaluate_all(
        "rows => rows.map((row) => [row.dataset.paymentId, row.dataset.paid])"
    )
    books = {str(one.id): "Y" if one.is_paid else "N" for one in payments}
    assert {number: books.get(number) for number, _ in shown} == dict(shown)


def remove_an_item(person, stage):
    """A write of one's own, which answers with the whole card."""
    unpaid = [one for one in stage.payments if not one.is_paid and stage.items(one)]
    item = stage.items(unpaid[-1])[0]
    row = person.frame.locator(f'[data-item-id="{item.id}"]')
    person.press(person.button("Remove item", row))
    expect(row).to_have_count(0)


def test_payments_that_somebody_added_are_shown_and_counted_after_a_write(stage, person):
    person.open_tab()
    made = somebody(stage, "add", **DEAL)

    remove_an_item(person, stage)

    expect(person.said.get_by_text("1 payment was added")).to_be_visible()
    expect(person.frame.locator(f'[data-payment-id="{made}"]')).to_be_visible()
    require_one_list(person, stage)
    person.press(person.button("Show", person.said))
    person.expect_focus_on(person.frame.locator(f"#title-{made}"))

    somebody(stage, "add", **DEAL)
    somebody(stage, "add", **DEAL)

    remove_an_item(person, stage)

    expect(person.said.get_by_text("2 payments were added")).to_be_visible()
    require_one_list(person, stage)

    other = stage.payments[2]
    somebody(stage, "set_quantity", id=str(stage.items(other)[0].id), quantity="3")
    remove_an_item(person, stage)

    expect(person.payment(other).locator(".pay__amount")).to_contain_text(f"{other.sum:,.2f}")


def test_a_payment_that_somebody_paid_and_deleted_is_shown_as_paid_and_leaves(stage, person):
    person.open_tab()
    other = stage.payments[2]
    somebody(stage, "pay_online", id=str(other.id))

    remove_an_item(person, stage)

    expect(person.said.get_by_text("1 payment was changed meanwhile")).to_be_visible()
    expect(person.status(other)).to_have_text("Paid")
    require_one_list(person, stage)

    somebody(stage, "delete", id=str(other.id))
    remove_an_item(person, stage)

    expect(person.said.get_by_text("1 payment was deleted meanwhile")).to_be_visible()
    require_one_list(person, stage)


def test_ones_own_payment_is_not_announced_as_somebody_elses(stage, person):
    person.open_tab()

    person.press(person.button("New payment"))
    person.press(person.button("Create payment", person.dialog))

    expect(person.frame.locator(".pay.is-new")).to_be_visible()
    require_one_list(person, stage)
    expect(person.frame.get_by_text("was added")).to_have_count(0)


def test_what_no_longer_fits_the_filter_leaves_the_list(stage, person):
    person.open_tab()
    person.press(person.frame.locator("#show-unpaid"))
    person.wait_until_loaded()
    unpaid = stage.payments[3]

    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.said.get_by_text("marked as paid")).to_be_visible()
    require_one_list(person, stage, "Unpaid")
    person.expect_focus_on(person.frame.locator(f"#title-{stage.payments[2].id}"))


def test_the_last_one_of_a_filter_leaves_words_behind(stage, person):
    somebody(stage, "pay", id=str(stage.payments[2].id))
    person.open_tab()
    person.press(person.frame.locator("#show-unpaid"))
    person.wait_until_loaded()

    person.press(person.button("Mark as paid", person.payment(stage.payments[3])))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.frame.get_by_role("heading", name="No unpaid payments")).to_be_visible()
    require_one_list(person, stage, "Unpaid")


def test_a_payment_created_under_a_filter_is_seen(stage, person):
    person.open_tab()
    person.press(person.frame.locator("#show-paid"))
    person.wait_until_loaded()

    person.press(person.button("New payment"))
    person.press(person.button("Create payment", person.dialog))

    expect(person.frame.locator("#show-all")).to_have_attribute("aria-pressed", "true")
    require_one_list(person, stage)

    # Seen once, it is like any other: what comes later leaves the filter as it is chosen.
    person.press(person.frame.locator("#show-paid"))
    person.press(person.button("Mark as unpaid", person.payment(stage.payments[0])))
    person.press(person.button("Mark as unpaid", person.dialog))

    expect(person.said).to_contain_text("marked as unpaid")
    expect(person.frame.locator("#show-paid")).to_have_attribute("aria-pressed", "true")


def test_a_payment_created_during_a_search_is_seen(stage, person):
    stage.portal.crm = type(stage.portal.crm)()
    seed.fill(stage.portal.crm, 11)
    person.open_tab(opens=False)
    person.frame.get_by_label("Search payments").fill(stage.payments[4].account_number)
    expect(person.frame.locator(".pay:visible")).to_have_count(1)

    person.press(person.button("New payment"))
    person.press(person.button("Create payment", person.dialog))

    expect(person.payment(stage.payments[-1])).to_be_visible()
    expect(person.frame.get_by_label("Search payments")).to_have_value("")
    person.expect_focus_on(person.payment(stage.payments[-1]).locator(".pay__title"))


@pytest.mark.parametrize("show", ["All", "Unpaid", "Paid"])
def test_coming_back_to_the_tab_says_what_was_added(stage, person, show):
    person.open_tab()
    person.press(person.frame.locator(f"#show-{show.lower()}"))
    person.wait_until_loaded()
    made = somebody(stage, "add", **DEAL)

    person.frame.evaluate("htmx.trigger('#toolbar', 'renew')")

    expect(person.said.get_by_text("1 payment was added")).to_be_visible()
    require_one_list(person, stage, show)
    person.press(person.button("Show", person.said))
    expect(person.frame.locator(f'[data-payment-id="{made}"]')).to_be_visible()
    person.expect_focus_on(person.frame.locator(f"#title-{made}"))


def test_a_linked_card_shows_what_somebody_added(stage, person):
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(LINKED_CARD)
    made = somebody(stage, "add", **DEAL)

    person.press(person.button("Mark as paid", person.payment(stage.payments[2])))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.said.get_by_text("1 payment was added")).to_be_visible()
    expect(person.frame.locator(f'[data-payment-id="{made}"]')).to_be_visible()


COMES_BACK = """() => {
  const now = Date.now;
  let asked = false;
  const ask = () => { asked = true; };
  document.addEventListener("htmx:beforeRequest", ask, { once: true });
  Date.now = () => now() + 60000;
  document.dispatchEvent(new Event("visibilitychange"));
  Date.now = now;
  document.removeEventListener("htmx:beforeRequest", ask);
  return asked;
}"""


def test_the_qr_code_is_closed_by_its_button_and_not_by_coming_back_to_the_tab(stage, either):
    paid = stage.payments[0]
    button = either.button("Show QR code", either.payment(paid))
    code = either.payment(paid).get_by_role("img", name="QR code")
    for _ in range(2):
        either.press(button)
        expect(code).to_be_visible()
        # The list would be read again, and the card with its open popover replaced.
        assert not either.frame.evaluate(COMES_BACK)
        either.press(button)
        expect(code).to_be_hidden()
        expect(button).to_be_focused()
    assert either.frame.evaluate(COMES_BACK)
