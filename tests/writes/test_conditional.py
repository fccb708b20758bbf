"""No answer of the portal's chooses what is written: the id is the one that was asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from b24app.storage.models import Launch
from tests.support.acts import (
    DELETE,
    EDITS,
    PAID,
    PAY,
    SMALL,
    SYSTEM,
    UNPAY,
    books,
    forget_listing,
    payment,
    require_once,
    writes_asked,
)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture
def ignoring_filters(stage):
    """A portal, or one version of it, that lists every payment of the card whatever is asked."""
    stage.portal.switches.ignores_filters = True
    return stage


@pytest.fixture
def ignoring_halt(stage):
    """A portal that goes on with a batch after an error."""
    stage.portal.switches.ignores_halt = True
    return stage


@pytest.mark.parametrize("kind", ["false", "null"])
def test_a_portal_that_lists_nothing_and_writes_all_the_same_is_not_called_unchanged(stage, kind):
    tab = stage.tab()
    # It answers the precondition and the gate with `false`, which ends no batch, and then pays.
    stage.fail("crm.item.payment.list", kind)
    stage.fail("crm.item.payment.product.list", kind)

    answer = PAY.send(tab, None)

    assert PAY.done(stage)
    assert answer.status_code == 200, tab.said


def require_written_only(stage, payment_id, before):
    assert {str(one.params["id"]) for one in writes_asked(stage)} <= {str(payment_id)}
    changed = {one for one, row in before[0].items() if books(stage)[0].get(one) != row}
    assert changed <= {payment_id}


@pytest.mark.parametrize("is_fresh", [True, False])
@pytest.mark.parametrize("act", [PAY, UNPAY, DELETE, SYSTEM], ids=str)
def test_a_portal_that_ignores_the_filter_writes_no_other_payment(ignoring_filters, act, is_fresh):
    stage = ignoring_filters
    tab = stage.tab()
    if not is_fresh:
        forget_listing(stage)
    before = books(stage)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_written_only(stage, PAID if act is UNPAY else SMALL, before)


@pytest.mark.parametrize("act", EDITS, ids=str)
def test_an_edit_goes_by_the_lines_of_its_payment_where_the_filter_is_ignored(
    ignoring_filters, act
):
    """The list that proves the payment begins with another one, whose lines are not asked for."""
    stage = ignoring_filters
    tab = stage.tab()
    with stage.database.transaction() as session:
        session.execute(update(Launch).values(listed=None, shown=None))

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)


@pytest.mark.parametrize("portal", ["ignoring_filters", "ignoring_halt"])
@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_a_guard_that_does_not_work_changes_nothing_that_is_so_already(request, portal, act):
    stage = request.getfixturevalue(portal)
    tab = stage.tab()
    payment_id = SMALL if act is PAY else PAID
    payment(stage, payment_id).is_paid = act is PAY
    before = books(stage)

    answer = act.send(tab, None)

    assert answer.status_code == 200
    assert "already" in tab.said
    assert books(stage) == before
    require_written_only(stage, payment_id, before)


@pytest.mark.parametrize("portal", ["ignoring_filters", "ignoring_halt"])
def test_a_payment_that_is_gone_takes_no_other_with_it(request, portal):
    stage = request.getfixturevalue(portal)
    tab = stage.tab()
    del stage.portal.crm.payments[SMALL]
    before = books(stage)

    answer = PAY.send(tab, None)

    assert answer.status_code == 409
    assert "Already deleted" in tab.said
    assert books(stage) == before


@pytest.mark.parametrize("kind", ["busy", "operation_limit", "denied", "null", "error_500"])
@pytest.mark.parametrize("act", [PAY, UNPAY, SYSTEM], ids=str)
def test_a_door_that_cannot_be_read_does_not_keep_a_write_from_being_done(stage, act, kind):
    tab = stage.tab()
    stage.portal.faults.add("crm.item.payment.product.list", kind)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)
