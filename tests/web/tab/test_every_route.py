"""Every route of the tab, read from the application's own map: who is let in and what is told."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask

from b24app import BLUEPRINTS
from b24app.domain import EntityRef
from b24app.services.auth.card_session import SessionClaims
from tests.support.acts import (
    FLEET,
    FLEET_IS_IN_PAID,
    FOREIGN,
    LARGE,
    SIGNS,
    SMALL,
    books,
    writes_asked,
)
from tests.support.stage import ADMIN, SMART, STRANGER, token_in

TAB = "/payments"
IDS = {"payment_id": LARGE, "item_id": 1205, "notice_id": 1, "filling_id": 1}
ITEM = {"/payments/<int:payment_id>/items/<int:item_id>": 1202}
ROWS = {"row": SIGNS, f"quantity-{SIGNS}": 1}
BODIES = {
    "POST /payments": ROWS,
    "POST /payments/<int:payment_id>/items": ROWS,
    "POST /payments/<int:payment_id>/items/<int:item_id>": {"quantity": 1},
    "POST /payments/<int:payment_id>/system": {"pay_system_id": 8},
    "POST /payments/<int:payment_id>/deliveries": {"delivery_id": FLEET, **FLEET_IS_IN_PAID},
    "POST /payments/<int:payment_id>/deliveries/<int:item_id>": {
        "delivery_id": FLEET,
        **FLEET_IS_IN_PAID,
    },
    "POST /payments/<int:payment_id>/deliveries/<int:item_id>/move": {"to": SMALL},
    "POST /payments/<int:payment_id>/reminder": {"when": "week"},
    "POST /payments/<int:payment_id>/taken": {"channel": "email"},
    "GET /payments/details": {"ids": LARGE, "rows": 11},
    "POST /payments/details": {"ids": LARGE, "rows": 11, "carried": ""},
    "GET /payments/advance": {"number": "30", "unit": "share"},
    "GET /payments/sums": {"currency": "EUR", "chosen": "10x118", "line": "17610_10x118"},
    "GET /payments/many/selected": {"chosen": f"{LARGE} N 7680 EUR"},
    "GET /payments/many/list.txt": {"ids": LARGE},
    "GET /payments/many/list.csv": {"ids": LARGE},
    "GET /payments/many/question": {"action": "pay", "chosen": f"{LARGE} N 7680 EUR"},
    "POST /payments/many/pay": {"chosen": f"{LARGE} N 7680 EUR"},
    "POST /payments/many/unpay": {"chosen": f"{LARGE} N 7680 EUR"},
    "POST /payments/many/delete": {"chosen": f"{LARGE} N 7680 EUR"},
    "POST /payments/statement": {"lines": "Payment 3653/4: 7,680.00 EUR"},
    "POST /payments/statement/chosen": {
        "chosen": f"{LARGE} N 7680 EUR",
        f"line-{LARGE}": 1,
        "matched": "Payment 3653/4: 7,680.00 EUR",
    },
    "GET /payments/sums/linked": {"cards": 2, "sums": "EUR~18400~6990"},
}
NOTICE = "DELETE /payments/notices/<int:notice_id>"
FILLINGS = {
    "GET /payments/filling/<int:filling_id>",
    "POST /payments/filling/<int:filling_id>",
}
HISTORY = "GET /payments/<int:payment_id>/history"
OURS_ALONE = {NOTICE, HISTORY, "DELETE /payments/canceled", *FILLINGS}
"""Routes that ask the portal nothing here."""

ARITHMETIC = {
    "GET /payments/sums",
    "GET /payments/sums/linked",
    "GET /payments/printed",
    "GET /payments/many/selected",
    "GET /payments/many/question",
    "GET /payments/statement",
    "POST /payments/statement/chosen",
}
"""Routes that ask nobody: what was sent is added up, or it is said who prints."""

SECRET = re.compile(r"access_token|refresh_token|client_secret|Bearer [\w.-]{20}")


def _routes():
    app = Flask("a map")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(TAB)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


ROUTES = _routes()
ABOUT_A_PAYMENT = [route for route in ROUTES if "<int:payment_id>" in route]


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def send(stage, route, token, **ids):
    method, rule = route.split(" ")
    values = {**IDS, **({"item_id": ITEM[rule]} if rule in ITEM else {}), **ids}
    path = re.sub(r"<int:(\w+)>", lambda found: str(values[found[1]]), rule)
    headers = {"HX-Request": "true", "Idempotency-Key": uuid.uuid4().hex}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = BODIES.get(route, {})
    query, data = (body, None) if method == "GET" else (None, body)
    answer = stage.client.open(path, method=method, query_string=query, data=data, headers=headers)
    clean(answer)
    return answer


def clean(answer):
    """What no answer may hold, whatever went wrong."""
    assert "Traceback" not in answer.text
    assert not SECRET.search(answer.text) or answer.status_code == 200
    assert "error 0" not in answer.text.lower()
    assert '"error"' not in answer.text


def test_there_are_routes_to_walk():
    assert len(ROUTES) > 20
    assert set(BODIES) | OURS_ALONE | ARITHMETIC <= set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_works_for_somebody_with_rights(stage, route):
    tab = stage.tab()

    answer = send(stage, route, tab.token)

    assert answer.status_code == (404 if route in {NOTICE, *FILLINGS} else 200), answer.text


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_comes_in_without_a_session(stage, route):
    token = stage.tab().token
    stage.forget_calls()

    assert send(stage, route, None).status_code == 401
    assert send(stage, route, "made.up.token").status_code == 401
    assert send(stage, route, token[:-4] + "AAAA").status_code == 401
    assert send(stage, route, "").status_code == 401
    assert stage.http_calls == []


@pytest.mark.parametrize("route", ROUTES)
def test_an_old_session_has_to_be_renewed(stage, route):
    token = stage.tab().token
    stage.forget_calls()
    stage.advance(31 * 60)

    assert send(stage, route, token).status_code == 401
    assert stage.http_calls == []


@pytest.mark.parametrize("route", ROUTES)
def test_a_token_of_another_portal_opens_nothing_here(stage, route):
    stage.tab()
    ticket = SessionClaims(uuid.uuid4().hex, "f" * 32, EntityRef(2, 8061), "en", "")
    token = stage.app.extensions["b24app"].session_tokens.sign(ticket)
    stage.forget_calls()

    assert send(stage, route, token).status_code == 403
    assert stage.http_calls == []


@pytest.mark.parametrize("route", ROUTES)
def test_a_session_of_the_application_page_is_sent_away_before_anything_is_read(stage, route):
    token = token_in(stage.frame("/", stage.post_fields(ADMIN)))
    method, rule = route.split(" ")
    path = re.sub(r"<int:\w+>", "1", rule)
    headers = {"HX-Request": "true", "Authorization": f"Bearer {token}"}
    stage.forget_calls()

    answer = stage.client.open(path, method=method, headers=headers)

    assert answer.status_code == 404, answer.text
    assert stage.http_calls == []


@pytest.mark.parametrize("route", ABOUT_A_PAYMENT)
def test_a_payment_of_another_card_is_not_found(stage, route):
    tab = stage.tab()
    before = books(stage)

    assert send(stage, route, tab.token, payment_id=FOREIGN).status_code == 404
    assert writes_asked(stage) == []
    assert books(stage) == before


def test_the_session_of_a_linked_card_opens_no_payment_of_the_deal(stage):
    tab = stage.tab(entity_id=11, placement=SMART)
    before = books(stage)
    stage.forget_calls()

    answers = {route: send(stage, route, tab.token) for route in ROUTES}

    for route, answer in answers.items():
        expected = {404} if route in ABOUT_A_PAYMENT else {200, 404, 422}
        assert answer.status_code in expected, route
        is_said_by_us = route == "GET /payments" or route.startswith("POST /payments/statement")
        assert is_said_by_us or "3653/" not in answer.text, route
    assert writes_asked(stage) == []
    assert books(stage) == before


@pytest.mark.parametrize("route", ROUTES)
def test_the_wrong_verb_is_named_and_does_nothing(stage, route):
    tab = stage.tab()
    rule = route.split(" ")[1]
    allowed = {one.split(" ")[0] for one in ROUTES if one.split(" ")[1] == rule}
    before = books(stage)

    for method in {"GET", "POST", "DELETE", "PUT", "PATCH"} - allowed:
        answer = send(stage, f"{method} {rule}", tab.token)
        if answer.status_code == 404 and rule.count("<") == 0:
            continue
        assert answer.status_code == 405, method
        assert set(answer.headers["Allow"].split(", ")) >= allowed

    assert books(stage) == before


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in ARITHMETIC])
def test_a_user_without_any_rights_gets_nothing(stage, route):
    tab = stage.open(STRANGER)
    before = books(stage)

    answer = send(stage, route, tab.token)

    assert answer.status_code in {403, 404}
    assert "3653/" not in answer.text
    assert "Showroom" not in answer.text
    assert writes_asked(stage) == []
    assert books(stage) == before


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("denied", {403}),
        ("busy", {503}),
        ("silent", {502}),
        ("close_before", {502}),
        ("html", {502}),
        ("portal_deleted", {503}),
        ("redirect", {502}),
    ],
)
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route not in OURS_ALONE | ARITHMETIC]
)
def test_what_goes_wrong_at_the_portal_has_its_status_and_words(stage, route, kind, statuses):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add("*", kind, times=99)
    stage.portal.faults.add("batch", kind, times=99)

    answer = send(stage, route, tab.token)

    # A payment system is proven by the portal's grant, whose failure is one of input.
    also = {422} if route.endswith("/system") else set()
    assert answer.status_code in statuses | also, answer.text
    assert books(stage) == before
    assert answer.headers["X-Request-Id"] in answer.text, "an id to ask for help with"
