"""Chromium, the servers, and a person in front of the card. Problems of a page fail its test."""

from __future__ import annotations

from zlib import crc32

import pytest

from tests.support.browser_stage import MANAGER, BrowserStage, running_servers
from tests.support.chromium import PATIENCE_MS
from tests.support.person import Keyboard, Mouse, Person
from tests.support.watching import Watch

WIDE = (1280, 900)
HANDS = (Mouse, Keyboard)
BY_BOTH_HANDS = ("test_journey", "test_controls", "test_quantities", "test_send")


@pytest.fixture(scope="session")
def servers():
    with running_servers() as started:
        yield started


@pytest.fixture
def bare_stage(servers, sqlite_url, tmp_path):
    """The portal without the application."""
    stage = BrowserStage(servers, sqlite_url, tmp_path / "rest-log")
    yield stage
    stage.close()


@pytest.fixture
def stage(bare_stage):
    """The portal with the application installed."""
    bare_stage.install()
    return bare_stage


@pytest.fixture
def new_page(browser):
    """Opens pages. What their consoles complain about fails the test.

    Where an error answer is provoked, `page.may_fail_to_load = True` allows the browser's
    own line about it, and nothing else.
    """
    opened = []

    def open_page(size=WIDE, **options):
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.watch = Watch(page)
        opened.append(page)
        return page

    yield open_page
    problems = [problem for page in opened for problem in page.watch.problems]
    for page in opened:
        page.context.close()
    assert problems == []


@pytest.fixture
def person(new_page, bare_stage):
    """The manager at a wide window, with a mouse."""
    return sit_down(new_page(), bare_stage, Mouse)


@pytest.fixture
def another(new_page, bare_stage):
    """The same manager at a second window."""
    return sit_down(new_page(), bare_stage, Mouse)


@pytest.fixture
def sit(new_page, bare_stage):
    """Seats one more manager, with a mouse or a keyboard."""
    return lambda hand, **options: sit_down(new_page(**options), bare_stage, hand)


def pytest_generate_tests(metafunc):
    """Do by both hands what people do every day, and the rest by one of them, by turns."""
    if "either" in metafunc.fixturenames:
        turn = crc32(metafunc.definition.name.encode()) % 2
        hands = HANDS if metafunc.module.__name__.endswith(BY_BOTH_HANDS) else [HANDS[turn]]
        names = [hand.__name__.lower() for hand in hands]
        metafunc.parametrize("either", hands, ids=names, indirect=True)


@pytest.fixture
def either(request, new_page, stage):
    """The manager with the mouse or with the keyboard only, in the opened tab."""
    someone = sit_down(new_page(), stage, request.param)
    someone.open_tab()
    return someone


def sit_down(page, stage, hand, user_id=MANAGER):
    someone = Person(page, stage, hand(page))
    someone.be(user_id)
    return someone
