"""What each command sends and reads, against the documented requests and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from b24app.bitrix.methods import (
    crm,
    events,
    payment_deliveries,
    payment_items,
    payments,
    placements,
    portal,
    timeline,
)
from b24app.domain import (
    EntityRef,
    Money,
    Payment,
    PaymentItem,
)
from b24app.errors import (
    BusinessRefusalError,
    NoPaySystemError,
    RightsRefusedError,
    UnexpectedAnswerError,
    UnexplainedRefusalError,
)
from tests.bitrix.conftest import example, result_of

DEAL = EntityRef(2, 13123)

SENT = [
    ("crm.item.payment.list", payments.list_payments(DEAL, payment_ids=[1036, 1037])),
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
        timeline.comment(EntityRef(2, 10), "New comment was added"),
    ),
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
        ("row", "named"),
        [
            ({}, None),
            ({"id": 0, "paid": "N", "sum": 0}, None),
            ({"id": True, "paid": "N", "sum": 0}, None),
            ({"id": 2**70, "paid": "N", "sum": 0}, None),
            ({"id": "abc", "paid": "N", "sum": 0}, None),
            ({"id": 1, "paid": "yes", "sum": 0}, 1),
            ({"id": 1, "paid": ["Y"], "sum": 0}, 1),
            ({"id": 1, "sum": 0}, 1),
            ("text", None),
            (None, None),
            ([[]], None),
        ],
    )
    def test_that_make_no_sense_are_named_and_the_others_read(self, row, named):
        good = {"id": 7, "paid": "N", "sum": 5}

        listed = payments.list_payments(DEAL).decode([row, good])

        assert [one.id for one in listed] == [7]
        assert listed.unread == (named,)
        assert listed.may_hold(1)
        assert listed.may_hold(7) is (named is None)
        with pytest.raises((UnexpectedAnswerError, RightsRefusedError)):
            payments.get_payment(1).decode(row)

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
            payments.list_payments(DEAL, payment_ids=[])

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
            with pytest.raises((RightsRefusedError, UnexplainedRefusalError)) as raised:
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
        odds: tuple[object, ...] = (True, -1, "", "abc", [], {}, Decimal("1.5"))
        for odd in odds:
            with pytest.raises(UnexpectedAnswerError):
                command.decode(odd)
        # Of a payment it says that none was saved (quirk 110).
        is_payment = command.method == "crm.item.payment.add"
        with pytest.raises(NoPaySystemError if is_payment else UnexpectedAnswerError):
            command.decode(0)

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
