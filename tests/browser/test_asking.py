"""What `asked` waits for, and what it does not put into a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as LateError

from tests.support.asking import asked

COUNTED = "() => (window.times = (window.times ?? 0) + 1) > 3 && window.times"


@pytest.fixture
def page(new_page):
    return new_page()


def test_a_question_is_asked_until_it_has_an_answer(page):
    assert asked(page, COUNTED) == 4


def test_what_never_comes_is_late(page):
    with pytest.raises(LateError, match="not so after 50 ms"):
        asked(page, "() => window.nothing", patience=50)


def test_a_question_that_fails_is_not_asked_again(page):
    with pytest.raises(Error, match="wrong"):
        asked(page, "() => { throw new Error('wrong'); }")


def test_a_stopped_clock_stops_no_waiting(page):
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))

    assert asked(page, COUNTED) == 4
    with pytest.raises(LateError):
        asked(page, "() => false", patience=50)


def test_the_next_document_is_asked_where_one_is_left(page):
    page.evaluate("() => setTimeout(() => location.assign('about:blank?next'), 50)")

    assert asked(page, "() => location.search") == "?next"


def test_opening_a_tab_puts_no_script_of_playwright_into_its_documents(stage, person):
    """340 KB for each document that a locator or `wait_for_function` asks."""
    session = person.page.context.new_cdp_session(person.page)
    longest = []
    session.on("Debugger.scriptParsed", lambda script: longest.append(script["length"]))
    session.send("Debugger.enable")

    person.start_tab()
    person.wait_until_loaded()

    assert stage.was_installed
    assert max(longest) < 300_000
