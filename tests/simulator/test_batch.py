"""`batch`: parts, references, limits. Source: REST contract d, quirks 43 to 48."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.simulator.rest.batch import split_command, substitute

LIST = "crm.item.payment.list?entityId=8061&entityTypeId=2"


def test_every_part_is_keyed_like_the_commands_and_empty_parts_are_lists(manager):
    answer = manager.batch(list=LIST, users="user.get?ID[0]=7", broken="crm.item.payment.get")

    assert [row["id"] for row in answer["result"]["list"]] == [1036, 1037, 1038, 1039]
    assert answer["result_error"] == {
        "broken": {"error": "100", "error_description": "Could not find value for parameter {id}"}
    }
    assert answer["result_total"] == {"users": 1}
    assert answer["result_next"] == []
    assert set(answer["result_time"]) == {"list", "users"}


def test_a_list_of_commands_gives_arrays_and_gaps_give_objects(manager):
    assert isinstance(manager.result("batch", cmd=["profile", "scope"])["result"], list)

    mixed = manager.result("batch", cmd=["profile", "crm.item.payment.get", "scope"])
    assert set(mixed["result"]) == {"0", "2"}
    assert set(mixed["result_error"]) == {"1"}
    only_first_fails = manager.result("batch", cmd=["crm.item.payment.get", "profile"])
    assert isinstance(only_first_fails["result_error"], list)


def test_keys_that_look_like_numbers_are_numbers(manager):
    answer = manager.result("batch", cmd={"0": "profile", "1": "scope"})

    assert isinstance(answer["result"], list)


def test_names_of_the_parameters_may_be_in_capitals(manager):
    answer = manager.result("batch", CMD={"bad": "crm.item.payment.get", "no": "scope"}, HALT=1)

    assert set(answer["result_error"]) == {"bad"}
    assert answer["result"] == []


def test_a_whole_reference_keeps_its_type(manager):
    answer = manager.batch(
        add="crm.item.payment.add?entityId=8061&entityTypeId=2",
        items="crm.item.payment.product.list?paymentId=$result[add]",
        get="crm.item.payment.get?id=%24result%5Badd%5D",
    )

    assert answer["result"]["items"] == []
    assert answer["result"]["get"]["id"] == answer["result"]["add"]


def test_a_reference_to_nothing_becomes_an_array_and_fails_safely(manager):
    answer = manager.batch(list=LIST, get="crm.item.payment.get?id=$result[missing][0][id]")

    text = "Invalid value {Array} to match with parameter {id}. Should be value of type int."
    assert answer["result_error"]["get"] == {"error": "100", "error_description": text}


PARTS: dict[str, Any] = {
    "result": {"a": [{"id": 5, "n": None}], "b": [{"id": 6}], "e": [], "s": 9},
    "error": {},
    "total": {"a": 1},
    "next": {},
    "time": {},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$result[a][0][id]", 5),
        ("$RESULT[a][0][id]", None),
        ("pay $RESULT[a][0][id] x", "pay $RESULT[a][0][id] x"),
        ("$result[]", "$result[]"),
        ("$results: see(x[s])", "$results: see(x[s])"),
        ("$results:see(x[s]) now", "9 now"),
        ("$result\N{NO-BREAK SPACE}[s] now", "9 now"),
        ("$result[a][0][id].", 5),
        ("$error_description[a]", {}),
        ("$argument[a]", "$argument[a]"),
        ("$total[a]", 1),
        ("pay $result[a][0][id] x", "pay 5 x"),
        ("pay-$result[a][0][id]-x", "pay-5"),
        ("pay $result[a] x", "pay $result[a] x"),
        ("$result[a][0][id],$result[b][0][id]", 5),
        ("$result[a][7][id]", [{"id": 5, "n": None}]),
        ("$result[a][0][n]", {"id": 5, "n": None}),
        ("$result[e][0][id]", []),
        ("$result[s][id]", 9),
        ("$result[missing][0][id]", PARTS["result"]),
        ("$price[a]", "$price[a]"),
    ],
)
def test_references_are_substituted_as_the_portal_does(text, expected):
    assert substitute(text, PARTS) == expected


def test_names_of_a_failed_command_count_once_one_has_failed():
    failed = PARTS | {"error": {"b": {"error": "100", "error_description": "no"}}}

    assert substitute("$argument[a]", failed) is None
    assert substitute("it is $error_description[b][error] now", failed) == "it is 100 now"


def test_references_are_replaced_in_nested_values():
    params = {"filter": {"@id": ["$result[s]"]}}

    assert substitute(params, PARTS) == {"filter": {"@id": [9]}}


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("user.get?ID=1#cut", {"ID": "1"}),
        ("m?filter[%3E%3Did]=5", {"filter": {">=id": "5"}}),
        ("m?a[0]=1&a[1]=2", {"a": ["1", "2"]}),
        ("m?a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("m?a[x][y]=1+2%262", {"a": {"x": {"y": "1 2&2"}}}),
        ("m?a.b=1", {"a_b": "1"}),
        ("m", {}),
    ],
)
def test_commands_are_split_like_php_does(command, params):
    assert split_command(command)[1] == params


def test_halt_ends_at_the_first_error_and_keeps_what_was_done(manager, state):
    answer = manager.batch(
        1,
        pay="crm.item.payment.pay?id=1038",
        broken="crm.item.payment.get?id=1",
        after="crm.item.payment.pay?id=1039",
    )

    assert answer["result"] == {"pay": True}
    assert set(answer["result_error"]) == {"broken"}
    assert state.crm.payments[1038].is_paid
    assert not state.crm.payments[1039].is_paid


def test_command_51_fails_alone(manager):
    answer = manager.batch(**{f"c{number}": "profile" for number in range(51)})

    assert len(answer["result"]) == 50
    assert answer["result_error"] == {
        "c50": {
            "error": "ERROR_BATCH_LENGTH_EXCEEDED",
            "error_description": "Max batch length exceeded",
        }
    }


def test_a_batch_in_a_batch_is_refused(manager):
    answer = manager.batch(inner="batch?cmd[a]=profile")

    assert answer["result_error"]["inner"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_a_command_that_is_no_string_is_skipped_silently(manager):
    answer = manager.batch(odd=5, profile="profile")

    assert set(answer["result"]) == {"profile"}
    assert answer["result_error"] == []


def test_a_missing_scope_is_reported_per_command_without_words(manager, state):
    state.grant_scope(("crm",))

    answer = manager.batch(user="user.current", list=LIST)

    assert answer["result_error"]["user"] == {
        "error": "insufficient_scope",
        "error_description": "",
    }
    assert len(answer["result"]["list"]) == 4


def test_methods_can_be_refused_in_batches_only(manager, portal):
    portal.post("/_control/batch_refused", data={"methods": "crm.item.payment."})

    answer = manager.batch(list=LIST, profile="profile")

    assert answer["result_error"]["list"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert set(answer["result"]) == {"profile"}
    assert len(manager.result("crm.item.payment.list", entityId=8061, entityTypeId=2)) == 4


def test_a_refused_command_can_colour_the_whole_answer(reader, state):
    cmd = {"pay": "crm.item.payment.pay?id=1038", "list": LIST}
    assert reader("batch", cmd=cmd)[0] == 200

    state.switches.is_batch_coloured = True
    status, body = reader("batch", cmd=cmd)
    assert status == 403
    assert len(body["result"]["result"]["list"]) == 4


def test_an_inner_start_pages_a_command(admin):
    encoded = "crm.item.productrow.list?filter[%3DownerType]=D&filter[%3DownerId]=8069"

    answer = admin.batch(first=encoded, second=f"{encoded}&start=50")

    assert answer["result_next"] == {"first": 50}
    assert answer["result_total"] == {"first": 60, "second": 60}


def test_a_batch_comes_as_a_form_too(portal, manager):
    data = {"auth": manager.token.access_token, "halt": "0", "cmd[list]": LIST}

    answer = portal.post("/rest/batch", data=data)

    assert len(answer.get_json()["result"]["result"]["list"]) == 4
