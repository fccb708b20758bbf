"""No script error in any state: everything that opens is opened, whatever the card holds.

What pages and consoles complain about fails the test, as it does in every browser test.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_dialogs import open_and_close_all
from tests.support import odd_cards
from tests.support.browser_stage import ADMIN, LINKED_CARD, UNLINKED_CARD
from tests.support.chromium import PATIENCE_MS
from tests.support.framed_app import bind_tab
from tests.support.story import INVOICE_CARD, open_settings, seat, turn_to

DEALS = (8061, 8062, 8063, 8064, 8065, 8066, 8067, 8068)
OPENERS = (
    "[data-opens]:not([aria-describedby^=many-]), [popovertarget]:not([popovertargetaction]),"
    " [data-confirm], [data-unlocks]"
)
"""Without those of a selection: nothing is selected, so nobody sees them."""

OVERLAY = "dialog[open], .pop:popover-open"
TRY_EVERYTHING = """(odd) => {
  const tell = (field, ...names) =>
    names.forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));
  const place = document.querySelector("dialog[open], .pop:popover-open") || document.body;
  for (const field of place.querySelectorAll("input[type=number]")) {
    const values = "saves" in field.dataset ? odd : [...odd, "", "1", "7"];
    for (const value of values) { field.value = value; tell(field, "input", "change"); }
  }
  for (const button of place.querySelectorAll(".stepper:not(:has([data-saves])) [data-step]"))
    button.click();
  for (const box of place.querySelectorAll("[type=checkbox], [type=radio]")) box.click();
  for (const choice of place.querySelectorAll("select")) {
    for (const option of choice.options) { choice.value = option.value; tell(choice, "input"); }
  }
}"""
ODD_NUMBERS = ["0", "-3", "2.5", "1e9", "99999999999999999999"]


CLOSED = ".pay__open[aria-expanded=false], details:not([open]) > summary:not([hidden])"
CLOSE = """() => {
  for (const one of document.querySelectorAll(":popover-open")) one.hidePopover();
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
}"""
UNTOLD = "input[data-saves]:not([aria-invalid=true])"
"""A press counts once the fields of payments have told what they hold: until then it waits."""

LOOK_EVERYWHERE = f"""async ([odd, patience]) => {{
  const one = (selector) => document.querySelector(selector);
  const isWaitedFor = () => [...document.querySelectorAll(":is({OVERLAY}) .skel")].some((skel) =>
    skel.checkVisibility({{ visibilityProperty: true }}) && skel.getClientRects().length);
  const until = async (what, isSo) => {{
    const end = performance.now() + patience;
    do {{
      if (performance.now() > end) throw new Error(`not ${{what}}`);
      await new Promise((gone) => setTimeout(gone, 10));
    }} while (!isSo());
  }};
  const tryEverything = async (where) => {{
    ({TRY_EVERYTHING})(odd);
    await until(`told by the fields of ${{where}}`, () => !one("{UNTOLD}"));
  }};
  for (const closed of document.querySelectorAll("{CLOSED}")) closed.click();
  await until("read: what was opened", () => !one("details[open][data-waits]"));
  await tryEverything("the page");
  for (const opener of document.querySelectorAll("{OPENERS}")) {{
    if (!opener.isConnected) continue;
    const name = opener.outerHTML.slice(0, 200);
    opener.click();
    await until(`opened by ${{name}}`, () => one("{OVERLAY}"));
    await until(`read: what is opened by ${{name}}`, () => !isWaitedFor());
    await tryEverything(name);
    ({CLOSE})();
    await until(`closed: what is opened by ${{name}}`, () => !one("{OVERLAY}"));
  }}
}}"""


def look_everywhere(someone):
    """Open, fill and close everything that the tab has. Nothing is sent but what reads.

    In one question: to ask for each step was a fifth of the work.
    """
    someone.frame.evaluate(LOOK_EVERYWHERE, [ODD_NUMBERS, PATIENCE_MS])


def sort_and_filter(someone):
    for name in ("paid", "unpaid", "all"):
        someone.press(someone.frame.locator(f"#show-{name}"))
        someone.wait_until_loaded()
    choice = someone.frame.locator("#sort")
    for value in choice.evaluate("one => [...one.options].map((option) => option.value)"):
        choice.select_option(value)
        someone.wait_until_loaded()


def expect_dialogs_to_take_the_focus_and_give_it_back(person):
    """First of all: what is tried afterwards may fail to load, and these may not."""
    assert open_and_close_all(person) > 0
    assert person.page.watch.problems == []
    person.page.may_fail_to_load = True


@pytest.mark.parametrize("deal", DEALS)
def test_nothing_goes_wrong_on_any_deal_of_the_seed(stage, person, deal):
    person.open_tab(f"/crm/deal/details/{deal}/")
    assert stage.was_installed
    expect_dialogs_to_take_the_focus_and_give_it_back(person)

    look_everywhere(person)

    if person.frame.locator("#show-paid").is_visible():
        sort_and_filter(person)
    person.press(person.button("Refresh"))
    person.wait_until_loaded()


@pytest.mark.parametrize("deal", sorted(odd_cards.PRODUCTS))
def test_nothing_goes_wrong_on_odd_deals(stage, person, deal):
    odd_cards.add_deal(stage.portal.crm, deal, most=20)
    person.open_tab(f"/crm/deal/details/{deal}/")
    expect_dialogs_to_take_the_focus_and_give_it_back(person)

    look_everywhere(person)


@pytest.mark.parametrize("card", [INVOICE_CARD, LINKED_CARD, UNLINKED_CARD])
def test_nothing_goes_wrong_on_other_cards(stage, person, card):
    person.page.may_fail_to_load = True
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(card)

    look_everywhere(person)


def test_nothing_goes_wrong_in_the_settings(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    frame = open_settings(admin)
    frame.evaluate(TRY_EVERYTHING, ODD_NUMBERS)
    turn_to(admin, "Defaults")
    for title in frame.locator("[name^=title-]").all():
        title.fill("\u202e" + "x" * 29)
    admin.press(admin.button("Save settings"))
    expect(frame.locator(".htmx-request")).to_have_count(0)
    admin.press(admin.button("Discard"))
    expect(admin.button("Discard")).to_be_hidden()
    expect(frame.locator("#diagnostics[aria-busy]")).to_have_count(0)

    for page, names in (
        ("Diagnostics", ("Re-check", "Repair")),
        ("Rules", ("Save settings",)),
        ("Activity", ("Export CSV", "Apply")),
    ):
        turn_to(admin, page)
        for name in names:
            admin.press(admin.button(name))
            expect(frame.locator(".htmx-request, .is-busy")).to_have_count(0)
    frame.locator("#log-query").fill("%_'\"<b>")
    admin.press(admin.button("Apply"))

    expect(frame.locator(".htmx-request")).to_have_count(0)
