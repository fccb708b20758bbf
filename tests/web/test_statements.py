"""Every test with a stage watches its statements; here is what would be noticed."""

from __future__ import annotations

import pytest
from sqlalchemy import event, insert, literal, select, update

from b24app.storage import activity, portals
from b24app.storage.models import Activity, Portal, Refusal
from tests.support.statements import AcrossPortalsError

STATEMENTS = {
    "rows of all portals": select(Activity.id),
    "a row by its number alone": select(Activity.id).where(Activity.id == 1),
    "rows that are not of it": select(Portal.status).where(Portal.state == "active"),
    "a change of all": update(Activity).values(note=""),
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_a_request_may_not_ask_for(stage, statement):
    ours = stage.deps.db.of(stage.portal.member_id)

    with (
        stage.app.test_request_context(),
        pytest.raises(AcrossPortalsError),
        ours.transaction() as session,
    ):
        session.execute(statement)


def test_a_request_may_not_insert_what_a_query_gives(stage):
    member_id = stage.portal.member_id
    query = select(Portal.member_id, literal("x"), literal("x")).where(
        Portal.member_id == member_id
    )
    columns = list(Refusal.__table__.c)[:3]

    with (
        stage.app.test_request_context(),
        pytest.raises(AcrossPortalsError, match="Citus"),
        stage.deps.db.of(member_id).transaction() as session,
    ):
        session.execute(insert(Refusal).from_select(columns, query))


def test_a_request_names_its_portal_when_the_transaction_begins(stage):
    member_id = stage.portal.member_id
    for database in (stage.deps.db, stage.deps.db.of("another")):
        with (
            stage.app.test_request_context(),
            pytest.raises(AcrossPortalsError),
            database.reading() as session,
        ):
            portals.find(session, member_id)

    with stage.app.test_request_context(), stage.deps.db.of(member_id).reading() as session:
        assert portals.find(session, member_id) is not None
        assert activity.page(session, member_id) == []


COSTS = {
    "an opening": (lambda tab: tab.show(), 8),
    "a click": (lambda tab: tab.post("/payments/1038/pay"), 20),
}
"""Statements. Each costs a hundredth of an opening, whatever it brings; an opening once had 18.
Two of a click are the card's turn (decisions, "Writes in turn")."""


@pytest.mark.parametrize(("act", "most"), COSTS.values(), ids=COSTS)
def test_no_more_statements_are_sent_than_before(stage, act, most):
    tab = stage.tab()
    tab.show()
    sent = []

    def note(*arguments):
        sent.append(arguments[2])

    event.listen(stage.deps.db._root, "before_cursor_execute", note)
    answer = act(tab)
    event.remove(stage.deps.db._root, "before_cursor_execute", note)

    assert answer.status_code == 200
    assert len(sent) <= most, "\n".join(sent)
