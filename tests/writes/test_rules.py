"""Rules bind on the server: for every action, whatever the page shows."""

from __future__ import annotations

import pytest

from b24app.services.actions import Action
from b24app.storage import settings as stored
from tests.support.stage import ADMIN, MANAGER, READER

UNPAID, PAID = 1039, 1037
QUESTION = "/payments/many/question?action="
ROUTES: dict[str, list[tuple[str, str, dict[str, str]]]] = {
    "pay": [
        ("POST", f"/payments/{UNPAID}/pay", {}),
        ("GET", f"{QUESTION}pay&chosen={UNPAID}+N+1+EUR", {}),
        ("POST", "/payments/many/pay", {"chosen": f"{UNPAID} N 1 EUR"}),
        ("GET", "/payments/statement", {}),
        ("POST", "/payments/statement", {"lines": "x"}),
        ("POST", "/payments/statement/chosen", {"chosen": f"{UNPAID} N 1 EUR", "matched": "x"}),
    ],
    "unpay": [
        ("POST", f"/payments/{PAID}/unpay", {}),
        ("GET", f"{QUESTION}unpay&chosen={PAID}+Y+1+EUR", {}),
        ("POST", "/payments/many/unpay", {"chosen": f"{PAID} Y 1 EUR"}),
    ],
    "create": [
        ("GET", "/payments/new", {}),
        ("POST", "/payments", {}),
        ("GET", "/payments/advance", {}),
        ("GET", "/payments/rest", {}),
        ("POST", "/payments/rest", {}),
    ],
    "system": [
        ("GET", f"/payments/{UNPAID}/system", {}),
        ("POST", f"/payments/{UNPAID}/system", {"pay_system_id": "8"}),
    ],
    "items": [
        ("GET", f"/payments/{UNPAID}/items", {}),
        ("POST", f"/payments/{UNPAID}/items", {"row": "1", "quantity-1": "1"}),
        ("POST", f"/payments/{UNPAID}/items/1", {"quantity": "2"}),
        ("DELETE", f"/payments/{UNPAID}/items/1", {}),
    ],
    "deliveries": [
        ("GET", f"/payments/{UNPAID}/deliveries", {}),
        ("POST", f"/payments/{UNPAID}/deliveries", {"delivery_id": "1"}),
        ("POST", f"/payments/{UNPAID}/deliveries/1", {"delivery_id": "1"}),
        ("DELETE", f"/payments/{UNPAID}/deliveries/1", {}),
        ("GET", f"/payments/{UNPAID}/deliveries/1/move", {}),
        ("POST", f"/payments/{UNPAID}/deliveries/1/move", {"to": "1038"}),
    ],
    "remind": [
        ("GET", f"/payments/{UNPAID}/reminder", {}),
        ("POST", f"/payments/{UNPAID}/reminder", {"when": "week"}),
        ("POST", f"/payments/{UNPAID}/reminder", {"when": "none"}),
    ],
    "delete": [
        ("DELETE", f"/payments/{UNPAID}", {}),
        ("GET", f"{QUESTION}delete&chosen={UNPAID}+N+1+EUR", {}),
        ("POST", "/payments/many/delete", {"chosen": f"{UNPAID} N 1 EUR"}),
    ],
    "link": [
        ("GET", f"/payments/{UNPAID}/link", {}),
        ("GET", f"/payments/{UNPAID}/send", {}),
        ("POST", f"/payments/{UNPAID}/taken", {"channel": "email"}),
    ],
}
EVERY_ROUTE = [(action, *route) for action, routes in ROUTES.items() for route in routes]
REFUSING: tuple[dict[str, object], ...] = (
    {"who": "nobody"},
    {"who": "admins"},
    {"who": "users", "users": [READER]},
    {"who": "users", "users": []},
    {"who": "a rule of a later version"},
)


def test_every_action_has_its_ways():
    assert set(ROUTES) == set(Action)


@pytest.fixture
def set_rule(stage):
    def set_rule(action, rule):
        data = {"rules": {action: rule}}
        with stage.database.transaction() as session:
            stored.save(
                session,
                stage.portal.member_id,
                data,
                updated_by=ADMIN,
                now=stage.portal_clock.now(),
            )

    return set_rule


@pytest.mark.parametrize(("action", "method", "path", "data"), EVERY_ROUTE)
def test_a_refusing_rule_stops_every_way_to_the_action(stage, set_rule, action, method, path, data):
    tab = stage.tab(MANAGER)
    stage.forget_calls()

    for rule in REFUSING:
        set_rule(action, rule)
        answer = tab.send(method, path, data)

        assert answer.status_code == 403, rule
        assert "has limited who may do this" in answer.text

    assert stage.http_calls == []


@pytest.mark.parametrize("action", [name for name in ROUTES if name not in {"create", "delete"}])
@pytest.mark.parametrize(
    "rule", [{"who": "everybody"}, {"who": "users", "users": [READER, MANAGER]}]
)
def test_a_rule_that_names_the_user_lets_them(stage, set_rule, action, rule):
    set_rule(action, rule)
    tab = stage.tab(MANAGER)

    method, path, data = ROUTES[action][0]
    answer = tab.send(method, path, data)

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("rule", [{"who": "admins"}, {"who": "users", "users": [READER]}])
def test_administrators_may_what_chosen_people_may(stage, set_rule, rule):
    set_rule("pay", rule)

    answer = stage.tab(ADMIN).post(f"/payments/{UNPAID}/pay")

    assert answer.status_code == 200


def test_what_nobody_may_administrators_may_not_either(stage, set_rule):
    set_rule("pay", {"who": "nobody"})

    answer = stage.tab(ADMIN).post(f"/payments/{UNPAID}/pay")

    assert answer.status_code == 403
    assert stage.asked("crm.item.payment.pay") == []


def test_a_rule_counts_for_tabs_that_are_open_already(stage, set_rule):
    tab = stage.tab(MANAGER)
    set_rule("pay", {"who": "admins"})

    assert tab.post(f"/payments/{UNPAID}/pay").status_code == 403


def test_a_rule_hides_its_controls(stage, set_rule):
    set_rule("pay", {"who": "admins"})

    text = stage.tab(MANAGER).answer.text

    assert "Mark as paid" not in text.split('id="payments"')[1]
    assert "Mark as unpaid" in text


SENSELESS: dict[str, str | list[str]] = {
    "row": "x", "quantity": "x", "shown": "x", "pay_system_id": "x", "delivery_id": "x", "to": "x",
    "when": "x", "channel": "x", "chosen": "x", "note": "x" * 400,
}  # fmt: skip


@pytest.mark.parametrize(("action", "method", "path"), sorted({route[:3] for route in EVERY_ROUTE}))
def test_whoever_may_not_is_not_told_to_correct_what_they_sent(
    stage, set_rule, action, method, path
):
    tab = stage.tab(MANAGER)
    set_rule(action, {"who": "nobody"})
    stage.forget_calls()

    assert tab.send(method, path, SENSELESS).status_code == 403
    if method != "GET":
        assert tab.send(method, path, {}).status_code == 403
    assert stage.http_calls == []
