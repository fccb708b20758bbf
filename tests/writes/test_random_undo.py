"""Undo at random, with somebody else's changes between: what is said to be put back is put back."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b24app.simulator.portal_state.sale import PRODUCT, delete_item, recalculate
from tests.support.acts import UNCHANGED_WORDS, stage_said
from tests.support.at_random import at_random
from tests.support.stage import ADMIN, MANAGER
from tests.writes.test_random_books import DEAL, act, require_shown, require_sound

UNDO = re.compile(r'<button[^>]* hx-post="([^"]+)" hx-vals=\'([^\']+)\'[^>]*data-undo="[^"]*">')
ACTIONS = ("pay", "unpay", "quantity", "remove", "remove_delivery", "move")
BETWEEN = ("nothing", "nothing", "quantity", "remove", "pay", "unpay", "undo twice", "reload")

steps = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS), st.integers(0, 7), st.integers(1, 12),
        st.sampled_from(BETWEEN), st.integers(0, 7),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def contents(stage):
    """The books without the ids of lines, which a line that is put back does not keep."""
    crm = stage.portal.crm
    marks = {one.id: (one.is_paid, one.sum) for one in crm.payments.values()}
    lines = Counter(
        (one.payment_id, one.kind, one.entity_id, one.quantity) for one in crm.items.values()
    )
    return marks, lines


def undo_of(answer):
    found = UNDO.search(answer.text)
    return (found.group(1), json.loads(html.unescape(found.group(2)))) if found else None


def somebody_else(stage, what, number):
    crm = stage.portal.crm
    payments = crm.payments_of(*DEAL)
    payment = payments[number % len(payments)]
    if what in {"pay", "unpay"}:
        payment.is_paid = what == "pay"
    lines = crm.items_of(payment.id, PRODUCT)
    if not lines or payment.is_paid:
        return
    if what == "quantity":
        lines[0].quantity = max(Decimal(1), lines[0].quantity - 1)
        recalculate(crm, payment)
    if what == "remove":
        delete_item(crm, lines[0])


@at_random
@given(steps)
def test_what_is_undone_is_as_before_and_nothing_else_changed(module_stage, steps):
    stage = module_stage
    stage.put_back()
    tab, other = stage.tab(MANAGER), stage.tab(ADMIN)
    for name, number, quantity, between, at in steps:
        before = contents(stage)
        answer = act(stage, tab, name, number, quantity)
        if answer is None or (undo := undo_of(answer)) is None:
            continue
        done = contents(stage)
        assert done != before, stage_said(answer)
        somebody_else(stage, between, at)
        changed = contents(stage)
        if between == "reload":
            tab = stage.tab(MANAGER)
        presser = other if at % 2 else tab
        answer = presser.post(*undo)
        said, after = stage_said(answer), contents(stage)
        if answer.status_code == 200 and "already" not in said:
            if changed == done:
                assert after == before, said
        elif UNCHANGED_WORDS.search(said) or answer.status_code == 409:
            assert after == changed, said
        if between == "undo twice":
            again = presser.post(*undo)
            assert contents(stage) == after, (said, stage_said(again))
        assert answer.status_code < 500, said
        require_sound(stage.portal.crm)
        tab.show(refresh="1")
        require_shown(stage, tab)
