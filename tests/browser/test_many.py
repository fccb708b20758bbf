"""Several payments at once, by mouse and by keyboard: the bar, the question, the results."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from tests.support.browser_stage import LINKED_CARD, READER
from tests.support.looks import look_at
from tests.support.many import calls

PREFIX = "crm.item.payment."
REPEAT = "idempotency-repeat"
ON_SCREEN = """() => {
  const box = document.getElementById("toolbar").getBoundingClientRect();
  return [box.top, box.bottom];
}"""


def fill(stage, payments):
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=payments)


def box(person, payment):
    name = f"Select payment {payment.account_number}"
    return person.frame.get_by_role("checkbox", name=name, exact=True)


def all_shown(person):
    return person.frame.get_by_role("checkbox", name="Select all shown", exact=True)


def bar(person):
    return person.frame.get_by_role("group", name="Selected payments")


def in_bar(person, name):
    return person.button(name, bar(person))


def said(person):
    return person.dialog.locator(".many-done [role=status]")


def open_long(person):
    """Open a card with more payments than are read to the end."""
    person.start_tab()
    expect(person.frame.locator("#strip")).to_be_visible()
    expect(person.frame.locator("#payments")).not_to_have_attribute("aria-busy", "true")


def ticked(person):
    return person.frame.locator("[data-ticks]:checked")


def test_several_are_marked_as_paid_with_one_question(stage, either):
    expect(bar(either)).to_be_hidden()
    for payment in stage.payments[1:]:
        either.hand.toggle(box(either, payment))

    expect(bar(either)).to_contain_text("3 selected, €14,878.00")
    expect(bar(either)).to_contain_text("€9,938.00 unpaid, €4,940.00 paid")
    sums = "3 selected, €14,878.00 €9,938.00 unpaid, €4,940.00 paid"
    expect(either.frame.locator("#live")).to_have_text(sums)
    expect(in_bar(either, "Mark as paid")).to_have_accessible_description("2")
    expect(in_bar(either, "Mark as unpaid")).to_have_accessible_description("1")
    expect(in_bar(either, "Delete")).to_have_accessible_description("2")
    either.press(in_bar(either, "Mark as paid"))
    expect(either.dialog).to_contain_text("Mark 2 payments as paid?")
    expect(either.dialog).to_contain_text("€9,938.00")
    expect(either.dialog).to_contain_text("Payment 3653/2 is already paid and stays as it is.")
    stage.portal.recorder.clear()
    either.press(either.button("Mark as paid", either.dialog))

    expect(said(either)).to_contain_text("2 payments marked as paid")
    expect(either.dialog.locator(".result")).to_have_text(
        [re.compile(r"Payment 3653/4\s*Done"), re.compile(r"Payment 3653/3\s*Done")]
    )
    # The list and the marks. What is opened may be read again by now, and nothing else.
    made = calls(stage)
    assert len(made) <= 3
    assert [at for at, one in enumerate(made) if "payment.pay?" in str(one.params)] == [1]
    either.expect_focus_on(either.button("Done", either.dialog))
    either.press(either.button("Done", either.dialog))
    for payment in stage.payments:
        expect(either.status(payment)).to_have_text("Paid")
        assert payment.is_paid
    expect(either.frame.locator("#strip")).to_contain_text("€16,928.00")
    # What was done with is let go; what was left out stays selected.
    expect(ticked(either)).to_have_count(1)
    # The button that asked is gone: nothing can be marked as paid any more.
    either.expect_focus_on(all_shown(either))


def test_undo_marks_the_same_payments_as_unpaid_again(stage, either):
    either.hand.toggle(all_shown(either))
    either.press(in_bar(either, "Mark as paid"))
    either.press(either.button("Mark as paid", either.dialog))

    either.press(either.button("Undo", either.dialog))

    expect(said(either)).to_contain_text("2 payments marked as unpaid")
    assert [one.is_paid for one in stage.payments] == [True, True, False, False]


def test_several_are_deleted(stage, either):
    either.hand.toggle(all_shown(either))
    either.press(in_bar(either, "Delete"))
    expect(either.dialog).to_contain_text("Delete 2 payments?")
    expect(either.dialog).to_contain_text("3653/2, 3653/1 are paid and stay")
    # Those that are deleted are called "they": not after the ones that stay.
    text = either.dialog.inner_text()
    assert text.index("They and their public links") < text.index("are paid and stay")
    either.expect_focus_on(either.button("Cancel", either.dialog))

    either.press(either.button("Delete", either.dialog))

    expect(said(either)).to_contain_text("2 payments deleted")
    either.press(either.button("Done", either.dialog))
    expect(either.frame.locator("[data-payment-id]")).to_have_count(2)
    assert len(stage.payments) == 2


def test_what_is_refused_says_why_and_stays_selected(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    stage.fail(PREFIX + "pay", "denied", after=1)
    person.hand.toggle(all_shown(person))
    person.press(in_bar(person, "Mark as paid"))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.dialog.get_by_role("alert")).to_contain_text("1 payment was not changed as asked")
    expect(person.dialog.locator(".result").first).to_contain_text("Refused")
    expect(person.dialog.locator(".result").first).to_contain_text("Nothing was changed")
    person.press(person.button("Done", person.dialog))
    expect(box(person, stage.payments[2])).to_be_checked()
    expect(box(person, stage.payments[3])).not_to_be_checked()


def test_space_shift_and_escape(stage, sit):
    from tests.support.person import Keyboard

    person = sit(Keyboard)
    person.open_tab(opens=False)
    newest = list(reversed(stage.payments))
    person.hand.toggle(box(person, newest[0]))
    person.hand.reach(box(person, newest[2]))
    person.page.keyboard.press("Shift+Space")

    expect(ticked(person)).to_have_count(3)
    expect(person.frame.locator("#live")).to_contain_text("3 selected")
    person.page.keyboard.press("Escape")
    expect(ticked(person)).to_have_count(0)
    expect(bar(person)).to_be_hidden()
    expect(person.frame.locator("#live")).to_be_empty()
    person.expect_focus_on(all_shown(person))


def test_shift_and_a_click_take_all_rows_in_between(stage, person):
    person.open_tab(opens=False)
    newest = list(reversed(stage.payments))
    person.press(box(person, newest[0]))

    box(person, newest[3]).click(modifiers=["Shift"])

    expect(ticked(person)).to_have_count(4)
    expect(all_shown(person)).to_be_checked()
    box(person, newest[1]).click(modifiers=["Shift"])
    expect(ticked(person)).to_have_count(1)
    expect(all_shown(person)).to_have_js_property("indeterminate", True)


@pytest.mark.usefixtures("stage")
def test_all_shown_is_what_the_filter_shows_and_no_more(person):
    person.open_tab(opens=False)
    person.press(person.frame.locator("#show-unpaid"))
    person.hand.toggle(all_shown(person))
    expect(bar(person)).to_contain_text("2 selected")
    assert not in_bar(person, "Mark as unpaid").is_visible()

    person.press(in_bar(person, "Mark as paid"))
    person.press(person.button("Mark as paid", person.dialog))
    person.press(person.button("Done", person.dialog))

    expect(bar(person)).to_be_hidden()
    expect(person.frame.locator("#tick-all")).not_to_be_checked()
    expect(person.frame.locator("[data-payment-id]:visible")).to_have_count(0)


def test_the_search_narrows_what_can_be_selected(stage, person):
    fill(stage, 24)
    open_long(person)
    person.hand.toggle(box(person, stage.payments[5]))
    expect(ticked(person)).to_have_count(1)
    person.press(in_bar(person, "Clear"))
    person.frame.get_by_role("searchbox", name="Search payments").fill("3653/4")
    person.hand.toggle(all_shown(person))

    expect(bar(person)).to_contain_text("1 selected")
    expect(person.frame.locator("[data-ticks]:checked:visible")).to_have_count(1)


def test_fifty_are_the_most_and_done_in_parts_that_say_how_far_they_are(stage, person):
    fill(stage, 60)
    for one in stage.payments:
        one.is_paid = False
    open_long(person)
    person.hand.toggle(all_shown(person))
    expect(bar(person)).to_contain_text("50 selected")
    expect(bar(person)).to_contain_text("At most 50 payments can be selected at once.")
    person.press(in_bar(person, "Mark as paid"))
    expect(person.dialog).to_contain_text("These are many, so it is done in parts.")
    stage.portal.recorder.clear()
    paid: list[int] = []
    repeats: list[str | None] = []

    def note_repeats(request):
        if request.url.endswith("/many/pay"):
            repeats.append(request.headers.get(REPEAT))

    person.page.on("request", note_repeats)
    stage.portal.faults.before(
        PREFIX + "pay",
        lambda: paid.append(len([one for one in stage.payments if one.is_paid])),
        after=10,
    )

    person.press(person.button("Mark as paid", person.dialog))

    expect(person.dialog).to_contain_text("50 payments marked as paid")
    assert paid == [10]
    # After a part was done, no answer may say that nothing was.
    assert repeats[0] is None
    assert set(repeats[1:]) == {"1"}
    asked = [one for one in stage.portal.recorder.commands() if one.method == PREFIX + "pay"]
    assert len(asked) == len({repr(one.params) for one in asked}) == 50
    person.press(person.button("Done", person.dialog))
    expect(person.frame.locator("#count-unpaid")).to_have_text("10")


def test_the_limit_is_not_named_any_more_once_fewer_are_selected(stage, person):
    fill(stage, 60)
    limit = "At most 50 payments can be selected at once."
    open_long(person)
    person.hand.toggle(all_shown(person))
    expect(bar(person)).to_contain_text(limit)
    person.press(in_bar(person, "Mark as paid"))

    person.press(person.button("Mark as paid", person.dialog))
    person.press(person.button("Done", person.dialog))

    # The paid ones among them stay selected: they were none of this act's.
    expect(bar(person)).to_contain_text("17 selected")
    expect(bar(person)).not_to_contain_text(limit, use_inner_text=True)


def test_the_box_that_ticked_as_many_as_may_be_takes_them_away_again(stage, person):
    fill(stage, 60)
    open_long(person)

    all_shown(person).check()
    expect(bar(person)).to_contain_text("50 selected")
    assert all_shown(person).evaluate("box => box.indeterminate")

    all_shown(person).uncheck()
    expect(bar(person)).to_be_hidden()
    expect(ticked(person)).to_have_count(0)


def test_stop_while_a_part_is_on_its_way_shows_what_that_part_did(stage, person):
    fill(stage, 40)
    for one in stage.payments:
        one.is_paid = False
    open_long(person)
    person.hand.toggle(all_shown(person))
    person.press(in_bar(person, "Mark as paid"))
    stage.portal.faults.add(PREFIX + "pay", "slow", seconds=3, after=10)

    person.press(person.button("Mark as paid", person.dialog))
    expect(person.dialog).to_contain_text("10 of 40 payments are dealt with.")
    person.press(person.button("Stop", person.dialog))

    expect(person.frame.locator("[data-paid=Y]")).to_have_count(40)
    expect(person.dialog).to_have_count(0)
    assert all(one.is_paid for one in stage.payments)
    expect(ticked(person)).to_have_count(0)


def test_the_selected_payments_are_copied(stage, person):
    person.open_tab(opens=False)
    person.frame.evaluate("""() => {
      document.addEventListener("copy", () => { window.copied = document.activeElement.value; });
    }""")
    person.hand.toggle(box(person, stage.payments[3]))
    for entry, amount in (("Copy as text", "€7,680.00"), ("Copy as CSV", ",7680")):
        person.frame.evaluate("() => { document.getElementById('live').textContent = ''; }")
        person.press(in_bar(person, "Copy list"))
        person.press(person.button(entry))

        expect(person.frame.locator("#live")).to_have_text("List copied")
        text = person.frame.evaluate("() => window.copied")
        assert "3653/4" in text
        assert amount in text

    # Where it may not be copied it can be selected.
    person.frame.evaluate("() => { document.execCommand = () => false; }")
    person.press(in_bar(person, "Copy list"))
    person.press(person.button("Copy as text"))

    expect(person.dialog).to_contain_text("Press Ctrl+C to copy")
    expect(person.dialog.get_by_role("textbox")).to_have_value(re.compile("3653/4"))
    person.expect_focus_on(person.dialog.get_by_role("textbox"))


@pytest.mark.usefixtures("stage")
def test_the_card_is_exported_as_a_file(person):
    person.open_tab(opens=False)
    person.press(person.button("More for this list"))
    with (
        person.page.expect_request("**/export.csv*") as asked,
        person.page.expect_download() as download,
    ):
        person.press(person.button("Export CSV"))

    assert asked.value.headers["time-zone"], "its days are those of the page"
    assert download.value.suggested_filename == "payments-2-8061.csv"
    text = download.value.path().read_text(encoding="utf-8")
    assert text.startswith("\ufeffrow,card,payment_id,payment,")
    assert text.count("\nitem,") == 9


def test_the_bar_stays_in_sight_of_a_row_far_below(stage, person):
    fill(stage, 50)
    open_long(person)
    far = stage.payments[5]

    person.hand.toggle(box(person, far))

    expect(bar(person)).to_contain_text("1 selected")
    frame = person.page.locator("iframe.app-frame").bounding_box()
    expect(person.frame.locator("#toolbar")).to_have_class(re.compile("is-stuck"))
    top, bottom = person.frame.evaluate(ON_SCREEN)
    assert 0 <= frame["y"] + top < frame["y"] + bottom <= person.page.viewport_size["height"]
    row = box(person, far).bounding_box()
    assert row["y"] >= frame["y"] + bottom


def test_a_card_that_owns_no_payments_has_no_check_boxes(stage, person):
    from tests.support.framed_app import bind_tab

    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(LINKED_CARD)

    expect(person.frame.get_by_role("checkbox")).to_have_count(0)


@pytest.mark.usefixtures("stage")
def test_somebody_who_may_only_read_can_still_copy(person):
    person.be(READER)
    person.open_tab(opens=False)
    person.hand.toggle(all_shown(person))

    expect(in_bar(person, "Copy list")).to_be_visible()


def test_selection_question_and_results_look_right(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    stage.fail(PREFIX + "pay", "denied", after=1)
    person.hand.toggle(all_shown(person))
    expect(bar(person)).to_contain_text("4 selected")
    look_at(person, "many-selected")
    person.press(in_bar(person, "Mark as paid"))
    expect(person.dialog).to_contain_text("Mark 2 payments as paid?")
    look_at(person, "many-question")
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.dialog).to_contain_text("Refused")
    look_at(person, "many-results")
