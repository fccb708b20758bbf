"""What a portal says of further rows of a list that has no pages: in a batch and alone."""

from __future__ import annotations

import itertools

import pytest

from b24app.bitrix.methods import activities, crm, payment_deliveries, payment_items, payments
from b24app.bitrix.wire.answers import Answer, batch_answer, decoded, read_envelope
from b24app.bitrix.wire.decoding import MAX_ROWS
from b24app.bitrix.wire.transport import Received
from b24app.domain import EntityRef, is_whole

DEAL = EntityRef(2, 8061)
ROWS = [{"id": number, "paymentId": 5, "quantity": 1, "rowId": number} for number in range(1, 51)]
ONE_ANSWER = (
    payments.list_payments(DEAL), payment_items.list_items(5), payment_deliveries.list_links(5),
    crm.list_deliveries(DEAL), crm.available_rows(DEAL),
)  # fmt: skip
PAGED = (crm.list_product_rows(DEAL), activities.list_reminders(DEAL))

NOTHING_MORE = tuple(
    itertools.product(
        (None, 0, -5, "-5", 3, "3", 50, "50", 10**9, "9" * 400, "all", "", True, [], {}),
        (None, 0, "0", -50, 10**9, "9" * 400, "", "next", False, [], {}),
    )
)
MORE = ((70, None), ("70", 0), (70, "0"), (70, 50), (None, 50), (None, "50"), (3, 50), (0, 1))


def empty(command):
    """An answer with no row."""
    return {"productRows": []} if "productrow" in command.method else []


def both_ways(total, following):
    """The same list alone and in a batch."""
    command = payment_items.list_items(5)
    told = {"total": total, "next": following}
    received = Received(200, {}, b"")
    alone = read_envelope(command, received, {"result": ROWS, **told})
    parts = {
        "result": {"c0": ROWS},
        "result_total": {"c0": total},
        "result_next": {"c0": following},
    }
    answer = batch_answer(Answer(parts), {"c0": command}, is_halted=False)
    return decoded(command, alone.result, alone.total, alone.next), answer.take("c0", command)


def test_what_says_nothing_of_further_rows_does_not_break_a_whole_list():
    for total, following in NOTHING_MORE:
        for listed in both_ways(total, following):
            assert (len(listed), is_whole(listed)) == (50, True), (total, following)


@pytest.mark.parametrize(("total", "following"), MORE)
def test_what_did_not_come_counts_as_unread(total, following):
    for listed in both_ways(total, following):
        assert len(listed) == 50
        assert listed.unread == (None,) * (20 if str(total) == "70" else 1)


def test_a_total_out_of_all_reason_costs_no_more_than_rows_would():
    for listed in both_ways(10**6, 50):
        assert len(listed.unread) == MAX_ROWS


def test_a_row_that_came_twice_is_none_that_is_missing():
    command = payment_items.list_items(5)

    assert is_whole(decoded(command, [*ROWS, ROWS[0]], 51, None))


@pytest.mark.parametrize("command", ONE_ANSWER, ids=lambda one: one.method)
def test_every_list_of_one_answer_is_held_to_it(command):
    assert not is_whole(decoded(command, empty(command), 1, None))


@pytest.mark.parametrize("command", PAGED, ids=lambda one: one.method)
def test_of_a_list_with_pages_nothing_counts_as_unread(command):
    assert is_whole(decoded(command, empty(command), 70, 50))
