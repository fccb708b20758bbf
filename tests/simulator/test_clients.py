"""Phones and e-mails of a card's client. Source: REST contract e.29; quirks 92 and 93."""

from __future__ import annotations

import pytest

CONTACT = {"entityTypeId": 3, "id": 301}
DENIED = (400, "ACCESS_DENIED", "You don't have permission to view this item.")


def test_a_contact_has_all_addresses_and_the_first_of_each_kind(manager):
    item = manager.result("crm.item.get", **CONTACT)["item"]

    assert [(one["typeId"], one["valueType"]) for one in item["fm"]] == [
        ("PHONE", "FAX"), ("PHONE", "WORK"), ("PHONE", "MOBILE"), ("EMAIL", "WORK"),
        ("EMAIL", "HOME"),
    ]  # fmt: skip
    assert (item["phone"], item["phoneMobile"]) == ("+49 30 5550 199", "+49 170 555 01 23")
    assert (item["email"], item["emailHome"], item["emailMailing"]) == (
        "ida.holm@northwind.example", "ida@holm.example", "",
    )  # fmt: skip
    assert (item["hasPhone"], item["hasEmail"]) == ("Y", "Y")


def test_a_deal_names_its_contacts_and_has_no_addresses(manager):
    deal = manager.result("crm.item.get", entityTypeId=2, id=8062)["item"]

    assert (deal["contactId"], deal["contactIds"], deal["companyId"]) == (302, [302, 301], 401)
    assert "fm" not in deal


def test_a_contact_without_any_says_so(manager):
    item = manager.result("crm.item.get", entityTypeId=3, id=302)["item"]

    assert (item["fm"], item["email"], item["hasEmail"], item["hasPhone"]) == ([], "", "N", "N")


@pytest.mark.parametrize("select", [[], ["id", "name", "fm"]])
def test_a_list_has_all_addresses_with_an_asterisk_alone(manager, select):
    found = manager.result("crm.item.list", entityTypeId=3, filter={"@id": [301]}, select=["*"])
    assert len(found["items"][0]["fm"]) == 5

    found = manager.result("crm.item.list", entityTypeId=3, filter={"@id": [301]}, select=select)
    assert found["items"][0]["name"] == "Ida"
    assert "fm" not in found["items"][0]


def test_one_contact_can_be_closed_to_somebody_who_sees_the_deal(manager, admin, state):
    state.users[7].hidden_cards.add((3, 301))

    assert manager.result("crm.item.get", entityTypeId=2, id=8061)["item"]["contactId"] == 301
    assert manager.error("crm.item.get", **CONTACT) == DENIED
    found = manager.result("crm.item.list", entityTypeId=3, select=["*"])["items"]
    assert [one["id"] for one in found] == [302]
    assert admin.result("crm.item.get", **CONTACT)["item"]["id"] == 301


def test_a_batch_walks_from_the_deal_to_its_contact(manager, state):
    def contact_of(deal_id):
        return manager.batch(
            deal=f"crm.item.get?entityTypeId=2&id={deal_id}",
            contact="crm.item.get?entityTypeId=3&id=$result[deal][item][contactId]",
        )

    assert contact_of(8061)["result"]["contact"]["item"]["id"] == 301
    assert contact_of(8067)["result_error"]["contact"]["error"] == "NOT_FOUND"
    state.users[7].hidden_cards.add((3, 301))
    assert contact_of(8061)["result_error"]["contact"]["error"] == "ACCESS_DENIED"


def test_the_older_methods_give_lists_of_strings(manager, outsider):
    contact = manager.result("crm.contact.get", id=301)
    company = manager.result("crm.company.get", id=401)
    nobody = manager.result("crm.contact.get", id=302)

    assert contact["PHONE"][2] == {
        "ID": "103", "VALUE_TYPE": "MOBILE", "VALUE": "+49 170 555 01 23", "TYPE_ID": "PHONE",
    }  # fmt: skip
    assert company["EMAIL"][0]["VALUE"] == "office@northwind.example"
    assert (nobody["HAS_PHONE"], "PHONE" in nobody) == ("N", False)
    assert manager.error("crm.contact.get", id=4711) == (400, "", "Not found")
    assert outsider.error("crm.contact.get", id=301) == (400, "", "Access denied.")


def test_the_older_list_has_addresses_where_they_are_selected(manager, outsider):
    rows = manager.result("crm.contact.list", filter={"@ID": [301]}, select=["ID", "PHONE"])

    assert (rows[0]["ID"], len(rows[0]["PHONE"]), "EMAIL" in rows[0]) == ("301", 3, False)
    assert "PHONE" not in manager.result("crm.contact.list", filter={"ID": 301})[0]
    assert outsider.result("crm.contact.list") == []
