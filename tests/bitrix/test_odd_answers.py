"""Every decoder against every oddity: one odd value is odd in its place, and nothing crashes."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.methods import (
    crm,
    events,
    payment_deliveries,
    payment_items,
    payments,
    placements,
    portal,
)
from b24app.bitrix.wire import batch, json_text
from b24app.bitrix.wire.answers import Answer, BatchAnswer, batch_answer
from b24app.bitrix.wire.decoding import Record
from b24app.bitrix.wire.portal_api import BatchResult, Handle
from b24app.domain import MAX_ID, EntityRef, is_readable
from b24app.errors import PortalError
from tests.bitrix.conftest import example, result_of

DEAL = EntityRef(2, 13123)

READS = [
    payments.list_payments(DEAL),
    payments.get_payment(1036),
    payment_items.list_items(1039),
    payment_deliveries.list_links(1040),
    crm.get_card(DEAL),
    crm.get_card(EntityRef(3, 4)),
    crm.list_items_of(2, {"companyId": 5}, ["id"]),
    crm.list_product_rows(DEAL),
    crm.available_rows(DEAL),
    crm.list_deliveries(DEAL),
    crm.owner_types(),
    portal.profile(),
    portal.app_info(),
    portal.users([1, 2]),
    portal.public_link(1036),
    portal.pay_systems(),
    portal.scope(),
    placements.get_placements(),
    events.get_events(),
]
LISTS = {
    "crm.item.payment.list": payments.list_payments(DEAL),
    "crm.item.payment.product.list": payment_items.list_items(1039),
    "crm.item.payment.delivery.list": payment_deliveries.list_links(1040),
    "crm.item.list": crm.list_items_of(2, {}, ["id"]),
    "crm.item.productrow.list": crm.list_product_rows(DEAL),
    "crm.item.productrow.getAvailableForPayment": crm.available_rows(DEAL),
    "crm.item.delivery.list": crm.list_deliveries(DEAL),
    "crm.enum.ownertype": crm.owner_types(),
    "user.get": portal.users([1, 3]),
    "sale.paysystem.list": portal.pay_systems(),
    "scope": portal.scope(),
    "placement.get": placements.get_placements(),
    "event.get": events.get_events(),
}

ODD_NUMBERS = st.sampled_from(
    ["1e27", "NaN", "-Infinity", "1e400", str(2**70), "9" * 5000, "-1", "0", "0.5", "1e-30", "-0.0"]
)
ODD_TEXTS = st.sampled_from(
    [
        '"\\ud83d"', '"nul\\u0000"', '""', '"99999999999999999999999999999.99"', '"1_0"', '"NaN"',
        '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"2024-02-30T00:00:00+00:00"',
        '"-0001-11-30T00:00:00+02:30"', '"2024-05-20T12:32:02+99:99"', '"Europe"', '"../../etc"',
        '"Y"', '"http://[broken"', '"javascript:alert(1)"', f'"{"x" * 5000}"',
    ]
)  # fmt: skip
ODD = (
    ODD_NUMBERS
    | ODD_TEXTS
    | st.sampled_from(
        ["null", "true", "false", "[]", "{}", "[[1]]", '{"a":{"b":[null]}}', "[null]"]
    )
)
NAMES = (
    "id ID accountNumber paid datePaid empPaidId paySystemId paySystemName sum currency paymentId "
    "quantity rowId entityId deliveryId deducted dateDeducted deliveryName priceDelivery title "
    "opportunity currencyId stageId productName price measureName xmlId sort NAME LAST_NAME ADMIN "
    "TIME_ZONE CODE INSTALLED DAYS placement handler langAll userId event payment url shortUrl qr "
    "item items productRows isExisting isAvailable SYMBOL_CODE SYMBOL_CODE_SHORT"
)
FIELDS = st.sampled_from(NAMES.split())
ROW = st.dictionaries(FIELDS, ODD, max_size=12).map(
    lambda fields: "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"
)
ROWS = st.lists(ROW | ODD, max_size=4).map(lambda rows: f"[{','.join(rows)}]")
RESULT = (
    ODD
    | ROW
    | ROWS
    | ROWS.map(lambda rows: f'{{"productRows":{rows},"items":{rows},"item":{rows}}}')
    | ROW.map(lambda row: f'{{"item":{row},"payment":{row}}}')
)


def values_in(value):
    """Everything a decoded value is made of."""
    yield value
    if isinstance(value, dict):
        for pair in value.items():
            yield from (inner for part in pair for inner in values_in(part))
    elif isinstance(value, list | tuple | frozenset):
        for entry in value:
            yield from values_in(entry)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from values_in(getattr(value, name))


@given(result=RESULT)
@pytest.mark.parametrize("command", READS, ids=lambda command: command.method)
def test_whatever_a_portal_answers_is_read_or_refused(command, result):
    try:
        found = command.decode(json_text.read(result.encode()))
    except PortalError:
        return

    for value in values_in(found):
        if isinstance(value, str):
            value.encode("utf-8")
            assert "\x00" not in value
        if isinstance(value, Decimal) and is_readable(value):
            assert abs(value) < 10**40


@given(result=ROWS)
@pytest.mark.parametrize(
    "command", [READS[0], READS[2], READS[3], READS[9]], ids=lambda command: command.method
)
def test_every_row_is_read_or_named(command, result):
    rows: Any = json_text.read(result.encode())

    found = command.decode(rows)

    assert len(found) + len(found.unread) == len(rows)
    for one in found:
        assert 0 < one.id <= MAX_ID


@pytest.mark.parametrize("name", LISTS)
def test_a_list_with_holes_is_a_list(name):
    """PHP prints a list whose keys are not 0, 1, 2 ... as an object, in the list's own order."""
    command = LISTS[name]
    result = result_of(name)
    wrapper = next((key for key in ("items", "productRows") if key in result), "")
    rows = result[wrapper] if wrapper else result
    assert rows, "an example without rows would prove nothing"
    holes = {str(number): row for number, row in enumerate(rows, start=3)}
    backwards = dict(reversed(list(enumerate(reversed(rows)))))
    empty: dict[str, object] = {}

    for listed in (holes, backwards):
        assert command.decode({wrapper: listed} if wrapper else listed) == command.decode(result)
    assert not command.decode({wrapper: empty} if wrapper else empty)


