"""A list of many payments: rows that nobody sees cost nothing, and all lie where they would."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import sale, seed
from tests.support.person import Mouse

PLACES = """() => [...document.querySelectorAll('#payments > .pay')].map((row) =>
  [row, ...row.querySelectorAll('.tick, .pay__id, .pay__state, .pay__amount, .pay__actions > *')]
    .map((part) => part.getBoundingClientRect())
    .map(({ x, y, width, height }) => [x, y, width, height]))"""
LAID_OUT = """() => [...document.querySelectorAll('#payments > .pay > .pay__row')]
  .filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length"""
FOCUSED = """() => {
  const one = document.activeElement;
  const { left, top, width, height } = one.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const over = document.elementFromPoint(x, y);
  const isItself = !over || one.contains(over) || over.contains(one);
  return { x, y, over: isItself ? "" : `#${one.id} under #${over.id} ${over.className}` };
}"""
ENLARGE = """(by) => {
  const all = [...document.querySelectorAll("#toolbar, #toolbar *")];
  const sizes = all.map((one) => parseFloat(getComputedStyle(one).fontSize));
  for (const [at, one] of all.entries()) {
    one.style.fontSize = `${sizes[at] * by}px`;
  }
}"""
AS_SHORT = "document.querySelector('#payments').classList.remove('list--long')"


@pytest.fixture
def long_list(stage, sit):
    """Opens the tab with sixty payments in a window of the size."""

    def open_list(size=(1280, 900), newest_sum=None):
        stage.portal.crm = type(stage.portal.crm)()
        seed.fill(stage.portal.crm, 60)
        if newest_sum:
            stage.payments[-1].sum = newest_sum
        person = sit(Mouse, size=size)
        person.start_tab()
        expect(person.frame.locator("#payments.list--long > .pay")).to_have_count(60)
        expect(person.frame.locator("[data-item-id]").first).to_be_attached()
        return person

    return open_list


@pytest.mark.parametrize("size", [(1280, 900), (768, 900), (375, 800)])
def test_rows_of_a_long_list_lie_where_they_would_in_a_short_one(long_list, size):
    frame = long_list(size).frame

    contained = frame.evaluate(PLACES)
    frame.evaluate(AS_SHORT)
    shared = frame.evaluate(PLACES)

    for row, same in zip(contained, shared, strict=True):
        for part, its_place in zip(row, same, strict=True):
            assert part == pytest.approx(its_place, abs=0.2)


def test_the_widest_amount_has_its_room_also_if_it_was_hidden_when_room_was_made(long_list, stage):
    person = long_list(newest_sum=Decimal("987654321.25"))
    widest = stage.payments[-1]
    field = person.frame.get_by_role("searchbox", name="Search payments")
    field.fill("3653/1")
    row = person.frame.locator(f"#payment-{widest.id}")
    expect(row).to_be_hidden()
    person.page.set_viewport_size({"width": 1240, "height": 900})
    person.frame.wait_for_function("innerWidth <= 1240")
    field.fill("")
    expect(row).to_be_visible()

    contained = person.frame.evaluate(PLACES)
    person.frame.evaluate(AS_SHORT)

    assert contained[0] == [pytest.approx(one, abs=0.2) for one in person.frame.evaluate(PLACES)[0]]


def test_what_nobody_sees_is_not_laid_out_and_comes_with_the_scrolling(long_list):
    person = long_list()
    last = person.frame.locator("#payments > .pay").last
    height = person.frame.evaluate("innerHeight")

    assert 5 < person.frame.evaluate(LAID_OUT) < 25

    last.scroll_into_view_if_needed()
    last.locator(".pay__open").click()
    expect(last.get_by_role("button", name="Mark as unpaid", exact=True)).to_be_visible()
    expect(last.locator(".pay__body")).to_be_visible()
    assert person.frame.evaluate(LAID_OUT) < 25
    assert person.frame.evaluate("innerHeight") > height


def test_of_ticked_rows_the_unpaid_can_be_deleted_and_toasts_alone_know_the_window(long_list):
    """What every element inherits makes the browser look at every row again."""
    person = long_list()

    person.frame.locator(".pay__open").first.click()
    person.press(person.frame.get_by_role("checkbox", name="Select all shown"))

    expect(person.frame.locator(".toasts").last).to_have_attribute("style", re.compile("vis-below"))
    assert person.frame.evaluate("document.documentElement.style.length") == 0
    expect(person.frame.locator("#many-delete")).to_be_visible()
    rows = person.frame.locator(".pay:has([data-ticks]:checked)")
    unpaid = rows.and_(person.frame.locator("[data-paid=N]")).count()
    expect(person.frame.locator("#many-delete-n")).to_have_text(str(unpaid))


def test_a_menu_of_a_long_list_acts_on_its_own_payment(long_list, stage):
    person = long_list()
    first, second = [one for one in stage.payments if not one.is_paid][-2:]
    delete = person.frame.get_by_role("button", name="Delete payment")
    person.open_menu(second)
    expect(delete).to_have_count(1)
    person.page.keyboard.press("Escape")

    person.choose_in_menu(first, "Delete payment")
    expect(person.dialog).to_contain_text(first.account_number)
    person.press(person.button("Delete payment", person.dialog))

    expect(person.said).to_contain_text("deleted")
    assert first.id not in stage.portal.crm.payments
    assert second.id in stage.portal.crm.payments


def test_a_search_reads_once_what_was_not_read(long_list):
    """Each group of twenty is forty commands at the portal, with a limit that all people share."""
    person = long_list()
    asked = []
    person.page.on("request", lambda one: asked.append(one.url) if "details?" in one.url else None)
    field = person.frame.get_by_role("searchbox", name="Search payments")
    field.press_sequentially("36")
    expect(person.frame.locator(".pay__more[data-waits]")).to_have_count(0)
    read = len(asked)
    assert read > 0

    field.press_sequentially("53")
    person.frame.wait_for_timeout(300)

    assert len(asked) == read


def test_a_search_reads_the_rest_of_a_group_whose_first_payment_was_opened(long_list):
    person = long_list()
    first = person.frame.locator(".pay:has(> .pay__more[data-waits]):has(> .pay__load)").last
    number = first.get_attribute("data-number")
    row = person.frame.locator(f'.pay[data-number="{number}"]')
    row.locator(".pay__more").evaluate("(more) => htmx.trigger(more, 'need')")
    expect(row.locator(".pay__more[data-waits]")).to_have_count(0)

    person.frame.get_by_role("searchbox", name="Search payments").fill("3653")

    expect(person.frame.locator(".pay__more[data-waits]")).to_have_count(0)


@pytest.mark.parametrize("act", ["pay", "delete"])
def test_a_group_is_read_also_if_its_first_payment_changed_or_went(long_list, stage, act):
    person = long_list()
    first = stage.payments[-21]
    assert not first.is_paid
    waiting = person.frame.locator(".pay__more[data-waits]")
    expect(waiting).to_have_count(40)
    person.frame.locator(f"#tick-{first.id}").evaluate("(one) => one.click()")
    person.press(person.frame.locator(f"#many-{act}"))
    person.press(person.dialog.locator(".btn--primary, .btn--danger"))
    person.press(person.button("Done", person.dialog))

    person.frame.get_by_role("searchbox", name="Search payments").fill("3653")

    expect(waiting).to_have_count(0)


def jump_to_the_foot(person):
    """By a scroll bar or by End: what lies between is never in sight."""
    person.page.evaluate(
        "scrollTo({ top: document.scrollingElement.scrollHeight, behavior: 'instant' })"
    )


def test_who_jumps_to_the_foot_sees_what_is_there_also_after_a_refresh(long_list, stage):
    person = long_list()
    rows = person.frame.locator("#payments > .pay")
    asked = []
    person.page.on("request", lambda one: asked.append(one.url) if "details?" in one.url else None)

    jump_to_the_foot(person)

    expect(rows.last).to_be_in_viewport()
    expect(rows.last.locator(".pay__count")).to_have_text(re.compile("item"))
    expect(rows.nth(41).locator(".pay__count")).to_have_count(1)
    expect(rows.nth(30).locator(".pay__count")).to_have_count(0)
    person.frame.wait_for_timeout(300)
    assert len(asked) == 1

    # It is read again where somebody looks; until then the page shows what it knew.
    last = rows.last
    known = last.locator(".pay__count").inner_text()
    crm, payment = stage.portal.crm, int(last.get_attribute("data-payment-id"))
    sale.delete_item(crm, next(one for one in crm.items.values() if one.payment_id == payment))
    person.frame.locator("#refresh").evaluate("(one) => one.click()")

    expect(last.locator(".pay__count")).not_to_have_text(known)


def test_rows_that_another_order_brings_into_sight_are_read(long_list):
    person = long_list()
    rows = person.frame.locator("#payments > .pay")

    person.frame.locator("#sort").select_option("oldest")

    expect(rows.first.locator(".pay__count")).to_have_text(re.compile("item"))


HOLD_TIME = """() => {
  const later = window.setTimeout;
  const held = [];
  const hold = (act, ...more) => held.push(() => act(...more));
  window.setTimeout = (act, delay, ...more) =>
    delay === 100 ? hold(act, ...more) : later(act, delay, ...more);
  window.goOn = () => {
    window.setTimeout = later;
    for (const act of held.splice(0)) act();
  };
}"""
"""As long as a payment has to be in sight: how long a step takes is left out of it."""

FLY_TO_THE_FOOT = """async () => {
  const foot = document.scrollingElement.scrollHeight;
  for (let step = 1; step <= 12; step++) {
    scrollTo({ top: foot * step / 12, behavior: 'instant' });
    for (let picture = 1; picture <= 3; picture++) await new Promise(requestAnimationFrame);
  }
}"""


def test_what_only_flies_by_is_not_read(long_list):
    person = long_list()
    asked = []
    person.page.on("request", lambda one: asked.append(one.url) if "details?" in one.url else None)

    person.frame.evaluate(HOLD_TIME)
    person.page.evaluate(FLY_TO_THE_FOOT)
    person.frame.wait_for_timeout(300)
    person.frame.evaluate("goOn()")

    expect(person.frame.locator("#payments > .pay").last.locator(".pay__count")).to_have_count(1)
    person.frame.wait_for_timeout(300)
    assert len(asked) == 1


def test_rows_that_are_read_again_are_replaced_without_taking_leave_of_each(long_list):
    frame = long_list().frame
    frame.evaluate("""() => {
      window.leaves = 0;
      document.addEventListener("htmx:beforeCleanupElement", () => { leaves += 1; });
      document.querySelector(".pay").dataset.former = "";
    }""")

    frame.get_by_role("button", name="Refresh").click()
    expect(frame.locator("[data-former]")).to_have_count(0)

    expect(frame.locator("#payments > .pay")).to_have_count(60)
    # Sixty rows have three thousand elements; the rest of the page has some hundred.
    assert 0 < frame.evaluate("leaves") < 1000


@pytest.mark.parametrize(
    ("size", "text"), [((1280, 900), 1), ((768, 900), 1), ((375, 800), 1), ((375, 1200), 2)]
)
def test_nothing_lies_over_what_tab_leads_to(long_list, size, text):
    """At whatever height of the head: a long language, a narrow window, larger text."""
    person = long_list(size)
    person.frame.evaluate(ENLARGE, text)
    row = person.frame.locator("#payments > .pay .pay__open").nth(20)
    row.evaluate("(one) => { one.focus(); one.scrollIntoView({ block: 'start' }); }")
    covered = []
    for key in ["Tab"] * 6 + ["Shift+Tab"] * 18:
        person.page.keyboard.press(key)
        person.page.wait_for_timeout(60)
        if what_is_over(person):
            # What follows the scrolling is at its place one picture later.
            person.page.wait_for_timeout(250)
            covered += [(key, one) for one in what_is_over(person)]

    assert covered == []
    # What a click or an answer gives the focus to, scrolls nothing, however near to an edge.
    person.press(person.frame.locator("#show-unpaid"))
    assert not person.frame.evaluate("document.documentElement.matches('.is-tabbing')")


def what_is_over(person):
    """What hides the middle of the control that has the focus: of the page, or of the portal."""
    box = person.frame.evaluate(FOCUSED)
    top = person.page.locator("iframe.app-frame").first.bounding_box()
    x, y = top["x"] + box["x"], top["y"] + box["y"]
    over = person.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y)?.tagName ?? 'outside'", [x, y]
    )
    return [one for one in (box["over"], over) if one not in ("", "IFRAME")]
