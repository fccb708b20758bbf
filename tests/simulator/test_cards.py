"""Cards, types, timeline, payment systems, links. Source: REST contract e.9, e.12 to e.17."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest


def ids(caller, entity_type_id, **conditions):
    found = caller.result("crm.item.list", entityTypeId=entity_type_id, filter=conditions)
    return [item["id"] for item in found["items"]]


@pytest.mark.parametrize(
    ("entity_type_id", "conditions", "expected"),
    [
        (2, {"contactId": 302}, [8062]),
        (2, {"contactIds": 301}, [8061, 8062]),
        (2, {"companyId": 401}, [8061, 8062]),
        (2, {"leadId": 101}, [8062]),
        (31, {"parentId2": 8061}, [512]),
        (31, {"parentId1040": 21}, [513]),
        (2, {"parentId1040": 21}, [8064]),
        (1036, {"parentId2": 8061}, [11]),
        (2, {"@id": [8063, 8067]}, [8063, 8067]),
        (2, {"closed": "N", "stageSemanticId": "P", "@id": [8063]}, [8063]),
        (2, {"closed": "Y"}, []),
        (2, {"observers": 7}, []),
        (2, {">begindate": "2020-01-01T00:00:00+00:00", "id": 8061}, [8061]),
        (2, {"<movedTime": "2020-01-01T00:00:00+00:00"}, []),
        (31, {"%accountNumber": "0512"}, [512]),
        (3, {"lastName": "Holm"}, [301]),
        (7, {"id": 1}, []),
        (2, {"0": {"logic": "OR", "0": {"%title": "refit"}, "1": {"id": 8067}}}, [8062, 8067]),
    ],
)
def test_linked_cards_are_found(manager, entity_type_id, conditions, expected):
    assert ids(manager, entity_type_id, **conditions) == expected


@pytest.mark.parametrize(
    ("entity_type_id", "params", "error"),
    [
        (1, {"filter": {"parentId1046": 1}},
         ("INVALID_ARG_VALUE", "Invalid filter: field 'PARENT_ID_1046' is not allowed in filter")),
        (2, {"filter": {"field": 1}},
         ("INVALID_ARG_VALUE", "Invalid filter: field 'FIELD' is not allowed in filter")),
        (2, {"order": {"id": "UP"}},
         ("INVALID_ARG_VALUE",
          "Invalid order: allowed sort directions are `ASC, DESC`. But got 'UP' for field 'ID'")),
        (2, {"filter": {"lastName": "Holm"}},
         ("INVALID_ARG_VALUE", "Invalid filter: field 'LAST_NAME' is not allowed in filter")),
        (4711, {}, ("NOT_FOUND", "SPA not found")),
    ],
)  # fmt: skip
def test_card_lists_say_what_is_wrong(manager, entity_type_id, params, error):
    answer = manager.error("crm.item.list", entityTypeId=entity_type_id, **params)

    assert answer == (400, *error)


@pytest.mark.parametrize("field", ["closedate", "createdTime", "assignedById"])
def test_cards_are_sorted_by_any_field_they_have(manager, field):
    rows = manager.result("crm.item.list", entityTypeId=2, order={field: "DESC", "id": "DESC"})

    shown = [(item[field], item["id"]) for item in rows["items"]]
    assert shown == sorted(shown, reverse=True)


def test_select_keeps_the_chosen_fields(manager):
    found = manager.result("crm.item.list", entityTypeId=2, select=["id", "title"])["items"]

    assert {frozenset(item) for item in found} == {frozenset({"id", "title"})}


@pytest.mark.parametrize(
    ("entity_type_id", "entity_id", "error"),
    [
        (2, 1, ("NOT_FOUND", "Item was not found.")),
        (4711, 1, ("NOT_FOUND", "SPA not found")),
    ],
)
def test_missing_cards(manager, entity_type_id, entity_id, error):
    answer = manager.error("crm.item.get", entityTypeId=entity_type_id, id=entity_id)

    assert answer == (400, *error)


def test_the_old_invoice_is_not_served(manager):
    assert manager.error("crm.item.get", entityTypeId=5, id=1)[1] == "ENTITY_TYPE_NOT_SUPPORTED"


def test_a_smart_process_item_names_its_parent(manager):
    card = manager.result("crm.item.get", entityTypeId=1036, id=11)["item"]

    assert card["parentId2"] == 8061


def test_smart_process_types_are_for_administrators(admin):
    types = admin.result("crm.type.list")["types"]

    assert [(kind["entityTypeId"], kind["title"]) for kind in types] == [
        (1036, "Installation projects"),
        (1040, "Service contracts"),
    ]


def test_owner_types_name_smart_processes_with_short_codes(reader):
    types = {kind["ID"]: kind for kind in reader.result("crm.enum.ownertype")}

    assert types[1036]["SYMBOL_CODE_SHORT"] == "T40c"
    assert types[31]["SYMBOL_CODE"] == "SMART_INVOICE"


def test_a_comment_is_the_acting_users(manager, state):
    fields = {"ENTITY_ID": 8061, "ENTITY_TYPE": "deal", "COMMENT": "Paid"}

    made = manager.result("crm.timeline.comment.add", fields=fields)

    assert [(one.id, one.author_id, one.text) for one in state.crm.comments] == [(made, 7, "Paid")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "x"}, "OWNER_NOT_FOUND"),
        ({"ENTITY_ID": 8061, "ENTITY_TYPE": "deal", "COMMENT": ""}, "INVALID_ARG_VALUE"),
    ],
)
def test_comments_that_are_refused(manager, fields, code):
    assert manager.error("crm.timeline.comment.add", fields=fields)[1] == code


def test_pay_systems_are_filtered_by_equality_whatever_the_prefix(admin):
    conditions = {"ENTITY_REGISTRY_TYPE": "ORDER", "!ACTIVE": "Y", "@ID": [6, 7, 9]}

    found = admin.result("sale.paysystem.list", SELECT=["ID", "NAME"], FILTER=conditions)

    assert found == [{"NAME": "Cash", "ID": 6}, {"NAME": "Bank transfer", "ID": 7}]


@pytest.mark.parametrize("part", ["select", "filter", "order"])
def test_pay_systems_refuse_unknown_names(admin, part):
    value = ["FOO"] if part == "select" else {"FOO": "ASC"}

    answer = admin.error("sale.paysystem.list", **{part.upper(): value})

    assert answer == (400, "ERROR_CHECK_FAILURE", f"FOO not allowed for {part}")


@pytest.mark.parametrize(("shop", "site"), [("no_site", 0), ("phone_not_confirmed", 10)])
def test_a_link_can_succeed_without_a_link(manager, state, shop, site):
    state.switches.shop = shop

    result = manager.result("salescenter.payment.getPublicUrl", id=1038)

    assert result == {"connectedSiteId": site, "isPhoneConfirmed": False}


@pytest.mark.parametrize(
    ("shop", "text"),
    [
        ("unavailable", "Public url is not available"),
        ("no_module", 'module "landing" is not installed.'),
    ],
)
def test_a_link_can_fail(manager, state, shop, text):
    state.switches.shop = shop

    answer = manager.error("salescenter.payment.getPublicUrl", id=1038)

    assert answer == (400, "0", text)


def test_a_link_sets_up_the_shop_of_a_portal_that_never_used_it(manager, state):
    state.switches.shop = "never_used"

    assert manager.error("salescenter.payment.getPublicUrl", id=1038) == (
        400, "0", "Public url is not available",
    )  # fmt: skip
    assert state.switches.shop == "unpublished"
    assert "payment" in manager.result("salescenter.payment.getPublicUrl", id=1038)
    assert state.switches.shop == "ready"


def test_two_links_of_one_order_in_one_batch_are_the_same_one(manager):
    method = "salescenter.payment.getPublicUrl"
    alone = {one: manager.result(method, id=one)["payment"]["url"] for one in (1038, 1039, 1041)}
    commands = {f"l{one}": f"{method}?id={one}" for one in alone}

    together = manager.result("batch", cmd=commands)["result"]

    urls = {int(key[1:]): one["payment"]["url"] for key, one in together.items()}
    assert urls == {1038: alone[1038], 1039: alone[1038], 1041: alone[1041]}


def test_links_of_one_order_share_its_secret(manager):
    links = [
        manager.result("salescenter.payment.getPublicUrl", id=one)["payment"]
        for one in (1038, 1039)
    ]

    queries = [parse_qs(urlsplit(one["url"]).query) for one in links]
    assert queries[0]["access"] == queries[1]["access"]
    assert queries[0]["paymentId"] != queries[1]["paymentId"]
    assert links[0]["shortUrl"] != links[1]["shortUrl"]


def test_a_short_link_leads_to_the_payment(manager, portal):
    link = manager.result("salescenter.payment.getPublicUrl", id=1038)["payment"]

    page = portal.get(link["shortUrl"], follow_redirects=True)

    assert "3653/3" in page.get_data(as_text=True)


def test_currencies_are_strings_with_a_total_of_nothing(manager, outsider):
    _, body = manager("crm.currency.list")

    assert body["total"] == 0
    assert body["result"][0]["DECIMALS"] == "2"
    assert manager.result("crm.currency.base.get") == "EUR"
    assert manager.error("crm.currency.get", id="XXX") == (400, "", "Not found")
    assert outsider.error("crm.currency.list") == (400, "", "Access denied.")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"sort": "NAME", "order": "DESC"}, ["2", "3", "1"]),
        ({"PARENT": 1}, ["2", "3"]),
        ({"UF_HEAD": 7}, ["3"]),
        ({"ID": [1, 3]}, ["1", "3"]),
        ({"start": 50}, []),
    ],
)
def test_departments_are_found_and_sorted(manager, state, params, expected):
    state.grant_scope(("department",))

    assert [entry["ID"] for entry in manager.result("department.get", **params)] == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"sort": "desc"}, ["PLN", "USD", "EUR"]),
        ({"currency": "asc"}, ["EUR", "PLN", "USD"]),
        ({"BASE": "asc", "CURRENCY": "desc"}, ["USD", "PLN", "EUR"]),
    ],
)
def test_currencies_are_sorted(manager, order, expected):
    rows = manager.result("crm.currency.list", order=order)

    assert [row["CURRENCY"] for row in rows] == expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"isPaymentsEnabled": "N"}, [1036, 1040]),
        ({"isClientEnabled": "N"}, []),
        ({"createdBy": 1}, [1036, 1040]),
    ],
)
def test_types_are_filtered_by_what_they_show(admin, conditions, expected):
    types = admin.result("crm.type.list", filter=conditions)["types"]

    assert [entry["entityTypeId"] for entry in types] == expected


def test_rows_are_filtered_by_tax_and_basket(manager):
    owner = {"=ownerType": "D", "=ownerId": 8064}
    rows = manager.result("crm.item.productrow.list", filter=owner)["productRows"]
    taxed = {**owner, "taxIncluded": "N"}

    found = manager.result("crm.item.productrow.list", filter=taxed)["productRows"]
    assert found == [row for row in rows if row["taxIncluded"] == "N"] != []
    linked = {**owner, "xmlId": rows[0]["xmlId"]}
    [same] = manager.result("crm.item.productrow.list", filter=linked)["productRows"]
    assert same == rows[0]
