"""Users, placements, events, options. Source: REST contract e.18 to e.22."""

from __future__ import annotations

import pytest

HANDLER = "https://app.example/placement"
TAB = "CRM_DEAL_DETAIL_TAB"


def test_a_brief_scope_shows_names_and_no_mail(manager, state):
    [user] = manager.result("user.get", ID=["7"])
    assert (user["ID"], user["NAME"], "EMAIL" in user) == ("7", "Marta", False)

    state.grant_scope(("user",))
    assert "@" in manager.result("user.get", ID=7)[0]["EMAIL"]


def test_users_without_hits_come_without_total(manager):
    _, body = manager("user.get", ID=44)

    assert body["result"] == []
    assert "total" not in body


def test_a_filter_replaces_the_other_conditions(manager):
    found = manager.result("user.get", ID=7, FILTER={"ID": [1, 9]})

    assert [user["ID"] for user in found] == ["1", "9"]


def test_users_leave_out_extranet_and_keep_the_dismissed(manager):
    found = {user["ID"]: user["ACTIVE"] for user in manager.result("user.get")}

    assert found["15"] is False
    assert "20" not in found


def test_a_binding_is_shown_and_binding_it_again_is_an_error(admin, state):
    params = {"PLACEMENT": TAB, "HANDLER": HANDLER, "LANG_ALL": {"de": {"TITLE": "Zahlungen"}}}
    assert admin.result("placement.bind", **params) is True

    [binding] = admin.result("placement.get")
    assert (binding["placement"], binding["handler"]) == (TAB, HANDLER)
    assert binding["langAll"]["de"]["TITLE"] == "Zahlungen"
    assert binding["options"] == []
    assert admin.error("placement.bind", **params) == (
        400,
        "ERROR_CORE",
        "Unable to set placement handler: Handler already binded",
    )
    assert state.placements_of(TAB)[0].title_in("de") == "Zahlungen"


@pytest.mark.parametrize(
    ("language", "shown"), [("de", "Zahlungen"), ("ar", "Payments"), ("kz", "Оплаты")]
)
def test_a_title_that_is_missing_is_shown_in_the_language_that_stands_in(
    admin, state, language, shown
):
    titles = {"de": "Zahlungen", "en": "Payments", "ru": "Оплаты"}
    texts = {code: {"TITLE": title} for code, title in titles.items()}
    admin.result("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER, LANG_ALL=texts)

    assert state.placements_of(TAB)[0].title_in(language) == shown


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("pt-BR", {"TITLE": "Pagamentos"}),
        ("de", {"DESCRIPTION": "Zahlungen"}),
        ("de", {"TITLE": " "}),
        ("de", {"TITLE": "Z" * 256}),
    ],
)
def test_a_language_that_cannot_be_kept_fails_after_the_binding_was_made(admin, language, texts):
    given = {"en": {"TITLE": "Payments"}, language: texts, "ru": {"TITLE": "Оплаты"}}
    status, code, text = admin.error(
        "placement.bind", PLACEMENT=TAB, HANDLER=HANDLER, LANG_ALL=given
    )

    assert (status, code) == (400, "ERROR_CORE")
    assert text.startswith("Unable to set placements language: ")
    [binding] = admin.result("placement.get")
    assert list(binding["langAll"]) == ["en"]


def test_unbind_counts_two_for_every_binding(admin):
    admin.result("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER)

    assert admin.result("placement.unbind", PLACEMENT=TAB, HANDLER=HANDLER) == {"count": 2}
    assert admin.result("placement.unbind", PLACEMENT=TAB) == {"count": 0}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"HANDLER": HANDLER}, "ERROR_ARGUMENT"),
        (
            {"PLACEMENT": "CRM_DYNAMIC_1_DETAIL_TAB", "HANDLER": HANDLER},
            "ERROR_PLACEMENT_NOT_FOUND",
        ),
        ({"PLACEMENT": "DEFAULT", "HANDLER": HANDLER}, "ERROR_ARGUMENT"),
        ({"PLACEMENT": TAB, "HANDLER": "https://localhost/x"}, "ERROR_WRONG_HANDLER_URL"),
        ({"PLACEMENT": TAB, "HANDLER": "ftp://app.example/x"}, "ERROR_UNSUPPORTED_PROTOCOL"),
    ],
)
def test_bindings_that_are_refused(admin, params, code):
    assert admin.error("placement.bind", **params)[:2] == (400, code)


def test_a_loopback_address_has_a_dot_and_is_taken(admin):
    url = "http://127.0.0.1:8000/placement"

    assert admin.result("placement.bind", PLACEMENT=TAB, HANDLER=url) is True


@pytest.mark.parametrize("method", ["placement.bind", "placement.unbind", "placement.get"])
def test_placements_are_for_portal_administrators(manager, method):
    answer = manager.error(method, PLACEMENT=TAB, HANDLER=HANDLER)

    assert answer == (403, "ACCESS_DENIED", "Access denied!")


