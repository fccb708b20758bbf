"""A press beside a dialog closes it, but throws nothing away, and hits nothing that just moved."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("stage")

CLOSES = ("closedby", "any")
STAYS = ("closedby", "closerequest")


def beside(someone):
    """A place left of the dialog, within the frame."""
    box = someone.dialog.bounding_box()
    return box["x"] - 40, box["y"] + 60


def press_beside(someone):
    someone.page.mouse.click(*beside(someone))


def open_new_payment(someone):
    someone.open_tab(opens=False)
    someone.press(someone.frame.locator("#new-payment"))
    expect(someone.button("Create payment", someone.dialog)).to_be_enabled()
    expect(someone.dialog).to_have_attribute(*CLOSES)


def ask_whether_paid(someone, stage):
    someone.open_tab(opens=False)
    someone.press(someone.button("Mark as paid", someone.payment(stage.payments[3])))
    expect(someone.dialog).to_have_attribute(*CLOSES)


def test_a_press_beside_closes_what_was_only_looked_at(person):
    open_new_payment(person)

    press_beside(person)

    expect(person.dialog).to_have_count(0)
    person.expect_focus_on(person.frame.locator("#new-payment"))


def test_a_press_beside_throws_no_form_away(person):
    open_new_payment(person)
    person.press(person.dialog.get_by_label("Chosen items"))
    person.press(person.dialog.get_by_role("checkbox", name="Cable set, 5 m"))
    # The time a dialog has to stand still is over.
    person.page.wait_for_timeout(600)

    press_beside(person)

    expect(person.dialog).to_have_attribute(*STAYS)
    expect(person.dialog).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_have_count(0)


def test_a_step_alone_is_kept_too(person):
    open_new_payment(person)
    person.press(person.dialog.locator("[data-step='-1']").first)
    person.page.wait_for_timeout(600)

    press_beside(person)

    expect(person.dialog).to_be_visible()


def test_a_press_beside_throws_no_note_away_and_the_next_question_is_new(stage, person):
    ask_whether_paid(person, stage)
    person.dialog.get_by_role("textbox").press_sequentially("bank statement 117")
    person.page.wait_for_timeout(600)

    press_beside(person)

    expect(person.dialog.get_by_role("textbox")).to_have_value("bank statement 117")
    person.press(person.button("Cancel", person.dialog))
    person.press(person.button("Mark as paid", person.payment(stage.payments[3])))
    expect(person.dialog).to_have_attribute(*CLOSES)
    press_beside(person)
    expect(person.dialog).to_have_count(0)


NOTED = """(one) => {
  window.noted = [];
  const note = () => window.noted.push(one.getAttribute("closedby"));
  new MutationObserver(note).observe(one, { attributeFilter: ["closedby"] });
}"""


def test_a_dialog_that_has_just_moved_is_not_closed_by_a_press_beside_it(person):
    """Its button may have been where the press lands now."""
    open_new_payment(person)
    person.dialog.evaluate(NOTED)

    person.dialog.evaluate("(one) => { one.style.maxWidth = '500px'; }")

    person.frame.wait_for_function("() => window.noted.at(-1) === 'any'")
    assert "closerequest" in person.frame.evaluate("() => window.noted")
    press_beside(person)
    expect(person.dialog).to_have_count(0)


WITHOUT_CLOSEDBY = "delete HTMLDialogElement.prototype.closedBy"


def test_where_a_browser_knows_no_closedby_a_press_that_began_within_closes_nothing(stage, person):
    ask_whether_paid(person, stage)
    person.frame.evaluate(WITHOUT_CLOSEDBY)
    note = person.dialog.get_by_role("textbox").bounding_box()

    person.page.mouse.move(note["x"] + 20, note["y"] + 10)
    person.page.mouse.down()
    person.page.mouse.move(*beside(person))
    person.page.mouse.up()

    expect(person.dialog).to_be_visible()
