"""Acts on many payments at random, with faults and other people in between: the truth of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.acts import books, outcomes, require_once
from tests.support.at_random import at_random
from tests.support.many import Asked, fill, require_each_told, states
from tests.support.stage import ADMIN, MANAGER, payments_in

PREFIX = "crm.item.payment."
FAULTS = (
    "lost", "lost_html", "close_before", "silent", "html", "invalid_json", "busy", "denied",
    "false", "null", "done_false", "error_500", "expired_token", "operation_limit",
)  # fmt: skip
METHODS = (
    PREFIX + "pay", PREFIX + "unpay", PREFIX + "delete", PREFIX + "list", "crm.item.get", "batch",
)  # fmt: skip
MEANWHILE = ("pay", "unpay", "delete", "change")

steps = st.lists(
    st.tuples(
        st.sampled_from(("pay", "unpay", "delete")),
        st.sampled_from((MANAGER, ADMIN)),
        st.lists(st.integers(0, 17), min_size=1, max_size=18, unique=True),
        st.one_of(
            st.none(),
            st.tuples(st.sampled_from(METHODS), st.sampled_from(FAULTS), st.integers(0, 14)),
        ),
        st.one_of(
            st.none(),
            st.tuples(st.sampled_from(MEANWHILE), st.integers(0, 17), st.integers(0, 14)),
        ),
    ),
    min_size=1,
    max_size=4,
)


def somebody_else(crm, deed, payment_id):
    """Do what another person does in Bitrix24 just then; return nothing."""
    payment = crm.payments.get(payment_id)
    if payment is None:
        return
    if deed == "delete" and not payment.is_paid:
        del crm.payments[payment_id]
    elif deed == "change" and not payment.is_paid:
        payment.sum += 1
    elif deed in {"pay", "unpay"}:
        payment.is_paid = deed == "pay"


@at_random
@given(steps)
def test_each_payment_is_told_as_the_books_have_it(module_stage, steps):
    stage = module_stage
    stage.put_back()
    fill(stage, 18)
    tabs = {user: stage.tab(user) for user in (MANAGER, ADMIN)}
    for action, user, picked, fault, meanwhile in steps:
        tab = tabs[user]
        tab.show(refresh="1")
        shown = states(tab)
        ids = [sorted(shown)[one] for one in picked if one < len(shown)]
        if not ids:
            continue
        stage.forget_calls()
        lines = len(outcomes(stage))
        act = Asked(tab, action, ids, shown)
        before = books(stage)
        touched = None
        if fault is not None:
            stage.fail(fault[0], fault[1], after=fault[2])
        if meanwhile is not None:
            touched = sorted(shown)[meanwhile[1] % len(shown)]
            stage.portal.faults.before(
                PREFIX + action,
                lambda deed=meanwhile[0], one=touched: somebody_else(stage.portal.crm, deed, one),
                after=meanwhile[2],
            )

        answer = act.send_all()
        stage.portal.faults.clear()

        assert answer.status_code != 500
        assert "Traceback" not in answer.text
        require_once(stage)
        require_each_told(stage, act, before, besides=touched)
        assert len(outcomes(stage)) == lines + len(ids)
        tab.show(refresh="1")
        payments = stage.portal.crm.payments_of(2, 8061)
        assert payments_in(tab.answer.text) == {
            str(one.id): "Y" if one.is_paid else "N" for one in payments
        }
