"""Several people, tabs and processes that bill one card at the same moment: exactly one payment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from b24app import create_app
from b24app.services.writing.card_lease import KEPT_SECONDS, LEASE_SECONDS, TURN_SECONDS
from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale
from b24app.storage import leases
from tests.support.acts import (
    ADD_ITEMS,
    CREATE,
    DIMMER,
    PREFIX,
    REST,
    SET_QUANTITY,
    new_payments,
    outcomes,
    stage_said,
)
from tests.support.stage import ADMIN, MANAGER, Tab

MANY = 5


@pytest.fixture
def stage(writing_stage):
    return writing_stage


class OwnClient(Tab):
    """A tab in a browser of its own: test clients are not for several threads."""

    def __init__(self, tab, app=None):
        super().__init__(tab.stage, tab.token)
        self.client = (app or tab.stage.app).test_client()

    def send(self, method, path, data=None, key=None):
        headers = self.headers(**{"Idempotency-Key": key or f"key-of-{id(self)}-{path}"})
        self.answer = self.client.open(path, method=method, data=data or {}, headers=headers)
        return self.answer


@pytest.fixture
def another_machine(stage_on_each_database):
    """The application once more: it shares the database with the first, and nothing else."""
    stage = stage_on_each_database
    app = create_app(
        stage.config,
        http_adapter=stage.adapter,
        clock=stage.portal_clock.now,
        monotonic=stage.monotonic,
        sleep=stage.sleep,
        start_background=stage.started.append,
    )
    yield app
    app.extensions["b24app"].deps.db.close()


def test_several_at_once_make_one_payment_on_each_database(stage_on_each_database, another_machine):
    stage = stage_on_each_database
    machines = stage.app, another_machine
    users = MANAGER, ADMIN, MANAGER, ADMIN, MANAGER
    tabs = [OwnClient(stage.tab(user), machines[at % 2]) for at, user in enumerate(users)]
    barrier = threading.Barrier(MANY)

    def one(tab):
        barrier.wait(timeout=10)
        return REST.send(tab, None)

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(one, tabs))

    # Who came while it was being billed is told so, who came later finds nothing left.
    codes = [one.status_code for one in answers]
    assert codes.count(200) == 1
    assert set(codes) <= {200, 409, 422}
    assert len(new_payments(stage)) == 1
    assert REST.done(stage)
    assert len(stage.executed(PREFIX + "add")) == 1


@pytest.mark.parametrize("act", [REST, CREATE], ids=str)
def test_who_comes_while_it_is_being_billed_is_told_so_and_shown_the_card(stage, act):
    tab, other = stage.tab(MANAGER), OwnClient(stage.tab(ADMIN))
    stage.portal.faults.before(PREFIX + "add", lambda: act.send(other, None))

    assert act.send(tab, None).status_code == 200

    assert other.answer.status_code == 409
    said = stage_said(other.answer)
    assert "Another change on this card is still under way" in said
    assert "Nothing was changed" in said
    assert 'id="strip"' in other.answer.text
    assert len(new_payments(stage)) == 1
    assert sorted(outcome for _, outcome in outcomes(stage)) == ["done", "refused"]


@pytest.fixture
def held(monkeypatch):
    """Somebody holds the card so many times that it is asked for."""
    times = [0]
    take = leases.try_take

    def asked(session, lease, *rest):
        is_held = lease.name.startswith("create:") and times[0] > 0
        times[0] -= is_held
        return not is_held and take(session, lease, *rest)

    monkeypatch.setattr(leases, "try_take", asked)
    return times


@pytest.mark.parametrize(
    ("send", "act"),
    [
        (lambda tab: ADD_ITEMS.send(tab, None), ADD_ITEMS),
        # Without what was shown it may be a rise.
        (lambda tab: tab.post(DIMMER, {"quantity": 5}), SET_QUANTITY),
        (lambda tab: CREATE.send(tab, None), CREATE),
        (lambda tab: REST.send(tab, None), REST),
    ],
    ids=["adding", "raising", "creating", "the rest"],
)
def test_who_bills_waits_for_those_before_and_not_for_ever(stage, held, send, act):
    tab = stage.tab(MANAGER)
    held[0] = 1_000

    assert send(tab).status_code == 409
    assert stage.ticks >= TURN_SECONDS
    assert stage.executed(act.method) == []

    held[0] = 3

    assert send(tab).status_code == 200
    assert act.done(stage)
    assert held[0] == 0


def test_who_comes_later_is_shown_that_nothing_is_left(stage):
    tab, other = stage.tab(MANAGER), stage.tab(ADMIN)
    REST.send(tab, None)

    answer = REST.send(other, None)

    assert answer.status_code == 422
    assert "in a payment already" in other.said
    assert 'id="strip"' in answer.text, "the page has to stop showing it as unbilled"
    assert len(new_payments(stage)) == 1


def test_another_card_is_not_kept_waiting(stage):
    tab, other = stage.tab(), OwnClient(stage.tab(entity_id=8069))
    stage.portal.faults.before(PREFIX + "add", lambda: REST.send(other, None))

    assert REST.send(tab, None).status_code == 200
    assert other.answer.status_code == 200


def test_a_process_that_died_closes_the_card_for_a_moment_only(stage):
    tab = stage.tab()
    lease = leases.Key(stage.portal.member_id, "create:2:8061")
    with stage.database.transaction() as session:
        leases.try_take(session, lease, "dead", stage.portal_clock.now(), LEASE_SECONDS)
    assert REST.send(tab, None).status_code == 409

    stage.advance(LEASE_SECONDS + 1)

    assert REST.send(tab, None).status_code == 200


@pytest.mark.parametrize("kind", ["denied", "lost", "close_before", "busy"])
def test_a_creation_that_failed_leaves_the_card_open(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "add", kind)
    REST.send(tab, None)
    # Whoever comes next waits for that.
    stage.portal.clock.advance(KEPT_SECONDS)

    assert REST.send(tab, None).status_code != 409


def test_a_card_of_two_orders_and_many_rows_is_billed_to_the_last_row(stage):
    do_order(stage.portal, {"do": "second", "entityId": "8069"})
    do_order(stage.portal, {"do": "second", "entityId": "8069"})
    tab = stage.tab(entity_id=8069)

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 200, tab.said
    made = max(stage.portal.crm.payments)
    assert len(stage.portal.crm.items_of(made, "product")) == 60


def test_two_orders_with_too_many_payments_to_compare_are_called_so(stage):
    crm = stage.portal.crm
    order = crm.orders_of(2, 8065)[0]
    for _ in range(560):
        sale.add_payment(crm, order, crm.pay_systems[6])
    tab = stage.tab(entity_id=8065)

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 422
    assert "several orders and too many payments" in tab.said
    assert "rights" not in tab.said
