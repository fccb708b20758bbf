"""On a portal of the documented speed no more is sent than it answers while somebody waits."""

from __future__ import annotations

import pytest

from b24app.services.deps import WRITE_SECONDS
from b24app.services.writing import sending
from b24app.services.writing.card_lease import PAUSE_SECONDS, TURN_SECONDS
from b24app.storage import leases
from tests.support import odd_cards
from tests.support.acts import PREFIX, outcomes, require_once
from tests.support.many import Asked, asked_for, fields, fill, states
from tests.support.slow import WRITE_MS, make_slow

MANY = odd_cards.MANY
ROWS = 25


@pytest.fixture
def stage(writing_stage):
    odd_cards.add_deal(writing_stage.portal.crm, MANY, ROWS)
    return writing_stage


def rows_of(stage):
    return [row.id for row in stage.portal.crm.rows_of(2, MANY)]


def wish(row_ids):
    return {"row": row_ids, **{f"quantity-{one}": 1 for one in row_ids}}


def lines_of(stage):
    """How many lines each payment of the deal has."""
    crm = stage.portal.crm
    return [len(crm.items_of(one.id, "product")) for one in crm.payments_of(2, MANY)]


def most_at_once(stage):
    """The most writes of payments that one request had."""
    writes = [
        [one.method for one in request.commands if not one.method.endswith((".list", ".get"))]
        for request in stage.http_calls
    ]
    return max(sum(one.startswith(PREFIX) for one in methods) for methods in writes)


@pytest.mark.parametrize(
    ("path", "chosen"),
    [("/payments/rest", 0), ("/payments", 20)],
    ids=["bill the rest", "create"],
)
def test_a_new_payment_gets_its_rows_in_parts(stage, monkeypatch, path, chosen):
    make_slow(stage, monkeypatch, WRITE_MS["product.add"])
    tab = stage.tab(entity_id=MANY)

    answer = tab.post_all(path, wish(rows_of(stage)[:chosen]) if chosen else {})

    assert answer.status_code == 200, tab.said
    assert lines_of(stage) == [chosen or ROWS]
    assert most_at_once(stage) * WRITE_MS["product.add"] < WRITE_SECONDS * 1000
    assert {outcome for _, outcome in outcomes(stage)} == {"done"}
    require_once(stage)


def test_rows_are_added_to_a_payment_in_parts(stage, monkeypatch):
    rows = rows_of(stage)
    make_slow(stage, monkeypatch, WRITE_MS["product.add"])
    tab = stage.tab(entity_id=MANY)
    tab.post("/payments", wish(rows[:1]))
    (payment,) = stage.portal.crm.payments_of(2, MANY)
    stage.forget_calls()

    answer = tab.post_all(f"/payments/{payment.id}/items", wish(rows[1:21]))

    assert answer.status_code == 200, tab.said
    assert lines_of(stage) == [21]
    assert most_at_once(stage) * WRITE_MS["product.add"] < WRITE_SECONDS * 1000


def test_a_row_that_is_there_is_raised_at_once_with_the_others(stage, monkeypatch):
    rows = rows_of(stage)
    row = stage.portal.crm.product_rows[rows[0]]
    row.quantity += 5
    make_slow(stage, monkeypatch, WRITE_MS["product.add"])
    tab = stage.tab(entity_id=MANY)
    tab.post("/payments", wish(rows[:1]))
    (payment,) = stage.portal.crm.payments_of(2, MANY)

    answer = tab.post(f"/payments/{payment.id}/items", wish(rows[:9]))

    assert answer.status_code == 200, tab.said
    assert lines_of(stage) == [9]
    assert stage.portal.crm.items_of(payment.id, "product")[0].quantity == 2


@pytest.mark.parametrize("action", ["pay", "delete"])
def test_many_payments_are_dealt_with_in_parts(stage, monkeypatch, action):
    fill(stage, 30)
    make_slow(stage, monkeypatch, WRITE_MS[action])
    tab = stage.tab()
    act = Asked(tab, action, asked_for(action, states(tab), 14))

    answer = act.send_all()

    assert answer.status_code == 200
    assert set(act.told.values()) == {"Done"}
    assert most_at_once(stage) * WRITE_MS[action] < WRITE_SECONDS * 1000


TRIES = int(TURN_SECONDS / PAUSE_SECONDS) - 2
"""As long as anybody waits for others, nearly."""


@pytest.fixture
def waits(monkeypatch):
    """Somebody before them takes the card's turn for so many tries more."""
    tries = [0]
    take = leases.try_take

    def asked(session, lease, *rest):
        is_held = lease.name.startswith("create:") and tries[0] > 0
        tries[0] -= is_held
        return not is_held and take(session, lease, *rest)

    monkeypatch.setattr(leases, "try_take", asked)
    return tries


@pytest.fixture
def lost(monkeypatch):
    """The answers for which nobody waited any more."""
    found = []
    monkeypatch.setattr(sending, "note_lost", lambda _card, cause: found.append(cause))
    return found


@pytest.mark.parametrize("path", ["/payments/rest", "/payments"], ids=["bill the rest", "create"])
def test_who_has_waited_for_others_sends_what_the_time_left_is_enough_for(
    stage, monkeypatch, waits, lost, path
):
    rows = rows_of(stage)
    make_slow(stage, monkeypatch, WRITE_MS["product.add"])
    tab = stage.tab(entity_id=MANY)
    tab.post("/payments", wish(rows[:1]))
    waits[0] = TRIES

    answer = tab.post_all(path, {} if path.endswith("rest") else wish(rows[1:10]))

    assert (waits[0], lost) == (0, [])
    assert answer.status_code == 200, tab.said
    assert {outcome for _, outcome in outcomes(stage)} == {"done"}


def test_many_that_have_waited_for_others_send_what_the_time_left_is_enough_for(
    stage, monkeypatch, waits, lost
):
    fill(stage, 30)
    make_slow(stage, monkeypatch, WRITE_MS["pay"])
    tab = stage.tab()
    act = Asked(tab, "pay", asked_for("pay", states(tab), 20))
    assert act.goes_on(act.send())
    act.data = fields(act.answer)
    waits[0] = TRIES

    act.send_all()

    assert (waits[0], lost) == (0, [])
    assert set(act.told.values()) == {"Done"}


def test_who_has_waited_for_others_adds_no_more_than_the_time_left_is_enough_for(
    stage, monkeypatch, waits, lost
):
    rows = rows_of(stage)
    make_slow(stage, monkeypatch, WRITE_MS["product.add"])
    tab = stage.tab(entity_id=MANY)
    tab.post("/payments", wish(rows[:1]))
    (payment,) = stage.portal.crm.payments_of(2, MANY)
    waits[0] = TRIES

    answer = tab.post_all(f"/payments/{payment.id}/items", wish(rows[1:8]))

    assert (waits[0], lost) == (0, [])
    assert answer.status_code == 200, tab.said
    assert lines_of(stage) == [8]
    assert {outcome for _, outcome in outcomes(stage)} == {"done"}
