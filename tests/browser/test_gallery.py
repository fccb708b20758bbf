"""Every state of the gallery, in English of words 40 % longer, and the same from right to left.

Each is reached by what the simulated portal answers (`b24app/simulator/gallery`); the run's end
says how much was looked at. `make gallery` takes the pictures, in languages that are spoken.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from b24app.simulator.gallery import STATES
from b24app.simulator.gallery.preparing import perform, prepare
from b24app.simulator.gallery.state import MEANWHILE
from b24app.storage.models import Base
from tests.support import pseudo
from tests.support.asking import asked
from tests.support.looks import (
    ROOT,
    WORDS,
    Untranslated,
    expect_no_scroll_bars,
    read_catalogue,
    settle_words,
    take_picture,
    violations,
    wait_for,
)
from tests.support.person import Mouse

PICTURES = os.environ.get("GALLERY", "")
NAMED = tuple(PICTURES.split(",")) if PICTURES != "1" else ()
"""GALLERY=de,ar takes the pictures of these languages, and looks at nothing else."""

LANGUAGES = (NAMED or ("en", "de", "ar")) if PICTURES else ()
"""Besides the longer English. None of them shows what it does not: a word that is not longer was
left in English, what has room for longer words has room for theirs, an opened page is mirrored as
one that came so, and for axe it is the same page. Catalogues are compared without a browser, and
`test_look_of_words` opens the list in all of them."""

TURN = "(way) => { document.documentElement.dir = way; }"

DECIDED_BY_WORDS = (
    "html-has-lang",
    "html-lang-valid",
    "valid-lang",
    "document-title",
    "landmark-unique",
    "aria-command-name",
    "aria-dialog-name",
    "aria-input-field-name",
    "button-name",
    "empty-heading",
    "image-alt",
    "input-button-name",
    "label",
    "link-name",
    "select-name",
    "summary-name",
)
"""What axe is asked of these languages: all else is the same page as that of the longer words."""

SIZES = (1280, 375)
LONGER_SIZES = (1920, 1280, 1001, 768, 601, 320)
"""The widths that people have, and those at which the style changes."""

MIRRORED_SIZES = (320, 1280)
"""The last of those, and a wide one: what is mirrored is the same style."""

TOGETHER = 7
"""How many states are looked at one after the other before another test begins."""
CLOSE = """() => {
  for (const one of document.querySelectorAll(":popover-open")) one.hidePopover();
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
}"""

FOLDER = ROOT / "build" / "gallery"
INSTALLED = {"portals", "user_tokens"}
OVERLAY = "dialog[open], .pop:popover-open"
AT_WORK = ("loading", "installing")
"""What is looked at while it goes on."""

ONE_LANGUAGE = {"installing": ("en",)}
"""The next would come while the portal still works on it."""

PUT = """(one, value) => {
  if (value === null || one.matches("[type=radio], [type=checkbox]")) return one.click();
  one.value = value;
  for (const name of ["input", "change"]) one.dispatchEvent(new Event(name, { bubbles: true }));
}"""
IS_STILL = """() => document.readyState === "complete" && !document.querySelector(
  ".htmx-request, [data-first-load][aria-busy=true], #payments[aria-busy=true]")"""
IS_READ = """() => !document.querySelector(
  ".htmx-request, .pay[aria-busy=true], .list[aria-busy=true]") &&
  ![...document.querySelectorAll(".skel, .pay__more[open] [data-needs]")]
    .some((one) => one.checkVisibility())"""


@pytest.fixture(scope="session")
def longer(tmp_path_factory):
    return pseudo.write_catalogue(tmp_path_factory.mktemp("longer"))


def begin(stage, person, state, language):
    """Bring the portal into the state, and open its page as somebody of this language."""
    put_back(stage)
    prepare(stage.portal, state)
    stage.portal.users[state.user].language = language
    person.be(state.user)
    person.go(state.card)
    person.enter_frame()
    if state.name not in AT_WORK:
        asked(person.frame, IS_STILL)


def reach(stage, person, state, language):
    """Do there what leads into the state, and see it."""
    if MEANWHILE not in state.steps:
        perform(stage.portal, state.meanwhile)
    for step in state.steps:
        take_step(stage, person, state, step)
    wait_for(person.frame.locator(state.sees))
    if state.name not in AT_WORK:
        asked(person.frame, IS_READ)
    if state.says and language in ("en", pseudo.LANG):
        said = pseudo.in_either_length(state.says)
        expect(person.frame.locator("body")).to_contain_text(said)


def take_step(stage, person, state, step):
    if step == MEANWHILE:
        perform(stage.portal, state.meanwhile)
        return
    selector, value = step if isinstance(step, tuple) else (step, None)
    control = person.frame.locator(selector).first
    control.wait_for(state="attached")
    control.evaluate(PUT, value)
    asked(person.frame, IS_STILL)
    # What follows a deed, the sums of the card among it, is asked for a moment later.
    person.page.wait_for_timeout(100)
    asked(person.frame, IS_STILL)


def put_back(stage):
    """Forget what the application learned in the state before."""
    if stage.portal.installation is None:
        stage.install()
    with stage.deps.db.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in INSTALLED:
                session.execute(delete(table))


def texts_of(portal):
    """Every text that comes from the portal, and may be in any language."""
    found, waiting, seen = [], [vars(portal.crm), vars(portal.users[1]), portal.users], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set):
            waiting += one
        elif hasattr(one, "__dict__"):
            waiting.append(vars(one))
    return found


@pytest.fixture(scope="module")
def left_in_english():
    spoken = [one for one in LANGUAGES if one != "en"]
    found = {one: Untranslated(read_catalogue(one), one == "ar") for one in spoken}
    return {**found, pseudo.LANG: Untranslated(pseudo.pairs(), is_latin_foreign=True)}


def parts():
    """What one window looks at: states for each of which the portal is put back and opened, or
    several that leave nothing behind on one opened page. Who is at work is alone: nobody waits."""
    closing = [one for one in STATES.values() if one.closes]
    others = [one for one in STATES.values() if not one.closes and one.name not in AT_WORK]
    alone = [[one] for one in STATES.values() if one.name in AT_WORK]
    return _in_parts(closing) + _in_parts(others) + alone


def _in_parts(states):
    return [states[at : at + TOGETHER] for at in range(0, len(states), TOGETHER)]


def test_every_state_is_in_one_part():
    assert sorted(one.name for part in parts() for one in part) == sorted(STATES)


@pytest.mark.parametrize("part", parts(), ids=lambda part: part[0].name)
def test_state_is_right_in_every_language_and_at_every_width(
    stage, sit, longer, monkeypatch, left_in_english, record_property, part
):
    pseudo.speak(stage.app, longer, monkeypatch)
    person = sit(Mouse)
    person.page.may_fail_to_load = True
    seen = Seen(len(part))
    languages = NAMED if PICTURES and NAMED else (*LANGUAGES, pseudo.LANG)
    for language in ONE_LANGUAGE.get(part[0].name, languages):
        for state in part:
            person.page.set_viewport_size({"width": 1280, "height": 900})
            if state is part[0] or not state.closes:
                begin(stage, person, state, language)
            reach(stage, person, state, language)
            look(person, state, seen, language, left_in_english.get(language))
            person.frame.evaluate(CLOSE)

    record_property("gallery", seen.counted(person.page.watch.problems))
    assert seen.wrong == []


@dataclass
class Seen:
    """What was looked at, and what was wrong: of which kind, in which state and where."""

    states: int
    looks: int = 0
    axe: int = 0
    wrong: list = field(default_factory=list)

    def note(self, kind, where, found):
        self.wrong += [(kind, *where, one) for one in found]

    def counted(self, problems):
        kinds = [kind for kind, *_ in self.wrong]
        return {
            "states": self.states,
            "looks": self.looks,
            "axe": self.axe,
            "violations": kinds.count("axe"),
            "console": len(problems),
            "translations": kinds.count("English"),
            "words": kinds.count("words"),
        }


def lasting_violations(frame, overlay, language):
    """What is read ahead makes rows pale for a moment, whenever that comes: what stays counts."""
    only = () if language == pseudo.LANG else DECIDED_BY_WORDS
    found = violations(frame, overlay, only)
    if not found:
        return []
    frame.page.wait_for_timeout(1000)
    return violations(frame, overlay, only)


def look(person, state, seen, language, left):
    if left:
        # As the state has made it: each test begins with what another one left.
        left.expect(texts_of(person.stage.portal))
        seen.note("English", (state.name, language), left.among(person.frame.evaluate(WORDS)))
    if not state.is_large and state.name not in AT_WORK:
        overlay = OVERLAY if person.frame.locator(OVERLAY).count() else None
        found = lasting_violations(person.frame, overlay, language)
        seen.note("axe", (state.name, language), found)
        seen.axe += 1
    if language != pseudo.LANG:
        for width in SIZES:
            look_at_words(person, seen, state, language, width)
            FOLDER.mkdir(parents=True, exist_ok=True)
            name = f"{state.name}-{language}-{width}"
            take_picture(person.page, name, FOLDER, person.frame)
        return
    for width in LONGER_SIZES:
        look_at_words(person, seen, state, language, width)
    person.frame.evaluate(TURN, "rtl")
    for width in MIRRORED_SIZES:
        look_at_words(person, seen, state, "rtl", width)
    person.frame.evaluate(TURN, "ltr")


def look_at_words(person, seen, state, language, width):
    person.page.set_viewport_size({"width": width, "height": 900})
    expect_no_scroll_bars(person.frame)
    seen.note("words", (state.name, language, width), settle_words(person.frame))
    seen.looks += 1


def test_the_landing_outside_of_a_portal(stage, new_page):
    page = new_page()
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(stage.app_url)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Deal Payments"))
        assert violations(page) == []
        assert settle_words(page) == []
