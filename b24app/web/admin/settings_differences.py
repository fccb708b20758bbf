"""Describe how a form differs from what somebody else saved since: one sentence per setting."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from b24app.services.admin.settings_form import TITLE_LANGUAGES, Draft
from b24app.services.admin.settings_page import SettingsPage
from b24app.services.settings import Rule, Who
from b24app.web.plumbing import i18n
from b24app.web.words import settings_words
from b24app.web.words.actions.joined import RULES
from b24app.web.words.activity_words import people


def of(page: SettingsPage) -> list[tuple[str, str, str]]:
    """Return setting, saved value and value of the form; empty without a conflict."""
    if page.theirs is None:
        return []
    return [*_cards(page, page.theirs), *_rules(page, page.theirs), *_others(page, page.theirs)]


def _cards(page: SettingsPage, theirs: Draft) -> Iterator[tuple[str, str, str]]:
    for card in page.cards:
        is_saved = card.key in theirs.cards
        if is_saved != card.is_on:
            yield settings_words.card(card)[0], _switch(is_saved), _switch(card.is_on)


def _rules(page: SettingsPage, theirs: Draft) -> Iterator[tuple[str, str, str]]:
    for action, (title, _hint) in RULES.items():
        saved, typed = _who(page, theirs.rules[action]), _who(page, page.draft.rules[action])
        if saved != typed:
            yield str(title), saved, typed


def _others(page: SettingsPage, theirs: Draft) -> Iterator[tuple[str, str, str]]:
    ours = page.draft
    pairs = [
        (_("Confirmation before paying"), _switch(theirs.confirm_pay), _switch(ours.confirm_pay)),
        (
            _("Line in the timeline"),
            _switch(theirs.comment_in_timeline),
            _switch(ours.comment_in_timeline),
        ),
        (
            _("Default payment system"),
            _system(page, theirs.default_pay_system),
            _system(page, ours.default_pay_system),
        ),
        (
            _("Keep the activity log for"),
            _days(theirs.retention_days),
            _days(ours.retention_days),
        ),
        (_("Subject of an e-mail"), _own(theirs.message.subject), _own(ours.message.subject)),
        (_("Text of the message"), _own(theirs.message.text), _own(ours.message.text)),
    ]
    for code in TITLE_LANGUAGES:
        title = _("Tab title, %(language)s", language=settings_words.LANGUAGES[code][0])
        pairs.append((title, theirs.titles.get(code, ""), ours.titles.get(code, "")))
    yield from (pair for pair in pairs if pair[1] != pair[2])


def _switch(is_on: bool) -> str:
    return str(_("on") if is_on else _("off"))


def _own(text: str) -> str:
    return text or str(_("the usual words"))


def _days(days: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", days))


def _system(page: SettingsPage, system_id: int | None) -> str:
    names = {pay_system.id: pay_system.name for pay_system in page.pay_systems}
    return _("Let Bitrix24 choose") if system_id is None else names.get(system_id, f"#{system_id}")


def _who(page: SettingsPage, rule: Rule) -> str:
    who = str(settings_words.WHO[rule.who])
    if rule.who is not Who.USERS:
        return who
    names = [people(page.people.get(user) or "", user) for user in sorted(rule.users)]
    return str(_("%(name)s: %(words)s", name=who, words=i18n.joined(names)))
