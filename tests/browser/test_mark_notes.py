"""The note of a mark: by mouse and keyboard, after a failure, and where nothing is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.storage import activity
from b24app.storage import settings as stored
from tests.support.person import Keyboard, Mouse

NOTE = "bank statement 117"


def noted(stage):
    """The notes of the activity log, newest first."""
    with stage.deps.db.reading() as session:
        return [one.note for one in activity.page(session, stage.portal.member_id)]


def field(someone):
    return someone.dialog.get_by_label("Note or reference", exact=True)


@pytest.fixture(params=[Mouse, Keyboard], ids=["mouse", "keyboard"])
def hand(request):
    return request.param


@pytest.fixture
def someone(stage, sit, hand):  # noqa: ARG001 - Installed before somebody sits down.
    someone = sit(hand)
    someone.open_tab()
    return someone


def test_a_note_is_written_with_a_mark_and_stands_in_details_and_history(stage, someone):
    unpaid = stage.payments[2]
    someone.press(someone.button("Mark as paid", someone.payment(unpaid)))
    expect(someone.button("Mark as paid", someone.dialog)).to_be_focused()
    someone.hand.write(field(someone), NOTE)
    if someone.hand.name == "keyboard":
        someone.page.keyboard.press("Enter")
    else:
        someone.press(someone.button("Mark as paid", someone.dialog))

    expect(someone.status(unpaid)).to_have_text("Paid")
    assert noted(stage) == [NOTE]
    article = someone.payment(unpaid)
    if not article.locator(".pay__more[open]").count():
        someone.press(someone.opener(unpaid))
    expect(article.locator(".facts")).to_contain_text(NOTE)
    expect(article.locator(".log")).to_contain_text(NOTE)

    someone.press(someone.button("Mark as unpaid", article))
    expect(field(someone)).to_have_value("")
    someone.press(someone.button("Mark as unpaid", someone.dialog))

    expect(someone.status(unpaid)).to_have_text("Unpaid")
    assert noted(stage) == ["", NOTE]


def test_who_begins_to_write_writes_the_note(stage, sit):
    """A blank would press the button that has the focus, and the next letters be shortcuts."""
    someone = sit(Keyboard)
    someone.open_tab()
    unpaid = stage.payments[2]
    someone.press(someone.button("Mark as paid", someone.payment(unpaid)))
    expect(someone.button("Mark as paid", someone.dialog)).to_be_focused()

    someone.page.keyboard.type(NOTE)

    expect(field(someone)).to_have_value(NOTE)
    assert stage.executed("crm.item.payment.pay") == []
    someone.page.keyboard.press("Enter")
    expect(someone.status(unpaid)).to_have_text("Paid")
    assert noted(stage) == [NOTE]
    assert stage.executed("crm.item.payment.add") == []


def test_who_begins_to_write_writes_the_note_of_several(stage, sit):
    someone = sit(Keyboard)
    someone.open_tab(opens=False)
    for unpaid in stage.payments[2:]:
        someone.hand.toggle(someone.payment(unpaid).get_by_role("checkbox"))
    someone.press(someone.frame.locator("#many-pay"))
    expect(someone.button("Mark as paid", someone.dialog)).to_be_focused()

    someone.page.keyboard.type(NOTE)

    expect(field(someone)).to_have_value(NOTE)
    assert stage.executed("crm.item.payment.pay") == []


def test_what_was_written_is_there_again_after_a_failure(stage, someone):
    someone.page.may_fail_to_load = True
    unpaid = stage.payments[2]
    stage.portal.faults.add("batch", "error_500", times=9)
    someone.press(someone.button("Mark as paid", someone.payment(unpaid)))
    someone.hand.write(field(someone), NOTE)
    someone.press(someone.button("Mark as paid", someone.dialog))
    expect(someone.alert).to_be_visible()
    stage.portal.faults.clear()

    someone.press(someone.button("Mark as paid", someone.payment(unpaid)))
    expect(field(someone)).to_have_value(NOTE)
    someone.press(someone.button("Mark as paid", someone.dialog))

    expect(someone.status(unpaid)).to_have_text("Paid")
    assert noted(stage)[0] == NOTE


def test_where_nothing_is_asked_a_mark_stays_one_press_and_the_menu_has_the_note(stage, someone):
    with stage.deps.db.transaction() as session:
        stored.save(
            session, stage.portal.member_id, {"confirm_pay": False}, updated_by=1,
            now=stage.deps.clock(),
        )  # fmt: skip
    someone.open_tab()
    first, second = stage.payments[2:4]

    someone.press(someone.button("Mark as paid", someone.payment(second)))
    expect(someone.status(second)).to_have_text("Paid")
    expect(someone.dialog).to_have_count(0)
    someone.choose_in_menu(first, "Mark with a note")
    someone.hand.write(field(someone), NOTE)
    someone.press(someone.button("Mark as paid", someone.dialog))

    expect(someone.status(first)).to_have_text("Paid")
    assert noted(stage) == [NOTE, ""]
