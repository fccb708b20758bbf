"""An advance in New payment: what is asked for, what is proposed, and what is created."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.support import odd_cards
from tests.support.looks import take_picture, violations
from tests.support.person import Keyboard, Mouse

SIZES = ((1280, 900), (768, 900), (375, 1100))


def open_advance(someone):
    someone.press(someone.button("New payment"))
    expect(choice(someone, "Everything left")).to_be_checked()
    choose(someone, "An advance")


def choice(someone, name):
    return someone.dialog.get_by_role("radio", name=name, exact=True)


CHOICES = ("Everything left", "An advance", "Chosen items")


def choose(someone, name):
    """By keyboard Tab reaches the chosen one of a group, and arrows the others."""
    if someone.hand.name == "mouse":
        someone.press(choice(someone, name))
        return
    now = next(one for one in CHOICES if choice(someone, one).is_checked())
    someone.hand.reach(choice(someone, now))
    for _ in range(abs(CHOICES.index(name) - CHOICES.index(now))):
        is_back = CHOICES.index(name) < CHOICES.index(now)
        someone.page.keyboard.press("ArrowLeft" if is_back else "ArrowRight")


def number(someone):
    return someone.dialog.get_by_role("spinbutton", name="Advance", exact=True)


def total(someone):
    return someone.dialog.locator("#dialog-sum")


def quantities(someone):
    fields = someone.dialog.get_by_label("Quantity", exact=True)
    return [field.input_value() for field in fields.all()]


def test_thirty_per_cent_are_offered_and_created(stage, either):
    before = {one.id for one in stage.payments}
    open_advance(either)

    expect(number(either)).to_have_value("30")
    expect(either.dialog).to_contain_text("= €441.60 of €1,472.00")
    expect(either.dialog).to_contain_text("so €441.60 cannot be reached. Nearest:")
    nearest = either.dialog.get_by_role("radio", name=re.compile("more than asked"))
    expect(nearest).to_be_checked()
    expect(nearest).to_have_accessible_name(
        re.compile(r"€455\.00, 30\.9%.*€13\.40 more than asked")
    )
    expect(total(either)).to_have_text("€455.00")
    assert quantities(either) == ["2", "6"]
    either.press(either.button("Create payment", either.dialog))

    expect(either.said).to_contain_text("created")
    [created] = [one for one in stage.payments if one.id not in before]
    assert sorted(item.quantity for item in stage.items(created)) == [Decimal(2), Decimal(6)]


def test_the_lower_sum_another_share_an_amount_and_what_cannot_be(stage, either):
    open_advance(either)
    lower = either.dialog.get_by_role("radio", name=re.compile("less than asked"))
    expect(lower).to_be_visible()
    if either.hand.name == "mouse":
        either.press(lower)
    else:
        either.hand.reach(either.dialog.locator("[name=near]:checked"))
        either.page.keyboard.press("ArrowRight")

    expect(total(either)).to_have_text("€427.00")
    create = either.button("Create payment", either.dialog)
    expect(create).to_be_enabled()

    either.hand.write(number(either), "100")
    expect(either.dialog).to_contain_text("Exactly €1,472.00.")
    expect(create).to_be_enabled()
    either.hand.write(number(either), "101")
    expect(either.dialog).to_contain_text("At most €1,472.00 is left to bill.")
    expect(create).to_be_disabled()
    expect(total(either)).to_have_text("—")
    either.hand.choose(either.dialog.get_by_label("Share or currency"), "EUR")
    expect(either.dialog).to_contain_text("so €101.00 cannot be reached")
    expect(total(either)).to_have_text("€109.50")
    expect(create).to_be_enabled()
    assert stage.executed("crm.item.payment.add") == []


@pytest.mark.usefixtures("stage")
def test_an_amount_in_thousands_is_read_whole_and_one_that_may_be_two_is_refused(person):
    person.open_tab()
    open_advance(person)
    person.hand.choose(person.dialog.get_by_label("Share or currency"), "EUR")
    for written in ("1.472,00", "1,472.00", "1 472,00", "1'472.00"):
        number(person).fill("")
        expect(person.dialog).to_contain_text("Enter a number")
        person.page.keyboard.type(written)
        expect(person.dialog).to_contain_text("Exactly €1,472.00.")
        expect(number(person)).to_have_value(written)

    number(person).fill("1.472")
    expect(person.dialog).to_contain_text(
        "This can be read as €1,472.00 or as €1.47. Type 1472 or 1.47."
    )
    expect(number(person)).to_have_attribute("aria-invalid", "true")
    expect(number(person)).to_have_value("1.472")
    expect(person.button("Create payment", person.dialog)).to_be_disabled()


def test_each_choice_is_another_one_and_touching_a_quantity_is_one(stage, either):
    assert stage.was_installed
    either.press(either.button("New payment"))
    choose(either, "Chosen items")
    expect(total(either)).to_have_text("€1,472.00")
    expect(choice(either, "Chosen items")).to_be_checked()

    choose(either, "An advance")
    expect(total(either)).to_have_text("€455.00")
    choose(either, "Chosen items")
    expect(choice(either, "Chosen items")).to_be_checked()
    expect(total(either)).to_have_text("€455.00")
    choose(either, "Everything left")
    expect(total(either)).to_have_text("€1,472.00")
    assert quantities(either) == ["10", "8"]

    choose(either, "An advance")
    expect(total(either)).to_have_text("€455.00")
    either.press(either.button("Increase quantity", either.dialog).first)

    expect(choice(either, "Chosen items")).to_be_checked()
    expect(number(either)).to_be_hidden()
    expect(total(either)).to_have_text("€573.00")
    assert quantities(either) == ["3", "6"]


def test_all_that_is_left_is_ticked_where_its_boxes_will_be(stage, person):
    """A hand on a row moves nothing, so the room of the boxes stays; it is not left empty."""
    assert stage.was_installed
    tick = """(one) => getComputedStyle(one, "::before").content !== "none" &&
      getComputedStyle(one).position === "relative" """
    person.open_tab()
    person.press(person.button("New payment"))
    rows = person.dialog.locator("tbody .check")
    expect(rows).to_have_count(2)

    assert [row.evaluate(tick) for row in rows.all()] == [True, True]
    rows.first.hover()
    assert [row.evaluate(tick) for row in rows.all()] == [False, True]
    choose(person, "Chosen items")
    assert not any(row.evaluate(tick) for row in rows.all())


def test_enter_in_the_field_creates_nothing_nor_does_the_end_of_a_session(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    open_advance(person)
    expect(total(person)).to_have_text("€455.00")

    number(person).fill("50")
    number(person).press("Enter")
    expect(person.dialog).to_contain_text("= €736.00 of")
    number(person).press("Enter")
    expect(person.dialog).to_contain_text("= €736.00 of")

    # It is renewed, and the advance asked for again.
    stage.clock.advance(31 * 60)
    number(person).fill("100")

    expect(person.dialog).to_contain_text("Exactly €1,472.00.")
    expect(total(person)).to_have_text("€1,472.00")
    expect(person.button("Create payment", person.dialog)).to_be_enabled()
    assert stage.executed("crm.item.payment.add") == []


@pytest.mark.usefixtures("stage")
def test_an_advance_that_cannot_be_worked_out_says_so_and_is_asked_for_again(person):
    person.page.may_fail_to_load = True
    person.open_tab()
    person.page.route("**/payments/advance*", lambda route: route.abort())
    open_advance(person)

    expect(person.dialog).to_contain_text("The advance could not be worked out just now.")
    expect(person.button("Create payment", person.dialog)).to_be_disabled()
    person.page.unroute("**/payments/advance*")
    person.press(person.button("Try again", person.dialog))

    expect(total(person)).to_have_text("€455.00")
    expect(person.button("Create payment", person.dialog)).to_be_enabled()


TOPS = """() => [...document.querySelectorAll("dialog[open], #advance, dialog[open] .grid")]
  .map((one) => Math.round(one.getBoundingClientRect().top)).join()"""


def test_nothing_moves_when_the_answer_comes_and_looks_are_right(stage, person):
    frame = person.open_tab()
    for width, height in SIZES:
        person.resize(width, height)
        person.press(person.button("New payment"))
        expect(person.button("Create payment", person.dialog)).to_be_visible()
        take_picture(person.page, f"new-payment-all-{width}")
        stage.portal.switches.request_ms = 1000
        choose(person, "An advance")
        expect(person.dialog).to_contain_text("Working it out…")
        person.page.wait_for_timeout(300)
        before = frame.evaluate(TOPS)

        expect(total(person)).to_have_text("€455.00")

        assert frame.evaluate(TOPS) == before, width
        stage.portal.switches.request_ms = 0
        take_picture(person.page, f"new-payment-advance-{width}")
        assert violations(frame) == [], width
        number(person).fill("100")
        expect(person.dialog).to_contain_text("Exactly")
        assert frame.evaluate(TOPS) == before, width
        person.page.keyboard.press("Escape")
        expect(person.dialog).to_have_count(0)


def test_three_hundred_products(stage, person):
    odd_cards.add_deal(stage.portal.crm, odd_cards.MANY)
    person.open_tab(f"/crm/deal/details/{odd_cards.MANY}/")
    open_advance(person)

    expect(person.dialog).to_contain_text(re.compile("Exactly|approximately"))
    expect(person.button("Create payment", person.dialog)).to_be_enabled()


def test_what_comes_after_somebody_went_on_is_not_filled_in(stage, person):
    person.open_tab()
    open_advance(person)
    expect(total(person)).to_have_text("€455.00")
    stage.portal.switches.request_ms = 1500
    number(person).fill("100")
    person.page.wait_for_timeout(600)

    choose(person, "Chosen items")
    person.page.wait_for_timeout(2500)

    assert quantities(person) == ["2", "6"]
    expect(total(person)).to_have_text("€455.00")
    expect(person.button("Create payment", person.dialog)).to_be_enabled()


def test_what_is_typed_while_an_answer_is_awaited_is_what_is_worked_out(stage, person):
    """The answer to the 30 of the beginning once took the place of what was to ask about 40."""
    person.open_tab()
    for pause in (0, 250, 450):
        stage.portal.switches.request_ms = 0
        person.press(person.button("New payment"))
        expect(choice(person, "Everything left")).to_be_checked()
        stage.portal.switches.request_ms = 400
        choose(person, "An advance")
        person.page.wait_for_timeout(pause)

        number(person).fill("40")

        expect(person.button("Create payment", person.dialog)).to_be_disabled()
        expect(person.dialog.locator("#advance-asked")).to_contain_text("588.80")
        expect(total(person)).to_have_text("€590.00")
        expect(person.button("Create payment", person.dialog)).to_be_enabled()
        person.page.keyboard.press("Escape")
        expect(person.dialog).to_have_count(0)


def test_a_click_on_an_advance_leads_to_its_field_and_an_arrow_key_does_not(stage, sit):
    assert stage.was_installed
    mouse, keyboard = sit(Mouse), sit(Keyboard)
    for someone in (mouse, keyboard):
        someone.open_tab(opens=False)
        open_advance(someone)

    expect(number(mouse)).to_be_focused()
    expect(choice(keyboard, "An advance")).to_be_focused()


@pytest.mark.usefixtures("stage")
def test_arrows_change_the_number_like_that_of_any_number_field(person):
    person.open_tab()
    open_advance(person)
    field = number(person)

    field.press("ArrowUp")
    expect(field).to_have_value("31")
    expect(person.dialog.locator("#advance-asked")).to_contain_text("€456.32")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_value("29")

    # Only whole numbers: what is written otherwise is for the server alone to read.
    field.fill("1.234,56")
    field.press("ArrowUp")
    expect(field).to_have_value("1.234,56")


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("size", SIZES)
def test_all_digits_of_an_amount_are_in_sight(sit, size):
    person = sit(Mouse, size=size)
    person.open_tab()
    open_advance(person)
    unit = person.dialog.locator("#advance-unit")
    top = unit.bounding_box()["y"]
    person.hand.choose(unit, "EUR")

    person.hand.write(number(person), "250.123,45")

    assert number(person).evaluate("field => field.scrollWidth <= field.clientWidth")
    assert unit.bounding_box()["y"] == top


@pytest.mark.usefixtures("stage")
def test_nothing_moves_under_the_hand_that_counts(person):
    person.open_tab()
    person.press(person.button("New payment"))
    person.press(choice(person, "Chosen items"))
    less = person.button("Decrease quantity", person.dialog).first
    stood = less.bounding_box()

    for _ in range(3):
        person.press(less)

    expect(person.dialog.locator("[data-line]").first).to_have_text("€826.00")
    assert less.bounding_box()["x"] == stood["x"]
