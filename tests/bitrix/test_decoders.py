"""What each command sends and reads, against the documented requests and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from b24app.bitrix import (
    crm,
    events,
    payment_deliveries,
    payment_items,
    payments,
    placements,
    portal,
)
from b24app.domain import (
    Card,
    Delivery,
    EntityRef,
    Money,
    Payment,
    PaymentDelivery,
    PaymentItem,
    PaySystem,
    PortalUser,
)
from b24app.errors import (
    BusinessRefusalError,
    RightsRefusedError,
    UnexpectedAnswerError,
    UserBlockedError,
)
from tests.bitrix.conftest import example, result_of

DEAL = EntityRef(2, 13123)

SENT = [
    ("crm.item.payment.list", payments.list_payments(DEAL, ids=[1036, 1037])),
    ("crm.item.payment.get", payments.get_payment(1036)),
    ("crm.item.payment.add", payments.add_payment(DEAL)),
    ("crm.item.payment.delete", payments.delete_payment(1035)),
    ("crm.item.payment.pay", payments.pay(1038)),
    ("crm.item.payment.unpay", payments.unpay(1038)),
    ("crm.item.payment.product.add", payment_items.add_item(1039, 17587, 2)),
    ("crm.item.payment.product.setQuantity", payment_items.set_quantity(1195, 3)),
    ("crm.item.payment.product.delete", payment_items.delete_item(1194)),
    ("crm.item.payment.delivery.add", payment_deliveries.add_link(1039, 4072)),
    ("crm.item.payment.delivery.setDelivery", payment_deliveries.set_link(1201, 4073)),
    ("salescenter.payment.getPublicUrl", portal.public_link(1063)),
    ("crm.item.productrow.getAvailableForPayment", crm.available_rows(EntityRef(2, 13144))),
    (
        "crm.timeline.comment.add",
        portal.timeline_comment(EntityRef(2, 10), "New comment was added"),
    ),
    ("placement.list", placements.list_placements()),
    ("method.get", portal.method_get("user.get")),
    ("event.bind", events.bind_event("ONCRMLEADADD", "https://www.my-domain.com/handler/")),
    ("event.unbind", events.unbind_event("ONCRMLEADADD", "https://www.my-domain.com/handler/")),
    (
        "placement.bind",
        placements.bind_placement(
            "CRM_DEAL_DETAIL_TAB",
            "https://your-domain.com/widgets/crm-detail-tab-handler.php",
            "My deal tab",
            {"en": "My deal tab", "de": "Mein Deal-Tab"},
        ),
    ),
    (
        "placement.unbind",
        placements.unbind_placement(
            "CRM_LEAD_DETAIL_TAB", "https://www.myapplicationhost.com/placement/"
        ),
    ),
]


@pytest.mark.parametrize(("name", "command"), SENT, ids=[name for name, _ in SENT])
def test_a_command_sends_what_the_documentation_shows(name, command):
    wanted = example(name)["request"]["body"]
    wanted.pop("auth")

    assert command.method == name
    assert command.params == wanted
    command.decode(result_of(name))


class TestPayments:
    def test_are_read_as_documented(self):
        paid, unpaid = payments.list_payments(DEAL).decode(result_of("crm.item.payment.list"))

        assert paid == Payment(
            id=1036,
            number="3653/1",
            is_paid=True,
            date_paid=datetime(2024, 5, 20, 9, 32, 2, tzinfo=UTC),
            payer_id=1,
            pay_system_id=6,
            pay_system_name="Cash",
            sum=Money(Decimal(0), "USD"),
        )
        assert (unpaid.id, unpaid.is_paid, unpaid.date_paid, unpaid.payer_id) == (
            1037,
            False,
            None,
            None,
        )
        assert payments.get_payment(1036).decode(result_of("crm.item.payment.get")) == paid

    @pytest.mark.parametrize(
        "row",
        [
            {
                "id": "1036",
                "accountNumber": "3653/1",
                "paid": "Y",
                "datePaid": "2024-05-20T12:32:02+03:00",
                "empPaidId": "1",
                "paySystemId": "6",
                "sum": "0.0000",
                "currency": "USD",
                "paySystemName": "Cash",
            },
            {
                "ID": "1036",
                "ACCOUNT_NUMBER": "3653/1",
                "PAID": "Y",
                "DATE_PAID": "2024-05-20T12:32:02+03:00",
                "EMP_PAID_ID": "1",
                "PAY_SYSTEM_ID": "6",
                "SUM": "0.0000",
                "CURRENCY": "USD",
                "PAY_SYSTEM_NAME": "Cash",
            },
        ],
    )
    def test_of_old_portals_are_the_same(self, row):
        [old] = payments.list_payments(DEAL).decode([row])
        [new, _] = payments.list_payments(DEAL).decode(result_of("crm.item.payment.list"))

        assert old == new

    def test_of_old_portals_with_a_date_of_their_database_have_no_date(self):
        row = {"id": 1, "paid": "Y", "sum": 1, "datePaid": "2024-05-20 12:32:02"}

        [payment] = payments.list_payments(DEAL).decode([row])

        assert payment.date_paid is None

    def test_paid_by_nobody_have_no_payer(self):
        row = {"id": 1, "paid": "Y", "sum": 1, "empPaidId": 0}

        [payment] = payments.list_payments(DEAL).decode([row])

        assert payment.payer_id is None

    @pytest.mark.parametrize(
        "row",
        [
            {},
            {"id": 0, "paid": "N", "sum": 0},
            {"id": True, "paid": "N", "sum": 0},
            {"id": 1, "paid": "yes", "sum": 0},
            {"id": 1, "sum": 0},
            {"id": 1, "paid": "N"},
            {"id": 1, "paid": "N", "sum": None},
            {"id": 1, "paid": "N", "sum": "abc"},
            {"id": 1, "paid": "N", "sum": "NaN"},
            {"id": 1, "paid": "N", "sum": True},
            {"id": 1, "paid": "N", "sum": Decimal("1E+9999999")},
            "text",
            None,
        ],
    )
    def test_that_make_no_sense_are_unexpected_and_not_shown(self, row):
        with pytest.raises(UnexpectedAnswerError):
            payments.list_payments(DEAL).decode([row])

    @pytest.mark.parametrize("value", [None, False])
    def test_refused_by_the_oldest_portals_are_a_refusal(self, value):
        with pytest.raises(RightsRefusedError):
            payments.list_payments(DEAL).decode(value)
        with pytest.raises(RightsRefusedError):
            payments.get_payment(1).decode(value)

    def test_filters_leave_out_what_is_not_asked(self):
        assert "filter" not in payments.list_payments(DEAL).params
        assert payments.list_payments(DEAL, paid=False).params["filter"] == {"paid": "N"}
        assert payments.list_payments(DEAL, order={"id": "desc"}).params["order"] == {"id": "desc"}

    def test_with_no_ids_would_be_all_payments(self):
        with pytest.raises(ValueError, match="every payment"):
            payments.list_payments(DEAL, ids=[])

    @pytest.mark.parametrize("odd", [0, -1, True])
    def test_have_positive_ids(self, odd):
        with pytest.raises(ValueError, match="id"):
            payments.pay(odd)

    def test_change_their_system_by_the_documented_field(self):
        command = payments.update_payment(1036, pay_system_id=110)

        assert command.params == {"id": 1036, "fields": {"paySystemId": 110}}
        assert payments.add_payment(DEAL, 6).params["fields"] == {"paySystemId": 6}


WRITES = [
    payments.update_payment(1, pay_system_id=2),
    payments.delete_payment(1),
    payments.pay(1),
    payments.unpay(1),
    payment_items.set_quantity(1, 2),
    payment_items.delete_item(1),
    payment_deliveries.set_link(1, 2),
    payment_deliveries.delete_link(1),
    placements.bind_placement("CRM_DEAL_DETAIL_TAB", "https://a.example/", "T"),
    events.bind_event("ONAPPUPDATE", "https://a.example/"),
]
MAKERS = [payments.add_payment(DEAL), payment_deliveries.add_link(1, 2)]


class TestWrites:
    @pytest.mark.parametrize("command", WRITES, ids=lambda command: command.method)
    def test_take_true_alone_for_done(self, command):
        assert command.is_write
        assert command.decode(True) is True
        for refused in (None, False):
            with pytest.raises(RightsRefusedError) as raised:
                command.decode(refused)
            assert (raised.value.code, raised.value.method) == ("refused", command.method)
        odds: tuple[object, ...] = (1, "true", "Y", [], {}, 0, "")
        for odd in odds:
            with pytest.raises(UnexpectedAnswerError):
                command.decode(odd)

    @pytest.mark.parametrize("command", MAKERS, ids=lambda command: command.method)
    def test_take_an_id_alone_for_made(self, command):
        assert command.is_write
        assert command.decode(1033) == command.decode("1033") == 1033
        for refused in (None, False):
            with pytest.raises(RightsRefusedError):
                command.decode(refused)
        odds: tuple[object, ...] = (True, 0, -1, "", "abc", [], {}, Decimal("1.5"))
        for odd in odds:
            with pytest.raises(UnexpectedAnswerError):
                command.decode(odd)

    @pytest.mark.parametrize("value", [None, False])
    def test_of_a_row_that_is_there_already_say_so(self, value):
        with pytest.raises(BusinessRefusalError) as raised:
            payment_items.add_item(1, 2, 3).decode(value)

        assert raised.value.code == "already_there_or_refused"

    @pytest.mark.parametrize("quantity", [0, -1, True, 2.5, Decimal("2.5"), Decimal(2)])
    def test_of_quantities_are_whole(self, quantity):
        with pytest.raises(ValueError, match="whole"):
            payment_items.add_item(1, 2, quantity)
        with pytest.raises(ValueError, match="whole"):
            payment_items.set_quantity(1, quantity)


class TestItems:
    def test_are_read_as_documented(self):
        first, second = payment_items.list_items(1039).decode(
            result_of("crm.item.payment.product.list")
        )

        assert first == PaymentItem(1195, 1039, Decimal(2), 17587)
        assert second.id == 1196

    def test_without_a_row_know_their_basket(self):
        [variant] = example("crm.item.payment.product.list")["variants"]

        _, orphan = payment_items.list_items(1039).decode(variant["body"]["result"])

        assert orphan == PaymentItem(1196, 1039, Decimal(3), None, 8148)

    def test_of_old_portals_are_the_same(self):
        row = {"id": "1195", "paymentId": "1039", "quantity": "2.0000", "rowId": "17587"}

        [item] = payment_items.list_items(1039).decode([row])

        assert item == PaymentItem(1195, 1039, Decimal(2), 17587)

    def test_may_be_fractions(self):
        row = {"id": 1, "paymentId": 2, "quantity": Decimal("0.5"), "rowId": 3}

        [item] = payment_items.list_items(2).decode([row])

        assert not item.is_whole


class TestCards:
    def test_deliveries(self):
        first, _ = crm.list_deliveries(DEAL).decode(result_of("crm.item.delivery.list"))

        assert first == Delivery(
            id=4077,
            number="3657/2",
            is_shipped=False,
            date_shipped=None,
            service_id=228,
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

        assert (row.id, row.name, row.price, row.quantity) == (
            17649,
            "iphone 14",
            Decimal(90000),
            Decimal(3),
        )
        assert (row.measure, row.basket_id, row.sort) == ("pcs", 8147, 20)
        assert (free.id, free.basket_id, free.quantity) == (17657, 8149, Decimal(3))

    @pytest.mark.parametrize("xml_id", ["", None, "sale_basket_", "sale_basket_0", "other_5"])
    def test_a_product_row_may_be_in_no_basket(self, xml_id):
        row = {"id": 1, "price": 2, "quantity": 3, "xmlId": xml_id}

        [read] = crm.list_product_rows(DEAL).decode({"productRows": [row]})

        assert read.basket_id is None

    def test_product_rows_are_asked_for_by_literal_keys_and_pages(self):
        command = crm.list_product_rows(EntityRef(177, 5), start=50)

        assert command.params == {"filter": {"=ownerType": "Tb1", "=ownerId": 5}, "start": 50}

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
            stage="C9:UC_KN8KFI",
        )

    def test_an_invoice_shows_its_account_number(self):
        item = {"id": 7, "title": None, "accountNumber": "INV-7", "opportunity": 1}

        assert crm.card_of(31, item).number == "INV-7"
        assert crm.card_of(31, {**item, "accountNumber": ""}).number == "7"
        assert crm.card_of(2, item).number == "7"

    def test_a_contact_has_a_name_and_no_amount(self):
        card = crm.card_of(3, {"id": 4, "name": "Klaus", "lastName": "Weber"})

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

        assert found[177] == crm.OwnerType(177, "Equipment Purchase", "DYNAMIC_177", "Tb1")


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

        assert (info.code, info.version, info.status) == ("telefum24.kp10", "4", "F")
        assert (info.is_installed, info.is_payment_expired, info.days) == (True, False, None)
        assert (info.language, info.license) == ("de", "de_ent10000")
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
        ("value", "code"),
        [
            ({"connectedSiteId": 10, "isPhoneConfirmed": False}, "phone_not_confirmed"),
            ({"connectedSiteId": 0, "isPhoneConfirmed": False}, "no_shop"),
            ({"connectedSiteId": None, "isPhoneConfirmed": False}, "no_shop"),
            ({"connectedSiteId": 10, "isPhoneConfirmed": True}, "no_shop"),
            ({"payment": []}, "no_shop"),
            ({}, "no_shop"),
        ],
    )
    def test_success_without_a_link_is_a_refusal(self, value, code):
        with pytest.raises(BusinessRefusalError) as raised:
            portal.public_link(1).decode(value)

        assert raised.value.code == code

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

    @pytest.mark.parametrize(
        ("entity_type_id", "name"),
        [(2, "deal"), (31, "smart_invoice"), (1, "lead"), (1046, "dynamic_1046")],
    )
    def test_timeline_names_types_in_its_own_way(self, entity_type_id, name):
        command = portal.timeline_comment(EntityRef(entity_type_id, 5), "text")

        assert command.params["fields"]["ENTITY_TYPE"] == name  # type: ignore[index]

    def test_scopes(self):
        assert portal.scope().decode(result_of("scope")) == {"department", "entity", "log", "user"}
        with pytest.raises(UnexpectedAnswerError):
            portal.scope().decode({})

    def test_methods_that_are_missing_are_not_available(self):
        [variant] = example("method.get")["variants"]

        assert portal.method_get("X.Y").params == {"name": "x.y"}
        assert portal.method_get("x").decode(variant["body"]["result"]) is False


class TestBindings:
    def test_placements_that_are_bound(self):
        first, *_ = placements.get_placements().decode(result_of("placement.get"))

        assert (first.placement, first.handler) == (
            "CRM_DEAL_LIST_TOOLBAR",
            "https://myapp.com/?handler=1",
        )
        assert (first.title, first.titles, first.user_id) == (
            "Add invoice",
            {"de": "Add invoice"},
            0,
        )

    def test_a_binding_without_languages(self):
        row = {"placement": "X", "handler": "h", "langAll": [], "userId": "1"}

        [bound] = placements.get_placements().decode([row])

        assert (bound.titles, bound.user_id) == ({}, 1)

    def test_unbinding_counts(self):
        unbind = placements.unbind_placement("CRM_LEAD_DETAIL_TAB")

        assert unbind.params == {"PLACEMENT": "CRM_LEAD_DETAIL_TAB"}
        assert unbind.decode(result_of("placement.unbind")) == 4
        assert unbind.decode({"count": 0}) == 0
        assert events.unbind_event("X", "h").decode(result_of("event.unbind")) == 1
        with pytest.raises(UnexpectedAnswerError):
            unbind.decode([])

    def test_placements_that_exist(self):
        codes = placements.list_placements().decode(result_of("placement.list"))

        assert "CRM_DYNAMIC_136_DETAIL_TOOLBAR" in codes
        with pytest.raises(UnexpectedAnswerError):
            placements.list_placements().decode(None)

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
