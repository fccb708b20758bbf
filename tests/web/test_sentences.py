"""Whatever services can say by name has its sentence, in every place that says it; and no other."""

from __future__ import annotations

import ast
import inspect

import pytest

from b24app import errors
from b24app.errors import InputCode
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind, UndoKind
from b24app.services.admin import checks, diagnostics
from b24app.services.card.half_done import HalfDone
from b24app.services.directories import reminder_means, shop_site, timeline_lines
from b24app.services.payments import public_links
from b24app.services.writing.error_names import ErrorName
from b24app.web.admin.activity import DATES
from b24app.web.tab.outcomes import MARKS, STATUSES, STATUSES_OF_CODES
from b24app.web.words import activity_words, diagnostics_words, error_words, outcome_words
from b24app.web.words.actions.joined import NAMES, OUTCOMES, RULES, WORDS
from b24app.web.words.sentences import Place

SAID_ON_ITS_PAGE = {InputCode.NO_ADDRESS}


def test_every_outcome_has_a_sentence_beside_the_card():
    assert set(OUTCOMES) == set(OutcomeCode)
    assert all(str(said.card) for said in OUTCOMES.values())


@pytest.mark.parametrize("name", ErrorName)
def test_every_error_has_words_in_every_place(app, name):
    kind = name.kind
    with app.test_request_context():
        for place in Place:
            words = error_words.words_at(place, kind)
            assert str(words.title)
            assert str(words.text)
        assert error_words.of_write(kind)
        assert error_words.in_log(kind)


def test_a_portal_without_a_proper_answer_is_said_once_and_what_to_do(app):
    for kind in (errors.PortalSilentError, errors.UnexpectedAnswerError):
        with app.test_request_context():
            card = error_words.words_at(Place.CARD, kind)
            installer = error_words.words_at(Place.INSTALLER, kind)
            write = error_words.of_write(kind)

        assert (card.title, card.text) == ("Bitrix24 did not answer", "Try again in a moment.")
        assert "It is not known whether this step was completed." in str(installer.text)
        assert "what is already done is not repeated" in str(installer.text)
        assert "not known whether this was carried out" in write


def test_every_row_is_of_an_error_that_exists():
    assert set(error_words.WORDS) <= {name.kind for name in ErrorName}
    assert error_words.WORDS[errors.AppError].card


def test_every_way_to_end_has_a_status_and_words_in_the_log():
    assert (
        set(STATUSES)
        == set(OutcomeKind)
        == set(activity_words.OUTCOMES)
        == set(activity_words.TONES)
    )
    assert set(STATUSES_OF_CODES) <= set(OutcomeCode)


def test_what_is_wrong_with_an_input_is_said_in_its_place():
    assert set(InputCode) == set(outcome_words.BAD_INPUT) | set(DATES) | SAID_ON_ITS_PAGE


def test_everything_a_person_does_has_words_in_the_log():
    assert set(NAMES) == set(DeedName)
    assert set(activity_words.ACTIONS) == set(DeedName) | {"settings", "repair"}


def test_every_rule_has_words_on_the_settings_page():
    assert set(RULES) == set(Action)


@pytest.mark.parametrize("part", ["outcomes", "log", "rules"])
def test_nothing_has_its_words_twice(part):
    named = [name for words in WORDS for name in getattr(words, part)]

    assert sorted(named) == sorted(set(named))


def test_what_is_half_done_is_said_as_long_as_it_is():
    assert {OutcomeCode(kind) for kind in HalfDone} <= set(OUTCOMES)


def test_what_takes_back_a_mark_says_what_it_does_not_take_back():
    assert set(outcome_words.UNDOES) == set(MARKS) < set(UndoKind)


BOUND = ("tabs", "places")
"""Checks of one function: what is bound, beside what the settings ask for."""


def test_every_finding_of_the_diagnostics_has_words():
    found = {
        one
        for module in (diagnostics, checks)
        for one in _checks(ast.parse(inspect.getsource(module)))
    }
    shop = {
        *public_links.OUTCOMES.values(), public_links.FAILED, shop_site.FOUND,
    }  # fmt: skip
    labels = (getattr(reminder_means, name) for name in ("MADE", "MISSING", "REFUSED", "UNKNOWN"))
    reminders = {"todo", "none", "no_scope", *(f"drawn_{label}" for label in labels)}
    timeline = {one.value for one in timeline_lines.Last if one.value}

    # One sentence says of every check that it got no answer.
    found -= {(name, "unanswered") for name, _code in found}
    found |= {("shop", code) for code in shop}
    found |= {("reminders", code) for code in reminders}
    found |= {("timeline", code) for code in timeline}
    assert found == set(diagnostics_words.FOUND)
    assert {name for name, _code in found} == set(diagnostics_words.TITLES)


def _checks(tree):
    """Name and code of every check that the module makes, as far as it writes them down."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
            name, _state, code = node.args[:3]
            said = [one.value for one in ast.walk(code) if isinstance(one, ast.Constant)]
            if isinstance(name, ast.Constant):
                yield from ((name.value, one) for one in said if isinstance(one, str))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name == "_bindings":
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
                    said = [
                        one.value for one in ast.walk(node.args[2]) if isinstance(one, ast.Constant)
                    ]
                    yield from ((name, one) for name in BOUND for one in said)
