"""Join the words of all actions, in the order in which a person sees them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from flask_babel.speaklater import LazyString

from b24app.services.actions import Action, DeedName, OutcomeCode
from b24app.web.words.actions import creation, deliveries, items, payments, reminders
from b24app.web.words.actions.action_words import EVERY_WRITE, ActionWords, Said

WORDS: tuple[ActionWords, ...] = (
    EVERY_WRITE,
    *chain(payments.WORDS, creation.WORDS, items.WORDS, deliveries.WORDS, reminders.WORDS),
)

OUTCOMES: Mapping[OutcomeCode, Said] = {
    code: said for words in WORDS for code, said in words.outcomes.items()
}
_names = {name: text for words in WORDS for name, text in words.log.items()}
_rules = {action: texts for words in WORDS for action, texts in words.rules.items()}

NAMES: Mapping[str, LazyString] = {name: _names[name] for name in DeedName if name in _names}
"""What an action is called in the activity log."""

RULES: Mapping[Action, tuple[LazyString, LazyString | str]] = {
    action: _rules[action] for action in Action if action in _rules
}
"""What a rule is called on the settings page, and a hint."""
