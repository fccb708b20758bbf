"""What comes later into an opened payment moves nothing under somebody's eyes."""

from __future__ import annotations

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


def test_a_payment_that_was_marked_moves_nothing_at_once(stage, sit):
    frame, row, person = opened(stage, sit, "no-preference")
    expect(row.locator(".facts")).to_be_visible()
    payment = frame.locator(f"#{row.get_attribute('id')}")

    person.press(person.button("Mark as paid", payment))
    person.press(person.button("Mark as paid", person.dialog))
    expect(payment.locator(".log__entry")).to_have_count(1)
    frame.wait_for_timeout(400)

    assert frame.evaluate("jumps") <= 0.005
