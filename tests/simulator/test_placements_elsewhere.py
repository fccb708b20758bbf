"""Placements beside the card tab. Source: REST contract e.20 and e.28; quirk 89."""

from __future__ import annotations

import pytest

HANDLER = "https://app.example/placement"
CODES = (
    "CRM_DEAL_LIST_MENU", "CRM_SMART_INVOICE_LIST_MENU", "CRM_DYNAMIC_1036_LIST_MENU",
    "CRM_DEAL_DETAIL_TOOLBAR", "CRM_SMART_INVOICE_DETAIL_TOOLBAR", "REST_APP_URI",
)  # fmt: skip


def bind(caller, code, **fields):
    return caller.error("placement.bind", PLACEMENT=code, HANDLER=HANDLER, **fields)


@pytest.mark.parametrize("code", CODES)
def test_they_are_listed_bound_read_and_unbound(admin, manager, code):
    assert code in manager.result("placement.list")
    fields = {"TITLE": "Payments", "GROUP_NAME": "Shop", "OPTIONS": {"width": 900}}
    assert bind(admin, code, **fields)[0] == 200

    [binding] = admin.result("placement.get")
    assert (binding["placement"], binding["handler"]) == (code, HANDLER)
    assert (binding["title"], binding["options"]) == ("Payments", [])
    assert admin.result("placement.unbind", PLACEMENT=code, HANDLER=HANDLER) == {"count": 2}
    assert admin.result("placement.get") == []


@pytest.mark.parametrize(
    ("lang_all", "title"),
    [
        ({"en": {"TITLE": " Payments "}, "de": {"TITLE": "Zahlungen"}}, "Zahlungen"),
        ({"fr": {"TITLE": "Paiements"}, "en": {"TITLE": "Payments"}}, "Paiements"),
    ],
)
def test_titles_by_language_replace_the_one_that_was_sent(admin, lang_all, title):
    """Source: php rest/lib/api/placement.php, rest/lib/lang.php; quirk 97."""
    bind(admin, "CRM_DEAL_LIST_MENU", TITLE="Money", LANG_ALL=lang_all)

    [binding] = admin.result("placement.get")
    assert binding["title"] == title
    assert binding["langAll"]["en"]["TITLE"] == "Payments"


def test_a_title_without_languages_is_that_of_the_portals_language(admin):
    bind(admin, "CRM_DEAL_LIST_MENU", TITLE="Payments")

    [binding] = admin.result("placement.get")
    assert {name: text["TITLE"] for name, text in binding["langAll"].items()} == {"de": "Payments"}


def test_the_link_is_bound_once_whatever_the_address(admin):
    assert bind(admin, "REST_APP_URI")[0] == 200

    for handler in (HANDLER, "https://app.example/other"):
        answer = admin.error("placement.bind", PLACEMENT="REST_APP_URI", HANDLER=handler)
        assert answer == (400, "ERROR_PLACEMENT_MAX_COUNT", "Placement max count: 1")


def test_another_address_is_another_menu_item(admin):
    bind(admin, "CRM_DEAL_LIST_MENU")

    admin.result("placement.bind", PLACEMENT="CRM_DEAL_LIST_MENU", HANDLER=f"{HANDLER}/2")

    assert len(admin.result("placement.get")) == 2
    assert bind(admin, "CRM_DEAL_LIST_MENU")[1] == "ERROR_CORE"


@pytest.mark.parametrize("code", CODES)
def test_none_of_them_is_one_users(admin, code):
    answer = bind(admin, code, USER_ID=7)

    assert answer == (400, "ERROR_PLACEMENT_USER_MODE", "User mode is not available.")
    assert bind(admin, code, USER_ID=0)[0] == 200


def test_the_link_needs_the_scope_placement_alone(admin, state):
    state.grant_scope(("placement",))

    assert admin.result("placement.list") == ["REST_APP_URI"]
    assert bind(admin, "REST_APP_URI")[0] == 200
    assert bind(admin, "CRM_DEAL_LIST_MENU")[1] == "ERROR_PLACEMENT_NOT_FOUND"


def test_a_list_for_one_scope_has_its_codes_alone(admin):
    assert "REST_APP_URI" not in admin.result("placement.list", SCOPE="crm")
    assert admin.result("placement.list", SCOPE="placement") == ["REST_APP_URI"]
    assert admin.result("placement.list", SCOPE="task") == []


def test_a_portal_can_lack_placements(admin, state):
    state.switches.missing_placements = {"CRM_*_LIST_MENU", "REST_APP_URI"}

    codes = admin.result("placement.list")

    assert [code for code in codes if code in CODES] == [
        "CRM_DEAL_DETAIL_TOOLBAR", "CRM_SMART_INVOICE_DETAIL_TOOLBAR",
    ]  # fmt: skip
    assert bind(admin, "REST_APP_URI")[1:] == ("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    assert bind(admin, "CRM_DEAL_DETAIL_TOOLBAR")[0] == 200
