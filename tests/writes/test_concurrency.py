"""Two clicks, two tabs, two people at the same moment: never two payments, never a double write."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from b24app.simulator.control.control_somebody import do_payment
from b24app.storage import idempotency
from b24app.storage.models import IdempotencyKey
from tests.support.acts import (
    ACTS,
    ADD_ITEMS,
    BANK,
    CREATE,
    DELETE,
    PAY,
    REST,
    SET_QUANTITY,
    SIGNS,
    SMALL,
    billed,
    books,
    outcomes,
    payment,
    require_once,
    require_truth,
    runs,
    writes_asked,
)
from tests.support.stage import ADMIN, MANAGER, Tab

KEY = "a-key-of-the-page-1"
CASH = 6


@pytest.fixture
def stage(writing_stage):
    return writing_stage


class OwnClient(Tab):
    """A tab in a browser of its own: test clients are not for several threads."""

    def __init__(self, stage, token):
        super().__init__(stage, token)
        self.client = stage.app.test_client()

    def send(self, method, path, data=None, key=None):
        headers = self.headers(**{"Idempotency-Key": key or f"key-of-{id(self)}-{path}"})
        self.answer = self.client.open(path, method=method, data=data or {}, headers=headers)
        return self.answer


def at_once(tabs, act, key=None):
    """Let all send the same act, and the first calls to the portal meet."""
    barrier = threading.Barrier(len(tabs))

    def one(tab):
        barrier.wait(timeout=10)
        return act.send(tab, key)

    with ThreadPoolExecutor(len(tabs)) as pool:
        return list(pool.map(one, tabs))


def own(tab):
    return OwnClient(tab.stage, tab.token)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_double_click_is_carried_out_once(stage, act):
    tab = stage.tab()
    before = books(stage)

    answers = at_once([own(tab), own(tab)], act, KEY)

    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([200, 200], [200, 409])
    for answer in answers:
        if answer.status_code == 200:
            require_truth(stage, act, answer, before)
    assert act.done(stage)
    assert sum(runs(stage).values()) == act.steps


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_second_click_while_the_first_runs_is_told_to_wait(stage, act):
    tab = stage.tab()
    second = own(tab)
    said = []
    stage.portal.faults.before(act.method, lambda: said.append(act.send(second, KEY)))
    answer = act.send(tab, KEY)

    assert answer.status_code == 200
    assert said[0].status_code == 409
    assert "still being processed" in said[0].text
    require_once(stage)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_two_people_at_once_leave_the_books_right(stage, act):
    tabs = [own(stage.tab(MANAGER)), own(stage.tab(ADMIN))]

    answers = at_once(tabs, act)

    assert all(answer.status_code in {200, 404, 409, 422, 502} for answer in answers)
    assert any(answer.status_code == 200 for answer in answers)
    if act is ADD_ITEMS:
        # Either both met, or one came later and raised what the other had added.
        assert billed(stage, SMALL, SIGNS) in {3, 6}
    elif act not in (CREATE, REST):
        assert act.done(stage)
    assert not any("Traceback" in answer.text for answer in answers)


def test_a_mistake_of_ours_is_noted_and_not_repeated_blindly(stage, monkeypatch):
    tab = stage.tab()
    original = stage.adapter.send

    def send(request, **options):
        answer = original(request, **options)
        if b"crm.item.payment.add" in (request.body or b""):
            raise RuntimeError("a mistake of ours, after the write")
        return answer

    monkeypatch.setattr(stage.adapter, "send", send)
    first = CREATE.send(tab, KEY)
    monkeypatch.undo()
    asked = len(writes_asked(stage))

    answer = CREATE.send(tab, KEY)

    assert first.status_code == answer.status_code == 500
    assert "Traceback" not in first.text + answer.text
    assert "Press Refresh to see the present state" in tab.said
    assert outcomes(stage) == [("create", "unknown")]
    assert len(writes_asked(stage)) == asked


def test_an_abandoned_key_of_a_harmless_write_is_carried_out(stage):
    tab = stage.tab()
    PAY.send(tab, KEY)
    payment(stage, SMALL).is_paid = False
    with stage.database.transaction() as session:
        session.execute(update(IdempotencyKey).values(state=idempotency.RUNNING))
    stage.advance(121)

    assert PAY.send(tab, KEY).status_code == 200
    assert payment(stage, SMALL).is_paid


def test_an_abandoned_creation_is_left_to_the_person(stage):
    tab = stage.tab()
    CREATE.send(tab, KEY)
    with stage.database.transaction() as session:
        session.execute(update(IdempotencyKey).values(state=idempotency.RUNNING))
    stage.advance(121)
    asked = len(writes_asked(stage))

    answer = CREATE.send(tab, KEY)

    assert answer.status_code == 409
    assert "not known whether it was carried out" in tab.said
    assert len(writes_asked(stage)) == asked


def test_the_second_of_two_deletions_is_no_error(stage):
    one, other = stage.tab(MANAGER), stage.tab(ADMIN)

    assert DELETE.send(one, None).status_code == 200
    assert DELETE.send(other, None).status_code == 409
    assert "Already deleted" in other.said


@pytest.mark.parametrize("kind", ["done_thrown", "done_argument", "done_false"])
def test_a_deletion_answered_with_an_error_is_logged_as_done(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(DELETE.method, kind)

    DELETE.send(tab, None)

    assert SMALL not in stage.portal.crm.payments
    assert outcomes(stage) == [("delete", "done")]


def test_a_deletion_that_came_second_is_logged_as_already(stage):
    tab = stage.tab()
    stage.portal.faults.before(
        DELETE.method, lambda: do_payment(stage.portal, {"do": "delete", "id": str(SMALL)})
    )

    DELETE.send(tab, None)

    assert outcomes(stage) == [("delete", "already")]


@pytest.mark.parametrize("kind", ["done_thrown", "done_argument"])
def test_a_row_whose_addition_is_answered_with_an_error_is_logged_as_added(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(ADD_ITEMS.method, kind)

    answer = ADD_ITEMS.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert "Item added" in tab.said
    assert ADD_ITEMS.done(stage)
    assert outcomes(stage) == [("add_items", "done")]


@pytest.mark.parametrize("kind", ["done_thrown", "done_argument", "done_false", "done_null"])
def test_a_row_that_was_raised_with_an_error_is_logged_as_added(stage, kind):
    tab = stage.tab()
    ADD_ITEMS.send(tab, None)
    stage.portal.faults.add(SET_QUANTITY.method, kind)

    answer = tab.post(f"/payments/{SMALL}/items", {"row": SIGNS, f"quantity-{SIGNS}": 2})

    assert answer.status_code == 200, tab.said
    assert "Item added" in tab.said
    assert billed(stage, SMALL, SIGNS) == 5
    assert outcomes(stage) == [("add_items", "done"), ("add_items", "done")]


def test_a_row_that_somebody_else_added_first_is_logged_as_already(stage):
    tab = stage.tab()
    stage.portal.faults.add(ADD_ITEMS.method, "done_null")

    ADD_ITEMS.send(tab, None)

    assert outcomes(stage) == [("add_items", "already")]


def test_a_payment_system_changed_by_somebody_else_is_not_overwritten(stage):
    tab = stage.tab()
    tab.get(f"/payments/{SMALL}/system")
    shown = re.search(r'name="shown" value="(\d+)"', tab.answer.text).group(1)
    payment(stage, SMALL).pay_system_id = CASH

    answer = tab.post(f"/payments/{SMALL}/system", {"pay_system_id": BANK, "shown": shown})

    assert answer.status_code == 409
    assert "Changed by someone else" in tab.said
    assert payment(stage, SMALL).pay_system_id == CASH
    assert writes_asked(stage) == []
