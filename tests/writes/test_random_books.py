"""Two people and a failing portal, at random: what the tab shows is always what the books say."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b24app.simulator.portal_state.sale import DELIVERY, PRODUCT
from tests.support.acts import UNCHANGED_WORDS, books, require_once, stage_said
from tests.support.at_random import at_random
from tests.support.stage import ADMIN, MANAGER, payments_in

DEAL = (2, 8061)
FAULTS = (
    "lost", "lost_html", "close_before", "silent", "html", "invalid_json", "busy", "denied",
    "false", "null", "error_500", "expired_token",
)  # fmt: skip
METHODS = (
    "crm.item.payment.add", "crm.item.payment.update", "crm.item.payment.delete",
    "crm.item.payment.pay", "crm.item.payment.unpay", "crm.item.payment.product.add",
    "crm.item.payment.product.setquantity", "crm.item.payment.product.delete",
    "crm.item.payment.delivery.add", "crm.item.payment.delivery.setdelivery",
    "crm.item.payment.delivery.delete", "crm.item.payment.list", "crm.item.payment.product.list",
    "crm.item.get", "batch",
)  # fmt: skip
ACTIONS = (
    "pay", "unpay", "delete", "system", "create", "rest", "add", "quantity", "remove",
    "add_delivery", "reassign", "remove_delivery", "move",
)  # fmt: skip
FIGURE = re.compile(r'<dt>([^<]+)</dt><dd><data value="([^"]+)">')
PART = re.compile(r'<span>([^<]+)</span> <b><data value="([^"]+)">')

steps = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.sampled_from((MANAGER, ADMIN)),
        st.integers(0, 7),
        st.integers(1, 12),
        st.one_of(st.none(), st.tuples(st.sampled_from(METHODS), st.sampled_from(FAULTS))),
    ),
    min_size=1,
    max_size=8,
)


def _pick(rows, number):
    return rows[number % len(rows)] if rows else None


def act(stage, tab, name, number, quantity):
    """Send one action about something the card really has; None where there is nothing."""
    crm = stage.portal.crm
    payment = _pick(crm.payments_of(*DEAL), number)
    if name == "create" or payment is None:
        row = _pick(crm.rows_of(*DEAL), number)
        return tab.post("/payments", {"row": row.id, f"quantity-{row.id}": quantity})
    if name == "rest":
        return tab.post("/payments/rest")
    base = f"/payments/{payment.id}"
    if name in {"pay", "unpay"}:
        return tab.post(f"{base}/{name}")
    if name == "delete":
        return tab.delete(base)
    if name == "system":
        return tab.post(f"{base}/system", {"pay_system_id": (6, 7, 8)[quantity % 3]})
    if name == "add":
        row = _pick(crm.rows_of(*DEAL), number + quantity)
        return tab.post(f"{base}/items", {"row": row.id, f"quantity-{row.id}": quantity})
    if name in {"quantity", "remove"}:
        return _item(tab, name, base, _pick(crm.items_of(payment.id, PRODUCT), quantity), quantity)
    return _delivery(crm, tab, name, payment, quantity)


def _item(tab, name, base, item, quantity):
    if item is None:
        return None
    if name == "remove":
        return tab.delete(f"{base}/items/{item.id}")
    return tab.post(f"{base}/items/{item.id}", {"quantity": quantity})


def _delivery(crm, tab, name, payment, quantity):
    base = f"/payments/{payment.id}/deliveries"
    document = _pick(crm.shipments_of(*DEAL), quantity)
    if name == "add_delivery":
        return tab.post(base, {"delivery_id": document.id})
    line = _pick(crm.items_of(payment.id, DELIVERY), quantity)
    if line is None:
        return None
    if name == "reassign":
        return tab.post(f"{base}/{line.id}", {"delivery_id": document.id})
    if name == "remove_delivery":
        return tab.delete(f"{base}/{line.id}")
    other = _pick(crm.payments_of(*DEAL), quantity)
    return tab.post(f"{base}/{line.id}/move", {"to": other.id})


def require_shown(stage, tab):
    """The tab's flags, figures and quantities are the books'."""
    crm = stage.portal.crm
    payments = crm.payments_of(*DEAL)
    assert tab.show().status_code == 200
    text = tab.answer.text
    assert payments_in(text) == {str(one.id): "Y" if one.is_paid else "N" for one in payments}
    shown = {name: Decimal(value) for name, value in FIGURE.findall(text)}
    paid = sum((one.sum for one in payments if one.is_paid), Decimal(0))
    products = sum((row.price * row.quantity for row in crm.rows_of(*DEAL)), Decimal(0))
    deliveries = sum((one.price for one in crm.shipments_of(*DEAL)), Decimal(0))
    assert shown["Amount"] == products + deliveries
    assert shown["Paid"] == paid
    assert shown["Paid"] + shown["Outstanding"] == shown["Amount"]
    parts = [Decimal(value) for _, value in PART.findall(text)]
    assert sum(parts) == shown["Amount"]
    if payments:
        require_details(crm, tab, payments)


def require_details(crm, tab, payments):
    tab.get("/payments/details", ids=",".join(str(one.id) for one in payments), rows=11)
    text = tab.answer.text
    for payment in payments:
        for item in crm.items_of(payment.id, PRODUCT):
            line = text.split(f'data-item-id="{item.id}"')[1].split("</tr>")[0]
            held = re.search(r'value="(\d+)"', line) or re.search(r">\s*(\d+)\s", line)
            assert held is not None, line
            assert int(held[1]) == item.quantity, line
        for link in crm.items_of(payment.id, DELIVERY):
            assert f'data-delivery-item-id="{link.id}"' in text


def require_sound(crm):
    """Nothing is billed beyond what the card has."""
    for row in crm.rows_of(*DEAL):
        held = sum(
            one.quantity
            for one in crm.items.values()
            if one.kind == PRODUCT and one.entity_id == row.basket_id
        )
        assert held <= row.quantity


@at_random
@given(steps)
def test_the_tab_shows_the_books_after_every_step(module_stage, steps):
    stage = module_stage
    stage.put_back()
    tabs = {user: stage.tab(user) for user in (MANAGER, ADMIN)}
    for name, user, number, quantity, fault in steps:
        stage.forget_calls()
        before = books(stage)
        if fault is not None:
            stage.portal.faults.add(*fault)
        answer = act(stage, tabs[user], name, number, quantity)
        stage.portal.faults.clear()
        if answer is None:
            continue
        said = stage_said(answer)
        assert said
        assert "Traceback" not in answer.text
        assert answer.status_code != 500, said
        require_once(stage)
        if UNCHANGED_WORDS.search(said):
            assert books(stage) == before, said
        require_sound(stage.portal.crm)
        tabs[user].show(refresh="1")
        require_shown(stage, tabs[user])
