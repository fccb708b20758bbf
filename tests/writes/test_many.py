"""Many payments at once: at most four calls for fifty, and the truth about each of them."""

from __future__ import annotations

import itertools
import re

import pytest
from sqlalchemy import update

from b24app.storage.models import Launch
from tests.support.acts import PREFIX, books, outcomes, writes_asked
from tests.support.many import (
    ACTIONS,
    Asked,
    asked_for,
    calls,
    fill,
    prepare,
    require_each_told,
    states,
    writes_run,
)
from tests.support.stage import ADMIN, READER

KEY = "a-key-of-an-act-on-many"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("action", ACTIONS)
def test_fifty_are_done_in_four_calls_and_a_line_each(stage, action):
    tab, ids = prepare(stage, action)
    before = books(stage)
    act = Asked(tab, action, ids)

    answer = act.send_all()

    assert answer.status_code == 200
    assert len(ids) == 50
    assert len(calls(stage)) == 4
    assert writes_run(stage) == 50
    assert set(act.told.values()) == {"Done"}
    require_each_told(stage, act, before)
    assert outcomes(stage) == [(action, "done")] * 50


def test_a_few_are_done_in_two_calls(stage):
    tab, ids = prepare(stage, "pay")

    act = Asked(tab, "pay", ids[:10])
    act.send_all()

    assert len(calls(stage)) == 2
    assert len(act.told) == 10


def test_the_page_is_told_how_far_it_is(stage):
    tab, ids = prepare(stage, "pay")
    act = Asked(tab, "pay", ids)

    answer = act.send()

    assert "10 of 50 payments are dealt with" in answer.text
    assert 'value="10" max="50"' in answer.text
    assert answer.headers["HX-Retarget"] == "#dlg-form"
    assert writes_run(stage) == 10
    rows = re.findall(r'data-payment-id="(\d+)" data-paid="Y"', answer.text)
    assert [int(one) for one in rows] == ids[:10]


def test_a_slow_portal_gets_smaller_parts(stage, monkeypatch):
    tab, ids = prepare(stage, "pay")
    send = stage.adapter.send

    def slowly(*what, **more):
        stage.ticks += 4.0
        return send(*what, **more)

    monkeypatch.setattr(stage.adapter, "send", slowly)
    act = Asked(tab, "pay", ids)
    act.send()
    act.send()

    # The list took four seconds of the time that each part has, so there is one mark in it.
    assert "2 of 50 payments are dealt with" in act.answer.text
    assert Asked.goes_on(act.answer)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_finished_act_is_repeated_by_its_key_and_writes_nothing(stage, action):
    tab, ids = prepare(stage, action)
    act = Asked(tab, action, ids, key=KEY)
    told = (act.send_all(), act.told)[1]
    stage.forget_calls()

    act.send()

    assert act.told == told
    assert act.answer.status_code == 200
    assert writes_asked(stage) == []
    assert len(stage.http_calls) == 1
    assert len(outcomes(stage)) == 50


def test_a_key_is_not_taken_for_other_payments(stage):
    tab, ids = prepare(stage, "pay")
    other = Asked(tab, "pay", ids[:4], key=KEY)
    Asked(tab, "pay", ids[:3], key=KEY).send()

    answer = other.send()

    assert answer.status_code == 409
    assert writes_run(stage) == 3


def test_an_act_that_still_runs_is_not_run_twice(stage):
    tab, ids = prepare(stage, "pay")
    again = []
    act = Asked(tab, "pay", ids[:3], key=KEY)
    stage.portal.faults.before(
        PREFIX + "pay",
        lambda: again.append(
            stage.client.post(
                "/payments/many/pay", data=act.data, headers=tab.headers(**{"Idempotency-Key": KEY})
            )
        ),
    )

    act.send()

    assert again[0].status_code == 409
    assert again[0].headers["Retry-After"]
    assert writes_run(stage) == 3


