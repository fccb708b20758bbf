"""The keyboard of our tests: a held Tab comes to a control as single presses do, never past it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.person import Keyboard

IS_THERE = "one => one === document.activeElement"


@pytest.fixture
def newest(stage):
    return stage.payments[3]


@pytest.fixture
def walker(newest, sit):
    someone = sit(Keyboard)
    someone.open_tab()
    expect(someone.payment(newest)).to_be_visible()
    return someone


def presses(person, locator, monkeypatch):
    """Reach a control; answers how often Tab went down."""
    down, went = person.page.keyboard.down, []
    with monkeypatch.context() as patch:
        patch.setattr(person.page.keyboard, "down", lambda key: went.append(down(key)))
        person.hand.reach(locator)
    return len(went)


def single_presses(person, locator):
    for count in range(250):
        if locator.evaluate(IS_THERE):
            return count
        person.page.keyboard.press("Tab")
    raise AssertionError("Tab never comes there")


def test_a_held_tab_takes_as_many_steps_as_single_presses(newest, walker, monkeypatch):
    start = walker.button("Refresh")
    menu = walker.button("More actions", walker.payment(newest))
    item = walker.payment(newest).locator(".menu").get_by_role("button", name="Delete payment")
    walker.hand.reach(start)

    counted = single_presses(walker, menu)

    assert counted > 10
    # All the way around, through the portal's own page, and here again.
    walker.hand.reach(start)
    assert presses(walker, menu, monkeypatch) == counted
    walker.page.keyboard.press("Enter")
    assert 0 < presses(walker, item, monkeypatch) < 10


def test_a_control_that_tab_cannot_reach_is_never_reached(newest, walker):
    menu = walker.button("More actions", walker.payment(newest))
    menu.evaluate("one => { one.tabIndex = -1; }")

    with pytest.raises(AssertionError, match="Tab never reaches"):
        walker.hand.reach(menu)
