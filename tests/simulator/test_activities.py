"""crm.activity.list, get, update, delete. Source: REST contract e.27; quirks 82, 84 and 87."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from b24app.simulator.portal_state.timeline import CONFIGURABLE, TODO, Activity

BINDING = {"OWNER_TYPE_ID": 2, "OWNER_ID": 8061}
NOON = datetime(2026, 8, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def plan(state):
    """Return a function that puts an activity on a card, and returns its id."""

    def planned(origin_id="", *, owner=(2, 8061), provider=CONFIGURABLE, **fields):
        activity = Activity(
            state.crm.next_id("activity"), owner, provider, 7, 7, state.clock.now(),
            state.clock.now(), {"en": "Payment expected", "de": "Zahlung erwartet"},
            originator_id="payments" if origin_id else "", origin_id=origin_id,
            client_id=state.application.client_id, **fields,
        )  # fmt: skip
        state.crm.activities[activity.id] = activity
        return activity.id

    return planned


def ids(caller, **params):
    return [row["ID"] for row in caller.result("crm.activity.list", **params)]


def test_ours_are_found_among_those_of_others(manager, plan, state):
    mine = plan("1038", deadline=NOON)
    plan("1038", is_completed=True)
    plan("1039", owner=(2, 8062))
    plan("1038", provider=TODO)

    found = manager.result(
        "crm.activity.list",
        filter={"BINDINGS": [BINDING], "PROVIDER_ID": CONFIGURABLE, "ORIGINATOR_ID": "payments",
                "COMPLETED": "N"},
        select=["ID", "OWNER_ID", "SUBJECT", "DEADLINE", "ORIGIN_ID", "PROVIDER_PARAMS"],
    )  # fmt: skip

    made_by = {"clientId": state.application.client_id, "badgeCode": None}
    assert found == [
        {"ID": str(mine), "OWNER_ID": "8061", "SUBJECT": "Payment expected",
         "DEADLINE": "2026-08-03T14:00:00+02:00", "ORIGIN_ID": "1038",
         "PROVIDER_PARAMS": made_by}
    ]  # fmt: skip


def test_lists_come_by_start_time_or_as_asked_50_a_page(manager, plan):
    made = [plan(str(number), deadline=NOON - timedelta(days=number)) for number in range(1, 61)]
    conditions = {"ORIGINATOR_ID": "payments"}

    _, first = manager("crm.activity.list", filter=conditions)
    _, second = manager("crm.activity.list", filter=conditions, start=50)
    newest_first = ids(manager, filter=conditions, order={"ID": "DESC"})

    assert (first["total"], first["next"]) == (60, 50)
    assert [row["ID"] for row in first["result"] + second["result"]] == [
        str(one) for one in reversed(made)
    ]
    assert "next" not in second
    assert newest_first[0] == str(made[-1])


def test_a_second_pair_of_bindings_can_bring_a_row_twice(manager, plan):
    mine = str(plan("1038"))
    only_mine = {"ORIGINATOR_ID": "payments"}

    assert ids(manager, filter={**only_mine, "BINDINGS": [BINDING]}) == [mine]
    pairs = [BINDING, {"OWNER_TYPE_ID": 2}]
    assert ids(manager, filter={**only_mine, "BINDINGS": pairs}) == [mine, mine]


@pytest.mark.parametrize(
    ("conditions", "is_found"),
    [
        ({"!COMPLETED": "Y"}, True),
        ({"@ORIGIN_ID": ["1", "1038"]}, True),
        ({">DEADLINE": "2026-08-03T00:00:00+02:00"}, True),
        ({"<DEADLINE": "2026-08-03T00:00:00+02:00"}, False),
        ({"OWNER_TYPE_ID": 2, "OWNER_ID": 8062}, False),
        ({"originatorId": "somebody"}, True),
    ],
)
def test_conditions(manager, plan, conditions, is_found):
    mine = str(plan("1038", deadline=NOON))

    found = ids(manager, filter={"ORIGINATOR_ID": "payments", **conditions})

    assert found == ([mine] if is_found else [])


def test_what_one_may_not_read_is_missing(outsider, manager, state, plan):
    mine = plan("1038", provider=TODO)

    assert ids(outsider) == []
    assert outsider.error("crm.activity.get", id=mine) == (400, "", "")
    assert manager.error("crm.activity.get", id=4711) == (400, "", "")
    state.switches.generation = "old"
    assert manager.error("crm.activity.get", id=4711) == (400, "", "Activity is not found.")


def test_no_deadline_is_the_last_date_of_the_database(manager, plan):
    found = manager.result("crm.activity.get", id=plan("1038", provider=TODO))

    assert found["DEADLINE"].startswith("9999-12-31")
    assert found["PROVIDER_PARAMS"] == []


def test_a_to_do_is_completed_by_the_older_method(manager, state, plan):
    todo = plan("1038", provider=TODO)

    done = manager.result("crm.activity.update", id=todo, fields={"COMPLETED": "Y"})

    assert done is True
    assert state.crm.activities[todo].is_completed
    assert manager.result("crm.activity.get", id=todo)["STATUS"] == "2"


def test_a_to_do_can_be_given_an_origin(manager, plan):
    todo = plan(provider=TODO)

    manager.result("crm.activity.update", id=todo,
                   fields={"ORIGINATOR_ID": "payments", "ORIGIN_ID": "1038"})  # fmt: skip

    assert ids(manager, filter={"ORIGINATOR_ID": "payments", "ORIGIN_ID": 1038}) == [str(todo)]


@pytest.mark.parametrize("method", ["get", "update"])
def test_the_older_methods_send_configurable_activities_elsewhere(manager, plan, method):
    answer = manager.error(f"crm.activity.{method}", id=plan("1038"), fields={"COMPLETED": "Y"})

    text = f"Use crm.activity.configurable.{method} for this activity provider"
    assert answer == (400, "", text)


def test_a_change_needs_the_right_to_update_and_a_deletion_that_to_delete(manager, state, plan):
    todo = plan("1038", provider=TODO)
    denied = (400, "", "Access denied.")

    state.users[7].rights["deal"] = "update"
    assert manager.result("crm.activity.update", id=todo, fields={"SUBJECT": "Call"}) is True
    assert manager.error("crm.activity.delete", id=todo) == denied
    state.users[7].rights["deal"] = "read"
    assert manager.error("crm.activity.update", id=todo, fields={"SUBJECT": "x"}) == denied
    assert state.crm.activities[todo].subject == "Call"


def test_any_application_deletes_an_activity(state, as_user, plan):
    others = as_user(7, token=state.issue_tokens_for(state.other_application, 7))
    mine = plan("1038")

    assert others.result("crm.activity.delete", id=mine) is True
    assert others.error("crm.activity.delete", id=mine) == (400, "", "Activity is not found.")
    assert others.error("crm.activity.delete", id="x")[2] == "ID is not defined or invalid."


def test_handlers_are_told_of_changes(admin, state, plan):
    todo = plan("1038", provider=TODO)
    admin.result("event.bind", event="onCrmActivityUpdate", handler="https://app.example/e")

    admin.result("crm.activity.update", id=todo, fields={"COMPLETED": "Y"})

    [queued] = state.events.pending
    assert queued.body["data"] == {"FIELDS": {"ID": todo}}