@pytest.mark.parametrize("name", [one for one in LISTS if one != "scope"])
def test_an_object_with_names_is_no_list(name):
    with pytest.raises(PortalError):
        LISTS[name].decode({"error_like": 1, "productRows": {"a": 1}, "items": {"a": 1}})


@pytest.mark.parametrize("part", ["result_error", "result_total", "result_next", "result_time"])
@pytest.mark.parametrize("odd", [None, 5, "text", True, [[]], {"list": {"a": [None]}}])
def test_an_odd_part_of_a_batch_leaves_its_results(part, odd):
    commands = {"list": payments.list_payments(DEAL)}
    body = {"result": {"list": [{"id": 7, "paid": "N", "sum": 1}]}, part: odd}

    answer = batch_answer(Answer(body), commands, is_halted=False)

    if not answer.errors:
        assert [one.id for one in answer.take("list", commands["list"])] == [7]


@pytest.mark.parametrize("odd", ["-1", "NaN", str(2**70), '"abc"', "[]", "0.5", "1e30", "true"])
def test_an_odd_count_is_none(odd):
    parts = batch.decode(json_text.read(f'{{"result":{{}},"result_total":{{"a":{odd}}}}}'.encode()))
    answer = batch_answer(
        Answer({"result": {}, "result_total": parts.totals, "result_next": parts.totals}),
        {},
        is_halted=False,
    )

    assert (answer.totals, answer.nexts) == ({}, {})


@pytest.mark.parametrize(
    ("total", "following", "rows", "start", "goes_on"),
    [
        (120, 50, 50, 0, True),
        (120, None, 50, 0, True),
        (50, 50, 50, 0, True),
        (50, None, 50, 0, False),
        (None, None, 50, 0, True),
        (None, None, 49, 0, False),
        (None, 50, 50, 0, True),
        (0, None, 50, 0, False),
        (120, None, 20, 100, False),
        (120, 100, 50, 50, True),
    ],
)
def test_a_full_page_may_not_be_the_last(total, following, rows, start, goes_on):
    page = Handle("rows", crm.list_product_rows(DEAL, start))
    answer = BatchAnswer(
        totals={} if total is None else {"rows": total},
        nexts={} if following is None else {"rows": following},
    )

    assert BatchResult(answer).goes_on(page, rows) is goes_on


class TestTimes:
    @pytest.mark.parametrize(
        "text",
        ["", "2024-05-20", "2024-05-20T12:32:02", "-0001-11-30T00:00:00+02:30", "0000-00-00", "x"],
    )
    def test_what_names_no_moment_is_none(self, text):
        assert Record("m", {"at": text}).time("at") is None

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    def test_the_ends_of_the_calendar_keep_their_offset(self, text):
        moment = Record("m", {"at": text}).time("at")

        assert moment is not None
        assert moment.isoformat() == text

    def test_a_moment_keeps_its_own_offset(self):
        moment = Record("m", {"at": "2024-05-20T12:32:02+03:00"}).time("at")

        assert moment is not None
        assert moment.utcoffset() == timedelta(hours=3)


def test_a_long_text_is_cut_and_a_long_token_is_none():
    fields = Record("m", {"name": "x" * 5000})

    assert fields.text("name") == "x" * 999 + "\N{HORIZONTAL ELLIPSIS}"
    assert fields.exact("name") == ""
    assert fields.exact("name", 5000) == "x" * 5000


@pytest.mark.parametrize("blank", [None, "", "  ", "\t", "\u200b\ufeff", "\u00a0\u200f"])
def test_a_name_that_nobody_can_see_is_none(blank):
    assert Record("m", {"name": blank}).name("name", "#7") == "#7"


@pytest.mark.parametrize("text", ["A", " A ", "\u200f\u0635\u0628", "💡", 12])
def test_a_name_stays_as_it_is(text):
    assert Record("m", {"name": text}).name("name", "#7") == str(text)


def test_the_examples_hold_lists_for_all():
    assert all(json.dumps(example(name)) for name in LISTS)