def test_two_people_at_once_mark_each_payment_once(stage):
    tab, ids = prepare(stage, "pay")
    colleague = stage.tab(ADMIN)
    other, again = (Asked(colleague, "pay", ids[:10]) for _ in range(2))
    act = Asked(tab, "pay", ids[:10])
    stage.portal.faults.before(PREFIX + "pay", other.send_all, after=3)
    before = books(stage)

    act.send_all()
    again.send_all()

    assert other.answer.status_code == 409
    assert "Another change on this card is still under way" in other.answer.text
    assert set(act.told.values()) == {"Done"}
    assert set(again.told.values()) == {"Nothing to do"}
    assert all(stage.portal.crm.payments[one].is_paid for one in ids[:10])
    assert writes_run(stage) == 10
    assert books(stage)[1] == before[1]


def test_what_somebody_else_marked_just_before_is_not_called_done(stage):
    tab, ids = prepare(stage, "pay")
    seen = itertools.count()
    crm = stage.portal.crm

    def mark():
        next(seen)
        crm.payments[ids[1]].is_paid = True

    # The list that proves them comes first, then the one before the writes.
    stage.portal.faults.before(PREFIX + "list", mark, after=1)
    act = Asked(tab, "pay", ids[:3])

    act.send_all()

    assert list(act.told.values()) == ["Done", "Nothing to do", "Done"] or sorted(
        act.told.values()
    ) == ["Done", "Done", "Nothing to do"]
    assert outcomes(stage).count(("pay", "already")) == 1


def test_two_people_who_delete_the_same_delete_each_once(stage):
    tab, ids = prepare(stage, "delete")
    other = Asked(stage.tab(ADMIN), "delete", ids[:6])
    act = Asked(tab, "delete", ids[:6])
    stage.portal.faults.before(PREFIX + "delete", other.send_all, after=2)

    act.send_all()

    assert act.answer.status_code == 200
    assert writes_run(stage) == 6
    assert not any(one in stage.portal.crm.payments for one in ids[:6])


def test_an_amount_that_changed_since_stops_its_own_payment_and_no_other(stage):
    tab, ids = prepare(stage, "delete")
    act = Asked(tab, "delete", ids[:4])
    stage.portal.crm.payments[ids[2]].sum += 1
    before = books(stage)

    act.send_all()

    words = list(act.told.values())
    assert words.count("Refused") == 1
    assert words.count("Done") == 3
    assert ids[2] in stage.portal.crm.payments
    require_each_told(stage, act, before)
    assert act.answer.status_code == 502


@pytest.mark.parametrize(("action", "word"), [("pay", "Nothing to do"), ("delete", "Refused")])
def test_what_was_paid_since_is_left_as_it_is(stage, action, word):
    tab, ids = prepare(stage, action)
    act = Asked(tab, action, ids[:4])
    stage.portal.crm.payments[ids[0]].is_paid = True
    before = books(stage)

    act.send_all()

    assert list(act.told.values()).count(word) == 1
    require_each_told(stage, act, before)


def test_a_payment_that_was_deleted_since_is_told_and_the_others_are_done(stage):
    tab, ids = prepare(stage, "pay")
    act = Asked(tab, "pay", ids[:4])
    del stage.portal.crm.payments[ids[3]]

    answer = act.send_all()

    assert answer.status_code == 502
    assert "deleted" in answer.text
    assert list(act.told.values()).count("Done") == 3


def test_everything_so_already_is_success_without_a_write(stage):
    tab, ids = prepare(stage, "pay")
    act = Asked(tab, "pay", ids[:4])
    for one in ids[:4]:
        stage.portal.crm.payments[one].is_paid = True

    answer = act.send_all()

    assert answer.status_code == 200
    assert writes_asked(stage) == []
    assert set(act.told.values()) == {"Nothing to do"}
    assert outcomes(stage) == [("pay", "already")] * 4


