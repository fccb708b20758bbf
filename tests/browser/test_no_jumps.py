"""What comes later into an opened payment moves nothing under somebody's eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.person import Mouse

WATCH = """() => {
  window.jumps = 0;
  let pressed = -1000;
  addEventListener("pointerdown", (event) => { pressed = event.timeStamp; }, true);
  new PerformanceObserver((list) => {
    for (const { startTime, value } of list.getEntries()) {
      if (startTime - pressed > 500) jumps += value;
    }
  }).observe({ type: "layout-shift" });
}"""
HEIGHT = "(row) => row.getBoundingClientRect().height"


def opened(stage, sit, motion):
    person = sit(Mouse, reduced_motion=motion)
    frame = person.open_tab(opens=False)
    stage.portal.switches.request_ms = 800
    frame.evaluate(WATCH)
    row = frame.locator(".pay--unpaid").last
    row.locator(".pay__open").click()
    return frame, row, person


def test_fields_and_history_come_into_the_place_that_was_kept_for_them(stage, sit):
    frame, row, _ = opened(stage, sit, "reduce")
    before = row.evaluate(HEIGHT)

    expect(row.locator(".facts")).to_be_visible()
    expect(row.locator(".pay__side .skel")).to_have_count(0)

    assert abs(row.evaluate(HEIGHT) - before) <= 12
    assert frame.evaluate("jumps") <= 0.02


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("width", [1280, 768, 375])
def test_what_a_payment_is_made_of_comes_into_a_place_of_about_its_height(sit, width):
    person = sit(Mouse, size=(width, 900))
    held = []

    def hold(route):
        held.append(route)

    person.page.route("**/payments/details*", hold)
    frame = person.start_tab()
    row = frame.locator(".pay--unpaid").last
    row.locator(".pay__open").click()
    expect(row.locator("[data-waits][open]")).to_be_visible()
    before = row.evaluate(HEIGHT)

    for route in held:
        route.continue_()

    expect(row.locator(".facts")).to_be_visible()
    assert abs(row.evaluate(HEIGHT) - before) <= 45


def test_a_mark_moves_nothing_and_what_was_done_before_stays_until_it_is_read(stage, sit):
    frame, row, person = opened(stage, sit, "no-preference")
    expect(row.locator(".facts")).to_be_visible()
    payment = frame.locator(f"#{row.get_attribute('id')}")
    lines = payment.locator(".log__entry")
    person.press(person.button("Mark as paid", payment))
    person.press(person.button("Mark as paid", person.dialog))
    expect(lines).to_have_count(1)
    frame.wait_for_timeout(400)
    before = row_below(payment)
    assert frame.evaluate("jumps") <= 0.005

    frame.evaluate("jumps = 0")
    hold_history(frame)
    person.press(person.button("Mark as unpaid", payment))
    person.press(person.button("Mark as unpaid", person.dialog))
    expect(payment).to_have_attribute("data-paid", "N")
    expect(payment.locator(".log--wait")).to_be_visible()
    expect(lines).to_have_count(1)
    frame.wait_for_timeout(400)
    waiting = row_below(payment)

    frame.evaluate("goOn()")
    expect(lines).to_have_count(2)
    frame.wait_for_timeout(400)
    assert before != waiting
    assert abs(row_below(payment) - waiting) < 1
    assert frame.evaluate("jumps") <= 0.005


def row_below(payment):
    return payment.locator("xpath=following-sibling::*[1]").bounding_box()["y"]


def hold_history(frame):
    """Let the history wait until `goOn()`."""
    frame.evaluate(
        """() => document.addEventListener("htmx:confirm", (event) => {
          if (!event.detail.path.includes("/history")) return;
          event.preventDefault();
          window.goOn = () => event.detail.issueRequest();
        })"""
    )


def test_a_second_change_does_not_break_off_the_way_of_the_first(stage, sit):
    frame, row, _ = opened(stage, sit, "no-preference")
    expect(row.locator(".facts")).to_be_visible()
    frame.wait_for_timeout(400)
    tops = row.evaluate(
        """async (row) => {
          const grow = (height) => {
            const side = row.querySelector(".pay__side");
            const detail = { target: side };
            side.dispatchEvent(new CustomEvent("htmx:oobBeforeSwap", { bubbles: true, detail }));
            side.style.minHeight = `${height}px`;
          };
          const below = row.nextElementSibling;
          const top = () => below.getBoundingClientRect().top;
          // Held at a time of their own: a slow machine shows few of the steps.
          const heldAt = (way, time) => { way.pause(); way.currentTime = time; };
          const height = row.querySelector(".pay__side").offsetHeight;
          grow(height + 300);
          await null;
          const first = below.getAnimations();
          first.forEach((way) => heldAt(way, 40));
          const tops = [top()];
          grow(height + 301);
          await null;
          for (const way of below.getAnimations()) if (!first.includes(way)) heldAt(way, 0);
          tops.push(top());
          below.getAnimations().forEach((way) => way.finish());
          tops.push(top());
          return tops;
        }"""
    )
    on_its_way, after_the_second, at_the_end = tops
    assert abs(after_the_second - on_its_way) < 1
    assert at_the_end - on_its_way > 100
