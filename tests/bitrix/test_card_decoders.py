"""What cards, people, links and bindings are decoded to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.bitrix.methods import crm, events, payment_deliveries, placements, portal, timeline
from b24app.domain import (
    Card,
    Delivery,
    EntityRef,
    Money,
    PaymentDelivery,
    PaySystem,
    PortalUser,
)
from b24app.errors import (
    NoShopError,
    PhoneUnconfirmedError,
    UnexpectedAnswerError,
    UserBlockedError,
)
from tests.bitrix.conftest import example, result_of

DEAL = EntityRef(2, 13123)


class TestCards:
    def test_deliveries(self):
        first, _ = crm.list_deliveries(DEAL).decode(result_of("crm.item.delivery.list"))

        assert first == Delivery(
            id=4077,
            number="3657/2",
            is_shipped=False,
            service_name="Uber Taxi (Cargo)",
            price=Money(Decimal("79.99"), "USD"),
        )

    def test_links_of_payments_to_deliveries_name_documents(self):
        [link] = payment_deliveries.list_links(1040).decode(
            result_of("crm.item.payment.delivery.list")
        )

        assert link == PaymentDelivery(1201, 1040, 4073, Decimal(1))

    def test_product_rows(self):
        row, _ = crm.list_product_rows(DEAL).decode(result_of("crm.item.productrow.list"))
        free, _ = crm.available_rows(DEAL).decode(
            result_of("crm.item.productrow.getAvailableForPayment")
        )

        assert (row.id, row.name, row.bare_price, row.quantity) == (
            17649,
            "iphone 14",
            Decimal(90000),
            Decimal(3),
        )
        assert (row.measure, row.sort) == ("pcs", 20)
        assert (free.id, free.quantity) == (17657, Decimal(3))

    def test_product_rows_are_asked_for_by_literal_keys_and_pages(self):
        command = crm.list_product_rows(EntityRef(177, 5), start=50)

        assert command.params == {
            "filter": {"=ownerType": "Tb1", "=ownerId": 5},
            "order": {"id": "asc"},
            "start": 50,
        }

    def test_nothing_left_to_bill_is_an_empty_list(self):
        assert crm.available_rows(DEAL).decode({"productRows": []}) == ()
        with pytest.raises(UnexpectedAnswerError):
            crm.available_rows(DEAL).decode({})

    def test_a_deal(self):
        card = crm.get_card(EntityRef(2, 342)).decode(result_of("crm.item.get.deal"))

        assert card == Card(
            ref=EntityRef(2, 342),
            title="New deal (specifically for rest method examples)",
            number="342",
            amount=Money(Decimal("999.99"), "EUR"),
            is_amount_typed=True,
        )

    def test_an_invoice_shows_its_account_number(self):
        item = {"id": 7, "title": None, "accountNumber": "INV-7", "opportunity": 1}

        assert crm.card_of(EntityRef(31, 7), item).number == "INV-7"
        assert crm.card_of(EntityRef(31, 7), {**item, "accountNumber": ""}).number == "7"
        assert crm.card_of(EntityRef(2, 7), item).number == "7"

    def test_a_contact_has_a_name_and_no_amount(self):
        card = crm.card_of(EntityRef(3, 4), {"id": 4, "name": "Klaus", "lastName": "Weber"})

        assert (card.title, card.amount) == ("Klaus Weber", Money(Decimal(0), ""))

    def test_a_raw_item_keeps_the_fields_of_the_portal(self):
        raw = crm.get_raw_item(EntityRef(2, 342)).decode(result_of("crm.item.get.deal"))

        assert raw["leadId"] == 102

    @pytest.mark.parametrize("value", [{}, {"item": []}, {"item": None}, []])
    def test_an_answer_without_an_item_is_unexpected(self, value):
        with pytest.raises(UnexpectedAnswerError):
            crm.get_card(DEAL).decode(value)

    def test_lists_of_items_come_as_they_are(self):
        command = crm.list_items_of(31, {"parentId2": 5}, ["id", "title"], 50)

        assert command.params == {
            "entityTypeId": 31,
            "order": {"id": "DESC"},
            "filter": {"parentId2": 5},
            "select": ["id", "title"],
            "start": 50,
        }
        items = command.decode(result_of("crm.item.list"))
        assert [item["id"] for item in items] == [253, 255, 252, 254]
        with pytest.raises(UnexpectedAnswerError):
            command.decode({"items": None})

    def test_owner_types_name_smart_processes(self):
        found = {
            one.entity_type_id: one
            for one in crm.owner_types().decode(result_of("crm.enum.ownertype"))
        }

        assert found[177] == crm.OwnerType(177, "Equipment Purchase", "DYNAMIC_177")

    def test_a_title_of_spaces_is_none(self):
        (found,) = crm.owner_types().decode([{"ID": 1036, "NAME": " \u200b", "SYMBOL_CODE": ""}])
        assert found.title == ""


class TestPortal:
    def test_profile(self):
        user = portal.profile().decode(result_of("profile"))

        assert user == PortalUser(1, "Vadim Valeev", is_admin=True, time_zone="")

    def test_profile_of_an_inactive_user_is_empty(self):
        with pytest.raises(UserBlockedError):
            portal.profile().decode([])

    def test_app_info(self):
        info = portal.app_info().decode(result_of("app.info"))
        [variant] = example("app.info")["variants"]
        not_finished = portal.app_info().decode(variant["body"]["result"])

        assert (info.code, info.status) == ("telefum24.kp10", "F")
        assert (info.is_installed, info.is_payment_expired, info.days) == (True, False, None)
        assert not not_finished.is_installed

    def test_users(self):
        assert portal.users([1, 3]).params == {"ID": [1, 3]}
        assert portal.users([1, 3]).decode(result_of("user.get")) == {
            1: "Vadim Valeev",
            3: "John Smith",
        }
        assert portal.users([1]).decode([]) == {}
        assert portal.users([1]).decode([{"ID": "1", "NAME": "", "LAST_NAME": ""}]) == {}

    @pytest.mark.parametrize("ids", [[], list(range(1, 52))])
    def test_users_come_in_pages(self, ids):
        with pytest.raises(ValueError, match="1 to 50"):
            portal.users(ids)

    def test_a_public_link(self):
        link = portal.public_link(1063).decode(result_of("salescenter.payment.getPublicUrl"))

        assert link.short_url == "http://account.home/~tR9sB"
        assert link.url.startswith("http://account.home/pub/site/10/")
        assert link.qr_png_base64.startswith("iVBOR")

    def test_a_public_link_without_a_picture_or_a_short_form(self):
        link = portal.public_link(1).decode({"payment": {"url": "https://a.example/p"}})

        assert (link.short_url, link.qr_png_base64) == ("https://a.example/p", "")

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            ({"connectedSiteId": 10, "isPhoneConfirmed": False}, PhoneUnconfirmedError),
            ({"connectedSiteId": 0, "isPhoneConfirmed": False}, NoShopError),
            ({"connectedSiteId": None, "isPhoneConfirmed": False}, NoShopError),
            ({"connectedSiteId": 10, "isPhoneConfirmed": True}, NoShopError),
            ({"payment": []}, NoShopError),
            ({}, NoShopError),
        ],
    )
    def test_success_without_a_link_is_a_refusal(self, value, kind):
        with pytest.raises(kind):
            portal.public_link(1).decode(value)

    @pytest.mark.parametrize(
        "address", ["javascript:alert(1)", "//x", "", "http://[broken", "data:text/html,x", 5]
    )
    def test_a_link_that_is_no_web_address_is_never_shown(self, address):
        with pytest.raises(UnexpectedAnswerError):
            portal.public_link(1).decode({"payment": {"url": address}})

    def test_pay_systems(self):
        command = portal.pay_systems()

        assert command.params["FILTER"] == {"ENTITY_REGISTRY_TYPE": "ORDER", "ACTIVE": "Y"}
        assert command.decode(result_of("sale.paysystem.list")) == (
            PaySystem(118, "New Card Payment"),
            PaySystem(117, "Card Payment"),
        )

    def test_the_account_of_the_client_is_told_from_other_payment_systems(self):
        """`createInnerPaySystem` of sale/lib/paysystem/manager.php makes it in every shop."""
        row = {"ID": 3, "NAME": "Internal account", "SORT": 100, "ACTION_FILE": "inner"}

        [system] = portal.pay_systems().decode([row])

        assert system == PaySystem(3, "Internal account", is_account=True)

    @pytest.mark.parametrize(
        ("entity_type_id", "name"),
        [(2, "deal"), (31, "smart_invoice"), (1, "lead"), (1046, "dynamic_1046")],
    )
    def test_timeline_names_types_in_its_own_way(self, entity_type_id, name):
        command = timeline.comment(EntityRef(entity_type_id, 5), "text")

        assert command.params["fields"]["ENTITY_TYPE"] == name  # type: ignore[index]

    def test_scopes(self):
        assert portal.scope().decode(result_of("scope")) == {"department", "entity", "log", "user"}
        with pytest.raises(UnexpectedAnswerError):
            portal.scope().decode({"a": "crm"})


class TestBindings:
    def test_placements_that_are_bound(self):
        first, *_ = placements.get_placements().decode(result_of("placement.get"))

        assert (first.placement, first.handler) == (
            "CRM_DEAL_LIST_TOOLBAR",
            "https://myapp.com/?handler=1",
        )
        assert (first.title, first.titles) == ("Add invoice", {"de": "Add invoice"})

    def test_a_binding_without_languages(self):
        row = {"placement": "X", "handler": "h", "langAll": [], "userId": "1"}

        [bound] = placements.get_placements().decode([row])

        assert bound.titles == {}

    def test_unbinding_counts(self):
        unbind = placements.unbind_placement("CRM_LEAD_DETAIL_TAB")

        assert unbind.params == {"PLACEMENT": "CRM_LEAD_DETAIL_TAB"}
        assert unbind.decode(result_of("placement.unbind")) == 4
        assert unbind.decode({"count": 0}) == 0
        assert events.unbind_event("X", "h").decode(result_of("event.unbind")) == 1
        with pytest.raises(UnexpectedAnswerError):
            unbind.decode([])

    def test_events_that_are_bound(self):
        first, _ = events.get_events().decode(result_of("event.get"))

        assert first == events.BoundEvent("ONCRMLEADADD", "https://www.my-domain.com/handler/")

    @pytest.mark.parametrize(
        ("entity_type_id", "code"),
        [
            (1, "CRM_LEAD_DETAIL_TAB"),
            (2, "CRM_DEAL_DETAIL_TAB"),
            (3, "CRM_CONTACT_DETAIL_TAB"),
            (4, "CRM_COMPANY_DETAIL_TAB"),
            (7, "CRM_QUOTE_DETAIL_TAB"),
            (14, "CRM_ORDER_DETAIL_TAB"),
            (31, "CRM_SMART_INVOICE_DETAIL_TAB"),
            (128, "CRM_DYNAMIC_128_DETAIL_TAB"),
            (1046, "CRM_DYNAMIC_1046_DETAIL_TAB"),
        ],
    )
    def test_a_tab_names_its_type(self, entity_type_id, code):
        assert placements.placement_of(entity_type_id) == code
        assert placements.entity_type_id_of(code) == entity_type_id

    @pytest.mark.parametrize(
        "code",
        [
            "DEFAULT",
            "",
            "CRM_DEAL_DETAIL_TOOLBAR",
            "CRM_DYNAMIC_127_DETAIL_TAB",
            "CRM_DYNAMIC_x_DETAIL_TAB",
            "CRM_DYNAMIC__DETAIL_TAB",
            "CRM_NOBODY_DETAIL_TAB",
            "crm_deal_detail_tab",
        ],
    )
    def test_other_placements_are_no_card(self, code):
        assert placements.entity_type_id_of(code) is None

    @pytest.mark.parametrize("entity_type_id", [0, 5, 36, 127])
    def test_types_without_cards_have_no_tab(self, entity_type_id):
        with pytest.raises(ValueError, match="tabs"):
            placements.placement_of(entity_type_id)


def test_a_row_that_comes_twice_counts_once():
    one = {"id": 1, "price": 2, "quantity": 3}
    other = {"id": 1, "price": 9, "quantity": 3}

    read = crm.available_rows(DEAL).decode({"productRows": [one, dict(one), {"id": 2}, other]})

    assert [(row.id, row.bare_price) for row in read if row.id == 1] == [
        (1, Decimal(2)),
        (1, Decimal(9)),
    ]
    assert read.repeated == 1
