"""crm.activity.configurable.* and the badges on them. Source: REST contract e.25 and e.26."""

from __future__ import annotations

import copy
from typing import Any

import pytest

DEAL = {"ownerTypeId": 2, "ownerId": 8061}
FIELDS = {"deadline": "2026-08-03T15:00:00+02:00", "originatorId": "payments", "originId": "1038"}
OPEN_APP = {"type": "openRestApp", "actionParams": {"paymentId": "1038"}}
LAYOUT: dict[str, Any] = {
    "icon": {"code": "clock"},
    "header": {"title": {"en": "Payment expected", "de": "Zahlung erwartet"},
               "tags": {"due": {"type": "warning", "title": "due"}}},
    "body": {"logo": {"code": "bank-card"}, "blocks": {
        "sum": {"type": "text", "properties": {"value": "300.00 EUR"}},
        "when": {"type": "deadline"}}},
    "footer": {"buttons": {"open": {"title": "Open", "type": "primary", "action": OPEN_APP}}},
}  # fmt: skip
BADGE = {"code": "payments_due", "title": {"en": "Payment", "de": "Zahlung"},
         "value": "Due", "type": "warning"}  # fmt: skip


def add(caller, layout=LAYOUT, **fields):
    made = caller.result(
        "crm.activity.configurable.add", **DEAL, fields={**FIELDS, **fields}, layout=layout
    )
    return made["activity"]["id"]


def changed(path, value):
    """Return the layout with one part replaced; None takes it away."""
    layout = copy.deepcopy(LAYOUT)
    *parents, last = path.split(".")
    part = layout
    for name in parents:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return layout


def test_what_was_sent_is_read_back(manager):
    one = add(manager, pingOffsets=[0, "1440"])

    assert manager.result("crm.activity.configurable.get", id=one)["activity"] == {
        "id": one, **DEAL, "layout": LAYOUT,
        "fields": {"typeId": "CONFIGURABLE", "completed": False, "isIncomingChannel": False,
                   "responsibleId": 7, "badgeCode": None, **FIELDS, "pingOffsets": [0, 1440]},
    }  # fmt: skip


def test_lists_show_the_title_in_the_readers_language(manager, state):
    add(manager)
    state.users[7].language = "de"

    [row] = manager.result("crm.activity.list", filter={"ORIGINATOR_ID": "payments"})

    assert (row["SUBJECT"], row["PROVIDER_ID"]) == ("Zahlung erwartet", "CONFIGURABLE_REST_APP")
    assert row["PROVIDER_PARAMS"]["clientId"] == state.application.client_id


def test_one_update_closes_it_and_touches_nothing_else(manager):
    one = add(manager)
    before = manager.result("crm.activity.configurable.get", id=one)["activity"]

    manager.result("crm.activity.configurable.update", id=one, fields={"completed": "Y"})

    after = manager.result("crm.activity.configurable.get", id=one)["activity"]
    assert after == {**before, "fields": {**before["fields"], "completed": True}}
    manager.result("crm.activity.configurable.update", id=one, fields={"completed": "N"})
    assert manager.result("crm.activity.configurable.get", id=one)["activity"] == before


@pytest.mark.parametrize("value", ["Y", "y", True, 1, "1", "true", "N", "n", False, 0, "0",
                                   "false"])  # fmt: skip
def test_flags_in_every_documented_form(manager, state, value):
    one = add(manager, completed=value)

    assert state.crm.activities[one].is_completed is (value in ("Y", "y", True, "1", "true"))


