"""The line in the card's timeline where something fails: never untrue, never twice."""

from __future__ import annotations

import pytest

from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.answers import BatchAnswer
from b24app.bitrix.wire.portal_api import BatchResult, Handle
from b24app.domain import EntityRef
from b24app.services.writing import riding
from b24app.services.writing.riding import Fate, Seat
from tests.support.acts import (
    PAY,
    PREFIX,
    RUN,
    SMALL,
    UNPAY,
    outcomes,
    payment,
    require_once,
)
from tests.support.timeline import (
    COMMENT,
    KEY,
    KNOWN,
    LINE,
    NOTE,
    TEXTS,
    UNKNOWN,
    know_timeline,
    known,
    lines,
    mark,
    require_true_lines,
)

READS = (
    "crm.item.payment.list", "crm.item.get", "crm.item.delivery.list", "crm.item.productrow.list",
    PREFIX + "product.list", PREFIX + "delivery.list",
    "crm.item.productrow.getavailableforpayment",
)  # fmt: skip
FAULTS = ("busy", "denied", "null", "error_500", "unexpected", "close_before", "html", "lost")


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture(params=[KNOWN, UNKNOWN])
def tab(stage, request):
    """A tab on a portal that is known to end a batch at an error, and on one that is not."""
    tab = stage.tab()
    if request.param == KNOWN:
        know_timeline(stage)
    stage.forget_calls()
    return tab


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
@pytest.mark.parametrize("kind", ["denied", "null", "error_500", "busy", "operation_limit"])
def test_a_refused_mark_has_no_line(stage, tab, act, kind):
    stage.portal.faults.add(act.method, kind)

    answer = mark(tab, act)

    assert answer.status_code >= 400
    assert not act.done(stage)
    assert lines(stage) == []


@pytest.mark.parametrize("generation", ["old", "oldest"])
@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_a_mark_that_an_old_portal_refuses_has_no_line(stage, act, generation):
    stage.portal.switches.generation = generation
    tab = stage.tab(user_id=9)
    know_timeline(stage)

    assert mark(tab, act).status_code >= 400

    assert lines(stage) == []


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
@pytest.mark.parametrize("kind", ["denied", "null", "error_500", "busy", "unexpected"])
def test_a_refused_line_leaves_the_mark_as_it_is_told(stage, tab, act, kind):
    stage.portal.faults.add(LINE, kind)

    answer = mark(tab, act)

    assert answer.status_code == 200
    assert act.done(stage)
    assert outcomes(stage) == [(act.name, "done")]
    assert 'role="alert"' not in answer.text
    assert stage.asked(COMMENT) == []
    # A busy portal has certainly not written it, so it is asked again.
    assert len(stage.http_calls) <= (3 if kind == "busy" else 2)


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
@pytest.mark.parametrize("kind", RUN)
def test_a_lost_answer_to_the_line_is_not_repeated(stage, tab, act, kind):
    stage.portal.faults.add(LINE, kind)

    answer = mark(tab, act)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert len(lines(stage)) == 1


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
@pytest.mark.parametrize("kind", RUN)
def test_a_lost_answer_to_the_mark_doubles_no_line(stage, tab, act, kind):
    stage.portal.faults.add("batch", kind)

    answer = mark(tab, act, NOTE, KEY)
    mark(tab, act, NOTE, KEY)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert len(lines(stage)) <= 1


@pytest.mark.parametrize("method", [*READS, PREFIX + "pay", LINE])
@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_fault_at_any_command_leaves_no_line_that_is_not_true(stage, method, kind, after):
    tab = stage.tab()
    know_timeline(stage)
    stage.portal.faults.add(method, kind, after=after)

    PAY.send(tab, KEY)
    PAY.send(tab, KEY)

    require_once(stage)
    require_true_lines(stage, PAY)


@pytest.mark.parametrize("switch", ["ignores_filters", "ignores_halt"])
@pytest.mark.parametrize("what", ["mark", "already", "refused"])
def test_where_a_batch_cannot_be_stopped_the_line_waits_for_the_mark(stage, switch, what):
    setattr(stage.portal.switches, switch, True)
    tab = stage.tab()
    if what == "already":
        payment(stage, SMALL).is_paid = True
    if what == "refused":
        stage.portal.faults.add(PAY.method, "denied", times=2)

    PAY.send(tab, None)
    UNPAY.send(tab, None)

    marks = [TEXTS[PAY][0], TEXTS[UNPAY][0]] if what == "mark" else [TEXTS[UNPAY][0]]
    assert [one.title for one in lines(stage)] == marks
    assert known(stage).stops is False


def test_a_portal_that_stops_no_more_is_trusted_no_more(stage):
    tab = stage.tab()
    know_timeline(stage)
    stage.portal.switches.ignores_halt = True
    payment(stage, SMALL).is_paid = True

    PAY.send(tab, None)

    assert known(stage).stops is False


def test_without_references_a_line_is_a_call_of_its_own(stage):
    stage.portal.switches.resolves_references = False
    tab = stage.tab()
    know_timeline(stage)

    PAY.send(tab, None)

    require_true_lines(stage, PAY)
    assert len(lines(stage)) == 1


def test_without_batch_a_line_is_a_call_of_its_own(stage, tab):
    stage.portal.faults.add("batch", "batch_not_allowed", times=99)

    PAY.send(tab, None)

    require_true_lines(stage, PAY)
    assert len(lines(stage)) == 1


def test_a_line_without_an_answer_in_a_batch_without_an_error_may_be_written():
    """Only an error ends a batch: it would be written twice."""
    gate, last = (Handle(key, list_payments(EntityRef(2, 8061))) for key in ("c0", "c1"))

    ride = riding.arrived(BatchResult(BatchAnswer(results={"c0": []})), Seat(gate, last, True))

    assert ride.fate is Fate.UNKNOWN