def test_crm_placements_need_the_scope_crm(admin, state):
    state.grant_scope(("placement",))

    answer = admin.error("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER)

    assert answer[1] == "ERROR_PLACEMENT_NOT_FOUND"


def test_tabs_of_every_type_are_available(manager):
    codes = manager.result("placement.list")

    assert {TAB, "CRM_SMART_INVOICE_DETAIL_TAB", "CRM_DYNAMIC_1036_DETAIL_TAB"} <= set(codes)


@pytest.mark.parametrize("method", ["placement.list", "event.get"])
def test_a_webhook_is_no_application(portal, method):
    token = portal.post("/_control/token", data={"user": 1, "kind": "webhook"}).get_json()

    answer = portal.post(f"/rest/{method}", json={"auth": token["access_token"]})

    assert (answer.status_code, answer.get_json()["error"]) == (403, "WRONG_AUTH_TYPE")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"FILTER": {"@ID": ["7", 9]}, "SORT": "ID", "ORDER": "DESC"}, ["9", "7"]),
        ({"filter": {"!ID": 1, "ACTIVE": "Y"}}, ["7", "9", "12"]),
        ({"sort": "LAST_NAME", "order": "asc", "ID": [1, 7, 9]}, ["1", "7", "9"]),
        ({"sort": "NAME", "order": "desc", "ID": [1, 7, 9]}, ["7", "9", "1"]),
        ({"order": "DESC", "ID": [1, 7]}, ["1", "7"]),
        ({"%LAST_NAME": "LIND"}, ["7"]),
        ({"NAME": "marta"}, ["7"]),
        ({"ACTIVE": False}, ["15"]),
    ],
)
def test_users_are_filtered_and_sorted_by_any_field(manager, params, expected):
    assert [user["ID"] for user in manager.result("user.get", **params)] == expected


def test_user_get_answers_the_selected_fields(manager):
    [user] = manager.result("user.get", ID=7, select=["ID", "NAME"])

    assert user == {"ID": "7", "NAME": "Marta"}


def test_events_are_bound_once_and_unbound(admin):
    params = {"event": "onAppUninstall", "handler": "https://app.example/events"}
    assert admin.result("event.bind", **params) is True

    assert admin.result("event.get") == [
        {
            "event": "ONAPPUNINSTALL",
            "handler": "https://app.example/events",
            "auth_type": "0",
            "offline": 0,
        }
    ]
    assert admin.error("event.bind", **params) == (
        400,
        "ERROR_CORE",
        "Unable to set event handler: Handler already binded",
    )
    assert admin.result("event.unbind", **params) == {"count": 1}


@pytest.mark.parametrize("event", ["ONNOTHING", "ONPAYMENTENTITYSAVED"])
def test_an_event_without_its_scope_looks_unknown(admin, event):
    answer = admin.error("event.bind", event=event, handler="https://app.example/events")

    assert answer == (400, "ERROR_EVENT_NOT_FOUND", "Event not found")


def test_names_of_placement_and_event_parameters_may_be_in_any_case(admin):
    handler = "https://app.example/x"
    assert admin.result("placement.bind", placement=TAB.lower(), handler=handler, title="Pay")
    assert admin.result("event.bind", EVENT="onAppUpdate", HANDLER=handler, AUTH_TYPE=7)

    assert [one["placement"] for one in admin.result("placement.get")] == [TAB]
    assert admin.result("event.get")[0]["auth_type"] == "7"
    assert admin.result("placement.unbind", placement=TAB.lower()) == {"count": 2}
    assert admin.result("event.unbind", EVENT="ONAPPUPDATE", HANDLER=handler) == {"count": 1}


@pytest.mark.parametrize("method", ["event.bind", "event.unbind"])
@pytest.mark.parametrize(
    ("params", "argument", "text"),
    [
        ({"handler": "https://app.example/x"}, "EVENT", "Argument 'EVENT' is null or empty"),
        ({"event": "ONAPPUPDATE"}, "HANDLER", "Argument 'HANDLER' is null or empty"),
        (
            {"event": "ONAPPUPDATE", "event_type": "odd"},
            "EVENT_TYPE",
            "Value must be one of {online|offline}",
        ),
    ],
)
def test_an_event_needs_its_name_handler_and_type(admin, method, params, argument, text):
    status, body = admin(method, **params)

    assert (status, body) == (
        400,
        {"error": "ERROR_ARGUMENT", "error_description": text, "argument": argument},
    )


def test_events_to_be_fetched_have_no_handler_and_need_an_administrator(admin, manager):
    params = {"event": "ONAPPUPDATE", "event_type": "offline"}
    assert admin.result("event.bind", **params) is True

    shown = {"event": "ONAPPUPDATE", "connector_id": "", "offline": 1}
    assert admin.result("event.get") == [shown]
    for method in ("event.bind", "event.unbind"):
        assert manager.error(method, **params)[:2] == (403, "ACCESS_DENIED")
    assert admin.result("event.unbind", **params) == {"count": 1}


def test_all_parameters_are_options_where_options_are_not_named(admin):
    assert admin.result("app.option.set", color="blue", size="2") is True

    assert admin.result("app.option.get") == {"color": "blue", "size": "2"}
    assert admin.error("app.option.set") == (
        400,
        "ERROR_ARGUMENT",
        "Argument 'options' is null or empty",
    )


def test_options_of_a_user_are_that_users_own(admin, manager):
    manager.result("user.option.set", options={"compact": "Y"})

    assert manager.result("user.option.get") == {"compact": "Y"}
    assert manager.result("user.option.get", option="compact") == "Y"
    assert admin.result("user.option.get") == []


def test_the_time_of_the_server_has_its_offset(manager):
    assert manager.result("server.time") == "2026-07-01T11:00:00+02:00"


def test_options_are_merged_and_set_by_administrators(admin, manager):
    admin.result("app.option.set", options={"a": "1"})
    admin.result("app.option.set", options={"b": "2"})

    assert manager.result("app.option.get") == {"a": "1", "b": "2"}
    assert manager.result("app.option.get", option="a") == "1"
    assert manager.result("app.option.get", option="odd") is None
    assert manager.error("app.option.set", options={"a": "9"})[:2] == (403, "ACCESS_DENIED")


def test_method_get_knows_controller_methods_and_methods_does_not(manager):
    assert manager.result("method.get", name="crm.item.payment.pay") == {
        "isExisting": True,
        "isAvailable": True,
    }
    assert manager.result("method.get", name="department.get")["isAvailable"] is False
    assert "crm.item.payment.pay" not in manager.result("methods")