def test_an_empty_deadline_does_not_remove_it(manager, state):
    one = add(manager)

    manager.result("crm.activity.configurable.update", id=one, fields={"deadline": ""})

    assert state.crm.activities[one].deadline is not None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"completed": "yes"}, "WRONG_FIELD_VALUE"),
        ({"pingOffsets": [-1]}, "WRONG_FIELD_VALUE"),
        ({"pingOffsets": ["soon"]}, "WRONG_FIELD_VALUE"),
        ({"responsibleId": 4711}, "WRONG_FIELD_VALUE"),
        ({"badgeCode": "no_such_badge"}, "WRONG_FIELD_VALUE"),
        ({"typeId": "OWN"}, "WRONG_FIELD_VALUE"),
        ({"deadline": "tomorrow"}, "WRONG_DATETIME_FORMAT"),
        ({"deadline": "2026-02-30T00:00:00Z"}, "WRONG_DATETIME_FORMAT"),
        ({"isIncomingChannel": "Y"}, "INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE"),
    ],
)
def test_fields_that_are_refused(manager, state, fields, code):
    answer = manager.error("crm.activity.configurable.add", **DEAL,
                           fields={**FIELDS, **fields}, layout=LAYOUT)  # fmt: skip

    assert answer[:2] == (400, code)
    assert [one.origin_id for one in state.crm.activities.values()] == [""]
    if "typeId" in fields:
        code = "CANT_CHANGE_PROVIDER_TYPE_ID"
    one = add(manager)
    assert manager.error("crm.activity.configurable.update", id=one, fields=fields)[1] == code


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ({}, "ERROR_EMPTY_LAYOUT"),
        (changed("icon", None), "FIELD_IS_REQUIRED"),
        (changed("header.title", None), "FIELD_IS_REQUIRED"),
        (changed("body.logo", None), "FIELD_IS_REQUIRED"),
        (changed("footer.buttons.open.action", {"type": "redirect"}), "FIELD_IS_REQUIRED"),
        (changed("footer.buttons.open.action.href", "/crm/"), "FIELD_IS_REDUNDANT"),
        (changed("header.tags.due.scope", "web"), "FIELD_IS_REDUNDANT"),
        (changed("header.tags.due.type", "lavender"), "ENUM_FIELD"),
        (changed("body.blocks.sum.type", "picture"), "ENUM_FIELD"),
        (changed("footer.buttons.open.type", "danger"), "ENUM_FIELD"),
        (changed("header.title", {"xx": "Payment"}), "WRONG_LANG"),
        (changed("body.blocks.my block", {"type": "deadline"}), "KEY_CONTAIN_WRONG_SYMBOLS"),
        (changed("body.blocks", {f"b{n}": {"type": "deadline"} for n in range(21)}),
         "TOO_MANY_ITEMS"),
        (changed("header.tags", {f"t{n}": {"type": "primary", "title": "x"} for n in range(3)}),
         "TOO_MANY_ITEMS"),
        (changed("footer.buttons", {f"b{n}": LAYOUT["footer"]["buttons"]["open"]
                                    for n in range(3)}), "TOO_MANY_ITEMS"),
        (changed("footer.buttons.open.action.actionParams", {f"p{n}": n for n in range(21)}),
         "TOO_MANY_ITEMS"),
        (changed("footer.buttons.open.action.actionParams", {"a": {"b": 1}}), "WRONG_FIELD_VALUE"),
    ],
)  # fmt: skip
def test_layouts_that_are_refused(manager, state, layout, code):
    answer = manager.error("crm.activity.configurable.add", **DEAL, fields={}, layout=layout)

    assert answer[:2] == (400, code)
    one = add(manager)
    assert manager.error("crm.activity.configurable.update", id=one, layout=layout)[1] == code
    assert state.crm.activities[one].layout == LAYOUT


def test_blocks_with_titles_and_in_lines_are_taken(manager):
    link = {"type": "link", "properties": {"text": "Payment", "bold": True, "action": OPEN_APP}}
    titled = {"type": "withTitle", "properties": {"title": "Number", "inline": True, "block": link}}
    line = {"type": "lineOfBlocks", "properties": {"blocks": {"a": link}}}

    assert add(manager, changed("body.blocks", {"a": titled, "b": line}))


def test_an_application_is_needed_and_it_has_to_be_the_one_that_made_it(manager, state, as_user):
    one = add(manager)
    webhook = as_user(7, token=state.tokens.issue(7, None, ("crm",), 0))
    others = as_user(1, token=state.issue_tokens_for(state.other_application, 1))

    for method in ("get", "update"):
        name = f"crm.activity.configurable.{method}"
        assert webhook.error(name, id=one)[1] == "ERROR_WRONG_CONTEXT"
        assert others.error(name, id=one)[1] == "ERROR_WRONG_APPLICATION"
    add_error = webhook.error("crm.activity.configurable.add", **DEAL, fields={}, layout=LAYOUT)
    assert add_error[1] == "ERROR_WRONG_CONTEXT"


