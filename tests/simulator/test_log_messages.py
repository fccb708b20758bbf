"""crm.timeline.logmessage.*. Source: REST contract e.23; quirks 79 and 80."""

from __future__ import annotations

import pytest

DEAL = {"entityTypeId": 2, "entityId": 8061}
LINE = {**DEAL, "title": "Payment 3653/1", "text": "Marked as paid", "iconCode": "wallet"}


def write(caller, number=1, **fields):
    for count in range(1, number + 1):
        made = caller.result(
            "crm.timeline.logmessage.add", fields={**LINE, "title": f"Line {count}", **fields}
        )
    return made["logMessage"]


def test_a_line_names_who_acted_and_is_found_by_all_applications(manager, reader, state, as_user):
    made = write(manager, title="Paid")

    assert (made["authorId"], made["title"]) == (7, "Paid")
    others = as_user(7, token=state.issue_tokens_for(state.other_application, 7))
    assert others.result("crm.timeline.logmessage.get", id=made["id"])["logMessage"] == made
    assert reader.result("crm.timeline.logmessage.list", **DEAL)["logMessages"] == [made]
    assert state.crm.log_messages[made["id"]].client_id == state.application.client_id


@pytest.mark.parametrize("missing", ["entityTypeId", "entityId", "title", "text", "iconCode"])
def test_a_line_needs_all_its_fields_before_rights_are_asked(outsider, missing):
    fields = {name: value for name, value in LINE.items() if name != missing}

    answer = outsider.error("crm.timeline.logmessage.add", fields=fields)

    assert answer == (400, "0", f"Missing a required field: {missing}")


def test_an_unknown_icon_is_taken(manager):
    assert write(manager, iconCode="no_such_icon")["iconCode"] == "no_such_icon"


def test_a_line_needs_the_right_to_update(reader, outsider):
    denied = (400, "ACCESS_DENIED", "Access denied")

    assert reader.error("crm.timeline.logmessage.add", fields=LINE) == denied
    assert outsider.error("crm.timeline.logmessage.list", **DEAL) == denied


def test_an_administrator_writes_to_an_object_that_does_not_exist(admin):
    assert write(admin, entityId=13123000)["title"] == "Line 1"
    assert admin.error("crm.timeline.logmessage.add", fields={**LINE, "entityId": 0})[1] == (
        "OWNER_NOT_FOUND"
    )


def test_new_servers_read_offset_alone_and_always_say_that_the_next_page_is_10(manager):
    write(manager, 12)

    def page(**paging):
        _, body = manager("crm.timeline.logmessage.list", **DEAL, **paging)
        return [line["title"] for line in body["result"]["logMessages"]], body["next"]

    first = [f"Line {number}" for number in range(12, 2, -1)]
    assert page() == page(start=10) == (first, 10)
    assert page(start=10, offset=10) == (["Line 2", "Line 1"], 10)
    _, body = manager("crm.timeline.logmessage.list", **DEAL)
    assert body["total"] == 12


def test_the_documented_list_is_bare_and_paged_by_start(manager, state):
    write(manager, 12)
    state.switches.generation = "old"

    _, first = manager("crm.timeline.logmessage.list", **DEAL)
    _, second = manager("crm.timeline.logmessage.list", **DEAL, start=10)

    assert (len(first["result"]), first["next"], first["total"]) == (10, 10, 12)
    assert [line["title"] for line in second["result"]] == ["Line 2", "Line 1"]
    assert "next" not in second


@pytest.mark.parametrize(
    ("order", "first"),
    [({"id": "asc"}, "Line 1"), ({"id": "ASC"}, "Line 3"), ({"title": "asc"}, "Line 3")],
)
def test_only_directions_in_lower_case_are_read(manager, order, first):
    write(manager, 3)

    lines = manager.result("crm.timeline.logmessage.list", **DEAL, order=order)["logMessages"]

    assert lines[0]["title"] == first


def test_a_line_is_deleted_by_an_administrator_through_the_application_that_wrote_it(
    admin, manager, state, as_user
):
    line = write(manager)
    others = as_user(1, token=state.issue_tokens_for(state.other_application, 1))

    assert manager.error("crm.timeline.logmessage.delete", id=line["id"])[1] == "ACCESS_DENIED"
    assert manager.error("crm.timeline.logmessage.delete", id=1)[1] == "ACCESS_DENIED"
    assert others.error("crm.timeline.logmessage.delete", id=line["id"])[1] == "REMOVING_DISABLED"
    assert admin.result("crm.timeline.logmessage.delete", id=line["id"]) is True
    assert admin.error("crm.timeline.logmessage.delete", id=line["id"])[1] == "NOT_FOUND"


def test_a_batch_writes_lines(manager, state):
    fields = "&".join(f"fields[{name}]={value}" for name, value in LINE.items())
    commands = {f"c{number}": f"crm.timeline.logmessage.add?{fields}" for number in range(3)}

    made = manager.batch(**commands)["result"]

    assert [one["logMessage"]["id"] for one in made.values()] == [*state.crm.log_messages]


def test_a_portal_can_lack_all_methods_of_a_name(manager, state):
    state.switches.missing_methods.add("crm.timeline.logmessage.*")

    assert manager.error("crm.timeline.logmessage.add", fields=LINE)[:2] == (
        404, "ERROR_METHOD_NOT_FOUND",
    )  # fmt: skip
    assert manager.result("method.get", name="crm.timeline.logmessage.list")["isExisting"] is False
    assert manager.result("method.get", name="crm.timeline.comment.add")["isExisting"] is True