@pytest.mark.parametrize("action", ["pay", "unpay"])
def test_a_canceled_order_is_told_of_each_payment_and_remembered(stage, action):
    tab, ids = prepare(stage, action, payments=20)
    stage.portal.crm.orders[stage.portal.crm.payments[ids[0]].order_id].is_canceled = True
    before = books(stage)
    act = Asked(tab, action, ids[:3])

    answer = act.send_all()
    again = Asked(tab, action, ids[:3], shown=states_of(act))
    stage.forget_calls()
    again.send_all()

    assert answer.status_code == again.answer.status_code == 422
    assert set(act.told.values()) == set(again.told.values()) == {"Refused"}
    assert "canceled" in answer.text
    assert writes_asked(stage) == []
    assert books(stage) == before


def states_of(act):
    return {
        one: text.split(" ", 1)[1] for one, text in zip(act.ids, act.data["chosen"], strict=True)
    }


# Who may, and with what.


def test_somebody_who_may_only_read_is_told_for_each_and_changes_nothing(stage):
    fill(stage, 20)
    tab = stage.tab(READER)
    before = books(stage)
    ids = asked_for("pay", states(tab), 3)
    act = Asked(tab, "pay", ids)

    answer = act.send_all()

    assert answer.status_code == 403
    assert set(act.told.values()) == {"Refused"}
    assert books(stage) == before


@pytest.mark.parametrize("action", ACTIONS)
def test_one_payment_of_another_card_stops_all_of_them(stage, action):
    tab, ids = prepare(stage, action)
    foreign = next(one.id for one in stage.portal.crm.payments_of(2, 8062))
    before = books(stage)
    data = {"chosen": [*Asked(tab, action, ids[:3]).data["chosen"], f"{foreign} N 1 EUR"]}

    answer = tab.post(f"/payments/many/{action}", data)

    assert answer.status_code == 404
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert outcomes(stage) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 N 1 EUR",
        "-1 N 1 EUR",
        "1e9 N 1 EUR",
        "100000000000000000000 N 1 EUR",
        "9007199254740993 N 1 EUR",
        "1038",
        "1038 X 1 EUR",
        "1038 N 1,5 EUR",
        "1038 N NaN EUR",
        "1038 N 1 EUR\x00",
        "١٠٣٨ N 1 EUR",
        "1038 N 1 EUR; DROP",
        "1038  N 1 EUR",
        "$result[a] N 1 EUR",
        "1038 N " + "9" * 40 + " EUR",
    ],
)
def test_what_no_row_says_is_refused_before_the_portal_is_asked(stage, text):
    tab, _ids = prepare(stage, "pay")

    answer = tab.post("/payments/many/pay", {"chosen": [text]})

    assert answer.status_code in {422, 400} if "DROP" not in text else {200, 404, 422}
    assert writes_asked(stage) == []


def test_more_than_fifty_none_or_one_twice_are_refused(stage):
    tab, ids = prepare(stage, "pay")
    one = Asked(tab, "pay", ids[:1]).data["chosen"][0]
    many = [f"{number} N 1 EUR" for number in range(5000, 5051)]

    for wrong in ([], [one, one], many):
        answer = tab.post("/payments/many/pay", {"chosen": wrong})
        assert answer.status_code == 422, wrong
    assert "At most 50" in answer.text
    assert stage.http_calls == []


def test_a_request_without_a_key_is_refused(stage):
    tab, ids = prepare(stage, "pay")
    data = Asked(tab, "pay", ids[:2]).data

    answer = stage.client.post("/payments/many/pay", data=data, headers=tab.headers())

    assert answer.status_code == 422
    assert stage.http_calls == []


def test_an_old_listing_is_no_hindrance(stage):
    """After five minutes the list proves nothing; the act proves each payment itself."""
    tab, ids = prepare(stage, "pay")
    with stage.database.transaction() as session:
        session.execute(update(Launch).values(listed_at=None))

    act = Asked(tab, "pay", ids)
    act.send_all()

    assert len(calls(stage)) == 4
    assert set(act.told.values()) == {"Done"}