def test_rights_on_the_owner(manager, reader, outsider):
    one = add(manager)
    denied = (400, "ACCESS_DENIED", "Access denied")
    missing = (400, "NOT_FOUND", "Not found.")
    closing = {"id": one, "fields": {"completed": "Y"}}

    assert reader.error("crm.activity.configurable.add", **DEAL, fields={},
                        layout=LAYOUT) == denied  # fmt: skip
    assert reader.error("crm.activity.configurable.update", **closing) == denied
    assert reader.result("crm.activity.configurable.get", id=one)["activity"]["id"] == one
    assert outsider.error("crm.activity.configurable.get", id=one) == missing
    assert outsider.error("crm.activity.configurable.update", **closing) == missing


@pytest.mark.parametrize("owner", [{"ownerTypeId": 9999}, {"ownerId": 0}])
def test_an_owner_that_cannot_be(manager, owner):
    answer = manager.error("crm.activity.configurable.add", **{**DEAL, **owner}, fields={},
                           layout=LAYOUT)  # fmt: skip

    assert answer == (400, "NOT_FOUND", "Not found.")


def test_a_plain_activity_is_not_configurable(manager):
    assert manager.error("crm.activity.configurable.get", id=999)[1] == "NOT_FOUND"


@pytest.mark.parametrize("missing", ["ownerId", "fields", "layout"])
def test_parameters_are_bound_first(manager, missing):
    params = {**DEAL, "fields": {}, "layout": LAYOUT}
    del params[missing]

    answer = manager.error("crm.activity.configurable.add", **params)

    assert answer == (400, "100", f"Could not find value for parameter {{{missing}}}")


def test_a_badge_is_made_by_an_administrator_and_used_by_all(admin, manager, state):
    denied = (400, "ACCESS_DENIED", "Access denied")
    assert manager.error("crm.activity.badge.add", **BADGE) == denied
    assert admin.result("crm.activity.badge.add", **BADGE) == {"badge": BADGE}

    assert manager.result("crm.activity.badge.list") == {"badges": [BADGE]}
    assert manager.result("crm.activity.badge.get", code=BADGE["code"]) == {"badge": BADGE}
    one = add(manager, badgeCode=BADGE["code"])
    assert state.crm.activities[one].badge_code == BADGE["code"]
    manager.result("crm.activity.configurable.update", id=one, fields={"badgeCode": ""})
    assert state.crm.activities[one].badge_code == ""
    assert manager.error("crm.activity.badge.delete", code=BADGE["code"]) == denied
    assert admin.result("crm.activity.badge.delete", code=BADGE["code"]) is True
    text = f"Badge not found for code `{BADGE['code']}`"
    assert admin.error("crm.activity.badge.get", code=BADGE["code"]) == (400, "NOT_FOUND", text)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "danger"}, "WRONG_TYPE_VALUE"),
        ({"title": {"xx": "Payment"}}, "0"),
        ({"value": ""}, "REQUIRED_ARG_MISSING"),
        ({"value": {"en": ""}}, "0"),
        ({"code": "x" * 31}, "0"),
    ],
)
def test_badges_that_are_refused(admin, state, fields, code):
    assert admin.error("crm.activity.badge.add", **{**BADGE, **fields})[1] == code
    assert state.badges == {}


def test_a_portal_with_few_languages_refuses_texts_in_others(manager, admin, state):
    state.switches.languages = {"en"}

    assert admin.error("crm.activity.badge.add", **BADGE)[2] == "Language `de` was not found"
    assert manager.error("crm.activity.configurable.add", **DEAL, fields={},
                         layout=LAYOUT)[1] == "WRONG_LANG"  # fmt: skip


def test_a_batch_closes_what_it_found(manager, state):
    one = add(manager)

    manager.batch(
        found="crm.activity.list?filter[ORIGINATOR_ID]=payments&filter[ORIGIN_ID]=1038",
        close="crm.activity.configurable.update?id=$result[found][0][ID]&fields[completed]=Y",
    )

    assert state.crm.activities[one].is_completed
