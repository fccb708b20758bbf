"""crm.activity.todo.*. Source: REST contract e.24; quirks 81 to 83."""

from __future__ import annotations

import pytest

DEAL: dict[str, object] = {"ownerTypeId": 2, "ownerId": 8061}
TODO: dict[str, object] = {
    **DEAL,
    "deadline": "2026-08-03T15:00:00+02:00",
    "title": "Payment 3653/1 expected",
    "description": "300.00 EUR",
    "pingOffsets": [0, 1440],
    "colorId": "2",
}
MISSING = (400, "NOT_FOUND", "Not found.")
DENIED = (400, "ACCESS_DENIED", "Access denied")
FEW: dict[str, dict[str, object]] = {
    "updateDeadline": {"value": "2026-08-10T15:00:00+02:00"},
    "updateDescription": {"value": "at last"},
    "updateResponsibleUser": {"responsibleId": 1},
    "updateColor": {"colorId": "5"},
}


def add(caller, **fields):
    return caller.result("crm.activity.todo.add", **{**TODO, **fields})["id"]


def complete(caller, one):
    caller.result("crm.activity.update", id=one, fields={"COMPLETED": "Y"})


def test_a_to_do_belongs_to_its_author_unless_somebody_else_is_named(manager, state):
    mine, others = add(manager), add(manager, responsibleId=1)

    todo = state.crm.activities[mine]
    assert (todo.author_id, todo.responsible_id, todo.subject) == (7, 7, TODO["title"])
    assert (todo.ping_offsets, todo.color_id) == ([0, 1440], "2")
    assert state.crm.activities[others].responsible_id == 1


def test_an_update_empties_what_is_left_out(manager, state):
    one = add(manager)

    answer = manager.result("crm.activity.todo.update", id=one, **DEAL,
                            deadline="2026-08-10T15:00:00+02:00")  # fmt: skip

    todo = state.crm.activities[one]
    assert answer == {"id": one}
    assert (todo.subject, todo.description, todo.ping_offsets) == ("", "", [])


def test_the_deadline_alone_can_be_moved(manager, state):
    one = add(manager)

    manager.result("crm.activity.todo.updateDeadline", id=one, **DEAL, **FEW["updateDeadline"])

    todo = state.crm.activities[one]
    assert todo.deadline.isoformat() == "2026-08-10T15:00:00+02:00"
    assert (todo.subject, todo.ping_offsets) == (TODO["title"], [0, 1440])


@pytest.mark.parametrize(("method", "value"), FEW.items())
def test_single_fields(manager, reader, method, value):
    one = add(manager)
    name = f"crm.activity.todo.{method}"

    assert manager.result(name, id=one, **DEAL, **value) == {"id": one}
    assert manager.error(name, id=one, ownerTypeId=2, ownerId=8062, **value) == MISSING
    assert manager.error(name, id=4711, **DEAL, **value) == MISSING
    assert reader.error(name, id=one, **DEAL, **value) == DENIED


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("update", {"deadline": TODO["deadline"]}, "0"),
        ("updateResponsibleUser", FEW["updateResponsibleUser"], "0"),
        ("updateColor", FEW["updateColor"], "0"),
        ("updateDeadline", FEW["updateDeadline"], "CAN_NOT_UPDATE_COMPLETED_TODO"),
        ("updateDescription", FEW["updateDescription"], "CAN_NOT_UPDATE_COMPLETED_TODO"),
    ],
)
def test_a_completed_to_do_is_refused_in_two_ways(manager, state, method, params, code):
    one = add(manager)
    complete(manager, one)

    answer = manager.error(f"crm.activity.todo.{method}", id=one, **DEAL, **params)

    assert answer[:2] == (400, code)
    state.switches.generation = "old"
    answer = manager.error(f"crm.activity.todo.{method}", id=one, **DEAL, **params)
    assert answer[1] == "CAN_NOT_UPDATE_COMPLETED_TODO"


def test_a_parent_is_completed_by_its_child(manager, state):
    parent = add(manager)

    child = add(manager, parentActivityId=parent)

    assert state.crm.activities[parent].is_completed
    assert not state.crm.activities[child].is_completed
    answer = manager.error("crm.activity.todo.add", **TODO, parentActivityId=parent)
    assert answer[1] == "ERROR_PARENT_ACTIVITY_RESTRICT"


@pytest.mark.parametrize("owner", [{"ownerTypeId": 9999}, {"ownerId": 0}])
def test_an_owner_that_cannot_be(manager, owner):
    assert manager.error("crm.activity.todo.add", **{**TODO, **owner}) == MISSING


def test_what_add_refuses(manager, reader, outsider):
    assert manager.error("crm.activity.todo.add", **{**TODO, "deadline": "soon"})[1] == (
        "WRONG_DATETIME_FORMAT"
    )
    assert manager.error("crm.activity.todo.add", **DEAL)[1:] == (
        "100", "Could not find value for parameter {deadline}",
    )  # fmt: skip
    assert reader.error("crm.activity.todo.add", **TODO) == DENIED
    one = add(manager)
    update = {"id": one, **DEAL, "deadline": TODO["deadline"]}
    assert outsider.error("crm.activity.todo.update", **update) == MISSING
