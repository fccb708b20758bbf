"""More products than one request can carry: part by part, stopped and continued, never twice."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy import update

from b24app.domain import EntityRef
from b24app.services.writing.card_lease import KEPT_SECONDS
from b24app.simulator.portal_state import sale
from b24app.storage import activity, canceled_orders
from b24app.storage.models import Launch
from tests.support import odd_cards
from tests.support.acts import PREFIX, outcomes, require_once
from tests.support.stage import ADMIN, GOES_ON, READER, STRANGER
from tests.web.tab.test_previews import words

MANY = odd_cards.MANY
ROWS = 120
"""Of the deal: four parts, which is as good as the eight of three hundred, and sooner done."""

ADD = PREFIX + "product.add"
SUPPORT_CODE = re.compile(r"\b[0-9a-f]{16}\b")


@pytest.fixture
def stage(writing_stage):
    odd_cards.add_deal(writing_stage.portal.crm, MANY, ROWS)
    return writing_stage


@pytest.fixture
def tab(stage):
    tab = stage.tab(entity_id=MANY)
    stage.forget_calls()
    return tab


def held(stage):
    """How often the payments of the deal hold each row, by name."""
    crm = stage.portal.crm
    names = {row.basket_id: row.product_name for row in crm.rows_of(2, MANY)}
    return Counter(
        names[item.entity_id]
        for payment in crm.payments_of(2, MANY)
        for item in crm.items_of(payment.id, "product")
    )


def part_of(tab):
    """Where the page goes on, or could."""
    (path,) = GOES_ON.findall(tab.answer.text)
    return path


def go_on_to_the_end(tab, path):
    return tab.post_all(path)


def all_rows(stage):
    ids = [row.id for row in stage.portal.crm.rows_of(2, MANY)]
    return {"row": ids, **{f"quantity-{one}": 1 for one in ids}}


def test_three_hundred_rows_are_billed_in_parts_that_say_how_far_they_are(writing_stage):
    stage = writing_stage
    odd_cards.add_deal(stage.portal.crm, MANY)
    tab = stage.tab(entity_id=MANY)
    progress = []
    tab.post("/payments/rest")
    while GOES_ON.search(tab.answer.text):
        assert tab.answer.headers["HX-Retarget"] == "#dlg-form"
        progress += re.findall(r"(\d+) of 300 products added", tab.answer.text)
        tab.post(part_of(tab))

    assert [int(one) for one in progress] == [35, *range(75, 300, 40)]
    assert tab.answer.status_code == 200
    assert "created with everything that was unbilled" in tab.said
    (made,) = stage.portal.crm.payments_of(2, MANY)
    assert made.sum == sum(row.price for row in stage.portal.crm.rows_of(2, MANY))
    assert set(held(stage).values()) == {1}
    assert len(held(stage)) == 300
    assert f'id="payment-{made.id}"' in tab.answer.text
    assert "HX-Retarget" not in tab.answer.headers
    assert "not complete" not in tab.show().text
    require_once(stage)


def test_no_part_costs_more_than_two_calls_or_one_batch(stage, tab):
    tab.post("/payments/rest")
    while GOES_ON.search(tab.answer.text):
        stage.forget_calls()
        tab.post(part_of(tab))
        assert len(stage.http_calls) == 2


def test_chosen_rows_of_a_new_payment_go_the_same_way(stage, tab):
    answer = tab.post_all("/payments", all_rows(stage))

    assert answer.status_code == 200, tab.said
    assert len(held(stage)) == ROWS
    assert re.search(r"Payment \d+/1 created", tab.said)


def test_items_are_added_to_a_payment_in_parts_too(stage):
    crm = stage.portal.crm
    order = sale.open_order(crm, (2, MANY), "EUR")
    there = sale.add_payment(crm, order, crm.pay_systems[6])
    tab = stage.tab(entity_id=MANY)

    answer = tab.post_all(f"/payments/{there.id}/items", all_rows(stage))

    assert answer.status_code == 200, tab.said
    assert "Items added" in tab.said
    assert len(crm.items_of(there.id, "product")) == ROWS
    assert len(crm.payments_of(2, MANY)) == 1


def test_what_was_stopped_is_named_on_the_card_and_continued(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    tab.post(path)

    for someone in (stage.tab(entity_id=MANY), stage.tab(ADMIN, entity_id=MANY)):
        said = words(someone.answer.text)
        assert f"is not complete yet: 75 of {ROWS} products are in it" in said
        assert f'hx-get="{path}"' in someone.answer.text
    assert f"75 of {ROWS} products added" in words(tab.get(path).text)
    answer = go_on_to_the_end(stage.tab(ADMIN, entity_id=MANY), path)

    assert answer.status_code == 200
    assert set(held(stage).values()) == {1}
    assert len(held(stage)) == ROWS


def test_two_who_go_on_at_once_add_nothing_twice(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    other = stage.tab(ADMIN, entity_id=MANY)
    busy = []
    stage.portal.faults.before(ADD, lambda: busy.append(other.post(path).status_code))

    go_on_to_the_end(tab, path)

    assert busy == [409]
    assert set(held(stage).values()) == {1}
    assert len(held(stage)) == ROWS
    assert other.post(path).status_code == 404
    assert "finished already" in other.said


LOST = ("lost", "lost_html", "lost_silent", "invalid_json")


@pytest.mark.parametrize("kind", LOST)
def test_a_part_whose_answer_is_lost_stops_and_goes_on_without_doubling(stage, tab, kind):
    tab.post("/payments/rest")
    path = part_of(tab)
    # The first batch of a part looks around, the second one writes.
    stage.fail("batch", kind, after=1)
    answer = tab.post(path)

    assert answer.status_code == 502
    assert f"this stopped at 75 of {ROWS} products" in tab.said
    assert "nothing is added twice" in tab.said
    assert "data-stopped" in answer.text, "the page does not go on by itself"
    # Until then whoever presses Continue waits.
    stage.portal.clock.advance(KEPT_SECONDS)
    assert go_on_to_the_end(tab, path).status_code == 200
    assert set(held(stage).values()) == {1}
    assert len(held(stage)) == ROWS


@pytest.mark.parametrize("kind", ["busy", "error_500", "close_before", "operation_limit"])
@pytest.mark.parametrize("times", [1, 60])
def test_a_part_that_fails_tells_the_truth_and_can_be_continued(stage, tab, kind, times):
    tab.post("/payments/rest")
    path = part_of(tab)
    stage.portal.faults.add(ADD, kind, times=times)

    answer = tab.post(path)
    in_it = len(held(stage))
    stage.portal.faults.clear()

    assert "Traceback" not in answer.text
    if "Nothing was changed" in tab.said:
        assert in_it == 35
    stage.portal.clock.advance(KEPT_SECONDS)
    assert go_on_to_the_end(tab, path).status_code == 200
    assert set(held(stage).values()) == {1}
    assert len(held(stage)) == ROWS


def test_a_row_that_the_portal_never_takes_is_named_in_the_end(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    stage.forget_calls()
    stage.fail(ADD, "null", times=2, after=59)
    answer = go_on_to_the_end(tab, path)

    assert len(stage.asked(ADD)) > 61
    assert answer.status_code == 502
    assert "was created, but without: Frame " in tab.said
    assert len(held(stage)) == ROWS - 2
    assert "not complete" not in tab.show().text


def test_rows_that_somebody_bills_meanwhile_are_not_billed_again(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    crm = stage.portal.crm
    rows = crm.rows_of(2, MANY)[ROWS - 10 :]
    theirs = sale.add_payment(crm, crm.orders_of(2, MANY)[0], crm.pay_systems[6])
    for row in rows:
        sale.add_product(crm, theirs, row, row.quantity)

    answer = go_on_to_the_end(tab, path)

    assert answer.status_code == 502
    five = ", ".join(row.product_name for row in rows[:5])
    assert f"without: {five} and 5 more" in tab.said
    assert set(held(stage).values()) == {1}


def test_a_payment_that_is_deleted_on_the_way_is_called_so_and_forgotten(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    crm = stage.portal.crm
    sale.delete_payment(crm, crm.payments_of(2, MANY)[0])

    answer = tab.post(path)

    assert answer.status_code == 409
    assert "deleted" in tab.said
    assert tab.post(path).status_code == 404
    assert "not complete" not in tab.show().text


def test_a_payment_that_is_paid_on_the_way_is_locked_and_not_continued(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    (made,) = stage.portal.crm.payments_of(2, MANY)
    made.is_paid = True

    answer = tab.post(path)

    assert answer.status_code == 409
    assert "a paid payment is locked" in tab.said
    text = tab.show().text
    assert f"is not complete yet: 35 of {ROWS}" in words(text)
    assert f'hx-get="{path}"' not in text


def test_a_first_part_that_fails_leaves_nothing(stage, tab):
    stage.portal.faults.add(ADD, "denied", times=40)

    answer = tab.post("/payments/rest")

    assert answer.status_code == 502
    assert "Nothing was billed" in tab.said
    assert "and 30 more" in tab.said
    assert stage.portal.crm.payments_of(2, MANY) == []


def test_a_repeated_request_goes_on_from_where_it_is(stage, tab):
    key = "the-same-key-again"
    tab.post("/payments/rest", key=key)
    path = part_of(tab)
    tab.post(path)

    answer = tab.post("/payments/rest", key=key)

    assert part_of(tab) == path
    assert f"75 of {ROWS}" in answer.text
    assert len(stage.executed(PREFIX + "add")) == 1


def test_a_filling_of_another_card_is_not_found(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    foreign = stage.tab(entity_id=8061)

    assert foreign.get(path).status_code == 404
    assert foreign.post(path).status_code == 404
    assert len(held(stage)) == 35


def test_who_is_not_proven_is_not_told_whether_there_is_one(stage, tab):
    tab.post("/payments/rest")
    there = part_of(tab)
    opened = stage.open(READER, MANY)
    stage.portal.tokens.expire_access()

    answers = [opened.post(path) for path in (there, f"{there}0")]

    assert [one.status_code for one in answers] == [401, 401]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_who_may_not_see_the_card_sees_and_ends_nothing_of_it(stage, tab, method):
    """Anybody can post the number of any card; only the portal knows whether they may see it."""
    tab.post("/payments/rest")
    path = part_of(tab)
    place = path.replace("filling", "notices") if method == "delete" else path
    stranger = stage.open(STRANGER, MANY)
    assert stranger.get("/payments").status_code == 403

    found, absent = (getattr(stranger, method)(one) for one in (place, f"{place}0"))

    assert found.status_code == absent.status_code == 404
    assert SUPPORT_CODE.sub("", found.text) == SUPPORT_CODE.sub("", absent.text)
    assert f"35 of {ROWS} products added" in words(tab.get(path).text)
    assert len(held(stage)) == 35


def test_who_may_not_change_payments_goes_on_with_none(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)

    answer = stage.tab(READER, entity_id=MANY).post(path)

    assert answer.status_code == 403
    assert len(held(stage)) == 35


def test_every_part_is_in_the_log(stage, tab):
    tab.post_all("/payments/rest")

    assert outcomes(stage) == [("bill_rest", "done"), *[("fill", "done")] * 3]


def test_a_portal_that_refuses_batches_is_filled_too(stage):
    stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab(entity_id=MANY)

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 200, tab.said
    assert len(held(stage)) == ROWS


def test_the_preview_says_how_much_it_is(stage, tab):
    assert f"There are {ROWS} products" in words(tab.get("/payments/rest").text)
    assert "There are" not in words(stage.tab().get("/payments/rest").text)


def note_canceled(stage, payment_id):
    """Remember that a payment's order is canceled."""
    with stage.database.transaction() as session:
        canceled_orders.note(
            session,
            stage.portal.member_id,
            EntityRef(2, MANY),
            f"order of {payment_id}",
            {str(payment_id): ""},
            stage.deps.clock(),
        )


def test_another_order_that_is_canceled_stops_no_work_on_this_one(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    (payment,) = stage.portal.crm.payments_of(2, MANY)
    newer = payment.id + 1
    note_canceled(stage, newer)
    with stage.database.transaction() as session:
        listed = [payment.id, newer]
        session.execute(update(Launch).values(listed=listed, shown=listed))

    answer = tab.post(path)

    assert answer.status_code == 200, tab.said
    assert len(held(stage)) == 75
    with stage.database.reading() as session:
        newest = activity.page(session, stage.portal.member_id, limit=1)
    assert [(one.action, one.payment_id) for one in newest] == [("fill", payment.id)]


def test_work_on_an_order_that_is_known_to_be_canceled_is_stopped(stage, tab):
    tab.post("/payments/rest")
    path = part_of(tab)
    note_canceled(stage, stage.portal.crm.payments_of(2, MANY)[0].id)
    stage.forget_calls()

    answer = tab.post(path)

    assert answer.status_code == 422
    assert "is canceled" in tab.said
    assert stage.executed(ADD) == []
