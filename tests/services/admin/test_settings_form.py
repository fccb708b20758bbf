"""A posted settings form, field by field, and what is saved of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain import PortalUser
from b24app.services.actions import Action
from b24app.services.admin.settings_form import (
    MAX_TITLE,
    TITLE_LANGUAGES,
    Choices,
    data_of,
    draft_of,
    posted_user_ids,
    read,
)
from b24app.services.manifest import Manifest
from b24app.services.settings import Rule, Who, rules_from, tabs_from

MANIFEST = Manifest.read(Path(__file__).resolve().parents[3] / "install.json")
CHOICES = Choices(frozenset({"deals", "invoices", "contacts", "1036"}), frozenset({6, 7}))
MANAGER = PortalUser(7, "Marta Lindqvist", is_admin=False)
ADMIN = PortalUser(1, "Anna Berger", is_admin=True)
NAMES = (
    "card", "confirm_pay", "comment_in_timeline", "default_pay_system", "retention_days",
    "message_subject", "message_text",
    *(f"{kind}-{action}" for kind in ("who", "user") for action in Action),
    *(f"title-{language}" for language in TITLE_LANGUAGES),
)  # fmt: skip


def fields(**changes):
    return {
        **{f"who-{action}": ["everybody"] for action in Action},
        "retention_days": ["365"],
        **changes,
    }


def test_defaults_make_the_tabs_the_manifest_names():
    draft = draft_of({}, MANIFEST)

    assert draft.cards == {"deals", "invoices"}
    assert draft.confirm_pay is True
    assert [tab.placement for tab in tabs_from({}, MANIFEST)] == [
        "CRM_DEAL_DETAIL_TAB",
        "CRM_SMART_INVOICE_DETAIL_TAB",
    ]


def test_what_is_saved_reads_back_as_the_same_draft():
    posted = fields(
        card=["contacts", "1036"],
        default_pay_system=["7"],
        **{"who-pay": ["users"], "user-pay": ["7:Marta", "9"], "title-de": ["Zahlungen"]},
    )
    draft = read(posted, CHOICES, MANIFEST).draft

    again = draft_of(data_of(draft, MANIFEST), MANIFEST)

    assert again.cards == draft.cards == {"contacts", "1036"}
    assert again.rules == draft.rules
    assert again.rules[Action.PAY] == Rule(Who.USERS, frozenset({7, 9}))
    assert {key: text for key, text in draft.titles.items() if text} == again.titles


def test_the_bound_tabs_follow_the_saved_data():
    draft = read(fields(card=["contacts", "1036"]), CHOICES, MANIFEST).draft

    tabs = tabs_from(data_of(draft, MANIFEST), MANIFEST)

    assert [tab.placement for tab in tabs] == [
        "CRM_CONTACT_DETAIL_TAB",
        "CRM_DYNAMIC_1036_DETAIL_TAB",
    ]


def test_no_name_of_a_person_is_saved():
    posted = fields(**{"who-pay": ["users"], "user-pay": ["7:Marta Lindqvist"]})

    data = data_of(read(posted, CHOICES, MANIFEST).draft, MANIFEST)

    assert "Marta" not in repr(data)


@pytest.mark.parametrize("value", ["", ":", "x", "-7", "7.0", "0:Nobody", "\u0667", "9" * 40])
def test_what_is_no_id_names_nobody(value):
    posted = fields(**{"who-pay": ["users"], "user-pay": [value]})

    assert posted_user_ids(posted) == frozenset()
    assert read(posted, CHOICES, MANIFEST).errors == {"who-pay": "nobody_chosen"}


@pytest.mark.parametrize(
    ("rule", "manager", "admin"),
    [
        (Rule(Who.EVERYBODY), True, True),
        (Rule(Who.USERS, frozenset({7})), True, True),
        (Rule(Who.USERS, frozenset({9})), False, True),
        (Rule(Who.ADMINS), False, True),
        (Rule(Who.ADMINS, frozenset({7})), False, True),
        (Rule(Who.NOBODY, frozenset({7})), False, False),
    ],
)
def test_each_kind_of_rule_lets_in_whom_it_says(rule, manager, admin):
    assert rule.allows(MANAGER) is manager
    assert rule.allows(ADMIN) is admin


@pytest.mark.parametrize(
    "saved", [{"who": "departments"}, {"who": None}, {"who": ""}, {"who": "USERS", "users": [7]}]
)
def test_an_unknown_rule_opens_no_door(saved):
    rules = rules_from({"rules": {"pay": saved}})

    assert Action.PAY not in rules.allowed(MANAGER)
    assert Action.PAY in rules.allowed(ADMIN)


def test_a_rule_of_an_unknown_action_is_passed_over():
    assert rules_from({"rules": {"fly": {"who": "nobody"}}}).rules == {}


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=40), max_size=4)))
def test_whatever_is_posted_becomes_a_draft_that_can_be_saved_and_read(posted):
    found = read(posted, CHOICES, MANIFEST)

    data = data_of(found.draft, MANIFEST)
    again = draft_of(data, MANIFEST)

    assert again.cards <= CHOICES.cards
    assert again.user_ids == found.draft.user_ids
    assert found.draft.default_pay_system in {None, *CHOICES.pay_systems}
    if not found.errors:
        assert all(len(title) <= MAX_TITLE for title in found.draft.titles.values())
