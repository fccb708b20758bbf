"""Serve `/settings` for administrators, whom the portal confirms at every request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.errors import NotAdminError
from b24app.services.actions import Action
from b24app.services.admin import settings_edit, settings_page
from b24app.services.admin.settings_form import RETENTION_CHOICES, TITLE_LANGUAGES
from b24app.services.admin.settings_page import CardChoice, SettingsPage
from b24app.web.admin import settings_differences
from b24app.web.admin.sections import change_asked
from b24app.web.plumbing import i18n, security
from b24app.web.plumbing.entry import current_card
from b24app.web.words import message, settings_words
from b24app.web.words.actions.joined import RULES
from b24app.web.words.activity_words import people

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

SECTIONS = frozenset({"cards", "rules", "defaults", "activity", "diagnostics"})
"""The pages of the settings. Each has its address; the last two are served elsewhere."""


@blueprint.get("")
@blueprint.get("/cards")
@blueprint.get("/rules")
@blueprint.get("/defaults")
def show() -> ResponseReturnValue:
    """Show the requested page of the settings, or help to people who are not administrators."""
    section = request.args.get("page", "") or request.path.rpartition("/")[2]
    try:
        page = settings_page.show(current_card())
    except NotAdminError:
        return render_template("settings/_help.html")
    return render_template(
        "settings/_page.html",
        settings=_settings(page),
        section=section if section in SECTIONS else "cards",
    )


@blueprint.post("")
def save() -> Response:
    """Save, and report the result for every card's tab.

    If nothing was changed: 422 for a wrong field, 409 if somebody else saved in the meantime.
    """
    fields = request.form.to_dict(flat=False)
    page = settings_edit.save(current_card(), fields, change_asked())
    answer = make_response(
        render_template(
            "settings/_saved.html",
            settings=_settings(page),
            is_wrong=bool(page.errors),
            is_conflicting=page.theirs is not None,
            is_partial=bool(page.failures),
            request_id=security.request_id(),
        )
    )
    if page.errors:
        answer.status_code = 422
    elif page.theirs is not None:
        answer.status_code = 409
    else:
        # The log has a new line, and tabs may have changed: both are shown on the same page.
        answer.headers["HX-Trigger-After-Settle"] = "activity-changed, tabs-changed"
    return answer


def _settings(page: SettingsPage) -> Mapping[str, Any]:
    """Return the settings as the templates name them."""
    i18n.use_time_zone(current_card().time_zone)
    draft = page.draft
    by = page.saved.user_id if page.saved is not None else None
    return {
        "cards": [_card(card) for card in page.cards if not card.is_place],
        "places": [_card(card) for card in page.cards if card.is_place],
        "rules": [_rule(page, action) for action in RULES],
        "who_choices": settings_words.WHO.items(),
        "confirm_pay": draft.confirm_pay,
        "comment_in_timeline": draft.comment_in_timeline,
        "pay_systems": _pay_systems(page),
        "is_directory_empty": not page.pay_systems,
        "default_pay_system": draft.default_pay_system,
        "titles": [
            (code, *settings_words.LANGUAGES[code], draft.titles.get(code, ""))
            for code in TITLE_LANGUAGES
        ],
        "retention_days": draft.retention_days,
        "retention_choices": RETENTION_CHOICES,
        "message": message.as_edited(draft.message),
        "saved_at": page.saved.at if page.saved is not None else None,
        "saved_by": people(page.people.get(by) or "", by) if by else "",
        "errors": {name: settings_words.ERRORS[code] for name, code in page.errors.items()},
        "changes": _changes(page),
        "version": page.version,
        "differences": settings_differences.of(page),
        "known_people": sorted(page.choosable.items(), key=lambda person: person[1].casefold()),
    }


def _card(card: CardChoice) -> Mapping[str, Any]:
    title, hint = settings_words.card(card)
    return {"key": card.key, "title": title, "hint": hint, "is_on": card.is_on}


def _rule(page: SettingsPage, action: Action) -> Mapping[str, Any]:
    title, hint = RULES[action]
    rule = page.draft.rules[action]
    users = {user: people(page.people.get(user) or "", user) for user in sorted(rule.users)}
    return {"action": action, "title": title, "hint": hint, "who": rule.who, "users": users}


def _pay_systems(page: SettingsPage) -> list[tuple[int, str]]:
    """Return the directory; the saved choice stays available while it cannot be read."""
    systems = [(system.id, system.name) for system in page.pay_systems]
    chosen = page.draft.default_pay_system
    if chosen is not None and chosen not in dict(systems):
        systems.append((chosen, f"#{chosen}"))
    return systems


def _changes(page: SettingsPage) -> list[tuple[bool, str]]:
    """Return a sentence for each tab or place that should change, and whether it did."""
    processes = {int(card.key): card.title for card in page.cards if card.key.isdigit()}
    return [
        (
            outcome.is_done,
            settings_words.change(
                outcome, settings_words.name_of_placement(outcome.placement, processes)
            ),
        )
        for outcome in page.outcomes
    ]
